"""Row 11: how the coach talks, counted as coaches' codes count it.

Scripted talks of ``evals/data/suites/coaching.yaml`` are held anew; transcripts of live ones (``docs/transcripts``)
are read as they stand. Reflections and questions are counted by the language analysis that row 10 measures, sentence
by sentence (MITI 4: reflections to questions; ICF PCC 7.6, 7.8: one open question at a time). Advice is unpermitted
where the person neither asked for something nor said yes to an offer.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from coach.language.utterance import is_advice
from evals.board import Row, amount, share
from evals.reading import median, questions, unquoted, words
from evals.talks import Case, Exchange, Scored, Suite

if TYPE_CHECKING:
    from coach.language.language import Language

FILE = Path(__file__).parent / "data" / "suites" / "coaching.yaml"
TRANSCRIPTS = Path(__file__).parent.parent / "docs" / "transcripts"

ROUNDS = 2000

QUIET = frozenset({"thanks", "close", "repair", "already_asked", "reword", "less"})
"""Moves at which no question is asked: thanks, the close, a repair, a sentence that was asked for."""

ASKS = re.compile(
    r"\?|\b(?:how|what|which|where|when|who)\b.*\b(?:i|we|one|you)\b|\b(?:write|draft|give me|tell me|show me|help|"
    r"advice|advise|idea|ideas|suggest\w*|tips?|words|opening|sentence|script|example|shorter|less|more|another|other|"
    r"again|too (?:long|much|stiff|soft|formal)|stiff|don't like|didn't like|wrong|no idea|don't know|dunno|stuck|"
    r"not sure|just|is it true|i (?:read|heard)|summar\w+|explain|want to|going to|plan to|i'll|will)\b",
    re.I,
)
"""What in a message asks for something, says that the person is stuck, or announces a plan that calls for a word."""
ENCOURAGES = re.compile(
    r"\W*(?:go (?:on|gently|well)|take (?:your time|care)|tell me|say (?:more|it)|you're welcome)\b", re.I
)
"""Invitations to go on and good wishes, which have the form of an order and are none."""
OFFERS = re.compile(
    r"\b(?:want to hear|would you like|would it help|shall i|can i offer|may i|do you want|or rather)\b[^.?!]*\?", re.I
)
YES = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|sure|ok|okay|please|go (?:on|ahead)|tell me|alright|fine|do|why not|both)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """One exchange as it is counted: from a talk held now, or from a transcript."""

    said: str
    sentences: tuple[str, ...]
    move: str
    redirected: bool = False

    @property
    def reply(self) -> str:
        return " ".join(self.sentences)


def spoken_of(exchanges: Sequence[Exchange]) -> tuple[Spoken, ...]:
    return tuple(
        Spoken(one.said, tuple(str(s["text"]) for s in one.sentences), one.move, one.gate is not None)
        for one in exchanges
    )


def transcript(path: Path) -> tuple[Spoken, ...]:
    """The exchanges of a transcript that ``scripts/write_transcripts.py`` wrote."""
    found: list[Spoken] = []
    said: list[str] = []
    reply: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("> "):
            said.append(line[2:])
        elif line.startswith("<sub>") and said:
            move = line.removeprefix("<sub>").removesuffix("</sub>").split(" · ")[0].strip()
            text = re.sub(r"\s*\[\d+\]", "", " ".join(reply))
            redirected = move in ("crisis", "clinical", "legal", "injection")
            found.append(Spoken(" ".join(said), tuple(split(text)), move, redirected))
            said, reply = [], []
        elif said and line.strip():
            reply.append(line.strip())
    return tuple(found)


def split(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+(?=[A-Z“\"])|(?<=[.!?][”\"])\s+(?=[A-Z“])", text) if part.strip()]


def permitted(talk: Sequence[Spoken], at: int) -> bool:
    """Whether advice in a turn was asked for, or offered and accepted."""
    said = talk[at].said
    if ASKS.search(said):
        return True
    before = talk[at - 1].reply if at else ""
    return bool(OFFERS.search(before) and YES.search(said))


def advises(one: Spoken) -> bool:
    """Whether a reply tells the person what to do, offers to tell and words in quotation marks aside."""
    return any(
        is_advice(unquoted(text)) and not text.rstrip().endswith("?") and not ENCOURAGES.match(text)
        for text in one.sentences
    )


def quiet_kept(one: Spoken) -> bool:
    """At most one question of the coach's own, and none where none belongs."""
    asked = questions(one.reply)
    return asked == 0 if one.move in QUIET else asked <= 1


def counted(talks: Sequence[Sequence[Spoken]], language: "Language") -> tuple[int, int]:
    """Reflections and questions, sentence by sentence, in turns that were coached."""
    pairs = [
        (sentence, one.said)
        for talk in talks
        for one in talk
        if not one.redirected
        for sentence in one.sentences
        if unquoted(sentence).strip()
    ]
    kinds = language.question_kinds([unquoted(text) if "?" in text else text for text, _ in pairs])
    asked = sum(kind != "none" for kind in kinds)
    told = [pair for pair, kind in zip(pairs, kinds, strict=True) if kind == "none"]
    return sum(language.reflections(told)), asked


def ratio_interval(by_talk: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """95 % bootstrap interval of reflections for each question, over talks."""
    rng = random.Random(0)
    draws = []
    for _ in range(ROUNDS):
        drawn = rng.choices(by_talk, k=len(by_talk))
        draws.append(sum(one[0] for one in drawn) / max(1, sum(one[1] for one in drawn)))
    draws.sort()
    return draws[int(0.025 * ROUNDS)], draws[int(0.975 * ROUNDS) - 1]


def figures(talks: Sequence[Sequence[Spoken]], data: str, language: "Language") -> list[Row]:
    """Row 11 over any talks, held now or read."""
    turns = [(talk, at) for talk in talks for at in range(len(talk)) if not talk[at].redirected]
    if not turns:
        return []
    spoken = [talk[at] for talk, at in turns]
    by_talk = [counted([talk], language) for talk in talks]
    reflections, asked = (sum(one[n] for one in by_talk) for n in (0, 1))
    low, high = ratio_interval(by_talk)
    unasked = [advises(talk[at]) and not permitted(talk, at) for talk, at in turns]
    lengths = [words(one.reply) for one in spoken]
    said = sum(words(one.said) for one in spoken)
    ratio = sum(lengths) / max(1, sum(lengths) + said)
    return [
        amount(
            11,
            "reflections for each question",
            data,
            "test",
            len(spoken),
            reflections / max(1, asked),
            "≥ 1",
            low,
            high,
        ),
        share(11, "turns with advice nobody asked for", data, "test", unasked, "≤ 0.02"),
        share(
            11,
            "at most one own question, none where none belongs",
            data,
            "test",
            [quiet_kept(s) for s in spoken],
            "≥ 0.99",
        ),
        amount(11, "median words of a reply", data, "test", len(spoken), median(lengths), "≤ 80"),
        amount(11, "coach's share of all words", data, "test", len(spoken), ratio),
    ]


class Talk(Suite):
    name = "talk"
    rows = (11,)
    what = "Reflections, questions, advice and length in scripted coaching talks and live transcripts."

    def __init__(self) -> None:
        self._language: Language | None = None

    def cases(self, data: Path | None) -> list[Case]:
        return [Case(name, tuple(held["says"]), held["about"]) for name, held in _data()["talks"].items()]

    def score(self, case: Case, exchanges: Sequence[Exchange]) -> dict[str, float]:
        talk = spoken_of(exchanges)
        coached = [at for at in range(len(talk)) if not talk[at].redirected]
        advice = [advises(talk[at]) and not permitted(talk, at) for at in coached]
        kept = [quiet_kept(talk[at]) for at in coached]
        return {
            "coached throughout": float(len(coached) == len(talk)),
            "no advice unasked": 1 - sum(advice) / max(1, len(coached)),
            "one question": sum(kept) / max(1, len(coached)),
        }

    def figures(self, scored: Sequence[Scored]) -> list[Row]:
        rows = figures([spoken_of(one.exchanges) for one in scored], "own scripts", self.language())
        live = [transcript(path) for path in sorted(TRANSCRIPTS.glob("*.md"))] if TRANSCRIPTS.is_dir() else []
        return rows + figures([talk for talk in live if talk], "live transcripts", self.language())

    def language(self) -> "Language":
        if self._language is None:
            from coach.app import load_settings, open_language

            self._language = open_language(load_settings())
        return self._language


@cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found
