"""How one utterance works in a talk: does it ask, and how openly; does it reflect; does it advise; who is it about.

Questions and reflections are read by small heads over the embedding and the cues of the wording; without an embedding
the cues alone decide. Advice is told by its wording. The same reading serves rehearsal feedback and evals.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from coach import heads
from coach.language.cues import asking, cues, opening, plain
from coach.protocols import Embedder

QuestionKind = Literal["none", "open", "closed"]

_INFORMS = re.compile(r"\b(?:can|may|could|shall|should) (?:i|we)\b|\bif (?:he|she|they|it)\b", re.I)
_SUGGESTS = re.compile(
    r"\b(?:you (?:should|ought to|need to|have to|must|'d better|had better|might want to|may want to|"
    r"could (?:always |also |just )?(?:try|start|begin|ask|say|tell|use|write|call|talk|offer|let|open|end|wait|share|"
    r"show))|i(?:'d| would) (?:start|begin|open|ask|say|tell|write|wait|leave|keep|try|talk|speak|let|go|put|take) "
    r"|(?:it|this) (?:helps|pays|may help|might help|can help|would help) to"
    r"|one (?:option|way|idea|thing to try) (?:is|would be)"
    r"|no harm in \w+ing|worth (?:a try|trying|asking|saying|telling|checking|writing)"
    r"|i(?:'d| would)? (?:recommend|suggest|advise|encourage|urge)|why (?:don't|not) you|why not|"
    r"if i were (?:you|in your)|what if you|how about (?:you|\w+ing)"
    r"|(?:it )?(?:would|might|could) be (?:good|better|best|helpful|useful|worth|wise)|the best (?:thing|"
    r"way)|better to|make sure|don't forget|you're better off)\b",
    re.I,
)
_ORDERS = re.compile(
    r"^(?:please |first,? |then,? |next,? |just |maybe |perhaps )*(?:do(?! you| they| we| i\b)|don't|"
    r"do not|stop|try|take|ask|start|begin|go|get|keep|write|call|speak|make|give|"
    r"put|consider|avoid|remember|focus|be|never|always|book|set|send|say|thank|meet|listen|wait|offer|"
    r"let (?:him|her|them|the)|name|pick|choose|use|tell (?:him|her|them|your|the)|talk (?:to|with)|"
    r"invite|bring|plan|prepare|practise|practice|find|leave|read|add|agree|open (?:with|by|the)|end (?:with|by|the)|"
    r"close (?:with|by|the)|check|show|look at|think about|drop|skip|cut|walk|sit|stay|pause|breathe|explain|repeat|"
    r"admit|apologi[sz]e|praise|mention|schedule|split|lower|reply|describe|help|introduce|join|rehearse|remind|remove|"
    r"replace|review|slow|spend|settle|summari[sz]e|hold|assume|define|delay|protect)\b"
    r"(?! more\b| me\b)",
    re.I,
)
_SENTENCE = re.compile(r"(?<=[.?!;])\s+|\s--+\s")
_I = re.compile(r"\b(?:i|i'm|i'd|i'll|i've|me|my|mine|myself|we|we're|we've|us|our)\b", re.I)
_YOU = re.compile(r"\b(?:you|you're|you'd|you'll|you've|your|yours|yourself)\b", re.I)
_WORD = re.compile(r"\w+(?:['’]\w+)?")


@dataclass(frozen=True, slots=True)
class Talk:
    """Whom an utterance speaks of, in words: of oneself, of the other, and all."""

    i: int
    you: int
    words: int


def talk(text: str) -> Talk:
    text = plain(text)
    return Talk(len(_I.findall(text)), len(_YOU.findall(text)), len(_WORD.findall(text)))


def is_advice(text: str) -> bool:
    """Whether an utterance tells the other what to do. Asking leave to ("May I suggest …?") is none yet."""
    for sentence in _SENTENCE.split(plain(text)):
        body = opening(sentence)
        if _INFORMS.search(sentence) and sentence.rstrip().endswith("?"):
            continue
        if _SUGGESTS.search(sentence) or (_ORDERS.match(body) and not sentence.rstrip().endswith("?")):
            return True
    return False


class Utterances:
    """Reads utterances with the trained heads, or by cues where there is no embedding."""

    def __init__(self, embedder: Embedder | None) -> None:
        self._embedder = embedder

    def question_kind(self, text: str) -> QuestionKind:
        """``open`` leaves the answer to the other; ``closed`` can be met by yes, no, a number, a name or a choice."""
        return self.question_kinds([text])[0]

    def question_kinds(self, texts: list[str]) -> list[QuestionKind]:
        found = [cues(text) for text in texts]
        head = _fitting("language-question", self._embedder)
        if head is None:
            return [_by_cues(text, held) for text, held in zip(texts, found, strict=True)]
        table = head.probabilities(self._vectors(texts), found)
        kinds: list[QuestionKind] = ["none", "open", "closed"]
        return [kinds[int(row.argmax())] for row in table]

    def is_reflection(self, text: str, previous: str = "") -> bool:
        """Whether an utterance gives back what the other said, in other words or one step deeper."""
        return self.reflections([(text, previous)])[0]

    def reflections(self, pairs: list[tuple[str, str]]) -> list[bool]:
        found = [cues(text, previous) for text, previous in pairs]
        head = _fitting("language-reflection", self._embedder)
        if head is None:
            return [bool(held & {"hears", "sums", "tells-you"}) and "one-opens" not in held for held in found]
        table = head.probabilities(self._vectors([text for text, _ in pairs]), found)
        return [bool(row[1] >= head.thresholds["reflection"]) for row in table]

    def _vectors(self, texts: list[str]) -> np.ndarray:
        assert self._embedder is not None
        return self._embedder.embed([plain(text) or " " for text in texts])


def _fitting(name: str, embedder: Embedder | None) -> heads.Head | None:
    """The head, where the embedding is the one that it was trained on; another's numbers would mean nothing to it."""
    return _head(name) if embedder is not None and embedder.name == _head(name).embedder else None


@cache
def _head(name: str) -> heads.Head:
    return heads.load(name)


def _by_cues(text: str, held: frozenset[str]) -> QuestionKind:
    if not held & {"mark", "invites", "opens-unmarked", "wh-cut-off"}:
        return "none"
    if "asks-amount" in held or ("asks-starts-aux" in held and "asks-can-you" not in held):
        return "closed"
    if held & {"asks-what", "asks-how", "asks-why", "invites", "asks-what-about", "opens-unmarked"} and asking(text):
        return "open"
    return "closed"
