"""Whole guided conversations without store or network: frame, policy and guided writer over the real cards."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from coach.config import Settings
from coach.memory import opening
from coach.parse import Parser
from coach.policy import CoachingPolicy
from coach.protocols import Brief
from coach.reflection import LONGEST_RUN, longest_run
from coach.values import Turn
from coach.writers.guided import compose
from knowledge.claims import load_claims
from knowledge.library import KnowledgeLibrary, open_library
from knowledge.weights import spacy_model_path

_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")


@dataclass(frozen=True)
class Coach:
    library: KnowledgeLibrary
    policy: CoachingPolicy

    def talk(self, messages: Sequence[str]) -> list[Turn]:
        """Every message answered, all of it heard."""
        history: list[Turn] = []
        for said in messages:
            frame = self.policy.read(said, history)
            retrieval = asyncio.run(self.library.search(self.policy.query(frame)))
            plan = self.policy.next(frame, history, retrieval)
            card = self.library.card(plan.card) if plan.card else None
            claims = tuple(self.library.claim(id) for id in plan.claims)
            spoken = tuple(compose(Brief(said, plan, frame, tuple(history), card, claims, ())))
            history.append(Turn(str(len(history)), "talk", said, "complete", None, spoken, len(spoken), plan))
        return history


@cache
def coach() -> Coach:
    """The coach as it ships. The first call embeds the cards where the cache lacks them."""
    settings = Settings()
    library = open_library(settings)
    return Coach(library, CoachingPolicy(library, Parser(spacy_model_path(settings.cache))))


def text(turn: Turn) -> str:
    return " ".join(sentence.text for sentence in turn.spoken)


def broken_rules(turns: Sequence[Turn]) -> list[str]:
    """What the coaching guide's mechanics forbid, found in a conversation."""
    found = []
    asking = [t for t in turns if t.plan and t.plan.move != "rephrase" and any(s.kind == "question" for s in t.spoken)]
    intents = [t.plan.question.intent for t in asking if t.plan and t.plan.question]
    own = [i for i in intents if i not in {"goal.aim", "goal.thread", "goal.use", "will.look_back"}]
    found += [f"asked twice: {intent}" for intent in {i for i in own if own.count(i) > 1}]
    said = [s.text for t in turns for s in t.spoken]
    found += [f"said twice: {one}" for one in {s for s in said if said.count(s) > 1}]
    for number, turn in enumerate(turns):
        whole = text(turn)
        bare = _QUOTED.sub("", whole)
        if bare.count("?") > 1:
            found.append(f"{number}: more than one question: {whole}")
        if len(whole.split()) > 120:
            found.append(f"{number}: {len(whole.split())} words")
        heard = " . ".join(t.said for t in turns[: number + 1])
        reflected = " ".join(s.text for s in turn.spoken if s.kind in {"reflection", "summary"})
        if longest_run(reflected, heard) > LONGEST_RUN:
            found.append(f"{number}: echoes the person: {reflected}")
        if opening(whole) in [opening(text(t)) for t in turns[max(0, number - 6) : number]]:
            found.append(f"{number}: opens as before: {whole}")
        if re.search(r"(?:^|[.] )it sounds like\b|\byou(?:'re| are) saying\b", bare, re.I):
            found.append(f"{number}: a phrase the guide forbids: {whole}")
        if turn.plan and turn.plan.move in {"thanks", "close", "repair", "already_asked"} and "?" in bare:
            found.append(f"{number}: a question at {turn.plan.move}: {whole}")
    known = load_claims()
    found += [f"unknown claim {c}" for t in turns if t.plan for c in t.plan.claims if c not in known]
    return found
