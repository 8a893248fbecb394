"""Reads files of patterns: regular expressions as data, with ``<<name>>`` for patterns that are used in several."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from coach.errors import CoachError

DATA = Path(__file__).parent / "data"


def read(name: str) -> dict[str, Any]:
    """The content of ``coach/data/<name>.yaml``; its ``words`` have each other filled in, in their order."""
    path = DATA / f"{name}.yaml"
    try:
        data: dict[str, Any] = yaml.load(
            path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        )
    except (OSError, yaml.YAMLError) as exc:
        raise CoachError(f"The rules in {path} cannot be read. Restore the file from the release.") from exc
    words: dict[str, str] = {}
    for word, pattern in data.get("words", {}).items():
        words[word] = _expand(pattern, words)
    return {**data, "words": words}


def any_of(lines: list[str], words: dict[str, str] | None = None) -> re.Pattern[str]:
    """One pattern that matches where one of the lines does, case aside. Raises CoachError for a broken line."""
    joined = "|".join(f"(?:{_expand(line, words or {})})" for line in lines)
    try:
        return re.compile(joined, re.I | re.M)
    except re.error as exc:
        raise CoachError(f"A rule is not a regular expression: {exc}. Restore coach/data.") from exc


@cache
def pattern(file: str, name: str) -> re.Pattern[str]:
    """The lines called ``name`` in one file, as one pattern."""
    data = read(file)
    return any_of(data[name], data["words"])


def _expand(pattern: str, words: dict[str, str]) -> str:
    return re.sub(r"<<(\w+)>>", lambda found: words[found.group(1)], pattern)
