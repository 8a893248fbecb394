"""What the person says against the coach's last reply: denials of its words, and its words given back.

"There's no trial", "nobody comes late": the reply spoke of what never was. Such a clause corrects the coach and tells
nothing of the matter, and what the reply stood on is out.
"""

import re
from collections.abc import Iterator, Sequence

from coach import patterns
from coach.facts import content
from coach.values import Sentence

_QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")
_ECHOED = 0.75
"""Share of a quotation's words that stand in the reply from which it counts as the reply's own."""


def denials(
    said: str, reply: Sequence[Sentence], earlier: Sequence[str], *, questions: bool = False
) -> list[tuple[int, int]]:
    """Spans in which a message denies what the reply alone brought up.

    ``questions``: those of the reply count as well; "nobody felt anything" answers one, and refuses nothing.
    """
    own = _of_reply(reply, questions) - content(" ".join(earlier))
    return [span for span in _denying(said) if content(said[slice(*span)]) & own] if own else []


def gives_back(quote: str, reply: Sequence[Sentence]) -> bool:
    """Whether a quotation is of the reply and of nobody in the story."""
    words = content(quote)
    told = content(" ".join(sentence.text for sentence in reply))
    return bool(words) and len(words & told) >= _ECHOED * len(words)


def _of_reply(reply: Sequence[Sentence], questions: bool) -> frozenset[str]:
    told = [s.text for s in reply if questions or s.kind in {"insight", "words", "reflection"}]
    # Words to try are the reply's own; what else stands in quotation marks is the person's.
    plain = [text if "[" in text else _QUOTED.sub(" ", text) for text in told]
    return content(" ".join(plain))


def _denying(said: str) -> Iterator[tuple[int, int]]:
    for match in patterns.pattern("refusing", "denial").finditer(said.replace("’", "'")):
        yield match.span()
