"""What a rule found in one sentence, before it is placed in the text and given its reason."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coach.language.prose import Passage

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token


@dataclass(frozen=True, slots=True)
class Read:
    """A sentence with its parse. ``doc`` is of ``passage.plain``, so that offsets agree."""

    passage: Passage
    doc: "Doc"

    @property
    def text(self) -> str:
        return self.passage.plain

    def original(self, start: int, end: int) -> str:
        """The writer's own wording of a stretch, quotations included, on one line."""
        return " ".join(self.passage.original[start:end].split())


@dataclass(frozen=True, slots=True)
class Finding:
    """Offsets into the sentence, and what is needed to word it otherwise."""

    kind: str
    start: int
    end: int
    form: str = ""
    """Which rewording applies; empty where none does."""
    head: Any = None
    """The parser's word that the rewording turns around."""


Rule = Callable[[Read], "list[Finding]"]


def of(
    kind: str, token: "Token", last: "Token | None" = None, *, form: str = "", head: "Token | None" = None
) -> Finding:
    """A finding that reaches from one word to another."""
    end = last or token
    return Finding(kind, token.idx, end.idx + len(end), form, head if head is not None else token)
