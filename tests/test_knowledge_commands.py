"""``coach knowledge …`` as others script against it: JSON alone on stdout, one line on stderr, exit codes."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from coach.errors import NotFoundError
from knowledge import cards, checking, commands
from knowledge.checking import Problem, find_problems
from knowledge.claims import load_claims

NEW = "late-for-everything"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs a command in a home of its own, by words alone so that no weights are needed."""
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COACH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("knowledge.embedding.load_embedder", lambda cache: None)

    def invoke(*arguments: str, input: str = ""):
        return CliRunner().invoke(commands.app, list(arguments), input=input)

    return invoke


@pytest.fixture
def card_files(tmp_path: Path) -> Path:
    """A folder with one good card of the product, under another name, that a test may spoil."""
    folder = tmp_path / "cards"
    folder.mkdir()
    shutil.copy(sorted(cards.CARDS_DIR.glob("*.yaml"))[0], folder / f"{NEW}.yaml")
    edit(folder, id=NEW)
    return folder


def edit(folder: Path, **changes: object) -> None:
    path = folder / f"{NEW}.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text("utf-8")), **changes}), "utf-8")


def test_check_says_that_all_is_well(run):
    done = run("check")
    assert (done.exit_code, done.stdout.endswith("are in order.\n"), done.stderr) == (0, True, "")


def test_check_prints_a_line_for_each_problem_and_exits_1(run, monkeypatch):
    problems = [Problem("a.yaml", "ideas.0.say", "is too long"), Problem("claims.yaml", "", "cannot be read")]
    monkeypatch.setattr(checking, "find_problems", lambda: problems)
    done = run("check")
    assert (done.exit_code, done.stdout, done.stderr) == (
        1,
        "",
        "a.yaml: ideas.0.say: is too long\nclaims.yaml: cannot be read\n",
    )


@pytest.mark.parametrize(
    ("spoil", "where", "what"),
    [
        ({"say": "Do it now!"}, "ideas.0.say", "has an exclamation mark; say it calmly"),
        ({"say": "Look at **this** closely."}, "ideas.0.say", "has markup or a symbol; it is read aloud"),
        ({"say": "word " * 35}, "ideas.0.say", "has 35 words; 34 is the most"),
        ({"say": "Ask {person} about it."}, "ideas.0.say", "has a {slot}; only words are filled in"),
        ({"say": "Studies find that 40 % do."}, "ideas.0.say", "states a finding ('Studies') without a claim"),
        ({"say": "This is a safe space now."}, "ideas.0.say", "says 'safe space'; find plainer words"),
        ({"claims": ["K99"]}, "ideas.0.claims", "K99 is not in the ledger"),
        ({"claims": ["F02"]}, "ideas.0.claims", "F02 has grade E; no advice may rest on it"),
        ({"claims": ["F01x"]}, "ideas.0.claims", "F01x has grade X; no advice may rest on it"),
    ],
)
def test_check_finds_what_would_sound_wrong_in_an_idea(card_files, spoil, where, what):
    ideas = yaml.safe_load((card_files / f"{NEW}.yaml").read_text("utf-8"))["ideas"]
    edit(card_files, ideas=[{**ideas[0], "claims": [], **spoil}, *ideas[1:]])
    assert Problem(f"{NEW}.yaml", where, what) in find_problems(card_files)


@pytest.mark.parametrize(
    ("key", "change", "where", "what"),
    [
        ("words", {"say": "I saw {foo} there."}, "words.0.say", "has the unknown slot 'foo'; known are "),
        ("words", {"say": "I saw { there."}, "words.0.say", "has a brace that is not part of a slot"),
        ("questions", {"ask": "What is it, and who did it? When?"}, "questions.0.ask", "must be exactly one question"),
        ("cautions", {"say": "What would that cost you?"}, "cautions.0.say", "asks a question; say the likely cost"),
    ],
)
def test_check_finds_what_would_sound_wrong_in_other_lines(card_files, key, change, where, what):
    lines = yaml.safe_load((card_files / f"{NEW}.yaml").read_text("utf-8"))[key]
    edit(card_files, **{key: [{**lines[0], **change}, *lines[1:]]})
    assert [p.what for p in find_problems(card_files) if p.where == where and p.what.startswith(what)] != []


def test_check_finds_twins(card_files):
    shutil.copy(card_files / f"{NEW}.yaml", card_files / "twin.yaml")
    (card_files / "twin.yaml").write_text((card_files / "twin.yaml").read_text("utf-8").replace(NEW, "twin"), "utf-8")
    assert Problem("twin.yaml", "situations.0", f"stands in {NEW}.yaml as well") in find_problems(card_files)


def test_check_goes_on_after_a_file_that_cannot_be_read(card_files, tmp_path):
    (card_files / "broken.yaml").write_text("id: [", "utf-8")
    (tmp_path / "claims.yaml").write_text("not a list", "utf-8")
    assert {problem.file for problem in find_problems(card_files, tmp_path / "claims.yaml")} == {
        "broken.yaml",
        "claims.yaml",
    }


def test_list_and_show_resolve_each_other(run):
    rows = json.loads(run("list", "--json").stdout)
    assert {row["kind"] for row in rows} == {"card", "claim"}
    for row in (rows[0], rows[-1]):
        shown = json.loads(run("show", row["id"], "--json").stdout)
        assert (shown["kind"], f"{shown['kind']}:{shown['id']}") == (row["kind"], row["id"])
    assert rows[0]["title"] in run("list").stdout


def test_show_names_the_nearest_when_there_is_none(run):
    done = run("show", "nobody-speak-up")
    assert isinstance(done.exception, NotFoundError)
    assert str(done.exception) == "Nothing called 'nobody-speak-up'. Did you mean 'nobody-speaks-up'?"


def test_search_prints_json_alone(run):
    done = run("search", "he is late for every shift", "--collection", "cards", "--k", "3", "--json")
    answer = json.loads(done.stdout)
    assert set(answer) == {"query", "covered", "results", "ms"}
    assert (answer["query"], len(answer["results"])) == ("he is late for every shift", 3)
    assert set(answer["results"][0]) == {"file", "heading", "text", "score"}
    assert (cards.CARDS_DIR / answer["results"][0]["file"]).is_file()


def test_search_reads_one_query_a_line(run):
    done = run("search", "-", "--collection", "cards", "--json", input="he is late again\n\nnobody speaks up\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["query"] for answer in answers] == ["he is late again", "nobody speaks up"]


def test_search_says_when_nothing_covers_it(run):
    done = run("search", "sourdough hydration", "--collection", "cards")
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "Nothing here covers that. Nearest:")


def test_rebuild_counts_the_passages(run):
    report = json.loads(run("rebuild", "--json").stdout)
    claims, ideas = len(load_claims()), sum(1 + len(card.ideas) for card in cards.load_cards().values())
    assert report["passages"] == claims + ideas
