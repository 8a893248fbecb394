"""The parts of a guided reply: what is given back, an idea with its source, words to try, a question."""

import re

from coach.fill import filled, words_slots
from coach.frame import Slot
from coach.kinds import lines_wanted
from coach.leaving import reason
from coach.phrasebook import phrases
from coach.protocols import Brief
from coach.reflection import Reflection, link, reflect
from coach.values import Card, Citation, Claim, Grade, Idea, Sentence
from coach.writers.draft import Draft, split_sentences


def reflection(d: Draft, *, avoid: frozenset[str] = frozenset()) -> Reflection | None:
    """Says the most telling reflection; a second one where the turn would else have the shape of the last."""
    card, index = d.brief.card, d.brief.plan.echo
    echo = card.echoes[index].say if card and index is not None else None
    found = reflect(d.brief.frame, d.memory, echo=echo, avoid=avoid)
    if found is None:
        return None
    parts = split_sentences(found.text)
    if len(parts) == 1 and d.last_kinds[:2] == ("reflection", "question"):
        more = link(d.brief.frame, d.memory)
        deeper = more.text if more else echo if echo and echo.casefold() not in found.text.casefold() else None
        parts += [deeper] if deeper else []
    for part in parts:
        d.say(part, "reflection")
    return found


def idea(d: Draft, lead: str | None = None) -> None:
    idea = _planned_idea(d.brief)
    if idea is None or d.brief.card is None:
        return
    text = f"{lead} {idea.say}" if lead else idea.say
    claims = tuple(claim for claim in d.brief.claims if claim.id in idea.claims)
    d.say(text, "insight", (*(cite_claim(claim) for claim in claims), cite_card(d.brief.card, idea, claims)))


def _planned_idea(brief: Brief) -> Idea | None:
    return next((i for i in brief.card.ideas if i.id == brief.plan.idea), None) if brief.card else None


def words(d: Draft, lead_key: str = "words_lead", *, after: bool = True) -> bool:
    """The planned words to try, filled from the person's own facts; False where there are none to say.

    As many sentences as the person asked for; ``after`` adds a word on how to use them.
    """
    plan, card = d.brief.plan, d.brief.card
    if card is None or plan.words is None:
        return False
    say = filled(card.words[plan.words].say, words_slots(d.brief.frame))
    if say is None:
        return False
    lead = d.line(lead_key) or phrases()[lead_key][0]
    cited = () if any(s.citations for s in d.sentences) else (cite_card(card),)
    say = say.replace('"', "'")
    if (wanted := lines_wanted(d.brief.said)) is not None:
        say, after = shortened(say, wanted), False
    text = f"{lead} “{say}”"
    if reason(Sentence(text, "words"), d.brief.said) is not None:
        return False  # it would be dropped, and leave its tail standing alone
    d.say(text, "words", cited)
    if after:
        d.phrase("words_after")
    return True


def question(d: Draft) -> None:
    """The planned question, where it has a wording of its own."""
    planned = d.brief.plan.question
    if planned and planned.ask:
        d.say(planned.ask, "question")


def ask(d: Draft, key: str) -> None:
    """A question of the phrasebook."""
    text = d.line(key)
    d.say(text, "question")


def cite_card(card: Card, idea: Idea | None = None, claims: tuple[Claim, ...] = ()) -> Citation:
    """A practice card as a source; an idea is as well founded as the weakest claim it rests on, else advice (D)."""
    id = f"card:{card.id}#{idea.id}" if idea else f"card:{card.id}"
    grade: Grade = max((claim.grade for claim in claims), default="D")
    quote = idea.say if idea else card.gist
    return Citation(id, f"Practice card: {card.title}", card.title, quote, grade, "Apache-2.0")


def cite_claim(claim: Claim) -> Citation:
    return Citation(f"claim:{claim.id}", claim.source, claim.type, claim.statement, claim.grade, "")


def newest(d: Draft) -> Slot | None:
    order = ("own_part", "event", "quote", "impact", "wish", "fear", "tried", "constraint", "task")
    now = [s for kind in order for s in d.brief.frame.now(kind) if len(s.text.split()) <= 12]
    return now[0] if now else None


_SALUTE = re.compile(r"^(?:[A-Z]\w+, )?(?:thank you|thanks|hello|hi)\b[^.?!]*[.?!]$", re.I)


def shortened(words: str, most: int) -> str:
    """The first ``most`` sentences of words to say; of two the last is the question, where there is one."""
    parts = [part for part in re.split(r"(?<=[.?!])\s+", words) if not _SALUTE.match(part)] or [words]
    if most == 1 or len(parts) <= most:
        return " ".join(parts[:most])
    question = next((part for part in reversed(parts) if part.endswith("?")), parts[1])
    return f"{parts[0]} {question}" if question != parts[0] else " ".join(parts[:2])
