"""The scene from which a move is chosen, and the choice of material for it: idea, words, echo, question.

Nothing is used twice in a conversation, and what the frame knows is not asked for.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from coach.drafts import Verdict
from coach.fill import filled, words_slots
from coach.frame import Frame, SlotKind
from coach.memory import Memory
from coach.phrasebook import bank, turned_by
from coach.protocols import CardMatch
from coach.suiting import fits
from coach.values import Card, Plan, Question, Retrieval, Stage

# What each question finds out, and the slots that answer it already.
ANSWERED_BY: dict[str, tuple[SlotKind, ...]] = {
    "goal.after": ("wish",),
    "goal.useful": ("task", "wish", "event", "ask"),
    "reality.event": ("event", "quote"),
    "reality.words": ("quote",),
    "reality.impact": ("impact",),
    "reality.tried": ("tried",),
    "reality.own_part": ("own_part",),
    "reality.feeling": ("feeling",),
    "reality.pattern": ("count",),
    "reality.constraint": ("constraint",),
    "will.when": ("deadline",),
}

# Questions that only make sense with one other person.
OF_ONE_PERSON = frozenset(("goal.relationship",))

# The path, in the order in which a coach would ask. Stages overlap on purpose: reality, then the goal once more.
PATH = (
    "reality.event", "goal.after", "reality.impact", "reality.their_view", "reality.tried", "reality.own_part",
    "goal.relationship", "reality.exception", "options.first_move", "options.hear_them", "reality.stakes",
    "options.other", "options.smaller", "options.ally", "will.step", "will.when", "will.obstacle",
    "will.signal", "will.support",
    "reality.constraint", "goal.matters", "reality.pattern", "reality.who",
)  # fmt: skip

FIRST = ("goal.after", "goal.matters", "reality.impact", "reality.their_view", "reality.stakes")
AFTERWARDS = frozenset({"reality.impact", "reality.their_view"})
"""Of these, what asks about something that has happened."""

# What a message just brought up decides which question follows from it.
FOLLOWS: tuple[tuple[SlotKind, tuple[str, ...]], ...] = (
    ("fear", ("options.worst", "options.hear_them")),
    ("own_part", ("goal.relationship", "options.first_move")),
    ("tried", ("reality.exception", "reality.their_view")),
    ("constraint", ("options.smaller", "options.ally")),
    ("wish", ("options.first_move", "reality.exception")),
    ("quote", ("reality.impact", "reality.their_view")),
    ("impact", ("goal.after", "reality.stakes")),
    ("feeling", ("goal.matters", "goal.after")),
)


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a move is chosen from."""

    frame: Frame
    memory: Memory
    retrieval: Retrieval
    card: Card | None
    match: CardMatch | None
    claims: tuple[tuple[str, float], ...] = ()
    """Claims that the message asks about, with similarity, best first."""
    sure: float = 1.0
    """How sure the library is, or was on this topic, that the card is the right one."""
    verdict: Verdict | None = None
    """What is to be said of a sentence of the person's own, where they put one up."""


def best_idea(scene: Scene, *, at_least: float = 0.0, new: bool = False) -> str | None:
    """The unused idea that this message calls for most; ``new``: one that was not offered before either."""
    if scene.card is None or scene.match is None:
        return None
    ranked = sorted(zip(scene.match.ideas, scene.card.ideas, strict=True), key=lambda pair: -pair[0])
    gone = scene.memory.ideas | scene.memory.refused | (scene.memory.offers if new else frozenset())
    told = " ".join(scene.frame.topic)
    for score, idea in ranked:
        if (scene.card.id, idea.id) not in gone and score >= at_least and fits(scene.card.id, told, idea=idea.id):
            return idea.id
    return None


_USES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\b(?:e-?mail|message|write|written|text|slack|letter|note)\b", ("write", "open")),
    (
        r"\b(?:what if|if (?:he|she|they)|denies|deny|(?:he|she|they) says?|cries|cry|angry|answer|respond|reply|react"
        r")\b",
        ("reply",),
    ),
    (r"\b(?:open|start|begin|first|raise|bring (?:it|this) up|tell)\b", ("open",)),
    (r"\b(?:ask for|ask (?:him|her|them) to|request|agree)\b", ("ask",)),
    (r"\b(?:end|close|finish|wrap)\b", ("close",)),
)


def uses_of(frame: Frame) -> tuple[str, ...]:
    """Which kind of words a message calls for, by what it asks; an opening where it does not say."""
    asked = " ".join(slot.text for slot in frame.now("ask")) or frame.said
    return next((uses for pattern, uses in _USES if re.search(pattern, asked, re.I)), ("open",))


ECHO_SURE = 0.35
"""How sure of the card the library must be for an echo that is only near."""
ECHO_CLOSE = 0.5
"""Similarity from which an echo is said whatever the card."""
ECHO_AT = 0.3
"""Similarity from which a card's deeper line fits the message (looked at on the situations kept for tuning)."""


_OF_THE_PAST = re.compile(r"\b(?:was|were|had|last|came|went|took|attempt)\b", re.I)


def best_echo(scene: Scene) -> int | None:
    """The unused echo that this message calls for, where one is close enough."""
    if scene.card is None or scene.match is None:
        return None
    ranked = sorted(enumerate(scene.match.echoes), key=lambda pair: -pair[1])
    # An echo says what is going on with the person: of a card that is a guess it would be an invention.
    needed = ECHO_AT if scene.sure >= ECHO_SURE else ECHO_CLOSE
    said = [echo.say for echo in scene.card.echoes]
    told = [slot for slot in scene.frame.slots if slot.turn == scene.frame.turn and slot.clause is not None]
    past = any(slot.clause is not None and slot.clause.tense == "past" for slot in told)
    ahead = not past or any(slot.kind == "plan" for slot in told)

    def near(index: int, score: float) -> bool:
        # An echo of what took place, a warning that was given, answers no plan and nothing still to come.
        return score >= (ECHO_CLOSE if ahead and _OF_THE_PAST.search(said[index]) else needed)

    return next((i for i, score in ranked if near(i, score) and (scene.card.id, i) not in scene.memory.echoes), None)


def best_words(scene: Scene, *, uses: Sequence[str] = ()) -> int | None:
    """The unused words that fit best; a line that can be filled with the person's own facts goes first."""
    if scene.card is None or scene.match is None:
        return None
    uses = uses or uses_of(scene.frame)
    told = " ".join(scene.frame.topic)
    slots = words_slots(scene.frame)
    best: tuple[float, int] | None = None
    for index, (score, words) in enumerate(zip(scene.match.words, scene.card.words, strict=True)):
        if (
            not fits(scene.card.id, told, words=index)
            or (scene.card.id, index) in scene.memory.words
            or filled(words.say, slots) is None
        ):
            continue
        rank = score + 0.1 * words.say.count("{") + (0.3 if words.use in uses else 0.0) - 0.06 * words.say.count("[")
        if best is None or rank > best[0]:
            best = (rank, index)
    return best[1] if best else None


def next_question(scene: Scene, *, stages: Sequence[str] = (), intents: Sequence[str] = ()) -> Question | None:
    """The next open question by intent: not asked before, not answered already."""
    path = [i for i in PATH if not stages or i.split(".")[0] in stages]
    near = (
        [i for kind, follows in FOLLOWS if scene.frame.now(kind) for i in follows]
        if not stages and scene.memory.plans
        else []
    )
    # Without a card nothing says which question suits a first message, so that talks need not all begin with one.
    first = [] if stages or scene.card or scene.memory.plans else turned_by(FIRST, scene.frame.topic[0])
    if not scene.frame.has("event"):
        first = [intent for intent in first if intent not in AFTERWARDS]
    wanted = list(intents) or [*near, *first, *path]
    for intent in wanted:
        if intent in OF_ONE_PERSON and not (scene.frame.has("person") or scene.frame.has("role")):
            continue
        if intent in scene.memory.asked or any(scene.frame.has(kind) for kind in ANSWERED_BY.get(intent, ())):
            continue
        if scene.card:
            own = next((q for q in scene.card.questions if q.intent == intent), None)
            if own and own.ask not in scene.memory.questions:
                return own
        for ask in turned_by(bank().get(intent, ()), scene.frame.topic[0]):
            if ask not in scene.memory.questions:
                return Question(intent, stage_of(intent), ask)
    return None


def stage_of(intent: str) -> Stage:
    """The stage that an intent belongs to: what stands before its dot."""
    return cast(Stage, intent.split(".")[0])


def plan_for(scene: Scene, stage: Stage, move: str, **parts: Any) -> Plan:
    notes = parts.pop("notes", {})
    card = scene.card.id if scene.card else None
    plan = Plan(stage=stage, move=move, card=card, notes=dict(notes), **parts)
    if scene.card and plan.idea:
        idea = next(i for i in scene.card.ideas if i.id == plan.idea)
        plan = replace(plan, claims=tuple(dict.fromkeys((*plan.claims, *idea.claims))))
    return plan


def repeats_shape(scene: Scene, shape: tuple[str, ...]) -> bool:
    """A turn of the same shape as the last one would sound like a form being filled in."""
    last = scene.memory.shapes[-1:] or [()]
    return (
        tuple(k for k in last[0] if k in {"reflection", "insight", "words", "question", "evidence", "summary"}) == shape
    )


LEAST_COMMITTED = 4
"""Words of a promise that says what is promised."""


def commitment_in(frame: Frame) -> str | None:
    if frame.kind not in {"commit", "close", "thanks", "draft"} and "commit" not in frame.also:
        return None
    plans = [s for s in frame.now("plan") if LEAST_COMMITTED <= len(s.text.split()) <= 14]
    return plans[-1].text if plans else None
