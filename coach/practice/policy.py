"""The policy that practices run under: a practice in use decides the next step, else the coaching policy does.

All state is read from the history's plans, so that edits, restarts and other front ends need nothing more. Offers a
practice where the topic calls for it, once, and looks back when the day that was named has passed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from coach import dates
from coach.commitments import Leaves, Page, Promise
from coach.frame import Frame
from coach.memory import Memory, remember
from coach.parse import Parser
from coach.practice import steps
from coach.practice.filling import fill
from coach.practice.form import Form
from coach.practice.pasted import is_paste, talk_of
from coach.practice.practice import Practice
from coach.practice.rendering import Rendering
from coach.practice.steps import Step, Underway
from coach.protocols import Brief, Policy
from coach.rehearsal.policy import Rehearsal
from coach.rehearsal.scene import is_scene
from coach.values import Plan, Question, Retrieval, Turn

# Moves of the coaching policy in whose place a practice may be offered: those that only follow.
_MAKES_ROOM = frozenset({"follow", "deepen", "offer", "stay"})
# Kinds of message that leave room for asking how something went.
_OPENS = frozenset({"greeting", "report_back", "unclear", "yes", "thanks"})


class PracticePolicy:
    """Runs practices over free conversation. ``clock`` gives the time with the person's zone."""

    def __init__(
        self,
        coaching: Policy,
        practices: Mapping[str, Practice],
        parser: Parser,
        *,
        clock: Callable[[], datetime],
        rehearsal: Rehearsal | None = None,
        start: str | None = None,
    ) -> None:
        self._coaching = coaching
        self._practices = dict(practices)
        self._parser = parser
        self._clock = clock
        self._rehearsal = rehearsal
        self._start = start
        """The practice that the first message already belongs to."""

    def read(self, said: str, history: Sequence[Turn]) -> Frame:
        """What is known of the topic, this message included."""
        # What is pasted is read by the timeline; the frame is of what the person says around it.
        frame = self._coaching.read(talk_of(said), _talk(_outside(history)))
        return replace(frame, said=said) if frame.said != said else frame

    def query(self, frame: Frame) -> str:
        return self._coaching.query(replace(frame, said=talk_of(frame.said)))

    def next(self, frame: Frame, history: Sequence[Turn], retrieval: Retrieval) -> Plan:
        """The next step of the practice in use, or the next move of coaching."""
        memory = remember(history)
        now = self.underway(history)
        if self._rehearsal and (plan := self._rehearsal.next(frame, history, memory, now.form if now else None)):
            return self._in_their_words(plan, now)
        history = _outside(history)
        if now is not None and (other := self._another(now, frame.said)):
            return self.begin(other, frame, history, memory)
        if now is not None:
            plan = steps.next_step(Step(now, frame, memory, self._parser))
            if plan is not None:
                return plan
        if looked := self._look_back(frame, history, memory):
            return looked
        if now is None and (practice := self._asked_for(frame, history, memory)):
            return self.begin(practice, frame, history, memory)
        if steps.shows("watch", talk_of(frame.said)):
            return _kept(Plan("practice", "practice.no_watch"), now) if now else Plan("practice", "practice.no_watch")
        plan = self._coaching.next(replace(frame, said=talk_of(frame.said)), _talk(history), retrieval)
        if now is not None:
            return _kept(plan, now)
        return self._offered(plan, frame, memory) or plan

    def _in_their_words(self, plan: Plan, now: Underway | None) -> Plan:
        """A step of a rehearsal; whose chair the coach takes speaks as the plan has it, where that is complete."""
        if plan.move != "rehearse.swap" or now is None or "opening" not in now.practice.parts:
            return plan
        opening = Rendering(now.practice, now.form, self._parser, self._clock().date()).part("opening")
        if not opening or "[" in opening:
            return plan
        return replace(plan, notes={**plan.notes, "opening": opening})

    def underway(self, history: Sequence[Turn]) -> Underway | None:
        """The practice in use."""
        for turn in reversed(history):
            if turn.plan is None:
                continue
            if turn.plan.move == "practice.leave":
                return None
            if found := steps.underway(turn.plan.notes, self._practices):
                return found
        return None

    def begin(self, practice: Practice, frame: Frame, history: Sequence[Turn], memory: Memory) -> Plan:
        """Takes up what the topic has told so far, message by message, and what an earlier practice knows.

        A practice that looks back takes nothing from before the talk: that was the plan, and not what happened.
        """
        form = self._carried(practice, history)
        first = len(history) if practice.carries else len(history) - (len(frame.topic) - 1)
        for index in range(max(0, first), len(history)):
            told = self.read(history[index].said, history[:index])
            form = fill(practice, form, told, None).form
        form = fill(practice, form, frame, None).form
        return steps.begin(practice, form, frame, memory, self._parser)

    def leaves(self, brief: Brief) -> Leaves:
        """The page that a practice made, and the promises that were given or kept."""
        plan, today = brief.plan, self._clock().date()
        if plan.move == "practice.write":
            return self._written(plan, brief.history, today)
        if plan.move == "practice.later":
            due = date.fromisoformat(plan.notes["due"])
            about = _about(plan.notes["looks_back"], brief.history)
            return Leaves(promises=(Promise(about, due=due),) if about else ())
        if self._rehearsal and plan.move.startswith("rehearse."):
            return self._rehearsal.leaves(brief)
        return Leaves(promises=_promised(brief, today))

    def _written(self, plan: Plan, history: Sequence[Turn], today: date) -> Leaves:
        found = steps.underway(plan.notes, self._practices)
        made = self.rendering(plan, today)
        assert found is not None, plan
        assert made is not None, plan
        name = found.practice.name
        page = Page(name, found.practice.artefact.kind, made.title(), made.markdown(), made.data())
        promises = []
        if promise := made.promise():
            promises.append(Promise(name, *promise))
        looked = next(
            (t.plan.notes["looks_back"] for t in reversed(history) if t.plan and "looks_back" in t.plan.notes), ""
        )
        if (earlier := _about(looked, history)) and earlier != name:
            promises.append(Promise(earlier, state="done"))
        return Leaves((page,), tuple(promises))

    def rendering(self, plan: Plan, today: date) -> Rendering | None:
        """What the practice of a plan can be made into; None where the plan belongs to none."""
        found = steps.underway(plan.notes, self._practices)
        return Rendering(found.practice, found.form, self._parser, today) if found else None

    def _asked_for(self, frame: Frame, history: Sequence[Turn], memory: Memory) -> Practice | None:
        if self._start and not any(turn.plan and turn.plan.notes.get("practice") for turn in history):
            return self._practices.get(self._start)
        if memory.last and memory.last.move == "practice.offer" and steps.takes(frame):
            return self._practices.get(memory.last.notes["offers"])
        if steps.shows("back", frame.said) and (left := self._left(history)):
            return left
        said = talk_of(frame.said)
        asked = max(self._practices.values(), key=lambda one: steps.asks_for(one, said), default=None)
        if asked and not steps.asks_for(asked, said):
            asked = None
        if asked is None and is_paste(frame.said):
            # Notes of what happened speak for themselves.
            return next((one for one in self._practices.values() if one.pasted), None)
        return asked

    def _another(self, now: Underway, said: str) -> Practice | None:
        """The practice that a person turns to from the one in use: named by its title, or asked for once it is done."""
        for one in self._practices.values():
            named = one.title.lower() in said.lower() or (now.form.made and steps.asks_for(one, said))
            if one.name != now.practice.name and named:
                return one
        return None

    def _left(self, history: Sequence[Turn]) -> Practice | None:
        plans = [turn.plan for turn in history if turn.plan]
        return next((self._practices.get(p.notes["practice"]) for p in reversed(plans) if "practice" in p.notes), None)

    def _carried(self, practice: Practice, history: Sequence[Turn]) -> Form:
        """What this practice, left before, or the one it follows on, already knows."""
        values: dict[str, str] = {}
        for turn in history:
            notes = turn.plan.notes if turn.plan else {}
            earlier = steps.underway(notes, self._practices)
            if earlier is None:
                continue
            if earlier.practice.name == practice.name:
                values = dict(earlier.form.values)
            elif earlier.practice.name == practice.carries.get("practice"):
                for ours, theirs in practice.carries.items():
                    if earlier.form.has(theirs):
                        values[ours] = earlier.form.values[theirs]
        return Form(values)

    def _offered(self, plan: Plan, frame: Frame, memory: Memory) -> Plan | None:
        """The offer of a practice in place of a move that only follows; once for each practice."""
        if plan.move not in _MAKES_ROOM or frame.also & {"ask_advice", "ask_words", "write_it"}:
            return None
        offered = {one.notes.get("offers") for one in memory.plans}
        for practice in self._practices.values():
            if practice.name not in offered and steps.calls_for(practice, frame, plan.card):
                return replace(
                    plan, stage="practice", move="practice.offer", idea=None, words=None, claims=(), reflect="any",
                    question=Question(f"{practice.name}.offer", "practice", practice.offer.say[0]),
                    notes={"offers": practice.name, "says": practice.offer.say[0]},
                )  # fmt: skip
        return None

    # Looking back

    def due(self, history: Sequence[Turn]) -> tuple[Practice, Turn] | None:
        """The practice that looks back now, and the turn whose promise it looks back on."""
        today = self._clock().date()
        found = self._unfinished(history)
        if found is None:
            return None
        _, turn = found
        asked = [t.plan for t in history if t.plan and t.plan.notes.get("looks_back") == turn.id]
        if asked and asked[-1].move == "practice.later":
            return found if date.fromisoformat(asked[-1].notes["due"]) <= today else None
        if asked or turn.plan is None or turn.started is None:
            return None
        made = self.rendering(turn.plan, turn.started.astimezone(self._clock().tzinfo).date())
        day = made.follow_up() if made else None
        return found if day and day <= today else None

    def _look_back(self, frame: Frame, history: Sequence[Turn], memory: Memory) -> Plan | None:
        told = steps.shows("happened", frame.said) and not frame.said.rstrip().endswith("?")
        if memory.last and memory.last.move == "practice.follow_up":
            return self._after_asking(frame, history, memory)
        found = self.due(history) or (self._unfinished(history) if told else None)
        if found is None or (frame.kind not in _OPENS and not told):
            return None
        practice, turn = found
        if told and frame.words >= 4:
            plan = self.begin(practice, frame, history, memory)
            return replace(plan, notes={**plan.notes, "looks_back": turn.id})
        form = steps.underway(turn.plan.notes if turn.plan else {}, self._practices)
        who = form.form.values.get("who", "") if form else ""
        return Plan(
            "practice", "practice.follow_up", question=Question("practice.follow_up", "practice", ""),
            notes={"looks_back": turn.id, "offers": practice.name, "who": who, **_when(turn, self._clock().date())},
        )  # fmt: skip

    def _after_asking(self, frame: Frame, history: Sequence[Turn], memory: Memory) -> Plan | None:
        assert memory.last is not None
        practice = self._practices.get(memory.last.notes.get("offers", ""))
        if practice is None:
            return None
        if frame.kind == "no" or steps.shows("not_yet", frame.said):
            new = dates.day_in(frame.said, self._clock().date())
            day = new or self._clock().date() + timedelta(days=7)
            return Plan(
                "practice", "practice.later",
                notes={
                    "due": day.isoformat(), "due_said": dates.spoken(day, self._clock().date()),
                    "looks_back": memory.last.notes["looks_back"],
                },
            )  # fmt: skip
        plan = self.begin(practice, frame, history, memory)
        return replace(plan, notes={**plan.notes, "looks_back": memory.last.notes["looks_back"]})

    def _unfinished(self, history: Sequence[Turn]) -> tuple[Practice, Turn] | None:
        """A plan that was made and not looked back on, whatever its day, and the practice that looks back on it."""
        for turn in reversed(history):
            if turn.plan is None:
                continue
            if turn.plan.notes.get("looks_back") and turn.plan.move not in {"practice.follow_up", "practice.later"}:
                return None
            found = steps.underway(turn.plan.notes, self._practices)
            if turn.plan.move == "practice.write" and found and found.practice.after.practice in self._practices:
                return self._practices[found.practice.after.practice], turn
        return None


def _outside(history: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns in which the person spoke as themself: what is said in a scene tells nothing of the matter."""
    return tuple(turn for turn in history if not is_scene(turn))


def _talk(history: Sequence[Turn]) -> tuple[Turn, ...]:
    """The same with what people wrote themselves, without the notes they pasted."""
    return tuple(turn if (said := talk_of(turn.said)) == turn.said else replace(turn, said=said) for turn in history)


def _about(turn: str, history: Sequence[Turn]) -> str | None:
    """The matter that a turn's page was about."""
    return next((t.plan.notes.get("practice") for t in history if t.id == turn and t.plan), None)


def _promised(brief: Brief, today: date) -> tuple[Promise, ...]:
    """What the person will do, in their own words; the day may come with the answer to "when"."""
    plan, said = brief.plan, brief.said
    if text := plan.notes.get("commitment"):
        return (Promise(f"turn {len(brief.history)}", text, dates.day_in(said, today)),)
    last = next((number for number, turn in reversed(list(enumerate(brief.history))) if turn.plan), None)
    before = brief.history[last].plan if last is not None else None
    if before and before.question and before.question.intent == "will.when" and (day := dates.day_in(said, today)):
        given = [n for n, turn in enumerate(brief.history) if turn.plan and turn.plan.notes.get("commitment")]
        return (Promise(f"turn {given[-1]}", due=day),) if given else ()
    return ()


def _when(turn: Turn, today: date) -> dict[str, str]:
    return {"since": dates.spoken(turn.started.date(), today)} if turn.started else {}


def _kept(plan: Plan, now: Underway) -> Plan:
    """A move of coaching while a practice is in use: its form stays, and its question waits."""
    notes = {**plan.notes, "practice": now.practice.name, "form": now.form.written()}
    if now.asked and not now.form.made:
        notes["asked"] = now.asked
    # The question that waits is the one to come back to; a second one would push it away.
    return replace(plan, notes=notes, question=None if now.asked and not now.form.made else plan.question)
