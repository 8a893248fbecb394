"""What a sentence stands on: from ``[n]`` markers in a writer's text to citations that open."""

import re
from collections.abc import Sequence

from coach.values import Citation, Passage, Sentence, SentenceKind

_MARKER = re.compile(r"\s*\[(\d+(?:\s*,\s*\d+)*)\]")
_QUOTED = re.compile(r"“[^”]*”?|\"[^\"]*\"?")


def citation(passage: Passage) -> Citation:
    return Citation(
        id=passage.id,
        source=passage.source,
        heading=passage.heading,
        quote=passage.text,
        grade=passage.grade,
        licence=passage.licence,
        passage=passage if passage.kind == "document" else None,
    )


def sentence_of(text: str, passages: Sequence[Passage]) -> Sentence:
    """A sentence of streamed text, its markers (numbered from 1) turned to citations and taken out of the words.

    A marker that points at nothing is dropped: it cites nothing, and the grounding check sees it that way.
    """
    numbers = [int(number) for marker in _MARKER.findall(text) for number in marker.split(",")]
    cited = {passages[n - 1].id: passages[n - 1] for n in numbers if 1 <= n <= len(passages)}
    words = " ".join(_MARKER.sub("", text).split())
    kind: SentenceKind = "question" if own_question(words) else "evidence" if cited else "other"
    return Sentence(words, kind, tuple(citation(passage) for passage in cited.values()))


def own_question(text: str) -> bool:
    """Whether a sentence asks the person something, quoted words aside."""
    return "?" in _QUOTED.sub("", text)
