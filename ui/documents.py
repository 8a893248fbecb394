"""The person's own documents as markup: the list, the report, the receipt, a document opened at a passage.

Pure functions; whatever a document holds or is called is escaped here.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import TYPE_CHECKING

from coach.values import Passage
from knowledge.readers.quality import FLAGGED_QUALITY, MARKED_QUALITY

if TYPE_CHECKING:
    from knowledge.documents import Source
    from knowledge.intake import Report
    from knowledge.removal import Receipt

AROUND = 60_000
"""Characters of a document that are shown before and after a passage; a book would take the browser seconds."""
CLEAN, FAULTY = 0.9, 0.7
"""Extraction quality from which hardly anything is amiss, and below which much of the text is odd."""
PARTED = "\n\n"


def panel(sources: Sequence["Source"], collections: Mapping[str, int], chosen: str, today: date) -> str:
    """What a conversation looks in, where to put more, and every document with a way to open and to forget it."""
    known = {**collections, chosen: collections.get(chosen, 0)}
    options = "".join(
        f'<option value="{escape(name)}"{" selected" if name == chosen else ""}>{escape(name)} ({count})</option>'
        for name, count in sorted(known.items())
    )
    return (
        '<h2 id="viewer-title" tabindex="-1">Your documents</h2>'
        '<p class="about">The coach answers from these too, and says from which. They stay on this machine.</p>'
        '<div class="shelf-choice"><label>This conversation looks in '
        f'<select data-documents="choose">{options}</select></label>'
        '<form data-documents="new"><label class="unseen" for="new-collection">Name of a new collection</label>'
        '<input id="new-collection" name="name" placeholder="new collection" maxlength="60" autocomplete="off">'
        '<button class="tool">Make</button></form></div>'
        '<div class="drop" id="drop"><p>Drop files or folders here, or</p><p class="tools">'
        '<button type="button" class="starter" data-documents="files">Choose files</button>'
        '<button type="button" class="starter" data-documents="folder">Choose a folder</button></p>'
        "<p class='hint'>Markdown, text, HTML, PDF, Word, OpenDocument, PowerPoint, mail, CSV, zip</p></div>"
        '<div id="taking" aria-live="polite"></div><div id="told" role="status" tabindex="-1"></div>'
        f"{_listed(sources, chosen, today)}"
    )


def _listed(sources: Sequence["Source"], collection: str, today: date) -> str:
    if not sources:
        return f'<p class="none">Nothing in “{escape(collection)}” yet.</p>'
    items = "".join(_item(source, today) for source in sources)
    every = (
        f'<p class="tools"><button type="button" class="tool" data-documents="forget-all" '
        f'data-many="{len(sources)}">Forget all {len(sources)}</button></p>'
        if len(sources) > 1
        else ""
    )
    return f'<h3>{_many(len(sources))} in “{escape(collection)}”</h3><ul class="documents">{items}</ul>{every}'


def _item(source: "Source", today: date) -> str:
    title = escape(source.title or source.file)
    facts = [escape(source.file), aged(source.date, today), quality(source.quality)]
    facts += [escape(source.licence)] if source.licence else []
    facts += [f"nearly repeats {escape(source.alike)}"] if source.alike else []
    line = " · ".join(fact for fact in facts if fact)
    return (
        f'<li data-id="{escape(source.id)}"><span class="title">{title}</span><small>{line}</small>'
        f'<span class="tools"><button type="button" class="tool" data-documents="open" aria-label="Open: {title}">Open'
        f'</button><button type="button" class="tool" data-documents="forget" aria-label="Forget: {title}">Forget'
        "</button></span></li>"
    )


def quality(value: float) -> str:
    """Extraction quality in words."""
    if value <= FLAGGED_QUALITY:
        return "gives orders to a coach; never spoken from"
    if value <= MARKED_QUALITY:
        return "partly hidden or hard to read"
    return "read cleanly" if value >= CLEAN else "read with small faults" if value >= FAULTY else "hard to read"


def aged(value: str | None, today: date) -> str:
    """A source's date with its age in years, from an ISO date that may lack day or month; empty without one."""
    found = re.match(r"(\d{4})(?:-(\d{2}))?", value or "")
    if value is None or found is None:
        return escape(value or "")
    years = today.year - int(found[1]) - (today.month < int(found[2] or 1))
    age = "this year" if years < 1 else "1 year old" if years == 1 else f"{years} years old"
    return f"{escape(value)}, {age}"


# What became of what was handed over


def report(made: "Report", left: Mapping[str, str]) -> str:
    """What was read, what was left out and why. ``left`` names files that never came as far as a reader."""
    skipped = [(source.file, source.explanation) for source in made.skipped]
    skipped += list(left.items())
    lines = [f"<p><b>Read {_many(len(made.read))}</b> ({_many(made.passages, 'passage')})."]
    if made.unchanged:
        lines.append(f" {_many(made.unchanged)} did not change.")
    if made.gone:
        lines.append(f" {_many(len(made.gone))} of an older version went.")
    lines.append("</p>")
    noted = [f"<li>{escape(_spoken(note))}: {times}</li>" for note, times in sorted(made.noted.items())]
    noted += [
        f"<li>{escape(source.file)} nearly repeats {escape(source.alike)}</li>" for source in made.read if source.alike
    ]
    if noted:
        lines.append(f"<details><summary>Noticed on the way</summary><ul>{''.join(noted)}</ul></details>")
    if skipped:
        reasons = Counter(source.reason for source in made.skipped)
        why = ", ".join(f"{escape(name)} {times}" for name, times in reasons.most_common())
        items = "".join(f"<li><b>{escape(file)}</b>: {escape(text)}</li>" for file, text in skipped)
        lines.append(
            f"<details open><summary>Left out {len(skipped)}{f' ({why})' if why else ''}</summary>"
            f"<ul>{items}</ul></details>"
        )
    return f'<div class="report">{"".join(lines)}</div>'


def _many(count: int, what: str = "document") -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _spoken(note: str) -> str:
    return note.replace("_", " ").capitalize()


def receipt(made: "Receipt") -> str:
    """What was removed and what was looked for afterwards."""
    files = ", ".join(escape(file) for file in made.files[:8]) + (" …" if len(made.files) > 8 else "")
    rows = (
        ("in the database", made.left_in_database),
        ("in the search", made.left_in_search),
        ("in any file of the coach's folder", made.left_in_files),
        ("quoted in conversations", made.left_in_conversations),
    )
    facts = "".join(f"<div><dt>{name}</dt><dd>{count}</dd></div>" for name, count in rows)
    end = "Nothing of it is left." if made.clean else "Something is left. Try again, or run: coach doctor --repair"
    said = " What was quoted goes with its conversation." if made.left_in_conversations else ""
    return (
        f'<section class="receipt"><h3>Receipt</h3><p>Forgot {files or "nothing that had been read"} '
        f"({_many(made.passages, 'passage')}). Then looked for what is left:</p>"
        f'<dl class="facts">{facts}</dl><p><b>{end}</b>{said}</p></section>'
    )


# A document, opened at a passage


def where(passage: Passage) -> str:
    """Page and place in words; empty where neither is known."""
    parts = [f"page {passage.page}"] if passage.page is not None else []
    if passage.span is not None:
        parts.append(f"characters {passage.span[0]:,} to {passage.span[1]:,}")
    return ", ".join(parts)


def opened(source: "Source", passage: Passage | None, today: date) -> str:
    """The document's text as it was read, with the passage marked."""
    start, stop = passage.span if passage is not None and passage.span is not None else (0, 0)
    facts = [("File", escape(source.file))]
    if passage is not None:
        if passage.heading:
            facts.append(("Heading", escape(passage.heading.replace(" > ", " › "))))
        facts.append(("Place", where(passage)))
    facts += [
        ("Date", aged(source.date, today) or "not stated"),
        ("Licence", escape(source.licence) or "not stated"),
        ("Credit", escape("; ".join(part for part in (source.attribution, source.origin) if part))),
        ("Reading", quality(passage.quality if passage is not None else source.quality)),
    ]
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts if value)
    return (
        f'<h2 id="viewer-title" tabindex="-1">{escape(source.title or source.file)}</h2>'
        f'<details class="about-file"{"" if passage is None else " open"}><summary>About this document</summary>'
        f'<dl class="facts">{rows}</dl></details>'
        f'<div class="document" lang="{escape(source.language)}">{_text(source.text, start, stop)}</div>'
        '<p class="tools"><button type="button" class="tool" data-documents="list">All documents</button></p>'
    )


def _text(text: str, start: int, stop: int) -> str:
    first, last = max(0, start - AROUND), min(len(text), max(stop, start) + AROUND)
    # Cut where a paragraph ends.
    first = text.rfind(PARTED, 0, first) + len(PARTED) if first and PARTED in text[:first] else first
    shown: list[str] = []
    if first > 0:
        shown.append(f'<p class="hint">… {first:,} characters before this</p>')
    at = first
    marked = False
    for part in text[first:last].split(PARTED):
        end = at + len(part)
        inside = max(start, at), min(stop, end)
        if stop > start and inside[0] < inside[1]:
            here = ' id="here" tabindex="-1"' if not marked else ""
            marked = True
            a, b = inside[0] - at, inside[1] - at
            shown.append(f"<p>{escape(part[:a])}<mark{here}>{escape(part[a:b])}</mark>{escape(part[b:])}</p>")
        elif part.strip():
            shown.append(f"<p>{escape(part)}</p>")
        at = end + len(PARTED)
    if last < len(text):
        shown.append(f'<p class="hint">… {len(text) - last:,} characters after this</p>')
    return "".join(shown)
