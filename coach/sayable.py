"""Words to say when no card has any: built from what the person told, with blanks for what they did not.

News that has to be told comes first; else the own part, then what happened, what it did and what is wished. A question
ends it that is theirs to answer. Nothing is added that was not said.
"""

import re

from coach import patterns
from coach.fill import latest_event, words_slots
from coach.frame import Frame, Slot
from coach.kinds import lines_wanted
from coach.phrasebook import sentence_case
from coach.turned import confessed

_PLURAL = re.compile(r"(?<!s)s$|\b(?:team|crew|people|staff)$")
_SORRY = re.compile(r"\b(?:sorry|apolog|forgive|put (?:it|this) right|make (?:it|this) right|own up)", re.I)
_HEDGES = re.compile(r",? \b(?:to be (?:honest|fair)|honestly|really|i guess|i think|you know)\b|^i think (?=i)", re.I)
_MOST_PARTS = 2
NEAR = 25
"""Characters between a time and an event that belong together."""
_OF_ONE = {"is": "are", "isn't": "aren't", "was": "were", "wasn't": "weren't", "has": "have", "hasn't": "haven't"}
"""Verbs of "she" as they stand beside "you"."""
NEWS_LEAD = "I have something to tell you, and I'll say it straight"
LONGEST_PART = 16
"""Words of a fact that still fit into a sentence to be spoken."""


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


def has_facts(frame: Frame) -> bool:
    """Whether the person has told something that a line of their own can be built from."""
    return bool(_parts(frame, words_slots(frame)))


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
    own = [re.sub(rf"\b{re.escape(facts.get('person', '[]'))}\b", "you", text) for text in _own(frame)]
    if own:
        return [*own, "That was mine to do better, and I'm sorry"] if _SORRY.search(" ".join(frame.topic)) else own
    parts = []
    if "event" in facts:
        event = re.sub(r"\b(?:also|too|now|again) ", "", facts["event"])
        when = _when(frame)
        parts.append(f"{when} {event}" if when and when.lower() not in event.lower() else event)
    elif "quote" in facts:
        parts.append(f'I heard "{facts["quote"].rstrip(".")}"')
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
    """What the person did themselves, as they would say it to the other; the latest first, at most two."""
    alone = len(_others(frame)) <= 1
    found: list[str] = []
    for slot in reversed(frame.all("own_part")):
        text = _said(slot, alone)
        if text and not any(text.lower() in other.lower() for other in found) and len(text.split()) <= LONGEST_PART:
            found.append(text)
    return list(reversed(found[:_MOST_PARTS]))


def _others(frame: Frame) -> set[str]:
    """Those spoken of one by one: "my deputy Anna" is one, and of several, such as two nurses, nobody says "she"."""
    people = frame.all("person")
    named = {slot.text.lower() for slot in people}
    roles = {
        slot.text.lower()
        for slot in frame.all("role")
        if not any(slot.turn == one.turn and slot.start <= one.start <= slot.end + 1 for one in people)
    }
    return named | {role for role in roles if not _PLURAL.search(role)}


def _said(slot: Slot, alone: bool) -> str | None:
    if slot.clause is None:
        return None
    text = confessed(slot.clause, alone)
    return _HEDGES.sub("", text).strip(" ,") if text else None


def _about_the_talk(wish: str) -> bool:
    """A wish about having the talk ("to say something to Dawid") is no part of it."""
    return re.match(r"to (?:say|speak|talk|tell|ask|know|hear|begin|start|open|go)\b", wish) is not None


def _low(text: str) -> str:
    first = text.split()[0]
    return text if first in {"I", "I'm", "I've", "I'd", "I'll"} else text[:1].lower() + text[1:]
