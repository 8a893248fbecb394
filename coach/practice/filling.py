"""Filling a practice's form from what a person says, however they say it.

Order: what they name themselves ("impact: …", "change the ask to …"), the answer to what was asked, then whatever
else the message tells by the frame's slots and the practice's own patterns.
"""

import re
from dataclasses import dataclass, replace

from coach import patterns
from coach.frame import Frame, Slot
from coach.practice.fitting import (
    about_the_talk,
    is_nothing,
    is_plan,
    keeps,
    names_a_day,
    only,
    only_clock,
    only_day,
    put_right,
)
from coach.practice.form import Form
from coach.practice.pasted import around, is_paste
from coach.practice.practice import Field, Practice
from coach.practice.turning import cleaned, second_thought

SURE = 0.65
"""Confidence from which a slot of the frame fills a field that was not asked for."""
LONGEST_WORDS = 60
"""A longer answer is kept up to the end of the sentence that passes it; an artefact is one page."""
_PASSED_ON = 14
"""Words of a frame's slot that fill a field which was not asked for; longer ones are mostly misread."""

_NAMED = re.compile(r"^\s*(?:-\s*)?(?P<name>[A-Za-z][\w' ]{1,40}?)\s*:\s*(?P<value>\S.*)$")
_CHANGED = re.compile(
    r"\b(?:change|correct|replace|set|update|make|fix)\s+(?:the |my |our |their )?(?P<name>[\w' ]{2,40}?)\s+"
    r"(?:to(?: say)?|into|with|:)\s+(?P<value>.+)$",
    re.I | re.S,
)
_SAYS_IT_IS = re.compile(
    r"^\W*(?:no|nope|actually|correction|wait|sorry)?\W*(?:the|my|our|their)\s+(?P<name>[\w' ]{2,40}?)\s+"
    r"(?:is|are|was|should be)\s+(?:really |actually )?(?P<value>.+)$",
    re.I | re.S,
)
_CLEARED = re.compile(
    r"\b(?:delete|remove|drop|clear|scratch|forget)\s+(?:the |my |our )?(?P<name>[\w' ]{2,40}?)\s*[.!]*$", re.I
)
# "No" before a thing is no rejection: "no access to the archive".
_NO = r"no(?=\s*[,.:;!–-]|\s+(?:it|that|this|i|we|he|she|they|the|not|my|our|rather|actually|wait|sorry)\b)"
_REJECTED = re.compile(
    rf"^\W*(?:{_NO}|nope|not quite|wrong|"
    rf"that's wrong|that's not (?:it|right)|actually|sorry|correction|i meant|i mean)\b"
    r"[\s,:.;!]*"
    r"(?:(?:i meant|i mean|it's|it is|it was|rather|more like)\b[\s,:]*)?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Filled:
    """What a message did to a form."""

    form: Form
    changed: tuple[str, ...] = ()
    """Fields that were known and are another way now, or were named by the person."""
    new: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ()
    resisted: str | None = None
    """The field whose question was answered with a verdict instead of a fact."""
    unfit: bool = False
    """Whether the message is no answer to what was asked: talk about the talk, or no day where a day was asked for."""
    nothing: bool = False
    """Whether it says that there is nothing to tell."""
    elsewhere: str | None = None
    """The field that an answer went to because it fits there and not where it was asked for."""
    unknown: str | None = None
    """The part that the person wants changed and that the page does not have."""


def fill(practice: Practice, form: Form, frame: Frame, asked: str | None, *, last: str | None = None) -> Filled:
    """The form after a message. ``asked``: the field whose question it may answer; ``last``: filled the turn before."""
    if (notes := practice.pasted) and is_paste(frame.said):
        before = form.values.get(notes.id)
        whole = f"{before}\n\n{frame.said}" if before else frame.said
        # What is written around the notes may tell of other things.
        told_around = replace(frame, said=around(frame.said))
        others = [one for one in practice.fields if one is not notes and not form.has(one.id)]
        told = {one.id: value for one in others if (value := _told(one, told_around, beside=False))}
        return _with(form, {notes.id: whole, **told})
    if (rest := second_thought(frame.said)) and asked:
        frame = replace(frame, said=rest)
    named, cleared = _by_name(practice, frame.said)
    if cleared:
        values = {id: value for id, value in form.values.items() if id not in cleared}
        return Filled(Form(values, form.skipped, form.narrowed, form.ready, form.made), cleared=cleared)
    if named:
        return _with(form, named, changed=tuple(named))
    if known := put_right(practice, form.values, frame.said, last):
        return _with(form, known, changed=tuple(known))
    if last and (rest := _after_rejection(frame)):
        return _with(form, {last: rest}, changed=(last,))
    if unknown := _unknown_part(practice, form, frame.said, asked):
        return unknown
    if by_sort := _by_sort(practice, form, frame.said, asked):
        return by_sort
    if asked is not None and (beside := _beside(practice, form, frame.said, asked, last)):
        return beside
    found: dict[str, str] = {}
    if asked is not None and (elsewhere := _all_elsewhere(practice, form, frame.said, asked)):
        changed = tuple(id for id in elsewhere if form.has(id))
        return replace(_with(form, elsewhere, changed=changed), elsewhere=next(iter(elsewhere)))
    if asked is not None:
        one = practice.field(asked)
        if _resisted(one, frame):
            return Filled(form, resisted=asked)
        if answer := _answer(one, frame):
            found[asked] = answer
    if asked is None and form.made and (elsewhere := _all_elsewhere(practice, form, frame.said, asked)):
        return _with(form, elsewhere, changed=tuple(elsewhere))
    for one in practice.fields:
        if one.id in found or form.has(one.id):
            continue
        value = _told(one, frame, beside=asked is not None)
        if value and not any(value.lower() in other.lower() for id, other in found.items() if id != asked):
            found[one.id] = value
    if asked in found:
        found[asked] = _without_others(practice, found, asked, frame.said)
    found = {id: value for id, value in found.items() if _fits(practice, form, found, id)}
    return _with(form, found)


def _without_others(practice: Practice, found: dict[str, str], asked: str, said: str) -> str:
    """The answer without an end that tells of another field: "her to stay; for us, that she believes me"."""
    answer = found[asked]
    for id in found.keys() - {asked}:
        match = _match(practice.field(id), said)
        start = answer.find(match.group()) if match else -1
        if (
            match
            and start > 0
            and len(answer) - start - len(match.group()) <= 1
            and answer[:start].rstrip()[-1] in ",;."
        ):
            answer = answer[:start].rstrip(" ,;.")
    return answer


def _beside(practice: Practice, form: Form, said: str, asked: str, last: str | None) -> Filled | None:
    """What a message is that cannot answer the question; None where it can."""
    one = practice.field(asked)
    if about_the_talk(said):
        return Filled(form, unfit=True)
    if is_nothing(said):
        return Filled(form, nothing=True)
    if not one.date or names_a_day(said) or _by_pattern(one, said):
        return None
    if elsewhere := _all_elsewhere(practice, form, said, asked):
        changed = tuple(id for id in elsewhere if form.has(id))
        return replace(_with(form, elsewhere, changed=changed), elsewhere=next(iter(elsewhere)))
    # No day, so it goes on with what was told before, where that is a list.
    before = practice.field(last) if last else None
    if before is not None and before.lines and form.has(before.id):
        value = f"{form.values[before.id]}\n{cleaned(said)}"
        return Filled(form.filled(**{before.id: value}), changed=(before.id,))
    return Filled(form, unfit=True)


def _by_sort(practice: Practice, form: Form, said: str, asked: str | None) -> Filled | None:
    """A message that is only a day, an hour, a stretch of time or a number of people, put where it belongs."""
    here = practice.field(asked) if asked else None
    found: dict[str, str] = {}
    day = next((one for one in practice.fields if one.date), None)
    plan = next((block.of for block in practice.blocks.values() if block.make == "actions"), None)
    if plan and plan != asked and is_plan(said):
        found[plan] = "\n".join(filter(None, (form.values.get(plan), said.strip())))
    elif day is not None and day is not here and not (here and here.lines) and (named := only_day(said)):
        found[day.id] = named
    elif day is not None and form.has(day.id) and (clock := only_clock(said)):
        found[day.id] = f"{_CLOCK.sub('', form.values[day.id]).strip(' ,')} {clock}"
    else:
        for one in practice.fields:
            stays = one is here or (here is not None and (here.sort == one.sort or keeps(here, said)))
            if one.sort and not stays and form.wanted(one) and (value := only(one.sort, said)):
                found[one.id] = value
                break
    if not found:
        return None
    id = next(iter(found))
    # What is known or stands on a finished page is another way now.
    changed = (id,) if form.has(id) or form.made else ()
    return replace(_with(form, found, changed=changed), elsewhere=id if asked else None)


_CLOCK = re.compile(r"\b(?:at |around )\d{1,2}(?::\d\d)?(?: ?[ap]m| o'clock)?\b|\b\d{1,2}(?::\d\d| ?[ap]m)\b", re.I)


def _unknown_part(practice: Practice, form: Form, said: str, asked: str | None) -> Filled | None:
    """What "change the X to Y" does where the page has no part X: X changes where it stands, else it is said."""
    match = patterns.pattern("practice", "change_part").search(said)
    if match is None:
        return None
    name, new = match["name"].strip(), re.sub(r"^(?:the|my|our|their) ", "", cleaned(match["value"]))
    holding = [
        one.id
        for one in practice.fields
        if not one.paste and re.search(rf"\b{re.escape(name)}\b", form.values.get(one.id, ""), re.I)
    ]
    if len(holding) == 1:
        value = re.sub(rf"\b{re.escape(name)}\b", lambda _: new, form.values[holding[0]], flags=re.I)
        return _with(form, {holding[0]: value}, changed=(holding[0],))
    # While a question waits, "change the standup to twice a week" may well be its answer.
    if asked and (practice.field(asked).lines or not patterns.pattern("practice", "part").search(name)):
        return None
    return Filled(form, unknown=name)


def _with(form: Form, found: dict[str, str], changed: tuple[str, ...] = ()) -> Filled:
    new = tuple(id for id in found if id not in changed)
    return Filled(form.filled(**found), changed=changed, new=new)


def _fits(practice: Practice, form: Form, found: dict[str, str], id: str) -> bool:
    one = practice.field(id)
    known = {*found, *(key for key, value in form.values.items() if value)}
    return not known & set(one.unless) and (not one.only or bool(known & set(one.only)))


def _by_name(practice: Practice, said: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Fields that the person names with a new value, and those they take out."""
    found: dict[str, str] = {}
    listed: Field | None = None
    for line in said.splitlines():
        match = _NAMED.match(line)
        if match and (one := practice.named(match["name"])):
            found[one.id] = _kept(one, match["value"])
            listed = one if one.lines else None
        elif listed and line.strip():
            # A list goes on below its name.
            found[listed.id] += f"\n{line.strip()}"
    if found:
        return found, ()
    for pattern in (_CHANGED, _SAYS_IT_IS):
        match = pattern.search(said)
        if match and (one := practice.named(match["name"])):
            return {one.id: _kept(one, match["value"])}, ()
    match = _CLEARED.search(said)
    one = practice.named(match["name"]) if match else None
    return {}, (one.id,) if one else ()


def _kept(one: Field, value: str) -> str:
    return value.strip() if one.lines or one.paste else cleaned(value)


# So much of a message tells of other fields that it answers those and not the one that was asked for.
_ELSEWHERE = 0.75


def _all_elsewhere(practice: Practice, form: Form, said: str, asked: str | None) -> dict[str, str]:
    """Other fields of which a message tells, where it tells of nothing else."""
    if asked and (_by_pattern(practice.field(asked), said) or keeps(practice.field(asked), said)):
        return {}
    found = {
        one.id: value
        for one in practice.fields
        if one.id != asked
        and form.wanted(one)
        and (value := _by_pattern(one, said))
        # What it says already is told again for another reason.
        and value != form.values.get(one.id)
    }
    # What is already known is only corrected by a message about little else: "I want him to" may begin anything.
    spans = {id: match.group() for id in found if (match := _match(practice.field(id), said)) and not form.has(id)}
    told = sum(len(spans.get(id, value)) for id, value in found.items())
    return found if told >= _ELSEWHERE * len(said.strip(" .!?,")) else {}


def _after_rejection(frame: Frame) -> str | None:
    """What stands in place of what was rejected."""
    if frame.kind != "reject" and "reject" not in frame.also:
        return None
    rest = cleaned(_REJECTED.sub("", frame.said, count=1))
    return rest if 2 <= len(rest.split()) <= 25 and not rest.endswith("?") and rest != cleaned(frame.said) else None


def _resisted(one: Field, frame: Frame) -> bool:
    """Whether the answer is only of a kind that the field does not take."""
    held = any(frame.now(kind) for kind in one.resist)
    facts = any(slot.confidence >= SURE for kind in one.frame for slot in frame.now(kind))
    return held and not facts


def _answer(one: Field, frame: Frame) -> str | None:
    said = frame.said.strip()
    if one.paste:
        return said or None
    if one.lines:
        return (said if "\n" in said else cleaned(said)) or None
    if value := _by_pattern(one, said):
        return value
    if one.frame and set(one.frame) <= {"person", "role"} and (slot := _best(one, frame)):
        return slot.text
    words = said.split()
    if len(words) > LONGEST_WORDS:
        text, count = "", 0
        for sentence in re.split(r"(?<=[.!?])\s+", said):
            text, count = f"{text} {sentence}", count + len(sentence.split())
            if count >= LONGEST_WORDS * 0.6:
                break
        said = text
    return cleaned(said) or None


def _told(one: Field, frame: Frame, *, beside: bool) -> str | None:
    """What a message tells of a field that it was not asked for. ``beside``: it answers another question."""
    if value := _by_pattern(one, frame.said):
        return value
    slot = _best(one, frame)
    if slot is None or slot.confidence < (SURE + 0.1 if beside else SURE):
        return None
    if one.match and not any(re.search(pattern, slot.text, re.I) for pattern in one.match):
        return None
    return cleaned(slot.text) if len(slot.text.split()) <= _PASSED_ON or slot.kind == "quote" else None


def _by_pattern(one: Field, said: str) -> str | None:
    match = _match(one, said)
    return cleaned(match["value"]) if match else None


def _match(one: Field, said: str) -> re.Match[str] | None:
    found = (re.search(pattern, said, re.I) for pattern in one.patterns)
    return next((match for match in found if match), None)


def _best(one: Field, frame: Frame) -> Slot | None:
    for kind in one.frame:
        slots = [slot for slot in frame.now(kind) if slot.text.strip()]
        if slots:
            return max(slots, key=lambda slot: slot.confidence)
    return None
