"""What the voice bench counts, on sound and words of our own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from coach.errors import CoachError
from evals.bench.hearing import curve, edits, spread, words_of
from evals.bench.sound import Clip, clips, noises
from voice.models.gate import RATE
from voice.patience import NORMAL


def test_word_errors_are_words_changed_left_out_or_put_in() -> None:
    truth = words_of("He was an ill-disposed man.")
    assert truth == ["he", "was", "an", "ill", "disposed", "man"]
    heard = ("He was an ill disposed man", "He was ill this pose man", "")
    assert [edits(truth, words_of(text)) for text in heard] == [0, 3, 6]


def test_a_spread_is_median_and_nearest_rank() -> None:
    assert spread({"first_audio": [1000.0, 900.0, 2000.0], "none": []}) == {
        "turns": 3, "first_audio_p50_ms": 1000, "first_audio_p95_ms": 2000,
    }  # fmt: skip


def test_noises_fill_the_minutes_with_every_kind() -> None:
    found = dict(noises(0.4))
    assert list(found) == ["silence", "white", "pink", "keyboard", "breath", "music", "fan", "claps"]
    assert {len(sound) for sound in found.values()} == {3 * RATE}
    assert max(np.abs(sound).max() for sound in found.values()) < 2


def test_clips_are_read_from_a_manifest(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((24_000, 2)), 24_000)
    (tmp_path / "manifest.tsv").write_text("file\ttranscript\tsource\na.wav\tHello.\tours\n")
    (clip,) = clips(tmp_path)
    assert (clip.name, len(clip.samples), clip.words) == ("a.wav", RATE, "Hello.")
    with pytest.raises(CoachError, match="holds no manifest"):
        clips(tmp_path / "nowhere")


@dataclass
class Word:
    start: float
    end: float


class Hears:
    """Five words a second apart; a whole clip reads finished, a part of it does not."""

    def __init__(self) -> None:
        words = [Word(n + 0.1, n + 0.9) for n in range(5)]
        segment = type("Segment", (), {"words": words})
        self._model = type("Model", (), {"transcribe": lambda self, *_, **__: ([segment], None)})()

    def hear(self, samples: np.ndarray) -> str:
        return "She left early." if len(samples) > 5 * RATE else "She left and"


async def test_the_curve_counts_who_goes_on_after_sound_was_heard() -> None:
    async def sense(samples: np.ndarray) -> float:
        return 0.9

    report: dict[str, Any] = {
        "ours": {"first_audio_p50_ms": 1000, "turn_decided_p50_ms": 950, "transcript_p50_ms": 500},
        "peer": {"first_audio_p50_ms": 1300},
    }
    clip = Clip("one", np.zeros(5 * RATE, np.float32), "")
    found = await curve(Hears(), sense, [clip], report)  # type: ignore[arg-type]
    by_wait = {row["finished_ms"]: row for row in found["curve"]}
    between = NORMAL.voiced_ms - NORMAL.finished_ms
    # Voice finished, words open: the longer wait, plus 50 ms to the sound, against pauses up to 1.5 s.
    sounds = {ms: ms + between + 50 for ms in by_wait}
    pauses = (300, 600, 900, 1200, 1500)
    assert {ms: row["cut_offs_percent"] for ms, row in by_wait.items()} == {
        ms: 20.0 * sum(sound < pause for pause in pauses) for ms, sound in sounds.items()
    }
    assert by_wait[900]["first_audio_p50_ms"] == 950
    assert found["peer"]["cut_offs_percent"] == 20.0
