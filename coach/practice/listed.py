"""Lists that people write down, read: actions with owner and day, key results with how far each is."""

import re
from dataclasses import dataclass
from datetime import date

from coach import dates
from coach.practice.quantities import items_in
from coach.timeline.actors import words

_OWNER = re.compile(
    r"^(?P<who>[A-ZÀ-Ž][\w'’\-]+(?: and [A-ZÀ-Ž][\w'’\-]+)?)(?:\s+(?:will|to)\s+|:\s+|\s+(?=[a-z]+s\b))(?P<what>\S.+)$",
    re.S,
)
_BY = re.compile(r"(?P<what>.+)[,;]?\s\(?(?:by|until|before|on|due)\s+(?P<day>[^()]+?)\)?\s*[.]?$", re.I | re.S)
_LAST_WORDS = 2
_BRACKETED = re.compile(r"\s*\((?P<inner>[^()]+)\)\s*\.?$")


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that somebody will do."""

    what: str
    owner: str
    day: date | None


def actions_in(text: str, today: date) -> list[Action]:
    """The actions of an answer: "Ana adds a check by Friday; remove the old page (Tom, 1 December)"."""
    found = []
    for item in items_in(text):
        what, owner, day = item.strip(" ."), "", None
        if match := _BRACKETED.search(what):
            parts = [part.strip() for part in match["inner"].split(",")]
            day = next((d for part in parts if (d := dates.day_in(part, today))), None)
            owner = next((part for part in parts if not dates.day_in(part, today)), "")
            what = what[: match.start()]
        elif (match := _BY.match(what)) and (day := dates.day_in(match["day"], today)):
            what = match["what"]
        # "The budget, at the team meeting next Thursday" names its day last.
        day = day or dates.day_in(" ".join(what.split()[-_LAST_WORDS:]), today)
        if not owner and (match := _OWNER.match(what)) and match["who"].lower() not in words("no_name"):
            owner, what = match["who"], match["what"]
        found.append(Action(what.strip(" ,."), owner, day))
    return found


_NUMBER = r"-?\d+(?:[.,]\d+)?"
_RESULTS = (
    re.compile(
        rf"(?P<text>.+?)[:,]?\s+(?:from\s+)?(?P<a>{_NUMBER})\s*(?P<unit>[^\d,;]*?)\s*to\s+(?P<b>{_NUMBER})(?P<rest>[^,;]*?)"
        rf"[,;]?\s+(?:\(?(?:now|today|currently|is|we(?:'re| are)(?: now)?|stands?)\s*(?:at )?)(?P<n>{_NUMBER})",
        re.I,
    ),
    re.compile(
        rf"(?P<text>.+?)[:,]?\s+(?P<a>{_NUMBER})\s*(?:→|->|=>)\s*(?P<b>{_NUMBER})[^,;]*?[,;]?\s+(?:now|today|currently)\s*"
        rf"(?:at )?(?P<n>{_NUMBER})",
        re.I,
    ),
    re.compile(rf"(?P<text>.+?)[:,]?\s+(?:now\s+|at\s+)?(?P<n>{_NUMBER})\s*(?:of|out of|/)\s*(?P<b>{_NUMBER})", re.I),
    re.compile(rf"(?P<text>.+?)[:,]?\s+(?:now\s+|at\s+)?(?P<n>{_NUMBER})\s*(?:%|percent|per cent)", re.I),
)


# A result that has no figure yet is one all the same.
_NO_FIGURE = re.compile(
    r"^\W*(?:i|we) (?:don'?t|do not|haven'?t|have no)(?: have| got)?(?: yet)? ?(?:an?|any|the)? ?"
    r"(?:numbers?|figures?|values?) (?:yet )?(?:for|of|on) (?:the )?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Result:
    """One key result: from where to where, and where it stands; None where no figure was given."""

    text: str
    start: float | None = None
    aim: float | None = None
    now: float | None = None

    @property
    def share(self) -> float | None:
        """How much of the way is gone, 0 to 1."""
        if self.start is None or self.aim is None or self.now is None or self.aim == self.start:
            return None
        return min(1.0, max(0.0, (self.now - self.start) / (self.aim - self.start)))


def results_in(text: str) -> list[Result]:
    """Key results as people write them: "answer time from 20 to 5 hours, now 12", "3 of 5 interviews", "40 %"."""
    found = []
    for item in items_in(text):
        item = _NO_FIGURE.sub("", item)
        match = next((m for pattern in _RESULTS if (m := pattern.match(item))), None)
        if match is None:
            found.append(Result(item))
            continue
        parts = match.groupdict()
        start = _figure(parts.get("a"))
        aim = _figure(parts.get("b"))
        found.append(
            Result(
                match["text"].strip(" :,-–"), 0.0 if start is None else start, 100.0 if aim is None else aim,
                _figure(match["n"]),
            )
        )  # fmt: skip
    return found


def _figure(text: str | None) -> float | None:
    return float(text.replace(",", ".")) if text else None
