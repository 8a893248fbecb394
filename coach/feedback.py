"""Feedback on a rehearsal: three strengths and one thing to try, each tied to a moment in the person's own words.

No score. Everything stands on what the language analysis and the landing of each line show; the wording is data.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from coach.commitments import Page
from coach.language.language import Language
from coach.phrasebook import feedback_lines
from coach.rehearsal.landing import Ear, Landing
from coach.rehearsal.scene import Scene, Spoken

STRENGTHS = 3
QUOTED_WORDS = 22
"""A quoted moment longer than this is cut at a word."""
MUCH_TALK = 0.7
"""Share of all words above which one talks more than one listens; in talks that opened up, ours had about half."""
ROOM = 0.55
FILLERS = re.compile(r"\b(?:um+|uh+|erm*|hmm+|you know|sort of|kind of|i mean|basically|actually)\b", re.I)
NEWS = re.compile(
    r"\b(?:news|decision|decided|promot\w+|went to|will not|won't|can't offer|budget|cancel\w*|"
    r"did(?:n't|n’t| not) get|took some(?:one|body)|from outside|next in line)\b",
    re.I,
)
"""A line that brings news, which needs no moment to be observed."""
_ORDER = (
    "own-part", "giving-back", "apology", "open-question", "observation", "taking-seriously", "time",
    "valuing", "together",
)  # fmt: skip
COSTLY = (
    "label", "threatening", "dismissing", "accusing", "mind-reading", "absolute", "crowd", "should-have",
    "apology-shifting", "who-question", "ordering", "curt", "long",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a spoken line was said, from the ear; nothing of it is known of a typed one."""

    seconds: float
    longest_silence: float
    """Before or within the line, in seconds."""
    interrupted: bool
    """Whether it began while the other still spoke."""


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was found, with its moment."""

    kind: str
    say: str
    quote: str
    turn: str
    better: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """One line on the timeline."""

    said: str
    reply: str
    openness: float
    threat: float
    trust: float
    cues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a rehearsal showed."""

    attempt: int
    persona: str
    who: str
    """How the person calls the other one."""
    strengths: tuple[Point, ...]
    try_next: Point
    timeline: tuple[Moment, ...]
    counts: dict[str, float]
    """Plain counts and shares, for comparing one try with another."""


def feedback(
    scene: Scene, ear: Ear, language: Language, deliveries: dict[str, Delivery] | None = None
) -> Feedback | None:
    """None where nothing was said that could be spoken of. ``deliveries`` by turn, where lines were spoken."""
    if not scene.lines:
        return None
    heard = [ear.hear(line.said, line.before) for line in scene.lines]
    counts = _counts(scene.lines, heard, language, deliveries or {})
    timeline = tuple(
        Moment(
            line.said, line.reply, line.state.openness, line.state.threat, line.state.trust,
            tuple(cue for cue, _ in one.cues),
        )
        for line, one in zip(scene.lines, heard, strict=True)
    )  # fmt: skip
    return Feedback(
        scene.attempt, scene.persona.title, scene.who, _strengths(scene, heard, counts, language),
        _try_next(scene, heard, counts, language), timeline, counts,
    )  # fmt: skip


def _counts(
    lines: Sequence[Spoken], heard: Sequence[Landing], language: Language, deliveries: dict[str, Delivery]
) -> dict[str, float]:
    asked = Counter(language.question_kinds([line.said for line in lines]))
    own, theirs = (
        sum(len(text.split()) for text in side) for side in zip(*((x.said, x.reply) for x in lines), strict=True)
    )
    cues = Counter(cue for one in heard for cue, _ in one.cues)
    found = {
        "lines": len(lines),
        "open questions": asked["open"],
        "closed questions": asked["closed"],
        "given back": cues["giving-back"],
        "own part": cues["own-part"],
        "blaming lines": sum(one.blaming for one in heard),
        "absolutes": cues["absolute"],
        "your share of the words": round(own / max(1, own + theirs), 2),
        "fillers": sum(len(FILLERS.findall(line.said)) for line in lines),
        "openness at the end, of 100": round(100 * lines[-1].state.openness),
        "threat at the end, of 100": round(100 * lines[-1].state.threat),
    }  # fmt: skip
    spoken = [deliveries[line.turn] for line in lines if line.turn in deliveries]
    if spoken:
        seconds = sum(one.seconds for one in spoken)
        words = sum(len(line.said.split()) for line in lines if line.turn in deliveries)
        found["words a minute"] = round(60 * words / max(1.0, seconds))
        found["interruptions"] = sum(one.interrupted for one in spoken)
        found["longest silence"] = max(one.longest_silence for one in spoken)
    return found


def _strengths(
    scene: Scene, heard: Sequence[Landing], counts: dict[str, float], language: Language
) -> tuple[Point, ...]:
    """The best moments, no two of one line where there are others."""
    lines = scene.lines
    found: list[tuple[str, Spoken]] = []
    if {"situation", "behaviour", "impact"} <= language.sbi(lines[0].said) and not heard[0].blaming:
        found.append(("opening", lines[0]))
    for kind in _ORDER:
        showing = [(one.threat, n) for n, one in enumerate(heard) if one.has(kind) and not one.blaming]
        if kind == "observation":
            # News is told, and no moment that a camera would have seen.
            showing = [(threat, n) for threat, n in showing if not NEWS.search(lines[n].said)]
        if showing:
            found.append((kind, lines[min(showing)[1]]))
    rises = [n for n, one in enumerate(heard) if one.threat > 0]
    if rises and lines[-1].state.threat < lines[rises[0]].state.threat - 0.1:
        best = min(range(rises[0] + 1, len(lines)), key=lambda n: heard[n].threat)
        found.append(("recovered", lines[best]))
    if len(lines) > 2 and counts["your share of the words"] <= ROOM:
        found.append(("listening", max(lines, key=lambda line: len(line.reply.split()))))
    if counts["blaming lines"] == 0 and counts["absolutes"] == 0:
        found.append(("no-blame", lines[-1]))
    # What can be said of anybody who got this far, at moments that need not be hidden.
    calm = [line for line, one in zip(lines, heard, strict=True) if not one.blaming and one.threat <= 0]
    calm = [line for line in calm if re.search(r"\w", line.said)] or list(lines)
    found += [("stayed", calm[-1]), ("began", calm[0]), ("plain", min(calm, key=lambda x: len(x.said.split())))]
    chosen: list[tuple[str, Spoken]] = []
    for one in found:
        if len(chosen) < STRENGTHS and all(one[1].turn != other[1].turn for other in chosen):
            chosen.append(one)
    for one in found:
        if len(chosen) < STRENGTHS and one not in chosen:
            chosen.append(one)
    says = feedback_lines()["strengths"]
    return tuple(Point(kind, says[kind], quote(line.said), line.turn) for kind, line in chosen)


def _try_next(scene: Scene, heard: Sequence[Landing], counts: dict[str, float], language: Language) -> Point:
    """The one change that would have helped most: the costliest moment, else what was missing."""
    lines = scene.lines
    # What only has a sharp sound is named where nothing kind is in it: a line is not praised and blamed at once.
    costs = [0.0 if not any(map(one.has, COSTLY)) and any(map(one.has, _ORDER)) else one.threat for one in heard]
    worst = max(range(len(lines)), key=costs.__getitem__)
    if costs[worst] > 0.02:
        kind = next((cue for cue in COSTLY if heard[worst].has(cue)), "accusing")
        word = dict(heard[worst].said).get(kind, "")
        reworded = next(
            (m.suggestion for m in language.analyse(lines[worst].said) if m.suggestion and "[" not in m.suggestion),
            None,
        )
        return _point(kind, lines[worst], word=word, better=reworded, persona=scene.persona.name)
    cues = {cue for one in heard for cue, _ in one.cues}
    longest = max(lines, key=lambda x: len(x.said))
    missing = [
        ("no-observation", "observation" not in cues and not any(NEWS.search(line.said) for line in lines), lines[0]),
        ("no-question", counts["open questions"] + counts["closed questions"] == 0, lines[-1]),
        ("closed-questions", counts["open questions"] == 0, lines[-1]),
        ("much-talk", counts["your share of the words"] > MUCH_TALK and len(lines) > 1, longest),
        ("no-giving-back", len(lines) > 2 and not cues & {"giving-back", "taking-seriously"}, lines[-1]),
        ("fillers", counts["fillers"] > 2 * len(lines), max(lines, key=lambda x: len(FILLERS.findall(x.said)))),
        ("no-own-part", len(lines) > 2 and not cues & {"own-part", "apology"}, lines[-1]),
        ("next", True, lines[-1]),
    ]  # fmt: skip
    kind, _, line = next(one for one in missing if one[1])
    return _point(kind, line)


def _point(kind: str, line: Spoken, *, word: str = "", better: str | None = None, persona: str = "") -> Point:
    """``better``: a line of one's own goes before the ones that are kept; those are told apart by the counterpart."""
    data = feedback_lines()["tries"][kind]
    kept = [data["to"][persona]] if persona in data.get("to", {}) else [data["better"], *data.get("more", ())]
    say = data["say"].replace("{word}", word.strip(" .,!?").lower() or "that")
    return Point(kind, say, quote(line.said), line.turn, better or kept[len(line.said) % len(kept)])


def quote(said: str) -> str:
    """A moment in the person's own words, cut where it is long."""
    words = said.split()
    text = " ".join(words[:QUOTED_WORDS]) + (" …" if len(words) > QUOTED_WORDS else "")
    return text.replace("“", "'").replace("”", "'").replace('"', "'")


def page(found: Feedback, before: Feedback | None = None) -> Page:
    """The feedback as a page; with what changed since the try ``before``."""
    lines = [f"# Feedback on try {found.attempt}, with {found.who}, {found.persona}", "", "## What was strong", ""]
    lines += [f"- {_cap(point.say)} “{point.quote}”" for point in found.strengths]
    lines += ["", "## One thing to try", "", f"{_cap(found.try_next.say)} You said: “{found.try_next.quote}”", ""]
    lines += [f"Perhaps: “{found.try_next.better}”", "", "## How it went", ""]
    lines += ["| you said | they said | open |", "|---|---|---|"]
    lines += [
        f"| {_cell(quote(m.said))} | {_cell(quote(m.reply))} | {round(100 * m.openness)} |" for m in found.timeline
    ]
    # Columns of figures would push the page onto a second sheet.
    told = [f"{name}: {value:g}{_since(name, value, before)}" for name, value in found.counts.items()]
    lines += ["", "## In numbers", "", " · ".join(told)]
    return Page(
        f"rehearsal {found.attempt}",
        "feedback",
        f"Feedback on try {found.attempt}, with {found.who}",
        "\n".join(lines) + "\n",
        _data(found),
    )


def _data(found: Feedback) -> dict[str, Any]:
    return {
        "attempt": found.attempt,
        "persona": found.persona,
        "timeline": [
            {"said": m.said, "reply": m.reply, "openness": m.openness, "threat": m.threat, "trust": m.trust,
             "cues": list(m.cues)}
            for m in found.timeline
        ],
        "counts": found.counts,
        "strengths": [{"kind": p.kind, "say": p.say, "quote": p.quote} for p in found.strengths],
        "try": {"kind": found.try_next.kind, "say": found.try_next.say, "quote": found.try_next.quote,
                "better": found.try_next.better},
    }  # fmt: skip


def _since(name: str, value: float, before: Feedback | None) -> str:
    if before is None or name not in before.counts or before.counts[name] == value:
        return ""
    return f" (before: {before.counts[name]:g})"


def _cap(text: str) -> str:
    return re.sub(r"^([“\"']?)([a-z])", lambda m: m[1] + m[2].upper(), text)


def _cell(text: str) -> str:
    return text.replace("|", "/")
