"""Turning a person's words round: said back to them, or said by them to the other person.

Works on the parser's tokens; decides nothing about what is worth saying.
"""

from typing import TYPE_CHECKING

from coach.parse import Clause, subject_of

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

_TO_YOU = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "we": "you", "us": "you",
    "our": "your", "ours": "yours", "ourselves": "yourselves",
}  # fmt: skip
_TO_YOU_BE = {"am": "are", "'m": "'re", "was": "were"}


def turned(span: "Span") -> str:
    """The person's own words said back: I becomes you, and the verb follows."""
    out = []
    for token in span:
        word = token.lower_
        swap = _TO_YOU.get(word)
        if swap is None and word in _TO_YOU_BE and _has_firstsubject_of(token):
            swap = _TO_YOU_BE[word]
        out.append(
            (swap or (token.text if token.pos_ == "PROPN" or word == "i" or token.i != span.start else _lower(token)))
            + token.whitespace_
        )
    return "".join(out).strip()


def _lower(token: "Token") -> str:
    return token.text if token.text.isupper() and len(token.text) > 1 else token.text[0].lower() + token.text[1:]


def _has_firstsubject_of(token: "Token") -> bool:
    head = token if token.pos_ == "VERB" or token.dep_ not in {"aux", "auxpass"} else token.head
    subject = subject_of(head)
    return subject is not None and subject.lower_ in {"i", "we"}


_THIRD = {"he": "you", "she": "you", "they": "you", "him": "you", "her": "you", "them": "you", "his": "your",
          "their": "your", "himself": "yourself", "herself": "yourself", "themselves": "yourself"}  # fmt: skip
_THIRD_BE = {"is": "are", "'s": "'re", "was": "were", "has": "have", "does": "do"}


def confessed(span: "Span", alone: bool) -> str | None:
    """What the person did, said to the other: "I snapped at her" → "I snapped at you".

    ``alone``: the talk is of one other person only. Else it stands in brackets who is meant. None where the words
    are not about the person themselves, or where somebody else does something in it and it is open who.
    """
    first = next((token for token in span if token.lower_ == "i"), None)
    if first is None:
        return None
    out: list[str] = []
    for token in span:
        if token.i < first.i:
            continue
        word = token.lower_
        if token.dep_ in {"nsubj", "nsubjpass"} and word in _THIRD and not alone:
            return None
        if alone and (word in _THIRD_BE or token.tag_ == "VBZ") and _of_third(token):
            out.append(_THIRD_BE.get(word, token.lemma_) + token.whitespace_)
        elif token.tag_ in {"PRP", "PRP$"} and word in {"he", "she", "him", "her", "his", "their", "them", "they"}:
            turned_word = "your" if token.tag_ == "PRP$" or _owns(token) else "you"
            out.append((turned_word if alone else f"[{turned_word} or {word}]") + token.whitespace_)
        else:
            out.append(("I" if word == "i" else token.text) + token.whitespace_)
    return "".join(out).strip(" ,.;")


def _owns(token: "Token") -> bool:
    """Whether "her" stands before a thing of hers, which the parser misses in quick typing."""
    following = token.doc[token.i + 1 : token.i + 2]
    return token.lower_ == "her" and bool(following) and following[0].pos_ in {"NOUN", "PROPN", "ADJ", "X"}


def perfect(verb: "Token") -> bool:
    """Whether "she's asked" is "she has asked": a deed with an object of its own, which "is asked" has not."""
    short = next((c for c in verb.children if c.lower_ in {"'s", "s", "'ve", "ve"} and c.dep_.startswith("aux")), None)
    if short is None or verb.tag_ not in {"VBN", "VBD"}:
        return False
    by = any(c.dep_ == "agent" or c.lower_ == "by" for c in verb.children)
    return not by and any(c.dep_ in {"dobj", "xcomp", "ccomp", "dative"} for c in verb.children)


def _of_third(verb: "Token") -> bool:
    """Whether he, she or they do it."""
    head = verb.head if verb.dep_ in {"aux", "auxpass"} else verb
    subject = subject_of(head)
    return subject is not None and subject.lower_ in _THIRD


def addressed(clause: Clause, other: str) -> str | None:
    """A clause about somebody, said to them: "she missed the handover" → "you missed the handover".

    ``other`` is how the person names them. None where the clause speaks of someone else as well, so that
    a pronoun could turn to the wrong person.
    """
    head = clause.head
    subject = subject_of(head)
    if subject is None or clause.person != 3:
        return None
    named = subject.lower_ not in _THIRD
    if subject.lower_ == "they" and other[:1].isupper():
        return None  # "they" beside a name are others
    own_words = {token.lower_ for token in subject.subtree if token.pos_ in {"NOUN", "PROPN"}}
    if named and not own_words & set(other.lower().split()):
        return None
    doc = head.doc
    span = doc.char_span(clause.start, clause.end)
    if span is None:
        return None
    met = {"dobj", "dative", "pobj"}
    if any(t.tag_ == "PRP" and t.dep_ in met and t.lower_ in {"him", "her", "them"} for t in span):
        return None  # whom "she" met is somebody else
    if _other_gender(subject.lower_, {token.lower_ for token in span}):
        return None
    out: list[str] = []
    subject_range = range(subject.left_edge.i, subject.right_edge.i + 1)
    before = [token for token in span if token.i < subject.left_edge.i]
    if any(token.pos_ in {"VERB", "AUX"} for token in before):
        return None
    for token in span[len(before) :]:  # a time in front is told apart, as a slot of its own
        if token.i in subject_range:
            if token.i == subject.right_edge.i:
                out.append("you" + token.whitespace_)
            continue
        word = token.lower_
        if word in _THIRD and token.tag_ != "PRP$" and word != "her":
            out.append("you" + token.whitespace_)
        elif word in {"his", "her", "their"} and token.tag_ == "PRP$":
            out.append("your" + token.whitespace_)
        elif word in _THIRD:
            out.append(_THIRD[word] + token.whitespace_)
        elif word == "'s" and token.head.i == head.i and perfect(head):
            out.append("'ve" + token.whitespace_)
        elif word == "i":
            out.append("I" + token.whitespace_)
        elif word in _THIRD_BE and (token.i == head.i or token.head.i == head.i) and token.pos_ in {"AUX", "VERB"}:
            out.append(_THIRD_BE[word] + token.whitespace_)
        elif token.tag_ == "VBZ" and (token.i == head.i or (token.dep_ == "conj" and token.head.i == head.i)):
            out.append(token.lemma_ + token.whitespace_)
        else:
            out.append(token.text_with_ws)
    text = "".join(out).strip(" ,.;")
    return text if text.startswith("you") else None


_GENDERS = (frozenset(("he", "him", "his", "himself")), frozenset(("she", "her", "hers", "herself")))


def _other_gender(subject: str, words: set[str]) -> bool:
    """Whether "she" does it and "him" stands in it too: somebody else, who is not "you"."""
    return any(subject in own and words & other for own, other in (_GENDERS, _GENDERS[::-1]))
