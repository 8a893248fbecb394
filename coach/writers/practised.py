"""The guided wording of practices: their questions, corrections, and the page that they end in.

Lines come from the practice's own file, through the plan, or from ``prompts/guided/practice.yaml``.
"""

from collections.abc import Callable

from coach.phrasebook import practice_lines
from coach.reflection import reflect
from coach.writers.draft import Draft, split_sentences


def _phrase(d: Draft, key: str, **slots: str) -> bool:
    text = d.pick(practice_lines()[key], **slots)
    d.say(text, "question" if text and text.endswith("?") else "other")
    return text is not None


def _begun(d: Draft) -> None:
    """What came before the question: the opening, the correction, or the answer given back."""
    notes = d.brief.plan.notes
    if notes.get("took") and not notes.get("begins"):
        _phrase(d, "took")
    elif notes.get("begins"):
        if d.brief.plan.reflect:
            _reflected(d)
        if notes.get("took"):
            _phrase(d, "took")
        else:
            d.say(notes.get("says"))
    elif notes.get("changed"):
        _phrase(d, "changed", changed=notes["changed"])
    elif notes.get("unknown"):
        _unknown(d)
    elif notes.get("placed"):
        _phrase(d, "placed", placed=notes["placed"])
    elif notes.get("skips"):
        _phrase(d, "skips", skips=notes["skips"])
    elif notes.get("jumps"):
        _phrase(d, "jumps")
    elif notes.get("again"):
        _phrase(d, "again")
    elif d.brief.plan.reflect and not _reflected(d):
        _phrase(d, "noted")
    elif notes.get("filled") and not d.brief.plan.reflect and d.memory.last and d.memory.last.notes.get("filled"):
        # A list of questions alone would be a form; one after the other a word of receipt is enough.
        _phrase(d, "noted")


def _reflected(d: Draft) -> bool:
    """Gives the answer back every other time; in between it is only taken down, so that no two turns are alike."""
    if "reflection" in d.last_kinds:
        return False
    found = reflect(d.brief.frame, d.memory)
    if found is None:
        return False
    for part in split_sentences(found.text):
        d.say(part, "reflection")
    return True


def _question(d: Draft) -> None:
    question = d.brief.plan.question
    if question and question.ask:
        d.say(question.ask, "question")


def _ask(d: Draft) -> None:
    _begun(d)
    _question(d)


def _offer(d: Draft) -> None:
    _reflected(d)
    for part in split_sentences(d.brief.plan.notes["says"]):
        d.say(part, "question" if part.endswith("?") else "other")


def _ready(d: Draft) -> None:
    if placed := d.brief.plan.notes.get("placed"):
        _phrase(d, "placed", placed=placed)
    else:
        _reflected(d)
    text = d.pick(practice_lines()["ready"], open=d.brief.plan.notes["open"])
    for part in split_sentences(text or ""):
        d.say(part, "question" if part.endswith("?") else "other")


def _narrow(d: Draft) -> None:
    _phrase(d, "narrow")
    _question(d)


def _unknown(d: Draft) -> None:
    notes = d.brief.plan.notes
    _phrase(d, "unknown", name=notes["unknown"], parts=notes["parts"])


def _help(d: Draft) -> None:
    for part in split_sentences(d.brief.plan.notes["says"]):
        d.say(part)
    _question(d)


def _resist(d: Draft) -> None:
    d.say(d.brief.plan.notes["says"])
    _question(d)


def _write(d: Draft) -> None:
    plan = d.brief.plan
    _phrase(d, "write_again" if plan.notes.get("version") else "write")
    if gaps := plan.notes.get("gaps"):
        _phrase(d, "gaps", gaps=gaps)
    if plan.notes.get("offer") == "rehearse":
        _phrase(d, "rehearse")
    elif not gaps:
        _phrase(d, "change_it")


def _follow_up(d: Draft) -> None:
    notes = d.brief.plan.notes
    who = _short(notes.get("who", ""))
    if not (who and _phrase(d, "follow_up", who=who, since=notes.get("since", ""))):
        _phrase(d, "follow_up_plain")


def _short(who: str) -> str:
    """How the person calls the other, said back to them; empty where it is too long to say."""
    words = who.split()
    mine = {"my": "your", "our": "your"}
    return " ".join([mine.get(words[0].lower(), words[0]), *words[1:]]) if 0 < len(words) <= 4 else ""


def _later(d: Draft) -> None:
    _phrase(d, "later", due=d.brief.plan.notes["due_said"])


def _no_watch(d: Draft) -> None:
    for part in split_sentences(d.pick(practice_lines()["no_watch"]) or practice_lines()["no_watch"][0]):
        d.say(part)


def _fixed(key: str) -> Callable[[Draft], None]:
    def move(d: Draft) -> None:
        _phrase(d, key)

    return move


MOVES: dict[str, Callable[[Draft], None]] = {
    "practice.offer": _offer,
    "practice.ask": _ask,
    "practice.ready": _ready,
    "practice.narrow": _narrow,
    "practice.resist": _resist,
    "practice.check": _resist,
    "practice.help": _help,
    "practice.unknown": _unknown,
    "practice.write": _write,
    "practice.leave": _fixed("leave"),
    "practice.rest": _fixed("rest"),
    "practice.follow_up": _follow_up,
    "practice.later": _later,
    "practice.no_watch": _no_watch,
}
