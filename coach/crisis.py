"""What is said when somebody's life or safety may be at stake, and what follows on the answers.

All words come from ``prompts/crisis``; this file only decides which text is due. The state is a string such as
``asked:own:en`` that travels in ``Gated.state`` with the turn, so it is derived from history and survives a restart.
It knows nothing of how danger is recognised (``coach.signals``, ``coach.gate``).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from coach import patterns
from coach.authored import Authored, authored, compose
from coach.denial import denies_danger
from coach.regions import Region, named_in, region, where_line
from coach.values import Gated, Turn

Who = Literal["own", "self-harm", "content", "other", "threat", "harm", "abuse", "abuse-other"]
Tier = Literal["explicit", "veiled"]
Answer = Literal["yes", "maybe", "joke", "no", "forget", "held", "alone", "unsafe", "unclear"]

OPEN_PHASES = frozenset({"asked", "wondered", "again", "urgent", "next1", "next2"})
"""Phases in which the next message is an answer to us. In the others the gate looks at it afresh."""
SETTLED = frozenset({"denied", "held"})
"""Phases in which the person has answered plainly: their word stands until a new message says something new."""
ANSWER_WORDS = 12
"""A denial up to this length is all the message says; a longer one has gone on to something else."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Danger that was recognised in a message."""

    who: Who
    tier: Tier
    reason: str
    theme: str | None = None
    language: str = "en"
    surmised: bool = False
    """Whether no word of danger was said: a trained head read it in the whole, and may have misread."""


@dataclass(frozen=True, slots=True)
class State:
    """Where the talk about danger stands."""

    phase: str
    who: Who
    language: str = "en"

    def __str__(self) -> str:
        return f"{self.phase}:{self.who}:{self.language}"


def state_of(history: Sequence[Turn]) -> State | None:
    """The latest crisis state in a conversation, None where there was no crisis."""
    for turn in reversed(history):
        if turn.gated is not None and turn.gated.kind == "crisis" and turn.gated.state:
            phase, who, language = turn.gated.state.split(":")
            return State(phase, who, language)  # type: ignore[arg-type]
    return None


def first(finding: Finding, said: str, history: Sequence[Turn], code: str | None) -> Gated:
    """The first answer to a finding: the text for its kind, ending on the direct question."""
    place = _region(code, said, history)
    state = State("wondered" if finding.surmised else "asked", finding.who, finding.language)
    opening: Sequence[str] = ()
    if finding.language == "en" and not finding.surmised and finding.who in ("own", "self-harm") and finding.theme:
        opening = authored("crisis", "openings").slots[finding.theme]
    lines = compose(_first_text(finding), place.fill(finding.language), _before(history), opening)
    return Gated("crisis", finding.reason, _with_where(lines, place, finding.language, history), str(state))


def follow(state: State, said: str, finding: Finding | None, history: Sequence[Turn], code: str | None) -> Gated | None:
    """The answer to a message that replies to a crisis text; None where the talk goes back to coaching."""
    if finding is not None and _graver(finding, state):
        return first(finding, said, history, code)
    place = _region(code, said, history)
    answer = answer_of(said, _last_question(history), at_home=state.who == "abuse")
    denied = finding is None and denies_danger(said)
    plainly = _plainly_no(said) and (finding is None or finding.tier == "veiled")
    if plainly or (answer == "no" and finding is not None and finding.surmised):
        # The heads read the words of danger in a denial as danger; what was said counts, with a joke around it or not.
        finding, answer = None, "no"
    if finding is not None and not _spared(answer, said, state):
        answer = "yes"
    named_only = region(code).code is None and named_in(said) is not None and answer == "unclear"
    if named_only and len(said.split()) <= 6:
        return _numbers(state, place, history)
    if state.phase == "wondered" and finding is None:
        if answer in ("no", "joke", "forget") or denied:
            return _released(state, place, history)
        if answer == "unclear" and state.who not in _OWN:
            return None
    if state.phase == "wondered" and state.who not in _OWN:
        # Only now is it known that there is danger; the text on it has not been said.
        known = finding or Finding(state.who, "veiled", f"answer to the {state.who} question: {answer}")
        return first(replace(known, surmised=False), said, history, code)
    if denied and state.who not in _ASKED_BACK:
        if len(said.split()) > ANSWER_WORDS:
            return None
        due: tuple[str, Authored] | None = ("denied", _text("other-denied", state))
    else:
        due = _next(state, "no" if denied else answer, finding)
        if plainly and state.who in _OWN:
            due = "denied", _text("own-denied", state)
    if due is None:
        return None
    phase, text = due
    lines = compose(text, place.fill(state.language), _before(history))
    after = State(phase, state.who if text.name != "own-urgent" else "own", state.language)
    return Gated("crisis", f"answer to the {state.who} text: {answer}", lines, str(after))


def _released(state: State, place: Region, history: Sequence[Turn]) -> Gated:
    """Nothing of danger was said and it is denied: a misreading is owned up to, and the talk goes on."""
    text = _text("misread" if state.who in _OWN else "misread-other", state)
    lines = compose(text, place.fill(state.language), _before(history))
    after = State("denied", state.who, state.language)
    return Gated("crisis", f"the {state.who} text was a misreading", lines, str(after))


def _plainly_no(said: str) -> bool:
    """Whether danger is denied in so many words, with nothing behind it that takes it back."""
    text = said.replace("’", "'")
    return _says("plain-no", text) and not _says("but", text)


def _spared(answer: Answer, said: str, state: State) -> bool:
    """Whether an answer that names danger still means what it says: denied in so many words, or in good hands."""
    if answer == "no":
        return _says("denied", said.replace("’", "'"))
    return answer == "unsafe" or (answer == "held" and state.who not in ("own", "self-harm", "content"))


def _next(state: State, answer: Answer, finding: Finding | None) -> tuple[str, Authored] | None:
    """The phase that follows an answer, and the text due in it."""
    if state.who in _OWN:
        return _next_own(state, answer)
    if state.who == "other":
        if answer == "held":
            return "held", _text("other-held", state)
    elif answer == "unsafe":
        return "next1", _text("abuse-unsafe", state)
    if state.phase == "next2" and finding is None:
        return None
    name = "abuse-next" if state.who.startswith("abuse") else f"{state.who}-next"
    return ("next1" if state.phase == "asked" or finding is not None else "next2"), _text(name, state)


def _next_own(state: State, answer: Answer) -> tuple[str, Authored]:
    if state.phase == "urgent":
        if answer == "held":
            return "held", _text("own-held", state)
        if answer in ("no", "alone"):
            return "urgent", _text("own-alone", state)
        if answer == "forget":
            return "onward", _text("own-onward", state)
        return "urgent", _text("own-urgent", state)
    if answer in ("yes", "maybe", "joke", "alone"):
        return "urgent", _text("own-urgent", state)
    if answer == "held":
        return "held", _text("own-held", state)
    if state.who == "content":
        return "denied", _text("content-next", state)
    if answer == "no":
        return "denied", _text("own-denied", state)
    return ("onward", _text("own-onward", state)) if state.phase == "again" else ("again", _text("own-again", state))


_OWN = frozenset(("own", "self-harm", "content"))
_ASKED_BACK = frozenset(("own", "self-harm", "abuse"))
"""Whose danger is the person's own: there a no gets a word back, however much else the message says."""

# Languages other than English have fewer texts; each English text has its nearest there.
_ABROAD = {
    "own-urgent": "urgent", "own-alone": "urgent", "own-held": "onward", "own-denied": "denied",
    "own-again": "again", "own-onward": "onward", "content-next": "onward", "other-next": "other",
    "other-denied": "onward",
    "other-held": "onward", "threat-next": "danger", "harm-next": "danger", "abuse-next": "danger",
    "abuse-unsafe": "danger",
}  # fmt: skip


def _text(name: str, state: State) -> Authored:
    return (
        authored("crisis", name) if state.language == "en" else authored("crisis", state.language).part(_ABROAD[name])
    )


def _first_text(finding: Finding) -> Authored:
    if finding.language != "en":
        part = {"own": "own", "self-harm": "own", "content": "own", "other": "other"}.get(finding.who, "danger")
        return authored("crisis", finding.language).part(part)
    if finding.surmised and finding.who != "content":
        return authored("crisis", "own-surmised" if finding.who in _OWN else "other-surmised")
    return authored("crisis", f"own-{finding.tier}" if finding.who == "own" else finding.who)


_GRAVITY: dict[Who, int] = {
    "content": 0, "abuse-other": 1, "abuse": 1, "other": 1, "self-harm": 2, "harm": 3, "threat": 3, "own": 3,
}  # fmt: skip


def _graver(finding: Finding, state: State) -> bool:
    """Whether what was found is another and greater danger than the one being talked about."""
    return finding.who != state.who and finding.tier == "explicit" and _GRAVITY[finding.who] > _GRAVITY[state.who]


def _numbers(state: State, place: Region, history: Sequence[Turn]) -> Gated:
    """The country was named: its numbers, and the question again in other words."""
    before = _before(history)
    if state.language == "en":
        numbers = compose(authored("crisis", "where"), place.fill("en"), before)
    else:
        numbers = (f"{place.emergency} · {place.line or 'findahelpline.com'}",)
    open_text = _first_text(Finding(state.who, "veiled", "", language=state.language))
    if state.phase != "asked" and state.who in ("own", "self-harm"):
        open_text = _text("own-urgent" if state.phase == "urgent" else "own-again", state)
    asks = Authored("ask", 1, state.language, (), {"ask": open_text.slots["ask"]})
    lines = (*numbers, *compose(asks, place.fill(state.language), before))
    return Gated("crisis", "the person named their country", lines, str(state))


def _with_where(lines: tuple[str, ...], place: Region, language: str, history: Sequence[Turn]) -> tuple[str, ...]:
    """Adds, once a conversation, that the country is unknown; before the question, which stays last."""
    line = where_line(language)
    if place.code is not None or any(line in text for text in _before(history)):
        return lines
    return (*lines[:-1], line, lines[-1])


def _region(code: str | None, said: str, history: Sequence[Turn]) -> Region:
    """The configured region, else the country that the person named since the crisis began."""
    if region(code).code is not None:
        return region(code)
    since = [turn.said for turn in history if turn.gated is not None and turn.gated.kind == "crisis"]
    return region(next((found for text in [said, *reversed(since)] if (found := named_in(text))), None))


def _before(history: Sequence[Turn]) -> list[tuple[str, ...]]:
    return [turn.gated.text for turn in history if turn.gated is not None]


def _last_question(history: Sequence[Turn]) -> str:
    texts = [text for text in _before(history) if text]
    return texts[-1][-1] if texts else ""


def answer_of(said: str, question: str = "", at_home: bool = False) -> Answer:
    """How a message answers the crisis text whose last sentence is ``question``; ``at_home``: the text on abuse.

    Ambiguity counts as danger: a "no" that is hedged is a maybe.
    """
    text = said.replace("’", "'")
    if at_home:
        near = re.search(r"near you|cerca de ti|près de toi|in deiner nähe|perto de ti|vicino a te", question, re.I)
        safe = re.search(r"\bsafe|seguro|en lieu sûr|sicher|sicuro", question, re.I)
        if _says("unsafe", text) or (near and _says("yes", text)) or (safe and not near and _says("no", text)):
            return "unsafe"
    if _says("held", text) and not _says("alone", text):
        return "held"
    if _says("joke", text):
        return "joke"
    if _says("alone", text):
        return "alone"
    if _says("forget", text):
        return "forget"
    if _says("unsure", text):
        return "maybe"
    if _says("no", text):
        return (
            "maybe"
            if re.search(r"\bbut\b|\bjust (?:want|wish)|\bpero\b|\bmais\b|\baber\b|\bmas\b|\bma\b", text, re.I)
            else "no"
        )
    return "yes" if _says("yes", text) else "unclear"


def _says(answer: str, text: str) -> bool:
    return _answers()[answer].search(text) is not None


@cache
def _answers() -> dict[str, re.Pattern[str]]:
    data = patterns.read("answers")
    return {name: patterns.any_of(lines) for name, lines in data.items() if name != "words"}
