"""The writer behind an OpenAI-compatible endpoint: OpenAI, Ollama, llama.cpp, vLLM, LM Studio.

It words the plan it is given. Whatever the endpoint or its library raises is translated here, once, to a
WriterError whose line names the fix.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from coach.errors import WriterError
from coach.prompts import load
from coach.protocols import Brief
from coach.rehearsal.scene import is_scene
from coach.values import Plan, Sentence
from coach.writers import owned
from coach.writers.guided import compose

# What was said longer ago is carried by the plan; sending all of it would slow every turn down.
TURNS_SENT = 12


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an endpoint may take, in seconds of waiting for it."""

    connect_s: float = 5.0
    first_token_s: float = 45.0
    """A large model on a CPU reads the prompt for half a minute; a person waits no longer for a first word."""
    next_token_s: float = 20.0
    total_s: float = 120.0
    retries: int = 2
    """Of a request that was refused or lost before its first token, with growing pauses."""


class EndpointWriter:
    """``openai:MODEL``."""

    def __init__(self, model: str, *, base_url: str | None, api_key: str | None, limits: Limits = Limits()) -> None:
        if not model:
            raise WriterError("The writer lacks a model. Name it, for example: --writer openai:gpt-5-mini")
        if not api_key and base_url is None:
            raise WriterError("No OpenAI key. Set OPENAI_API_KEY, or run: coach doctor")
        import httpx
        from langchain_openai import ChatOpenAI

        self.name = f"openai:{model}"
        self.where = base_url or "OpenAI"
        self._model = model
        self._limits = limits
        self._prompt = load("system")
        self._chat = ChatOpenAI(
            model=model,
            base_url=base_url,
            # Local servers want some key and do not look at it.
            api_key=api_key or "none",  # type: ignore[arg-type]
            timeout=httpx.Timeout(limits.total_s, connect=limits.connect_s),
            max_retries=limits.retries,
            streaming=True,
        )

    async def write(self, brief: Brief) -> AsyncIterator[str | Sentence]:
        if brief.plan.stage == "practice" and "play" not in brief.plan.notes:
            # The steps of a practice are asked and filled word by word; nothing is won by wording them anew.
            for sentence in compose(brief):
                yield sentence
            return
        async with aclosing(_without_thoughts(self._tokens(messages(self._prompt.fill, brief)))) as text:
            some = False
            async for chunk in text:
                some = some or bool(chunk.strip())
                yield chunk
        if not some:
            raise WriterError(f"{self.where} answered with nothing. Try another model with --writer openai:MODEL.")

    async def _tokens(self, prompt: list[tuple[str, str]]) -> AsyncGenerator[str, None]:
        """Text as the endpoint sends it. Raises WriterError."""
        from langsmith import tracing_context

        waited = 0.0
        limit = self._limits.first_token_s
        clock = asyncio.get_running_loop().time
        stream = self._chat.astream(prompt)
        try:
            async with aclosing(stream):  # type: ignore[type-var]
                while True:
                    asked = clock()
                    # An environment variable meant for another program must not send this talk to a tracing service.
                    with tracing_context(enabled=False):
                        chunk = await asyncio.wait_for(anext(stream, None), min(limit, self._limits.total_s - waited))
                    # Only waiting counts: while a voice speaks, nobody asks for the next token.
                    waited += clock() - asked
                    if chunk is None:
                        return
                    if chunk.text:
                        limit = self._limits.next_token_s
                        yield str(chunk.text)
                    if chunk.response_metadata.get("finish_reason") == "length":
                        raise WriterError(
                            f"{self.where} stopped in mid-sentence at its own length limit. Raise it there."
                        )
        except WriterError:
            raise
        except Exception as exc:
            raise self._translated(exc) from exc

    def _translated(self, exc: Exception) -> WriterError:
        import httpx
        import openai

        where, model = self.where, self._model
        match exc:
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return WriterError(f"{where} refused the key. Set OPENAI_API_KEY to a valid one.")
            case openai.NotFoundError():
                return WriterError(f"{where} has no model {model!r}. Name one it has: --writer openai:MODEL")
            case openai.RateLimitError():
                return WriterError(f"{where} takes no more requests at the moment. Wait a little, or check your quota.")
            case TimeoutError() | openai.APITimeoutError() | httpx.TimeoutException():
                return WriterError(f"{where} is too slow to answer. Choose a smaller model, or --writer guided.")
            case openai.APIConnectionError() | httpx.TransportError():
                return WriterError(f"{where} cannot be reached. Start it, or correct COACH_BASE_URL.")
            case openai.APIStatusError():
                return WriterError(f"{where} answered {exc.status_code} ({_first_line(exc.message)}). Try again later.")
            case _:
                return WriterError(
                    f"What {where} sent is not understood ({type(exc).__name__}: {_first_line(str(exc))}). "
                    "Check that COACH_BASE_URL speaks OpenAI's chat completions."
                )


def _first_line(text: str) -> str:
    line = text.strip().split("\n")[0]
    return line if len(line) <= 160 else line[:160] + "…"


def messages(fill: Any, brief: Brief) -> list[tuple[str, str]]:
    """The prompt as (role, text): instructions, the talk as it was heard, the message to answer."""
    if play := brief.plan.notes.get("play"):
        return _scene(play, brief)
    length = "Answer in 20 to 50 words; they are spoken aloud." if brief.spoken_aloud else "Answer in 40 to 80 words."
    system = fill(plan=instructions(brief), material=material(brief), length=length)
    talk = []
    for turn in brief.history[-TURNS_SENT:]:
        talk.append(("user", turn.said))
        if turn.heard_text:
            talk.append(("assistant", turn.heard_text))
    return [("system", system), *_joined([*talk, ("user", brief.said)])]


def _scene(play: str, brief: Brief) -> list[tuple[str, str]]:
    """The prompt for the counterpart of a rehearsal: its stance, and the scene alone."""
    system = load("counterpart").fill(play=play)
    talk = []
    for turn in brief.history[-TURNS_SENT:]:
        if is_scene(turn):
            talk += [("user", turn.said), ("assistant", turn.heard_text or "…")]
    return [("system", system), *_joined([*talk, ("user", brief.said)])]


def _joined(talk: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Roles taking turns, as many chat templates demand: two messages of the person in a row become one."""
    joined: list[tuple[str, str]] = []
    for role, text in talk:
        if joined and joined[-1][0] == role:
            joined[-1] = (role, f"{joined[-1][1]}\n\n{text}")
        else:
            joined.append((role, text))
    return joined


def instructions(brief: Brief) -> str:
    """The plan as instructions, one a line."""
    plan = brief.plan
    lines = [f"The talk is at: {plan.stage}. Your move: {plan.move.replace('_', ' ')}."]
    if plan.reflect:
        form = "" if plan.reflect == "any" else f" in the form of a {plan.reflect.replace('_', ' ')}"
        lines.append(f"Begin with a reflection{form}.")
    lines += _from_card(brief)
    for claim in brief.claims:
        if claim.say:
            lines.append(f"You may rest on this, with its limits and its number: {claim.say} ({claim.caveat})")
        else:
            lines.append(f"No source supports this, so do not assert it: {claim.statement}")
    lines += owned.instructions(brief)
    notes = {name: value for name, value in plan.notes.items() if name not in owned.NOTES}
    lines += [f"{name.replace('_', ' ').capitalize()}: {value}." for name, value in notes.items()]
    lines.append(_question(plan))
    return "\n".join(f"- {line}" for line in lines)


def _from_card(brief: Brief) -> list[str]:
    card, plan = brief.card, brief.plan
    if card is None:
        return []
    lines = [f"The practice behind it: {card.title}. {card.gist}"]
    lines += [f"Give this idea, in your own words: {idea.say}" for idea in card.ideas if idea.id == plan.idea]
    if plan.words is not None:
        lines.append(f"Give words to try, made from their facts, after this pattern: {card.words[plan.words].say}")
    return lines


def _question(plan: Plan) -> str:
    if plan.question is None or not plan.question.ask:
        return "Ask no question."
    return f"End with this question, or one that finds out the same: {plan.question.ask}"


def material(brief: Brief) -> str:
    """Numbered passages between delimiters that their own text cannot close."""
    if not brief.passages:
        return "There is none for this turn. Cite nothing."
    return "\n".join(
        f'<passage number="{number}" grade="{passage.grade}" source="{_inert(passage.source)}">\n'
        f"{_inert(passage.text)}\n</passage>"
        for number, passage in enumerate(brief.passages, 1)
    )


def _inert(text: str) -> str:
    return text.replace("<", "‹").replace(">", "›").replace('"', "'")


_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_OPENING = re.compile(r"<think(?:ing)?>")
_LONGEST_TAG = len("</thinking>")


async def _without_thoughts(chunks: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    """Leaves out what some models think aloud between ``<think>`` tags before they answer."""
    waiting = ""
    async with aclosing(chunks):
        async for chunk in chunks:
            waiting = _THOUGHT.sub("", waiting + chunk)
            if _OPENING.search(waiting):
                continue
            # What may be the beginning of a tag waits for the rest of it.
            tag = waiting.rfind("<")
            held = tag if tag >= 0 and len(waiting) - tag < _LONGEST_TAG and ">" not in waiting[tag:] else len(waiting)
            if held:
                yield waiting[:held]
            waiting = waiting[held:]
    if waiting and not _OPENING.search(waiting):
        yield waiting
