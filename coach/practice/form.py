"""What a practice knows so far. Travels in the notes of each turn's plan, so that a restart loses nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from coach.practice.practice import Field, Practice


@dataclass(frozen=True, slots=True)
class Form:
    """The fields that are filled, and what the person did not want to say."""

    values: Mapping[str, str] = field(default_factory=dict)
    """The person's own words by field."""
    skipped: frozenset[str] = frozenset()
    narrowed: frozenset[str] = frozenset()
    """Fields whose question was made smaller once."""
    ready: bool = False
    """Whether finishing was offered."""
    made: int = 0
    """How many times the artefact was made."""

    def filled(self, **values: str) -> "Form":
        return replace(self, values={**self.values, **values}, skipped=self.skipped - set(values))

    def skip(self, id: str) -> "Form":
        return replace(self, skipped=self.skipped | {id})

    def has(self, id: str) -> bool:
        return bool(self.values.get(id))

    def wanted(self, one: Field) -> bool:
        """Whether the field plays a part, given what is known."""
        return not any(map(self.has, one.unless)) and (not one.only or any(map(self.has, one.only)))

    def open(self, practice: Practice, *needs: str) -> list[Field]:
        """Fields still to be asked for, in their order."""
        return [
            one
            for one in practice.fields
            if one.need in needs and self.wanted(one) and not self.has(one.id) and one.id not in self.skipped
        ]

    def written(self) -> str:
        """As it stands in a plan's notes."""
        return json.dumps(
            {
                "values": dict(self.values), "skipped": sorted(self.skipped), "narrowed": sorted(self.narrowed),
                "ready": self.ready, "made": self.made,
            },
            ensure_ascii=False,
        )  # fmt: skip


def read(text: str) -> Form:
    """The form that ``Form.written`` made."""
    data = json.loads(text)
    return Form(data["values"], frozenset(data["skipped"]), frozenset(data["narrowed"]), data["ready"], data["made"])
