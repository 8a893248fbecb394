"""The best voice: its voices as they are packed, what it needs, and when another speaks instead."""

import io
import sys
import tarfile
import types
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coach import doctor
from coach.config import Settings
from coach.doctor import Finding
from voice.errors import SpeechError
from voice.models import choose
from voice.models.fake import FakeVoice
from voice.models.keeping import KeepingUp
from voice.models.kokoro import GET_VOICES, STYLES, KokoroVoice, read_voices

NAMES = ("af_heart", "am_michael", "bf_emma", "jf_alpha")


def styles(n: int) -> bytes:
    return np.full(STYLES, n, "<f4").tobytes()


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    folder = tmp_path / "package" / "voices"
    folder.mkdir(parents=True)
    for n, name in enumerate(NAMES):
        (folder / f"{name}.bin").write_bytes(styles(n))
    return tmp_path


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    file = tmp_path / "kokoro-js-1.2.1.tgz"
    with tarfile.open(file, "w:gz") as out:
        for n, name in enumerate(NAMES):
            member = tarfile.TarInfo(f"package/voices/{name}.bin")
            member.size = len(styles(n))
            out.addfile(member, io.BytesIO(styles(n)))
        stray = tarfile.TarInfo("../../voices/ax_evil.bin")
        stray.size = 3
        out.addfile(stray, io.BytesIO(b"no!"))
    return file


def test_english_voices_are_read_packed_and_unpacked(unpacked: Path, packed: Path) -> None:
    for where in (packed, unpacked, unpacked / "package", unpacked / "package" / "voices"):
        found = read_voices(where)
        assert {name: (one.shape, one[0, 0, 0]) for name, one in found.items()} == {
            "af_heart": (STYLES, 0), "am_michael": (STYLES, 1), "bf_emma": (STYLES, 2),
        }  # fmt: skip


def test_what_is_no_voices_is_one_clear_line(tmp_path: Path, unpacked: Path) -> None:
    (tmp_path / "no.tgz").write_bytes(b"no archive")
    (unpacked / "package" / "voices" / "bf_emma.bin").write_bytes(b"short")
    lines = []
    for where in (
        None,
        tmp_path / "nowhere.tgz",
        tmp_path / "no.tgz",
        tmp_path / "package",
        tmp_path / "package/voices",
    ):
        with pytest.raises(SpeechError) as told:
            read_voices(where)
        lines.append(str(told.value))
    assert lines[0] == f"Kokoro has no English voices. {GET_VOICES}."
    assert [line for line in lines if not line.endswith(f"{GET_VOICES}.") or "\n" in line] == []


class Engine:
    """Speaks a tenth of a second for each word, and tells what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, float, float, str]] = []

    def create(self, text: str, style: np.ndarray, *, speed: float, lang: str) -> tuple[np.ndarray, int]:
        self.asked.append((text, float(style[0, 0, 0]), speed, lang))
        return np.full(2400 * len(text.split()), 1.5, np.float32), 24_000


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine()
    stand_in = types.ModuleType("kokoro_onnx")
    stand_in.Kokoro = object  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "kokoro_onnx", stand_in)
    monkeypatch.setattr("voice.models.kokoro._engine", lambda make, model: made)
    return made


async def said(engine: Any, text: str, **how: Any) -> list[int]:
    return [len(samples) async for samples in engine.speak(text, **how)]


async def test_each_role_has_its_voice_and_each_voice_its_english(engine: Engine, packed: Path) -> None:
    voice = KokoroVoice(Path("k.onnx"), packed)
    assert await said(voice, "One two.") == [4800]
    assert await said(voice, "Other.", voice="counterpart", speed=1.5) == [2400]
    assert await said(voice, "British.", voice="bf_emma") == [2400]
    assert await said(voice, "Whoever.", voice="nobody") == [2400]
    assert await said(voice, "…") == []
    assert engine.asked == [
        ("One two.", 0, 1.0, "en-us"), ("Other.", 1, 1.5, "en-us"), ("British.", 2, 1.0, "en-gb"),
        ("Whoever.", 1, 1.0, "en-us"),
    ]  # fmt: skip
    assert KokoroVoice(Path("k.onnx"), packed, "bf_emma").name == "kokoro:bf_emma"
    with pytest.raises(SpeechError, match="Kokoro has no voice 'siri'"):
        KokoroVoice(Path("k.onnx"), packed, "siri")


@pytest.mark.parametrize(("clause_s", "speaks"), [(0.2, "kokoro:af_heart"), (0.4, "pyttsx3")])
def test_auto_takes_it_only_where_it_keeps_up(
    engine: Engine, packed: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clause_s: float, speaks: str
) -> None:
    (tmp_path / "k.onnx").touch()
    monkeypatch.setattr(choose, "has_kokoro", lambda: True)
    monkeypatch.setattr(choose, "has_piper", lambda: False)
    monkeypatch.setattr(KokoroVoice, "clause_s", lambda self: clause_s)
    settings = Settings(kokoro_voices=packed)
    assert choose.cast(settings, lambda name: tmp_path).name == speaks
    broken = Settings(kokoro_voices=tmp_path / "nowhere")
    assert choose.cast(broken, lambda name: tmp_path).name == "pyttsx3"
    assert choose.cast(Settings(voice="kokoro", kokoro_voices=packed), lambda name: tmp_path).name == "kokoro:af_heart"


class Slow(FakeVoice):
    """Takes as long as its clock says."""

    took: list[float]

    async def speak(self, text: str, *, voice: str | None = None, speed: float = 1.0) -> AsyncIterator[np.ndarray]:
        CLOCK[0] += self.took.pop(0)
        async for samples in super().speak(text, voice=voice, speed=speed):
            yield samples


CLOCK = [0.0]


async def test_two_late_pieces_in_a_row_and_a_quicker_voice_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voice.models.keeping.time.perf_counter", lambda: CLOCK[0])
    better, quicker = Slow("better", sample_rate=24_000), FakeVoice("quicker", sample_rate=12_000)
    better.took = [0.3, 0.1, 0.3, 0.3]
    voice = KeepingUp(better, lambda: quicker)
    for _ in range(4):  # two words last 0.2 s
        assert sum(await said(voice, "one two")) == 4800
    assert voice.name == "quicker"
    assert sum(await said(voice, "three four", voice="counterpart")) == pytest.approx(4800, abs=8)
    assert [text for text, _ in better.said] == ["one two"] * 4
    assert quicker.said == [("three four", "counterpart")]


def test_the_doctor_says_what_it_lacks(packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "has_kokoro", lambda: False)
    assert list(doctor._kokoro(Settings())) == []
    (absent,) = doctor._kokoro(Settings(kokoro_voices=packed))
    assert (absent.state, absent.fix) == ("limited", "Run: uv sync --extra kokoro")
    monkeypatch.setattr(choose, "has_kokoro", lambda: True)
    assert list(doctor._kokoro(Settings())) == [
        Finding("Voice", "limited", f"Another voice speaks: Kokoro has no English voices. {GET_VOICES}.")
    ]
    assert [one.state for one in doctor._kokoro(Settings(kokoro_voices=packed))] == ["ok"]


@pytest.mark.skipif(not choose.has_kokoro(), reason="without the kokoro extra")
async def test_the_real_one_speaks(packed: Path) -> None:
    """With styles that are no voice, which is enough to see that engine and model fit."""
    from knowledge.weights import weights_folder

    folder = weights_folder("kokoro", Settings().cache)
    voice = KokoroVoice(folder / "kokoro-v1.0.int8.onnx", packed)
    (length,) = await said(voice, "Hello there, how are you?")
    assert length > 2400
    assert 0 < voice.clause_s() < 60
