"""Whether the counterpart answers to how it is spoken to: pairs of lines that differ in that alone.

    uv run python -m evals.rehearsal [--split fresh] [--small] [--show]

Each pair is said at the same moment of a scene, to every persona in turn. It holds where the skilful line lowers the
counterpart's threat and the blaming one raises it.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coach.rehearsal.landing import Ear
from coach.rehearsal.persona import Persona, personas
from coach.rehearsal.state import State

# ``tune`` was looked at when the cues were written and is learned from; ``later`` was written afterwards, and ``fresh``
# before most of the lines that are learned from. Neither of them is.
PAIRS = Path(__file__).parent / "data" / "rehearsal_pairs.jsonl"


@dataclass(frozen=True, slots=True)
class Pair:
    id: str
    split: str
    before: str
    """What the counterpart had just said; empty where it was silent."""
    skilful: str
    blaming: str


@dataclass(frozen=True, slots=True)
class Scene:
    """One pair said to one persona, with what each line did to its threat."""

    pair: Pair
    persona: str
    skilful: float
    blaming: float

    @property
    def holds(self) -> bool:
        return self.skilful < 0 < self.blaming


def pairs(split: str | None = None) -> list[Pair]:
    """The pairs of one half (default: all)."""
    found = [Pair(**json.loads(line)) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    return [pair for pair in found if split in (None, pair.split)]


def scenes(ear: Ear, chosen: Sequence[Pair], each: int = 3) -> Iterator[Scene]:
    """Every pair with ``each`` of the personas, in turn."""
    everyone: list[Persona] = list(personas().values())
    for number, pair in enumerate(chosen):
        heard = [ear.hear(line, pair.before) for line in (pair.skilful, pair.blaming)]
        for turn in range(each):
            persona = everyone[(number + turn) % len(everyone)]
            start = State.of(persona)
            after = [start.after(landing, persona) for landing in heard]
            yield Scene(pair, persona.name, *(round(state.threat - start.threat, 3) for state in after))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=["tune", "later", "fresh"], default=None)
    parser.add_argument("--small", action="store_true", help="by the small encoder alone")
    parser.add_argument("--show", action="store_true", help="print the pairs that do not hold")
    options = parser.parse_args()
    from coach.app import load_settings, open_language
    from knowledge.embedding import load_embedder
    from knowledge.matcher import ATTACK
    from knowledge.reader import load_reader

    settings = load_settings()
    reader = None if options.small else load_reader(settings.cache, ATTACK)
    ear = Ear(open_language(settings), load_embedder(settings.cache), reader)
    found = list(scenes(ear, pairs(options.split)))
    held = sum(scene.holds for scene in found)
    print(f"{held} of {len(found)} scenes hold ({100 * held / len(found):.1f} %)")
    if options.show:
        for scene in found:
            if not scene.holds:
                print(scene.persona, scene.skilful, scene.pair.skilful, "|", scene.blaming, scene.pair.blaming)


if __name__ == "__main__":
    main()
