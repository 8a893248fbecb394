"""The guided wording of rehearsals: the counterpart's lines, and what the coach says beside the scene.

The counterpart's lines are the persona's own, chosen by its stance and by how it was just spoken to; none comes twice
in a conversation while there are others.
"""

import re
from collections.abc import Callable
from hashlib import blake2b

from coach.phrasebook import fill, rehearsal_lines, unused
from coach.rehearsal.persona import personas
from coach.writers.draft import Draft, split_sentences

# Where a stance has run out of lines, the nearest ones lend theirs.
_NEAREST = {
    "closed": ("closed", "guarded", "thawing", "open"),
    "guarded": ("guarded", "closed", "thawing", "open"),
    "thawing": ("thawing", "guarded", "open", "closed"),
    "open": ("open", "thawing", "guarded", "closed"),
}


def _phrase(d: Draft, key: str, **slots: str) -> bool:
    text = d.pick(rehearsal_lines()[key], **slots)
    d.say(text, "question" if text and text.endswith("?") else "other")
    return text is not None


def _line(d: Draft) -> None:
    """What the counterpart says."""
    notes = d.brief.plan.notes
    persona = personas()[notes["scene"]]
    word = {"word": notes["word"]} if notes.get("word") else {}
    talk = "\n".join([*(turn.said for turn in d.brief.history), d.brief.said])
    for stance in _NEAREST[notes["stance"]]:
        lines = persona.lines(stance)
        for group in (lines.of(notes["cue"]), lines.any):
            fitting = persona.fitting(group, talk)
            # What answers the very words comes before what would fit anything.
            near = set(persona.answering(group, d.brief.said))
            ordered = sorted(_order(fitting, d), key=lambda one: one not in near)
            fresh = [text for one in ordered if (text := fill(one, word)) and not _heard(text, d)]
            if fresh:
                return _speak(d, fresh[0])
    _speak(d, _order(persona.fitting(persona.lines(notes["stance"]).any, talk), d)[0])


def _speak(d: Draft, text: str) -> None:
    """A line with what is seen in brackets as a sentence of its own, since it is shown and not spoken."""
    for part in spoken_parts(text):
        d.say(part)


def spoken_parts(text: str) -> list[str]:
    return re.split(r"(?<=\)) (?=[A-Z])|(?<=[.!?]) (?=\()", text)


def _order(lines: list[str], d: Draft) -> list[str]:
    """An order of this scene's own, the same after a restart."""
    seed = _seed(d)
    return sorted(lines, key=lambda line: blake2b(f"{seed}{line}".encode(), digest_size=8).digest())


def _seed(d: Draft) -> str:
    plans = [turn.plan for turn in d.brief.history if turn.plan and turn.plan.move == "rehearse.begin"]
    return plans[-1].notes.get("seed", "") if plans else ""


def _heard(text: str, d: Draft) -> bool:
    return any(text == " ".join(sentence.text for sentence in turn.spoken) for turn in d.brief.history)


def _cast(d: Draft) -> None:
    text = d.pick(rehearsal_lines()["cast"], a=d.brief.plan.notes["a"], b=d.brief.plan.notes["b"])
    for part in split_sentences(text or ""):
        d.say(part, "question" if part.endswith("?") else "other")


def _begin(d: Draft) -> None:
    notes = d.brief.plan.notes
    _phrase(d, "begin", who=notes["who"], title=notes["title"])
    if int(notes["attempt"]) == 1:
        _phrase(d, "ways_out")
    d.say(notes["enters"])
    _phrase(d, "your_turn")


def _pause(d: Draft) -> None:
    notes = d.brief.plan.notes
    slots = {name: notes[name] for name in ("quote", "better") if name in notes}
    _phrase(d, "pause")
    if notes.get("raised"):
        _phrase(d, "pause_raised", **slots)
    else:
        if notes.get("lowered"):
            _phrase(d, "pause_lowered", **slots)
        _phrase(d, "pause_hint", **slots)
    _phrase(d, "pause_go_on")


def _resume(d: Draft) -> None:
    _phrase(d, "resume")
    if line := d.brief.plan.notes.get("line"):
        _phrase(d, "take_back_again", line=line)


def _take_back(d: Draft) -> None:
    _phrase(d, "take_back")
    line = d.brief.plan.notes.get("line")
    if line:
        _phrase(d, "take_back_again", line=line)
    else:
        _phrase(d, "take_back_first")


def _swap(d: Draft) -> None:
    if d.brief.plan.notes.get("back"):
        _phrase(d, "swap_back")
        return
    _phrase(d, "swap")
    own = d.brief.plan.notes.get("opening")
    d.say(own or unused(rehearsal_lines()["swap_opening"], d.memory.sentences, d.seed)[0])


def _swapped(d: Draft) -> None:
    """The coach as the person: hears first, then asks."""
    hears = d.pick(rehearsal_lines()["swap_hears"]) if len(d.brief.history) % 2 else None
    asks = d.pick(rehearsal_lines()["swap_asks"]) or rehearsal_lines()["swap_asks"][0]
    d.say(hears)
    d.say(asks)


def _end(d: Draft) -> None:
    notes = d.brief.plan.notes
    if "strength" not in notes:
        _phrase(d, "end_short")
        return
    _phrase(d, "end")
    _phrase(d, "strength", first=notes["strength"])
    _phrase(d, "try", say=notes["tries"])
    _phrase(d, "try_line", better=notes["better"])
    _phrase(d, "again")


def _care(d: Draft) -> None:
    text = d.pick(rehearsal_lines()["care"]) or rehearsal_lines()["care"][0]
    for part in [*split_sentences(text), *split_sentences(d.pick(rehearsal_lines()["care_next"]) or "")]:
        d.say(part)


MOVES: dict[str, Callable[[Draft], None]] = {
    "rehearse.cast": _cast,
    "rehearse.begin": _begin,
    "rehearse.line": _line,
    "rehearse.pause": _pause,
    "rehearse.resume": _resume,
    "rehearse.take_back": _take_back,
    "rehearse.swap": _swap,
    "rehearse.swapped": _swapped,
    "rehearse.end": _end,
    "rehearse.care": _care,
}
