"""Prompts as data."""

from pathlib import Path

import pytest

from coach.errors import CoachError
from coach.prompts import Prompt, load

HEAD = "---\nname: greeting\nversion: 2\nvariables: [who]\nchanged: Shorter.\n---\n"


def write(folder: Path, text: str) -> Path:
    (folder / "greeting.md").write_text(text)
    return folder


def test_a_prompt_is_loaded_and_filled(tmp_path: Path) -> None:
    prompt = load("greeting", write(tmp_path, HEAD + "\nHello {who}!\n"))
    assert prompt == Prompt("greeting", 2, ("who",), "Hello {who}!")
    assert prompt.fill(who="{who} and {you}") == "Hello {who} and {you}!"
    with pytest.raises(AssertionError, match="takes"):
        prompt.fill(whom="x")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAD + "Hello {who} and {whom}", r"uses \{whom\} without declaring it"),
        (HEAD + "Hello", r"declares \{who\} and never uses it"),
        (HEAD.replace("version: 2\n", "") + "{who}", r"version: Field required"),
        (HEAD.replace("changed", "changes") + "{who}", r"Correct the front matter"),
        ("Hello", r"does not begin with front matter"),
        ("---\n{ not yaml\n---\nHello", r"does not begin with front matter"),
    ],
)
def test_a_prompt_that_does_not_fit_fails_at_load(tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(CoachError, match=line):
        load("greeting", write(tmp_path, text))


def test_a_missing_prompt_is_named(tmp_path: Path) -> None:
    with pytest.raises(CoachError, match=r"nobody.md cannot be read"):
        load("nobody", tmp_path)


@pytest.mark.parametrize("name", ["system", "welcome-guided", "welcome-model"])
def test_the_prompts_that_ship_load(name: str) -> None:
    assert load(name).name == name
