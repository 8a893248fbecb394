"""Between the values of a turn and the rows that hold them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, date, datetime
from typing import Any

from coach.store.quoting import REMOVED, kept, restored
from coach.values import Citation, Gated, Plan, Question, Sentence, Turn

Cite = Callable[[str], Citation | None]
"""The citation behind an id as it stands today; None where its source was removed."""

_PLAN_FIELDS = frozenset(field.name for field in fields(Plan))

_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")


def sentence_row(sentence: Sentence) -> dict[str, Any]:
    text = kept(sentence.text, sentence.citations)
    return {"text": text, "kind": sentence.kind, "citations": [cited.id for cited in sentence.citations]}


def sentence_of(row: Mapping[str, Any], cite: Cite) -> Sentence:
    """The sentence with its citations looked up. What it quoted from a removed source is taken out of its text."""
    found = [(id, cite(id)) for id in row["citations"]]
    gone = any(citation is None for _, citation in found)
    text = _QUOTED.sub(f"[{REMOVED}]", row["text"]) if gone else row["text"]
    text = restored(text, [citation for _, citation in found])
    citations = tuple(
        citation or Citation(id=id, source=REMOVED, heading="", quote="", grade="E", licence="")
        for id, citation in found
    )
    return Sentence(text=text, kind=row["kind"], citations=citations)


def plan_row(plan: Plan | None) -> dict[str, Any] | None:
    return None if plan is None else asdict(plan)


def plan_of(row: Mapping[str, Any] | None) -> Plan | None:
    """The plan of a row. What another version kept beside is left out."""
    if row is None:
        return None
    question = row.get("question")
    return Plan(
        **{
            **{name: value for name, value in row.items() if name in _PLAN_FIELDS},
            "claims": tuple(row.get("claims", ())),
            "passages": tuple(row.get("passages", ())),
            "question": Question(**question) if question else None,
        }
    )


def gated_row(gated: Gated | None) -> dict[str, Any] | None:
    return None if gated is None else asdict(gated)


def gated_of(row: Mapping[str, Any] | None) -> Gated | None:
    return None if row is None else Gated(**{**row, "text": tuple(row.get("text", ()))})


def turn_of(row: Any, cite: Cite) -> Turn:
    return Turn(
        id=row.id,
        conversation=row.conversation,
        said=row.said,
        status=row.status,
        replaces=row.replaces,
        spoken=tuple(sentence_of(one, cite) for one in row.spoken),
        heard=row.heard,
        plan=plan_of(row.plan),
        passage_ids=tuple(row.passage_ids),
        gated=gated_of(row.gated),
        writer=row.writer,
        started=aware(row.started),
    )


def aware(moment: datetime) -> datetime:
    """SQLite keeps no zone; everything is stored in UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def path_to(rows: Sequence[Any], last: str | None = None) -> list[Any]:
    """The rows a person sees, oldest first, up to and including ``last`` (default: the newest).

    Turns form a tree: a turn follows the one before it, unless it replaces another; then it follows what that one
    followed. What hung on a replaced turn is on a branch that no longer shows.
    """
    parent: dict[str, str | None] = {}
    by_id = {row.id: row for row in rows}
    newest: str | None = None
    for row in rows:
        parent[row.id] = parent.get(row.replaces, newest)
        newest = row.id
    path = []
    here = newest if last is None else last
    while here is not None and here in by_id:
        path.append(by_id[here])
        here = parent[here]
    return path[::-1]


def plain(row: Any) -> dict[str, Any]:
    """A row as it is exported."""
    values = dict(row._mapping)
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return aware(value).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def dated(values: dict[str, Any]) -> dict[str, Any]:
    """An exported row with its dates as dates again."""
    moments = ("created", "updated", "started", "changed")
    dates = {name: datetime.fromisoformat(value) for name, value in values.items() if name in moments}
    days = {"due": date.fromisoformat(values["due"])} if values.get("due") else {}
    return {**values, **dates, **days}
