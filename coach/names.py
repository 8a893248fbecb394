"""Which capitalised words of a talk are no names of anybody it is about.

A greeting is none, and what the person says is none, is none from then on. Works on the person's messages alone.
"""

import re
from collections.abc import Sequence

from coach import patterns


def greeted(said: str) -> int:
    """Where a message's greeting ends; 0 where it has none: "Morning all. I have …" begins at "I"."""
    found = patterns.pattern("names", "greeting").match(said)
    return found.end() if found else 0


def is_greeting(said: str) -> bool:
    """Whether a message greets and says nothing else."""
    return bool(said.strip()) and not re.search(r"\w", said[greeted(said) :])


def refused_names(said: str) -> frozenset[str]:
    """Words that a message says are nobody's name: "Morning's not a person", "she isn't called Morning"."""
    return _found("nobody", said)


def set_aside(said: str) -> frozenset[str]:
    """Names of people that a message says it is not about: "it's the student, not Dervla"."""
    return _found("not_them", said)


def nobody_named(messages: Sequence[str]) -> frozenset[str]:
    """What the messages say is nobody's name, in lower case."""
    return frozenset().union(*(refused_names(said) for said in messages))


def _found(name: str, said: str) -> frozenset[str]:
    plain = said.replace("’", "'")
    matches = patterns.pattern("names", name).finditer(plain)
    return frozenset(word.lower() for match in matches for word in match.groups() if word)
