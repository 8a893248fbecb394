"""The guided wording of a verdict on the person's own sentence, of a word on their plan, and of a modest guess."""

from collections.abc import Callable

from coach.leaving import reason
from coach.phrasebook import feedback_lines, phrases
from coach.sayable import built
from coach.values import Sentence
from coach.writers.draft import Draft
from coach.writers.parts import idea, question

MOST_GOOD = 2
_TOLD_BY_FEEDBACK = frozenset(("label", "absolute", "mind-reading", "who-question", "apology-shifting"))


def _check_draft(d: Draft) -> None:
    """Whether it will do, what is good in it, and the one change, if any."""
    notes = d.brief.plan.notes
    change = notes.get("change")
    asked = notes.get("asked") or "free"
    d.phrase("draft_nearly" if change else f"draft_{asked}")
    for key in [good for good in notes["good"].split(",") if good][:MOST_GOOD]:
        d.phrase(f"draft_has_{key}")
    if change:
        _change(d, change)
    else:
        d.phrase("draft_then")


def _change(d: Draft, change: str) -> None:
    word, better = d.brief.plan.notes.get("word", ""), d.brief.plan.notes.get("better")
    if change in _TOLD_BY_FEEDBACK:
        say = str(feedback_lines()["tries"][change]["say"]).replace("{word}", word.strip(" .,!?").lower() or "that")
        d.say(f"{phrases()['draft_one_change'][0]} {say}")
        if better:
            text = f"{phrases()['draft_perhaps'][0]} “{better}”"
            d.say(text if reason(Sentence(text, "words"), d.brief.said) is None else None, "words")
        return
    key = f"draft_change_{change}"
    d.phrase(key if key in phrases() else "draft_change_other", word=word)


def _check_plan(d: Draft) -> None:
    d.phrase("plan_fine", plan_q=f"“{d.brief.plan.notes['plan']}”")
    question(d)


def _play_back(d: Draft) -> None:
    """The plan, and what comes first in it: a sentence to begin with, where one can be built from what was told."""
    notes = d.brief.plan.notes
    plan = f"“{notes['plan']}”"
    if when := notes.get("when"):
        plan = f"{plan}, {when}"
    d.phrase("plan_told", "reflection", plan_q=plan)
    if notes["step"] == "words":
        say = built(d.brief.frame, "", "").strip().replace('"', "'")
        text = f"{d.line('plan_words')} “{say}”"
        if say and reason(Sentence(text, "words"), d.brief.said) is None:
            d.say(text, "words")
            return
    d.phrase("plan_first")


def _may_be(d: Draft) -> None:
    d.phrase("may_be", "reflection", because_q=f"“{d.brief.plan.notes['because']}”")
    idea(d)


MOVES: dict[str, Callable[[Draft], None]] = {
    "check_draft": _check_draft,
    "check_plan": _check_plan,
    "play_back": _play_back,
    "may_be": _may_be,
}
