"""Whether a message can be the answer to what was asked: a day where a day is wanted, and no talk about the talk.

Also what puts right something said before ("the monthly report, not the quarterly"). Knows no practice by name.
"""

import re
from collections.abc import Mapping
from datetime import date

from coach import dates, patterns
from coach.language.words import word_set
from coach.practice.form import Form
from coach.practice.listed import actions_in
from coach.practice.practice import Field, Practice
from coach.practice.quantities import items_in

# Whether a text names a day does not depend on which day it is.
_ANY_DAY = date(2026, 1, 1)

# A loose time, such as "first week of December", is an answer by itself; in a longer sentence it is part of a story.
_LOOSE_WORDS = 6


def about_the_talk(said: str) -> bool:
    """Whether a message is about what we do here ("let's write the apology") and tells nothing of the matter."""
    return patterns.pattern("practice", "talk").search(said) is not None


def is_nothing(said: str) -> bool:
    """Whether it says that there is nothing to tell: "no, I haven't asked her", "nothing decided yet"."""
    return patterns.pattern("practice", "nothing").search(said) is not None


def names_a_day(said: str) -> bool:
    """Whether a message can answer "when?"."""
    if dates.day_in(said, _ANY_DAY) is not None:
        return True
    loose = patterns.pattern("practice", "time").search(said) is not None
    starts = patterns.pattern("practice", "time_first").search(said) is not None
    return loose and (starts or len(said.split()) <= _LOOSE_WORDS)


def only_day(said: str) -> str | None:
    """The day that a message names, where it says nothing else: "it's at 10 tomorrow" """
    match = patterns.pattern("practice", "only_day").search(said)
    return match["value"].strip() if match and dates.day_in(match["value"], _ANY_DAY) else None


def only_clock(said: str) -> str | None:
    """The time of day that a message names, where it says nothing else: "it's at 10" """
    match = patterns.pattern("practice", "only_clock").search(said)
    return match["value"].strip() if match else None


def only(sort: str, said: str) -> str | None:
    """What a message names of a sort ("length", "people"), where it says nothing else: "4 weeks", "my team of nine"."""
    match = patterns.pattern("practice", f"only_{sort}").search(said) if sort else None
    return match["value"].strip() if match else None


def is_plan(said: str) -> bool:
    """Whether a message tells several things, each with its day: "the reasons on Monday; the budget next Thursday"."""
    found = actions_in(said, _ANY_DAY)
    items = items_in(said)
    return len(found) > 1 and all(dates.day_in(item, _ANY_DAY) and len(item.split()) > 2 for item in items)


def keeps(one: Field, said: str) -> bool:
    """Whether a message is an answer of the field's own kind, so that it stays there when it was asked for."""
    return any(re.search(pattern, said.strip(), re.I) for pattern in one.keeps)


def asks_about(one: Field, said: str) -> bool:
    """Whether a message asks about the field itself: what others do there, what could stand there, what is meant."""
    if not patterns.pattern("practice", "question").search(said) or len(said.split()) > _LONGEST_QUESTION:
        return False
    if patterns.pattern("practice", "asks_help").search(said):
        return True
    own = " ".join((one.title, one.said, *one.ask, one.smaller))
    general = patterns.pattern("practice", "asks_generally").search(said) is not None
    return general and not keeps(one, said) and bool(_stems(own) & _stems(said))


def asked_about(practice: Practice, form: Form, asked: str, said: str) -> str | None:
    """The field that a question is about: the one that was asked for, or another whose own words are in it."""
    if keeps(practice.field(asked), said) and not patterns.pattern("practice", "asks_help").search(said):
        return None
    here = _own(practice.field(asked), said)
    others = [(_own(one, said), -n, one.id) for n, one in enumerate(practice.fields) if one.help and form.wanted(one)]
    most, _, other = max(others, default=(0, 0, asked))
    if other != asked and most >= _SURELY and most > here and asks_about(practice.field(other), said):
        return other
    return asked if asks_about(practice.field(asked), said) else None


# So many words of a field's own in a question are no chance.
_SURELY = 2


def _own(one: Field, said: str) -> int:
    """How many of a field's own words are in a question; what it is called by counts twice."""
    words = set(re.findall(r"[a-z]+", said.lower()))
    named = any(name.lower() in words for name in one.also if name.lower() not in _ASKING) or (
        one.title.lower().rstrip("s") in said.lower()
    )
    return _SURELY * named + len(_stems(" ".join((one.title, one.said, *one.ask, one.smaller))) & _stems(said))


_ASKING = word_set("what who why when where which how day date time")

_LONGEST_QUESTION = 18


def _stems(text: str) -> set[str]:
    """Words that carry meaning, cut so that their forms meet."""
    return {word[:5] for word in re.findall(r"[a-z]{4,}", text.lower()) if word not in _EMPTY}


_EMPTY = word_set(
    "what which would will with that this they them their there then have does doing your yours other others people "
    "could should when where from about want need know much many more most some something anything think make take "
    "tell time like just only"
)


_NOT = re.compile(
    r"^\W*(?:(?:no|sorry|actually|wait|oh|correction|i meant?|it'?s|it is|it was|that'?s|should be|"
    r"make (?:it|that)|say)\b[\s,:]*)*"
    r"(?:the |an? |my |our )?(?P<new>[^,;.!?\n]{2,60}?),? (?:and )?(?:not|instead of) (?:the |an? |my |our )?"
    r"(?P<old>[^,;.!?\n]{2,60}?)(?:,? (?:sorry|though|my mistake|please))?[\s.!]*$",
    re.I,
)
_NOW = re.compile(
    r"^\W*(?:(?:actually|oh|wait|sorry|correction|no)\b[\s,:]*)*(?:the |our )?(?P<what>[\w /-]{2,40}?) "
    r"(?:is|are|stands?)(?: now)?(?: at)? (?:now )?(?P<now>-?\d+(?:[.,]\d+)?)\b[^,;\n]{0,15}$",
    re.I,
)


_NUMBER = (
    r"\d+(?:[.,]\d+)*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty"
)
_QUANTITY = re.compile(rf"\b(?P<number>{_NUMBER})\b(?: (?P<unit>[a-z]+))?", re.I)
_PUTS_RIGHT = re.compile(
    r"^\W*(?:no|nope|sorry|actually|wait|oh|correction|rather|i meant?|make (?:that|it)|say)\b"
    r"(?! (?:idea|more|one|problem)\b)",
    re.I,
)
_LONGEST_CORRECTION = 14
"""Words; what is longer tells something of its own."""


def _number_right(known: Mapping[str, str], said: str, last: str | None) -> dict[str, str]:
    """The value whose number is another now: "no, make that three weeks", "300 a week, not 250".

    Where several have such a number, only the one told ``last`` may be meant.
    """
    new, *old = re.split(r",? (?:and )?(?:not|instead of) (?=\W*\w+(?: \w+){0,2}\W*$)", said, maxsplit=1)
    match = _QUANTITY.search(new)
    before = _QUANTITY.search(old[0]) if old else None
    if match is None or len(said.split()) > _LONGEST_CORRECTION or (bool(old) and before is None):
        return {}
    if before is None and not _PUTS_RIGHT.match(said):
        return {}
    number = re.escape(before["number"]) if before else _NUMBER
    unit = rf"(?= {re.escape(match['unit'].rstrip('s'))}s?\b)" if match["unit"] else ""
    wanted = re.compile(rf"\b(?:{number})\b{unit}", re.I)
    hits = {id: len(wanted.findall(value)) for id, value in known.items()}
    chosen = [id for id, count in hits.items() if count == 1]
    if len(chosen) > 1 or any(count > 1 for count in hits.values()):
        chosen = [id for id in chosen if id == last]
    if len(chosen) != 1:
        return {}
    return {chosen[0]: wanted.sub(match["number"], known[chosen[0]])}


def put_right(practice: Practice, values: Mapping[str, str], said: str, last: str | None = None) -> dict[str, str]:
    """Known values with one thing changed: "the monthly report, not the quarterly", "calls are now 2.1".

    ``last`` is the field that was told last.
    """
    known = {one.id: values[one.id] for one in practice.fields if values.get(one.id) and not one.paste}
    if found := _number_right(known, said, last):
        return found
    if match := _NOT.match(said):
        new, old = match["new"].strip(), match["old"].strip()
        # "The monthly report, not the quarterly": the last word stands for both.
        whole = rf"\b{re.escape(old)} {re.escape(new.split()[-1])}\b"
        for wanted in (whole, rf"\b{re.escape(old)}\b"):
            found = {id: re.sub(wanted, lambda _: new, value, flags=re.I) for id, value in known.items()}
            if changed := {id: value for id, value in found.items() if value != known[id]}:
                return changed
    if match := _NOW.match(said):
        word = match["what"].split()[-1].lower()
        for id, value in known.items():
            lines = value.splitlines()
            hits = [n for n, line in enumerate(lines) if re.search(rf"\b{re.escape(word)}\b", line, re.I)]
            if len(hits) == 1 and re.search(r"\bnow\b", lines[hits[0]], re.I):
                line = re.sub(r"(\bnow (?:at )?)-?\d+(?:[.,]\d+)?", rf"\g<1>{match['now']}", lines[hits[0]], flags=re.I)
                lines[hits[0]] = line
                return {id: "\n".join(lines)}
    return {}
