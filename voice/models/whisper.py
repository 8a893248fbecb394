"""The ears: Whisper through faster-whisper, with a short context for speed and a gate against phantom words.

Whisper pads whatever it hears to 30 s and takes as long as that. Padding to a little more than the speech itself
takes 3 s of speech from 0.7 to 0.3 s; where the result looks doubtful it is decoded again in full.
"""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voice.errors import SpeechError
from voice.models.gate import RATE, speech_parts

if TYPE_CHECKING:
    import numpy as np

FULL_S = 30.0
LEAST_CONTEXT_S = 10.0
"""A shorter context than this costs accuracy and gains nothing that a person notices."""
MARGIN_S = 1.0

TOKENS_PER_S = 10
TOKENS_MORE = 32
MOST_TOKENS = 200
"""Nobody speaks ten tokens a second; a decoding that runs on is a loop."""

# A text that repeats itself compresses well, and is not what was said.
MOST_COMPRESSION = 2.2
LEAST_LOGPROB = -1.0
SILENT = 0.6
SILENT_LOGPROB = -0.5

HOTWORDS = 20
"""More names than this in the prompt make the model invent them."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A stretch of speech as text, with how sure the model was."""

    text: str
    no_speech: float
    logprob: float
    compression: float

    @property
    def doubtful(self) -> bool:
        return self.compression > MOST_COMPRESSION or self.logprob < LEAST_LOGPROB

    @property
    def phantom(self) -> bool:
        return self.doubtful or (self.no_speech > SILENT and self.logprob < SILENT_LOGPROB)


class GivenUp(Exception):
    """Nobody waits any more for what is being decoded."""


class Whisper:
    """A faster-whisper model folder, shared by all conversations; one decoding at a time.

    Two at once, with one thread each, were measured too: of four people who talk at the same time the 95th of a
    hundred turns then waits 0.15 s longer.
    """

    def __init__(self, folder: Path, *, name: str = "", language: str = "en", threads: int = 0) -> None:
        try:
            from faster_whisper import WhisperModel
            from faster_whisper.tokenizer import Tokenizer
            from faster_whisper.transcribe import get_suppressed_tokens
        except ImportError as exc:
            raise SpeechError("faster-whisper is not installed. Run: uv sync") from exc
        try:
            self._model: Any = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads)
        except Exception as exc:
            raise SpeechError(f"{folder} holds no Whisper model that can be loaded ({exc}). Name another.") from exc
        multilingual = self._model.model.is_multilingual
        self._tokenizer: Any = Tokenizer(self._model.hf_tokenizer, multilingual, task="transcribe", language=language)
        self._suppressed = get_suppressed_tokens(self._tokenizer, (-1,))
        self.name = name or f"whisper:{folder.name}"
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="whisper")
        self._waiting = 0

    @property
    def idle(self) -> bool:
        """Whether nothing is being heard, so that a caption in between delays nobody."""
        return self._waiting == 0

    def warm(self) -> None:
        """Decodes a moment of silence, so that the first words do not wait for memory."""
        import numpy as np

        self._decode(np.zeros(RATE, np.float32), (), LEAST_CONTEXT_S, threading.Event())

    async def transcribe(self, samples: "np.ndarray", *, hotwords: Sequence[str] = ()) -> str:
        """Cancelled before its turn comes, it costs nothing; cancelled later, it ends at the next step."""
        self._waiting += 1
        # Threads cannot be cancelled, and half of what is begun in a pause is for somebody who goes on.
        given_up = threading.Event()
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._pool, self._unless, given_up, samples, tuple(hotwords)
            )
        finally:
            given_up.set()
            self._waiting -= 1

    def hear(self, samples: "np.ndarray", hotwords: tuple[str, ...] = ()) -> str:
        """The same, blocking."""
        return self._unless(threading.Event(), samples, hotwords)

    def _unless(self, given_up: threading.Event, samples: "np.ndarray", hotwords: tuple[str, ...]) -> str:
        try:
            texts = [self._part(part, hotwords, given_up) for part in speech_parts(samples)]
        except GivenUp:
            return ""
        return " ".join(text for text in texts if text)

    def _part(self, speech: "np.ndarray", hotwords: tuple[str, ...], given_up: threading.Event) -> str:
        seconds = len(speech) / RATE
        heard = self._decode(speech, hotwords, max(LEAST_CONTEXT_S, seconds + MARGIN_S), given_up)
        if heard.doubtful:
            heard = self._decode(speech, (), FULL_S, given_up)
        return "" if heard.phantom else heard.text

    def _decode(
        self, speech: "np.ndarray", hotwords: tuple[str, ...], context_s: float, given_up: threading.Event
    ) -> Decoded:
        import numpy as np
        from faster_whisper.transcribe import get_compression_ratio

        seconds = len(speech) / RATE
        length = round(min(context_s, FULL_S) * RATE)
        padded = np.zeros(length, np.float32)
        padded[: min(len(speech), length)] = speech[:length]
        extract = self._model.feature_extractor
        _go_on(given_up)
        features = extract(padded)[:, : length // extract.hop_length // 2 * 2]
        encoded = self._model.encode(features)
        _go_on(given_up)
        words = ", ".join(hotwords[:HOTWORDS])
        prompt = self._model.get_prompt(self._tokenizer, [], without_timestamps=True, hotwords=words or None)
        result = self._model.model.generate(
            encoded,
            [prompt],
            beam_size=1,
            max_length=len(prompt) + min(int(TOKENS_PER_S * seconds) + TOKENS_MORE, MOST_TOKENS),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=self._suppressed,
        )[0]
        tokens = result.sequences_ids[0]
        text = self._tokenizer.decode(tokens).strip()
        logprob = result.scores[0] * len(tokens) / (len(tokens) + 1)
        return Decoded(text, result.no_speech_prob, logprob, get_compression_ratio(text) if text else 0.0)


def _go_on(given_up: threading.Event) -> None:
    if given_up.is_set():
        raise GivenUp
