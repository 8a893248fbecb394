"""Exports of programs: Slack's JSON and tables as CSV. Each message or row with the lines that it stands on."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from coach.timeline.event import Aside
from coach.timeline.stamps import stamps_in


@dataclass(frozen=True, slots=True)
class Row:
    """One message or row."""

    line: int
    end: int
    when: str
    """The time as it stands there."""
    actor: str
    text: str
    source: str = ""


Rows = tuple[list[Row], list[Aside]]

_WHEN = ("ts", "timestamp", "time", "created_at", "created", "date", "when", "datetime", "updated_at", "at")
_WHO = ("user_name", "username", "real_name", "author", "user", "name", "sender", "from", "actor", "who", "assignee")
_TEXT = ("text", "message", "body", "comment", "content", "description", "event", "what", "summary", "action", "title")
_NO_EVENT = re.compile(
    r"channel_(?:join|leave|topic|purpose|archive|name)|group_(?:join|leave)|pinned_item|reminder_add"
)


def of_json(text: str) -> Rows | None:
    """Messages of a JSON export, in whatever list they stand; None where the text is none."""
    if not text.lstrip().startswith(("[", "{")):
        return None
    try:
        data = json.loads(text)
    except ValueError:
        return None
    messages = [one for one in _objects(data) if _first(one, _WHEN) and _first(one, _TEXT)]
    if not messages:
        return None
    lines = text.splitlines()
    rows: list[Row] = []
    aside: list[Aside] = []
    at = 0
    for one in messages:
        when = str(_first(one, _WHEN))
        # Messages stand in the file in their order, so each is looked for after the one before.
        line = next((n for n in range(at, len(lines)) if when in lines[n]), at)
        said = _unmarked(str(_first(one, _TEXT)))
        if _NO_EVENT.search(str(one.get("subtype", ""))):
            aside.append(Aside(line + 1, said, "somebody came or went"))
        else:
            rows.append(Row(line + 1, line + 1, when, _who(one), said, str(one.get("channel", "") or "")))
        at = line + 1 if _alone(lines, line, messages) else line
    taken = {row.line for row in rows} | {one.line for one in aside}
    aside += [
        Aside(n, line.strip(), "the file's own marks")
        for n, line in enumerate(lines, 1)
        if n not in taken and line.strip()
    ]
    return rows, aside


def _alone(lines: Sequence[str], line: int, messages: Sequence[dict[str, Any]]) -> bool:
    """Whether a file has at least a line for each message, so that the next one stands further down."""
    return line + 1 < len(lines) and len(lines) >= len(messages)


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, list):
        for one in data:
            yield from _objects(one)
    elif isinstance(data, dict):
        yield data
        for key, one in data.items():
            if isinstance(one, list | dict) and key not in {
                "user_profile",
                "blocks",
                "attachments",
                "reactions",
                "edited",
            }:
                yield from _objects(one)


def _first(one: dict[str, Any], names: Sequence[str]) -> Any:
    return next((one[name] for name in names if isinstance(one.get(name), str | int | float) and one[name] != ""), None)


def _who(one: dict[str, Any]) -> str:
    profile = one.get("user_profile")
    if isinstance(profile, dict) and (name := profile.get("display_name") or profile.get("real_name")):
        return str(name)
    for name in ("user", "author", "sender", "agent", "actor"):
        if isinstance(one.get(name), dict):
            return str(_first(one[name], ("display_name", "real_name", "name", "login", "username", "summary")) or "")
    return str(_first(one, _WHO) or "")


def _unmarked(text: str) -> str:
    """Slack's marks for people and links as people read them."""
    text = re.sub(r"<(https?://[^|>]+)(?:\|([^>]+))?>", lambda m: m[2] or m[1], text)
    text = re.sub(r"<[@#!](?:[^|>]*\|)?([^>]+)>", r"@\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def of_csv(text: str) -> Rows | None:
    """Rows of a table with commas, semicolons or tabs under a head that names a time; None where it is none."""
    head = text.lstrip("\ufeff\n").split("\n", 1)[0]
    mark = max(",;\t", key=head.count)
    names = [name.strip().strip('"').lower() for name in head.split(mark)]
    when = _when(names)
    said = _columns(names, _TEXT, r"comment|text|message|description|action|event|what|summary|status|field|body|note")
    if head.count(mark) < 2 or not when or not said:
        return None
    who = _column(names, _WHO, r"author|user|name|who|assignee|agent|person|by")
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff\n")), delimiter=mark)
    skipped = len(text) - len(text.lstrip("\ufeff\n"))
    rows: list[Row] = []
    aside: list[Aside] = []
    last = text[:skipped].count("\n")
    for cells in reader:
        first, last = last + 1, reader.line_num + text[:skipped].count("\n")
        if first == 1 + text[:skipped].count("\n"):
            aside.append(Aside(first, head, "the head of a table"))
        elif len(cells) > max(when) and next(stamps_in(at := " ".join(cells[n] for n in when), days=True), None):
            parts = [cells[n].strip() for n in said if n < len(cells) and cells[n].strip()]
            actor = cells[who].strip() if who is not None and who < len(cells) else ""
            rows.append(Row(first, last, at, actor, ": ".join(parts)))
        elif any(cell.strip() for cell in cells):
            aside.append(Aside(first, mark.join(cells), "names no time"))
    return (rows, aside) if rows else None


def _when(names: Sequence[str]) -> list[int]:
    """The column of the time, or those of day and time where they stand apart."""
    if "date" in names and "time" in names:
        return [names.index("date"), names.index("time")]
    one = _column(names, _WHEN, r"date|time|created|datum|zeit|when")
    return [] if one is None else [one]


def _column(names: Sequence[str], known: Sequence[str], pattern: str) -> int | None:
    exact = [n for n, name in enumerate(names) if name in known]
    return next(iter(exact or [n for n, name in enumerate(names) if re.search(pattern, name)]), None)


def _columns(names: Sequence[str], known: Sequence[str], pattern: str) -> list[int]:
    return [n for n, name in enumerate(names) if name in known or re.search(pattern, name)]
