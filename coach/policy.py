"""What a good coach would do next, apart from how to say it.

One answer for each kind of message, and for the open ones a path through goal, reality, options and will that skips
what is known and never asks for the same thing twice. Knows nothing of wording; the writers do that.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from coach.fill import filled, words_slots
from coach.frame import Frame, SlotKind, read_slots
from coach.kinds import kinds_of
from coach.memory import Memory, remember
from coach.parse import Parser
from coach.phrasebook import bank, cautions
from coach.protocols import CardMatch, Library
from coach.values import Card, Plan, Question, Retrieval, Stage, Turn

# What each question finds out, and the slots that answer it already.
ANSWERED_BY: dict[str, tuple[SlotKind, ...]] = {
    "goal.after": ("wish",),
    "goal.useful": ("task", "wish", "event", "ask"),
    "reality.event": ("event", "quote"),
    "reality.words": ("quote",),
    "reality.impact": ("impact",),
    "reality.tried": ("tried",),
    "reality.own_part": ("own_part",),
    "reality.feeling": ("feeling",),
    "reality.pattern": ("count",),
    "reality.constraint": ("constraint",),
    "will.when": ("deadline",),
}

# The path, in the order in which a coach would ask. Stages overlap on purpose: reality before a second look at the goal.
PATH = (
    "reality.event", "goal.after", "reality.impact", "reality.their_view", "reality.tried", "reality.own_part",
    "goal.relationship", "reality.exception", "options.first_move", "options.hear_them", "reality.stakes", "options.other",
    "options.smaller", "options.ally", "will.step", "will.when", "will.obstacle", "will.signal", "will.support",
    "reality.constraint", "goal.matters", "reality.pattern", "reality.who",
)  # fmt: skip

# What a message just brought up decides which question follows from it.
FOLLOWS: tuple[tuple[SlotKind, tuple[str, ...]], ...] = (
    ("fear", ("options.worst", "options.hear_them")),
    ("own_part", ("goal.relationship", "options.first_move")),
    ("tried", ("reality.exception", "reality.their_view")),
    ("constraint", ("options.smaller", "options.ally")),
    ("wish", ("options.first_move", "reality.exception")),
    ("quote", ("reality.impact", "reality.their_view")),
    ("impact", ("goal.after", "reality.stakes")),
    ("feeling", ("goal.matters", "goal.after")),
)

CAUTION_AT = 0.55
"""Similarity at which a plan is taken for one that a card warns of (tuned on our own lines, evals/data)."""
CLAIM_AT = 0.55
"""Similarity from which a message asks about a claim of the ledger."""
STICKY = 0.85
"""A card in use stays unless another fits the topic clearly better, so that the talk keeps its thread."""
SUMMARY_EVERY = 4
OFFER_EVERY = 3
_REFLECTING = frozenset({"follow", "deepen", "offer", "stay", "advise", "prepare", "summary"})
SHORT_WORDS = 9
LONG_WORDS = 80
"""A message longer than this gets its two threads named (coaching guide, "Long spoken turns")."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a move is chosen from."""

    frame: Frame
    memory: Memory
    retrieval: Retrieval
    card: Card | None
    match: CardMatch | None
    claims: tuple[tuple[str, float], ...] = ()
    """Claims that the message asks about, with similarity, best first."""


class CoachingPolicy:
    """The coaching policy: reads the frame, names what to look for, and picks the next move."""

    def __init__(self, library: Library, parser: Parser) -> None:
        self._library = library
        self._parser = parser

    def read(self, said: str, history: Sequence[Turn]) -> Frame:
        """What is known of the topic, this message included."""
        utterance = self._parser.read(said)
        now = read_slots(utterance, len(history))
        kinds = kinds_of(utterance, now, history)
        start = len(history) if kinds[0] == "elsewhere" else _topic_start(history)
        earlier = [s for i in range(start, len(history)) for s in read_slots(self._parser.read(history[i].said), i)]
        return Frame(
            said=said,
            kind=kinds[0],
            also=frozenset(kinds[1:]),
            utterance=utterance,
            slots=(*earlier, *now),
            turn=len(history),
            topic_start=start,
            topic=(*(turn.said for turn in history[start:]), said),
        )

    def query(self, frame: Frame) -> str:
        """What to look for: this message, and the topic's own words where it says little by itself."""
        content = [text for text in frame.topic[:-1] if len(text.split()) > 3]
        if frame.words >= 25 or not content:
            return frame.said
        told = content[:1] + content[-2:] if len(content) > 2 else content
        return "\n".join([*told, frame.said] if frame.words > 3 else told)

    def next(self, frame: Frame, history: Sequence[Turn], retrieval: Retrieval) -> Plan:
        """The next move. Never the same question intent, idea or words twice in a conversation."""
        memory = remember(history)
        card = self._card(frame, memory, retrieval)
        match = self._match(frame, card) if card else None
        claims = self._library.match_claims(frame.said) if frame.kind in {"ask_fact", "ask_open"} else ()
        scene = Scene(frame, memory, retrieval, card, match, claims)
        challenged = _challenge(scene) if _announces(frame) else None
        plan = challenged or _MOVES.get(frame.kind, _progress)(scene)
        if plan.move in {"evidence", "source"}:
            first = self._library.claim(plan.claims[0])
            plan = replace(plan, card=None, claims=(first.id, *first.see))
        if plan.move in _REFLECTING:
            plan = replace(plan, echo=_echo(scene))
        if commitment := _commitment(frame):
            plan = replace(plan, notes={**plan.notes, "commitment": commitment})
        return replace(
            plan, passages=tuple(found.passage.id for found in retrieval.found[:4] if found.passage.kind == "document")
        )

    def _match(self, frame: Frame, card: Card) -> CardMatch:
        """What is asked weighs more than the story around it; a short message borrows from its topic."""
        whole = self._library.match(frame.said, card.id)
        asks = [slot.text for slot in frame.now("ask")]
        if asks and len(asks[-1]) <= 0.8 * len(frame.said):
            return _mixed(self._library.match(asks[-1], card.id), whole, 0.7)
        if frame.words <= SHORT_WORDS and len(frame.topic) > 1:
            return _mixed(whole, self._library.match(self.query(frame), card.id), 0.5)
        return whole

    def _card(self, frame: Frame, memory: Memory, retrieval: Retrieval) -> Card | None:
        held = next((p.card for p in reversed(memory.plans[frame.topic_start :]) if p.card), None)
        if not retrieval.cards or (not retrieval.covered and held is None):
            return None
        best, top = retrieval.cards[0]
        scores = dict(retrieval.cards)
        if held and (frame.words < 6 or not retrieval.covered or scores.get(held, 0.0) >= STICKY * top):
            return self._library.card(held)
        return self._library.card(best)


def _mixed(a: CardMatch, b: CardMatch, share: float) -> CardMatch:
    """Weighted mean of two matches of one card; echoes answer the message alone."""

    def mean(x: tuple[float, ...], y: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(share * p + (1 - share) * q for p, q in zip(x, y, strict=True))

    return CardMatch(mean(a.ideas, b.ideas), mean(a.words, b.words), mean(a.cautions, b.cautions), a.echoes)


def _announces(frame: Frame) -> bool:
    """Whether the person says what they are about to do, and does not just ask about it."""
    return bool({"plan", "commit"} & {frame.kind, *frame.also}) and not frame.now("ask")


def _topic_start(history: Sequence[Turn]) -> int:
    for index in range(len(history) - 1, -1, -1):
        plan = history[index].plan
        if plan and plan.notes.get("topic") == "new":
            return index
    return 0


def _commitment(frame: Frame) -> str | None:
    if frame.kind not in {"commit", "close", "thanks"} and "commit" not in frame.also:
        return None
    plans = [s for s in frame.now("plan") if len(s.text.split()) <= 14]
    return plans[-1].text if plans else None


# ---------------------------------------------------------------- choosing material


def _idea(scene: Scene, *, at_least: float = 0.0) -> str | None:
    """The unused idea that this message calls for most."""
    if scene.card is None or scene.match is None:
        return None
    ranked = sorted(zip(scene.match.ideas, scene.card.ideas, strict=True), key=lambda pair: -pair[0])
    for score, idea in ranked:
        if (scene.card.id, idea.id) not in scene.memory.ideas and score >= at_least:
            return idea.id
    return None


_USES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\b(?:e-?mail|message|write|written|text|slack|letter|note)\b", ("write", "open")),
    (r"\b(?:what if|if (?:he|she|they)|denies|deny|says?|cries|cry|angry|answer|respond|reply|react)\b", ("reply",)),
    (r"\b(?:open|start|begin|first|raise|bring (?:it|this) up|tell)\b", ("open",)),
    (r"\b(?:ask for|ask (?:him|her|them) to|request|agree)\b", ("ask",)),
    (r"\b(?:end|close|finish|wrap)\b", ("close",)),
)


def _uses(frame: Frame) -> tuple[str, ...]:
    """Which kind of words a message calls for, by what it asks; an opening where it does not say."""
    asked = " ".join(slot.text for slot in frame.now("ask")) or frame.said
    return next((uses for pattern, uses in _USES if re.search(pattern, asked, re.I)), ("open",))


ECHO_AT = 0.3
"""Similarity from which a card's deeper line fits the message (looked at on the situations kept for tuning)."""


def _echo(scene: Scene) -> int | None:
    """The unused echo that this message calls for, where one is close enough."""
    if scene.card is None or scene.match is None:
        return None
    ranked = sorted(enumerate(scene.match.echoes), key=lambda pair: -pair[1])
    return next((i for i, score in ranked if score >= ECHO_AT and (scene.card.id, i) not in scene.memory.echoes), None)


def _words(scene: Scene, *, uses: Sequence[str] = ()) -> int | None:
    """The unused words that fit best; a line that can be filled with the person's own facts goes first."""
    if scene.card is None or scene.match is None:
        return None
    uses = uses or _uses(scene.frame)
    slots = words_slots(scene.frame)
    best: tuple[float, int] | None = None
    for index, (score, words) in enumerate(zip(scene.match.words, scene.card.words, strict=True)):
        if (scene.card.id, index) in scene.memory.words or filled(words.say, slots) is None:
            continue
        rank = score + 0.1 * words.say.count("{") + (0.3 if words.use in uses else 0.0) - 0.03 * words.say.count("[")
        if best is None or rank > best[0]:
            best = (rank, index)
    return best[1] if best else None


def _question(scene: Scene, *, stages: Sequence[str] = (), intents: Sequence[str] = ()) -> Question | None:
    """The next open question by intent: not asked before, not answered already."""
    path = [i for i in PATH if not stages or i.split(".")[0] in stages]
    near = (
        [i for kind, follows in FOLLOWS if scene.frame.now(kind) for i in follows]
        if not stages and scene.memory.plans
        else []
    )
    wanted = list(intents) or [*near, *path]
    for intent in wanted:
        if intent in scene.memory.asked or any(scene.frame.has(kind) for kind in ANSWERED_BY.get(intent, ())):
            continue
        if scene.card:
            own = next((q for q in scene.card.questions if q.intent == intent), None)
            if own and own.ask not in scene.memory.questions:
                return own
        for ask in bank().get(intent, ()):
            if ask not in scene.memory.questions:
                return Question(intent, _stage_of(intent), ask)
    return None


def _stage_of(intent: str) -> Stage:
    return intent.split(".")[0]  # type: ignore[return-value]


def _plan(scene: Scene, stage: Stage, move: str, **parts: object) -> Plan:
    notes = parts.pop("notes", {})
    card = scene.card.id if scene.card else None
    plan = Plan(stage=stage, move=move, card=card, notes=dict(notes), **parts)  # type: ignore[arg-type, call-overload]
    if scene.card and plan.idea:
        idea = next(i for i in scene.card.ideas if i.id == plan.idea)
        plan = replace(plan, claims=tuple(dict.fromkeys((*plan.claims, *idea.claims))))
    return plan


def _repeats_shape(scene: Scene, shape: tuple[str, ...]) -> bool:
    """A turn of the same shape as the last one would sound like a form being filled in."""
    last = scene.memory.shapes[-1:] or [()]
    return (
        tuple(k for k in last[0] if k in {"reflection", "insight", "words", "question", "evidence", "summary"}) == shape
    )


# ---------------------------------------------------------------- moves


def _greeting(scene: Scene) -> Plan:
    return _plan(scene, "opening", "greet", question=_question(scene, intents=("goal.useful", "goal.matters")))


def _other_language(scene: Scene) -> Plan:
    return _plan(scene, "opening", "other_language")


def _about_coach(scene: Scene) -> Plan:
    return _plan(scene, "evidence", "about_coach")


def _out_of_scope(scene: Scene) -> Plan:
    return _plan(scene, "opening", "out_of_scope")


def _already_asked(scene: Scene) -> Plan:
    idea = _idea(scene)
    return _plan(scene, "options", "already_asked", idea=idea)


def _reject(scene: Scene) -> Plan:
    """Corrected: say so in four words and go on right."""
    return _plan(scene, "reality", "repair")


def _less(scene: Scene) -> Plan:
    words = _words(scene)
    if words is not None:
        return _plan(scene, "options", "less", words=words)
    return _plan(scene, "options", "less", idea=_idea(scene))


def _reword(scene: Scene) -> Plan:
    return _plan(scene, "options", "reword", words=_words(scene, uses=_last_use(scene)))


def _last_use(scene: Scene) -> tuple[str, ...]:
    last = next((p for p in reversed(scene.memory.plans) if p.words is not None and p.card), None)
    if last is None or scene.card is None or last.card != scene.card.id or last.words is None:
        return ("open",)
    return (scene.card.words[last.words].use,)


def _write_it(scene: Scene) -> Plan:
    if scene.card is None:
        return _not_covered(scene)
    return _plan(scene, "options", "words", words=_words(scene, uses=("write", "open")), notes={"written": "yes"})


def _ask_words(scene: Scene) -> Plan:
    if scene.card is None:
        return _not_covered(scene)
    words = _words(scene)
    idea = _idea(scene)
    if words is None:
        return _ask_advice(scene)
    question = None if _repeats_shape(scene, ("insight", "words")) else None
    return _plan(scene, "options", "words", words=words, idea=idea, question=question)


def _ask_advice(scene: Scene) -> Plan:
    """Asked straight, answer straight."""
    if scene.card is None:
        return _not_covered(scene)
    idea = _idea(scene)
    if idea is None:
        words = _words(scene)
        if words is None:
            return _plan(scene, "options", "no_more_ideas", question=_question(scene, stages=("options", "will")))
        return _plan(scene, "options", "words", words=words)
    first = scene.memory.moves("advise") == 0
    words = _words(scene) if first and "ask_words" not in scene.frame.also else None
    question = (
        _question(scene, stages=("goal", "reality", "options"))
        if first or _repeats_shape(scene, ("insight",))
        else None
    )
    if _repeats_shape(scene, ("reflection", "insight", "words", "question")):
        words = None
    return _plan(scene, "options", "advise", idea=idea, words=words, question=question)


def _what_if(scene: Scene) -> Plan:
    """A move of the other side, thought ahead: something to do about it, and words to answer with."""
    if scene.card is None:
        return _not_covered(scene)
    idea, words = _idea(scene), _words(scene, uses=("reply",))
    if idea is None and words is None:
        return _progress(scene)
    return _plan(scene, "options", "prepare", idea=idea, words=words)


def _ask_fact(scene: Scene) -> Plan:
    near = [(id, score) for id, score in scene.claims if score >= CLAIM_AT]
    again = scene.memory.last if scene.memory.last and scene.memory.last.move == "evidence" else None
    if again and not scene.frame.now("event") and (not near or scene.frame.words < 4):
        return _plan(scene, "evidence", "source", claims=again.claims)
    if near:
        question = None if scene.memory.moves("evidence") else Question("goal.use", "goal", "")
        return _plan(scene, "evidence", "evidence", claims=(near[0][0],), question=question)
    if scene.card is not None and ({"ask_advice", "ask_words"} & scene.frame.also):
        return _ask_advice(scene)
    return _plan(replace(scene, card=None), "evidence", "not_covered", notes={"fact": "yes"})


def _ask_open(scene: Scene) -> Plan:
    """A question that says neither that it wants a fact nor advice: whichever the material has."""
    if scene.claims and scene.claims[0][1] >= CLAIM_AT:
        return _ask_fact(scene)
    if scene.card is not None and scene.frame.words >= 4:
        return _ask_advice(scene)
    return _not_covered(scene)


def _not_covered(scene: Scene) -> Plan:
    question = _question(
        replace(scene, card=None), intents=("goal.after", "reality.event", "reality.tried", "options.other")
    )
    return _plan(replace(scene, card=None), "reality", "not_covered", question=question)


def _more(scene: Scene) -> Plan:
    idea = _idea(scene)
    if idea:
        return _plan(scene, "options", "another_idea", idea=idea)
    words = _words(scene)
    if words is not None:
        return _plan(scene, "options", "words", words=words)
    return _plan(scene, "options", "no_more_ideas", question=_question(scene, stages=("options", "will")))


def _elsewhere(scene: Scene) -> Plan:
    fresh = [
        s for s in scene.frame.slots if s.kind in {"event", "task", "wish", "fear", "quote", "impact", "role", "person"}
    ]
    if not fresh and scene.frame.words < 12:
        return _plan(
            replace(scene, card=None),
            "opening",
            "elsewhere",
            question=Question("goal.useful", "goal", bank()["goal.useful"][0]),
            notes={"topic": "new"},
        )
    if {"ask_advice", "ask_words"} & scene.frame.also and scene.card:
        plan = _ask_advice(scene)
    else:
        plan = _progress(scene)
    return replace(plan, notes={**plan.notes, "topic": "new", "elsewhere": "yes"})


def _yes(scene: Scene) -> Plan:
    """Yes to an offer does it; to an open question it asks for an example."""
    offer = scene.memory.offer
    if offer == "words":
        words = _words(scene)
        if words is not None:
            return _plan(
                scene,
                "options",
                "words",
                words=words,
                question=_question(scene, stages=("options", "will")) if scene.memory.moves("words") else None,
            )
    if offer and scene.card and any(i.id == offer for i in scene.card.ideas):
        words = _words(scene) if scene.memory.moves("words", "advise") == 0 else None
        question = None if words is not None else _question(scene, stages=("options",))
        return _plan(scene, "options", "advise", idea=offer, words=words, question=question, notes={"agreed": "yes"})
    if scene.memory.last_intent:
        return _plan(scene, "reality", "example")
    return _progress(scene)


def _no(scene: Scene) -> Plan:
    if scene.memory.offer:
        return _plan(scene, "reality", "dropped", question=_question(scene, stages=("reality", "goal")))
    return _plan(scene, "reality", "noted", question=_question(scene))


def _dont_know(scene: Scene) -> Plan:
    """The first "no idea" narrows, the second gets something offered."""
    intent = scene.memory.last_intent or "other"
    if scene.memory.since("narrow") > 1 and scene.memory.last_intent:
        return _plan(scene, _stage_of(intent), "narrow", notes={"intent": intent})
    idea = _idea(scene)
    if idea:
        return _plan(scene, "options", "offer_after_stuck", idea=idea)
    return _plan(scene, "options", "no_more_ideas", question=_question(scene, stages=("options", "will")))


def _thanks(scene: Scene) -> Plan:
    if _commitment(scene.frame):
        return _close(scene)
    return _plan(scene, "closing", "thanks")


def _close(scene: Scene) -> Plan:
    return _plan(scene, "closing", "close")


def _joke(scene: Scene) -> Plan:
    return _plan(scene, "opening", "joke")


def _report_back(scene: Scene) -> Plan:
    asked = sum(p.notes.get("report") == "yes" for p in scene.memory.plans)
    if asked >= 2:
        return _progress(scene)
    return _plan(
        scene, "reality", "report_back", notes={"report": "yes"}, question=Question("will.look_back", "will", "")
    )


def _verdict(scene: Scene) -> Plan:
    if scene.memory.since("challenge_verdict") < 3:
        return _progress(scene)
    return _plan(scene, "reality", "challenge_verdict", question=Question("reality.event", "reality", ""))


def _challenge(scene: Scene) -> Plan | None:
    """A plan that tends to backfire meets its likely cost and the aim behind it; None where no card warns of it."""
    aim = Question("goal.aim", "goal", "")
    warned = {p.notes["caution"] for p in scene.memory.plans if p.notes.get("caution")}
    for caution in cautions():
        if re.search(caution["pattern"], scene.frame.said, re.I) and caution["id"] not in warned:
            return _plan(scene, "options", "challenge_plan", notes={"caution": caution["id"]}, question=aim)
    if scene.card and scene.match and scene.match.cautions:
        score, index = max((s, i) for i, s in enumerate(scene.match.cautions))
        key = f"{scene.card.id}#{index}"
        if score >= CAUTION_AT and key not in warned:
            return _plan(scene, "options", "challenge_plan", notes={"caution": key}, question=aim)
    return None


def _rephrase(scene: Scene) -> Plan:
    """The last question, put another way."""
    intent = scene.memory.last_intent
    other = next((ask for ask in bank().get(intent or "", ()) if ask not in scene.memory.questions), None)
    if intent is None or other is None:
        return _more(scene)
    return _plan(scene, _stage_of(intent), "rephrase", question=Question(intent, _stage_of(intent), other))


def _commit(scene: Scene) -> Plan:
    question = _question(scene, intents=("will.when", "will.obstacle", "will.signal"))
    return _plan(scene, "will", "commit", question=question)


def _two_things(scene: Scene) -> Plan:
    if scene.frame.words <= LONG_WORDS and {"ask_advice", "ask_words"} & scene.frame.also:
        return _ask_advice(scene)
    if scene.memory.since("two_threads") < 3:
        return _progress(scene)
    return _plan(scene, "goal", "two_threads", question=Question("goal.thread", "goal", ""))


def _venting(scene: Scene) -> Plan:
    if scene.memory.moves("stay") == 0 and not ({"ask_advice", "ask_words"} & scene.frame.also):
        return _plan(
            scene,
            "reality",
            "stay",
            reflect="any",
            question=_question(scene, intents=("reality.event", "reality.impact", "goal.after")),
        )
    return _progress(scene)


def _unclear(scene: Scene) -> Plan:
    if scene.memory.plans:
        return _progress(scene)
    return _plan(scene, "opening", "unclear")


def _progress(scene: Scene) -> Plan:
    """The path: give back what was said, then the next open question, an offer, or a summary when it is time."""
    memory = scene.memory
    done = len(memory.plans)
    topic_turns = scene.frame.turn - scene.frame.topic_start
    if done >= SUMMARY_EVERY and memory.since("summary") >= SUMMARY_EVERY and topic_turns >= SUMMARY_EVERY:
        return _plan(scene, _stage(scene), "summary", question=_question(scene, stages=("options", "will")))
    told = scene.frame.has("event") or scene.frame.has("quote") or scene.frame.has("task")
    if (
        topic_turns >= 1
        and told
        and scene.card
        and memory.since("offer", "advise", "words", "another_idea") >= OFFER_EVERY - 1
    ):
        if (idea := _idea(scene)) is not None:
            return _plan(scene, "options", "offer", reflect="any", notes={"offer": idea})
        if _words(scene) is not None:
            return _plan(scene, "options", "offer", reflect="any", notes={"offer": "words"})
    question = _question(scene)
    if question is None and (idea := _idea(scene)) is not None:
        return _plan(scene, "options", "offer", reflect="any", notes={"offer": idea})
    if _repeats_shape(scene, ("reflection", "question")):
        return _plan(scene, _stage(scene), "deepen", reflect="any", question=question)
    return _plan(scene, question.stage if question else _stage(scene), "follow", reflect="any", question=question)


def _stage(scene: Scene) -> Stage:
    frame = scene.frame
    if not (frame.has("wish") or "goal.after" in scene.memory.asked):
        return "goal"
    if not (frame.has("event") or frame.has("quote")):
        return "reality"
    return "options" if scene.memory.moves("commit") == 0 else "will"


_MOVES: dict[str, Callable[[Scene], Plan]] = {
    "greeting": _greeting,
    "other_language": _other_language,
    "about_coach": _about_coach,
    "out_of_scope": _out_of_scope,
    "already_asked": _already_asked,
    "reject": _reject,
    "less": _less,
    "reword": _reword,
    "write_it": _write_it,
    "ask_words": _ask_words,
    "ask_advice": _ask_advice,
    "ask_fact": _ask_fact,
    "ask_open": _ask_open,
    "what_if": _what_if,
    "rephrase": _rephrase,
    "more": _more,
    "elsewhere": _elsewhere,
    "yes": _yes,
    "no": _no,
    "dont_know": _dont_know,
    "thanks": _thanks,
    "close": _close,
    "joke": _joke,
    "report_back": _report_back,
    "verdict": _verdict,
    "commit": _commit,
    "two_things": _two_things,
    "venting": _venting,
    "unclear": _unclear,
}
