"""The writer on a small model in this process: ``local:PATH.gguf``.

A model of one or two billion parameters cannot be trusted to answer, but it can word a part of an answer. So the
guided writer composes the turn; the model words the sentence that gives back what was said, and fits the words to
say to the person's facts. Each wording is checked (``coach.writers.wording``), tried once more where it fails, and
else the guided one stays. What is said, cited and asked is never the model's to decide.
"""

import asyncio
import os
import re
import secrets
import tempfile
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from coach.errors import WriterError
from coach.prompts import FOLDER, load
from coach.protocols import Brief
from coach.values import Sentence
from coach.writers.guided import compose
from coach.writers.wording import flaw_in_mirror, flaw_in_words, pattern_of

# Tokens that prompt, message and answer may take together; the longest part has about 900.
CONTEXT = 2048
# Longer messages are cut here: their rest would cost a second per 350 characters before the first word.
MOST_CHARACTERS = 1200
MOST_TOKENS = 70
# The first try nearly greedy; the second differs from it enough to be worth its time.
TEMPERATURES = (0.2, 0.7)

MIRROR, WORDS = 0, 1
"""Slots of the engine: each part's prompt stays cached in its own."""


Talk = list[tuple[str, str]]
"""Roles and texts, instructions first, the message to answer last."""


class Engine(Protocol):
    """A language model that answers one talk at a time."""

    def complete(self, talk: Talk, *, slot: int, temperature: float, stopped: threading.Event) -> str:
        """The first line of the answer. Blocks; ends early once ``stopped`` is set. Raises WriterError."""
        ...


class LocalWriter:
    """``local:PATH.gguf``. The constructor loads the model and blocks meanwhile. Raises WriterError."""

    def __init__(self, path: str, *, engine: Engine | None = None) -> None:
        self.name = f"local:{path}"
        self._mirror = load("mirror", FOLDER / "local")
        self._words = load("words", FOLDER / "local")
        self._engine = engine or LlamaEngine(Path(path).expanduser())
        # One wording at a time: side by side they would only delay the first sentence.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="local-model")

    async def write(self, brief: Brief) -> AsyncIterator[str | Sentence]:
        guided = compose(brief)
        stopped = threading.Event()
        tasks: list[asyncio.Task[Sentence]] = []
        for n in range(len(guided)):
            before = tasks[-1] if tasks else None
            tasks.append(asyncio.create_task(self._worded_after(before, n, guided, brief, stopped)))
        try:
            for task in tasks:
                yield await task
        finally:
            stopped.set()
            for task in tasks:
                task.cancel()

    async def _worded_after(
        self,
        before: "asyncio.Task[Sentence] | None",
        n: int,
        guided: list[Sentence],
        brief: Brief,
        stopped: threading.Event,
    ) -> Sentence:
        """The n-th sentence, worded while the ones before it are being said, but not before they are worded."""
        if before is not None:
            await asyncio.wait([before])
        return await self._worded(n, guided, brief, stopped)

    async def _worded(self, n: int, guided: list[Sentence], brief: Brief, stopped: threading.Event) -> Sentence:
        """The n-th sentence in the model's words where they hold, else as the guided writer has it."""
        sentence = guided[n]
        said = " ".join(brief.said[:MOST_CHARACTERS].split())
        if sentence.kind == "reflection" and n == 0 and not _echoes(sentence, brief):
            others = [other.text for other in guided[1:]]
            prompt = talk(self._mirror.fill(said=said))
            text = await self._tried(
                prompt, MIRROR, lambda text: flaw_in_mirror(text, brief, others, self._mirror.text), stopped
            )
            return Sentence(text, "reflection", sentence.citations) if text else sentence
        if sentence.kind == "words" and (found := pattern_of(sentence.text)):
            lead, pattern = found
            prompt = talk(self._words.fill(said=said, pattern=pattern))
            text = await self._tried(
                prompt, WORDS, lambda text: flaw_in_words(text, brief, pattern, self._words.text), stopped
            )
            return Sentence(f"{lead} “{text}”", "words", sentence.citations) if text else sentence
        return sentence

    async def _tried(
        self, prompt: Talk, slot: int, flaw: Callable[[str], str | None], stopped: threading.Event
    ) -> str | None:
        """The first wording without a flaw; None where every try has one."""

        def attempt(temperature: float) -> str:
            if stopped.is_set():
                return ""
            return self._engine.complete(prompt, slot=slot, temperature=temperature, stopped=stopped)

        for temperature in TEMPERATURES:
            text = await asyncio.get_running_loop().run_in_executor(self._thread, attempt, temperature)
            text = " ".join(text.split()).strip("“”\"' ")
            if text and flaw(text) is None:
                return text
        return None


def _echoes(sentence: Sentence, brief: Brief) -> bool:
    """Whether a reflection is the card's own deeper line, which no small model betters."""
    echo = brief.plan.echo
    return brief.card is not None and echo is not None and brief.card.echoes[echo].say in sentence.text


class LlamaEngine:
    """llama.cpp in this process. Raises WriterError where its library, the file or the memory is missing."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise WriterError(
                f"There is no model file {path}. Put a GGUF file of an instruction-tuned model there, or name one: "
                "--writer local:PATH.gguf"
            )
        # Read by the library's threads when it loads: waiting threads that spin would halve everything beside them.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        try:
            import xllamacpp
        except ImportError as exc:
            raise WriterError("The local model runtime is not installed. Run: uv sync --extra local") from exc
        # The library also serves HTTP. Nobody else is to reach the model or read prompts: a socket file in a folder
        # of our own, and a key that is never told.
        self._folder = tempfile.TemporaryDirectory(prefix="coach-model-")
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        if os.name == "posix":
            params.hostnames = [str(Path(self._folder.name) / "model.sock")]
        params.api_keys = [secrets.token_urlsafe()]
        params.endpoint_slots = False
        params.ui = False
        params.offline = True
        params.verbosity = -1
        params.n_parallel = 2
        params.n_ctx = CONTEXT * params.n_parallel
        # A second copy of the weights in another layout is a little faster and takes another gigabyte.
        params.no_extra_bufts = True
        try:
            self._server = xllamacpp.Server(params)
        except Exception as exc:
            raise WriterError(
                f"{path} cannot be loaded as a model. Check that it is a whole GGUF file and that there is memory for "
                "it, or choose --writer guided."
            ) from exc

    def complete(self, talk: Talk, *, slot: int, temperature: float, stopped: threading.Event) -> str:
        said: list[str] = []
        errors: list[str] = []

        def take(piece: Any) -> bool:
            """Collects a piece of the answer; True ends it."""
            if "error" in piece:
                errors.append(str(piece["error"].get("message", piece["error"])))
                return True
            for choice in piece.get("choices", ()):
                said.append(choice["delta"].get("content") or "")
            return stopped.is_set() or "\n" in "".join(said).lstrip()

        request = {
            "messages": [{"role": role, "content": text} for role, text in talk],
            "stream": True,
            "max_tokens": MOST_TOKENS,
            "temperature": temperature,
            "top_p": 0.9,
            "seed": 7,
            "id_slot": slot,
            "cache_prompt": True,
        }
        try:
            self._server.handle_chat_completions(request, take)
        except Exception as exc:
            raise WriterError(f"The local model broke ({exc}).") from exc
        if errors:
            raise WriterError(f"The local model refused the prompt ({errors[0]}).")
        return "".join(said).strip().split("\n")[0]


def talk(prompt: str) -> Talk:
    """A prompt's text as a talk: instructions, then under each ``##`` line a message and its answer in turn."""
    system, *parts = re.split(r"^## .*$", prompt, flags=re.M)
    return [("system", system.strip())] + [
        ("assistant" if n % 2 else "user", part.strip()) for n, part in enumerate(parts)
    ]
