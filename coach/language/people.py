"""Who acts: whether a word of a parsed sentence stands for a person or for people."""

from functools import cache
from typing import TYPE_CHECKING

from coach import patterns
from coach.language.words import word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

_PRONOUNS = word_set(
    "i you he she we they who somebody someone nobody anyone anybody everyone everybody one y'all him her them us me"
)
_ENDINGS = ("man", "woman", "person", "people", "ist", "ician", "keeper", "worker", "master", "officer", "teacher")
_PRODUCTS = word_set(
    "kubernetes jenkins postgres postgresql redis kafka linux windows slack jira github gitlab python "
    "java docker excel "
    "chrome firefox android ios sap oracle aws azure google microsoft terraform prometheus grafana elasticsearch "
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december"
)


@cache
def _words() -> dict[str, frozenset[str]]:
    return {name: frozenset(str(words).split()) for name, words in patterns.read("people").items() if name != "words"}


def is_person(token: "Token | None", *, groups: bool = True) -> bool:
    """Whether the word stands for a person; with ``groups`` also for people, such as a team or an office."""
    if token is None:
        return False
    word, lemma = token.lower_, token.lemma_.lower()
    if word in _PRONOUNS:
        return True
    if lemma in {"all", "some", "most", "both", "many", "none", "few", "member", "rest", "one", "two"}:
        inner = next((c for prep in token.children if prep.lower_ == "of" for c in prep.children), None)
        return is_person(inner, groups=groups) if inner is not None else False
    known = _words()
    if any(c.dep_ == "compound" and c.lemma_.lower() in known["things"] for c in token.children):
        return False  # the query planner, the queue reader
    if (
        lemma in known["roles"]
        or word in known["roles"]
        or (groups and (lemma in known["groups"] or word in known["groups"]))
    ):
        return True
    if lemma in known["things"]:
        return False
    if token.pos_ == "PROPN":
        text = token.text
        return text[:1].isupper() and text[1:].islower() and text.isalpha() and lemma not in _PRODUCTS
    return token.pos_ == "NOUN" and lemma.endswith(_ENDINGS)


def is_name(token: "Token | None") -> bool:
    """Whether the word is used as a name and is no product's: chat leaves the capital out."""
    return token is not None and token.pos_ == "PROPN" and token.text.isalpha() and token.lower_ not in _PRODUCTS


def is_third(token: "Token | None") -> bool:
    """Whether the word is a person other than the writer, the reader included."""
    return is_person(token) and token is not None and token.lower_ not in {"i", "we", "us", "me"}


def is_nobody(token: "Token | None") -> bool:
    return token is not None and (
        token.lower_ in {"nobody", "none"} or any(child.lower_ == "no" for child in token.children)
    )


def minded(lemma: str) -> bool:
    """Whether only people do this."""
    return lemma in _words()["minded"]
