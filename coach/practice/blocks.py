"""Parts of a page that are worked out rather than filled in: timelines, agendas, action tables, progress.

Each maker takes what the person said in a field, with the block's own options from the practice's file, and gives lines
of Markdown. Makers know no practice by name; a practice chooses among them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from coach.practice import pasted
from coach.practice.listed import actions_in, results_in
from coach.practice.quantities import clock_in, items_in, minutes_in, people_in
from coach.timeline.event import Conflict, Event, Gap, Timeline

if TYPE_CHECKING:
    from coach.practice.practice import Block

# A cell or a quotation longer than this is cut at a word; the JSON export has it whole. A moment may be told in several
# sentences, so that it has more room.
LONGEST_CELL_WORDS = 45
LONGEST_MOMENT_WORDS = 90
LONGEST_QUOTE_WORDS = 14

DEFAULT_MINUTES = 60
DEFAULT_PEOPLE = 8

Reword = Callable[[list[str]], list[str]]
"""Lines worded without blame, every fact kept, each as it is where nothing in it is marked."""


@dataclass(frozen=True, slots=True)
class Making:
    """What makers are given."""

    values: Mapping[str, str]
    today: date
    reword: Reword


Maker = Callable[["Block", Making], list[str] | None]
"""Lines of the page; None where the field that it is made of is not known."""


def make(block: "Block", making: Making) -> list[str] | None:
    """The lines of a block; its own blank lines where nothing is known."""
    return MAKERS[block.make](block, making) or list(block.blank) or None


# Timelines


def _course(block: "Block", making: Making) -> Timeline | None:
    notes = making.values.get(block.of)
    found = pasted.course(notes, making.today) if notes else None
    return found if found and found.events else None


def _timeline(block: "Block", making: Making) -> list[str] | None:
    """A table of every event, with the silences between them."""
    found = _course(block, making)
    if found is None:
        return None
    several = len(found.sources) > 1
    after = {id(gap.after): gap for gap in found.gaps}
    beside = ", ".join(filter(None, (found.day, found.zone)))
    lines = [f"| When{f' ({beside})' if beside else ''} | What happened | {block.title} |", "|---|---|---|"]
    pending: list[Gap] = []
    for event, worded in zip(found.events, wordings(found, making.reword), strict=True):
        text = _cell(told(event, worded), LONGEST_MOMENT_WORDS)
        if several and event.source:
            text += f" *({_cell(event.source)})*"
        for gap in [one for one in pending if one.before is event]:
            lines.append(f"| … | *{_span(gap)} without a note* | |")
            pending.remove(gap)
        lines.append(f"| {found.shown(event) or '[when?]'} | {text} | |")
        if id(event) in after:
            pending.append(after[id(event)])
    return lines


def _span(gap: Gap) -> str:
    minutes = round(gap.lasts.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} minutes"
    hours = minutes / 60
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"


def told(event: Event, text: str) -> str:
    """An event as a timeline tells it, with who said it where it is a message. ``text``: its wording."""
    named = event.actor and re.search(rf"\b{re.escape(event.actor.split()[0])}\b", text)
    if event.actor and (re.search(r"\b(?:I|my|me)\b", text) or not named):
        return f"{event.actor}: “{text.strip('“”')}”"
    return text


# Names that the language analysis knows for people's, in place of nicks, which it takes for things.
_STAND_INS = ("Alex", "Robin", "Kim", "Sam", "Jo", "Lee")


def wordings(found: Timeline, reword: Reword) -> list[str]:
    """What each event says without blame, and without the time that stands beside it anyway."""
    nicks = [one for one in dict.fromkeys(event.actor for event in found.events) if one and not one.isalpha()]
    swaps = list(zip(nicks, _STAND_INS, strict=False))
    texts = []
    for event in found.events:
        text = " ".join(event.text.split()).strip(" ;") or event.said
        if event.said:
            text = re.sub(rf"^(?:at |around |about |by )?{re.escape(event.said)}[,:]? (?=\w)", "", text, flags=re.I)
        for nick, name in swaps:
            text = text.replace(nick, name)
        texts.append(text)
    worded = []
    for event, text in zip(found.events, reword(texts), strict=True):
        for nick, name in swaps:
            text = re.sub(rf"\b{name}\b", nick, text) if nick in event.text else text
        worded.append(text[:1].upper() + text[1:] if event.text[:1].isupper() else text)
    return worded


def _cell(text: str, longest: int = LONGEST_CELL_WORDS) -> str:
    words = text.replace("|", "/").split()
    return " ".join(words[:longest]) + (" …" if len(words) > longest else "")


def _gaps(block: "Block", making: Making) -> list[str] | None:
    """What is missing, what differs, and what was assumed, each as a question to the room."""
    found = _course(block, making)
    if found is None:
        return None
    lines = [
        f"- From {found.shown(gap.after)} to {found.shown(gap.before)} ({_span(gap)}) nothing is noted. "
        "What went on then, and where could we see it?"
        for gap in found.gaps
    ]
    lines += [f"- {_differing(one, found)}" for one in found.conflicts]
    lines += [
        f"- The time of {_quoted(one)} is not noted. When was it, roughly?" for one in found.events if not one.when
    ]
    loose = [" ".join(line.split()) for line in pasted.unplaced(found, making.values[block.of])]
    lines += [
        f"- “{_ASKED_ON.sub('', _cell(line)).strip('“” ')}” stands in the notes without a time. Where does it belong?"
        for line in making.reword(loose)
    ]
    lines += [f"- {line}" for line in found.unsure]
    return lines or ["- None found. Ask all the same: what is missing here?"]


# A rewording asks on; here only what was noted stands.
_ASKED_ON = re.compile(r"\s*What (?:else had|would have|stood in)\b[^?]*\?$")


def _differing(one: Conflict, found: Timeline) -> str:
    first, second = (f"{_quoted(event)}{_from(event)}" for event in (one.one, one.other))
    if one.about == "who":
        return f"Two accounts name different people: {first} and {second}. Both stand; ask each what they saw."
    return (
        f"Two accounts differ in time: {first} at {found.shown(one.one)}, {second} at {found.shown(one.other)}. "
        "Both stand until the room, or a log, can tell."
    )


def _from(event: Event) -> str:
    return f" ({event.source})" if event.source else ""


def _quoted(event: Event, longest: int = LONGEST_QUOTE_WORDS) -> str:
    words = " ".join(event.text.split()).replace("|", "/").split()
    return f"“{' '.join(words[:longest])}{' …' if len(words) > longest else ''}”"


def _moments(block: "Block", making: Making) -> list[str] | None:
    """The moments worth stopping at, each with a question of its own."""
    found = _course(block, making)
    if found is None:
        return None
    lines, used = [], set[str]()
    worded = dict(zip(map(id, found.events), wordings(found, making.reword), strict=True))
    for event in key_moments(found, block.most or 7):
        fits = [one.text for one in block.options if any(re.search(when, event.text, re.I) for when in one.when)]
        fits += [one.text for one in block.options if not one.when]
        fresh = [text for text in fits if text not in used] or fits
        used.add(fresh[0])
        text = worded[id(event)].strip("“” ")
        words = text.replace("|", "/").split()
        short = " ".join(words[:LONGEST_QUOTE_WORDS]) + (" …" if len(words) > LONGEST_QUOTE_WORDS else "")
        when = found.shown(event)
        lines.append(f"- **{when + ', ' if when else ''}“{short}”** {fresh[0]}")
    return lines


# What people stop at in a debrief: something was changed, noticed, decided or passed on.
_TURN = re.compile(
    r"\b(?:deploy\w*|releas\w+|roll\w* ?back|revert\w*|restart\w*|reboot\w*|chang\w+|switch\w*|fail\w*|page[ds]?|"
    r"alarm\w*|alert\w*|notic\w+|found|finds?|discover\w*|stop\w*|pause\w*|start\w*|delet\w+|drop\w*|run|ran|move[ds]?|decid\w+|"
    r"call\w*|told|inform\w*|escalat\w+|down|back|recover\w*|fixed|detached|cancel\w*|kill\w*|swap\w*|loaded|closed|remov\w+|wip\w+|"
    r"lower\w*|rais\w+|restor\w+|terminat\w+|lost|hangs?|execut\w+)\b",
    re.I,
)


def key_moments(found: Timeline, most: int) -> list[Event]:
    """The events to stop at, in their order: the first and the last, both sides of silences, and turns between."""
    events = [one for one in found.events if one.text.strip()]
    if len(events) <= most:
        return events
    score = {id(one): float(len(set(map(str.lower, _TURN.findall(one.text))))) for one in events}
    for gap in found.gaps:
        score[id(gap.after)] = score.get(id(gap.after), 0) + 0.75
        score[id(gap.before)] = score.get(id(gap.before), 0) + 0.5
    for one in found.conflicts:
        score[id(one.one)] = score.get(id(one.one), 0) + 1
    score[id(events[0])] += 2
    score[id(events[-1])] += 1
    chosen = {id(one) for one in sorted(events, key=lambda one: -score[id(one)])[:most]}
    return [one for one in events if id(one) in chosen]


def _reworded(block: "Block", making: Making) -> list[str] | None:
    """Lines of the notes that carry blame, in quotation marks, with an offer of other words."""
    found = _course(block, making)
    if found is None:
        return None
    lines = []
    for event, worded in zip(found.events, wordings(found, making.reword), strict=True):
        text, other = " ".join(event.text.split()), worded.strip("“”")
        if other.lower() not in text.lower():
            lines.append(f"- {_quoted(event, LONGEST_CELL_WORDS)} reads instead: {other}")
    return lines or None


# Lists, agendas, actions, progress


def _items(block: "Block", making: Making) -> list[str] | None:
    value = making.values.get(block.of)
    return [f"- {_sentence(item)}" for item in items_in(value)] if value else None


def _sentence(item: str) -> str:
    return item[:1].upper() + item[1:]


def _agenda(block: "Block", making: Making) -> list[str] | None:
    """Minutes for each part, by how long there is and how many come; on the clock where the hour is known."""
    minutes = minutes_in(making.values.get(block.minutes, "")) or block.default_minutes or DEFAULT_MINUTES
    people = people_in(making.values.get(block.people, "")) or DEFAULT_PEOPLE
    parts = [one for one in block.items if one.least <= people and (not one.most or people <= one.most)]
    step = 5 if minutes >= 45 else 1
    whole = sum(one.share for one in parts)
    begins = clock_in(making.values.get(block.of, ""))
    start = begins or 0
    lines = [f"| {'From the start' if begins is None else 'When'} | Part |", "|---|---|"]
    reached, passed = 0, 0
    for part in parts:
        reached += part.share
        ends = minutes if part is parts[-1] else max(passed + step, round(minutes * reached / whole / step) * step)
        lines.append(f"| {_clock(start + passed)}–{_clock(start + ends)} | {part.text} |")
        passed = ends
    return lines


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24}:{minutes % 60:02d}"


def _actions(block: "Block", making: Making) -> list[str] | None:
    """A table of actions with owner and day, and what each changes."""
    value = making.values.get(block.of)
    if not value:
        return None
    lines = [f"| Action | Owner | By | {block.title} |", "|---|---|---|---|"]
    for one in actions_in(value, making.today):
        day = f"{one.day.day} {one.day:%B}" if one.day else "[when?]"
        lines.append(f"| {_cell(_sentence(one.what))} | {one.owner or '[who?]'} | {day} | {_remark(block, one.what)} |")
    return lines


def _remark(block: "Block", text: str) -> str:
    return next(
        (o.text for o in block.options if not o.when or any(re.search(when, text, re.I) for when in o.when)), ""
    )


BAR_CELLS = 10


def _progress(block: "Block", making: Making) -> list[str] | None:
    """A table of key results with how far each is."""
    value = making.values.get(block.of)
    if not value:
        return None
    lines = ["| Key result | From | Now | Aim | |", "|---|---|---|---|---|"]
    for one in results_in(value):
        if one.share is None:
            lines.append(f"| {_cell(_sentence(one.text))} | | [now?] | [aim?] | |")
            continue
        full = round(one.share * BAR_CELLS)
        bar = f"{'█' * full}{'░' * (BAR_CELLS - full)} {round(100 * one.share)} %"
        lines.append(f"| {_cell(_sentence(one.text))} | {one.start:g} | {one.now:g} | {one.aim:g} | {bar} |")
    return lines


MAKERS: dict[str, Maker] = {
    "timeline": _timeline, "gaps": _gaps, "moments": _moments, "reworded": _reworded, "items": _items,
    "agenda": _agenda, "actions": _actions, "progress": _progress,
}  # fmt: skip


def data_of(block: "Block", making: Making) -> dict[str, Any]:
    """What a block adds to the page's data: events, steps with their day, bars to draw."""
    value = making.values.get(block.of)
    if not value:
        return {}
    if block.make == "timeline" and (found := _course(block, making)):
        return {"course": found.as_json()}
    if block.make == "actions":
        return {
            "steps": [
                {"text": one.what, "owner": one.owner or None, "day": one.day.isoformat() if one.day else None}
                for one in actions_in(value, making.today)
            ]
        }
    if block.make == "progress":
        return {"bars": [{"text": one.text, "share": one.share} for one in results_in(value)]}
    return {}
