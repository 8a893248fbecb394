"""Which parts of situation, behaviour and impact an opening line has (Weitzel 2000, Center for Creative Leadership)."""

import re
from typing import Literal

from coach.language import people
from coach.language.verdicts import LABEL_WORDS
from coach.language.words import word_set
from coach.parse import Parser

Part = Literal["situation", "behaviour", "impact"]

_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day(?:'s)?"
_SITUATION = re.compile(
    rf"\b(?:(?:on|last|this|since|by) {_DAY}|{_DAY}s? \w+|{_DAY}$|yesterday(?:'s)?|today|this (?:morning|"
    rf"afternoon|week)|last (?:week|month|night|time|quarter|year)|"
    r"(?:an|two|three|a few|\d+) (?:days?|weeks?|hours?) ago|"
    r"(?:in|at|during|after|before|over) (?:the|our|your|my|that|this|a|lunch|dinner|"
    r"breakfast)(?: \w+){0,2}? ?(?:meeting|review|call|demo|retro|retrospective|stand-?up|"
    r"handover|shift|lunch|one-to-one|1:1|workshop|presentation|interview|training|round|briefing|debrief|"
    r"release|visit|session|thread|channel|mail|email|lunch|dinner)|"
    r"(?:after|before|over|at) (?:lunch|dinner|breakfast|the break)|when we \w+|"
    r"at \d{1,2}(?::\d\d)?(?: ?[ap]m)? on)\b",
    re.I,
)
_IMPACT = re.compile(
    r"\b(?:i|we|it left (?:me|us)) (?:\w+ )?(?:felt|feel|was|were|am|got|have been|had to|lost|"
    r"didn't know|did not know|couldn't|could not|worried?|worry|stopped|struggle\w*)\b"
    r"|\b(?:which|it|this|that) (?:\w+ )?(?:meant|means|made|makes|left|leaves|led|cost|costs|caused)\b|"
    r"\bso (?:that )?(?:the|we|i|nobody|no one|he|she|they|two|three|people)\b"
    r"|\b(?:the )?(?:effect|impact|result|consequence) (?:on|of|was|is)\b|\bas a result\b|\bsince then\b"
    r"|\b(?:the team|everyone|people|others|the room|two people|three people|nobody|no one|juniors?|"
    r"the \w+) (?:\w+ )?(?:felt|went|stopped|didn't|did not|fell|dared|left|had to|was|were|could)\b"
    r"|\bi saw (?:\w+ )?(?:\w+ )?(?:close|go|stop|leave|look|turn|fall|cry|sit)\b",
    re.I,
)
_SELF = re.compile(r"\b(?:i|we) (?:was|were|am) (?:in|at|on|there|here|going|looking)\b", re.I)
_SEEN = word_set(
    "say ask tell interrupt cut send write leave come arrive answer reply close open look read present "
    "take give put raise laugh shout "
    "speak talk call delete change move turn walk sit stand roll shake hang finish start stop cancel "
    "postpone skip join mention promise "
    "post publish share forward sign agree announce hand show use make do bring ignore type stare sigh "
    "nod correct repeat dismiss type"
)


def sbi(text: str, parser: Parser) -> frozenset[Part]:
    """The parts that are there. Behaviour is a past deed of the other that could be seen or heard; a label is none."""
    read = parser.read(text)
    found: set[Part] = set()
    if _SITUATION.search(read.text):
        found.add("situation")
    impact = _IMPACT.search(read.text)
    if impact and not _SELF.match(read.text, impact.start()):
        found.add("impact")
    for clause in read.clauses:
        who = clause.subject.lower()
        other = who == "you" or (clause.person == 3 and clause.head is not None and _person(clause.head))
        past = (
            clause.tense == "past" or clause.head.tag_ == "VBD" or any(c.lower_ == "did" for c in clause.head.children)
        )
        told = who != "you" and impact is not None and impact.start() <= clause.start  # "and two people left"
        seen = clause.verb in _SEEN and not read.quote_at(clause.start) and not _labelled(clause.text)
        if other and past and seen and not told:
            found.add("behaviour")
    return frozenset(found)


def _person(verb: object) -> bool:
    return any(people.is_third(c) for c in verb.children if c.dep_ in {"nsubj"})  # type: ignore[attr-defined]


def _labelled(text: str) -> bool:
    return any(word in LABEL_WORDS for word in re.findall(r"\w+", text.lower()))
