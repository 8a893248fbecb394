"""The "Why this advice?" panel: how a turn came about, in plain words. Pure functions from values to markup."""

from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from coach.values import Passage, Stage
from ui.render import grade
from ui.shown import Shown

STAGES: dict[Stage, str] = {
    "opening": "Opening: getting to what matters",
    "goal": "Goal: where you want to be",
    "reality": "Reality: what happened and what is so",
    "options": "Options: what could be done",
    "will": "Will: what you will do, and when",
    "practice": "Practice: trying it out",
    "evidence": "Evidence: what is known, and how well",
    "closing": "Closing",
}

MOVES = {
    "greet": "Greet you",
    "follow": "Give back what you said, then one question",
    "deepen": "Go one step deeper into what you said",
    "offer": "Ask before giving advice",
    "advise": "One idea, since you asked for advice",
    "words": "Words you could say",
    "check_draft": "Say whether your own sentence will do",
    "check_plan": "Say what it sees in your plan",
    "play_back": "Give back your plan with its next step",
    "may_be": "A modest guess, since you asked for one",
    "prepare": "Think ahead to what the other person may do",
    "rephrase": "Say the last thing more plainly",
    "less": "Give less, since you asked for less",
    "reword": "Reword the line you didn't like",
    "repair": "Take back what it had wrong",
    "already_asked": "Take back a question it had asked before",
    "evidence": "Say what is known, and how well",
    "source": "Name the source of what it said",
    "not_covered": "Say that it has nothing on this",
    "narrow": "Make the question smaller",
    "offer_after_stuck": "Offer an idea, since the questions led nowhere",
    "another_idea": "Another idea on the same matter",
    "no_more_ideas": "Say that it has no further ideas",
    "example": "Ask for one example",
    "dropped": "Drop what you turned down",
    "noted": "Take note",
    "elsewhere": "Follow you to another matter",
    "challenge_verdict": "Question a verdict about a person, kindly",
    "challenge_plan": "Name what the plan is likely to cost",
    "two_threads": "Name the two matters and let you choose",
    "commit": "Hold on to what you will do",
    "thanks": "Take your thanks",
    "close": "Close",
    "report_back": "Hear how it went",
    "summary": "Sum up",
    "stay": "Stay with what you feel",
    "joke": "One light line",
    "choice": "Ask which of two matters it is",
    "contradiction": "Put two things that you said side by side",
    "list": "Several ideas on one matter",
    "own_words": "A line to say, made from what you told",
    "can_help": "Say what it is good for",
    "small_talk": "A friendly word, and back to you",
    "source_of": "Say where the last advice comes from",
    "limit": "Leave out what you asked it to leave out",
    "from_documents": "Answer from your own documents",
    "documents_silent": "Say that your documents have nothing on it",
    "out_of_scope": "Say that this is outside what it coaches",
    "unclear": "Ask what you mean",
    "about_coach": "Answer about itself",
    "other_language": "Say that it lacks the language",
    "practice.offer": "Offer a practice for this",
    "practice.ask": "Ask for what the page still lacks",
    "practice.ready": "Offer to write the page, or to go on",
    "practice.narrow": "Make the question smaller",
    "practice.resist": "Ask for what happened instead of a verdict",
    "practice.check": "Look at an answer with you, once",
    "practice.help": "Say what others have answered there, and ask again",
    "practice.unknown": "Say that the page has no such part, and which it has",
    "practice.write": "Write the page",
    "practice.leave": "Put the practice aside",
    "practice.rest": "Let the practice rest",
    "practice.follow_up": "Ask how it went, now that the day has come",
    "practice.no_watch": "Say why nobody is watched here, and what to do instead",
    "practice.later": "Come back to it another day",
    "rehearse.cast": "Ask whom to play",
    "rehearse.begin": "Begin a rehearsal",
    "rehearse.line": "Play the other, as the words landed",
    "rehearse.pause": "Step out of the scene for a moment",
    "rehearse.resume": "Go back into the scene",
    "rehearse.take_back": "Take a line back and give the moment again",
    "rehearse.swap": "Swap chairs",
    "rehearse.swapped": "Speak for you, while you are the other",
    "rehearse.end": "End the scene with what was strong and one thing to try",
    "rehearse.care": "End the scene, since it came too close",
}
"""The policy's moves, as what the coach set out to do."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""Names of this machine that nobody else answers to."""

PARTS = {
    "gate": "Safety gate",
    "plan": "Deciding what to do",
    "retrieve": "Looking it up",
    "first_sentence": "Until the first sentence",
    "total": "The whole turn",
}

GATES = {
    "crisis": "Somebody may be in danger. The text was written in advance by people and is never generated.",
    "clinical": "Health and treatment belong to someone qualified. Said from text written in advance.",
    "legal": "A legal or HR ruling belongs to someone qualified. Said from text written in advance.",
    "injection": "The message tried to change the coach's instructions. Said from text written in advance.",
}


@dataclass(frozen=True, slots=True)
class Material:
    """What a turn stood on, looked up as it is today."""

    card: str | None
    """Title of the practice card; None without a card, or where it is gone."""
    passages: tuple[tuple[str, Passage | None], ...]
    """By id; None where the source was removed."""


def why(shown: Shown, material: Material) -> str:
    """Everything a person may want to know of how this answer came about."""
    said = shown.turn.said if len(shown.turn.said) <= 90 else shown.turn.said[:90].rsplit(" ", 1)[0] + " …"
    return (
        f'<p class="about">On “{escape(said)}”</p>'
        f"{_section('What it set out to do', _plan(shown))}"
        f"{_section('What it stands on', _material(material))}"
        f"{_section('Safety gate', _gate(shown))}"
        f"{_section('Held back', _dropped(shown))}"
        f"{_section('Who worded it', writer_words(shown.turn.writer))}"
        f"{_section('How long it took', _times(shown))}"
    )


def _section(title: str, body: str) -> str:
    return f"<section><h3>{title}</h3>{body}</section>"


def _plan(shown: Shown) -> str:
    plan = shown.turn.plan
    if plan is None:
        return "<p>No plan was made: this turn was answered before any coaching, or stopped early.</p>"
    move = MOVES.get(plan.move, plan.move.replace("_", " ").capitalize())
    lines = [f"<p><b>{escape(move)}</b></p>", f"<p>{STAGES[plan.stage]}</p>"]
    if plan.reflect:
        lines.append(f"<p>Gives back: {escape(plan.reflect)}</p>")
    if plan.question is not None and plan.question.ask:
        lines.append(f"<p>Wanted to learn: {escape(plan.question.ask)}</p>")
    return "".join(lines)


def _material(material: Material) -> str:
    lines = [f"<p>Practice card: <b>{escape(material.card)}</b></p>"] if material.card else []
    lines += [f"<li>{_passage(id, found)}</li>" for id, found in material.passages]
    if not lines:
        return "<p>On nothing but what you said.</p>"
    card, items = (lines[:1], lines[1:]) if material.card else ([], lines)
    return "".join(card) + (f"<ul>{''.join(items)}</ul>" if items else "")


def _passage(id: str, found: Passage | None) -> str:
    if found is None:
        return "A source that was removed since"
    return (
        f'<button type="button" class="link" data-do="passage" data-id="{escape(id)}">{escape(found.source)}</button>'
        f"<br>{grade(found.grade)}"
    )


def _gate(shown: Shown) -> str:
    gated = shown.turn.gated
    if gated is None:
        return "<p>Nothing in your message called for it.</p>"
    return f"<p><b>{gated.kind.capitalize()}</b>: {escape(gated.reason)}.</p><p>{GATES[gated.kind]}</p>"


def _dropped(shown: Shown) -> str:
    if not shown.seen:
        return "<p>Not kept: the page was restarted since.</p>"
    if not shown.dropped:
        return "<p>Nothing was held back.</p>"
    items = "".join(f"<li><q>{escape(one.text)}</q><br>Reason: {escape(one.reason)}</li>" for one in shown.dropped)
    return f"<ul>{items}</ul>"


def _times(shown: Shown) -> str:
    if not shown.ms:
        return "<p>Not kept: the page was restarted since.</p>" if not shown.seen else "<p>Not measured yet.</p>"
    known = [(words, shown.ms[part]) for part, words in PARTS.items() if part in shown.ms]
    rows = "".join(f"<tr><th scope='row'>{words}</th><td>{_ms(value)}</td></tr>" for words, value in known)
    return f'<table class="times">{rows}</table>'


def _ms(value: float) -> str:
    return f"{value / 1000:.1f} s" if value >= 1000 else f"{value:.0f} ms"


def writer_words(writer: str) -> str:
    """Who chose the words, by the writer's name."""
    match writer.partition(":"):
        case ("guided", _, _):
            return "<p>The guided coach: rules and cards, no language model.</p>"
        case ("authored", _, _):
            return "<p>Written in advance by people; nothing was generated.</p>"
        case ("", _, _):
            return "<p>Nobody: nothing was said.</p>"
        case (_, _, model):
            return f"<p>The model {escape(model or writer)}, each sentence checked before it left.</p>"


def privacy(writer: str, base_url: str | None, *, wanted: bool) -> str:
    """One line on who words the answers and who can read along.

    ``base_url`` is the endpoint as set, None for OpenAI's own; ``wanted``: a model is set up to be used.
    """
    host = urlsplit(base_url or "https://api.openai.com").netloc.rpartition("@")[2]
    if writer == "guided":
        line = "Guided: rules and cards, no language model. Nothing leaves this machine."
        return f"{line} (The model at {host} can't be reached now.)" if wanted else line
    kind, _, model = writer.partition(":")
    if kind != "openai":
        return f"{model or writer}, on this machine. Nothing leaves it."
    if urlsplit(f"//{host}").hostname in LOOPBACK:
        return f"{model} at {host}, on this machine. Nothing leaves it."
    return f"{model} at {host}: what you write is sent there. Conversations are kept on this machine."
