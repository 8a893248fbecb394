"""Speech out: the pyttsx3 process, real and broken ones; two voices; an endpoint on this machine."""

import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coach.config import Settings
from voice.errors import SpeechError
from voice.models.choose import Cast, cast, voice
from voice.models.fake import FakeVoice
from voice.models.pyttsx import Pyttsx3Voice

FLAKY = """
import json, os, sys, wave
print(json.dumps({"ready": True, "voices": []}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    mark = sys.argv[1]
    if not os.path.exists(mark):
        open(mark, "w").close()
        WHAT
    with wave.open(request["path"], "wb") as sound:
        sound.setnchannels(1); sound.setsampwidth(2); sound.setframerate(22050)
        sound.writeframes(bytes(200))
    print(json.dumps({"id": request["id"], "ok": True}), flush=True)
"""


async def said(engine: Any, text: str, **how: Any) -> np.ndarray:
    parts = [samples async for samples in engine.speak(text, **how)]
    return np.concatenate(parts) if parts else np.zeros(0, np.int16)


@pytest.fixture
async def real() -> AsyncIterator[Pyttsx3Voice]:
    voice = Pyttsx3Voice()
    yield voice
    await voice.close()


async def test_a_hundred_sentences_in_a_row_none_lost(real: Pyttsx3Voice) -> None:
    lengths = [len(await said(real, f"Step {n}: what is one small thing you could try?")) for n in range(100)]
    assert min(lengths) > 22_050


async def test_a_hang_is_killed_and_the_sentence_said_all_the_same(
    real: Pyttsx3Voice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice.models.pyttsx.LEAST_S", 0.4)
    await said(real, "Ready?")
    assert real._process is not None
    os.kill(real._process.pid, signal.SIGSTOP)
    assert len(await said(real, "Still here.")) > 10_000
    assert real.restarts == 1


async def test_two_voices_and_the_speed(real: Pyttsx3Voice) -> None:
    text = "What did you see from where you stood?"
    coach, other = await said(real, text), await said(real, text, voice="counterpart")
    assert len(coach) != len(other) or (coach != other).any()
    assert len(await said(real, text, speed=1.5)) < 0.8 * len(coach)


async def test_a_voice_that_is_not_there_is_named(real: Pyttsx3Voice) -> None:
    with pytest.raises(SpeechError, match="There is no voice 'nobody'"):
        await said(real, "Hello.", voice="nobody")
    assert len(await said(real, "Hello.")) > 0


async def test_nothing_to_say_is_silent(real: Pyttsx3Voice) -> None:
    assert len(await said(real, "…")) == 0


@pytest.mark.parametrize("what", ["sys.exit(1)", "print('rubbish', flush=True); continue", "continue"])
async def test_a_process_that_breaks_once(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voice.models.pyttsx.LEAST_S", 0.5)
    script = FLAKY.replace("WHAT", what)
    voice = Pyttsx3Voice(child=(sys.executable, "-c", script, str(tmp_path / "broken")))
    assert len(await said(voice, "Say this.")) == 100
    assert voice.restarts == 1
    await voice.close()


async def test_a_process_that_never_works_is_one_clear_line() -> None:
    voice = Pyttsx3Voice(child=(sys.executable, "-c", "raise SystemExit"))
    with pytest.raises(SpeechError, match="The voice gave up on a sentence"):
        await said(voice, "Say this.")


async def test_the_cast_brings_both_voices_to_one_rate() -> None:
    coach, other = FakeVoice(sample_rate=22_050), FakeVoice("other", sample_rate=11_025)
    both = Cast(coach, other)
    assert len(await said(both, "one two")) == 4410
    assert len(await said(both, "one two", voice="counterpart")) == pytest.approx(4410, abs=4)
    assert len(await said(Cast(coach, other, speed=2.0), "one two")) == 2204
    coach.said.pop()
    assert (coach.said, other.said) == ([("one two", None)], [("one two", "counterpart")])


def test_a_wrong_name_says_what_there_is() -> None:
    with pytest.raises(SpeechError, match=r"There is no voice 'siri'. Use auto, kokoro"):
        voice("siri", Settings(), lambda name: Path())


def test_without_the_neural_voice_both_are_pyttsx3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voice.models.choose.has_piper", lambda: False)
    assert cast(Settings(), lambda name: Path()).name == "pyttsx3"


async def test_an_endpoint_speaks_and_hears(unused_tcp_port_server: tuple[str, list[Any]]) -> None:
    from voice.models.endpoint import EndpointEars, EndpointVoice

    url, asked = unused_tcp_port_server
    spoken = await said(EndpointVoice("tts/nova", base_url=url, api_key=None), "Hello there.", speed=1.25)
    assert spoken.tolist() == list(range(1000))
    request = {"model": "tts", "voice": "nova", "input": "Hello there.", "response_format": "pcm", "speed": 1.25}
    assert asked.pop() == request
    ears = EndpointEars("whisper-1", base_url=url, api_key=None)
    assert await ears.transcribe(np.zeros(16_000, np.float32)) == ""
    assert asked == []  # silence is not sent


@pytest.fixture
def unused_tcp_port_server() -> Any:
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(np.arange(1000, dtype=np.int16).tobytes())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1", asked
    server.shutdown()
