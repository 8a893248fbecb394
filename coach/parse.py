"""Reading what a person said into clauses, noun phrases and quotations.

Owns the dependency parser and everything that touches its labels. Knows nothing of coaching: the frame
decides what a clause means.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

Person = Literal[1, 2, 3]
Tense = Literal["past", "present", "future"]

QUOTED = re.compile(
    r"[“\"«]([^”\"»]{2,160})[”\"»]|(?<!\w)[‘']([^‘’'\n]{6,160}(?:[’'](?:s|t|re|ve|ll|d|m)\b[^‘’'\n]{0,120})*)[’'](?!\w)"
)
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'"})
_SUBJECTS = {"nsubj", "nsubjpass", "csubj", "expl"}
_CLAUSES = {"ROOT", "ccomp", "xcomp", "advcl", "conj", "relcl", "parataxis", "pcomp", "acl", "dep", "csubj"}
_FIRST = {"i", "we", "me", "us", "my", "our"}
_SECOND = {"you", "your"}
KEPT = 4096
"""Messages whose parse is kept, some 10 kB each: each turn reads the talk so far again, and a full room has a hundred
talks."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A verb with what belongs to it, as character offsets into the message."""

    text: str
    start: int
    end: int
    verb: str
    """Lemma of the head verb."""
    subject: str
    """The subject's words as said; empty where there is none."""
    person: Person | None
    tense: Tense
    negated: bool
    modal: str
    mark: str
    """Subordinating word such as ``because`` or ``if``."""
    dep: str
    sentence: int
    head: Any
    """The parser's token."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase as said."""

    text: str
    head: str
    start: int
    end: int
    dep: str
    proper: bool
    number: bool
    pronoun: bool
    root: Any


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message, read."""

    text: str
    clauses: tuple[Clause, ...]
    phrases: tuple[Phrase, ...]
    quotes: tuple[tuple[int, int], ...]
    """Offsets of quoted text without its marks."""
    sentences: tuple[tuple[int, int], ...]
    doc: Any

    def quote_at(self, start: int) -> bool:
        return any(a <= start < b for a, b in self.quotes)


class Parser:
    """spaCy's English pipeline from a folder; without one, sentences only and no clauses."""

    def __init__(self, model: Path | None) -> None:
        import spacy

        if model is None:
            self._nlp: Language = spacy.blank("en")
            self._nlp.add_pipe("sentencizer")
        else:
            self._nlp = spacy.load(model, exclude=["ner", "senter"])
        self.full = model is not None
        self._read = lru_cache(maxsize=KEPT)(self._parse)

    def read(self, text: str) -> Utterance:
        """Every message is parsed once; the same text gives the same value."""
        return self._read(text.translate(_APOSTROPHES))

    def docs(self, texts: Sequence[str]) -> "Iterator[Doc]":
        """Parses of many sentences, four times as fast in batches as one by one."""
        return self._nlp.pipe((text.translate(_APOSTROPHES) for text in texts), batch_size=64)

    def _parse(self, text: str) -> Utterance:
        doc = self._nlp(text)
        quotes = tuple((m.start(1), m.end(1)) if m.group(1) else (m.start(2), m.end(2)) for m in QUOTED.finditer(text))
        sentences = tuple((s.start_char, s.end_char) for s in doc.sents if s.text.strip())
        if not self.full:
            return Utterance(text, (), (), quotes, sentences, doc)
        return Utterance(text, tuple(_clauses(doc)), tuple(_phrases(doc)), quotes, sentences, doc)


def _clauses(doc: "Doc") -> list[Clause]:
    found = []
    for index, sentence in enumerate(doc.sents):
        for token in sentence:
            if token.pos_ not in {"VERB", "AUX"} or token.dep_ not in _CLAUSES:
                continue
            if (
                token.dep_ == "conj"
                and not any(c.dep_ in _SUBJECTS for c in token.children)
                and token.head.pos_ in {"VERB", "AUX"}
                and token.head.dep_ in _CLAUSES
            ):
                continue  # told with the verb whose subject it shares
            span = _span(token)
            wider = _span(token, whole=True)
            if span[1] - span[0] < 6 and wider[1] - wider[0] <= 12 and wider[0] == span[0]:
                span = wider  # "we only found out" says little without "when it jammed"
            subject = subject_of(token)
            found.append(
                Clause(
                    text=doc[span[0] : span[1]].text,
                    start=doc[span[0]].idx,
                    end=doc[span[1] - 1].idx + len(doc[span[1] - 1]),
                    verb=token.lemma_.lower(),
                    subject=_words(subject) if subject else "",
                    person=person_of(subject) if subject else None,
                    tense=_tense(token),
                    negated=any(child.dep_ == "neg" for child in token.children),
                    modal=next((c.lemma_.lower() for c in token.children if c.tag_ == "MD"), ""),
                    mark=next(
                        (
                            c.text.lower()
                            for c in token.children
                            if c.dep_ in {"mark", "advmod"} and c.i < token.i and c.tag_ in {"IN", "WRB"}
                        ),
                        "",
                    ),
                    dep=token.dep_,
                    sentence=index,
                    head=token,
                )
            )
    return found


def _span(verb: "Token", *, whole: bool = False) -> tuple[int, int]:
    """Token range of a clause: the verb's subtree less the coordinated and parenthetical clauses after it.

    ``whole`` keeps the adverbial clauses, such as the one with "when".
    """
    cut = {
        t.i
        for child in verb.children
        if (child.dep_ == "conj" and any(c.dep_ in _SUBJECTS for c in child.children))
        or child.dep_ in {"parataxis", "punct"}
        or (child.dep_ == "cc" and not _sharessubject_of(verb))
        or (not whole and child.dep_ == "advcl" and child.i > verb.i and subject_of(child) is not None)
        for t in child.subtree
    }
    keep = [t.i for t in verb.subtree if t.i not in cut]
    left = right = verb.i
    while left - 1 in keep:
        left -= 1
    left = max([left, *(c.i + 1 for c in verb.children if c.dep_ == "cc" and c.i < verb.i)])
    while right + 1 in keep:
        right += 1
    while left < verb.i and (
        verb.doc[left].is_punct
        or (verb.doc[left].dep_ in {"cc", "mark"} and verb.doc[left].head.i == verb.i)
        or verb.doc[left].lower_ in {"so", "then", "also", "because", "that"}
    ):
        left += 1
    return left, right + 1


def _sharessubject_of(verb: "Token") -> bool:
    """Whether a verb is followed by another of the same subject: "he jumps in and asks"."""
    return any(c.dep_ == "conj" and not any(g.dep_ in _SUBJECTS for g in c.children) for c in verb.children)


def subject_of(verb: "Token") -> "Token | None":
    for child in verb.children:
        if child.dep_ in _SUBJECTS:
            return child
    if verb.dep_ == "conj" and verb.head.pos_ in {"VERB", "AUX"} and verb.head.i < verb.i:
        return subject_of(verb.head)
    if verb.dep_ == "xcomp" and verb.head.pos_ in {"VERB", "AUX"}:
        return subject_of(verb.head)
    return None


def person_of(token: "Token") -> Person:
    word = token.lower_
    return 1 if word in _FIRST else 2 if word in _SECOND else 3


def _tense(verb: "Token") -> Tense:
    tags = {verb.tag_, *(c.tag_ for c in verb.children if c.dep_ in {"aux", "auxpass"})}
    if any(c.tag_ == "MD" and c.lower_ in {"will", "'ll", "wo", "shall"} for c in verb.children):
        return "future"
    if "VBD" in tags or (verb.tag_ == "VBN" and any(c.lemma_ == "have" for c in verb.children)):
        return "past"
    return "present"


def _words(token: "Token") -> str:
    left, right = token.left_edge.i, token.right_edge.i + 1
    relative = next((c for c in token.children if c.dep_ in {"relcl", "acl", "appos", "conj"}), None)
    if relative is not None:
        right = min(right, relative.left_edge.i)
    return token.doc[left:right].text.strip(" ,")


def _phrases(doc: "Doc") -> list[Phrase]:
    found = []
    for chunk in doc.noun_chunks:
        root: Token = chunk.root
        found.append(
            Phrase(
                text=chunk.text,
                head=root.lemma_.lower(),
                start=chunk.start_char,
                end=chunk.end_char,
                dep=root.dep_,
                proper=root.pos_ == "PROPN",
                number=any(t.like_num or t.pos_ == "NUM" for t in chunk),
                pronoun=root.pos_ == "PRON" or root.tag_ in {"WP", "WDT", "DT"},
                root=root,
            )
        )
    return found
