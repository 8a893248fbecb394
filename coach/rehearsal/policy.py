"""What happens next in a rehearsal: the counterpart's stance, or the coach's word beside the scene.

A step is a ``Plan`` whose move begins with ``rehearse.``. What is said to the counterpart moves its state; a few short
messages steer the scene instead, and distress ends it kindly. Knows no wording.
"""

import random
import re
import threading
from collections.abc import Mapping, Sequence

from coach import patterns
from coach.commitments import Leaves
from coach.feedback import COSTLY, Feedback, feedback, page
from coach.frame import Frame
from coach.language.language import Language
from coach.memory import Memory
from coach.phrasebook import feedback_lines, rehearsal_lines
from coach.practice.form import Form
from coach.practice.steps import takes
from coach.protocols import Brief
from coach.rehearsal.landing import RAISED, Ear, Landing
from coach.rehearsal.persona import Cue, Persona
from coach.rehearsal.scene import LINE, Scene, scene_in, scenes_in
from coach.rehearsal.state import State
from coach.turned import turned
from coach.values import Plan, Question, Turn

_DEFAULT = "defensive"
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
# Two that differ most, to choose between where nothing is known of the other.
_SUGGESTED = ("defensive", "silent")
_NAMES_WHOM = re.compile(r"\b(?:with|play|be|as|to)\s+\Z", re.I)
"""What stands before the one who is to be played."""
_CONTROL_WORDS = 12
"""A longer message is always said to the counterpart, distress aside."""


class Rehearsal:
    """Plays the other side. One for all conversations; what happens in each is read from its history."""

    def __init__(
        self, personas: Mapping[str, Persona], ear: Ear, language: Language, *, chance: random.Random | None = None
    ) -> None:
        self._personas = dict(personas)
        self._ear = ear
        self._language = language
        self._chance = chance or random.Random()
        self._entrances: dict[str, list[str]] = {}
        self._drawing = threading.Lock()  # protects _entrances: two conversations may begin at once

    def next(self, frame: Frame, history: Sequence[Turn], memory: Memory, form: Form | None) -> Plan | None:
        """The next step; None where no rehearsal is on or wanted. ``form``: what a practice knows of the talk."""
        scene = scene_in(history, self._personas)
        if scene is not None:
            return self._in_scene(scene, frame, history)
        last = memory.last
        casting = last is not None and last.move == "rehearse.cast"
        offered = last is not None and last.notes.get("offer") == "rehearse" and takes(frame)
        if casting and frame.kind == "no":
            return None
        if not (casting or offered or _shows("rehearse", frame.said)):
            return None
        persona = self._cast(frame.said, form, casting=casting, history=history)
        if persona is None:
            return self._ask_whom()
        return self._begin(persona, frame, form, history)

    def leaves(self, brief: Brief) -> Leaves:
        """The page of feedback at the end of a scene, beside the try before."""
        if brief.plan.move != "rehearse.end":
            return Leaves()
        played = scenes_in(brief.history, self._personas)
        scenes = [scene for scene, _ in played]
        found = self._feedback(scenes[-1]) if scenes else None
        if found is None:
            return Leaves()
        now = scenes[-1]
        # Two tries are only alike with the same counterpart, and where neither was broken off.
        alike = [one for one, over in played[:-1] if over and one.persona == now.persona and one.who == now.who]
        return Leaves((page(found, self._feedback(alike[-1]) if alike else None),))

    def _feedback(self, scene: Scene) -> Feedback | None:
        return feedback(scene, self._ear, self._language)

    # Beginning

    def _cast(self, said: str, form: Form | None, *, casting: bool, history: Sequence[Turn]) -> Persona | None:
        """Whom to play: named now, told of in the plan, or played last; None where it has to be asked."""
        known = " ".join(form.values.get(id, "") for id in ("feel", "who", "planned_feel")) if form else ""
        for text in (said, known):
            fits = [(_hits(one, text), one) for one in self._personas.values()]
            best = max(fits, key=lambda pair: pair[0])
            if best[0]:
                return best[1]
        scenes = scenes_in(history, self._personas)
        if scenes and not casting:
            return scenes[-1][0].persona
        return self._personas[_DEFAULT] if casting else None

    def _ask_whom(self) -> Plan:
        titles = [self._personas[name].title.removeprefix("someone who ") for name in _SUGGESTED]
        return Plan(
            "practice", "rehearse.cast", question=Question("rehearse.cast", "practice", ""),
            notes={"a": titles[0], "b": titles[1]},
        )  # fmt: skip

    def _begin(self, persona: Persona, frame: Frame, form: Form | None, history: Sequence[Turn]) -> Plan:
        state = State.of(persona)
        attempt = len(scenes_in(history, self._personas)) + 1
        return Plan(
            "practice", "rehearse.begin",
            notes={
                "scene": persona.name, "who": self._who(frame, form), "title": persona.title, "state": state.written(),
                "enters": self._entrance(persona), "seed": f"{self._chance.getrandbits(32):08x}",
                "attempt": str(attempt), "stance": state.stance,
            },
        )  # fmt: skip

    def _who(self, frame: Frame, form: Form | None) -> str:
        """How the counterpart is called, said back to the person; whom they name now goes before the plan's."""
        for named in (*frame.now("person"), *frame.now("role")):
            if _NAMES_WHOM.search(frame.said[: frame.said.find(named.text)]) and len(named.text.split()) <= 4:
                return named.text if named.kind == "person" else re.sub(r"\bown ", "", named.phrase)
        if form and 0 < len((who := form.values.get("who", "")).split()) <= 4:
            return re.sub(r"^(?:my|our)\b", "your", who, flags=re.I)
        slot = frame.latest("person", sure=0.8) or frame.latest("role")
        if slot is None or len(slot.text.split()) > 4:
            return "the other one"
        return slot.text if slot.kind == "person" else slot.phrase or turned(frame.utterance.doc[:])

    def _entrance(self, persona: Persona) -> str:
        """No entrance comes twice until all of a persona's were seen."""
        with self._drawing:
            left = self._entrances.get(persona.name)
            if not left:
                left = list(persona.enters)
                self._chance.shuffle(left)
                self._entrances[persona.name] = left
            return left.pop()

    # In the scene

    def _in_scene(self, scene: Scene, frame: Frame, history: Sequence[Turn]) -> Plan:
        said = frame.said
        if _shows("distress", said):
            return self._beside(scene, "rehearse.care")
        if frame.words <= _CONTROL_WORDS:
            if _shows("stop", said):
                return self._end(scene)
            if _shows("take_back", said) and scene.phase != "swapped":
                return self._taken_back(scene)
            if _shows("swap", said):
                return self._beside(scene, "rehearse.swap", back="yes" if scene.phase == "swapped" else "")
            if _shows("pause", said):
                return self._paused(scene, history)
            if scene.phase == "paused" and _shows("resume", said):
                return self._beside(scene, "rehearse.resume", line=scene.before)
        if scene.phase == "paused" and (said.rstrip().endswith("?") and frame.kind in {"ask_words", "ask_advice"}):
            return self._paused(scene, history)
        if scene.phase == "swapped":
            return self._beside(scene, "rehearse.swapped", speaker="you")
        return self._line(scene, said)

    def _line(self, scene: Scene, said: str) -> Plan:
        """What is said lands, the state moves, and the stance follows from it."""
        landing = self._ear.hear(said, scene.before)
        state = scene.state.after(landing, scene.persona)
        cue: Cue = cue_of(landing) if re.search(r"\w", said) else "waited"
        return Plan(
            "practice", LINE,
            notes={
                "scene": scene.persona.name, "who": scene.who, "state": state.written(), "stance": state.stance,
                "cue": cue, "word": _word(landing), "landed": ", ".join(name for name, _ in landing.cues[:4]),
                "speaker": "counterpart", "voice": scene.persona.voice or "", "play": _play(scene, state, cue),
            },
        )  # fmt: skip

    def _beside(self, scene: Scene, move: str, **notes: str) -> Plan:
        kept = {"scene": scene.persona.name, "who": scene.who, "state": scene.state.written()}
        return Plan("practice", move, notes={**kept, **{name: value for name, value in notes.items() if value}})

    def _taken_back(self, scene: Scene) -> Plan:
        before = scene.lines[-2].reply if len(scene.lines) > 1 else ""
        state = scene.lines[-2].state if len(scene.lines) > 1 else scene.start
        plan = self._beside(scene, "rehearse.take_back", line=before, first="" if before else "yes")
        plan.notes["state"] = state.written()
        return plan

    def _paused(self, scene: Scene, history: Sequence[Turn]) -> Plan:
        """The coach says what the last line did, or gives a line to try."""
        if not scene.lines:
            return self._beside(scene, "rehearse.pause", better=_bare(rehearsal_lines()["swap_opening"][0]))
        last = scene.lines[-1]
        landing = self._ear.hear(last.said, last.before)
        if landing.threat > RAISED:
            kind = next((cue for cue, _ in landing.cues if cue in feedback_lines()["tries"]), "accusing")
            return self._beside(
                scene, "rehearse.pause", raised="yes", quote=_word(landing) or _short(last.said),
                better=feedback_lines()["tries"][kind]["better"],
            )  # fmt: skip
        asks = [_bare(line) for line in rehearsal_lines()["swap_asks"]]
        fresh = [line for line in asks if not any(line in s.text for t in history for s in t.spoken)] or asks
        lowered = "yes" if landing.threat < -RAISED else ""
        return self._beside(scene, "rehearse.pause", lowered=lowered, quote=_short(last.said), better=fresh[0])

    def _end(self, scene: Scene) -> Plan:
        found = self._feedback(scene)
        if found is None:
            return self._beside(scene, "rehearse.end")
        first = found.strengths[0]
        line = next(line for line in scene.lines if line.turn == first.turn)
        # A blaming line is not said again by the coach, not even as a quotation.
        shown = "" if self._ear.hear(line.said, line.before).blaming else f" “{_short(first.quote)}”"
        place = next(n for n, one in enumerate(scene.lines) if one.turn == found.try_next.turn)
        which = ""
        if found.try_next.kind in COSTLY and len(scene.lines) > 2:
            which = (
                " It was your last line."
                if place + 1 == len(scene.lines)
                else f" It was your {_ORDINALS[place]} line."
                if place < len(_ORDINALS)
                else ""
            )
        plan = self._beside(
            scene, "rehearse.end", strength=first.say + shown,
            tries=found.try_next.say + which, better=found.try_next.better, offer="rehearse", artefact="feedback",
        )  # fmt: skip
        return Plan(plan.stage, plan.move, question=Question("rehearse.again", "practice", ""), notes=plan.notes)


def cue_of(landing: Landing) -> Cue:
    """Which of the five ways of being spoken to a line comes closest to."""
    if landing.threat > RAISED:
        return "blamed"
    if landing.has("open-question"):
        return "asked"
    if landing.has("own-part") or landing.has("apology"):
        return "owned"
    if any(landing.has(cue) for cue in ("giving-back", "taking-seriously", "time", "valuing")):
        return "heard"
    return "told"


def _word(landing: Landing) -> str:
    """The one word that stung, where the wording shows it."""
    said = dict(landing.said)
    for cue in ("label", "absolute"):
        if words := re.findall(r"[\w'’-]+", said.get(cue, "")):
            return str(words[-1]).lower()
    return ""


def _play(scene: Scene, state: State, cue: Cue) -> str:
    """The stance as an instruction for a writer with words of its own."""
    moods = {
        "closed": "You feel attacked and shut the talk out.",
        "guarded": "You are on your guard and give little.",
        "thawing": "You begin to trust the talk and say a little more of what is behind it.",
        "open": "You feel safe, speak plainly, and are ready to change something.",
    }
    did = {
        "blamed": "What was just said felt like an attack.",
        "asked": "You were just asked an open question.",
        "told": "You were just told something.",
        "owned": "The other just named their own part.",
        "heard": "You just felt heard.",
        "waited": "The other says nothing and waits.",
    }
    return f"You are {scene.who}, {scene.persona.title}. {moods[state.stance]} {did[cue]}"


def _short(text: str) -> str:
    words = text.split()
    return " ".join(words[:12]) + (" …" if len(words) > 12 else "")


def _bare(line: str) -> str:
    return line.strip("“”")


def _hits(persona: Persona, text: str) -> int:
    return sum(len(re.findall(pattern, text, re.I)) for pattern in persona.fits)


def _shows(name: str, text: str) -> bool:
    return patterns.pattern("practice", name).search(text.strip()) is not None
