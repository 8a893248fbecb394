"""The gate before practices: what belongs to one is no reason to turn a person away on a mere likeness.

Danger is looked for in all that is said, and so are orders that a rule names. But the log of an incident is full of
commands, and its reader says "just write it"; and "failure" or "repair" in a practice's own name says nothing of the
person who asks for it.
"""

import re
from collections.abc import Sequence

from coach.practice.pasted import is_paste, talk_of
from coach.protocols import Gate
from coach.values import Gated, Sentence, Turn


class NotesGate:
    """A gate that knows what notes of an incident are, and ``names`` of practices, such as "smart-failure ritual"."""

    def __init__(self, gate: Gate, names: Sequence[str] = ()) -> None:
        self._gate = gate
        # The longest first, so that "smart-failure ritual" goes whole.
        words = [re.escape(name).replace(r"\-", "[- ]") for name in sorted(names, key=len, reverse=True)]
        self._names = re.compile(rf"\b(?:{'|'.join(words)})\b", re.I) if words else None

    def check(self, said: str, history: Sequence[Turn]) -> Gated | None:
        """What a message calls for before any coaching; None where it is coaching."""
        found = self._gate.check(said, history)
        if _sensed(found) and self._names is not None and (bare := self._names.sub(" ", said)) != said:
            found = self._gate.check(bare, history)
        if _guessed(found) and _at_work(history):
            return None  # "conditions: the rule could use all CPU" is an answer, not an order
        if not _guessed(found) or not is_paste(said):
            return found
        around = self._gate.check(talk_of(said), history)
        return None if _guessed(around) else around

    def check_out(self, sentence: Sentence, said: str) -> str | None:
        """Why a sentence may not leave; None where it may."""
        return self._gate.check_out(sentence, said)


def _sensed(found: Gated | None) -> bool:
    return found is not None and ": head " in found.reason


def _at_work(history: Sequence[Turn]) -> bool:
    """Whether the last turn was one of a practice, which takes what is said for its page."""
    return bool(history) and history[-1].plan is not None and history[-1].plan.move.startswith("practice.")


def _guessed(found: Gated | None) -> bool:
    """Whether an order to the coach was only sensed, and not named by a rule."""
    return _sensed(found) and found is not None and found.kind == "injection"
