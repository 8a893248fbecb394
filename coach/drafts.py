"""A sentence of the person's own that they mean to say: finding it, and what the language analysis makes of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from coach import patterns
from coach.admitting import acts, broken_promise
from coach.frame import Frame
from coach.language.language import Language
from coach.values import Mark

_QUOTED = re.compile(
    r"[“\"«](?P<a>[^”\"»]{8,500})[”\"»]|(?<!\w)[‘'](?P<b>[^\n]{8,500}?)[’'](?=\W*(?:\Z|\s|[.,;!?]))(?!\w)"
)
LEAST_WORDS = 4
LONG = 60
"""Words from which something to be said at once is long."""
_SORRY = re.compile(r"\b(?:sorry|apologi[sz]e|i was wrong|my (?:fault|mistake|doing)|on me)\b", re.I)
_BUT = re.compile(r"\b(?:sorry|wrong|my (?:fault|mistake)|apologi[sz]e)\b[^.?!]*,? but\b", re.I)
_NEXT = re.compile(
    r"\b(?:i(?:'ll|’ll| will| wont|'m going to| am going to| won['’]?t)|"
    r"i(?:'m| am) (?:speaking|talking|going|meeting|seeing)|"
    r"from now on|next time|by (?:\w+day|tomorrow|noon)|tomorrow at|on \w+day)\b",
    re.I,
)
_FIGURE = re.compile(r"\b(?:\d+(?:[.,]\d+)?|two|three|four|five|six|seven|eight|nine|ten|twelve|half)\b", re.I)
_KEEP = re.compile(
    r"\bi (?:do(?:n'?t| not) want to lose|want (?:us|you) to|value|need you|care about|want to keep)\b", re.I
)
_CHOICE = re.compile(r"\b(?:which|what (?:comes )?first|or)\b[^.?!]*\?", re.I)
_COSTLY = ("label", "apology-shifting", "who-question", "mind-reading", "absolute", "counterfactual", "passive-blame")
"""Kinds of marks that are named, the costliest first; the others belong to reports."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is good in a draft, the most telling first, and the one thing to change, if any."""

    good: tuple[str, ...]
    asked: str | None = None
    """What was asked about it; see ``asks_about``."""
    change: str | None = None
    word: str = ""
    """The words that the change is about."""
    better: str | None = None
    """The draft's sentence without them."""


def draft_in(said: str) -> str | None:
    """The sentence of their own that a message puts up; None where it has none."""
    plain = said.replace("’", "'")
    for match in _QUOTED.finditer(plain):
        text = (match["a"] or match["b"]).strip()
        before, after = plain[: match.start()], plain[match.end() :]
        if len(text.split()) < LEAST_WORDS or _shows("reported", before):
            continue
        begins = not before.strip() or before.rstrip()[-1:] in ".!?:"
        if _shows("lead", before) or _shows("after", after) or (begins and _shows("asks", after)):
            return text
    if '"' in plain or "“" in plain:
        return None
    for name in ("after_colon", "spoken"):
        if found := patterns.pattern("drafts", name).search(plain):
            text = _without_ask(found["span"])
            to_them = re.search(r"\b(?:you|your|ur|u)\b", text, re.I)
            if len(text.split()) >= LEAST_WORDS and to_them and not _shows("reported", plain[: found.start() + 1]):
                return text
    return None


def asks_about(said: str, draft: str) -> str | None:
    """``good`` where a yes would be good news ("is that ok?"), ``bad`` for "too hard?", None where nothing is asked."""
    rest = said.replace("’", "'").replace(draft, " ")
    if _shows("asks_bad", rest):
        return "bad"
    return "good" if _shows("asks", rest) else None


def judged(draft: str, frame: Frame, language: Language) -> Verdict:
    """What the language analysis shows of it, and the facts of the talk that it would be stronger with."""
    return replace(_verdict(draft, frame, language), asked=asks_about(frame.said, draft))


def _verdict(draft: str, frame: Frame, language: Language) -> Verdict:
    good = tuple(_good(draft, language))
    marks = sorted(
        (mark for mark in language.analyse(draft) if mark.kind in _COSTLY), key=lambda mark: _COSTLY.index(mark.kind)
    )
    if _BUT.search(draft):
        return Verdict(good, change="but")
    if marks:
        return _with_mark(good, marks)
    if len(draft.split()) > LONG:
        return Verdict(good, change="long")
    limit = next((slot for slot in reversed(frame.all("constraint")) if slot.turn < frame.turn), None)
    if limit is not None and "figures" in good and limit.text.lower() not in draft.lower():
        return Verdict(good, change="limit", word=limit.text)
    if not {"own", "open", "choice"} & set(good) and asks_about(frame.said, draft):
        return Verdict(good, change="no-question")
    return Verdict(good)


def _good(draft: str, language: Language) -> list[str]:
    parts = language.sbi(draft)
    found = []
    if acts(draft) or _SORRY.search(draft) or broken_promise([draft]):
        found.append("own")
    if len(_FIGURE.findall(draft)) >= 2 and re.search(r"\d", draft):
        found.append("figures")
    if _NEXT.search(draft):
        found.append("next")
    if _KEEP.search(draft):
        found.append("keep")
    if {"situation", "behaviour"} <= parts:
        found.append("moment")
    if _CHOICE.search(draft):
        found.append("choice")
    elif draft.rstrip().endswith("?") and language.question_kind(re.split(r"(?<=[.!])\s+", draft)[-1]) == "open":
        found.append("open")
    return found or ["short"] if len(draft.split()) <= LONG else found


def _with_mark(good: tuple[str, ...], marks: Sequence[Mark]) -> Verdict:
    first = marks[0]
    better = first.suggestion if first.suggestion and "[" not in first.suggestion else None
    return Verdict(good, change=first.kind, word=first.text, better=better)


def _without_ask(text: str) -> str:
    parts = re.split(r"(?<=[.!?])\s+", text.strip())
    while len(parts) > 1 and _shows("asks", parts[-1]):
        parts.pop()
    return " ".join(parts).strip()


def _shows(name: str, text: str) -> bool:
    return patterns.pattern("drafts", name).search(text) is not None
