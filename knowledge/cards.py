"""Practice cards: one YAML file each under ``knowledge/cards/``, validated here and nowhere else."""

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from coach.errors import KnowledgeError
from coach.values import Card, Caution, Echo, Idea, Question, Words

CARDS_DIR = Path(__file__).parent / "cards"

Topic = Literal[
    "psychological-safety", "trust", "feedback", "hard-conversations", "listening", "one-on-ones", "delegation",
    "goals-progress", "transparency", "debriefs", "retrospectives", "smart-failure", "vulnerability", "decisions",
    "remote", "inclusion", "middle-managers", "coaching", "pilots", "purpose", "ai", "change",
]  # fmt: skip

Slot = Literal["person", "when", "quote", "event", "impact", "wish", "ask", "deadline", "count"]
SLOTS: frozenset[str] = frozenset(Slot.__args__)  # type: ignore[attr-defined]

Intent = Literal[
    "goal.after", "goal.useful", "goal.matters", "goal.relationship",
    "reality.event", "reality.words", "reality.impact", "reality.their_view", "reality.own_part", "reality.tried",
    "reality.pattern", "reality.exception", "reality.who", "reality.stakes", "reality.feeling", "reality.constraint",
    "options.first_move", "options.other", "options.smaller", "options.ally", "options.hear_them", "options.words",
    "will.step", "will.when", "will.obstacle", "will.signal", "will.support",
]  # fmt: skip
"""What a question finds out. A question is never asked twice by intent, nor when the frame already answers it."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=320)]
Phrases = Annotated[list[Line], Field(min_length=2)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class IdeaFile(_Strict):
    id: str
    when: Phrases
    say: Line
    offer: Line
    claims: list[str] = []


class WordsFile(_Strict):
    use: Literal["open", "ask", "reply", "close", "write"]
    when: Phrases
    say: Line


class QuestionFile(_Strict):
    intent: Intent
    ask: Line


class CautionFile(_Strict):
    when: Phrases
    say: Line


class EchoFile(_Strict):
    when: Phrases
    say: Line


class CardFile(_Strict):
    """The shape of a card file. Unknown keys are refused."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Line
    topic: Topic
    gist: Line
    situations: Annotated[list[Line], Field(min_length=8)]
    ideas: Annotated[list[IdeaFile], Field(min_length=4)]
    words: Annotated[list[WordsFile], Field(min_length=4)]
    questions: Annotated[list[QuestionFile], Field(min_length=6)]
    cautions: Annotated[list[CautionFile], Field(min_length=2)]
    echoes: list[EchoFile] = []
    claims: list[str] = []
    sources: list[Line] = []

    def card(self) -> Card:
        return Card(
            id=self.id,
            title=self.title,
            topic=self.topic,
            gist=self.gist,
            situations=tuple(self.situations),
            ideas=tuple(Idea(i.id, tuple(i.when), i.say, i.offer, tuple(i.claims)) for i in self.ideas),
            words=tuple(Words(w.use, tuple(w.when), w.say) for w in self.words),
            questions=tuple(Question(q.intent, q.intent.split(".")[0], q.ask) for q in self.questions),  # type: ignore[arg-type]
            cautions=tuple(Caution(tuple(c.when), c.say) for c in self.cautions),
            echoes=tuple(Echo(tuple(e.when), e.say) for e in self.echoes),
            claims=tuple(self.claims),
            sources=tuple(self.sources),
        )


def load_card(path: Path) -> Card:
    """The card in one file. Raises KnowledgeError that names the file and the first thing wrong with it."""
    try:
        file = CardFile.model_validate(
            yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        )
    except (ValidationError, yaml.YAMLError) as exc:
        first = exc.errors()[0] if isinstance(exc, ValidationError) else {"loc": (), "msg": str(exc)}
        where = ".".join(str(part) for part in first["loc"])
        raise KnowledgeError(f"{path.name}: {where}: {first['msg']}. Correct the card and try again.") from exc
    if file.id != path.stem:
        raise KnowledgeError(f"{path.name}: id is {file.id!r}. Name the file {file.id}.yaml.")
    return file.card()


def load_cards(directory: Path = CARDS_DIR) -> dict[str, Card]:
    """All cards by id, in file order. Raises KnowledgeError."""
    return {path.stem: load_card(path) for path in sorted(directory.glob("*.yaml"))}
