"""A spoken conversation: what the ear reports becomes turns of the coach, and what the coach says becomes sound.

One task takes everything that happens, from the ear, from the page and from the conversation, one after another, so
that nothing here races. Knows nothing of sockets: messages and sound leave through ``send``. The page plays them and
reports what was played; only that counts as heard.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Any, Literal

from coach.citing import own_question
from coach.conversation import Conversation
from coach.errors import CoachError
from coach.events import Began, Done, Notice, Redirect, Said, Sources
from coach.protocols import TextToSpeech
from voice.answer import Answer, Choices, Message
from voice.ear import Caption, Ear, EarEvent, EarTrouble, Pause, SpeechBegan, TurnEnded
from voice.manners import hotwords, is_echo, is_nod
from voice.patience import asks_openly, chosen
from voice.speakable import first_clause, speakable

logger = logging.getLogger(__name__)

Send = Callable[[Message | bytes], Awaitable[None]]

ECHO_SETTLE_MS = 400
"""After the loudspeaker falls silent, its last sound is still in the room and in the machine's buffers."""

State = Literal["listening", "hearing", "thinking", "speaking", "paused"]


OnPlayed = Callable[[str, int], Awaitable[None]]
"""Told of a turn and how many of its sentences have begun to be heard."""


class Talk:
    """The spoken side of one conversation, for one microphone and one loudspeaker."""

    def __init__(
        self,
        conversation: Conversation,
        voice: TextToSpeech,
        make_ear: Callable[[Callable[[EarEvent], Awaitable[None]]], Ear],
        send: Send,
        *,
        on_played: OnPlayed | None = None,
        before: str = "",
    ) -> None:
        self.conversation = conversation
        self.choices = Choices()
        self.answer: Answer | None = None
        self._voice = voice
        self._send = send
        self._on_played = on_played or _nobody
        self._before = before  # words of a turn that a lost connection cut off
        self._inbox: asyncio.Queue[Any] = asyncio.Queue()
        self._ear = make_ear(self._inbox.put)
        self._overlaps = False  # whether the turn in the ear began while the coach had the floor
        self._pressed = False
        self._paused = False
        self._handling = False
        # Protects the order of sound: an answer is spoken whole before the next one begins.
        self._mouth = asyncio.Lock()
        self._kept: set[asyncio.Task[None]] = set()
        self._own: set[str] = set()  # turns that began here
        self._closing: asyncio.Task[None] | None = None
        self._working = asyncio.create_task(self._work())
        self._subscription = conversation.subscribe()
        self._following = asyncio.create_task(self._follow())

    @property
    def unfinished(self) -> str:
        """What the person was saying when they were cut off."""
        return f"{self._before} {self._ear.text}".strip() if self._ear.in_turn else self._before

    @property
    def idle(self) -> bool:
        """Whether nobody speaks and nothing is left to do."""
        return not (self._ear.in_turn or self._handling or self.answer) and self._inbox.empty()

    async def hear(self, pcm: bytes) -> None:
        """The microphone's sound: mono PCM16 at 16 kHz."""
        if self._paused or (self.choices.push and not self._pressed):
            return
        await self._ear.hear(pcm)

    async def take(self, message: Message) -> None:
        """A message from the page."""
        if message.get("kind") == "there":  # asked by a page that slept; no turn keeps it waiting
            await self._send({"kind": "here"})
            return
        await self._inbox.put(message)

    async def close(self) -> None:
        """The page is gone: what was played stays heard, the rest was cut off. Once, however many ask for it."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        self._paused = True
        self._before = self.unfinished
        self._subscription.close()
        self._working.cancel()
        self._following.cancel()
        await asyncio.wait([self._working, self._following])
        await self._ear.close()
        answer, self.answer = self.answer, None
        if answer is not None:
            await self._cut_off(answer)
        if self._kept:
            await asyncio.wait(tuple(self._kept))

    # One thing after another

    async def _work(self) -> None:
        await self._send({"kind": "ready", "rate": self._voice.sample_rate, "conversation": self.conversation.id})
        if self._before:
            await self._send({"kind": "you_were_saying", "text": self._before})
        await self._listen()
        while True:
            what = await self._inbox.get()
            self._handling = True
            try:
                await self._handle(what)
            except CoachError as exc:
                await self._send({"kind": "trouble", "text": str(exc)})
            except Exception:
                logger.exception("a spoken turn broke at a %s", type(what).__name__)  # not at what was said
                await self._send({"kind": "trouble", "text": "Something broke inside the voice. Type, or talk again."})
            finally:
                self._handling = False

    async def _handle(self, what: Any) -> None:
        match what:
            case SpeechBegan():
                await self._speech_began()
            case Caption(text=text):
                await self._words_so_far(text)
            case Pause(text=text):
                await self._paused_speaking(text)
            case TurnEnded():
                await self._turn_ended(what)
            case EarTrouble(text=text):
                await self._send({"kind": "trouble", "text": text})
            case Began(turn=turn):
                await self._another_began(turn)
            case dict():
                await self._from_page(what)

    async def _follow(self) -> None:
        async for event in self._subscription:
            if isinstance(event, Began):
                await self._inbox.put(event)

    # What the ear reports

    async def _speech_began(self) -> None:
        answer = self.answer
        self._overlaps = self._overlaps or answer is not None
        if answer is not None and not answer.protected and not self._pressed:
            # Silent at once; whether it was a word or a cough is known in a moment.
            answer.held = True
            await self._send({"kind": "hold"})
        await self._tell_state("hearing")

    async def _words_so_far(self, text: str) -> None:
        answer = self.answer
        if not text:
            # Something goes on and on that is no speech: the coach does not wait for its end.
            if answer is not None and answer.held:
                await self._go_on(answer)
            return
        await self._send({"kind": "you", "text": self._whole(text), "final": False})
        if answer is not None and answer.audible and not self._means_nothing(text, answer):
            await self._interrupt()

    async def _paused_speaking(self, text: str) -> None:
        answer = self.answer
        if answer is not None and answer.held:
            if self._means_nothing(text, answer):
                await self._go_on(answer)
                return
            if answer.audible:
                await self._interrupt()
        if text:
            await self._send({"kind": "you", "text": self._whole(text), "final": False})

    async def _turn_ended(self, ended: TurnEnded) -> None:
        answer, overlapped = self.answer, self._overlaps
        self._overlaps = False
        if answer is not None and (not ended.text or (overlapped and self._means_nothing(ended.text, answer))):
            await self._go_on(answer)
            return
        if not ended.text:
            await self._listen()
            return
        said, replaces = self._whole(ended.text), None
        self._before = ""
        if answer is not None and not answer.protected and not answer.audible:
            # They went on before any answer was heard: it is one message.
            said, replaces = f"{answer.said} {said}", answer.id or answer.replaces
        if answer is not None and not answer.protected:
            await self._interrupt()
        moments = {"speech_ended": ended.speech_ended, "decided": ended.decided, "transcribed": ended.transcribed}
        await self._answer(Answer(said, replaces, moments=moments))

    def _means_nothing(self, text: str, answer: Answer) -> bool:
        """Whether sound during an answer is no reason to stop it."""
        if not text:
            return True
        spoken = " ".join(sentence.text for sentence in answer.spoken)
        return (answer.audible and is_nod(text)) or is_echo(text, spoken)

    def _whole(self, text: str) -> str:
        return f"{self._before} {text}".strip()

    # What the page reports

    async def _from_page(self, message: Message) -> None:
        kind, turn = message.get("kind"), str(message.get("turn", ""))
        answer = self.answer if self.answer is not None and self.answer.id == turn else None
        match kind:
            case "settings":
                self.choices.take(message)
                if not self.choices.push:
                    self._ear.held_open = False
                await self._listen(quietly=True)
            case "playing" if answer is not None:
                answer.audible = True
                # Who began to speak in the same moment is heard out first.
                if not answer.held:
                    self._close_ear()
                    await self._tell_state("speaking")
            case "began":
                await self._on_played(turn, int(message["n"]) + 1)
            case "played":
                await self._played(turn, int(message["n"]))
            case "flushed":
                await self._stopped_at(turn, int(message["n"]))
            case "drained" if answer is not None and answer.over:
                self.answer = None
                self._hear_again()
                await self._listen()
            case "tap":
                await self._interrupt()
            case "press":
                await self._press()
            case "release":
                self._pressed = False
                await self._ear.finish()
                await self._listen(quietly=True)
            case "pause":
                self._paused = True
                self._overlaps = False
                self._ear.drop()
                await self._send({"kind": "hold"})
                await self._tell_state("paused")
            case "resume":
                self._paused = False
                await self._send({"kind": "go_on"})
                await self._listen()
            case "forget":
                self._before = ""
            case "say" if str(message.get("text", "")).strip():
                await self._interrupt()
                await self._answer(Answer(str(message["text"]).strip(), message.get("replaces")))

    async def _press(self) -> None:
        self._pressed = True
        self._ear.deaf = False
        await self._interrupt()
        self._ear.drop()
        self._ear.held_open = True
        await self._tell_state("hearing")

    async def _played(self, turn: str, n: int) -> None:
        if self.answer is not None and self.answer.id == turn:
            self.answer.played = max(self.answer.played, n)
        await self.conversation.heard(turn, n)

    async def _stopped_at(self, turn: str, n: int) -> None:
        await self.conversation.heard(turn, n, stopped=True)
        await self._on_played(turn, n)

    # Answering

    async def _answer(self, answer: Answer) -> None:
        self.answer = answer
        await self._tell_state("thinking")
        answer.thinking = self._start(self._think(answer))
        answer.speaking = self._start(self._speak(answer))

    def _start(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._kept.add(task)
        task.add_done_callback(self._kept.discard)
        return task

    async def _think(self, answer: Answer) -> None:
        try:
            async with aclosing(self.conversation.reply(answer.said, answer.replaces, aloud=True)) as events:
                async for event in events:
                    await self._take_event(answer, event)
        except asyncio.CancelledError:
            raise
        except Exception:
            logger.exception("a turn broke")
        finally:
            answer.sentences.put_nowait(None)

    async def _take_event(self, answer: Answer, event: Any) -> None:
        match event:
            case Began(turn=turn, said=said):
                answer.id = turn
                self._own.add(turn)
                await self._on_played(turn, 0)
                await self._send({"kind": "you", "turn": turn, "text": said, "final": True})
            case Sources(plan=plan):
                if plan.notes.get("speaker") == "counterpart":
                    answer.voice = plan.notes.get("voice") or "counterpart"
            case Redirect(protected=protected):
                answer.protected = protected
            case Said(sentence=sentence):
                answer.spoken.append(sentence)
                answer.sentences.put_nowait(sentence)
            case Notice(text=text):
                await self._send({"kind": "notice", "text": text})
            case Done(status="failed"):
                await self._send({"kind": "trouble", "text": "The coach could not answer. What you said is kept."})

    async def _speak(self, answer: Answer) -> None:
        """Sends the answer's sentences, each with its sound, as they come."""
        async with self._mouth:
            n = 0
            while (sentence := await answer.sentences.get()) is not None:
                await self._send({"kind": "sentence", "turn": answer.id, "n": n, "text": sentence.text})
                authored = sentence.kind == "redirect"
                words = speakable(sentence.text, telephone=authored, asides=answer.voice is None)
                await self._utter(answer, words, first=n == 0)
                n += 1
            answer.moments["total"] = time.perf_counter()
            answer.over = True
            await self._send({"kind": "end", "turn": answer.id, "ms": answer.ms})

    async def _utter(self, answer: Answer, text: str, *, first: bool) -> None:
        # The first clause alone is there sooner than the whole sentence.
        pieces = first_clause(text) if first else (text,)
        try:
            for piece in filter(None, pieces):
                async for samples in self._voice.speak(piece, voice=answer.voice, speed=self.choices.speed):
                    answer.moments.setdefault("first_audio", time.perf_counter())
                    await self._send(samples.astype("<i2").tobytes())
        except CoachError as exc:
            await self._send({"kind": "trouble", "text": str(exc)})

    async def _interrupt(self) -> None:
        """Ends the answer there. Crisis text is never cut off."""
        answer = self.answer
        if answer is None or answer.protected:
            return
        self.answer = None
        await self._send({"kind": "flush", "turn": answer.id})
        await self._cut_off(answer)
        self._hear_again()
        await self._tell_state("hearing" if self._ear.in_turn else "listening")

    async def _cut_off(self, answer: Answer) -> None:
        if answer.protected:
            return
        for task in (answer.thinking, answer.speaking):
            if task is not None:
                task.cancel()
                await asyncio.wait([task])
        if answer.id is not None:
            await self._stopped_at(answer.id, answer.played)

    async def _another_began(self, turn: str) -> None:
        """Somebody wrote in the same conversation: their turn is shown, and ours falls silent."""
        if self.answer is not None and self.answer.id is not None and turn not in self._own:
            await self._interrupt()

    async def _go_on(self, answer: Answer) -> None:
        answer.held = False
        if answer.audible:
            self._close_ear()
        await self._send({"kind": "go_on"})
        await self._tell_state("speaking" if answer.audible else "thinking")

    # Listening

    def _close_ear(self) -> None:
        """On speakers, nothing is heard while the coach is: it would hear itself."""
        if self.choices.sound == "speakers" and not self.choices.push:
            self._ear.deaf = True
            self._overlaps = False

    def _hear_again(self) -> None:
        if self._ear.deaf:
            asyncio.get_running_loop().call_later(ECHO_SETTLE_MS / 1000, self._open_ear)

    def _open_ear(self) -> None:
        if self.answer is None or not self.answer.audible:
            self._ear.deaf = False

    async def _listen(self, *, quietly: bool = False) -> None:
        """It is the person's turn: as patient as they set, or as the last question calls for."""
        with suppress(CoachError):
            turns = await self.conversation.history()
            self._ear.hotwords = hotwords(turns[-6:])
            last = turns[-1].spoken[-1].text if turns and turns[-1].spoken else ""
            asked = own_question(last) and asks_openly(last)
            self._ear.patience = chosen(self.choices.patience, asked_openly=asked)
        if not quietly:
            await self._tell_state("listening")

    async def _tell_state(self, state: State) -> None:
        await self._send({"kind": "state", "state": state, "patience": self._ear.patience.name})


async def _nobody(turn: str, n: int) -> None:
    """Nobody shows what is played."""
