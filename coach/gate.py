"""The safety gate: keeps both sides of the talk on the coaching side of the line.

A message is looked at by rules (``coach.signals``, ``coach.languages``) and, where an embedder is installed, by a
trained head (``coach.heads``). Danger to life comes first and needs only one of the two; the rest needs the head,
or without an embedder the rules. All that is said is authored (``coach.crisis``, ``prompts/redirects``).
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from coach import crisis, heads, leaving, signals
from coach.authored import authored, compose
from coach.crisis import Finding, Tier, Who
from coach.languages import crisis_abroad
from coach.protocols import Embedder
from coach.values import Gated, GateKind, Sentence, Turn

if TYPE_CHECKING:
    import numpy as np

CRISIS_CLASSES: tuple[Who, ...] = ("own", "self-harm", "content", "other", "threat", "harm", "abuse", "abuse-other")
REDIRECTS: dict[str, GateKind] = {
    "clinical-own": "clinical", "clinical-other": "clinical", "medication": "clinical", "health": "clinical",
    "legal-ruling": "legal", "legal-report": "legal", "legal-script": "legal", "legal-own": "legal",
    "injection": "injection",
}  # fmt: skip
"""Redirect texts, which are also classes of the head, and the kind that each is reported as."""

LONG_WORDS = 30
"""Above this a danger or an ask can drown in its surroundings, so that pieces are looked at as well."""
PIECES = 8
KEPT_VECTORS = 16

_WEAK = frozenset({"crisis.no-way-out", "crisis.point-of-it", "crisis.burden"})
_EXPLICIT = frozenset(
    f"crisis.{rule}" for rule in ("kill-self", "suicide", "want-to-die", "dont-want-to-live", "life-end", "method")
)
_HARMING = frozenset({"crisis.self-harm", "crisis.starve"})
_OPENINGS = (
    "goodbye", "self-harm", "burden", "wish-to-die", "trapped", "tired-of-living", "pointless", "sleepless",
)  # fmt: skip
"""Openings of the first crisis text, the more telling first."""

# Without a head, a clinical or legal rule counts only in something that asks for an answer or a text.
_ASKS = re.compile(
    r"\?|^\W*(?:what|which|how|can|could|should|do|does|is|are|am|may|would|write|give|draft|tell|help|please|recommend|"
    r"suggest|diagnose|treat|be my|act as|prepare|script)\b|\b(?:i need|i want you to|write me|tell me|do you think)\b",
    re.I,
)
_RULES_ALONE: tuple[tuple[str, str], ...] = (
    ("clinical.dose", "medication"), ("clinical.drug", "medication"), ("clinical.have-illness", "clinical-own"),
    ("clinical.therapy", "clinical-own"), ("clinical.therapist-need", "clinical-own"), ("clinical.symptom", "health"),
    ("legal.dismissal-script", "legal-script"), ("legal.may-i-fire", "legal-ruling"),
    ("legal.is-it-legal", "legal-ruling"), ("legal.harass-report", "legal-report"), ("legal.law", "legal-own"),
)  # fmt: skip
_INJECTION_ALONE = frozenset(
    f"injection.{rule}" for rule in ("ignore", "reveal", "persona", "exfiltrate", "to-the-model", "pwned")
)
_THIRD = re.compile(
    r"\b(?:he|she|they|him|her|them|my (?:report|boss|manager|colleague|deputy|engineer|employee))\b", re.I
)


class SafetyGate:
    """Checks what a person says and what the coach is about to say.

    ``embedder`` None: rules alone, with less recall for what is veiled and for clinical and legal asks. ``region`` is
    a country code; None or unlisted: the crisis texts say that the country is unknown and ask for it.
    """

    def __init__(self, embedder: Embedder | None = None, region: str | None = None):
        self.region = region
        self._embedder = embedder
        self._head = heads.load("gate") if embedder is not None and (heads.DATA / "gate.npz").exists() else None
        self._vectors: OrderedDict[str, np.ndarray] = OrderedDict()

    def check(self, said: str, history: Sequence[Turn], vector: "np.ndarray | None" = None) -> Gated | None:
        """What a message calls for before any coaching; None where it is coaching.

        ``vector`` is the embedding of ``said`` where the caller has it already.
        """
        if not said.strip():
            return None
        state = crisis.state_of(history)
        found = signals.matched(said)
        chances = self._chances(said, found, vector)
        danger = self._danger(said, found, chances, after_crisis=state is not None)
        if state is not None and state.phase in crisis.OPEN_PHASES:
            answer = crisis.follow(state, said, danger, history, self.region)
            if answer is not None:
                return answer
        if danger is not None:
            return crisis.first(danger, said, history, self.region)
        redirect = self._redirect(said, found, chances)
        if redirect is None:
            return None
        name, reason = redirect
        before = [turn.gated.text for turn in history if turn.gated is not None]
        return Gated(REDIRECTS[name], reason, compose(authored("redirects", name), {}, before))

    def check_out(self, sentence: Sentence, said: str) -> str | None:
        """Why a sentence may not leave; None where it may."""
        return leaving.reason(sentence, said)

    def injection_in(self, text: str, vector: "np.ndarray | None" = None) -> float | None:
        """How likely a retrieved text tries to steer the coach, 0 to 1; None where it shows no sign of it.

        Text that scores is data from an untrusted hand: it may be quoted, never followed. Meant for the moment when
        a document is added, since a long text is looked at in pieces.
        """
        best = 0.0
        for piece in _pieces(text, limit=64):
            found = signals.matched(piece)
            rule = 0.9 if found & _INJECTION_ALONE else 0.0
            chances = self._chances_of([piece], [found], vector if piece == text else None)
            best = max(best, rule, chances[0].get("injection", 0.0))
        return best if best >= self._threshold("injection", 0.5) else None

    def outside(self, said: str, vector: "np.ndarray | None" = None) -> str | None:
        """A field outside coaching that is no matter for the gate (``money``), for the policy; None where none is."""
        chances = self._chances(said, signals.matched(said), vector)
        return "money" if chances.get("money", 0.0) >= self._threshold("money", 0.5) else None

    def _danger(
        self, said: str, found: frozenset[str], chances: dict[str, float], after_crisis: bool
    ) -> Finding | None:
        """Danger to somebody, by rule or by head."""
        by_rule = _who_by_rule(said, found)
        if by_rule is not None:
            who, names = by_rule
            tier: Tier = "explicit" if who != "own" or names & _EXPLICIT else "veiled"
            return Finding(who, tier, f"{who}, {tier}: {', '.join(sorted(names))}", _theme(said))
        abroad = crisis_abroad(said)
        if abroad is not None:
            return abroad
        danger = sum(chances.get(name, 0.0) for name in CRISIS_CLASSES)
        if danger < self._threshold("after_crisis" if after_crisis else "crisis", 2.0):
            return None
        who = max(CRISIS_CLASSES, key=lambda name: chances.get(name, 0.0))
        return Finding(who, "veiled", f"{who}, veiled: head {danger:.2f}", _theme(said))

    def _redirect(self, said: str, found: frozenset[str], chances: dict[str, float]) -> tuple[str, str] | None:
        """The redirect text that is due, and why."""
        if found & _INJECTION_ALONE:
            return "injection", f"injection: {', '.join(sorted(found & _INJECTION_ALONE))}"
        if chances:
            for kind in ("injection", "legal", "clinical"):
                names = [name for name, of in REDIRECTS.items() if of == kind]
                chance = sum(chances.get(name, 0.0) for name in names)
                if chance >= self._threshold(kind, 0.5):
                    name = max(names, key=lambda name: chances.get(name, 0.0))
                    return name, f"{name}: head {chance:.2f}"
            return None
        if _ASKS.search(said):
            for rule, name in _RULES_ALONE:
                if rule in found:
                    if name == "clinical-own" and _THIRD.search(said):
                        name = "clinical-other"
                    return name, f"{name}: {rule}"
        return None

    def _threshold(self, name: str, otherwise: float) -> float:
        return self._head.thresholds.get(name, otherwise) if self._head is not None else otherwise

    def _chances(self, said: str, found: frozenset[str], vector: "np.ndarray | None") -> dict[str, float]:
        """Class chances of a message, the highest over it and its pieces for all but ``none``."""
        if self._head is None:
            return {}
        pieces = _pieces(said, limit=PIECES)
        rows = self._chances_of(pieces, [found, *(signals.matched(piece) for piece in pieces[1:])], vector)
        return max(rows, key=lambda row: sum(row[name] for name in CRISIS_CLASSES) * 2 - row["none"])

    def _chances_of(
        self, texts: list[str], found: list[frozenset[str]], vector: "np.ndarray | None"
    ) -> list[dict[str, float]]:
        if self._head is None:
            return [{} for _ in texts]
        import numpy as np

        first = self._vector(texts[0]) if vector is None else vector
        vectors = np.vstack([first, *(self._vector(text) for text in texts[1:])])
        table = self._head.probabilities(vectors, found)
        return [dict(zip(self._head.classes, map(float, row), strict=True)) for row in table]

    def _vector(self, text: str) -> "np.ndarray":
        """Embedding of a text; the last few are kept, since check and injection_in often see the same one."""
        assert self._embedder is not None
        vector = self._vectors.get(text)
        if vector is None:
            vector = self._embedder.embed([signals.plain(text)])[0]
            self._vectors[text] = vector
            if len(self._vectors) > KEPT_VECTORS:
                self._vectors.popitem(last=False)
        return vector


def _pieces(text: str, limit: int) -> list[str]:
    """The whole text, and where it is long also its overlapping pairs of sentences, at most ``limit`` of them."""
    if len(text.split()) <= LONG_WORDS:
        return [text]
    sentences = [part for part in re.split(r"(?<=[.!?])\s+|\n+", text) if part.strip()]
    pairs = [" ".join(sentences[start : start + 2]) for start in range(max(1, len(sentences) - 1))]
    step = max(1, -(-len(pairs) // limit))
    return [text, *pairs[::step]] if len(pairs) > 1 else [text]


def _who_by_rule(said: str, found: frozenset[str]) -> tuple[Who, frozenset[str]] | None:
    """Whose danger the rules name, and which of them; None where they name none."""
    family = {
        name: frozenset(rule for rule in found if rule.startswith(f"{name}."))
        for name in ("crisis", "other", "threat", "harm", "abuse", "abuse-other")
    }
    own = family["crisis"] - _WEAK
    weak = family["crisis"] & _WEAK
    first_person = signals.rules().first_person.search(signals.plain(said)) is not None
    if own and first_person and not own <= _HARMING | {"crisis.ways"}:
        return "own", own
    if family["other"]:
        return "other", family["other"]
    for name in ("threat", "harm", "abuse-other", "abuse"):
        if family[name]:
            return name, family[name]
    if own <= {"crisis.ways", "crisis.starve"} and own and not re.search(r"\b(?:i|i'm|me|myself)\b", said, re.I):
        return "content", own
    if own and own <= _HARMING | {"crisis.ways"}:
        return "self-harm", own
    if own:
        return "own", own
    if len(weak) > 1 or (weak and signals.themes(said) & {"sleepless", "numb"}):
        return "own", weak
    return None


def _theme(said: str) -> str | None:
    """The opening that fits what was said; None where none does."""
    themes = signals.themes(said)
    if {"sleepless", "numb"} <= themes:
        return "numb-and-sleepless"
    return next((theme for theme in _OPENINGS if theme in themes), None)
