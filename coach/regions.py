"""Emergency numbers and lines by country, as sentences need them.

Data: ``prompts/regions.yaml``. A country that is not there, or a line that it lacks, is said to be unknown and
the person is pointed to a directory; no number is ever guessed.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from coach.errors import CoachError

PROMPTS = Path(__file__).resolve().parent.parent / "prompts"

# "us", "in" and "it" are everyday words, so bare codes count only as a whole answer ("US", "it's UK").
_BARE_CODE = re.compile(r"^\W*(?:i'?m in |i am in |in |it'?s |the )?([a-z]{2})\W*$")


@dataclass(frozen=True, slots=True)
class Region:
    """Where the person is, as far as known. ``code`` None: unknown."""

    code: str | None
    name: str
    emergency: str | None
    line: str | None
    abuse_line: str | None

    def fill(self, language: str) -> dict[str, str]:
        """Values of the region variables of an authored text in ``language``."""
        unknown = _data()["unknown"]
        words = unknown.get(language, unknown["en"])
        filled = {name: words.get(name, unknown["en"][name]) for name in ("emergency", "line", "abuse_line")}
        for name in filled:
            value = getattr(self, name)
            if value is not None:
                filled[name] = value if language == "en" else _data()["known"][language].format(n=_number(value))
        return {**filled, "country": self.name}


def region(code: str | None) -> Region:
    """The region of a country code; an unlisted or missing code is the unknown region."""
    key = "GB" if code and code.upper() == "UK" else (code or "").upper()
    row = _data()["countries"].get(key)
    if row is None:
        return Region(None, "", None, None, None)
    return Region(key, row["name"], row["emergency"], row.get("line"), row.get("abuse_line"))


def where_line(language: str) -> str:
    """Says that the country is unknown and asks for it."""
    unknown = _data()["unknown"]
    return str(unknown.get(language, unknown["en"])["where"])


def named_in(text: str) -> str | None:
    """Code of a country that a message names, None where it names none."""
    lowered = text.lower()
    for code, row in _data()["countries"].items():
        if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", lowered) for name in row["also"]):
            return str(code)
    bare = _BARE_CODE.match(lowered)
    if bare:
        found = region(bare.group(1)).code
        return None if found in ("IT", "IN", "NO") and text.strip() != found else found
    return None


def _number(line: str) -> str:
    """The digits of a line, without the name and remarks that are in English."""
    found = re.search(r"\d[\d \-]*\d|\d", line)
    assert found is not None, f"region line without a number: {line!r}"
    return found.group(0)


@cache
def _data() -> dict[str, Any]:
    path = PROMPTS / "regions.yaml"
    try:
        data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as exc:
        raise CoachError(f"The crisis numbers in {path} cannot be read. Restore the file from the release.") from exc
    return data
