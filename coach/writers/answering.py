"""Moves that answer what was asked for: an idea, words, a list, a finding, a source; or say that there is none."""

import re
from collections.abc import Callable
from dataclasses import replace

from coach.kinds import lines_wanted
from coach.leaving import reason
from coach.phrasebook import phrases, unused
from coach.reflection import lower_first
from coach.sayable import built, news, owns_up
from coach.values import Citation, Sentence, SentenceKind
from coach.writers.draft import Draft, split_sentences
from coach.writers.parts import ask, cite_card, cite_claim, idea, question, reflection, shortened, words


def _own_words(d: Draft) -> None:
    """A line from the person's own facts; what is missing stands in brackets."""
    kind = "_news" if news(d.brief.frame) else "_own" if owns_up(d.brief.frame) else ""
    tails = phrases()[f"own_words_tail{kind}"]
    for tail in unused(tails, d.memory.sentences, d.seed):
        for blank in unused(phrases()["own_words_blank"], d.memory.sentences, d.seed):
            say = built(d.brief.frame, tail, blank).replace('"', "'")
            if reason(Sentence(f"“{say}”", "words"), d.brief.said) is not None:
                continue
            if not any(say in spoken for spoken in d.memory.sentences):
                lead = d.line("words_lead") or phrases()["words_lead"][0]
                d.say(f"{lead} “{say}”", "words")
                if lines_wanted(d.brief.said) is None:
                    d.phrase("words_after" if "[" not in say else "own_words_after")
                return
    d.phrase("reword_none")


def _list(d: Draft) -> None:
    """Several ideas, each with its source."""
    card = d.brief.card
    if card is None:
        return
    for number, id in enumerate(d.brief.plan.notes["list"].split(",")):
        idea = next(i for i in card.ideas if i.id == id)
        claims = tuple(claim for claim in d.brief.claims if claim.id in idea.claims)
        cited = (*(cite_claim(claim) for claim in claims), cite_card(card, idea, claims))
        d.say(f"{phrases()['list_marks'][number]} {idea.say}", "insight", cited)


def _say_words(d: Draft) -> None:
    if not d.brief.plan.notes.get("written") and lines_wanted(d.brief.said) is None:
        idea(d)
    if not words(d):
        idea(d)
    question(d)


_INSIDE = re.compile(r"“(.+)”", re.S)


def _less(d: Draft) -> None:
    quiet = re.search(r"question|asking", d.brief.said, re.I)
    lead = d.line("no_more_questions" if quiet else "less")
    again = None if quiet else _again_shorter(d)
    if again is not None:
        text, kind, cited = again
        d.say(f"{lead} {text}" if lead else text, kind, cited)
        return
    d.say(lead)
    if not words(d, after=False):
        idea(d)


def _again_shorter(d: Draft) -> tuple[str, SentenceKind, tuple[Citation, ...]] | None:
    """The core of what was just said, in fewer words; None where it was short already."""
    last = d.brief.history[-1].spoken if d.brief.history else ()
    for sentence in last:
        inside = _INSIDE.search(sentence.text) if sentence.kind == "words" else None
        if inside:
            short = shortened(inside.group(1), 1)
            return (f"“{short}”", "words", sentence.citations) if short != inside.group(1) else None
    for sentence in last:
        if sentence.kind == "insight":
            first = split_sentences(sentence.text)[0]
            return (first, "insight", sentence.citations) if first != sentence.text else None
    return None


def _reword(d: Draft) -> None:
    short = re.search(
        r"stiff|formal|long|wordy|scripted|corporate|robotic|shorter|simpler|human|casual", d.brief.said, re.I
    )
    previous = next((s.text for t in reversed(d.brief.history) for s in t.spoken if s.kind == "words"), None)
    trimmed = _trimmed(previous) if short and previous else None
    if trimmed and trimmed not in " ".join(d.memory.sentences):
        d.say(f"{d.line('reword_short')} “{trimmed}”", "words", (cite_card(d.brief.card),) if d.brief.card else ())
    elif not words(d, "reword_other", after=False):
        d.phrase("reword_none")


def _trimmed(previous: str) -> str | None:
    """The heart of a longer line: its first sentence and its question, less the lead-in."""
    inside = re.search(r"“(.+)”", previous, re.S)
    parts = re.split(r"(?<=[.?!])\s+", inside.group(1)) if inside else []
    if len(parts) < 3:
        return None
    question = next((p for p in reversed(parts) if p.endswith("?")), parts[-1])
    return f"{parts[0]} {question}" if question != parts[0] else None


def _evidence(d: Draft) -> None:
    """Who found what, in whom, how sure; then what is stronger, where something is."""
    if not d.brief.claims:
        return _not_covered(d)
    claim = d.brief.claims[0]
    d.say(claim.say or claim.if_asked, "evidence", (cite_claim(claim),))
    stronger = next((c for c in d.brief.claims[1:] if c.say), None)
    if claim.deeper:
        d.say(claim.deeper, "evidence", (cite_claim(stronger or claim),))
    if d.brief.plan.question:
        ask(d, "evidence_use")


def _source(d: Draft) -> None:
    """Where a finding just told comes from."""
    for claim in d.brief.claims[:1]:
        text = f"It's from {claim.source}." if claim.say else "I know of no source for it."
        d.say(text, "evidence", (cite_claim(claim),))
        if claim.caveat:
            d.say(f"Its limits: {lower_first(claim.caveat)}", "evidence", (cite_claim(claim),))


def _source_of(d: Draft) -> None:
    """The card or study behind the last advice; or plainly that there was none."""
    cited = [c for turn in reversed(d.brief.history[-3:]) for s in turn.spoken for c in s.citations]
    if not cited:
        d.phrase("source_none", "evidence")
        return
    study = next((c for c in cited if c.id.startswith("claim:")), None)
    card = next((c for c in cited if c.id.startswith("card:")), None)
    if study:
        d.phrase("source_study", "evidence", source=study.source)
    elif card:
        d.phrase("source_card", "evidence", title=card.heading)
    else:
        d.phrase("source_document", "evidence", title=cited[0].source)
    if d.sentences:
        d.sentences[-1] = replace(d.sentences[-1], citations=(study or card or cited[0],))


def _not_covered(d: Draft) -> None:
    d.phrase("not_covered")
    d.phrase("not_covered_next")
    question(d)


def _another_idea(d: Draft) -> None:
    idea(d, d.line("another_idea"))


def _no_more(d: Draft) -> None:
    d.phrase("no_more_ideas")
    question(d)


def _stuck(d: Draft) -> None:
    d.phrase("dont_know_offer")
    idea(d)


def _prepare(d: Draft) -> None:
    if "reflection" not in d.last_kinds:
        reflection(d)
    idea(d)
    words(d, after=False)


def _advise(d: Draft) -> None:
    if not d.brief.plan.notes.get("agreed") and "reflection" not in d.last_kinds:
        reflection(d)
    idea(d)
    words(d, after=False)
    question(d)


def _choice(d: Draft) -> None:
    """Two matters by name, and which it is."""
    notes = d.brief.plan.notes
    reflection(d)
    d.say(d.line("choice", first=lower_first(notes["first"]), second=lower_first(notes["second"])), "question")


MOVES: dict[str, Callable[[Draft], None]] = {
    "advise": _advise,
    "words": _say_words,
    "own_words": _own_words,
    "list": _list,
    "choice": _choice,
    "source_of": _source_of,
    "prepare": _prepare,
    "less": _less,
    "reword": _reword,
    "evidence": _evidence,
    "source": _source,
    "not_covered": _not_covered,
    "offer_after_stuck": _stuck,
    "another_idea": _another_idea,
    "no_more_ideas": _no_more,
}
