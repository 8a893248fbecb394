"""Texts written in advance: crisis and redirect sentences, loaded, filled in and chosen so that none repeats.

A file is Markdown with front matter. Each ``## slot`` holds one sentence a line; a text is one line of every slot,
in the order of the file. Nothing here is generated: what is said was written by a person and can be reviewed.
"""

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from coach.errors import CoachError
from coach.regions import PROMPTS

_VARIABLE = re.compile(r"\{(\w+)\}")
_KEYS = {"name", "version", "language", "variables", "changed"}
KNOWN_VARIABLES = frozenset({"emergency", "line", "abuse_line", "country"})


@dataclass(frozen=True, slots=True)
class Authored:
    """One text with its alternatives: ``slots`` maps a slot's name to its lines."""

    name: str
    version: int
    language: str
    variables: tuple[str, ...]
    slots: dict[str, tuple[str, ...]]

    def part(self, prefix: str) -> "Authored":
        """The slots ``prefix.*`` alone, for files that hold several texts."""
        slots = {slot.split(".", 1)[1]: lines for slot, lines in self.slots.items() if slot.startswith(f"{prefix}.")}
        if not slots:
            raise CoachError(f"The authored text {self.name!r} has no part {prefix!r}. Restore the prompts folder.")
        return Authored(f"{self.name}/{prefix}", self.version, self.language, self.variables, slots)


def compose(
    text: Authored, fill: Mapping[str, str], before: Sequence[tuple[str, ...]], opening: Sequence[str] = ()
) -> tuple[str, ...]:
    """One line of each slot, the least used first, so that the whole has not been said in this conversation.

    ``before`` holds the authored texts already said. ``opening`` lines, where given and not all said yet, take the
    place of the text's own opening. Only when every combination has been said does one come again.
    """
    used = Counter(line for earlier in before for line in earlier)
    slots = []
    for slot, lines in text.slots.items():
        fresh = [line for line in opening if used[line] == 0]
        chosen = fresh if slot == "opening" and fresh else lines
        filled = [_begun(line.format(**fill)) for line in chosen]
        slots.append(sorted(filled, key=lambda line: used[line]))
    said = set(before)
    return next((combination for combination in itertools.product(*slots) if combination not in said), _first(slots))


def _begun(line: str) -> str:
    """With a capital, also where a sentence begins with what was filled in."""
    return line[:1].upper() + line[1:]


def _first(slots: list[list[str]]) -> tuple[str, ...]:
    return tuple(lines[0] for lines in slots)


@cache
def authored(folder: str, name: str) -> Authored:
    """The text ``prompts/<folder>/<name>.md``. Raises CoachError where it is missing or not well-formed."""
    return read(PROMPTS / folder / f"{name}.md")


def read(path: Path) -> Authored:
    """Parses and checks one authored file."""
    try:
        raw = path.read_text(encoding="utf-8")
    except OSError as exc:
        raise CoachError(f"The authored text {path} cannot be read. Restore it from the release.") from exc
    parts = raw.split("---\n", 2)
    head = yaml.safe_load(parts[1]) if len(parts) == 3 and not parts[0].strip() else None
    if not isinstance(head, dict) or set(head) != _KEYS:
        raise CoachError(f"{path} needs front matter with exactly {', '.join(sorted(_KEYS))}.")
    slots: dict[str, tuple[str, ...]] = {}
    for section in re.split(r"^## ", parts[2], flags=re.M)[1:]:
        slot, *lines = section.strip().splitlines()
        slots[slot.strip()] = tuple(line.strip() for line in lines if line.strip())
    if not slots or not all(slots.values()):
        raise CoachError(f"{path} has an empty slot. Every '## slot' needs at least one sentence.")
    names = {name for lines in slots.values() for line in lines for name in _VARIABLE.findall(line)}
    declared = set(head["variables"])
    if names != declared or not declared <= KNOWN_VARIABLES:
        raise CoachError(f"{path} declares the variables {sorted(declared)} and uses {sorted(names)}. Make them equal.")
    return Authored(str(head["name"]), int(head["version"]), str(head["language"]), tuple(head["variables"]), slots)
