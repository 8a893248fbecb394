"""One guided reply in the making: sentences are added one by one, and no line or opening comes twice."""

import re
from dataclasses import dataclass, field

from coach.memory import Memory, opening
from coach.phrasebook import fill, phrases, unused
from coach.protocols import Brief
from coach.values import Citation, Sentence, SentenceKind


@dataclass(slots=True)
class Draft:
    """One reply in the making."""

    brief: Brief
    memory: Memory
    sentences: list[Sentence] = field(default_factory=list)

    @property
    def seed(self) -> str:
        return self.brief.frame.topic[0]

    def say(self, text: str | None, kind: SentenceKind = "other", citations: tuple[Citation, ...] = ()) -> None:
        if text and not any(text.strip(" .").casefold() in said.text.casefold() for said in self.sentences):
            self.sentences.append(Sentence(text, kind, citations))

    def pick(self, lines: list[str], **slots: str) -> str | None:
        """An unused one of several lines whose opening was not heard lately."""
        recent = self.memory.openings[-6:]
        first = not self.sentences
        for template in unused(lines, self.memory.sentences, self.seed):
            text = fill(template, slots)
            if text and not (first and opening(text) in recent):
                return text
        return None

    def line(self, key: str, **slots: str) -> str | None:
        """An unused line of the phrasebook whose opening was not heard lately."""
        return self.pick(phrases()[key], **slots)

    def phrase(self, key: str, kind: SentenceKind = "other", **slots: str) -> bool:
        text = self.line(key, **slots)
        self.say(text, kind)
        return text is not None

    @property
    def last_kinds(self) -> tuple[str, ...]:
        """Kinds of the sentences of the last reply."""
        return self.memory.shapes[-1] if self.memory.shapes else ()


def split_sentences(text: str) -> list[str]:
    """Sentences of our own lines; a full stop inside closing quotation marks ends one."""
    return re.split(r"(?<=[.!?])\s+(?=[A-Z“])|(?<=[.!?]”)\s+(?=[A-Z“])", text)
