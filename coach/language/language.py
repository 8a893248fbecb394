"""The language analysis: marks in a text of any length, and how one utterance works in a talk."""

import re
from collections.abc import Iterator
from functools import cache

from coach import patterns
from coach.language import causes, context, deeds, motives, reword, verdicts
from coach.language.finding import Finding, Read, Rule
from coach.language.prose import Lines, Passage, sentences
from coach.language.sbi import Part, sbi
from coach.language.utterance import QuestionKind, Talk, Utterances, is_advice, talk
from coach.parse import Parser
from coach.protocols import Embedder
from coach.values import Mark

RULES: dict[str, tuple[re.Pattern[str], Rule]] = {
    "who-question": (
        re.compile(r"\b(?:who|whose|who's|whoever|which|responsible|culprit|what idiot)\b", re.I),
        deeds.who_question,
    ),
    "counterfactual": (
        re.compile(
            r"\b(?:should|could|ought|shoulda|coulda|shouldn|couldn|fail\w*|neglect\w*|omit\w*|forgot\w*|"
            r"bother\w*|refus\w*|if only|had|if|would)\b",
            re.I,
        ),
        deeds.counterfactual,
    ),
    "label": (
        re.compile(
            r"\b(?:"
            + "|".join(sorted(verdicts.LABEL_WORDS))
            + r"|apples?|liability|disaster|joke|disgrace|troublemaker|nightmare|disregard|lack of|waste of|"
            r"dead weight)\b",
            re.I,
        ),
        verdicts.label,
    ),
    "root-cause": (re.compile(r"\b(?:root[- ]cause|cause|caused|reason|down to one)\b", re.I), causes.root_cause),
    "hindsight": (
        re.compile(
            r"\b(?:obvious\w*|clear\w*|evident\w*|apparent|plain\w*|blatantly|undoubtedly|course|anyone|anybody|"
            r"everyone|child|coming|signs|flags|clues|warnings|"
            r"waiting|matter|question of time|any|common sense|experienced|careful|trained|competent|"
            r"attentive|skilled|wall|face|predictable|foreseeable|avoidable|"
            r"preventable|hindsight|bound|doomed|never going|must have|how)\b",
            re.I,
        ),
        causes.hindsight,
    ),
    "passive-blame": (re.compile(r"\b(?:was|were|been|being|got)\b", re.I), deeds.passive_blame),
    "human-error": (re.compile(r"\b(?:error|mistake|failure|failing|pebkac|picnic|id10t)\b", re.I), causes.human_error),
    "absolute": (
        re.compile(
            r"\b(?:always|never|constantly|forever|perpetually|continually|every|ever|all the time|once)\b", re.I
        ),
        verdicts.absolute,
    ),
    "mind-reading": (
        re.compile(
            r"\b(?:care|bothered|give a|interest|respect|regard|value|trust|like|purpose|deliberately|"
            r"intentionally|wilfully|willfully|maliciously|knowingly|knew|"
            r"get away|hop\w+|better|above|proud|jealous|envious|threatened|intimidated|insecure|embarrass|"
            r"humiliate|spite|punish|undermine|annoy|provoke|hurt|sabotage|"
            r"look|cover\w*|agenda|playing|want\w*|wish\w*|intend\w*|think\w*|thought)\b",
            re.I,
        ),
        motives.mind_reading,
    ),
    "apology-shifting": (re.compile(r"\b(?:sorry|apolog\w+|regret\w*)\b", re.I), motives.apology),
}
"""Each kind with the words without which its rule cannot find anything, so that most sentences need no parsing."""

MOST_REWORDINGS = 3
"""A sentence rarely carries more than two kinds of blame; one wording may bring the other to light."""

_GRAMMARLESS = frozenset({"root-cause", "human-error", "apology-shifting"})
"""Kinds whose wording alone decides, for where the parser's model is missing."""


@cache
def reasons() -> dict[str, str]:
    """Why each kind is marked, one line with its source."""
    return {kind: str(entry["why"]) for kind, entry in patterns.read("blame")["kinds"].items()}


class Language:
    """Reads language with a parser, and utterances with the embedding where one is installed.

    Without the parser's model only the kinds that need no grammar are marked, and no behaviour is found.
    """

    def __init__(self, parser: Parser, embedder: Embedder | None = None) -> None:
        self._parser = parser
        self._utterances = Utterances(embedder)

    def question_kind(self, text: str) -> QuestionKind:
        """Whether an utterance asks, and whether it leaves the answer to the other."""
        return self._utterances.question_kind(text)

    def question_kinds(self, texts: list[str]) -> list[QuestionKind]:
        """``question_kind`` of many, embedded together."""
        return self._utterances.question_kinds(texts)

    def is_reflection(self, text: str, previous: str = "") -> bool:
        """Whether an utterance gives back what the other said in ``previous``."""
        return self._utterances.is_reflection(text, previous)

    def reflections(self, pairs: list[tuple[str, str]]) -> list[bool]:
        """``is_reflection`` of many pairs of text and previous, embedded together."""
        return self._utterances.reflections(pairs)

    def is_advice(self, text: str) -> bool:
        """Whether an utterance tells the other what to do."""
        return is_advice(text)

    def sbi(self, text: str) -> frozenset[Part]:
        """Which of situation, behaviour and impact an opening names."""
        return sbi(text, self._parser)

    def talk(self, text: str) -> Talk:
        """How much an utterance speaks of oneself and of the other."""
        return talk(text)

    def analyse(self, text: str) -> list[Mark]:
        """Marks in reading order; lines and columns count from 1 in ``text`` as it came."""
        text = text.replace("\r", " ")
        lines = Lines(text)
        asked = [(passage, kinds) for passage in sentences(text) if (kinds := self._kinds(passage))]
        docs = self._parser.docs([passage.plain for passage, _ in asked])
        marks = [
            self._mark(lines, read, finding)
            for (passage, kinds), doc in zip(asked, docs, strict=True)
            for read in (Read(passage, doc),)
            for kind in kinds
            for finding in RULES[kind][1](read)
        ]
        return sorted(marks, key=lambda mark: (mark.line, mark.col, mark.kind))

    def _kinds(self, passage: Passage) -> list[str]:
        """The kinds that a sentence may be of, by its words alone."""
        kinds = [
            kind
            for kind, (words, _) in RULES.items()
            if (self._parser.full or kind in _GRAMMARLESS) and words.search(passage.plain)
        ]
        return [] if kinds and context.teaches(passage) else kinds

    def _mark(self, lines: Lines, read: Read, finding: Finding) -> Mark:
        start, _end = read.passage.start + finding.start, read.passage.start + finding.end
        line, col = lines.at(start)
        marked = read.passage.original[finding.start : finding.end]
        first = marked.split("\n", 1)[0]  # a mark stands on one line, as editors want it
        return Mark(
            line, col, col + len(first), finding.kind, first.rstrip(), reasons()[finding.kind],
            self._without_the_rest(reword.suggestion(read, finding)),
        )  # fmt: skip

    def without_blame(self, text: str) -> str:
        """The text with each sentence worded otherwise where there are other words; the rest stays as it is."""
        for _ in range(MOST_REWORDINGS * max(1, text.count(". ") + 1)):
            found = next(self._offers(text), None)
            if found is None:
                return text
            passage, other = found
            text = f"{text[: passage.start]}{other}{text[passage.end :]}"
        return text

    def _without_the_rest(self, offer: str | None) -> str | None:
        """An offer in which nothing else of its sentence is marked either, as far as there are other words for it."""
        for _ in range(MOST_REWORDINGS):
            found = next(self._offers(offer), None) if offer else None
            if found is None:
                return offer
            passage, other = found
            assert offer is not None
            offer = f"{offer[: passage.start]}{other}{offer[passage.end :]}"
        return offer

    def _offers(self, text: str) -> Iterator[tuple[Passage, str]]:
        """The sentences of a text that can be worded otherwise, with the other wording."""
        for passage in sentences(text):
            for kind in self._kinds(passage):
                read = Read(passage, self._parser.read(passage.plain).doc)
                for finding in RULES[kind][1](read):
                    if other := reword.suggestion(read, finding):
                        yield passage, other
