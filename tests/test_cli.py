"""The command line, run in this process with stand-ins for what a coach is made of."""

import io
import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from stand_ins import CITED, CRISIS, Setup

from coach import cli
from coach.config import Settings
from coach.errors import CoachError
from coach.lines import lines
from coach.pulse.rounds import open_rounds
from coach.values import Sentence


class Run:
    """Runs command lines and keeps what they printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str], setup: Setup) -> None:
        self._capsys = capsys
        self.setup = setup
        self.out = self.err = ""

    def __call__(self, *args: str) -> int:
        code = cli.run(list(args))
        self.out, self.err = self._capsys.readouterr()
        return code

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    setup = Setup(tmp_path)

    class Parts:
        def __init__(self, settings: object, on_progress: Any, on_notice: object) -> None:
            on_progress(1, 2, "cards")
            self.library, self.gate, self.grounding = setup.library, setup.gate, setup.grounding
            self.policy, self.keeper, self.guided = setup.policy, None, setup.guided

    monkeypatch.setattr("coach.app._Parts", Parts)
    return Run(capsys, setup)


def feed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Makes ``text`` the standard input, as a pipe."""
    read, write = os.pipe()
    os.write(write, text.encode())
    os.close(write)
    monkeypatch.setattr("coach.lines.lines", partial(lines, read))


def test_ask_prints_the_agreed_json_alone(run: Run) -> None:
    run.setup.guided.enqueue(
        [
            Sentence("Her standards, without the fear.", "reflection"),
            Sentence("This is a diagnosis.", "insight"),
            Sentence("One moment helps.", "insight", (CITED,)),
            Sentence("Try: “Can we talk?”", "words"),
            Sentence("What did you see?", "question"),
        ]
    )
    assert run("ask", "Her tone shuts juniors down.", "--json", "--conversation", "c1") == 0
    ms = run.json["ms"]
    assert set(ms) == {"gate", "retrieve", "plan", "first_sentence", "total"}
    assert all(isinstance(value, float) for value in ms.values())
    assert run.json == {
        "reply": "Her standards, without the fear. One moment helps. Try: “Can we talk?” What did you see?",
        "sentences": [
            {"text": "Her standards, without the fear.", "kind": "reflection", "citations": []},
            {
                "text": "One moment helps.",
                "kind": "insight",
                "citations": [
                    {
                        "id": "card:tone/one-moment",
                        "source": "Practice card: tone",
                        "heading": "Her tone shuts people down",
                        "quote": "One moment and its effect is easier to take than a verdict.",
                        "grade": "D",
                        "licence": "Apache-2.0",
                    }
                ],
            },
            {"text": "Try: “Can we talk?”", "kind": "words", "citations": []},
            {"text": "What did you see?", "kind": "question", "citations": []},
        ],
        "question": "What did you see?",
        "gate": None,
        "plan": {"stage": "goal", "move": "reflect_ask"},
        "dropped": [{"text": "This is a diagnosis.", "reason": "clinical"}],
        "artefacts": [],
        "writer": "guided",
        "conversation": "c1",
        "ms": ms,
    }
    assert run.err == "Preparing cards (2), once …\n"


def test_a_gated_message_names_the_gate(run: Run) -> None:
    assert run("ask", "I want to die", "--json") == 0
    answer = run.json
    assert answer["reply"] == " ".join(CRISIS.text)
    assert answer["gate"] == {"kind": "crisis", "reason": "talks of dying"}
    assert answer["question"] == "Are you having thoughts of killing yourself?"
    assert answer["plan"] == {"stage": "opening", "move": "redirect"}
    assert answer["writer"] == "authored"
    assert {sentence["kind"] for sentence in answer["sentences"]} == {"redirect"}


def test_a_redirect_that_is_no_crisis_is_printed_too(run: Run) -> None:
    assert run("ask", "Should I take pills?", "--json") == 0
    assert run.json["gate"]["kind"] == "clinical"


def test_ask_in_words_lists_its_sources(run: Run) -> None:
    run.setup.guided.enqueue([Sentence("One moment helps.", "insight", (CITED,)), Sentence("Go on.")])
    assert run("ask", "Hello") == 0
    assert run.out == (
        "One moment helps. [1] Go on.\n"
        "[1] Practice card: tone. Her tone shuts people down. grade D. Apache-2.0. "
        "“One moment and its effect is easier to take than a verdict.”\n"
    )


def test_each_line_of_stdin_is_its_own_conversation(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, "one\r\n\n two \nlast without an end")
    assert run("ask", "-") == 0
    printed = run.out.splitlines()
    assert [line[:10] for line in printed] == ['{"reply":"'] * 3
    assert len({json.loads(line)["conversation"] for line in printed}) == 3
    assert run.setup.policy.histories == [(), (), ()]


def test_lines_can_be_strung_into_one_conversation(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, "one\ntwo\n")
    assert run("ask", "-", "--conversation", "mine") == 0
    assert [json.loads(line)["conversation"] for line in run.out.splitlines()] == ["mine", "mine"]
    assert run.setup.policy.histories == [(), (("one", "Tell me more."),)]


def test_a_line_that_fails_does_not_end_the_others(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, "one\ntwo\n")
    run.setup.policy.failure = CoachError("The plan is missing. Restore it.")
    assert run("ask", "-") == 1
    assert [json.loads(line)["reply"] for line in run.out.splitlines()] == ["", ""]
    assert run.err.splitlines()[-1] == "coach: 2 messages could not be answered. The lines above say why."


def test_a_turn_that_fails_is_one_line_and_exit_1(run: Run) -> None:
    run.setup.policy.failure = CoachError("The plan is missing. Restore it.")
    assert run("ask", "Hello", "--json") == 1
    assert run.out == ""
    assert run.err.splitlines()[-2:] == [
        "The plan is missing. Restore it.",
        "coach: The coach could not answer. The line above says why; what you said is kept.",
    ]


def test_a_mistake_of_ours_is_one_line_and_exit_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run.setup.policy.failure = KeyError("slot")
    assert run("ask", "Hello") == 1
    assert run.err.splitlines()[-1] == (
        "coach: Something broke inside (KeyError: 'slot'). Run it again with COACH_DEBUG=1 and report it."
    )
    monkeypatch.setenv("COACH_DEBUG", "1")
    with pytest.raises(KeyError):
        run("ask", "Hello")


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["ask"], "Error: Missing argument 'TEXT'."),
        (["ask", "  "], "There is nothing to answer. Give a message, or - to read messages from stdin."),
        (["nowledge"], "Error: No such command 'nowledge'. Did you mean 'knowledge'?"),
        (["--port", "many"], "Error: Invalid value for '--port'"),
        (["ask", "x", "--nonsense"], "No such option: --nonsense"),
        (["data", "delete"], "Name conversations, or give --all."),
    ],
)
def test_usage_is_exit_2(run: Run, args: list[str], line: str) -> None:
    assert run(*args) == 2
    assert line in run.err
    assert run.out == ""


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["ask", "x", "--writer", "gided"], "coach: There is no writer 'gided'. Did you mean 'guided'?"),
        (["ask", "x", "--writer", "openai:gpt-5"], "coach: No OpenAI key. Set OPENAI_API_KEY, or run: coach doctor"),
        (["ask", "x", "--practice", "yoga"], "coach: There is no practice 'yoga'."),
        (["chat", "--resume"], "coach: There is no conversation to go on with. Begin one: coach chat"),
        (["data", "delete", "nobody", "--yes"], "coach: There is no conversation 'nobody'."),
    ],
)
def test_what_a_person_can_act_on_is_exit_1(run: Run, args: list[str], line: str) -> None:
    assert run(*args) == 1
    assert run.err.splitlines()[-1].startswith(line)
    assert run.out == ""


def test_a_wrong_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_PORT", "many")
    assert run("data", "where") == 1
    assert run.err.startswith("coach: The setting port is 'many': ")
    monkeypatch.delenv("COACH_PORT")
    (Path(os.environ["COACH_HOME"]) / "coach.toml").write_text("port = = 1")
    assert run("data", "where") == 1
    assert run.err.startswith("coach: coach.toml cannot be read (")


def test_ctrl_c_is_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run.setup.gate, "check_out", interrupt)
    monkeypatch.setattr("coach.app.Coach.ready", interrupt)
    assert run("ask", "Hello") == 130


def test_without_a_command_the_page_opens(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    launched: list[tuple[Any, ...]] = []
    page = type(sys)("ui.web")

    def launch(settings: Settings, host: str, port: int, open_page: bool, *, https: bool) -> None:
        launched.append((settings.writer, host, port, open_page, https))

    page.launch = launch  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ui.web", page)
    assert run() == run("ui") == run("--port", "8000", "--no-open", "--writer", "guided") == run("--https") == 0
    assert launched == [
        ("auto", "127.0.0.1", 7860, True, False), ("auto", "127.0.0.1", 7860, True, False),
        ("guided", "127.0.0.1", 8000, False, False), ("auto", "127.0.0.1", 7860, True, True),
    ]  # fmt: skip


def test_version_and_help(run: Run) -> None:
    assert run("--version") == 0
    assert run.out == "0.1.0\n"
    assert run("-h") == 0
    for command in ("ui", "chat", "ask", "knowledge", "data", "doctor"):
        assert f"  {command} " in run.out


def test_data_goes_out_comes_back_and_goes_for_good(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run("ask", "My plum secret", "--conversation", "c1")
    run("ask", "Another", "--conversation", "c2")
    assert run("data", "where") == 0
    assert run.out.splitlines()[1] == f"database  {os.environ['COACH_HOME']}/coach.sqlite"
    assert {line.split()[0] for line in run.out.splitlines()[3:]} == {"c1", "c2"}
    assert run("data", "export", "--conversation", "c1") == 0
    assert [one["id"] for one in run.json["conversations"]] == ["c1"]
    file = tmp_path / "export.json"
    assert run("data", "export", str(file)) == 0
    assert (run.out, run.err) == ("", f"2 conversations are in {file}.\n")
    assert file.stat().st_mode & 0o777 == 0o600

    assert run("data", "delete", "c1") == 2
    assert "Confirm with --yes" in run.err
    assert run("data", "delete", "c1", "--yes") == 0
    assert run.out == "Deleted 1 conversations with 1 turns and 1 sentences. Their words are overwritten.\n"
    assert b"plum" not in b"".join(one.read_bytes() for one in Path(os.environ["COACH_HOME"]).iterdir())

    assert run("data", "import", str(file)) == 0
    assert run.err == "1 conversations came in, 1 were here already.\n"
    rounds = open_rounds(Path(os.environ["COACH_HOME"]))
    rounds.begin("Night shift")
    closed = rounds.begin("Day shift")
    rounds.give(closed.link, {"own": 3})
    rounds.close(closed.id)
    assert run("data", "export", str(file)) == 0
    assert run.err.endswith("2 rounds of the team pulse are in it too.\n")
    assert {one["team"] for one in json.loads(file.read_text())["pulse"]} == {"Night shift", "Day shift"}
    assert closed.link not in file.read_text()
    rounds.delete(closed.id)
    assert run("data", "import", str(file)) == 0
    assert run.err.endswith("1 closed rounds of the team pulse came in.\n")
    assert [one.team for one in rounds.all() if one.closed] == ["Day shift"]
    assert run("data", "delete", "--all", "--yes") == 0
    assert run.out.startswith("Deleted 2 conversations")
    assert run.out.endswith("Deleted 2 rounds of the team pulse.\n")
    assert not (Path(os.environ["COACH_HOME"]) / "pulse.sqlite").exists()
    file.write_text("{}")
    assert run("data", "import", str(file)) == 1
    assert run.err == f"coach: {file} is not an export of Trust Coach. Choose a file made by: coach data export\n"
    assert run("data", "import", str(tmp_path / "nothing")) == 1
    assert "cannot be read" in run.err


def test_notices_go_to_stderr(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_BASE_URL", "http://127.0.0.1:9/v1")
    assert run("ask", "Hello", "--json") == 0
    assert run.json["writer"] == "guided"
    assert "http://127.0.0.1:9/v1 does not answer." in run.err


def test_the_bar_of_the_first_run_is_on_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    from coach.progress import progress

    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with progress() as show:
        assert screen.getvalue() == ""
        for done in range(11):
            show(done, 10, "cards")
    assert "Preparing cards" in screen.getvalue()
