"""The linter as people and scripts use it: what is marked, what is left alone, other wordings, and ``coach lint``."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
import yaml

from coach import cli
from coach.config import Settings
from coach.language.language import RULES, Language, reasons
from coach.language.prose import own_words, sentences
from coach.parse import Parser
from coach.values import Mark
from evals.language import DATA, measure_marks, read_jsonl
from knowledge.claims import load_claims
from knowledge.weights import spacy_model_path


@pytest.fixture(scope="module")
def language() -> Language:
    return Language(Parser(spacy_model_path(Settings().cache)))


def kinds(language: Language, text: str) -> list[str]:
    return [mark.kind for mark in language.analyse(text)]


def test_a_mark_says_where_what_why_and_how_else(language: Language) -> None:
    text = "We met at noon.\n\nThe clerk failed to call the bank.\n"
    assert language.analyse(text) == [
        Mark(
            3, 11, 20, "counterfactual", "failed to", reasons()["counterfactual"],
            "The clerk did not call the bank. What would have made it easier?",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("She should have asked the night desk.", "She did not ask the night desk. What would have made it easier?"),
        ("They should not have left at six.", "They left at six. What made that the sensible step at the time?"),
        (
            "The seal was not checked by the fitter.",
            "The fitter did not check the seal. What would have made it easier?",
        ),
        ("The root cause was a worn belt.", "One contributing condition was a worn belt."),
        ("Obviously the warning was ignored.", "The warning was ignored."),
        ("It was a careless mistake by the baker.", "It was a mistake by the baker."),
        ("You always interrupt Ana.", "On [when?] you interrupted Ana."),
        ("She never listens.", "On [when?] she did not listen."),
        (
            "He doesn't care about the guests.",
            "What I saw was [what?]. I took it to mean that he doesn't care about the guests.",
        ),
        ("Who forgot to lock the shed?", "What would have made it easier to lock the shed?"),
        ("The delay was due to human error.", "The delay was due to [which step, and what led to it?]."),
        ("I'm sorry you feel that way.", "I am sorry that I [did what?]. The effect on you was [what?]."),
        ("What an idiot.", None),
        ("Who deployed this?", "What made it seem the right step to deploy this?"),
        ("So who turned off the alarm?", "What made it seem the right step to turn off the alarm?"),
        ("The cook is careless.", "The cook [did or said what, when?]. The effect was [what?]."),
        ("tom forgot to renew the licence", "Tom did not renew the licence. What would have made it easier?"),
        ("Somebody forgot to renew it.", "Nobody renewed it. What would have made it easier?"),
        ("The fire could easily have been prevented.", "The fire was not prevented. What would have made it easier?"),
        ("It could have been avoided with common sense.", "It was not avoided. What would have made it easier?"),
        (
            "The spill could have been avoided with a second valve.",
            "The spill was not avoided. What stood in the way of a second valve?",
        ),
        ("someone should have limited the tool", "Nobody limited the tool. What would have made it easier?"),
    ],
)
def test_the_other_wording_keeps_the_facts(language: Language, text: str, other: str | None) -> None:
    assert [mark.suggestion for mark in language.analyse(text)] == [other]


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        (
            "The root cause was human error.",
            {
                "root-cause": "One contributing condition was [which step, and what led to it?].",
                "human-error": "One contributing condition was [which step, and what led to it?].",
            },
        ),
        (
            "Root cause: operator error.",
            dict.fromkeys(
                ("root-cause", "human-error"),
                "Contributing condition: [which step, and what led to it?]. "
                "What else had to be true for this to happen?",
            ),
        ),
        (
            "Tom is always careless and forgot to lock the gate, which could have been avoided.",
            {
                "absolute": None,
                "label": "Tom did not lock the gate, which could have been avoided. What would have made it easier?",
                "counterfactual": "Tom did not lock the gate. What would have made it easier?",
            },
        ),
    ],
)
def test_one_wording_puts_right_all_that_is_marked_in_its_sentence(
    language: Language, text: str, marks: dict[str, str | None]
) -> None:
    assert {mark.kind: mark.suggestion for mark in language.analyse(text)} == marks


@pytest.mark.parametrize(
    "text",
    [
        "Who else should know?",
        "Who will own this action?",
        "Who saw it first?",
        "Who fixed it?",
        "Who deployed the fix, so that we can thank them?",
        "Who wrote the minutes?",
        "Who deploys on Fridays?",
        "Who has deployed this before and can help?",
        "How could this have been avoided?",
        "We asked whether it could have been prevented.",
        "It could not have been prevented.",
        "I forgot to renew it.",
        'The caller said "your driver is careless" and hung up.',
        "> Who did it?",
        "Avoid asking who did it.",
        "Human error is a symptom, not a cause.",
        "It was not caused by human error.",
        "There is no single root cause.",
        "Two people should sign the form from May on.",
        "The scheduler never retries a job.",
        "The backup failed to start.",
        "She always finds time for the new ones.",
        "Use `always_lazy` in [Who did it](https://example.org/human-error).",
        "```\nwho_did_it = 'lazy'  # the root cause was human error\n```",
        "Which service caused the spike?",
        "Sorry, but I can't make it at ten.",
        "",
    ],
)
def test_these_are_left_alone(language: Language, text: str) -> None:
    assert language.analyse(text) == []


def test_marks_stand_where_an_editor_looks_for_them(language: Language) -> None:
    text = (
        "# Night\r\n\r\n- all fine\r\n- The cook was careless; it was\r\n  human error.\r\n| he never listens | x |\r\n"
    )
    lines = text.split("\n")
    found = language.analyse(text)
    assert [(mark.line, mark.kind) for mark in found] == [(4, "label"), (5, "human-error"), (6, "absolute")]
    assert all(lines[mark.line - 1][mark.col - 1 : mark.end - 1] == mark.text for mark in found)


def test_a_text_of_ten_thousand_words_is_read_whole(language: Language) -> None:
    text = "\n\n".join(["The pump stopped at nine and the crew called the desk."] * 900 + ["The cook was careless."])
    assert [(mark.line, mark.kind) for mark in language.analyse(text)] == [(1801, "label")]


def test_without_the_grammar_what_needs_none_is_still_marked() -> None:
    bare = Language(Parser(None))
    assert kinds(bare, "It was human error. He never listens. I'm sorry you feel hurt.") == [
        "human-error",
        "apology-shifting",
    ]


def test_what_is_not_the_writers_own_is_blanked_in_place() -> None:
    text = 'He wrote "you are lazy" in `lazy.py`.\n> lazy\n[lazy](x) and ‘so lazy’ too'
    plain = own_words(text)
    assert (len(plain), "lazy" in plain) == (len(text), False)
    assert plain.startswith('He wrote "xxxxxxxxxxxx" in ')


def test_sentences_are_the_texts_own_stretches() -> None:
    text = "# One\n\nIt was 3 p.m. on Monday, e.g. late. Two!\n* three\n* four"
    assert [(one.original, text[one.start : one.end] == one.original) for one in sentences(text)] == [
        ("One", True), ("It was 3 p.m.", True), ("on Monday, e.g. late.", True), ("Two!", True),
        ("three", True), ("four", True),
    ]  # fmt: skip


def test_every_reason_names_a_claim_that_is_sound() -> None:
    entries = yaml.safe_load((Path(cli.__file__).parent / "data" / "blame.yaml").read_text("utf-8"))["kinds"]
    claims = load_claims()
    assert list(entries) == list(RULES)
    assert all(claims[entry["source"]].grade in "ABCD" and "\n" not in entry["why"] for entry in entries.values())


def test_the_sentences_of_our_own_are_half_traps_and_half_kept() -> None:
    rows = read_jsonl(DATA / "lint.jsonl")
    count = {
        (s, t): sum((r["split"] == s, not r["marks"]) == (True, t) for r in rows)
        for s in ("tune", "held")
        for t in (True, False)
    }
    assert set(count.values()) == {125}


@pytest.mark.parametrize("split", ["tune", "held"])
def test_precision_and_recall_hold(language: Language, split: str) -> None:
    rows = {row["metric"]: row for row in measure_marks(language, split)}
    assert rows["marks: precision"]["value"] >= 0.90
    assert rows["marks: recall"]["value"] >= 0.80


# The command line


@pytest.fixture
def lint(language: Language, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs ``coach lint`` with the parser of these tests; gives exit code, stdout and stderr."""
    monkeypatch.setattr("coach.app.open_language", lambda *args, **kwargs: language)

    def run(*args: str) -> tuple[int, str, str]:
        code = cli.run(["lint", *args])
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


def test_lint_prints_json_alone(lint, language: Language, tmp_path: Path) -> None:
    file = tmp_path / "note.md"
    file.write_text("He never listens.\n", encoding="utf-8")
    code, out, err = lint(str(file), "--json")
    assert (code, json.loads(out), err) == (0, [asdict(mark) for mark in language.analyse("He never listens.\n")], "")


def test_lint_prints_a_line_for_each_mark(lint, tmp_path: Path) -> None:
    file = tmp_path / "note.md"
    file.write_text("Fine.\nHe never listens.\n", encoding="utf-8")
    why = reasons()["absolute"]
    assert lint(str(file)) == (
        0, f"{file}:2:4: absolute: never – {why} → On [when?] he did not listen.\n", ""
    )  # fmt: skip


@pytest.mark.parametrize(("text", "code"), [("All is well.", 0), ("Who did it?", 1)])
def test_strict_exits_1_on_any_mark(lint, tmp_path: Path, text: str, code: int) -> None:
    file = tmp_path / "note.md"
    file.write_text(text, encoding="utf-8")
    assert lint(str(file), "--strict")[0] == code


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (None, "There is no file {name!r}. Check the path."),
        (b"\x7fELF\0\0", "{name!r} is not text. Give a text or Markdown file."),
        (b"caf\xe9", "{name!r} is not UTF-8 text. Save it as UTF-8 and try again."),
    ],
)
def test_what_is_no_text_gets_one_clear_line(lint, tmp_path: Path, data: bytes | None, line: str) -> None:
    file = tmp_path / "note.md"
    if data is not None:
        file.write_bytes(data)
    assert lint(str(file)) == (1, "", f"coach: {line.format(name=str(file))}\n")


def test_several_files_are_told_apart(lint, tmp_path: Path) -> None:
    files = [tmp_path / "a.md", tmp_path / "b.md"]
    for file in files:
        file.write_text("Who did it?", encoding="utf-8")
    rows = json.loads(lint(*map(str, files), "--json")[1])
    assert [row["file"] for row in rows] == [str(file) for file in files]
