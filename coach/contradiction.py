"""Finds where a person says now the opposite of what they said before: "they tell me everything", "nobody tells me
anything".

Two clauses collide where the same doer does the same thing, once affirmed and once denied, in the same tense.
Everything less plain than that is left alone: a coach who sees a contradiction in a change of mind is a nuisance.
"""

import re
from collections.abc import Iterator, Sequence

from coach.parse import Clause, Utterance

_OTHERS = frozenset(("they", "everyone", "everybody", "people", "nobody", "someone", "somebody", "all", "team"))
_NONE = frozenset(("nobody", "none", "nothing", "never"))
_EMPTY = frozenset(("be", "have", "do", "get", "go", "say", "think", "know", "want", "need", "make", "see", "let"))
"""Verbs that say too little to collide by themselves."""
_HOW_MUCH = frozenset(
    ["everything", "anything", "nothing", "something", "all", "it", "that", "really", "even", "just", "still", "also",
     "always", "never", "ever", "simply", "actually", "honestly", "so", "too", "very", "often"]
)  # fmt: skip
_CHANGE = re.compile(
    r"\b(?:now|nowadays|lately|since|used to|any ?more|any longer|at first|before|until|then|no longer|sometimes|"
    r"today|yesterday|last|this (?:week|time|month)|if|when|unless|maybe|perhaps)\b",
    re.I,
)
LONGEST = 12
"""Words of a clause that can still be quoted beside another."""


def contradicted(now: Utterance, before: Sequence[Utterance]) -> tuple[str, str] | None:
    """What was said earlier and what is said now against it, verbatim; None where nothing collides."""
    said = list(_claims(now))
    for earlier in reversed(before):
        for old in _claims(earlier):
            for new in said:
                if _collide(old, new):
                    return _tidy(old.text), _tidy(new.text)
    return None


def _claims(u: Utterance) -> Iterator[Clause]:
    """Clauses that state something, with neither a question nor a change of time in them."""
    for clause in u.clauses:
        start, end = u.sentences[clause.sentence] if clause.sentence < len(u.sentences) else (0, 0)
        asked = u.text[start:end].rstrip().endswith("?")
        long = len(clause.text.split()) > LONGEST
        if asked or long or not clause.subject or clause.modal or u.quote_at(clause.start):
            continue
        if not _CHANGE.search(clause.text):
            yield clause


def _collide(old: Clause, new: Clause) -> bool:
    return (
        old.verb == new.verb
        and old.tense == new.tense
        and _doer(old) == _doer(new)
        and _denied(old) is not _denied(new)
        and _matter(old) == _matter(new)
        and (old.verb not in _EMPTY or bool(_matter(old)))
    )


def _doer(clause: Clause) -> str:
    words = clause.subject.lower().replace("no one", "nobody").split()
    if clause.person == 1:
        return "i"
    return "others" if set(words) & _OTHERS else words[-1] if words else ""


def _denied(clause: Clause) -> bool:
    words = set(clause.text.lower().replace("no one", "nobody").split())
    return clause.negated or bool(words & _NONE) or "n't" in clause.text


def _matter(clause: Clause) -> frozenset[str]:
    """What the clause is about besides doer and verb, less the words that only say how much."""
    found = []
    for child in clause.head.children:
        if child.dep_ in {"dobj", "attr", "acomp", "dative", "oprd"} and child.lower_ not in _HOW_MUCH:
            found.append(child.lemma_.lower())
        elif child.dep_ == "prep" and child.lower_ in {"about", "with", "for", "of"}:
            found += [inner.lemma_.lower() for inner in child.children]
        elif child.dep_ == "advmod" and child.lower_ not in _HOW_MUCH:
            found.append(child.lower_)
    return frozenset(found)


def _tidy(text: str) -> str:
    return text.strip(" ,.;:")
