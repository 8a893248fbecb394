"""The artefact of a practice: its template filled with the person's words, with blanks for what is not known.

A line with only optional marks that are all unknown is left out; a heading with nothing below it goes too.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from coach import dates
from coach.language.language import Language
from coach.parse import Parser
from coach.practice import blocks
from coach.practice.form import Form
from coach.practice.practice import MARK, Pick, Practice
from coach.practice.quantities import clock_in, minutes_in
from coach.practice.turning import turning

# A rewording asks on; in a timeline only what happened stands.
_ASKED_ON = re.compile(r"\s*What (?:would have made it easier|stood in the way of [^?]*)\?")


class Rendering:
    """One practice with what is known of it. ``today`` turns the days that people name into dates."""

    def __init__(self, practice: Practice, form: Form, parser: Parser, today: date) -> None:
        self._practice = practice
        self._form = form
        self._today = today
        self._filters = {
            **turning(f"{form.values.get('who', '')} {form.values.get('name', '')}", parser),
            "day": self._named_day,
            "on": self._on,
        }
        self._language = Language(parser)
        self._worded: dict[str, str] = {}
        self._making = blocks.Making(form.values, today, self._reworded)

    def title(self) -> str:
        named = self._practice.artefact.title
        if made := self.line(named):
            return made
        # "Debrief: {incident}" is a debrief before anything is known of it.
        kind, colon, _ = named.partition(": {")
        return kind if colon else self._practice.title

    def markdown(self) -> str:
        """The whole artefact."""
        lines: list[str] = []
        for line in self._practice.template.splitlines():
            if not MARK.search(line):
                lines.append(line)
                continue
            lines += self._filled(line)
        return _tidied([f"# {self.title()}", "", *lines])

    def line(self, template: str) -> str | None:
        """A template with its marks filled; None where one cannot be."""
        values: dict[str, str] = {}
        for mark in MARK.finditer(template):
            value = self._value(mark[1], mark[2])
            if value is None:
                return None
            values[mark[0]] = value
        return _joined(MARK.sub(lambda mark: values[mark[0]], template))

    def part(self, name: str) -> str | None:
        """The first alternative of a part that can be filled."""
        return next((said for line in self._practice.parts[name] if (said := self.line(line))), None)

    def promise(self) -> tuple[str, date | None] | None:
        """The commitment that the practice ends in, and its day."""
        promise = self._practice.promise
        if promise is None:
            return None
        text = next((said for line in promise.text if (said := self.line(line))), None)
        return (text, self.day(promise.due)) if text else None

    def day(self, id: str) -> date | None:
        value = self._form.values.get(id)
        return dates.day_in(value, self._today) if value else None

    def data(self) -> dict[str, Any]:
        """What the page was made from, as plain JSON: field by field, with the days as dates."""
        day, later, promise = self._due(), self.follow_up(), self.promise()
        return {
            "practice": self._practice.name,
            "fields": [
                {"id": one.id, "title": one.title, "value": self._form.values.get(one.id)}
                for one in self._practice.fields
                if self._form.wanted(one)
            ],
            "promise": promise[0] if promise else None,
            "day": day.isoformat() if day else None,
            "look_back": later.isoformat() if later else None,
            **self._clock(),
            **{
                key: value
                for block in self._practice.blocks.values()
                for key, value in blocks.data_of(block, self._making).items()
            },
        }

    def _clock(self) -> dict[str, Any]:
        """The time of day of the promised day, and how long it takes, where these are known."""
        promise = self._practice.promise
        when = self._form.values.get(promise.due, "") if promise else ""
        begins = clock_in(when)
        if begins is None:
            return {}
        agenda = next((one for one in self._practice.blocks.values() if one.make == "agenda"), None)
        minutes = minutes_in(self._form.values.get(agenda.minutes, "")) if agenda else None
        return {
            "clock": f"{begins // 60:02d}:{begins % 60:02d}",
            "minutes": minutes or (agenda.default_minutes if agenda else 0) or blocks.DEFAULT_MINUTES,
        }

    def _named_day(self, text: str) -> str | None:
        """A day as people write it down: "Friday 27 November at 14:00"."""
        day, clock = dates.day_in(text, self._today), clock_in(text)
        hour = f" at {clock // 60}:{clock % 60:02d}" if clock is not None else ""
        return f"{day:%A} {day.day} {day:%B}{hour}" if day else text

    def _on(self, text: str) -> str | None:
        """The same for the middle of a sentence: "on Friday 27 November", "in the first week of December"."""
        if dates.day_in(text, self._today):
            return f"on {self._named_day(text)}"
        loose = re.match(r"(?:in )?(?:the )?(?P<rest>(?:first|second|third|last) (?:week|half) of .+)", text, re.I)
        return f"in the {loose['rest']}" if loose else text

    def _reworded(self, texts: list[str]) -> list[str]:
        """Lines of notes without blame, as far as the language analysis has other words for it."""
        fresh = [text for text in dict.fromkeys(texts) if text not in self._worded]
        # Looked at together, which takes a tenth of the time; only those with a mark are looked at by themselves.
        marked = {mark.line for mark in self._language.analyse("\n\n".join(fresh))}
        for n, text in enumerate(fresh):
            self._worded[text] = self._without_blame(text) if 2 * n + 1 in marked else text
        return [self._worded[text] for text in texts]

    def _without_blame(self, text: str) -> str:
        worded = _ASKED_ON.sub("", self._language.without_blame(text)).strip()
        # Of what is marked and has no other words the room is told that it is somebody's own.
        return f"“{text}”" if worded == text else worded

    def _due(self) -> date | None:
        promise = self._practice.promise
        return self.day(promise.due) if promise and promise.due else None

    def follow_up(self) -> date | None:
        """The day to look back."""
        after, day = self._practice.after, self._due()
        return day + timedelta(days=after.days) if day and after.days else None

    def _filled(self, line: str) -> list[str]:
        """A template line; several where a pick stands alone in it; none where nothing in it is known."""
        alone = re.fullmatch(r"(\s*(?:- |\d+\. )?)\{(\w+)\}\s*", line)
        if alone and alone[2] in self._practice.picks:
            return [alone[1] + text for text in self._picked(self._practice.picks[alone[2]])]
        if alone and alone[2] in self._practice.blocks:
            return blocks.make(self._practice.blocks[alone[2]], self._making) or []
        marks = list(MARK.finditer(line))
        if all(self._value(mark[1], mark[2]) is None and not self._missed(mark[1]) for mark in marks):
            return []
        values = {mark[0]: self._value(mark[1], mark[2]) or self._gap(mark[1]) for mark in marks}
        return [_joined(MARK.sub(lambda mark: values[mark[0]], line))]

    def _missed(self, name: str) -> bool:
        """Whether a gap should show: something that must be known and was neither filled nor ruled out."""
        field = next((one for one in self._practice.fields if one.id == name), None)
        if field is None:
            return name in self._practice.parts
        return field.need == "must" and self._form.wanted(field)

    def _gap(self, name: str) -> str:
        field = next((one for one in self._practice.fields if one.id == name), None)
        return field.gap if field else ""

    def _value(self, name: str, filters: str = "") -> str | None:
        if name == "today":
            value: str | None = self._today.isoformat()
        elif name == "follow_up":
            day = self.follow_up()
            value = day.isoformat() if day else None
        elif name in self._practice.parts:
            value = self.part(name)
        elif name in self._practice.picks:
            value = "; ".join(self._picked(self._practice.picks[name])) or None
        elif name in self._practice.blocks:
            made = blocks.make(self._practice.blocks[name], self._making)
            value = "\n".join(made) if made else None
        else:
            value = self._form.values.get(name) or None
        for one in filter(None, filters.split("|")):
            value = self._filters[one](value) if value else None
        return value

    def _picked(self, pick: Pick) -> list[str]:
        known = self._known(pick)
        fits = [o for o in pick.options if any(re.search(pattern, known, re.I) for pattern in o.when)]
        rest = [o for o in pick.options if not o.when]
        texts = [text for option in [*fits, *rest] if (text := self.line(option.text))]
        return list(dict.fromkeys(texts))[: pick.most]

    def _known(self, pick: Pick) -> str:
        values: Mapping[str, str] = self._form.values
        return " \n ".join(values.get(id, "") for id in (pick.fields or values))


def _joined(line: str) -> str:
    """Upper case after a full stop, and no stop twice."""
    line = re.sub(r"([.?!][\"”]?)\s*\.(?=\s|$)", r"\1", line)
    line = re.sub(r"([.?!]),(?=\s)", r"\1", line)
    line = re.sub(r"([?!])\?", r"\1", line)
    return re.sub(r"([.?!] )([a-z])", lambda m: m[1] + m[2].upper(), line)


def _tidied(lines: list[str]) -> str:
    """Without headings that have nothing below them, and with single blank lines."""
    kept: list[str] = []
    for line in reversed(lines):
        below = next((one for one in reversed(kept) if one.strip()), "#")
        if line.startswith("## ") and below.startswith("#"):
            continue
        kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(reversed(kept))).strip() + "\n"
