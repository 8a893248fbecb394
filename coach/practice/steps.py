"""The steps of any practice: what to do with a message while one is in use.

A step is a ``Plan`` whose move begins with ``practice.``; the form so far travels in its notes. Knows no wording
beyond what the practice's own file says.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from coach import patterns
from coach.frame import Frame
from coach.language.language import Language
from coach.memory import Memory
from coach.parse import Parser
from coach.practice import form as forms
from coach.practice.filling import Filled, fill
from coach.practice.fitting import asked_about, keeps
from coach.practice.form import Form
from coach.practice.pasted import is_paste
from coach.practice.practice import MARK, Check, Field, Practice
from coach.practice.turning import turning
from coach.values import Plan, Question

# Kinds of message that want an answer of their own while a practice is in use; it waits, and asks again after.
ASIDE = frozenset(
    {"ask_fact", "ask_advice", "ask_words", "ask_open", "what_if", "about_coach", "out_of_scope", "other_language",
     "joke", "greeting", "already_asked", "reword"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Underway:
    """A practice in use, as the last turn left it."""

    practice: Practice
    form: Form
    asked: str | None
    """The field whose question waits for an answer."""
    last: str | None
    """The field that the last turn filled."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a step is chosen from."""

    underway: Underway
    frame: Frame
    memory: Memory
    parser: Parser

    @property
    def practice(self) -> Practice:
        return self.underway.practice


def shows(name: str, text: str) -> bool:
    """Whether a message shows one of the ways of steering a practice; the patterns are data."""
    return patterns.pattern("practice", name).search(text) is not None


def begin(practice: Practice, form: Form, frame: Frame, memory: Memory, parser: Parser) -> Plan:
    """The first step: takes up what the topic has told already, and asks for the first thing missing."""
    step = Step(Underway(practice, form, None, None), frame, memory, parser)
    at_once = shows("at_once", frame.said)
    plan = write(step, form) if at_once else go_on(step, Filled(form))
    # A message that only asks for the practice tells nothing that could be given back.
    plan = replace(plan, reflect=None if asks_for(practice, frame.said) else plan.reflect)
    if at_once:
        return plan
    says = {"says": practice.open_with[0]} if practice.open_with else {}
    if practice.pasted and is_paste(frame.said):
        says["took"] = "yes"
    return replace(plan, notes={**plan.notes, "begins": "yes", **says})


def next_step(step: Step) -> Plan | None:
    """The step that a message calls for; None where it wants an answer of the coach's own."""
    frame, form, asked = step.frame, step.underway.form, step.underway.asked
    said = frame.said
    if shows("leave", said):
        return plan_of(step, "practice.leave", form)
    if asked and frame.kind == "yes" and frame.words <= 3:
        return ask(step, form, step.practice.field(asked), notes={"again": "yes"})
    if asked and not form.made and (about := asked_about(step.practice, form, asked, said)):
        return help_with(step, about)
    if said.rstrip().endswith("?") and (found := _judged(step)):
        return found
    filled = fill(step.practice, form, frame, asked, last=step.underway.last)
    if filled.unknown:
        return unknown_part(step, filled.unknown)
    if is_paste(said) and step.practice.pasted:
        return write(step, filled.form, filled) if form.made else go_on(step, filled)
    if filled.unfit and shows("write", said):
        return write(step, form)
    if asked and filled.unfit and not form.made:
        return unfit(step, asked)
    if asked and filled.nothing and not form.made:
        if (other := _spoken_of(step)) and other != asked:
            return skip(step, other)
        return skip(step, asked) if step.practice.field(asked).need == "want" else narrow(step, asked)
    if (filled.changed or filled.new) and (found := _checked(step, filled)):
        return found
    if filled.changed or filled.cleared:
        return changed(step, filled)
    if shows("write", said) or (form.ready and not form.made and frame.kind == "yes"):
        return write(step, form)
    if jump := _jump(step):
        return ask(step, form, jump, notes={"jumps": "yes"})
    if form.made:
        return _judged(step)
    if form.ready and asked is None and (frame.kind == "no" or shows("go_on", said)):
        return go_on(step, Filled(form))
    if asked and (shows("skip", said) or (frame.kind in {"no", "more"} and not _tells(step, asked))):
        return skip(step, asked)
    if asked and frame.kind == "dont_know":
        return narrow(step, asked)
    if frame.kind == "rephrase" and asked:
        return ask(step, form, step.practice.field(asked), notes={"again": "yes"})
    if frame.kind in {"thanks", "close"}:
        return plan_of(step, "practice.rest", form)
    if frame.kind in ASIDE and (said.rstrip().endswith("?") or not asked) and not (asked and kept_by(step, asked)):
        return None
    if filled.resisted:
        return resist(step, filled.resisted)
    if frame.kind == "venting" and not filled.new:
        return None
    return go_on(step, filled)


def go_on(step: Step, filled: Filled) -> Plan:
    """Takes note and asks for the next thing; offers to finish once what must be known is known."""
    form = filled.form
    musts = form.open(step.practice, "must")
    if musts:
        return ask(step, form, musts[0], filled=filled)
    wants = form.open(step.practice, "want")
    if wants and not form.ready:
        return plan_of(
            step, "practice.ready", replace(form, ready=True), filled=filled,
            question=Question(f"{step.practice.name}.ready", "practice", ""),
            notes={"open": " and ".join(one.spoken for one in wants[:2])},
        )  # fmt: skip
    if wants:
        return ask(step, form, wants[0], filled=filled)
    return write(step, form, filled)


def ask(
    step: Step, form: Form, field: Field, *, filled: Filled | None = None, notes: dict[str, str] | None = None
) -> Plan:
    """One question, in a wording that was not used."""
    filters = turning(form.values.get("who", ""), step.parser)
    wordings = [text for line in field.ask if (text := _worded(line, form, filters))]
    last = step.memory.last.question if step.memory.last else None
    known = [text for text in (field.smaller, *wordings) if text and not (last and last.ask == text)]
    fresh = [text for text in wordings if text not in step.memory.questions] or known or wordings
    question = Question(f"{step.practice.name}.{field.id}", "practice", fresh[0])
    return plan_of(step, "practice.ask", form, filled=filled, question=question, asked=field.id, notes=notes)


def changed(step: Step, filled: Filled) -> Plan:
    """A correction is taken at once; where the artefact stands it is made anew, else the practice goes on."""
    form = filled.form
    known = [id for id in (*filled.changed, *filled.cleared) if step.underway.form.has(id)]
    if not known and not form.made:
        return go_on(step, Filled(form, new=filled.changed))
    notes = {"changed": ", ".join(step.practice.field(id).spoken for id in (*filled.changed, *filled.cleared))}
    if form.made:
        return write(step, form, filled, notes=notes)
    plan = go_on(step, Filled(form))
    return replace(plan, notes={**plan.notes, **notes, "filled": ",".join(filled.changed)})


def skip(step: Step, asked: str) -> Plan:
    form = step.underway.form.skip(asked)
    plan = go_on(step, Filled(form))
    return replace(plan, notes={**plan.notes, "skips": step.practice.field(asked).spoken})


def _checked(step: Step, filled: Filled) -> Plan | None:
    """What an answer shows that its field is looked at for: said once, with the field asked for again."""
    for id in (*filled.changed, *filled.new):
        field, value = step.practice.field(id), filled.form.values[id]
        key = f"?{id}"
        found = next((one for one in field.checks if _shown(one, value, step.parser)), None)
        if found is None or key in filled.form.narrowed:
            continue
        form = replace(filled.form, narrowed=filled.form.narrowed | {key})
        ask = found.ask or field.smaller or field.ask[-1]
        question = Question(f"{step.practice.name}.{id}", "practice", ask)
        return plan_of(step, "practice.check", form, question=question, asked=id, notes={"says": found.say})
    return None


def _judged(step: Step) -> Plan | None:
    """What a message that tells nothing for the page shows, each said once: "who deployed this?"."""
    said, form, asked = step.frame.said, step.underway.form, step.underway.asked
    for n, check in enumerate(step.practice.checks):
        if f"?{n}" in form.narrowed or not _shown(check, said, step.parser):
            continue
        form = replace(form, narrowed=form.narrowed | {f"?{n}"})
        waits = None if form.made or not asked else step.practice.field(asked)
        text = (waits.smaller or waits.ask[-1]) if waits else ""
        question = Question(f"{step.practice.name}.{asked}", "practice", text) if waits else None
        return plan_of(
            step, "practice.check", form, question=question, asked=asked if waits else None, notes={"says": check.say}
        )
    return None


# A refusal is short; "no access to the archive" tells something.
_REFUSAL_WORDS = 3


def _tells(step: Step, asked: str) -> bool:
    """Whether a message that begins with "no" answers the question all the same."""
    return step.frame.kind == "no" and step.frame.words > _REFUSAL_WORDS and step.practice.field(asked).lines


def _shown(check: Check, value: str, parser: Parser) -> bool:
    if any(re.search(pattern, value, re.I) for pattern in check.unless):
        return False
    if any(re.search(pattern, value, re.I) for pattern in check.when):
        return True
    return bool(check.marks) and any(mark.kind in check.marks for mark in Language(parser).analyse(value))


def narrow(step: Step, asked: str) -> Plan:
    """The first "no idea" makes the question smaller, the second leaves it open."""
    form, field = step.underway.form, step.practice.field(asked)
    known = asked in form.narrowed or f"={asked}" in form.narrowed
    if not known and field.smaller in step.memory.questions and field.help:
        return help_with(step, asked)
    if asked in form.narrowed or not field.smaller:
        return skip(step, asked)
    form = replace(form, narrowed=form.narrowed | {asked})
    question = Question(f"{step.practice.name}.{asked}", "practice", field.smaller)
    return plan_of(step, "practice.narrow", form, question=question, asked=asked)


def resist(step: Step, asked: str) -> Plan:
    """A verdict where a fact was asked for: said kindly, asked once more; the second time it is taken."""
    form, field = step.underway.form, step.practice.field(asked)
    key = f"!{asked}"
    if key in form.narrowed:
        return go_on(step, Filled(form.filled(**{asked: step.frame.said.strip(" .")}), new=(asked,)))
    form = replace(form, narrowed=form.narrowed | {key})
    question = Question(f"{step.practice.name}.{asked}", "practice", field.smaller or field.ask[-1])
    return plan_of(
        step, "practice.resist", form, question=question, asked=asked, notes={"says": field.resist_say[0]}
    )  # fmt: skip


def unfit(step: Step, asked: str) -> Plan:
    """What cannot be an answer is not taken for one: asked once more, and then left open."""
    form, key = step.underway.form, f"~{asked}"
    if key in form.narrowed:
        return skip(step, asked)
    form = replace(form, narrowed=form.narrowed | {key})
    return ask(step, form, step.practice.field(asked), notes={"again": "yes"})


def help_with(step: Step, asked: str) -> Plan:
    """A question about what was asked for: what others have answered, and the question once more, made smaller."""
    form, field = step.underway.form, step.practice.field(asked)
    key = f"={asked}"
    told = field.help[1:] or field.help if key in form.narrowed else field.help
    form = replace(form, narrowed=form.narrowed | {key})
    if not told:
        return ask(step, form, field, notes={"again": "yes"})
    question = Question(f"{step.practice.name}.{asked}", "practice", field.smaller or field.ask[-1])
    return plan_of(step, "practice.help", form, question=question, asked=asked, notes={"says": told[0]})


def unknown_part(step: Step, name: str) -> Plan:
    """Something is to be changed that the page does not have: said, with what it has."""
    form, asked = step.underway.form, step.underway.asked
    notes = {"unknown": name, "parts": ", ".join(one.spoken for one in step.practice.fields if form.wanted(one))}
    if asked and not form.made:
        return ask(step, form, step.practice.field(asked), notes=notes)
    return plan_of(step, "practice.unknown", form, notes=notes)


def kept_by(step: Step, asked: str) -> bool:
    return keeps(step.practice.field(asked), step.frame.said)


def write(step: Step, form: Form, filled: Filled | None = None, notes: dict[str, str] | None = None) -> Plan:
    """The artefact, with blanks for what is not known."""
    gaps = [one.spoken for one in form.open(step.practice, "must")]
    form = replace(form, made=form.made + 1, ready=True)
    after = step.practice.after.rehearse
    found = {**(notes or {}), "artefact": step.practice.artefact.kind}
    if form.made > 1:
        found["version"] = str(form.made)
    if gaps:
        found["gaps"] = ", ".join(gaps[:3])
    if after and form.made == 1:
        found["offer"] = "rehearse"
    question = Question("practice.rehearse", "practice", "") if after and form.made == 1 else None
    return plan_of(step, "practice.write", form, filled=filled, question=question, notes=found)


def plan_of(
    step: Step,
    move: str,
    form: Form,
    *,
    filled: Filled | None = None,
    question: Question | None = None,
    asked: str | None = None,
    notes: dict[str, str] | None = None,
) -> Plan:
    found = {"practice": step.practice.name, "form": form.written(), **(notes or {})}
    if asked:
        found["asked"] = asked
    if filled and (filled.new or filled.changed):
        found["filled"] = ",".join((*filled.new, *filled.changed))
    if filled and filled.elsewhere:
        found["placed"] = step.practice.field(filled.elsewhere).spoken
    notes_of = step.practice.pasted
    pasted = notes_of is not None and is_paste(step.frame.said)
    # Where a page is put together from lists and tables, answers are taken down; a talk gives them back.
    reflect = "any" if filled and filled.new and not step.practice.blocks else None
    if notes_of and filled and notes_of.id in filled.new and pasted:
        found["took"] = "yes"
    return Plan("practice", move, question=question, reflect=reflect, notes=found)


def _spoken_of(step: Step) -> str | None:
    """The field that a message names: "nothing decided on actions yet" """
    said = step.frame.said.lower()
    for one in step.practice.fields:
        if any(re.search(rf"\bon (?:the |any )?{re.escape(name.lower())}\b", said) for name in (one.title, *one.also)):
            return one.id
    return None


def _jump(step: Step) -> Field | None:
    """The field that the person wants to go to."""
    match = patterns.pattern("practice", "jump").search(step.frame.said)
    return step.practice.named(match["name"]) if match else None


def _worded(line: str, form: Form, filters: Mapping[str, Callable[[str], str | None]]) -> str | None:
    """A question with its marks filled; None where one is not known."""
    values: dict[str, str] = {}
    for mark in MARK.finditer(line):
        value: str | None = form.values.get(mark[1])
        for one in filter(None, mark[2].split("|")):
            value = filters[one](value) if value else None
        if not value:
            return None
        values[mark[0]] = value
    return MARK.sub(lambda mark: values[mark[0]], line)


def underway(notes: dict[str, str], practices: dict[str, Practice]) -> Underway | None:
    """The practice that a turn's notes leave in use; None where there is none, or its file is gone."""
    practice = practices.get(notes.get("practice", ""))
    if practice is None or "form" not in notes:
        return None
    known = {field.id for field in practice.fields}
    form = forms.read(notes["form"])
    form = replace(form, values={id: value for id, value in form.values.items() if id in known})
    asked = notes.get("asked")
    filled = [id for id in notes.get("filled", "").split(",") if id in known]
    return Underway(practice, form, asked if asked in known else None, filled[-1] if filled else None)


def calls_for(practice: Practice, frame: Frame, card: str | None) -> bool:
    """Whether a topic is one that the practice is for."""
    if not practice.offer.say:
        return False
    topic = "\n".join(frame.topic)
    told = any(re.search(pattern, topic, re.I) for pattern in practice.offer.patterns)
    return told or (card in practice.offer.cards and frame.has("task"))


def takes(frame: Frame) -> bool:
    """Whether an offer is taken, also where more is told in the same breath."""
    return frame.kind == "yes" or (frame.kind != "no" and shows("accepts", frame.said))


def asks_for(practice: Practice, said: str) -> int:
    """How clearly a person asks for the practice: characters of their words for it, more than all for its title."""
    if practice.title.lower() in said.lower():
        return len(said) + len(practice.title)
    return max((len(match[0]) for p in practice.begin if (match := re.search(p, said, re.I))), default=0)
