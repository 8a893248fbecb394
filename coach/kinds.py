"""What kind of message this is, so that each gets its own kind of answer.

Fixed forms are told by pattern; the open ones by what the parsed message holds. Order matters: the first that
fits is the message's kind, the others are kept beside it.
"""

import re
from collections.abc import Sequence

from coach import patterns
from coach.drafts import draft_in
from coach.foreign import language_of
from coach.frame import Slot
from coach.memory import heard
from coach.names import is_greeting
from coach.parse import Utterance
from coach.refusing import denials
from coach.values import Turn

_FACTS = frozenset(
    ("event", "quote", "impact", "tried", "own_part", "feeling", "verdict", "fear", "wish", "constraint")
)
_ABOUT = re.compile(r"\W*(?:please )?tell me about (?!m[ey]\b|you)", re.I)
"""A question in the form of a request."""
_ASKING = frozenset(
    (
        "ask_fact",
        "ask_words",
        "ask_list",
        "small_talk",
        "can_help",
        "source",
        "ask_advice",
        "what_if",
        "more",
        "rephrase",
        "about_coach",
        "out_of_scope",
        "check_plan",
        "what_now",
        "why",
    )
)
_STRAIGHT = frozenset(("ask_words", "ask_advice", "ask_fact", "what_now", "check_plan", "why"))
"""Asked straight: what thanks or a no stands beside."""
_SHORT, _MIDDLE = 20, 40
"""Words up to which a message can be nothing but a wish about the talk itself, or but venting."""


def _shows(name: str, text: str) -> bool:
    return patterns.pattern("kinds", name).search(text) is not None


def _starts(name: str, text: str) -> bool:
    return patterns.pattern("kinds", name).match(text) is not None


def kinds_of(u: Utterance, slots: Sequence[Slot], history: Sequence[Turn]) -> list[str]:
    """Every kind the message shows, the one to answer first. Never empty."""
    text = u.text.strip()
    words = len(text.split())
    asked = bool(history and history[-1].plan and history[-1].plan.question)
    facts = [s for s in slots if s.kind in _FACTS]
    found: list[str] = []

    def add(kind: str, when: object) -> None:
        if when:
            found.append(kind)

    offered = bool(history and history[-1].plan and history[-1].plan.notes.get("offer"))

    add("other_language", language_of(text))
    add("draft", draft_in(text))
    add("greeting", is_greeting(text))
    takes = offered and _shows("agree", text) and (words <= _SHORT or _shows("tell_me", text))
    waits = _offered(history) and (_shows("said_yes", text) or _shows("the_offered", text))
    add("yes", takes or waits)
    add("small_talk", _shows("small_talk", text) and words <= _SHORT // 2)
    add("can_help", not history and _shows("can_you_help", text) and words <= _MIDDLE and not _told(facts))
    add("source", history and _shows("source_ask", text) and words <= _SHORT // 2)
    add("already_asked", history and _shows("already", text) and words <= _MIDDLE)
    add("about_coach", _shows("coach", text) and words <= _SHORT and not facts)
    add("out_of_scope", _shows("out", text) and not any(s.kind == "role" for s in slots) and words <= _SHORT)
    add("less", history and _shows("less", text) and words <= _SHORT)
    add("write_it", _shows("write_it", text))
    afraid = any(s.kind == "fear" for s in slots)  # "she'll say I'm too soft" is no word about our words
    add("limit", history and _shows("limit", text) and words <= _SHORT)
    add("reword", history and not afraid and _spoke_words(history) and _shows("reword", text) and words <= _MIDDLE)
    add("report_back", _shows("report", text) and history and not text.endswith("?"))
    add("ask_fact", _shows("fact", text) or (_shows("figure", text) and text.endswith("?")))
    add("check_plan", history and _shows("check_plan", text) and words <= _MIDDLE)
    add("what_now", history and _shows("what_now", text) and words <= _SHORT)
    add("why", history and _shows("why", text) and words <= _MIDDLE)
    add("what_if", _shows("what_if", text) and words <= _MIDDLE)
    add("ask_list", _shows("ask_list", text))
    # Once words were asked for, what is to be in them is asked for as well.
    put_in = _words_wanted(history) and (_shows("put_in", text) or patterns.pattern("frame", "to_have_in").search(text))
    add("ask_words", _shows("ask_words", text) or (put_in and words <= _SHORT))
    add("ask_advice", _shows("advice", text))
    add("rephrase", history and _starts("rephrase", text))
    add("more", history and _starts("more", text))
    add("elsewhere", history and _shows("elsewhere", text))
    denied = history and denials(text, heard(history[-1]), [turn.said for turn in history])
    refused = history and (_shows("reject", text) or patterns.pattern("refusing", "refusal").search(text))
    add("reject", refused or (denied and _on_card(history)))
    add("yes", "yes" not in found and _starts("yes", text))
    add("no", _starts("no", text))
    add("dont_know", _starts("dont_know", text))
    add("close", history and _shows("close", text) and words <= _SHORT)
    add("thanks", history and _shows("thanks", text) and words <= _SHORT)
    add(
        "joke",
        "reject" not in found
        and _shows("joke", text)
        and words <= _SHORT
        and not [s for s in facts if s.confidence > 0.7],
    )
    add("verdict", any(s.kind == "verdict" for s in slots))
    add("commit", history and _shows("commit", text) and not text.endswith("?"))
    add("plan", any(s.kind == "plan" for s in slots))
    add("venting", _shows("vent", text) or (sum(s.kind == "feeling" for s in slots) and not asked and words <= _MIDDLE))
    add("ask_open", (text.endswith("?") or _ABOUT.match(text)) and not _ASKING & set(found))
    add("two_things", words > 80 or (_shows("two", text) and words > 25))
    add("facts", facts)
    add("source", "source" not in found and history and _shows("source", text) and words <= _SHORT // 2)
    if not found:
        found.append("answer" if asked else "facts" if words > 3 else "unclear")
    if "ask_open" in found and found[0] in {"verdict", "plan", "venting", "commit"}:
        found.remove("ask_open")
        found.insert(0, "ask_open")
    ends = next((kind for kind in ("thanks", "close") if kind in found), None)
    if ends and found[0] == "ask_words" and {"plan", "commit"} & set(found) and "?" not in text:
        found.remove(ends)
        return [ends, *found]  # "one line, then I count to ten. thx" tells what will be done, and asks nothing
    # Words of thanks around a question or new facts do not end a talk.
    if found[0] == "yes" and "thanks" in found and not offered:
        found.append(found.pop(0))  # "ok thanks"
    if found[0] == "already_asked" and {"thanks", "close", *_STRAIGHT} & set(found):
        found.append(found.pop(0))
    if found[0] in {"thanks", "close"} and any(k in found for k in _STRAIGHT):
        found.append(found.pop(0))
    return found


def _told(facts: Sequence[Slot]) -> bool:
    """Whether something happened to speak of, beside courtesies."""
    return any(slot.kind in {"event", "quote", "fear"} and slot.confidence >= 0.8 and slot.turn >= 0 for slot in facts)


def lines_wanted(text: str) -> int | None:
    """How many sentences of words to say a message asks for: "one line", "just the first sentence"; None where free."""
    if _shows("one_line", text):
        return 1
    return 2 if _shows("two_lines", text) else None


def _offered(history: Sequence[Turn]) -> bool:
    """Whether one of the last few turns made an offer."""
    return any(turn.plan and turn.plan.notes.get("offer") for turn in history[-4:])


def _on_card(history: Sequence[Turn]) -> bool:
    """Whether the last reply gave something of a card."""
    plan = history[-1].plan
    return plan is not None and plan.card is not None and (plan.idea is not None or plan.words is not None)


def _words_wanted(history: Sequence[Turn]) -> bool:
    """Whether words to say were asked for in one of the last few turns."""
    return any(turn.plan and turn.plan.notes.get("wanted") == "words" for turn in history[-3:])


def _spoke_words(history: Sequence[Turn]) -> bool:
    return any(sentence.kind == "words" for turn in history[-3:] for sentence in turn.spoken)
