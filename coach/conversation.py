"""One conversation: the straight line from what a person says to what the coach answers.

``Conversation._line`` reads top to bottom as the turn happens: begin, gate, retrieve, plan, write, check, say.
What is known lies in the store; this object holds only who is answering now and who is listening, so after a
restart nothing is missing. Knows nothing of pages, sound or which writer it was given.
"""

import asyncio
import logging
import weakref
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

from coach.citing import own_question, sentence_of
from coach.commitments import Leaves
from coach.errors import CoachError, KnowledgeError, NotFoundError, StoreError, WriterError
from coach.events import Artefact, Began, Done, Dropped, Event, Notice, Redirect, Said, Sources
from coach.floor import END, Floor, Subscription
from coach.manners import out_of_turn
from coach.protocols import Brief, Gate, Grounding, Keeper, Library, Policy, Writer
from coach.rechunk import sentences
from coach.store import Store, new_id
from coach.unbroken import unbroken
from coach.values import Gated, Plan, Retrieval, Sentence, Status, Turn

if TYPE_CHECKING:
    from coach.frame import Frame

logger = logging.getLogger(__name__)

NOTHING = Sentence("I have nothing on that which I can stand behind.", "other")
"""Said when no sentence of any writer passed the checks."""

# A writer that goes on longer has lost its way; a good turn has three or four sentences.
MOST_SENTENCES = 12

TITLE_CHARACTERS = 60


class Conversation:
    """What one person and the coach say to each other. One turn at a time; any number of front ends listen."""

    def __init__(
        self,
        id: str,
        *,
        store: Store,
        library: Library,
        gate: Gate,
        grounding: Grounding,
        policy: Policy,
        writer: Writer,
        guided: Writer,
        collection: str | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.id = id
        self.store = store
        self.library = library
        self.gate = gate
        self.grounding = grounding
        self.policy = policy
        self.writer = writer
        self.guided = guided
        """Words the plan when ``writer`` cannot."""
        self.collection = collection
        """The person's documents that are searched beside the cards."""
        self.keeper = keeper
        """Says what a turn leaves behind, where practices are used."""
        self._floor: Floor | None = None
        self._taking = asyncio.Lock()  # protects _floor: of two messages at once, one is answered after the other
        self._subscriptions: weakref.WeakSet[Subscription] = weakref.WeakSet()

    async def reply(
        self, said: str, replaces: str | None = None, *, aloud: bool = False
    ) -> AsyncGenerator[Event, None]:
        """The events of one turn, Began to Done.

        ``replaces`` names the turn that an edit, or a voice turn that went on, takes the place of. ``aloud`` lets
        the first clause leave early. To interrupt, cancel the task that reads, or close the generator: the turn
        ends as interrupted with exactly what had left. Crisis text cannot be interrupted: all of it is recorded
        and sent to every front end. A turn still being answered is interrupted by this one in the same way.
        """
        floor = Floor(new_id())
        try:
            async with self._taking:
                await self.stop()
                floor.give_to(asyncio.create_task(self._answer(floor, said, replaces, aloud)))
                self._floor = floor
                # Even a message that the next one overtakes at once is on disk.
                await floor.begun.wait()
            while (event := await floor.reader.get()) is not END:
                yield cast(Event, event)
                floor.reader.task_done()
            floor.raise_mistake()
        finally:
            await unbroken(floor.stop())

    async def stop(self) -> None:
        """Interrupts the turn that is being answered, if any. Crisis text is finished first."""
        if self._floor is not None:
            await self._floor.stop()

    async def heard(self, turn: str, n: int, *, stopped: bool = False) -> None:
        """A front end shows or has played the first ``n`` sentences of a turn; only those count as said later.

        ``stopped``: playing was cut off there, so a turn that had already left as a whole counts as interrupted.
        """
        try:
            await self.store.heard(turn, n, stopped=stopped)
        except NotFoundError:
            pass  # deleted meanwhile
        except StoreError as exc:
            self._publish(Notice(turn, str(exc)))

    async def history(self) -> tuple[Turn, ...]:
        """The turns that show, oldest first. Raises StoreError."""
        return await self.store.history(self.id)

    def subscribe(self) -> Subscription:
        """Every event from now on, whichever front end caused it. Close it, or use it as a context."""
        subscription = Subscription(self._subscriptions.discard)
        self._subscriptions.add(subscription)
        return subscription

    # The turn, and how it ends

    async def _answer(self, floor: Floor, said: str, replaces: str | None, aloud: bool) -> None:
        status: Status = "failed"
        try:
            status = await self._line(floor, said, replaces, aloud)
        except asyncio.CancelledError:
            status = "redirected" if floor.protected else "interrupted"
            raise
        except CoachError as exc:
            self._publish(Notice(floor.turn, str(exc)), floor)
        except Exception:
            self._publish(
                Notice(floor.turn, "Something broke inside the coach. Try again, or run: coach doctor"), floor
            )
            raise
        finally:
            await unbroken(self._end(floor, status))

    async def _end(self, floor: Floor, status: Status) -> None:
        if floor.recorded:
            await self._kept(floor, self.store.finish(floor.turn, status, writer=floor.writer, left=len(floor.left)))
        floor.ms["total"] = floor.elapsed_ms()
        durations = {part: round(ms, 1) for part, ms in floor.ms.items()}
        self._publish(Done(floor.turn, status, durations, floor.writer), floor)

    async def _line(self, floor: Floor, said: str, replaces: str | None, aloud: bool) -> Status:
        # Begin and gate: what was said is on disk before anything is thought, and nothing interrupts it until it is
        # known whether the person is in danger. A crisis has its whole text said in there.
        history, gated, reading = await unbroken(self._take_in(floor, said, replaces))
        if gated is not None and gated.text:
            reading.cancel()
            return "redirected" if floor.protected else await self._redirect(floor, gated)

        # Retrieve and plan: what a good coach would do next, and what it may stand on.
        with floor.timed("plan"):
            frame = await reading
            query = await asyncio.to_thread(self.policy.query, frame)
        with floor.timed("retrieve"):
            retrieval = await self._search(floor, query)
        with floor.timed("plan"):
            plan = await asyncio.to_thread(self.policy.next, frame, history, retrieval)
        brief = self._brief(said, plan, frame, history, retrieval, aloud)
        ids = [passage.id for passage in brief.passages]
        await self._kept(floor, self.store.plan(floor.turn, plan, ids, title=_title(said)))
        await self._tell(floor, Sources(floor.turn, plan, brief.passages))

        # Write, check and say; where the writer fails, the guided writer words the same plan.
        failure = await self._word(floor, brief, self.writer)
        if failure is not None and self.writer is not self.guided:
            await self._tell(floor, Notice(floor.turn, f"{failure} The guided coach answers this time."))
            failure = await self._word(floor, brief, self.guided)
        if not floor.left:
            await self._say(floor, NOTHING)

        # Keep: the page that was made, the promise that was given.
        if self.keeper is not None:
            leaves = await asyncio.to_thread(self.keeper.leaves, brief)
            await self._keep(floor, leaves)
        return "complete"

    # The parts of the line

    async def _take_in(
        self, floor: Floor, said: str, replaces: str | None
    ) -> tuple[tuple[Turn, ...], Gated | None, "asyncio.Task[Frame]"]:
        """Stores the message and asks the gate. The turns before it, what the gate found, and the policy's reading,
        which goes on beside the gate."""
        self.library.expect(said)
        floor.recorded = True
        trouble: StoreError | None = None
        try:
            await self.store.begin(self.id, said, replaces, id=floor.turn)
        except StoreError as exc:
            floor.recorded = False
            trouble = exc
        floor.begun.set()
        self._publish(Began(floor.turn, said, replaces), floor)
        if trouble is not None:
            self._publish_unsaved(floor, trouble)
        history, at_the_gate = await self._past(floor, replaces)
        reading = asyncio.create_task(asyncio.to_thread(self.policy.read, said, history))
        with floor.timed("gate"):
            gated = await asyncio.to_thread(self.gate.check, said, at_the_gate)
        if gated is not None and gated.text and gated.kind == "crisis":
            floor.protected = True
            await self._say_whole(floor, gated)
        elif gated is not None:
            await self._kept(floor, self.store.gate(floor.turn, gated))
        return history, gated, reading

    async def _past(self, floor: Floor, replaces: str | None) -> tuple[tuple[Turn, ...], tuple[Turn, ...]]:
        """The turns before this one, and the same for the gate: it still sees a crisis that an edit took back."""
        try:
            history = await self.store.history(self.id, until=floor.turn if floor.recorded else None)
            history = tuple(turn for turn in history if turn.id != floor.turn)
            replaced = await self.store.turn(replaces) if replaces else None
        except NotFoundError:
            replaced = None
        except StoreError as exc:
            self._publish_unsaved(floor, exc)
            return (), ()
        crisis = replaced is not None and replaced.gated is not None and replaced.gated.kind == "crisis"
        return history, (*history, replaced) if crisis and replaced is not None else history

    async def _redirect(self, floor: Floor, gated: Gated) -> Status:
        floor.writer = "authored"
        await self._tell(floor, Redirect(floor.turn, gated, protected=False))
        for text in gated.text:
            await self._say(floor, Sentence(text, "redirect"))
        return "redirected"

    async def _say_whole(self, floor: Floor, gated: Gated) -> None:
        """Records and sends protected text in one go, however fast or slow, present or gone, the reader is."""
        floor.writer = "authored"
        authored = [Sentence(text, "redirect") for text in gated.text]
        await self._kept(floor, self.store.redirect(floor.turn, gated, authored))
        self._publish(Redirect(floor.turn, gated, protected=True), floor)
        for index, sentence in enumerate(authored):
            floor.left.append(sentence)
            self._publish(Said(floor.turn, index, sentence), floor)
        floor.ms["first_sentence"] = floor.elapsed_ms()

    async def _search(self, floor: Floor, query: str) -> Retrieval:
        try:
            return await self.library.search(query, collection=self.collection)
        except KnowledgeError as exc:
            await self._tell(floor, Notice(floor.turn, str(exc)))
            return Retrieval(query, covered=False, confidence=0.0)

    def _brief(
        self, said: str, plan: Plan, frame: Any, history: tuple[Turn, ...], retrieval: Retrieval, aloud: bool
    ) -> Brief:
        found = {one.passage.id: one.passage for one in retrieval.found}
        passages = (found.get(id) or self.library.passage(id) for id in _stands_on(plan))
        return Brief(
            said=said,
            plan=plan,
            frame=frame,
            history=history,
            card=self.library.card(plan.card) if plan.card else None,
            claims=tuple(self.library.claim(id) for id in plan.claims),
            passages=tuple(passage for passage in passages if passage is not None),
            spoken_aloud=aloud,
        )

    async def _word(self, floor: Floor, brief: Brief, writer: Writer) -> str | None:
        """Says what the writer words and the checks let out. Returns why the plan is not worded; None where it is."""
        before = tuple(floor.left)
        text = cast(AsyncGenerator[str | Sentence, None], writer.write(brief))
        try:
            async with aclosing(text), aclosing(sentences(text, early=brief.spoken_aloud)) as pieces:  # type: ignore[type-var]
                async for piece in pieces:
                    sentence = sentence_of(piece, brief.passages) if isinstance(piece, str) else piece
                    if not sentence.text or not _adds(sentence, before):
                        continue
                    reason = await asyncio.to_thread(self._why_not, sentence, brief, tuple(floor.left))
                    if reason is None and isinstance(piece, str):
                        reason = out_of_turn(sentence, brief)
                    if reason is not None:
                        await self._tell(floor, Dropped(floor.turn, sentence.text, reason))
                        continue
                    floor.writer = writer.name
                    await self._say(floor, sentence)
                    if len(floor.left) >= MOST_SENTENCES:
                        break
        except WriterError as exc:
            return str(exc)
        except Exception as exc:
            if writer is self.guided:
                raise
            logger.exception("%s broke", writer.name)
            return f"{writer.name} broke ({type(exc).__name__}: {exc})."
        return None if floor.left else f"Nothing that {writer.name} wrote passed the checks."

    def _why_not(self, sentence: Sentence, brief: Brief, left: Sequence[Sentence]) -> str | None:
        """Why a sentence may not leave; None where it may."""
        reason = self.gate.check_out(sentence, brief.said) or self.grounding.check(sentence, brief)
        if reason is None and own_question(sentence.text) and any(own_question(one.text) for one in left):
            return "a second question in one turn"
        return reason

    async def _say(self, floor: Floor, sentence: Sentence) -> None:
        await self._kept(floor, self.store.say(floor.turn, sentence))
        floor.left.append(sentence)
        floor.ms.setdefault("first_sentence", floor.elapsed_ms())
        await self._tell(floor, Said(floor.turn, len(floor.left) - 1, sentence))

    async def _keep(self, floor: Floor, leaves: Leaves) -> None:
        if leaves != Leaves():
            await self._kept(floor, self.store.kept.keep(self.id, floor.turn, leaves))
        for page in leaves.pages:
            await self._tell(floor, Artefact(floor.turn, page.kind, page.title, page.markdown))

    # Telling, and keeping

    async def _tell(self, floor: Floor, event: Event) -> None:
        """Sends an event to everyone, and goes on when the one who reads ``reply`` comes back for more."""
        self._publish(event, floor)
        await floor.reader.join()

    def _publish(self, event: Event, floor: Floor | None = None) -> None:
        for subscription in tuple(self._subscriptions):
            subscription.put(event)
        if floor is not None:
            floor.reader.put_nowait(event)

    async def _kept(self, floor: Floor, write: Awaitable[None]) -> None:
        """Awaits a write. Where it fails the talk goes on, and the person is told once that it is not kept."""
        try:
            await write
        except (StoreError, NotFoundError) as exc:
            self._publish_unsaved(floor, exc)

    def _publish_unsaved(self, floor: Floor, exc: CoachError) -> None:
        if not floor.unsaved:
            floor.unsaved = True
            self._publish(Notice(floor.turn, f"This is not being saved. {exc}"), floor)


def _stands_on(plan: Plan) -> list[str]:
    """Ids of the passages behind a plan, each once: its own, then its idea, then its claims."""
    idea = [f"card:{plan.card}#{plan.idea}"] if plan.card and plan.idea else []
    return list(dict.fromkeys([*plan.passages, *idea, *(f"claim:{id}" for id in plan.claims)]))


def _adds(sentence: Sentence, before: Sequence[Sentence]) -> bool:
    """Whether a sentence of the second writer still adds to what the first one had said when it failed."""
    if not before:
        return True
    if sentence.kind == "reflection":
        return False
    if own_question(sentence.text):
        return not any(own_question(one.text) for one in before)
    return not any(one.citations for one in before)


def _title(said: str) -> str:
    """The first words of a message, as the name of its conversation."""
    words = " ".join(said.split())
    if len(words) <= TITLE_CHARACTERS:
        return words
    return words[:TITLE_CHARACTERS].rsplit(" ", 1)[0].rstrip(",;:.") + " …"
