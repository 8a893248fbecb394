"""Small questions to a parsed sentence: the subject of a verb, whether it is denied, and other forms of a verb."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from coach import patterns

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_SUBJECTS = ("nsubj", "nsubjpass", "csubj", "expl")
_VOWELS = "aeiou"


def subject(verb: "Token") -> "Token | None":
    """The word that does, or suffers, what the verb says; shared subjects are followed back."""
    seen = set()
    token: Token | None = verb
    while token is not None and token.i not in seen:
        seen.add(token.i)
        for child in token.children:
            if child.dep_ in _SUBJECTS:
                return child
        if token.dep_ == "relcl" and not any(c.dep_ in _SUBJECTS for c in token.children):
            return token.head
        token = token.head if token.dep_ in {"conj", "xcomp", "aux", "auxpass"} and token.head.i != token.i else None
    return None


def antecedent(token: "Token | None") -> "Token | None":
    """What a relative pronoun stands for; other words stand for themselves."""
    if token is not None and token.lower_ in {"who", "that", "which"} and token.head.dep_ == "relcl":
        return token.head.head
    return token


def denied(token: "Token") -> bool:
    """Whether a word is under a "not", "never" or "no" of its own or of the verbs above it within the sentence."""
    current = token
    for _ in range(8):
        if any(child.dep_ == "neg" or child.lower_ in {"no", "neither", "nothing"} for child in current.children):
            return True
        if any(child.dep_ in _SUBJECTS and child.lower_ in {"nobody", "nothing", "none"} for child in current.children):
            return True
        if current.head.i == current.i or (current.dep_ == "relcl" and current.head.pos_ == "PROPN"):
            return False  # what is said beside a name is not denied with the rest
        current = current.head
    return False


def own_negation(verb: "Token") -> "Token | None":
    return next((child for child in verb.children if child.dep_ == "neg"), None)


def above(token: "Token") -> "Iterator[Token]":
    """The words that a word depends on, nearest first."""
    while token.head.i != token.i:
        token = token.head
        yield token


def words_of(token: "Token") -> tuple[int, int]:
    """Character offsets of a word with all that belongs to it."""
    last = token.doc[token.right_edge.i]
    return token.doc[token.left_edge.i].idx, last.idx + len(last)


def at(doc: "Doc", offset: int) -> "Token | None":
    """The word that covers a character offset."""
    return next((token for token in doc if token.idx <= offset < token.idx + len(token)), None)


@cache
def _irregular() -> dict[str, tuple[str, str]]:
    rows = (entry.split("/") for entry in str(patterns.read("verbs")["irregular"]).split())
    return {base: (past, participle) for base, past, participle in rows}


def past(lemma: str) -> str:
    """Simple past of a verb: "ask" gives "asked", "leave" gives "left". "be" has two and is not for this."""
    found = _irregular().get(lemma)
    if found is not None:
        return found[0]
    if lemma.endswith("e"):
        return f"{lemma}d"
    if lemma.endswith("y") and lemma[-2:-1] not in _VOWELS:
        return f"{lemma[:-1]}ied"
    if _doubles(lemma):
        return f"{lemma}{lemma[-1]}ed"
    return f"{lemma}ed"


def _doubles(lemma: str) -> bool:
    if len(lemma) < 3 or lemma[-1] in _VOWELS + "wxy" or lemma[-2] not in _VOWELS or lemma[-3] in _VOWELS:
        return False
    return len(lemma) <= 4 or lemma in {"permit", "commit", "admit", "prefer", "occur", "refer", "control", "equip"}
