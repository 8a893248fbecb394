"""Words to say, filled from the person's own facts. Nothing is invented: a missing fact leaves its line unused."""

import re

from coach import patterns
from coach.addressee import Addressee, addressee
from coach.frame import Frame, Slot
from coach.lexicon import lexicon
from coach.turned import addressed, perfect

_SLOTS = re.compile(r"\{(\w+)\}")
_IMAGINED = frozenset(
    ("think", "guess", "hope", "wish", "imagine", "suppose", "believe", "expect", "fear", "want", "pretend", "bet")
)
"""What stands behind these is in somebody's head."""
_PLURAL = re.compile(r"(?<!s)s$|\b(?:team|crew|people|staff)$")
_OTHERS = re.compile(r"\b(?:he|she|him|her|his|they|them|their)\b", re.I)
_TO_COME = re.compile(r"\b(?:gonna|going to|will|would|might|may|could|'ll)\b", re.I)
_BROKEN = re.compile(r"\byous\b|\byou s\b|\byou (?:is|was|has|does)\b", re.I)
_SELF = re.compile(r"\b(?:i|me|my|we|our|us)\b", re.I)


def words_slots(frame: Frame) -> dict[str, str]:
    """What the frame can put into words addressed to the other person, by slot name."""
    slots: dict[str, str] = {}
    to = addressee(frame)
    names = {slot.text for slot in frame.all("person")}
    if to is not None and to.name:
        slots["person"] = to.name
    elif to is None and len(names) == 1:
        slots["person"] = names.pop()
    if (quote := frame.latest("quote")) and len(quote.text.split()) <= 14:
        slots["quote"] = quote.text
    if event := next((said for slot in reversed(frame.all("event")) if (said := said_to(slot, frame))), None):
        slots["event"] = event
    impact = frame.latest("impact", sure=0.7)
    if impact and not _OTHERS.search(impact.text) and len(impact.text.split()) <= 12:
        slots["impact"] = _lower_first(impact.text)
    wish = next((s for s in reversed(frame.all("wish")) if s.form == "inf" and not _OTHERS.search(s.text)), None)
    if wish and len(wish.text.split()) <= 12:
        slots["wish"] = wish.text
    for name in ("when", "deadline", "count"):
        slot = next((s for s in reversed(frame.all(name)) if not _for_the_coach(s, frame)), None)
        if slot and slot.confidence >= 0.8:
            slots[name] = _lower_first(slot.text) if not slot.text.split()[0].endswith("day") else slot.text
    # "on Tuesday" beside a clause that already says so would be said twice.
    if "when" in slots and slots["when"].lower() in slots.get("event", "").lower():
        del slots["when"]
    return slots


def _for_the_coach(slot: Slot, frame: Frame) -> bool:
    """Whether a time stands in a request for words: until then they are needed, and nothing else is."""
    at = slot.turn - frame.topic_start
    asked = patterns.pattern("kinds", "ask_words").search(frame.topic[at]) if 0 <= at < len(frame.topic) else None
    return asked is not None and slot.kind == "deadline"


def latest_event(frame: Frame) -> Slot | None:
    """The event that words to the other person would be built on."""
    return next((slot for slot in reversed(frame.all("event")) if said_to(slot, frame)), None)


def said_to(slot: Slot, frame: Frame) -> str | None:
    """What the other did or said, said to them; None where it has not happened, or was done by somebody else."""
    if slot.clause is None or slot.confidence < 0.7 or not 3 <= len(slot.text.split()) <= 14:
        return None
    if not has_happened(slot) or _TO_COME.search(slot.text):
        return None
    other = _doer(slot, frame, addressee(frame))
    turned = addressed(slot.clause, other) if other is not None else None
    return turned if turned and "\n" not in turned and not _BROKEN.search(turned) else None


def has_happened(slot: Slot) -> bool:
    """Whether a clause tells what took place: no hope, no guess, no scene and no aside of how things are."""
    clause = slot.clause
    if clause is None or clause.dep in {"relcl", "acl", "pcomp"} or clause.mark in {"if", "unless", "until", "after"}:
        return False
    over = clause.head.head
    if over is not clause.head and clause.dep in {"ccomp", "advcl"} and over.lemma_.lower() in _IMAGINED:
        return False
    return clause.tense == "past" or perfect(clause.head)


def _doer(slot: Slot, frame: Frame, to: Addressee | None) -> str | None:
    """How the clause may name the other, the empty text where only "he" or "she" may stand; None where nobody can
    tell who is meant."""
    assert slot.clause is not None
    subject = slot.clause.subject
    people = others(frame)
    if to is not None and to.many:
        return None
    if subject.lower() in {"he", "she", "they"}:
        alone = len(people) <= 1 and (to is None or not people or any(to.is_named(one) for one in people))
        return "" if alone else None
    if to is not None:
        return subject if to.is_named(subject) else None
    named = patterns.pattern("frame", "nobody").search(subject) is None and any(
        one in subject.lower() for one in people
    )
    return subject if named and len(people) == 1 else None


def others(frame: Frame) -> set[str]:
    """Those spoken of one by one: "my deputy Anna" is one, and of several, such as two nurses, nobody says "she"."""
    people = frame.all("person")
    named = {slot.text.lower() for slot in people}
    roles = {
        slot.text.lower()
        for slot in frame.all("role")
        if not any(slot.turn == one.turn and slot.start <= one.start <= slot.end + 1 for one in people)
    }
    return named | {role for role in roles if role.startswith("one of ") or not _PLURAL.search(role)}


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
