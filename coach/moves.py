"""The moves: one answer for each kind of message, and a path through goal, reality, options and will for the rest."""

from collections.abc import Callable
from dataclasses import replace

from coach import judging
from coach.phrasebook import bank
from coach.sayable import has_facts, owns_up
from coach.scene import (
    Scene,
    best_idea,
    best_words,
    commitment_in,
    next_question,
    plan_for,
    repeats_shape,
    stage_of,
)
from coach.values import Plan, Question, Stage

CLAIM_AT = 0.55
"""Similarity from which a message asks about a claim of the ledger (its questions score above, others below)."""
SUMMARY_EVERY = 4
OFFER_EVERY = 3
LIST_WORDS = 95
"""Words up to which ideas go into a list."""
SURE = 0.35
"""Certainty from which the card's own words are taken, blanks and all."""
OWN_WORDS_BELOW = 0.35
"""Below this certainty of the card, words to say come from the person's own facts."""
LONG_WORDS = 80
"""A message longer than this gets its two threads named (coaching guide, "Long spoken turns")."""


def _greeting(scene: Scene) -> Plan:
    """A greeting back, and one question to begin."""
    return plan_for(scene, "opening", "greet", question=next_question(scene, intents=("goal.useful", "goal.matters")))


def _other_language(scene: Scene) -> Plan:
    """Says so in that language, and that simple English is fine."""
    return plan_for(scene, "opening", "other_language")


def _about_coach(scene: Scene) -> Plan:
    """What the coach is, who can read this, where its ideas come from."""
    return plan_for(scene, "evidence", "about_coach")


def _out_of_scope(scene: Scene) -> Plan:
    """Plainly not ours, and what is."""
    return plan_for(scene, "opening", "out_of_scope")


def _already_asked(scene: Scene) -> Plan:
    """I did, you said this; then on, with an idea and no question."""
    idea = best_idea(scene) if scene.sure >= SURE else None
    return plan_for(scene, "options", "already_asked", idea=idea)


def _reject(scene: Scene) -> Plan:
    """Corrected: say so in four words and go on right."""
    return plan_for(scene, "reality", "repair")


def _less(scene: Scene) -> Plan:
    """Fewer words: the one most useful thing."""
    words = best_words(scene)
    if words is not None:
        return plan_for(scene, "options", "less", words=words)
    return plan_for(scene, "options", "less", idea=best_idea(scene))


def _reword(scene: Scene) -> Plan:
    """Other words for the same purpose."""
    return plan_for(scene, "options", "reword", words=best_words(scene, uses=_last_use(scene)))


def _last_use(scene: Scene) -> tuple[str, ...]:
    last = next((p for p in reversed(scene.memory.plans) if p.words is not None and p.card), None)
    if last is None or scene.card is None or last.card != scene.card.id or last.words is None:
        return ("open",)
    return (scene.card.words[last.words].use,)


def _write_it(scene: Scene) -> Plan:
    """The words at once, with blanks for what is not known."""
    if "ask_words" in scene.frame.also and owns_up(scene.frame):
        return _own_words(scene)
    if scene.card is None:
        return _not_covered(scene)
    return plan_for(
        scene, "options", "words", words=best_words(scene, uses=("write", "open")), notes={"written": "yes"}
    )


def _contradiction(scene: Scene) -> Plan:
    """Two things that were said and do not go together, side by side, without a verdict."""
    old, new = scene.frame.against or ("", "")
    question = Question("reality.changed", "reality", "")
    return plan_for(scene, "reality", "contradiction", question=question, notes={"old": old, "new": new})


def _choice(scene: Scene) -> Plan:
    """Which of the two nearest matters it is, before an answer to the wrong one."""
    first, second = (id for id, _ in scene.retrieval.cards[:2])
    notes = {"choice": f"{first},{second}"}
    return plan_for(replace(scene, card=None), "goal", "choice", notes=notes)


def _limit(scene: Scene) -> Plan:
    """Told what to leave out: it is left out, and the talk goes on."""
    return plan_for(scene, "reality", "limit", question=next_question(scene))


def _own_words(scene: Scene) -> Plan:
    """A line to say, built from what the person told."""
    return plan_for(replace(scene, card=None), "options", "own_words")


def _ask_list(scene: Scene) -> Plan:
    """The best few ideas of the card, one after the other."""
    if scene.card is None or scene.match is None:
        return _not_covered(scene)
    ranked = sorted(zip(scene.match.ideas, scene.card.ideas, strict=True), key=lambda pair: -pair[0])
    ids: list[str] = []
    words = 0
    offered = scene.memory.open_offer
    for _, idea in sorted(ranked, key=lambda pair: pair[1].id != offered):
        long = len(idea.say.split())
        if (scene.card.id, idea.id) not in scene.memory.ideas and (not ids or words + long <= LIST_WORDS):
            ids.append(idea.id)
            words += long
    if len(ids) < 2:
        return _more(scene)
    return plan_for(scene, "options", "list", idea=ids[0], notes={"list": ",".join(ids[:4])})


def _ask_words(scene: Scene) -> Plan:
    """One idea, and a line to try aloud; from the person's own facts where no card is sure to fit."""
    if scene.card is None or scene.sure < OWN_WORDS_BELOW or scene.memory.words_due:
        return _own_words(scene)
    words = best_words(scene)
    # Blanks to fill are little help to somebody who has just told the facts, or what was their own part.
    if owns_up(scene.frame):
        return _own_words(scene)
    blanks = scene.card.words[words].say.count("[") if words is not None else 0
    if blanks > 1 and scene.sure < SURE and has_facts(scene.frame):
        return _own_words(scene)
    idea = best_idea(scene)
    if words is None:
        return _ask_advice(scene)
    return plan_for(scene, "options", "words", words=words, idea=idea)


def _ask_advice(scene: Scene) -> Plan:
    """Asked straight, answer straight."""
    if scene.card is None:
        return _not_covered(scene)
    idea = best_idea(scene)
    if idea is None:
        words = best_words(scene)
        if words is None:
            return plan_for(
                scene, "options", "no_more_ideas", question=next_question(scene, stages=("options", "will"))
            )
        return plan_for(scene, "options", "words", words=words)
    first = scene.memory.moves("advise") == 0
    words = best_words(scene) if first and "ask_words" not in scene.frame.also else None
    question = (
        next_question(scene, stages=("goal", "reality", "options"))
        if first or repeats_shape(scene, ("insight",))
        else None
    )
    if repeats_shape(scene, ("reflection", "insight", "words", "question")):
        words = None
    if words is not None:
        question = None  # what is to be tried aloud is enough for one turn
    return plan_for(scene, "options", "advise", idea=idea, words=words, question=question)


def _what_if(scene: Scene) -> Plan:
    """A move of the other side, thought ahead: something to do about it, and words to answer with."""
    if scene.card is None:
        return _not_covered(scene)
    idea, words = best_idea(scene), best_words(scene, uses=("reply",))
    if idea is None and words is None:
        return progress(scene)
    return plan_for(scene, "options", "prepare", idea=idea, words=words)


def _ask_fact(scene: Scene) -> Plan:
    """Who found what, in whom, how sure; or that nothing was found."""
    near = [(id, score) for id, score in scene.claims if score >= CLAIM_AT]
    last = scene.memory.last
    if last and last.move == "evidence" and "source" in scene.frame.also:
        return _source(scene)
    if near:
        question = None if scene.memory.moves("evidence") else Question("goal.use", "goal", "")
        return plan_for(scene, "evidence", "evidence", claims=(near[0][0],), question=question)
    if scene.card is not None and ({"ask_advice", "ask_words"} & scene.frame.also):
        return _ask_advice(scene)
    return plan_for(replace(scene, card=None), "evidence", "not_covered", notes={"fact": "yes"})


def _source(scene: Scene) -> Plan:
    """Where what was just said comes from."""
    last = scene.memory.last
    if last and last.move == "evidence":
        return plan_for(scene, "evidence", "source", claims=last.claims)
    return plan_for(replace(scene, card=None), "evidence", "source_of")


def _small_talk(scene: Scene) -> Plan:
    """A friendly word about being software, and back to the person."""
    return plan_for(replace(scene, card=None), "opening", "small_talk")


def _can_help(scene: Scene) -> Plan:
    """Doubt about talking to a machine: what it is good for, and an invitation."""
    question = next_question(scene, intents=("goal.useful", "goal.matters"))
    return plan_for(replace(scene, card=None), "opening", "can_help", question=question)


def _ask_open(scene: Scene) -> Plan:
    """A question that says neither that it wants a fact nor advice: whichever the material has."""
    if scene.claims and scene.claims[0][1] >= CLAIM_AT:
        return _ask_fact(scene)
    if scene.card is not None and scene.frame.words >= 4:
        return _ask_advice(scene)
    return _not_covered(scene)


def _not_covered(scene: Scene) -> Plan:
    """That the material has nothing on it, and help to think it through."""
    question = next_question(
        replace(scene, card=None), intents=("goal.after", "reality.event", "reality.tried", "options.other")
    )
    return plan_for(replace(scene, card=None), "reality", "not_covered", question=question)


def _more(scene: Scene) -> Plan:
    """The next unused idea."""
    idea = best_idea(scene)
    if idea:
        return plan_for(scene, "options", "another_idea", idea=idea)
    words = best_words(scene)
    if words is not None:
        return plan_for(scene, "options", "words", words=words)
    if scene.card is None:
        return progress(scene)
    return plan_for(scene, "options", "no_more_ideas", question=next_question(scene, stages=("options", "will")))


def _elsewhere(scene: Scene) -> Plan:
    """A new page; what was said before keeps."""
    fresh = [
        s for s in scene.frame.slots if s.kind in {"event", "task", "wish", "fear", "quote", "impact", "role", "person"}
    ]
    if not fresh and scene.frame.words < 12:
        return plan_for(
            replace(scene, card=None),
            "opening",
            "elsewhere",
            question=Question("goal.useful", "goal", bank()["goal.useful"][0]),
            notes={"topic": "new"},
        )
    plan = _ask_advice(scene) if {"ask_advice", "ask_words"} & scene.frame.also and scene.card else progress(scene)
    return replace(plan, notes={**plan.notes, "topic": "new", "elsewhere": "yes"})


def _yes(scene: Scene) -> Plan:
    """Yes to an offer does it; to an open question it asks for an example."""
    offer = scene.memory.offer or scene.memory.open_offer
    if "ask_list" in scene.frame.also and scene.card:
        return _ask_list(scene)
    if offer == "words":
        words = best_words(scene)
        if words is not None:
            return plan_for(
                scene,
                "options",
                "words",
                words=words,
                question=next_question(scene, stages=("options", "will")) if scene.memory.moves("words") else None,
            )
    if offer and scene.card and any(i.id == offer for i in scene.card.ideas):
        words = best_words(scene) if scene.memory.moves("words", "advise") == 0 else None
        question = None if words is not None else next_question(scene, stages=("options",))
        return plan_for(scene, "options", "advise", idea=offer, words=words, question=question, notes={"agreed": "yes"})
    if scene.memory.last_intent:
        return plan_for(scene, "reality", "example")
    return progress(scene)


def _no(scene: Scene) -> Plan:
    """An offer refused is dropped; a no to a question is noted."""
    if scene.memory.offer:
        return plan_for(scene, "reality", "dropped", question=next_question(scene, stages=("reality", "goal")))
    return plan_for(scene, "reality", "noted", question=next_question(scene))


def _dont_know(scene: Scene) -> Plan:
    """The first "no idea" narrows, the second gets something offered."""
    intent = scene.memory.last_intent or "other"
    if scene.memory.since("narrow") > 1 and scene.memory.last_intent:
        return plan_for(scene, stage_of(intent), "narrow", notes={"intent": intent})
    idea = best_idea(scene)
    if idea:
        return plan_for(scene, "options", "offer_after_stuck", idea=idea)
    return plan_for(scene, "options", "no_more_ideas", question=next_question(scene, stages=("options", "will")))


def _thanks(scene: Scene) -> Plan:
    """A short word back, no question."""
    if commitment_in(scene.frame):
        return _close(scene)
    return plan_for(scene, "closing", "thanks")


def _close(scene: Scene) -> Plan:
    """The commitment, or the one thing to keep."""
    return plan_for(scene, "closing", "close")


def _joke(scene: Scene) -> Plan:
    """One light line, then waiting."""
    return plan_for(scene, "opening", "joke")


def _report_back(scene: Scene) -> Plan:
    """The real talk has happened: what was unexpected, what to play again."""
    asked = sum(p.notes.get("report") == "yes" for p in scene.memory.plans)
    if asked >= 2:
        return progress(scene)
    return plan_for(
        scene, "reality", "report_back", notes={"report": "yes"}, question=Question("will.look_back", "will", "")
    )


def _verdict(scene: Scene) -> Plan:
    """A verdict on a person is turned into what a camera would have seen."""
    if scene.memory.since("challenge_verdict") < 3:
        return progress(scene)
    return plan_for(scene, "reality", "challenge_verdict", question=Question("reality.event", "reality", ""))


def _check_plan(scene: Scene) -> Plan:
    """A short question about a plan that was told: whether it is a good one."""
    return judging.check_plan(scene) or _ask_advice(scene)


def _what_now(scene: Scene) -> Plan:
    """ "What now?": the plan that was told, played back with its next step."""
    told = judging.what_now(scene)
    if told is not None or scene.card is not None:
        return told or _ask_advice(scene)
    return _own_words(scene) if has_facts(scene.frame) else progress(scene)


def _why(scene: Scene) -> Plan:
    """A guess at a reason, asked straight: it may be, and no more certain than that."""
    return judging.why(scene) or _ask_open(scene)


def _rephrase(scene: Scene) -> Plan:
    """The last question, put another way."""
    intent = scene.memory.last_intent
    other = next((ask for ask in bank().get(intent or "", ()) if ask not in scene.memory.questions), None)
    if intent is None or other is None:
        return _more(scene)
    return plan_for(scene, stage_of(intent), "rephrase", question=Question(intent, stage_of(intent), other))


def _commit(scene: Scene) -> Plan:
    """The step in their words, then what might get in the way."""
    question = next_question(scene, intents=("will.when", "will.obstacle", "will.signal"))
    return plan_for(scene, "will", "commit", question=question)


def _two_things(scene: Scene) -> Plan:
    """A long message: its two threads are named, and the person picks."""
    if scene.frame.words <= LONG_WORDS and {"ask_advice", "ask_words"} & scene.frame.also:
        return _ask_advice(scene)
    if scene.memory.since("two_threads") < 3:
        return progress(scene)
    return plan_for(scene, "goal", "two_threads", question=Question("goal.thread", "goal", ""))


def _venting(scene: Scene) -> Plan:
    """Stays with it first."""
    if scene.memory.moves("stay") == 0 and not ({"ask_advice", "ask_words"} & scene.frame.also):
        return plan_for(
            scene,
            "reality",
            "stay",
            reflect="any",
            question=next_question(scene, intents=("reality.event", "reality.impact", "goal.after")),
        )
    return progress(scene)


def _unclear(scene: Scene) -> Plan:
    """Asks for a little more."""
    if scene.memory.plans:
        return progress(scene)
    return plan_for(scene, "opening", "unclear")


def progress(scene: Scene) -> Plan:
    """The path: give back what was said, then the next open question, an offer, or a summary when it is time."""
    memory = scene.memory
    done = len(memory.plans)
    topic_turns = scene.frame.turn - scene.frame.topic_start
    received = not scene.frame.now("own_part")  # what was just confessed is met first
    if received and done >= SUMMARY_EVERY and memory.since("summary") >= SUMMARY_EVERY and topic_turns >= SUMMARY_EVERY:
        return plan_for(scene, _stage(scene), "summary", question=next_question(scene, stages=("options", "will")))
    told = scene.frame.has("event") or scene.frame.has("quote") or scene.frame.has("task")
    if (
        topic_turns >= 1
        and told
        and scene.card
        and scene.sure >= SURE
        and memory.since("offer", "advise", "words", "another_idea") >= OFFER_EVERY - 1
    ):
        if (idea := best_idea(scene, new=True)) is not None:
            return plan_for(scene, "options", "offer", reflect="any", notes={"offer": idea})
        if best_words(scene) is not None:
            return plan_for(scene, "options", "offer", reflect="any", notes={"offer": "words"})
    question = next_question(scene)
    if question is None and scene.sure >= SURE and (idea := best_idea(scene, new=True)) is not None:
        return plan_for(scene, "options", "offer", reflect="any", notes={"offer": idea})
    if repeats_shape(scene, ("reflection", "question")):
        return plan_for(scene, _stage(scene), "deepen", reflect="any", question=question)
    return plan_for(scene, question.stage if question else _stage(scene), "follow", reflect="any", question=question)


def _stage(scene: Scene) -> Stage:
    frame = scene.frame
    if not (frame.has("wish") or "goal.after" in scene.memory.asked):
        return "goal"
    if not (frame.has("event") or frame.has("quote")):
        return "reality"
    return "options" if scene.memory.moves("commit") == 0 else "will"


MOVES: dict[str, Callable[[Scene], Plan]] = {
    "greeting": _greeting,
    "other_language": _other_language,
    "about_coach": _about_coach,
    "out_of_scope": _out_of_scope,
    "already_asked": _already_asked,
    "reject": _reject,
    "less": _less,
    "reword": _reword,
    "write_it": _write_it,
    "limit": _limit,
    "choice": _choice,
    "contradiction": _contradiction,
    "draft": judging.draft,
    "check_plan": _check_plan,
    "what_now": _what_now,
    "why": _why,
    "ask_words": _ask_words,
    "ask_list": _ask_list,
    "source": _source,
    "small_talk": _small_talk,
    "can_help": _can_help,
    "ask_advice": _ask_advice,
    "ask_fact": _ask_fact,
    "ask_open": _ask_open,
    "what_if": _what_if,
    "rephrase": _rephrase,
    "more": _more,
    "elsewhere": _elsewhere,
    "yes": _yes,
    "no": _no,
    "dont_know": _dont_know,
    "thanks": _thanks,
    "close": _close,
    "joke": _joke,
    "report_back": _report_back,
    "verdict": _verdict,
    "commit": _commit,
    "two_things": _two_things,
    "venting": _venting,
    "unclear": _unclear,
}
