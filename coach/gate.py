"""The safety gate: keeps both sides of the talk on the coaching side of the line.

A message is looked at by rules (``coach.signals``, ``coach.languages``) and, where an embedder is installed, by a
trained head (``coach.sense``). Danger to life comes first and needs only one of the two; the rest needs the head,
or without an embedder the rules. All that is said is authored (``coach.crisis``, ``prompts/redirects``).
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from coach import crisis, leaving, signals
from coach.authored import authored, compose
from coach.crisis import Finding, Tier, Who
from coach.denial import denied_matters, without_denied, without_no_danger
from coach.languages import crisis_abroad
from coach.protocols import Embedder
from coach.sense import Sense, Sensed, split
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

PIECES = 8
DOCUMENT_PIECES = 64
RULE_CHANCE = 0.9
"""What a matched rule counts as, beside the heads' chances."""
TOLD = 0.85
"""Chance from which a clinical or legal matter counts that is only told of."""
WITH_RULE = 0.6
"""A rule that matches in a question lowers what the head must be sure of."""

_WEAK = frozenset({"crisis.no-way-out", "crisis.point-of-it", "crisis.burden"})
_CUES = frozenset({"goodbye", "self-harm", "wish-to-die", "trapped", "tired-of-living", "numb"})
"""Themes whose words are seldom those of work. "Without me", "the point" and short nights are heard every day."""
_EXPLICIT = frozenset(
    f"crisis.{rule}" for rule in ("kill-self", "suicide", "want-to-die", "dont-want-to-live", "life-end", "method")
)
_HARMING = frozenset({"crisis.self-harm", "crisis.starve"})
_CONTENT = frozenset(f"crisis.{rule}" for rule in ("ways", "promote", "lethal", "starve", "self-harm", "suicide"))
_OPENINGS = (
    "goodbye", "self-harm", "burden", "wish-to-die", "trapped", "tired-of-living", "pointless", "sleepless",
)  # fmt: skip
"""Openings of the first crisis text, the more telling first."""

BARE_WORDS = 3
"""Up to this many words only a rule or a theme makes danger of a message."""
BRIEF_WORDS = 6
WORDING = re.compile(
    r"\bhow (?:do|should|can|could|would|might|to|best to|shall) (?:i |we )?(?:best )?(?:say|begin|start|open|address|"
    r"speak|talk|tell|put|phrase|word|raise|bring|approach|apologi[sz]e|welcome|answer|thank|explain|ask|be told)\b|"
    r"\bwhat (?:do|should|can|could|would|shall) i (?:say|open with|tell|ask|answer)\b|"
    r"\bfirst (?:sentence|line|words?)\b",
    re.I,
)
"""Asks how to say something, which is what a coach is for, whatever it is about."""

# Without a head, a clinical or legal rule counts only in something that asks for an answer or a text.
ASKS = re.compile(
    r"\?|(?:^|[.!:,;]\s+|\n)\W*(?:explain|list|describe|create|make|provide|compare|outline|show|find|pick|plan|what|"
    r"which|how|can|could|should|do|does|is|are|am|may|would|write|give|draft|tell|help|please|recommend|suggest|"
    r"diagnose|treat|be my|act as|prepare|script)\b|\b(?:i need|i want you to|write me|tell me|do you think)\b",
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

    ``embedder`` None: rules alone, with less recall for what is veiled and for clinical and legal asks. ``reader`` is a
    stronger encoder of messages, which finds more and fires less where it is installed. ``region`` is
    a country code; None or unlisted: the crisis texts say that the country is unknown and ask for it.
    """

    def __init__(
        self, embedder: Embedder | None = None, region: str | None = None, reader: Embedder | None = None
    ) -> None:
        self.region = region
        self._sense = Sense(embedder, reader) if embedder is not None else None

    def check(self, said: str, history: Sequence[Turn], vector: "np.ndarray | None" = None) -> Gated | None:
        """What a message calls for before any coaching; None where it is coaching.

        ``vector`` is the embedding of ``said`` where the caller has it already.
        """
        if not said.strip():
            return None
        state = crisis.state_of(history)
        told = without_no_danger(said)
        found = signals.matched(told)
        sensed = self._sense.read(told, PIECES, vector if told == said else None) if self._sense else Sensed()
        danger = self._danger(told, found, sensed, after_crisis=state is not None and state.phase not in crisis.SETTLED)
        if state is not None and state.phase in crisis.OPEN_PHASES and _crisis(history[-1]):
            answer = crisis.follow(state, said, danger, history, self.region)
            if answer is not None:
                return answer
        if danger is not None:
            return crisis.first(danger, said, history, self.region)
        asked = without_denied(said)
        redirect = self._redirect(
            asked, history, denied_matters([*_said(history), said]), sensed if asked == told else None
        )
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
        found = [signals.matched(piece) for piece in split(text, DOCUMENT_PIECES)]
        best = RULE_CHANCE if any(names & _INJECTION_ALONE for names in found) else 0.0
        if self._sense is not None:
            sensed = self._sense.read(text, DOCUMENT_PIECES, vector, quickly=True)
            best = max(best, sensed.chances["injection"])
            return best if best >= self._sense.threshold("injection", quickly=True) else None
        return best or None

    def outside(self, said: str, vector: "np.ndarray | None" = None) -> str | None:
        """A field outside coaching that is no matter for the gate (``money``), for the policy; None where none is."""
        if self._sense is None:
            return None
        chance = self._sense.read(said, PIECES, vector).chances["money"]
        return "money" if chance >= self._sense.threshold("money") else None

    def _danger(self, said: str, found: frozenset[str], sensed: Sensed, after_crisis: bool) -> Finding | None:
        """Danger to somebody, by rule or by head."""
        abroad = crisis_abroad(said)
        if abroad is not None:
            return abroad
        by_rule = _who_by_rule(said, found)
        if by_rule is not None:
            who, names = by_rule
            tier: Tier = "explicit" if who != "own" or names & _EXPLICIT else "veiled"
            return Finding(who, tier, f"{who}, {tier}: {', '.join(sorted(names))}", _theme(said))
        if self._sense is None:
            return None
        if sensed.chances["content"] >= self._sense.threshold("content"):
            return Finding(
                "content", "veiled", f"content: head {sensed.chances['content']:.2f}", surmised=not found & _CONTENT
            )
        if len(said.split()) <= BARE_WORDS and not after_crisis and not signals.themes(said):
            return None  # "Fine. Bye." is an end to a talk, whatever a head makes of it
        chance = sensed.chances["crisis"] + sensed.chances["content"]
        # Words of that kind beside the head's sense of it: each alone may be a way of speaking, both together are not.
        cued = found & _WEAK or signals.themes(said) & _CUES
        needed = self._sense.threshold("after_crisis" if after_crisis else "crisis")
        if chance < needed * (WITH_RULE if cued and not after_crisis else 1):
            return None
        likely = self._sense.fitting(sensed.pieces["crisis"], CRISIS_CLASSES)
        return Finding(likely, "veiled", f"{likely}, veiled: head {chance:.2f}", _theme(said), surmised=not cued)

    def _redirect(
        self, said: str, history: Sequence[Turn], denied: frozenset[str], sensed: Sensed | None
    ) -> tuple[str, str] | None:
        """The redirect text that is due, and why.

        ``denied``: matters that the person said it is not; ``sensed``: what the heads make of ``said``, where known.
        """
        found = signals.matched(said)
        if found & _INJECTION_ALONE:
            return "injection", f"injection: {', '.join(sorted(found & _INJECTION_ALONE))}"
        if self._sense is not None:
            sensed = sensed or self._sense.read(said, PIECES)
            last = history[-1].gated.kind if history and history[-1].gated is not None else None
            for kind in ("injection", "legal", "clinical"):
                ruled = any(name.startswith(f"{kind}.") for name in found)
                asked = ASKS.search(said) is not None
                needed = self._sense.threshold(kind) * (WITH_RULE if ruled and asked else 1)
                if kind != "injection" and not asked:
                    # Illness or a dispute that is told of, with nothing asked, is mostly the background of work talk.
                    if not ruled:
                        continue
                    needed = TOLD
                if not ruled and (kind in denied or kind == last or WORDING.search(said) or _brief(said, kind)):
                    # Denied, just redirected, a question on how to say something, or a bare word: the head alone
                    # is no reason to send somebody away.
                    continue
                if sensed.chances[kind] >= needed:
                    texts = [name for name, of in REDIRECTS.items() if of == kind]
                    name = self._sense.fitting(sensed.pieces[kind], texts)
                    return name, f"{name}: head {sensed.chances[kind]:.2f}"
            return None
        if ASKS.search(said):
            for rule, name in _RULES_ALONE:
                if rule in found:
                    if name == "clinical-own" and _THIRD.search(said):
                        name = "clinical-other"
                    return name, f"{name}: {rule}"
        return None


def _crisis(turn: Turn) -> bool:
    return turn.gated is not None and turn.gated.kind == "crisis"


def _said(history: Sequence[Turn]) -> list[str]:
    return [turn.said for turn in history]


def _brief(said: str, kind: str) -> bool:
    """ "Give list", "Thank you. Good night.": too little to steer anybody."""
    return kind == "injection" and len(said.split()) <= BRIEF_WORDS


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
    if own and own <= _CONTENT and not re.search(r"\b(?:i|i'm|me|myself)\b", said, re.I):
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
