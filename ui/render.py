"""The conversation as HTML: messages, replies with their citations, and the list of conversations.

Pure functions from values to markup; whatever a person, a model or a document wrote is escaped here.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from html import escape

from coach.store import REMOVED, Entry
from coach.values import Citation, Grade, Passage, Sentence
from ui.documents import aged, quality, where
from ui.paper import paper
from ui.shown import Shown

GRADES: dict[Grade, str] = {
    "A": "several good studies, or a review of many, agree",
    "B": "one good study",
    "C": "an organisation's own report, or a model that practitioners use",
    "D": "practice advice, not tested in a study",
    "E": "no source found",
    "X": "refuted, or credited to the wrong source",
}
"""What the letters say, for people who don't read studies."""

GONE = "This source was removed from the coach, and its words with it."

STARTERS = (
    "I have a hard conversation coming up.",
    "I need to run a debrief without blame.",
    "Somebody on my team has gone quiet.",
)
"""What an empty page offers to begin with; each only fills the input."""

_EMPHASIS = (
    (re.compile(r"\*\*(\S(?:.*?\S)?)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
)
_NUMBER = re.compile(r"(?<![\w.,/-])\+?\d(?:[ -]?\d){2,14}(?![\w/-])")
"""A telephone number in authored crisis text: three digits and more, such as 112 or 116 123."""


def transcript(turns: Sequence[Shown], *, introduction: str | None) -> str:
    """The whole conversation. ``introduction`` stands before the first turn; without turns, starters follow it."""
    opening = f'<p class="introduction">{escape(introduction)}</p>' if introduction else ""
    if not turns:
        return f'<section class="opening" id="opening">{_opening(opening)}</section>'
    newest = next((shown.turn.id for shown in reversed(turns) if shown.artefacts), "")
    return f'<section class="opening" id="opening">{opening}</section>' + "".join(
        turn(shown, opened=shown.turn.id == newest) for shown in turns
    )


def _opening(introduction: str) -> str:
    starters = "".join(
        f'<li><button type="button" class="starter" data-do="starter">{escape(text)}</button></li>' for text in STARTERS
    )
    return (
        f'<h2>What is on your mind?</h2>{introduction}<p class="hint">Say it as you would to a colleague you trust, '
        f'or begin with one of these:</p><ul class="starters">{starters}</ul>'
    )


def turn(shown: Shown, *, opened: bool = True) -> str:
    """One message and its reply. ``opened``: whether the page that came of it is shown open, as a new one is."""
    id = escape(shown.turn.id)
    return (
        f'<article class="turn" id="turn-{id}" data-turn="{id}"'
        f' data-left="{len(shown.visible)}" data-heard="{shown.turn.heard}"'
        f' data-answering="{_flag(shown.answering)}" data-protected="{_flag(shown.protected)}">'
        f"{_said(shown)}{_reply(shown, opened=opened)}</article>"
    )


def _said(shown: Shown) -> str:
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in re.split(r"\n\s*\n", shown.turn.said))
    return (
        '<div class="said"><h3 class="unseen">You</h3>'
        f'<div class="bubble">{paragraphs}</div>'
        '<div class="tools"><button type="button" class="tool" data-do="edit">Edit</button></div></div>'
    )


def _reply(shown: Shown, *, opened: bool) -> str:
    numbers = {cited.id: n for n, cited in enumerate(cited_in(shown.visible), 1)}
    notices = "".join(f'<p class="notice">{escape(text)}</p>' for text in shown.notices)
    care = f' care" lang="{_language(shown)}' if shown.protected else ""
    return (
        f'<div class="reply{care}"><h3 class="unseen">{_speaker(shown)}</h3>{_played(shown)}{notices}'
        f"{_body(shown, numbers)}{_made(shown, opened=opened)}{_status(shown)}{_cards(shown, numbers)}"
        f"{_reply_tools(shown)}</div>"
    )


def _speaker(shown: Shown) -> str:
    """Who speaks: the coach, or the one it plays."""
    plan = shown.turn.plan
    return escape(plan.notes["who"]) if plan and plan.notes.get("speaker") == "counterpart" else "Coach"


def _played(shown: Shown) -> str:
    """So that nobody takes the counterpart's words for the coach's."""
    who = _speaker(shown)
    return "" if who == "Coach" else f'<p class="played">{who}, in the rehearsal</p>'


def _crisis(shown: Shown, part: int) -> str:
    """A part of the crisis state, which reads ``phase:who:language``; empty where there is none."""
    state = shown.turn.gated.state if shown.turn.gated is not None else None
    parts = (state or "").split(":")
    return parts[part] if part < len(parts) else ""


def _language(shown: Shown) -> str:
    return escape(_crisis(shown, 2) or "en")


def cited_in(spoken: Iterable[Sentence]) -> tuple[Citation, ...]:
    """What a reply cites, each source once, in the order in which it comes up."""
    return tuple({cited.id: cited for sentence in spoken for cited in sentence.citations}.values())


def _body(shown: Shown, numbers: dict[str, int]) -> str:
    """Sentences in paragraphs: what the coach gives back, what it adds, words to say, and the question at the end."""
    paragraphs: list[tuple[str, list[str]]] = []
    for sentence in shown.visible:
        part = _part(sentence, shown)
        if not paragraphs or paragraphs[-1][0] != part or part == "care":
            paragraphs.append((part, []))
        paragraphs[-1][1].append(_sentence(sentence, shown, numbers))
    return "".join(f'<p class="{part}">{" ".join(sentences)}</p>' for part, sentences in paragraphs)


def _part(sentence: Sentence, shown: Shown) -> str:
    if shown.protected:
        return "care"
    return {"words": "words", "question": "question", "reflection": "reflection"}.get(sentence.kind, "plain")


def _sentence(sentence: Sentence, shown: Shown, numbers: dict[str, int]) -> str:
    text = escape(sentence.text, quote=False)
    if shown.protected:
        text = _NUMBER.sub(lambda number: f'<a href="tel:{re.sub("[ -]", "", number[0])}">{number[0]}</a>', text)
    for mark, tag in _EMPHASIS:
        text = mark.sub(tag, text)
    markers = "".join(_marker(shown.turn.id, numbers[cited.id], cited) for cited in sentence.citations)
    return f'<span class="sentence">{text}{markers}</span>'


def _marker(turn: str, number: int, cited: Citation) -> str:
    label = f"Source {number}: {escape(cited.source)}"
    return (
        f'<button type="button" class="cite" data-do="cite" aria-expanded="false" '
        f'aria-controls="{_card_id(turn, number)}" aria-label="{label}">[{number}]</button>'
    )


def _card_id(turn: str, number: int) -> str:
    return f"card-{escape(turn)}-{number}"


def _cards(shown: Shown, numbers: dict[str, int]) -> str:
    cards = "".join(
        f'<li><section class="card" id="{_card_id(shown.turn.id, numbers[cited.id])}" hidden tabindex="-1"'
        f' aria-label="Source {numbers[cited.id]}">{card(cited, numbers[cited.id])}</section></li>'
        for cited in cited_in(shown.visible)
    )
    return f'<ul class="cards">{cards}</ul>' if cards else ""


def card(cited: Citation, number: int) -> str:
    """What a citation marker opens: the words it stands on, whose they are, and how well founded."""
    if cited.source == REMOVED:
        return f'<p class="from"><b>[{number}]</b> {GONE}</p>'
    # A document's headings stand among its own lines below.
    named = cited.heading and cited.heading not in cited.source and cited.passage is None
    heading = f" · {escape(cited.heading)}" if named else ""
    return (
        f"<blockquote>{escape(cited.quote)}</blockquote>"
        f'<p class="from"><b>[{number}]</b> {escape(cited.source)}{heading}</p>'
        f"<p>{grade(cited.grade)}</p>{_place(cited)}"
        f'<p class="foot">{_licence(cited.licence)}'
        f'<button type="button" class="tool" data-do="passage" data-id="{escape(cited.id)}">Open the passage</button>'
        "</p>"
    )


def _place(cited: Citation) -> str:
    """Of a document: the file, where in it, how old it is and how well it could be read."""
    found = cited.passage
    if found is None:
        return ""
    known = (("File", escape(found.file)), ("Heading", escape(found.heading.replace(" > ", " › "))))
    rest = (("Place", where(found)), ("Date", aged(found.date, date.today())), ("Reading", quality(found.quality)))
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in (*known, *rest) if value)
    return f'<dl class="facts">{rows}</dl>'


def grade(letter: Grade) -> str:
    return f'<span class="grade grade-{letter}">{letter}</span> {GRADES[letter]}'


def _licence(licence: str) -> str:
    return f"<span>Licence: {escape(licence)}</span>" if licence else "<span>Licence not stated</span>"


def _made(shown: Shown, *, opened: bool) -> str:
    state = " open" if opened else ""
    return "".join(
        f'<details class="made paper"{state}><summary>{escape(one.title)}</summary>{paper(one.markdown)}'
        '<p class="tools"><button type="button" class="tool" data-do="practice">Open it beside the chat, as a file or '
        "to delete</button></p></details>"
        for one in shown.artefacts
    )


def _status(shown: Shown) -> str:
    """How the turn ended, where that is not plain from the words."""
    if shown.answering:
        return '<p class="status waiting"><span class="dots" aria-hidden="true"></span>The coach is answering</p>'
    if shown.protected:
        return ""
    left = len(shown.visible)
    match shown.turn.status:
        case "interrupted" | "open":
            said = "before the coach said anything" if not left else "here; what stands above is all that was said"
            return f'<p class="status">Stopped {said}.</p>'
        case "failed":
            return '<p class="status failed">The coach could not answer. What you wrote is kept; try again.</p>'
    return ""


def _reply_tools(shown: Shown) -> str:
    if shown.answering:
        return ""
    why = '<button type="button" class="tool" data-do="why">Why this advice?</button>'
    again = '<button type="button" class="tool" data-do="retry">Try again</button>'
    if shown.protected:
        # Who is watched at home needs a way out that leaves nothing on the screen.
        away = '<button type="button" class="tool" data-do="away">Leave this page quickly</button>'
        return f'<div class="tools">{away}</div>' if _crisis(shown, 1).startswith("abuse") else ""
    return f'<div class="tools">{why}{again}</div>'


# The list of conversations


def conversations(entries: Sequence[Entry], current: str, now: datetime) -> str:
    """Every conversation of this store, the one last used first. ``now`` carries the person's time zone."""
    if not entries:
        return '<p class="none">Nothing here yet. What you write is kept in this list until you delete it.</p>'
    return f'<ul class="conversations">{"".join(_entry(entry, current, now) for entry in entries)}</ul>'


def _entry(entry: Entry, current: str, now: datetime) -> str:
    title = escape(entry.title or "Untitled")
    here = ' aria-current="true"' if entry.id == current else ""
    return (
        f'<li data-conversation="{escape(entry.id)}" data-title="{escape(entry.title)}"{here}>'
        f'<button type="button" class="open" data-do="open"><span class="title">{title}</span>'
        f'<time datetime="{entry.updated.isoformat()}">{when(entry.updated, now)}</time></button>'
        f'<span class="tools"><button type="button" class="tool" data-do="rename" aria-label="Rename: {title}">Rename'
        f'</button><button type="button" class="tool" data-do="delete" aria-label="Delete: {title}">Delete</button>'
        f"</span></li>"
    )


def when(moment: datetime, now: datetime) -> str:
    """A moment as people say it, in the time zone of ``now``."""
    local = moment.astimezone(now.tzinfo)
    if local.date() == now.date():
        return f"today {local:%H:%M}"
    if local.date() == (now - timedelta(days=1)).date():
        return f"yesterday {local:%H:%M}"
    if local.year == now.year:
        return f"{local.day} {local:%B}"
    return f"{local.day} {local:%B %Y}"


# What a passage is, in full


def passage(found: Passage | None) -> str:
    """The viewer's content: the passage with everything that is known of where it comes from."""
    if found is None:
        return f'<h2 id="viewer-title">Removed source</h2><p>{GONE}</p>'
    # A claim's heading is its kind of study, which names nothing.
    claim = found.kind == "claim"
    title = found.source if claim or not found.heading else found.heading
    facts = [("Kind", escape(found.heading))] if claim else [("Source", escape(found.source))]
    facts.append(("Evidence", grade(found.grade)))
    if found.attribution:
        facts.append(("Stands on", _linked(found.attribution)))
    if found.page is not None:
        facts.append(("Page", str(found.page)))
    if found.date:
        facts.append(("Date", escape(found.date)))
    facts.append(("Licence", escape(found.licence) or "not stated"))
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in found.text.splitlines() if part.strip())
    return (
        f'<h2 id="viewer-title">{escape(title)}</h2>'
        f'<div class="passage" lang="{escape(found.language)}">{paragraphs}</div><dl class="facts">{rows}</dl>'
    )


def _linked(text: str) -> str:
    """DOIs can be followed; nothing is loaded from them by itself."""
    if re.fullmatch(r"https://doi\.org/\S+", text):
        return f'<a href="{escape(text)}" target="_blank" rel="noreferrer noopener">{escape(text.removeprefix("https://"))}</a>'
    return escape(text)


def _flag(value: bool) -> str:
    return "true" if value else "false"
