"""Prompts as data: Markdown with front matter under ``prompts/``, checked when they are loaded."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from coach.errors import CoachError

FOLDER = Path(__file__).parent.parent / "prompts"

_VARIABLE = re.compile(r"\{(\w+)\}")


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    version: int
    variables: list[str]
    changed: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text with ``{variable}`` marks."""

    name: str
    version: int
    variables: tuple[str, ...]
    text: str

    def fill(self, **values: str) -> str:
        """The text with every mark replaced, once: marks inside the values stay as they are."""
        assert set(values) == set(self.variables), f"{self.name} takes {self.variables}, got {tuple(values)}"
        return _VARIABLE.sub(lambda mark: values[mark.group(1)], self.text)


def load(name: str, folder: Path = FOLDER) -> Prompt:
    """The prompt in ``<folder>/<name>.md``.

    Raises CoachError where the file is missing, its front matter has unknown or missing keys, or the variables it
    declares are not exactly those in its text.
    """
    path = folder / f"{name}.md"
    try:
        _, head, text = path.read_text(encoding="utf-8").split("---\n", 2)
        front = _FrontMatter.model_validate(yaml.safe_load(head))
    except OSError as exc:
        raise CoachError(f"The prompt {path} cannot be read. Restore it from the release.") from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        raise CoachError(
            f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}. Correct the front matter."
        ) from exc
    except (ValueError, yaml.YAMLError) as exc:
        raise CoachError(f"{path} does not begin with front matter between '---' lines. Add it.") from exc
    used = set(_VARIABLE.findall(text))
    declared = set(front.variables)
    if used - declared:
        raise CoachError(f"{path} uses {_listed(used - declared)} without declaring it. Add it to 'variables'.")
    if declared - used:
        raise CoachError(f"{path} declares {_listed(declared - used)} and never uses it. Take it out of 'variables'.")
    return Prompt(front.name, front.version, tuple(front.variables), text.strip())


def _listed(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
