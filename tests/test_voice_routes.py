"""Where browsers talk: who is let in, what is remembered, and which turns count by what was played."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from stand_ins import Setup

from coach.errors import CoachError
from voice.models.fake import FakeEars, FakeVoice
from voice.routes import MOVED, Talks


class Parts:
    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble = trouble
        self.voice = FakeVoice()

    async def ready(self) -> None:
        if self.trouble is not None:
            raise self.trouble

    def ear(self, listener: Any, *, captions: bool = True) -> Any:
        from voice.ear import Ear

        async def sense(samples: Any) -> float:
            return 0.9

        return Ear(FakeEars(), sense, lambda window: 0.0, listener)


def talks(tmp_path: Path, parts: Parts) -> tuple[Talks, TestClient, list[tuple[str, str, int]]]:
    setup = Setup(tmp_path)
    setup.writer.enqueue(("You could ask her first. ", "What would she say?"))
    conversation = setup.conversation()
    aloud: list[tuple[str, str, int]] = []

    async def open_here(websocket: Any) -> Any:
        return conversation

    async def on_aloud(conversation: str, turn: str, n: int) -> None:
        aloud.append((conversation, turn, n))

    app = FastAPI()
    made = Talks(parts, open_here, on_aloud)  # type: ignore[arg-type]
    made.mount(app)
    return made, TestClient(app), aloud


def test_a_message_over_the_socket_is_answered_in_order(tmp_path: Path) -> None:
    made, client, aloud = talks(tmp_path, Parts())
    with client.websocket_connect("/talk") as socket:
        assert socket.receive_json() == {"kind": "loading"}
        assert socket.receive_json() == {"kind": "ready", "rate": 22_050, "conversation": "c"}
        socket.send_text("no json")
        socket.send_json({"kind": "nonsense"})
        socket.send_json({"kind": "say", "text": "She is quiet."})
        kinds: list[str] = []
        turn = ""
        while kinds[-1:] != ["end"]:
            message = socket.receive()
            if "bytes" in message and message["bytes"] is not None:
                kinds.append("sound")
                continue
            told = json.loads(message["text"])
            turn = told.get("turn") or turn
            kinds.append(told["kind"])
        order = [kind for n, kind in enumerate(kinds) if kind != "state" and kinds[n - 1 : n] != [kind]]
        assert order == ["you", "sentence", "sound", "sentence", "sound", "end"]
        assert made.speaks(turn)
        assert aloud[0] == ("c", turn, 0)
        assert made.open == 1
    assert made.open == 0


@pytest.mark.parametrize(
    ("trouble", "line"),
    [
        (CoachError("The weights are not installed. Run: uv sync"), "The weights are not installed. Run: uv sync"),
        (ImportError("libfoo"), "The voice does not start. Type instead, and run: coach doctor"),
    ],
)
def test_what_keeps_the_voice_from_starting_is_one_line(tmp_path: Path, trouble: Exception, line: str) -> None:
    _, client, _ = talks(tmp_path, Parts(trouble))
    with client.websocket_connect("/talk") as socket:
        assert socket.receive_json() == {"kind": "loading"}
        assert socket.receive_json() == {"kind": "refused", "text": line}


def test_what_was_being_said_is_remembered_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, _, _ = talks(tmp_path, Parts())
    made._remember("c", "And then she")
    assert [made._recall("c"), made._recall("c"), made._recall("d")] == ["And then she", "", ""]
    made._remember("c", "And then she")
    monkeypatch.setattr("voice.routes.REMEMBER_S", 0)
    assert made._recall("c") == ""


def until(socket: Any, kind: str) -> Any:
    while (message := socket.receive_json())["kind"] != kind:
        pass
    return message


def test_a_second_window_in_one_conversation_takes_the_talk_over(tmp_path: Path) -> None:
    made, client, _ = talks(tmp_path, Parts())
    with client, client.websocket_connect("/talk") as first:  # one loop for both
        assert [first.receive_json()["kind"] for _ in range(2)] == ["loading", "ready"]
        with client.websocket_connect("/talk") as second:
            assert [second.receive_json()["kind"] for _ in range(2)] == ["loading", "ready"]
            assert until(first, "moved") == {"kind": "moved", "text": MOVED}
            second.send_json({"kind": "there"})
            assert until(second, "here") == {"kind": "here"}
    assert (made.open, made._windows) == (0, {})
