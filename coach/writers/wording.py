"""Checks a small model's wording of one part of a turn, against what was said and the guided wording.

Every check is plain text work and errs on the side of the guided wording. What may be said at all (safety,
grounding) is checked once more on every sentence before it leaves, whoever worded it.
"""

import re
from collections.abc import Sequence
from functools import cache

from coach import patterns
from coach.lexicon import lexicon
from coach.memory import opening, remember
from coach.protocols import Brief
from coach.reflection import LONGEST_RUN, longest_run
from coach.signals import matched

MIRROR_WORDS = (5, 28)
# More words than the pattern plus a few facts is a model that goes on by itself.
WORDS_OVER = 14
# The share of a mirror's content words that must come from the person. A small model that uses its own words mostly
# says something else: at 0.4, one in two that passed turned round who had done what.
MIRROR_SHARE = 0.75
# How many words after its doer a deed may come in what the person said.
REACH = 4
# The share of a pattern's own words that must be left in what was made of it.
PATTERN_SHARE = 0.6

_WORD = re.compile(r"[^\W\d_][\w’'-]*|\d[\d.,:]*")
_BLANK = re.compile(r"\[[^\[\]]*\]")
_QUOTED = re.compile(r"^(?P<lead>[^“]+) “(?P<words>.+)”$", re.S)
_THIRD = re.compile(r"\b(?:he|she|him|her|hers|his|himself|herself)\b", re.I)
_NOT = re.compile(r"\b(?:no|not|never|nobody|none|nothing|without|cannot)\b|n[’']t\b", re.I)
_FIRST = {"i", "we"}
# A doer and the first word of what it does; helping verbs and adverbs between them aside.
_DOER = re.compile(
    r"\b(?P<doer>you|he|she|they|everyone|everybody|nobody|it|[A-Z][a-z]+)(?:'(?:ve|re|d|ll|s))?"
    r"(?:\s+(?:have|has|had|are|is|was|were|be|been|being|do|does|did|don't|didn't|will|would|can|could|not|never|now|"
    r"still|just|also|\w+ly))*\s+(?P<does>[a-z]+)"
)
# Common words that are deeds all the same.
_DEEDS = frozenset(["say", "says", "said", "know", "want", "wants", "wanted", "get", "gets", "got", "let", "lets"])
_ODD = re.compile(r"[*_#`<>{}|\\]|https?:|!|[^\x00-\u024f\u2010-\u2026]")


def pattern_of(sentence: str) -> tuple[str, str] | None:
    """Lead and words of a sentence that has words with a blank left to fill; None for any other."""
    found = _QUOTED.match(sentence)
    return (found["lead"], found["words"]) if found and _BLANK.search(found["words"]) else None


def flaw_in_mirror(text: str, brief: Brief, others: Sequence[str], prompt: str) -> str | None:
    """Why a sentence may not give back what the person said; None where it may. ``others``: what follows it."""
    said = " . ".join(brief.frame.topic)
    words = _words(text)
    if not MIRROR_WORDS[0] <= len(text.split()) <= MIRROR_WORDS[1]:
        return "too short or too long"
    if "?" in text or "“" in text or '"' in text or len(re.findall(r"[.…](?:\s|$)", text)) > 1 or text[-1:] not in ".…":
        return "not one statement"
    if not {"you", "your", "yours", "you're", "you've", "you'd"} & set(words):
        return "does not speak to the person"
    if {"i", "i'm", "i've", "me", "my"} & set(words):
        return "speaks as the person"
    if patterns.pattern("wording", "advice").search(text):
        return "advises"
    if patterns.pattern("wording", "cliches").search(text):
        return "a cliché"
    if longest_run(text, said) > LONGEST_RUN:
        return "repeats the person"
    if bool(_NOT.search(text)) and not _NOT.search(said):
        return "denies what was said"
    content = _content(text)
    stems = {_stem(word) for word in _words(said)}
    if content and sum(_stem(word) in stems for word in content) < MIRROR_SHARE * len(content):
        return "about something else"
    if turned := _turned_round(text, said):
        return f"has {turned}, which was not said"
    return _flaw(text, said, said, prompt) or _repeated(text, brief, others)


def flaw_in_words(text: str, brief: Brief, pattern: str, prompt: str) -> str | None:
    """Why words to say may not stand for the pattern they were made from; None where they may."""
    said = " . ".join(brief.frame.topic)
    if len(text.split()) > len(pattern.split()) + WORDS_OVER:
        return "too long"
    if text.count("?") > pattern.count("?"):
        return "asks more"
    if _THIRD.search(text) and not _THIRD.search(pattern):
        return "speaks about the one it is said to"
    if any(blank not in pattern for blank in _BLANK.findall(text)) or "[" in _BLANK.sub("", text):
        return "an unknown blank"
    if len(_BLANK.findall(text)) >= len(_BLANK.findall(pattern)):
        return "nothing filled in"
    fixed = _BLANK.sub(" ", pattern)
    own = _words(fixed)
    left = set(_words(text))
    if sum(word in left for word in own) < PATTERN_SHARE * len(own):
        return "another sentence"
    # What stood in a blank is an example of ours, not a fact: only the person's own words may take its place.
    sources = {_stem(word) for word in _words(f"{said} {fixed}")}
    if strange := [word for word in _content(text) if _stem(word) not in sources]:
        return f"adds {strange[0]!r}"
    return _flaw(_BLANK.sub(" ", text), said, f"{said} {fixed}", prompt)


def _flaw(text: str, said: str, allowed: str, prompt: str) -> str | None:
    """What no wording may have: markup, blame, risk, strange names or figures, the prompt's own examples, a loop."""
    if _ODD.search(text):
        return "marks that are not spoken"
    found = patterns.pattern("wording", "blame").search(text)
    if found and found.group().lower() not in allowed.lower():
        return f"blames ({found.group()})"
    if labels := {w for w in _words(text) if w in lexicon("labels")} - set(_words(allowed)):
        return f"labels ({min(labels)})"
    if risks := matched(text) - matched(said):
        return f"touches {min(risks)}"
    known = {word.lower() for word in _WORD.findall(allowed)}
    for word in _names_and_figures(text):
        if word.lower() not in known:
            return f"names {word!r}"
    examples = prompt.split("{said}")[0]
    if longest_run(text, examples) > LONGEST_RUN and longest_run(text, allowed) < longest_run(text, examples):
        return "an example of the prompt"
    grams = [tuple(_words(text)[at : at + 3]) for at in range(len(_words(text)) - 2)]
    return "goes in circles" if len(grams) != len(set(grams)) else None


def _turned_round(text: str, said: str) -> str | None:
    """A doer with what it does, where the person did not say that of it: "you built" after "Priya built"."""
    told = _words(said)
    for match in _DOER.finditer(text.replace("’", "'")):
        if match["does"] in _common() - _DEEDS:
            continue
        doer, does = match["doer"].lower(), _stem(match["does"])
        same = _FIRST if doer == "you" else {doer}
        places = [at for at, word in enumerate(told) if word.split("'")[0] in same]
        if not any(does in {_stem(word) for word in told[at + 1 : at + 1 + REACH]} for at in places):
            return f"{match['doer']} {match['does']}"
    return None


def _repeated(text: str, brief: Brief, others: Sequence[str]) -> str | None:
    memory = remember(brief.history)
    if opening(text) in memory.openings[-6:] or text in memory.sentences:
        return "said before"
    return "said again below" if any(longest_run(text, other) > LONGEST_RUN for other in others) else None


def _names_and_figures(text: str) -> list[str]:
    """Words with a digit, and capitalised ones that do not begin a sentence."""
    found = []
    for match in _WORD.finditer(text):
        word, before = match.group(), text[: match.start()].rstrip()
        begins = not before or before[-1] in ".?!:“"
        if word[0].isdigit() or (word[0].isupper() and not begins and word.split("'")[0].split("’")[0] != "I"):
            found.append(re.sub(r"[’']s$", "", word).rstrip(".,:"))
    return found


def _words(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def _content(text: str) -> list[str]:
    return [word for word in _words(_BLANK.sub(" ", text)) if word not in _common() and len(word) > 2]


@cache
def _common() -> frozenset[str]:
    return frozenset(patterns.read("wording")["function_words"].split())


def _stem(word: str) -> str:
    word = re.sub(r"'(?:s|re|ve|ll|d|m)$", "", word)
    return re.sub(r"(?:ing|ed|es|s|ly|e|y)$", "", word) if len(word) > 4 else word
