"""Giving back what was said: the forms a reflection can take, made from the frame, and the choice among them.

Many candidates are built, those that break a rule are thrown out, and the most telling one is kept. The rules:
no run of more than four of the person's own words outside quotation marks, no form or opening used again, and
nothing added that was not said.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coach import patterns
from coach.facts import content
from coach.frame import Frame, Slot
from coach.lexicon import lexicon
from coach.memory import Memory, opening
from coach.phrasebook import fill, reflections, unused
from coach.turned import turned

LONGEST_RUN = 4
"""The person's own words in a row that may stand outside quotation marks (coaching guide, "Mechanics")."""
LONGEST_QUOTE = 13
MAX_WORDS = 36

# What a message shows, the most telling first. Each is tried only where the frame holds its slots.
_ORDER = (
    "own_part", "figure", "contrast", "echo", "quote_impact", "event_impact", "quote", "count_event", "feeling_event",
    "tried", "fear", "wish", "impact", "task_about", "does_to", "event", "state", "constraint", 
    "task_deadline", "feeling",
    "role", "task", "echo_alone",
)  # fmt: skip

_DAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day", re.I)
_WORD = re.compile(r"[\w']+")
_OPENS, _CLOSES = re.compile(r"(?<!\w)'(?=\w)"), re.compile(r"(?<=[\w.,!?])'(?!\w)")
_FILLERS = re.compile(r"(?:^|(?<=\s))(?:uh+m*|um+|er+m*|hm+)\b,?\s+|,?\s+(?:and,?\s+)?(?:uh+m*|um+|er+m*)\W*$", re.I)


@dataclass(frozen=True, slots=True)
class Reflection:
    form: str
    text: str


def reflect(
    frame: Frame, memory: Memory, *, echo: str | None = None, avoid: frozenset[str] = frozenset()
) -> Reflection | None:
    """The most telling reflection that the rules allow; None where no form fits.

    ``echo`` is the card's own deeper line for such a message, where it has one.
    """
    recent = memory.openings[-6:]
    used = [plan.reflect for plan in memory.plans if plan.reflect]
    order = sorted(_ORDER, key=lambda form: (used.count(form) * 4 + (form in used[-1:]) * 8, _ORDER.index(form)))
    for form in order:
        if form in avoid:
            continue
        for slots in _slots_for(form, frame, echo):
            for template in unused(reflections()[form], memory.sentences, frame.topic[0]):
                text = fill(template, slots)
                if text and opening(text) not in recent and _sound(text, frame):
                    return Reflection(form, text)
    return None


def link(frame: Frame, memory: Memory) -> Reflection | None:
    """Ties the present message to something said earlier on the same topic."""
    kinds = ("fear", "wish", "impact", "own_part", "quote", "event")
    old = next((s for k in kinds for s in frame.all(k) if s.turn < frame.turn - 1 and len(s.text.split()) <= 9), None)
    if old is None or any(old.text.lower() in said.lower() for said in memory.sentences):
        return None
    for template in unused(reflections()["link"], memory.sentences, frame.topic[0]):
        text = fill(template, {"old_q": quoted(old)})
        if text and opening(text) not in memory.openings[-6:] and _sound(text, frame):
            return Reflection("link", text)
    return None


def quoted(slot: Slot) -> str:
    """The slot as it can stand in a sentence: turned round when short, in quotation marks when longer."""
    words = slot.text.split()
    if slot.kind == "quote":
        return f"“{slot.text.rstrip('.')}”"
    if slot.kind == "wish" and slot.form == "clause" and slot.clause is not None:
        return f"“{without_fillers(slot.clause.text)}”"  # "her to stay" is no sentence without its verb
    if len(words) <= LONGEST_RUN and slot.form in {"np", "inf", "adj"}:
        return slot.phrase
    if len(words) <= 2:
        return slot.phrase
    return f"“{lower_first(without_fillers(slot.text))}”"


def without_fillers(text: str) -> str:
    """Less the sounds of somebody thinking, which nobody wants read back."""
    return _FILLERS.sub("", text).strip(" ,.;")


def longest_run(text: str, said: str) -> int:
    """Longest run of the person's words that ``text`` repeats outside quotation marks."""
    bare = re.sub(r"“[^”]*”", " | ", text)
    source = " " + " ".join(_WORD.findall(said.lower())) + " "
    best = 0
    for part in bare.lower().split("|"):
        words = _WORD.findall(part)
        for start in range(len(words)):
            for end in range(start + best + 1, len(words) + 1):
                if " " + " ".join(words[start:end]) + " " not in source:
                    break
                best = end - start
    return best


def _sound(text: str, frame: Frame) -> bool:
    return len(text.split()) <= MAX_WORDS and longest_run(text, " . ".join(frame.topic)) <= LONGEST_RUN


def _shows(name: str, text: str) -> bool:
    return patterns.pattern("telling", name).search(text) is not None


def telling(slot: Slot, frame: Frame) -> float:
    """How much a slot says about the message: people, turns ("but", "since"), absence and lateness weigh most."""
    text, before = slot.text.lower(), frame.said[max(0, slot.start - 14) : slot.start].lower()
    words = len(text.split())
    score = slot.confidence + 0.3 * slot.start / max(1, len(frame.said))
    score += 0.6 * bool(_shows("absence", text)) + 0.4 * bool(_shows("turn", before))
    score += 0.3 * bool(slot.clause and slot.clause.head.pos_ == "VERB")
    score -= (
        0.6 * (words < 3) + 0.5 * (words > 11) + 0.5 * text.startswith(("it ", "that ", "this ", "there ", "what "))
    )
    return score - 0.7 * bool(_shows("hanging", text))


def _slots_for(form: str, frame: Frame, echo: str | None) -> Iterator[dict[str, str]]:
    def now(kind: str, sure: float = 0.6) -> Slot | None:
        found = [s for s in frame.now(kind) if s.confidence >= sure and _fits(s)]
        return max(found, key=lambda s: telling(s, frame)) if found else None

    def known(kind: str) -> Slot | None:
        return next((s for s in reversed(frame.all(kind)) if s.confidence >= 0.7 and _fits(s)), None)

    def q(**slots: Slot | None) -> Iterator[dict[str, str]]:
        if all(slots.values()):
            yield {name: quoted(slot) for name, slot in slots.items() if slot is not None}

    event, impact, wish, fear = now("event", 0.65), now("impact"), now("wish"), now("fear")
    quote, feeling = now("quote"), now("feeling")
    count = now("count", 0.8)
    match form:
        case "contrast":
            if wish or fear:
                yield from q(wish_q=wish or known("wish"), fear_q=fear or known("fear"))
        case "echo" if echo:
            told = [
                s
                for kind in ("quote", "impact", "event", "own_part", "tried", "constraint", "fear", "about")
                if (s := now(kind, 0.45))
            ]
            parts = {"echo": echo, "echo_lower": echo[0].lower() + echo[1:]}
            if told:
                best = max(told, key=lambda s: telling(s, frame) + 0.4 * (s.kind in {"quote", "impact", "own_part"}))
                yield parts | {"x": lower_first(without_fillers(best.text.rstrip(".")))}
        case "echo_alone" if echo:
            yield {"echo": echo}
        case "quote_impact" if quote and impact and len(quote.text.split()) <= 10:
            yield {"quote": quote.text.rstrip("."), "impact_q": quoted(impact)}
        case "quote" if quote and len(quote.text.split()) <= 12:
            yield {"quote": quote.text.rstrip(".")}
        # Side by side, two scenes would be told as cause and effect; what took place can be.
        case "event_impact" if (
            event and impact and _took_place(event) and (event.end <= impact.start or impact.end <= event.start)
        ):
            yield from q(event_q=event, impact_q=impact)
        case "count_event" if event and count and count.text not in event.text:
            yield {"event_q": quoted(event), "count": count.phrase}
        case "feeling_event" if feeling and event and not (event.start <= feeling.start < event.end):
            yield {"event_q": quoted(event), "feeling": feeling.phrase.lower(), "feeling_cap": feeling.phrase.lower()}
        case "feeling" if feeling:
            yield {"feeling": feeling.phrase.lower(), "feeling_cap": feeling.phrase.lower()}
        case "wish":
            yield from q(wish_q=wish)
        case "fear":
            yield from q(fear_q=fear)
        case "impact":
            yield from q(impact_q=impact)
        case "event" if event and event.clause is not None and event.clause.tense == "past":
            yield from q(event_q=event)
        case "state" if event and (event.clause is None or event.clause.tense != "past"):
            yield from q(event_q=event)
        case "tried":
            yield from q(tried_q=now("tried"))
        case "figure" if figure := now("figure"):
            yield {"figure": lower_first(without_fillers(figure.text))}
        case "own_part":
            yield from q(own_part_q=now("own_part"))
        case "constraint":
            yield from q(constraint_q=now("constraint"))
        case "task_about" if about := now("about", 0.8):
            who = now("person", 0.8) or now("role", 0.8)
            if who and len(who.text.split()) <= 4:
                yield {"who": who.phrase, "about_q": quoted(about)}
        case "does_to":
            yield from _does_to(frame)
        case "task_deadline":
            if deadline := now("deadline"):
                day = re.sub(r"^(?:on|this) ", "", deadline.phrase, flags=re.I)
                day = re.sub(_DAY, lambda m: m.group().title(), day)
                bare = re.sub(r"^(?:by|before|until) ", "", day)
                yield {"deadline": bare, "deadline_cap": day, "deadline_bare": bare}
        case "role":
            role = now("role", 0.8)
            if role and len(role.text.split()) <= 3 and role.text.split()[0].lower() in {"my", "our", "a", "an", "the"}:
                yield {"role": role.phrase}
        case "task" if frame.now("task"):
            yield {"task": frame.now("task")[0].phrase}


def _took_place(slot: Slot) -> bool:
    return slot.clause is not None and slot.clause.tense == "past"


def _fits(slot: Slot) -> bool:
    text = slot.text
    whole = text.count('"') % 2 == 0 and len(_OPENS.findall(text)) == len(_CLOSES.findall(text))
    return len(text.split()) <= LONGEST_QUOTE and "\n" not in text and whole


def _does_to(frame: Frame) -> Iterator[dict[str, str]]:
    """ "her tone shuts down juniors" → what her tone does to the juniors."""
    for clause in frame.utterance.clauses:
        head = clause.head
        if head.pos_ != "VERB" or clause.person != 3 or clause.negated:
            continue
        subject = next((c for c in head.children if c.dep_ == "nsubj"), None)
        target = next((c for c in head.children if c.dep_ == "dobj" and c.i > head.i), None)
        if subject is None or target is None or subject.tag_ != "NN" or target.pos_ != "NOUN":
            continue
        if subject.lemma_.lower() in lexicon("roles"):
            continue  # a person acts; what a tone or a rule does is what this form is for
        if subject.lemma_.lower() in lexicon("empty_nouns") or target.tag_ != "NNS":
            continue
        a = turned(subject.doc[subject.left_edge.i : subject.i + 1])
        b = turned(target.doc[target.left_edge.i : target.i + 1])
        if len(a.split()) <= 4 and len(b.split()) <= 4:
            has_determiner = any(c.dep_ in {"det", "poss", "nummod"} for c in target.children)
            yield {"subject": a, "subject_cap": a, "object": b if has_determiner else f"the {b}"}


def lower_first(text: str) -> str:
    """Lower case at the start, where the first word is no name."""
    first = text.split()[0]
    if first in {"I", "I'm", "I've", "I'd", "I'll"} or first[1:].lower() != first[1:]:
        return text
    return text[0].lower() + text[1:] if first.lower() in lexicon("leading_words") else text


_WEIGHT = {
    "own_part": 6.0, "figure": 5.0, "plan": 4.0, "constraint": 3.5, "impact": 3.0, "quote": 3.0, "fear": 3.0,
    "wish": 3.0, "event": 2.5, "tried": 2.0,
}  # fmt: skip
"""What a summary names first: a confession, a number, a decision."""
_NEWER = 0.4
"""What a turn adds to the weight of what was said later."""
_AGAIN = 3.0
"""What it loses by having been said back already."""
_NO_POINT = re.compile(
    r"\b(?:ha ha|haha|lol|i (?:already |just |have just )?(?:told|said)(?: it)?(?: to)? (?:you|u)\b|"
    r"you(?:'re| are) |what i)|^i (?:told|said)$",
    re.I,
)
"""Jokes, reproaches and words about the coach, which are no state of the matter."""


def points(frame: Frame, memory: Memory, most: int = 2) -> Sequence[str]:
    """What a summary names: the weightiest that was said, the newest first, what was said back before last."""
    told = " ".join(memory.sentences).lower()

    def weight(slot: Slot) -> float:
        return _WEIGHT[slot.kind] + _NEWER * slot.turn - _AGAIN * (slot.text.lower() in told)

    found: list[Slot] = []
    for slot in sorted((s for s in frame.slots if s.kind in _WEIGHT), key=weight, reverse=True):
        sure = slot.confidence >= 0.7 and _fits(slot) and 3 <= len(slot.text.split()) <= 11
        again = any(_of_one(slot, other) for other in found)
        if sure and not again and not _NO_POINT.search(slot.text):
            found.append(slot)
    leads = {"wish": "you want ", "fear": "you fear "}
    return [
        quoted(slot) if slot.kind == "wish" and slot.form == "clause" else leads.get(slot.kind, "") + quoted(slot)
        for slot in sorted(found[:most], key=lambda slot: (slot.turn, slot.start))
    ]


def _of_one(slot: Slot, other: Slot) -> bool:
    """Whether two slots stand in the same words or tell of one deed."""
    a, b = content(slot.text), content(other.text)
    same = slot.turn == other.turn and slot.start < other.end and other.start < slot.end
    return same or (slot.kind == other.kind and 2 * len(a & b) > min(len(a), len(b)))
