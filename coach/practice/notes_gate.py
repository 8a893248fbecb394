"""The gate for pasted notes: they are read as data, so a mere likeness to orders is no reason to turn them away.

Danger is looked for in all of it, and so are orders that a rule names. The log of an incident is full of commands, and
its reader says "just write it"; the head's guess alone counts for nothing there.
"""

from collections.abc import Sequence

from coach.practice.pasted import is_paste, talk_of
from coach.protocols import Gate
from coach.values import Gated, Sentence, Turn


class NotesGate:
    """A gate that knows what notes of an incident are."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def check(self, said: str, history: Sequence[Turn]) -> Gated | None:
        """What a message calls for before any coaching; None where it is coaching."""
        found = self._gate.check(said, history)
        if not _guessed(found) or not is_paste(said):
            return found
        around = self._gate.check(talk_of(said), history)
        return None if _guessed(around) else around

    def check_out(self, sentence: Sentence, said: str) -> str | None:
        """Why a sentence may not leave; None where it may."""
        return self._gate.check_out(sentence, said)


def _guessed(found: Gated | None) -> bool:
    """Whether an order to the coach was only sensed, and not named by a rule."""
    return found is not None and found.kind == "injection" and ": head " in found.reason
