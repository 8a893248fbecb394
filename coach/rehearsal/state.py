"""The counterpart's inner state, and the stance it takes from it."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

from coach.rehearsal.landing import Landing
from coach.rehearsal.persona import Persona

Stance = Literal["closed", "guarded", "thawing", "open"]


@dataclass(frozen=True, slots=True)
class State:
    """Each from 0 to 1."""

    openness: float
    threat: float
    trust: float

    @classmethod
    def of(cls, persona: Persona) -> "State":
        """How a persona comes into the room."""
        return cls(persona.openness, persona.threat, persona.trust)

    def after(self, landing: Landing, persona: Persona) -> "State":
        """The state once a line has landed; a persona takes harshness and care each at its own rate."""
        threat = landing.threat * (persona.touchy if landing.threat > 0 else persona.soothed)
        openness = landing.openness * (persona.soothed if landing.openness > 0 else persona.touchy)
        trust = landing.trust * (persona.soothed if landing.trust > 0 else persona.touchy)
        return State(_kept(self.openness + openness), _kept(self.threat + threat), _kept(self.trust + trust))

    @property
    def stance(self) -> Stance:
        """How it meets the next line."""
        ease = self.openness + 0.5 * self.trust - self.threat
        # Four or five careful lines lead from guarded to open, two harsh ones to closed.
        return "closed" if ease < -0.3 else "guarded" if ease < 0.2 else "thawing" if ease < 0.6 else "open"

    def written(self) -> str:
        return json.dumps({name: round(value, 3) for name, value in asdict(self).items()})

    @classmethod
    def read(cls, text: str) -> "State":
        """The state that ``written`` made."""
        return cls(**json.loads(text))


def _kept(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 3)
