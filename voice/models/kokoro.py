"""The best voice where the machine is quick enough for it: Kokoro-82M on a CPU.

The model and its engine come from the Python index. The English voices do not: they are in the npm package
``kokoro-js``, which is read as data, packed or unpacked.
"""

import asyncio
import tarfile
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from voice.errors import SpeechError

if TYPE_CHECKING:
    import numpy as np

SAMPLE_RATE = 24_000

VOICES = {"coach": "af_heart", "counterpart": "am_michael"}
"""The best American voices of either kind by the maker's own grades."""

STYLES = (510, 1, 256)
"""A voice file: for each number of phonemes a vector of float32."""
STYLES_BYTES = 510 * 256 * 4

ENGLISH = {"a": "en-us", "b": "en-gb"}
"""The first letter of a voice's name is its language."""

GET_VOICES = "Run: npm pack kokoro-js@1.2.1, and set COACH_KOKORO_VOICES to the file that it writes"

CLAUSE = "You could ask her what she saw,"
"""As long as the first clauses of answers are."""


class KokoroVoice:
    """``kokoro`` or ``kokoro:VOICE``: ``model`` is the ONNX file, ``voices`` where the English voices lie."""

    sample_rate = SAMPLE_RATE

    def __init__(self, model: Path, voices: Path | None, voice: str | None = None) -> None:
        try:
            from kokoro_onnx import Kokoro
        except ImportError as exc:
            raise SpeechError("Kokoro is not installed. Run: uv sync --extra kokoro") from exc
        self._styles = read_voices(voices)
        if voice is not None and voice not in self._styles:
            raise SpeechError(f"Kokoro has no voice {voice!r}. Use one of {', '.join(self._styles)}.")
        self._names = VOICES | ({"coach": voice} if voice else {})
        self._engine: Any = _engine(Kokoro, model)
        self.name = f"kokoro:{self._names['coach']}"
        # One sentence at a time: two at once on one machine make both late.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="kokoro")

    async def speak(self, text: str, *, voice: str | None = None, speed: float = 1.0) -> AsyncIterator["np.ndarray"]:
        """``voice`` is ``coach``, ``counterpart`` or a voice's own name. Raises SpeechError."""
        if not any(char.isalnum() for char in text):
            return
        name = self._names.get(voice or "coach", voice or "coach")
        if name not in self._styles:
            name = self._names["counterpart"]
        try:
            yield await asyncio.get_running_loop().run_in_executor(self._pool, self._say, text, name, speed)
        except Exception as exc:
            raise SpeechError(
                f"Kokoro gave up on a sentence ({exc}). The text is on the page; see: coach doctor"
            ) from exc

    def clause_s(self) -> float:
        """Seconds that a first clause takes on this machine as it is now. The first of all takes longer."""
        times = []
        for _ in range(2):
            began = time.perf_counter()
            self._say(CLAUSE, self._names["coach"], 1.0)
            times.append(time.perf_counter() - began)
        return min(times)

    def _say(self, text: str, name: str, speed: float) -> "np.ndarray":
        import numpy as np

        samples, _ = self._engine.create(text, self._styles[name], speed=speed, lang=ENGLISH[name[0]])
        return (np.clip(samples, -1.0, 1.0) * 32767).astype(np.int16)


def read_voices(where: Path | None) -> dict[str, "np.ndarray"]:
    """The English voices of the packed npm package, of its folder, or of a folder of voice files.

    Raises SpeechError that says how to get them.
    """
    import numpy as np

    if where is None:
        raise SpeechError(f"Kokoro has no English voices. {GET_VOICES}.")
    try:
        found = dict(sorted(_files(where)))
    except (OSError, EOFError, tarfile.TarError) as exc:
        why = getattr(exc, "strerror", None) or "no packed package"
        raise SpeechError(f"{where} cannot be read as Kokoro's voices ({why}). {GET_VOICES}.") from exc
    lacking = [name for name in VOICES.values() if name not in found]
    if lacking or any(len(data) != STYLES_BYTES for data in found.values()):
        raise SpeechError(f"{where} does not hold Kokoro's English voices. {GET_VOICES}.")
    return {name: np.frombuffer(data, "<f4").reshape(STYLES) for name, data in found.items()}


def _files(where: Path) -> Iterator[tuple[str, bytes]]:
    if where.is_dir():
        for file in [*where.glob("*.bin"), *where.glob("voices/*.bin"), *where.glob("package/voices/*.bin")]:
            if file.name[0] in ENGLISH:
                yield file.stem, file.read_bytes()
        return
    with tarfile.open(where) as packed:
        for member in packed:
            path = PurePosixPath(member.name)
            voice = path.suffix == ".bin" and path.parent.name == "voices" and path.name[0] in ENGLISH
            if voice and member.size == STYLES_BYTES and (opened := packed.extractfile(member)) is not None:
                yield path.stem, opened.read()


def _engine(make: Any, model: Path) -> Any:
    import numpy as np
    import onnxruntime

    try:
        session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
        # It asks for a file of voices; ours are handed over one by one.
        with tempfile.TemporaryDirectory(prefix="coach-voice-") as folder:
            none = Path(folder) / "none.npz"
            np.savez(none)
            made = make.from_session(session, str(none))
            made.voices.close()
            return made
    except Exception as exc:
        raise SpeechError(f"{model.name} is no Kokoro model that can be loaded ({exc}). Reinstall it.") from exc
