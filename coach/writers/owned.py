"""The guided wording of what the person's own documents say: quoted word for word, with where it stands."""

from collections.abc import Callable

from coach.citing import citation
from coach.owned import heading_of, named, read_places
from coach.phrasebook import document_lines
from coach.protocols import Brief
from coach.quoting import quoted
from coach.values import Excerpt, Passage
from coach.writers.draft import Draft

ROOM_UP_TO = 85
"""Words of a reply after which a document is not named as well."""
NOTES = frozenset(("quote", "differs", "corrects", "nearest", "lead"))
"""Notes of a plan that are about documents, in a form for this file."""
_HERE = "\ue000"
_THERE = "\ue001"
"""Stand for quotations while a line is filled, so that nothing in them is changed."""


def from_documents(d: Draft) -> None:
    """What the documents say to a question, or where they come nearest."""
    if not _add(d):
        _points(d)
    if d.brief.plan.question:
        d.say(d.pick(document_lines()["which" if "differs" in d.brief.plan.notes else "use"]), "question")


def documents_silent(d: Draft) -> None:
    """That they have nothing on it."""
    d.say(d.pick(document_lines()["silent"]))
    d.say(d.pick(document_lines()["silent_next"]))


def add(d: Draft) -> None:
    """Puts what a document adds to a reply before the question that ends it."""
    if not {"quote", "differs", "corrects", "nearest"} & d.brief.plan.notes.keys():
        return
    asked = d.sentences.pop() if d.sentences and d.sentences[-1].kind == "question" else None
    said = sum(len(one.text.split()) for one in d.sentences)
    if not _add(d, beside=True) and said <= ROOM_UP_TO:
        _points(d)
    if asked is not None:
        d.sentences.append(asked)


def _add(d: Draft, *, beside: bool = False) -> bool:
    """Whether anything was said."""
    before = len(d.sentences)
    notes, passages = d.brief.plan.notes, _passages(d)
    _differs(d, read_places(notes.get("differs", "")))
    for number, one in enumerate(read_places(notes.get("quote", ""))):
        if one.passage in passages:
            key = "adds" if number else "beside" if beside else notes.get("lead", "says")
            _says(d, one, passages[one.passage], key)
    if "corrects" in notes:
        _corrects(d, *notes["corrects"].split("|"))
    return len(d.sentences) > before


def _points(d: Draft) -> None:
    """Names the document and heading where something on the matter stands."""
    passage = _passages(d).get(d.brief.plan.notes.get("nearest", ""))
    if passage is not None:
        key = d.brief.plan.notes.get("lead", "nearest")
        d.say(_line(d, key, title=named(passage), heading=heading_of(passage)), "evidence", (citation(passage),))


def _says(d: Draft, excerpt: Excerpt, passage: Passage, key: str) -> None:
    text = _line(d, key, title=named(passage), heading=heading_of(passage), quote=_HERE)
    if text is not None:
        d.say(text.replace(_HERE, quoted(excerpt, passage)), "evidence", (citation(passage),))


def _differs(d: Draft, found: list[Excerpt]) -> None:
    """Two documents, or a document and what was found, side by side and without a verdict on the documents."""
    passages = _passages(d)
    if len(found) != 2 or any(one.passage not in passages for one in found):
        return
    first, second = (passages[one.passage] for one in found)
    quote = quoted(found[0], first)
    if second.kind == "document":
        text = _line(d, "differs", title=named(first), other=named(second), quote=_HERE, counter=_THERE)
        if text is not None:
            text = text.replace(_HERE, quote).replace(_THERE, quoted(found[1], second))
            d.say(text, "evidence", (citation(first), citation(second)))
        return
    text = _line(d, "differs_research", title=named(first), quote=_HERE)
    if text is not None:
        d.say(text.replace(_HERE, quote), "evidence", (citation(first),))
        d.say(second.text, "evidence", (citation(second),))


def _corrects(d: Draft, document: str, claim: str, kind: str, credited: str) -> None:
    """A figure credited to another, or a popular line that does not hold."""
    passage, known = _passages(d).get(document), _passages(d).get(f"claim:{claim}")
    if passage is None or known is None:
        return
    cited = (citation(passage), citation(known))
    if kind == "credit":
        key = "corrects_credit" if credited else "corrects_source"
        d.say(_line(d, key, title=named(passage), credited=credited), "evidence", cited[:1])
    else:
        d.say(_line(d, "corrects_refuted", title=named(passage)), "evidence", cited[:1])
    if not any(known.text in sentence.text for sentence in d.sentences):
        d.say(known.text, "evidence", cited[1:])


def instructions(brief: Brief) -> list[str]:
    """The same for a writer of its own words, one instruction a line."""
    passages = {passage.id: passage for passage in brief.passages}
    number = {passage.id: n for n, passage in enumerate(brief.passages, 1)}
    notes = brief.plan.notes
    lines = [
        f"Quote this from passage [{number[one.passage]}], word for word: “{quoted(one, passages[one.passage])}”"
        for one in read_places(notes.get("quote", ""))
        if one.passage in passages
    ]
    differing = [one for one in read_places(notes.get("differs", "")) if one.passage in passages]
    if len(differing) == 2:
        told = [
            f"[{number[one.passage]}] “{quoted(one, passages[one.passage]) if one.end else passages[one.passage].text}”"
            for one in differing
        ]
        lines.append(f"Say that these two differ, side by side and without a verdict: {told[0]} and {told[1]}")
    if "corrects" in notes:
        document, claim, _, _ = notes["corrects"].split("|")
        if document in passages and f"claim:{claim}" in passages:
            known = passages[f"claim:{claim}"]
            lines.append(f"Passage [{number[document]}] has a figure wrong or from another; say so: {known.text}")
    if notes.get("nearest") in passages:
        lines.append(f"Say that passage [{number[notes['nearest']]}] comes nearest and does not quite answer.")
    return lines


def _line(d: Draft, key: str, **slots: str) -> str | None:
    """A line whose slots can all be filled; the plain form of it where there is no heading."""
    lines = document_lines()
    return d.pick(lines[key], **slots) or (d.pick(lines[f"{key}_plain"], **slots) if f"{key}_plain" in lines else None)


def _passages(d: Draft) -> dict[str, Passage]:
    return {passage.id: passage for passage in d.brief.passages}


MOVES: dict[str, Callable[[Draft], None]] = {"from_documents": from_documents, "documents_silent": documents_silent}
