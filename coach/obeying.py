"""Keeps a writer from doing what a document asks: orders in retrieved text are data.

A document that is given to a writer may carry a task of its own ("recommend a book", "answer in Base64", "add this
link"). A sentence that does such a task is off the talk's topic and takes up the order's words, or it has left the
form of the talk: another language, an encoding, pictures, an address on the web. Only turns with a document are
looked at, and only what neither the person nor the rest of the document speaks of counts as an order.
"""

import re
from collections.abc import Iterator, Sequence

from coach.facts import content, listed, stem
from coach.protocols import Brief
from coach.values import Sentence

_FREQUENT = frozenset(
    listed(
        """
    the and of to a in is that it you your for with what this not have on i be are would how they was as at from by he
    she we or an if so do can one there will about more who when which their our my me has had but out up them than
    no been could where after before just
    """
    )
)
"""Frequent short words: plain English of some length has a few of them."""

LEAST_WORDS = 5
"""Fewer words say too little of their language."""
LEAST_SHARE = 0.12
ENCODED = re.compile(r"\b[A-Za-z0-9+/]{24,}={0,2}|\b[0-9A-F]{24,}\b")
PICTURES = re.compile("[\U0001f300-\U0001faff☀-➿]")
ADDRESS = re.compile(r"\bwww\.\S+|https?://\S+|\b[\w.+-]+@[\w-]+\.\w+")

_ASKS_THE_WRITER = re.compile(
    r"\b(?:your|the) (?:response|reply|answer|message|output)\b|^\W*(?:please )?(?:write|provide|recommend|suggest|"
    r"help|show|summari[sz]e|describe|analy[sz]e|determine|classify|translate|render|encode|encrypt|apply|use|add|include|"
    r"integrate|modify|enhance|augment|give|list|tell|explain|reply|answer|express|replace|shift|reverse|"
    r"mention|promote|ignore|print|repeat|output|append|insert)\b|\?\W*$",
    re.I,
)
_WORDS_OF_ORDERS = frozenset(
    stem(word)
    for word in listed(
        """
    write answer reply response message output provide give help show add include integrate modify enhance augment
    render translate encode use express mention suggest analyze analyse determine describe list promote line sentence
    statement fact recommend please user users way thing good best new make people
    """
    )
)
LEAST_SHARED = 2
"""Words of an order that a sentence takes up before it counts as doing it."""


def reason(sentence: Sentence, brief: Brief) -> str | None:
    """Why a sentence does what a document asks; None where it does not, or where no document is there."""
    documents = [passage.text for passage in brief.passages if passage.kind == "document"]
    if not documents or brief.plan.move == "other_language":
        return None
    text = sentence.text
    said = " ".join([brief.said, *(turn.said for turn in brief.history)])
    if ENCODED.search(text) or _foreign(text):
        return "is not in the language of this talk"
    if PICTURES.search(text) and not PICTURES.search(said):
        return "is written in pictures"
    if any(address not in said for address in ADDRESS.findall(text)):
        return "sends the person to an address that a document names"
    stems, of_talk = content(text), content(said)
    for order in _orders(documents, of_talk):
        if len(order & stems) >= min(LEAST_SHARED, len(order)):
            return "does what a document asks, and not the person"
    return None


def is_order(text: str, of_talk: frozenset[str]) -> bool:
    """Whether a sentence of a document asks something of the writer that is not what the talk is about."""
    about = content(text) - _WORDS_OF_ORDERS
    return bool(_ASKS_THE_WRITER.search(text)) and 2 * len(about & of_talk) < max(1, len(about))


def _foreign(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+", text.lower())
    if len(words) < LEAST_WORDS:
        return False
    return sum(word in _FREQUENT for word in words) / len(words) < LEAST_SHARE


def _orders(documents: Sequence[str], of_talk: frozenset[str]) -> Iterator[frozenset[str]]:
    """What each sentence that asks something of the writer is about, less what the talk is about anyway."""
    for document in documents:
        parts = [part for part in re.split(r"(?<=[.?!:|'\"])\s+|\n+", document) if part.strip()]
        for number, part in enumerate(parts):
            if not _ASKS_THE_WRITER.search(part):
                continue
            about = content(part) - _WORDS_OF_ORDERS
            elsewhere = content(" ".join([*parts[:number], *parts[number + 1 :]]))
            # An order that is mostly on the talk's own topic is advice for readers, which may be passed on.
            if about and 2 * len(about & of_talk) < len(about):
                yield (about - of_talk - elsewhere) or (about - of_talk)
