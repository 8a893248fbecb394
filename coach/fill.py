"""Words to say, filled from the person's own facts. Nothing is invented: a missing fact leaves its line unused."""

import re

from coach.frame import Frame, Slot
from coach.lexicon import lexicon
from coach.turned import addressed

_SLOTS = re.compile(r"\{(\w+)\}")
_OTHERS = re.compile(r"\b(?:he|she|him|her|his|they|them|their)\b", re.I)
_TO_COME = re.compile(r"\b(?:gonna|going to|will|would|might|may|could|'ll)\b", re.I)
_BROKEN = re.compile(r"\byous\b|\byou s\b|\byou (?:is|was|has|does)\b", re.I)
_SELF = re.compile(r"\b(?:i|me|my|we|our|us)\b", re.I)


def words_slots(frame: Frame) -> dict[str, str]:
    """What the frame can put into words addressed to the other person, by slot name."""
    slots: dict[str, str] = {}
    person = frame.latest("person", sure=0.8)
    names = {slot.text for slot in frame.all("person")}
    if person and len(names) == 1:
        slots["person"] = person.text
    if (quote := frame.latest("quote")) and len(quote.text.split()) <= 14:
        slots["quote"] = quote.text
    other = person.text if person else ""
    if event := _said_to(frame, "event", other):
        slots["event"] = event
    impact = frame.latest("impact", sure=0.7)
    if impact and not _OTHERS.search(impact.text) and len(impact.text.split()) <= 12:
        slots["impact"] = _lower_first(impact.text)
    wish = next((s for s in reversed(frame.all("wish")) if s.form == "inf" and not _OTHERS.search(s.text)), None)
    if wish and len(wish.text.split()) <= 12:
        slots["wish"] = wish.text
    for name in ("when", "deadline", "count"):
        slot = frame.latest(name)
        if slot and slot.confidence >= 0.8:
            slots[name] = _lower_first(slot.text) if not slot.text.split()[0].endswith("day") else slot.text
    # "on Tuesday" beside a clause that already says so would be said twice.
    if "when" in slots and slots["when"].lower() in slots.get("event", "").lower():
        del slots["when"]
    return slots


def latest_event(frame: Frame) -> Slot | None:
    """The event that words to the other person would be built on."""
    person = frame.latest("person", sure=0.8)
    return next((s for s in reversed(frame.all("event")) if _addressed(s, frame, person.text if person else "")), None)


def _said_to(frame: Frame, kind: str, other: str) -> str | None:
    return next((text for slot in reversed(frame.all(kind)) if (text := _addressed(slot, frame, other))), None)


def _addressed(slot: Slot, frame: Frame, other: str) -> str | None:
    """One slot as it would be said to the other person; None where it cannot be."""
    if slot.clause is None or slot.confidence < 0.7 or not 3 <= len(slot.text.split()) <= 14:
        return None
    if slot.clause.tense == "future" or _TO_COME.search(slot.text):
        return None  # what may happen is nothing that the other has done
    turned = addressed(slot.clause, other or _role_word(frame))
    return turned if turned and "\n" not in turned and not _BROKEN.search(turned) else None


def _role_word(frame: Frame) -> str:
    role = frame.latest("role")
    return role.text if role else ""


def _lower_first(text: str) -> str:
    first = text.split()[0] if text else ""
    return (
        text
        if first in {"I", "I'm", "I've"} or (first[:1].isupper() and first.lower() not in lexicon("leading_words"))
        else text[:1].lower() + text[1:]
    )


def filled(template: str, slots: dict[str, str]) -> str | None:
    """A line of words to say with its slots filled; None where the person has not given one of them."""
    names = _SLOTS.findall(template)
    if any(name not in slots for name in names):
        return None
    text = _SLOTS.sub(lambda m: slots[m.group(1)], template)
    # A quotation keeps its own end mark; a second one behind it would be a stammer.
    text = re.sub(
        r"([.!?])\"([.,])", lambda m: m.group(1) + '"' + ("," if m.group(2) == "," and m.group(1) != "." else ""), text
    )
    text = re.sub(r"([.!?] )([a-z])", lambda m: m.group(1) + m.group(2).upper(), text)
    return text[:1].upper() + text[1:]


def speakable(slot: Slot, longest: int = 10) -> bool:
    return 1 <= len(slot.text.split()) <= longest
