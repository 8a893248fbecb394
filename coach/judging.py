"""Moves that answer a straight question about what the person means to do or say, or about why things are as they are.

Asked straight, the answer comes first: a verdict on their own sentence, a word on their plan, their plan played back
with its next step, a modest guess at a reason.
"""

import re
from dataclasses import replace

from coach.fill import latest_event
from coach.frame import Slot
from coach.phrasebook import cautions
from coach.sayable import owns_up
from coach.scene import Scene, best_idea, plan_for
from coach.values import Plan, Question

CAUTION_AT = 0.55
"""Similarity at which a plan is taken for one that a card warns of (looked at on our own tuning lines)."""
PLAN_KEPT = 4
"""Turns for which a plan that was told is the one that "good plan?" means."""
REASON_AT = 0.35
"""Certainty of the card from which it stands beside a guess at a reason, or beside a warning."""


def draft(scene: Scene) -> Plan:
    """A sentence of their own: whether it will do, what is good in it, and at most one thing to change."""
    found = scene.verdict
    if found is None:
        return plan_for(scene, "options", "follow", reflect="any")
    notes = {"good": ",".join(found.good), "asked": found.asked or ""}
    if found.change:
        notes |= {"change": found.change, "word": found.word, "better": found.better or ""}
    return plan_for(scene, "will", "check_draft", notes=notes)


def check_plan(scene: Scene) -> Plan | None:
    """A short question about a plan, "good plan or no?": joined to the plan that was told, and answered."""
    if warned := challenge(scene):
        return warned
    plan = latest_plan(scene)
    return plan_for(scene, "will", "check_plan", notes={"plan": plan.text}) if plan else None


def what_now(scene: Scene) -> Plan | None:
    """ "What now?": the plan they told, and the step that comes first in it."""
    plan = latest_plan(scene)
    if plan is None:
        return None
    notes = {"plan": plan.text}
    deadline = next((slot for slot in scene.frame.all("deadline") if slot.turn == plan.turn), None)
    if deadline is not None and deadline.text.lower() not in plan.text.lower():
        notes["when"] = deadline.text
    notes["step"] = "words" if owns_up(scene.frame) and scene.memory.moves("check_draft") == 0 else "first"
    return plan_for(scene, "will", "play_back", notes=notes)


def why(scene: Scene) -> Plan | None:
    """ "Do you think that is why?": it may be, with what was told; no more certainty than that."""
    frame = scene.frame
    own = next((slot for slot in reversed(frame.all("own_part")) if len(slot.text.split()) <= 14), None)
    told = own or latest_event(frame)
    if told is None:
        return None
    idea = best_idea(scene) if scene.sure >= REASON_AT else None
    return plan_for(scene, "reality", "may_be", idea=idea, notes={"because": told.text})


def latest_plan(scene: Scene) -> Slot | None:
    """What the person said they will do, where it was not long ago."""
    frame = scene.frame
    plans = [s for s in frame.all("plan") if s.turn > frame.turn - PLAN_KEPT and 3 <= len(s.text.split()) <= 18]
    return plans[-1] if plans else None


def challenge(scene: Scene, *, asked: bool = False) -> Plan | None:
    """A plan that tends to backfire meets its likely cost and the aim behind it; None where no card warns of it.

    ``asked``: the person asks whether they should, which only the general warnings answer.
    """
    aim = Question("goal.aim", "goal", "")
    warned = {p.notes["caution"] for p in scene.memory.plans if p.notes.get("caution")}
    told = latest_plan(scene)
    said = scene.frame.said if told is None else f"{scene.frame.said}\n{told.text}"
    for caution in cautions():
        if re.search(caution["pattern"], said, re.I) and caution["id"] not in warned:
            near = scene if scene.sure >= REASON_AT else replace(scene, card=None)
            return plan_for(near, "options", "challenge_plan", notes={"caution": caution["id"]}, question=aim)
    if scene.card and scene.match and scene.match.cautions and not asked:
        score, index = max((s, i) for i, s in enumerate(scene.match.cautions))
        key = f"{scene.card.id}#{index}"
        if score >= CAUTION_AT and key not in warned:
            return plan_for(scene, "options", "challenge_plan", notes={"caution": key}, question=aim)
    return None
