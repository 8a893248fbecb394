"""One turn as data that others script against: the JSON of ``coach ask``."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from coach.citing import own_question
from coach.events import Artefact, Done, Dropped, Event, Redirect, Said, Sources
from coach.values import Sentence

PARTS = ("gate", "retrieve", "plan", "first_sentence", "total")


def answer(events: Sequence[Event], conversation: str) -> dict[str, Any]:
    """The turn that these events make. ``reply`` is empty where it failed before anything was said."""
    spoken = [event.sentence for event in events if isinstance(event, Said)]
    gated = next((event.gated for event in events if isinstance(event, Redirect)), None)
    plan = next((event.plan for event in events if isinstance(event, Sources)), None)
    done = next((event for event in events if isinstance(event, Done)), None)
    ms = done.ms if done else {}
    return {
        "reply": " ".join(sentence.text for sentence in spoken),
        "sentences": [_sentence(sentence) for sentence in spoken],
        "question": _question(spoken),
        "gate": {"kind": gated.kind, "reason": gated.reason} if gated else None,
        # A redirect has no plan; it opens something else than coaching.
        "plan": {"stage": plan.stage, "move": plan.move} if plan else {"stage": "opening", "move": "redirect"},
        "dropped": [{"text": event.text, "reason": event.reason} for event in events if isinstance(event, Dropped)],
        "artefacts": [
            {"kind": event.kind, "title": event.title, "markdown": event.markdown}
            for event in events
            if isinstance(event, Artefact)
        ],
        "writer": done.writer if done else "",
        "conversation": conversation,
        "ms": {part: ms.get(part, 0.0) for part in PARTS},
    }


def _sentence(sentence: Sentence) -> dict[str, Any]:
    found = asdict(sentence)
    for cited in found["citations"]:
        del cited["passage"]
    return found


def _question(spoken: Sequence[Sentence]) -> str | None:
    """What the coach itself asks, words in quotation marks aside."""
    asked = [one.text for one in spoken if one.kind == "question" or own_question(one.text)]
    return asked[-1] if asked else None
