"""The guided writer's own lines, kept as data under ``prompts/guided/`` and used without repeating."""

import re
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import yaml

from coach.errors import CoachError

GUIDED_DIR = Path(__file__).parent.parent / "prompts" / "guided"
_SLOT = re.compile(r"\{(\w+)\}")


@cache
def _load(name: str) -> dict[str, Any]:
    path = GUIDED_DIR / f"{name}.yaml"
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as exc:
        raise CoachError(f"{path} could not be read. Restore it from the release and start again.") from exc


def phrases() -> dict[str, Any]:
    return _load("phrases")


def practice_lines() -> dict[str, list[str]]:
    return _load("practice")


def rehearsal_lines() -> dict[str, list[str]]:
    return _load("rehearsal")


def feedback_lines() -> dict[str, Any]:
    return _load("feedback")


def document_lines() -> dict[str, list[str]]:
    """Lines in which the person's own documents speak."""
    return _load("documents")


def reflections() -> dict[str, list[str]]:
    return _load("reflections")


def bank() -> dict[str, list[str]]:
    """General questions by intent."""
    return _load("questions")


def cautions() -> list[dict[str, Any]]:
    """Plans that tend to backfire whatever the topic: ``id``, ``pattern`` and what to ``say``."""
    return _load("cautions")  # type: ignore[return-value]


def fill(template: str, slots: dict[str, str]) -> str | None:
    """A template with its slots filled; None where one is missing."""
    names = _SLOT.findall(template)
    if any(not slots.get(name) for name in names):
        return None
    return sentence_case(_SLOT.sub(lambda m: slots[m.group(1)], template))


def sentence_case(text: str) -> str:
    """Upper case at the start and after a full stop, also behind an opening quotation mark.

    A quotation that ends in a mark of its own does not end the sentence around it.
    """
    text = re.sub(r"^([“\"'‘]?)([a-z])", lambda m: m.group(1) + m.group(2).upper(), text)
    return re.sub(r"([.!?] )([“]?)([a-z])", lambda m: m.group(1) + m.group(2) + m.group(3).upper(), text)


@cache
def mask(template: str) -> re.Pattern[str]:
    """Matches any sentence made from a template, whatever its slots held."""
    parts = _SLOT.split(template)
    body = "".join(re.escape(part) if i % 2 == 0 else ".+?" for i, part in enumerate(parts))
    return re.compile(rf"^{body}$", re.I | re.S)


def turned_by(lines: Sequence[str], seed: str) -> list[str]:
    """The lines from one on that this conversation begins with, round to the one before it."""
    start = int.from_bytes(blake2b(seed.encode(), digest_size=4).digest(), "big") % max(1, len(lines))
    return [*lines[start:], *lines[:start]]


def unused(templates: list[str], spoken: tuple[str, ...], seed: str) -> list[str]:
    """Templates that no spoken sentence was made from, in an order of this conversation's own.

    When all were used, those used longest ago come first.
    """
    order = turned_by(templates, seed)
    joined = " ".join(spoken)
    fresh = [t for t in order if not any(mask(t).match(s) for s in spoken) and (_SLOT.search(t) or t not in joined)]
    return fresh or order
