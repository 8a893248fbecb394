"""The person's own words turned for where they will stand: said to the other, said back, as a request.

Each returns None where a sound turn cannot be made, so that another line is used instead.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from coach.parse import Parser
from coach.turned import turned

if TYPE_CHECKING:
    from spacy.tokens import Token

_SUBJECT = {"he": "you", "she": "you"}
_OBJECT = {"him": "you"}
_POSSESSIVE = {"his": "your", "her": "your"}
_SELF = {"himself": "yourself", "herself": "yourself", "themself": "yourself"}
_PLURAL = {"they": "you", "them": "you", "their": "your", "themselves": "yourself"}
_VERBS = {"is": "are", "'s": "'re", "was": "were", "has": "have", "does": "do", "isn't": "aren't"}
_SUBJECTS = {"nsubj", "nsubjpass"}

_LEADS = re.compile(
    r"^(?:well|so|hmm+|um+|uh|ok(?:ay)?|i guess|i think|i suppose|i'd say|probably|maybe|honestly|to be honest|"
    r"basically|that(?=\s+(?:he|she|they|we|i|it|the|my|our)\b)|just|mostly|mainly|and|but)\b[,:\s]+",
    re.I,
)
# Words before the answer, set off from it: "hmm not sure, I think …", "yes, …", "oh and …".
_HEDGE = re.compile(
    r"^(?:(?:hmm+|well|yes|yeah|yep|ok(?:ay)?(?: then)?|oh|right|sure|not sure|i'?m not sure|i don't know|dunno|"
    r"no idea|good question|let me think)\s*[,.;:!–-]+\s+|oh and\s+|hmm+\s+)+(?=\S)",
    re.I,
)
_TRAILS = re.compile(r"\s*,?\s+(?:i (?:think|guess|suppose)|sorry|or so i think)\W*$", re.I)
# Somebody thinks aloud and throws the first thought away.
_THROWN = re.compile(
    r"^[^\n]{2,80}?[?.,!–-]+ ?(?:no|nah|wait|scratch that),? (?:that's|that is|that would be|it's|this is) "
    r"(?:stupid|wrong|silly|nonsense|dumb|rubbish|not it|no good|a bad idea|too much)[^.!?]*[.!?,]\s*"
    r"(?P<rest>\S.{7,})$",
    re.I,
)
_BARE = re.compile(
    r"^(?i:(?:i(?:'d| would)? (?:just )?(?:like|want|need|ask|hope|love)(?: for)?|i'll ask|ask(?:ing)?|for|want|get|"
    r"that|have)\s+)?"
    r"(?:(?:him|her|them|he|she|they|you|[A-Z][a-z]+)\s+)?(?:(?:should|could|would|will|must|can)\s+|to\s+)?",
)


def second_thought(text: str) -> str | None:
    """What is left where somebody thinks aloud and throws the first thought away; None where nobody does."""
    thrown = _THROWN.match(" ".join(text.split()))
    return thrown["rest"] if thrown else None


def cleaned(text: str) -> str:
    """An answer without the words that only begin it, and without its end mark."""
    text = " ".join(text.split())
    text = second_thought(text) or text
    for hedge in (_HEDGE, _TRAILS):
        if len((shorter := hedge.sub("", text, count=1)).split()) >= 1:
            text = shorter
    while (shorter := _LEADS.sub("", text, count=1)) != text and len(shorter.split()) >= 2:
        text = shorter
    return text.strip(" .,;:") if not text.rstrip().endswith(('"', "”", "?")) else text.strip(" ,;:")


def to_them(text: str, other: str, parser: Parser) -> str | None:
    """What was told of somebody, said to them: "she cut him off twice" → "you cut him off twice".

    ``other`` is how the person calls them. Where "they" is the only pronoun it is taken for them. None where two
    people could be meant.
    """
    read = parser.read(text)
    if not parser.full:
        return None
    lower = {token.lower_ for token in read.doc if not read.quote_at(token.idx)}
    if lower & {"he", "him", "his"} and lower & {"she"}:
        return None
    male = bool(lower & {"he", "his"})
    female = bool(lower & {"she"}) or (not male and "her" in lower)
    names = {word for word in re.findall(r"\w+", other.lower()) if word not in {"my", "our", "the", "a", "an", "of"}}
    out: list[str] = []
    skip: set[int] = set()
    for token in read.doc:
        if token.i in skip:
            continue
        if read.quote_at(token.idx):
            out.append(token.text_with_ws)
            continue
        swap = _swap(token, male=male, female=female)
        if swap is None and token.lower_ in names and token.pos_ in {"NOUN", "PROPN"} and token.dep_ != "compound":
            # The whole phrase "my deputy" becomes "you"; its possessive mark goes with it.
            owner = any(child.tag_ == "POS" for child in token.children)
            swap = "your" if owner else "you"
            start = token.left_edge.i
            while out and start < token.i:
                out.pop()
                start += 1
            skip |= {child.i for child in token.children if child.tag_ == "POS"}
            after = next((c.whitespace_ for c in token.children if c.tag_ == "POS"), token.whitespace_)
            out.append(swap + after)
            continue
        if swap is None and (token.lower_ in _VERBS or token.tag_ == "VBZ") and _of_them(token, male, female, names):
            swap = _VERBS.get(token.lower_, token.lemma_)
        out.append((swap or token.text) + token.whitespace_)
    said = "".join(out).strip()
    return said if not re.search(r"\b(?:he|she)\b", re.sub(r"[\"“].*?[\"”]", "", said), re.I) else None


def _swap(token: "Token", *, male: bool, female: bool) -> str | None:
    word = token.lower_
    if male and word in {"he", "him", "his", "himself"}:
        return {**_SUBJECT, **_OBJECT, **_POSSESSIVE, **_SELF}[word]
    if female and word in {"she", "herself"}:
        return {**_SUBJECT, **_SELF}[word]
    if female and word == "her":
        return "your" if token.tag_ == "PRP$" else "you"
    if not male and not female and word in _PLURAL:
        return _PLURAL[word]
    return None


def _of_them(verb: "Token", male: bool, female: bool, names: set[str]) -> bool:
    head = verb.head if verb.dep_ in {"aux", "auxpass"} else verb
    subject = next((child for child in head.children if child.dep_ in _SUBJECTS), None)
    if subject is None and head.dep_ == "conj":
        subject = next((child for child in head.head.children if child.dep_ in _SUBJECTS), None)
    if subject is None:
        return False
    word = subject.lower_
    return (male and word == "he") or (female and word == "she") or word in names or (
        not male and not female and word == "they"
    )  # fmt: skip


def to_you(text: str, parser: Parser) -> str | None:
    """The person's words said back to them: "I put it off" → "you put it off"."""
    return turned(parser.read(text).doc[:])


def bare(text: str, parser: Parser) -> str | None:
    """A request as what is to be done: "her to raise it with me first" → "raise it with me first"."""
    rest = _BARE.sub("", cleaned(text), count=1)
    doc = parser.read(rest).doc
    if not parser.full or not len(doc):
        return None
    first = next((token for token in doc if token.pos_ not in {"ADV", "PART"}), doc[0])
    if first.i > 1 or first.pos_ not in {"VERB", "AUX"} or first.tag_ == "VBD":
        return None
    start = "".join(token.text_with_ws for token in doc[: first.i])
    verb = first.lemma_ if first.tag_ in {"VBZ", "VBG"} else first.text
    return (start + verb + first.whitespace_ + doc[first.i + 1 :].text).strip()


def short(text: str) -> str | None:
    """Only where it is short enough to stand inside a sentence."""
    return text if len(text.split()) <= 5 else None


_CLAUSE = re.compile(
    r"[,;:] (?=(?:she|he|they|it|we|i|you|which|who|because|but|so)\b|it's\b|that's\b)| (?=because\b)", re.I
)


def first(text: str) -> str:
    """Up to where a second clause begins: "the migration, she has until January" → "the migration"."""
    return _CLAUSE.split(text, maxsplit=1)[0].strip(" ,;:")


def thing(text: str, parser: Parser) -> str | None:
    """Only where it names a thing or a doing ("the tone", "shouting at you") and is no sentence."""
    doc = parser.read(text).doc
    if not parser.full or not len(doc):
        return None
    root = next((token for token in doc if token.head.i == token.i), doc[0])
    subject = any(child.dep_ in _SUBJECTS for child in root.children)
    return text if not subject and (root.pos_ in {"NOUN", "PROPN", "PRON"} or root.tag_ == "VBG") else None


def _lowered(text: str, parser: Parser) -> str:
    """The first letter small, unless its word is a name: by its form (I, S3, GitLab), or as it is read (Anna)."""
    first = text.split(" ", 1)[0]
    named = first in {"I", "I'm", "I've", "I'd", "I'll"} or re.search(r"\d|.[A-Z]", first)
    if named or not text[:1].isupper() or parser.read(text).doc[0].pos_ == "PROPN":
        return text
    return text[:1].lower() + text[1:]


def turning(other: str, parser: Parser) -> dict[str, Callable[[str], str | None]]:
    """The filters by name. ``other`` is how the person calls the one it is said to."""
    return {
        "to_them": lambda text: to_them(text, other, parser),
        "to_you": lambda text: to_you(text, parser),
        "bare": lambda text: bare(text, parser),
        "lower": lambda text: _lowered(text, parser),
        "object": lambda text: {"I": "me", "We": "us", "we": "us"}.get(text, text),
        "cap": lambda text: text[:1].upper() + text[1:],
        "short": short,
        "first": first,
        "thing": lambda text: thing(text, parser),
    }
