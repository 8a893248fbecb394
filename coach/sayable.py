"""Words to say when no card has any: built from what the person told, with blanks for what they did not.

News that has to be told comes first; else the own part, then what happened, what it did and what is wished. A question
ends it that is theirs to answer. Nothing is added that was not said.
"""

import re

from coach import patterns
from coach.addressee import addressee
from coach.admitting import broken_promise
from coach.facts import content
from coach.fill import latest_event, others, words_slots
from coach.frame import Frame, Slot
from coach.kinds import lines_wanted
from coach.phrasebook import sentence_case
from coach.turned import confessed

_SORRY = re.compile(r"\b(?:sorry|apolog|forgive|put (?:it|this) right|make (?:it|this) right|own up)", re.I)
_HEDGES = re.compile(r",? \b(?:to be (?:honest|fair)|honestly|really|i guess|i think|you know)\b|^i think (?=i)", re.I)
_OF_ONE_OTHER = re.compile(r"\b(?:he|she|him|her|his|you)\b", re.I)
_MOST_PARTS = 2
NEAR = 25
"""Characters between a time and an event that belong together."""
_OF_ONE = {"is": "are", "isn't": "aren't", "was": "were", "wasn't": "weren't", "has": "have", "hasn't": "haven't"}
"""Verbs of "she" as they stand beside "you"."""
NEWS_LEAD = "I have something to tell you, and I'll say it straight"
LONGEST_PART = 16
"""Words of a fact that still fit into a sentence to be spoken."""
LEAST_PART = 3
"""Words below which a part of one's own says nothing to who was not there."""
LONGEST_PROMISE = 24
"""Words above which a promise is a story, not a sentence to say."""
_SPELT = {
    "dont": "don't", "didnt": "didn't", "doesnt": "doesn't", "wont": "won't", "cant": "can't", "isnt": "isn't",
    "wasnt": "wasn't", "havent": "haven't", "couldnt": "couldn't", "im": "I'm", "ive": "I've", "ur": "your", "u": "you",
    "tmrw": "tomorrow", "i": "I", "thats": "that's", "bc": "because",
}  # fmt: skip
"""What quick typing leaves out; these are words that somebody is to read aloud."""


def built(frame: Frame, tail: str, blank: str) -> str:
    """One to four sentences to say; as many as the person asked for, where they said.

    ``tail`` is the question to end on, ``blank`` the line for a talk of which nothing is known yet.
    """
    facts = words_slots(frame)
    parts = [sentence_case(f"{part}.") for part in _parts(frame, facts)]
    name = facts.get("person")
    wanted = lines_wanted(frame.said)
    if not parts:
        line = f"{name}, {_low(blank)}" if name else blank
        return line if wanted == 1 else f"{line} {tail}"
    if name:
        parts[0] = f"{name}, {_low(parts[0])}"
    if wanted == 1:
        # A bare fact about the other, alone, is a charge; an own part can stand alone.
        return parts[0] if _own(frame) else f"{parts[0][:-1]}, and I'd like to hear how you see it."
    if wanted == 2:
        return f"{parts[0]} {tail}" if len(parts) == 1 else " ".join(parts[:2])
    if (
        facts.get("wish", "").startswith("to ")
        and len(facts["wish"].split()) <= LONGEST_PART
        and not _about_the_talk(facts["wish"])
    ):
        parts.append(f"I'd like {facts['wish']}.")
    return " ".join([*parts, tail])


def as_spoken(text: str) -> str:
    """Quick typing as it would be said: apostrophes, "I", and days with their capital."""
    text = re.sub(r"\b[a-z]+\b(?!')", lambda m: _SPELT.get(m.group(), m.group()), text)
    return re.sub(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day", lambda m: m.group().title(), text)


def has_facts(frame: Frame) -> bool:
    """Whether the person has told something that a line of their own can be built from."""
    return bool(_parts(frame, words_slots(frame)))


def owns_up(frame: Frame) -> bool:
    """Whether the person has told a part of their own that can be said to the other."""
    return bool(_own(frame))


def news(frame: Frame) -> str | None:
    """What the person has to tell the other, said to them: "that she didn't get the post" → "you didn't get the post".

    None where nothing of the kind was told, or where it could be taken for something about somebody else.
    """
    for said in reversed(frame.topic):
        if of_them := patterns.pattern("frame", "news_of_them").search(said):
            verb, _, no = of_them["verb"].lower().replace("’", "'").partition(" ")
            return " ".join(filter(None, ("you", _OF_ONE.get(verb, verb), no, of_them["rest"].strip())))
        if whole := patterns.pattern("frame", "news").search(said):
            return whole["span"].strip()
    return None


def _parts(frame: Frame, facts: dict[str, str]) -> list[str]:
    if told := news(frame):
        return [f"{NEWS_LEAD}: {told}"]
    own = _own(frame)
    if own:
        return [*own, "That was mine to do better, and I'm sorry"] if _SORRY.search(" ".join(frame.topic)) else own
    parts = []
    if "event" in facts:
        event = re.sub(r"\b(?:also|too|now|again) ", "", facts["event"])
        when = _when(frame)
        parts.append(
            as_spoken(
                f"{when} {event}"
                if when and when.lower() not in event.lower() and not event.startswith("you've")
                else event
            )
        )
    elif "quote" in facts:
        parts.append(f'I heard "{facts["quote"].rstrip(".")}"')
    elif (figure := frame.latest("figure")) and not _OF_ONE_OTHER.search(figure.text):
        parts.append(as_spoken(figure.text))
    if "impact" in facts and parts:
        parts.append(facts["impact"])
    return parts


def _when(frame: Frame) -> str | None:
    """The time that stands in the event's own sentence."""
    event = latest_event(frame)
    if event is None or not 0 <= event.turn < len(frame.topic) + frame.topic_start:
        return None
    said = frame.topic[event.turn - frame.topic_start]
    for slot in frame.all("when"):
        between = said[min(slot.end, event.end) : max(slot.start, event.start)]
        if slot.turn == event.turn and len(between) <= NEAR and not re.search(r"[.!?\n]", between):
            return slot.text
    return None


def _own(frame: Frame) -> list[str]:
    """What the person did themselves, as they would say it to the other; the latest first, at most two.

    What they asked to have in goes before all else.
    """
    alone = len(others(frame)) <= 1
    asked_for = _asked_for(frame)
    found: list[str] = []
    slots = sorted(
        frame.all("own_part"), key=lambda slot: (bool(content(slot.text) & asked_for), slot.turn, slot.start)
    )
    for slot in reversed(slots):
        text = _said(slot, frame, alone)
        # Of a bare "I laughed" nobody would know what is meant.
        if text and not any(_same(text, other) for other in found) and LEAST_PART <= len(text.split()) <= LONGEST_PART:
            found.append(text)
    promise = _promise(frame)
    if promise and len(promise.split()) <= LONGEST_PROMISE:
        found = [promise, *(text for text in found if "promise" not in text.lower() and " told " not in text.lower())]
    kept = list(reversed(found[:_MOST_PARTS]))
    return sorted(kept, key=lambda text: not content(text) & asked_for)


def _promise(frame: Frame) -> str | None:
    """A promise that was not kept, where it was given to whoever the words are for."""
    found = broken_promise(frame.topic)
    if found is None:
        return None
    to = addressee(frame)
    to_another = found.whom and to is not None and (to.many or (to.name and not to.is_named(found.whom)))
    return None if to_another else found.said


def _asked_for(frame: Frame) -> frozenset[str]:
    """Stems of what the person asked to have in: "I need to say the 2am thing"."""
    for said in reversed(frame.topic):
        if found := patterns.pattern("frame", "to_have_in").search(said):
            return content(found["span"])
    return frozenset()


def _same(one: str, other: str) -> bool:
    """Whether two own parts tell of one deed."""
    a, b = content(one), content(other)
    return 2 * len(a & b) >= min(len(a), len(b))


def _said(slot: Slot, frame: Frame, alone: bool) -> str | None:
    """An own part with the time that stands before it and the feeling behind it."""
    if slot.clause is None:
        return None
    span = slot.clause.head.doc.char_span(slot.start, slot.end, alignment_mode="expand")
    text = confessed(span, alone) if span is not None else None
    to = addressee(frame)
    names = {one.text.lower() for one in frame.all("person")}
    of_one = _OF_ONE_OTHER.search(slot.text) or any(name in slot.text.lower() for name in names)
    if text is None or (to is not None and to.many and of_one):
        return None  # before several, nobody is put on the spot
    for own in (to.name, to.role) if to else (words_slots(frame).get("person"),):
        if own:
            text = re.sub(
                rf"(?:\b(?:my|our|the|one|a|an|this|that) (?:[\w-]+ )?)?\b{re.escape(own)}\b", "you", text, flags=re.I
            )
    text = _HEDGES.sub("", text).strip(" ,.")
    times = [*frame.all("when"), *frame.all("deadline")]
    before = next((w for w in times if w.turn == slot.turn and 0 <= slot.start - w.end <= 2), None)
    text = f"{before.text}, {text}" if before else text
    felt = next((f for f in frame.all("feeling") if f.turn == slot.turn and _of_then(f, slot)), None)
    return as_spoken(f"{text}. I was {felt.text}" if felt else text)


def _of_then(feeling: Slot, deed: Slot) -> bool:
    """Whether a feeling was told with the deed, as its reason: "because I was scared"."""
    return feeling.clause is not None and feeling.clause.tense == "past" and 0 <= feeling.start - deed.end <= NEAR


def _about_the_talk(wish: str) -> bool:
    """A wish about having the talk ("to say something to Dawid") is no part of it."""
    return re.match(r"to (?:say|speak|talk|tell|ask|know|hear|begin|start|open|go)\b", wish) is not None


def _low(text: str) -> str:
    first = text.split()[0]
    return text if first in {"I", "I'm", "I've", "I'd", "I'll"} else text[:1].lower() + text[1:]
