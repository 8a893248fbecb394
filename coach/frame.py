"""What is known of a topic: who, what happened, what it did, what is wished and feared, each with its words.

Patterns over the parsed clauses fill the slots. Every slot keeps the span it came from, the turn, and how sure
the pattern is. Knows nothing of what to do next.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from coach.parse import Clause, Phrase, Utterance, turned
from coach.values import Turn

SlotKind = Literal[
    "person", "role", "event", "quote", "count", "duration", "when", "deadline", "impact", "feeling", "wish", "fear",
    "tried", "constraint", "own_part", "ask", "verdict", "plan", "task", "about",
]  # fmt: skip

Form = Literal["np", "inf", "clause", "adj", "adv", "name"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing the person told us. ``text`` is verbatim, ``phrase`` is the same turned to "you"."""

    kind: SlotKind
    text: str
    phrase: str
    start: int
    end: int
    turn: int
    confidence: float
    form: Form = "clause"
    clause: Clause | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A topic as far as it is known, the present message included."""

    said: str
    kind: str
    """What kind of message ``said`` is; see ``coach.kinds``."""
    also: frozenset[str]
    """Other kinds that the same message shows."""
    utterance: Utterance
    slots: tuple[Slot, ...]
    turn: int
    """Number of the present message in the conversation, from 0."""
    topic_start: int
    topic: tuple[str, ...]
    """The person's messages on this topic, the present one last."""

    def all(self, kind: SlotKind) -> list[Slot]:
        return [slot for slot in self.slots if slot.kind == kind]

    def now(self, kind: SlotKind) -> list[Slot]:
        """What the present message itself says."""
        return [slot for slot in self.slots if slot.kind == kind and slot.turn == self.turn]

    def latest(self, kind: SlotKind, *, sure: float = 0.0) -> Slot | None:
        return next((s for s in reversed(self.slots) if s.kind == kind and s.confidence >= sure), None)

    def has(self, kind: SlotKind) -> bool:
        return any(slot.kind == kind for slot in self.slots)

    @property
    def words(self) -> int:
        return len(self.said.split())


DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_UNIT = r"(?:minute|hour|day|week|month|quarter|year|sprint|time)s?"
_NUMBER = r"(?:\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|half an?|an?|a couple of|several|a few)"
_GATHERING = r"(?:meetings?|reviews?|stand-?ups?|retros?|calls?|one-on-ones?|1:1s?|ward rounds?|handovers?|shifts?|briefings?|class(?:es)?|workshops?|demos?|debriefs?|townhalls?)"
_WHEN = re.compile(
    rf"\b(?:(?:on|last|this|this past) {DAY}(?: (?:morning|afternoon|evening))?|yesterday(?: (?:morning|afternoon|evening))?|today|"
    rf"last (?:week|month|night|quarter|year|time)|this (?:morning|afternoon|week)|{_NUMBER} {_UNIT} ago|"
    rf"(?:in|at|during) (?:the |our |my |a |last |yesterday's |today's |{DAY}'s )(?:[\w-]+ ){{0,2}}?{_GATHERING})\b",
    re.I,
)
_DEADLINE = re.compile(
    rf"\b(?:(?:by|before|until) (?:the )?(?:end of (?:the |this )?(?:day|week|month|quarter|year)|next \w+|tomorrow|noon|tonight|{DAY}|\w+ \d{{1,2}}|\d{{1,2}}(?:th|st|nd|rd)?)|"
    rf"tomorrow(?: (?:morning|afternoon))?|next (?:week|month|{DAY})|(?:on|this) {DAY}|in {_NUMBER} (?:minutes?|hours?|days?|weeks?|months?))\b",
    re.I,
)
_COUNT = re.compile(
    rf"\b(?:once|twice|(?:{_NUMBER}) times|every (?:single )?(?:day|week|month|meeting|morning|time|{DAY})|each (?:day|week|meeting|time)|again and again|(?:the )?(?:second|third|fourth|fifth) time)\b",
    re.I,
)
_DURATION = re.compile(
    rf"\bfor (?:about |almost |over |more than |the (?:last|past) )?(?:{_NUMBER}) (?:minute|hour|day|week|month|quarter|year)s?\b|\b(?:{_NUMBER}) (?:hour|minute|day|week|month|year)s?\b",
    re.I,
)

_LEAD = re.compile(
    rf"(?:{_WHEN.pattern}\W*(?:and|but|then)\s+|(?:now|then|so|well|and|but|also|honestly|basically|like|ok|okay|because|anyway)\b[\s,]+)+",
    re.I,
)

ROLES = frozenset(
    """boss manager director ceo cto cfo coo chief deputy lead leader supervisor engineer developer designer nurse doctor
    teacher principal head assistant analyst colleague coworker teammate peer report employee intern apprentice contractor
    client customer salesperson rep accountant technician operator driver cook chef waiter consultant partner founder
    owner chair board officer coordinator caseworker volunteer mechanic foreman chairman secretary recruiter architect
    surgeon pharmacist librarian professor student trainee junior senior specialist advisor editor producer vp president
    guy woman man person lady team staff crew member""".split()
)
_KIN = frozenset({"wife", "husband", "son", "daughter", "mother", "father", "mom", "dad", "sister", "brother"})
FEELINGS = frozenset(
    """angry anxious ashamed bad confused crushed defeated disappointed discouraged drained embarrassed exhausted
    frustrated furious guilty helpless hurt insecure intimidated irritated isolated lonely lost mad nervous numb
    overwhelmed powerless resentful sad scared shaken sick sorry stressed stuck tense terrible terrified tired torn
    uncomfortable uneasy unsure upset useless worn worried awful annoyed uncertain alone betrayed humiliated awkward
    proud relieved hopeful happy excited glad grateful nervous fed""".split()
)
_WISH_VERBS = {"want", "like", "hope", "wish", "love", "prefer", "need", "aim"}
_TALK = {"talk", "tell", "speak", "say", "give", "ask", "raise", "address", "confront", "discuss", "have", "bring"}
_FEAR = {
    "afraid",
    "scared",
    "worried",
    "anxious",
    "nervous",
    "terrified",
    "concerned",
    "frightened",
    "fear",
    "dread",
    "worry",
    "fearful",
}
_TRIED = {"try", "tell", "talk", "speak", "ask", "explain", "offer", "raise", "mention", "suggest", "remind", "warn",
          "coach", "apologize", "apologise", "listen"}  # fmt: skip
_LABELS = frozenset(
    """lazy toxic difficult useless incompetent selfish arrogant unprofessional dramatic stupid negative aggressive
    rude childish immature entitled careless sloppy manipulative passive weak hopeless impossible nightmare bully
    problem liar idiot jerk dinosaur unmotivated disloyal untrustworthy unreliable clueless narcissist oversensitive
    sensitive""".split()
)
_QUIET = {"stop", "quit", "leave", "lose", "refuse", "cry", "complain", "avoid", "withdraw", "hide", "resign", "fail",
          "miss", "suffer", "drop", "freeze", "slip", "delay", "wait", "escalate", "cost", "break", "hurt"}  # fmt: skip
_SILENT = re.compile(
    r"\b(?:silent|silence|quiet|nobody|no one|no-one|another word|shut(?:s)? (?:up|down)|stopped|didn't (?:say|speak)|don't (?:say|speak)|not speak)\b",
    re.I,
)
_SAYING = {
    "say",
    "ask",
    "tell",
    "write",
    "reply",
    "answer",
    "shout",
    "snap",
    "post",
    "message",
    "email",
    "joke",
    "mutter",
}


def read_slots(utterance: Utterance, turn: int) -> list[Slot]:
    """Every slot that one message fills, in the order of the text."""
    slots = [
        *_people(utterance, turn),
        *_quotes(utterance, turn),
        *_measures(utterance, turn),
        *_from_clauses(utterance, turn),
    ]
    return sorted(slots, key=lambda s: (s.start, s.end))


def slots_of(history: Sequence[Turn], utterances: Sequence[Utterance], first: int) -> list[Slot]:
    """Slots of the topic's earlier turns; ``first`` is the topic's first turn."""
    return [slot for index in range(first, len(history)) for slot in read_slots(utterances[index], index)]


def _slot(
    kind: SlotKind, u: Utterance, start: int, end: int, turn: int, sure: float, form: Form, clause: Clause | None = None
) -> Slot:
    span = u.doc.char_span(start, end, alignment_mode="expand")
    phrase = turned(span) if span is not None else u.text[start:end]
    return Slot(kind, u.text[start:end].strip(" ,.;:"), phrase.strip(" ,.;:"), start, end, turn, sure, form, clause)


def _people(u: Utterance, turn: int) -> list[Slot]:
    found = []
    for phrase in u.phrases:
        if phrase.proper and _looks_like_name(phrase) and not u.quote_at(phrase.start):
            token = phrase.root
            found.append(_slot("person", u, token.idx, token.idx + len(token), turn, 0.9, "name"))
        elif phrase.head in ROLES and not phrase.pronoun and not u.quote_at(phrase.start):
            found.append(_slot("role", u, phrase.start, phrase.end, turn, 0.8, "np"))
    return found


_NOT_NAMES = re.compile(
    rf"^(?:{DAY}|january|february|march|april|may|june|july|august|september|october|november|december|okrs?|hr|ceo|cto|cfo|coo|vp|q[1-4]|english|slack|teams|zoom|jira|excel|ai|it|kpis?|pip|1:1|google|christmas|friday|pm|am|i|ok|okay|sorry|thanks|hi|hello|monday|retro|sql|api|uk|us|eu)s?$",
    re.I,
)


def _looks_like_name(phrase: Phrase) -> bool:
    word = phrase.root.text
    return (
        word[:1].isupper()
        and word.isalpha()
        and not word.isupper()
        and not _NOT_NAMES.match(word)
        and phrase.root.tag_ == "NNP"
        and phrase.dep
        in {"nsubj", "nsubjpass", "pobj", "dobj", "dative", "poss", "conj", "appos", "attr", "npadvmod", "ROOT"}
    )


def _quotes(u: Utterance, turn: int) -> list[Slot]:
    found = []
    for start, end in u.quotes:
        text = u.text[start:end]
        if len(text.split()) >= 2:
            found.append(Slot("quote", text.strip(" ,.;"), text.strip(" ,.;"), start, end, turn, 0.95, "clause"))
    return found


def _measures(u: Utterance, turn: int) -> list[Slot]:
    found = []
    taken: list[tuple[int, int]] = []

    def free(start: int, end: int) -> bool:
        return not any(a < end and start < b for a, b in taken)

    for match in _WHEN.finditer(u.text):
        ahead = _clause_at(u, match.start())
        future = (
            ahead is not None
            and (ahead.tense == "future" or ahead.tense == "present")
            and re.match(rf"(?:on|this) {DAY}", match.group(), re.I)
        )
        kind: SlotKind = "deadline" if future else "when"
        found.append(_slot(kind, u, match.start(), match.end(), turn, 0.85, "adv"))
        taken.append(match.span())
    for pattern, kind in ((_DEADLINE, "deadline"), (_COUNT, "count"), (_DURATION, "duration")):
        for match in pattern.finditer(u.text):
            if free(*match.span()) and not u.quote_at(match.start()):
                found.append(_slot(kind, u, match.start(), match.end(), turn, 0.85, "adv"))
                taken.append(match.span())
    return found


def _clause_at(u: Utterance, offset: int) -> Clause | None:
    around = [c for c in u.clauses if c.start <= offset < c.end]
    return min(around, key=lambda c: c.end - c.start) if around else None


def _from_clauses(u: Utterance, turn: int) -> list[Slot]:
    found: list[Slot] = []
    inside: list[tuple[int, int]] = []  # spans already read as a wish or fear, whose inner clauses are not events

    def covered(clause: Clause) -> bool:
        return any(a <= clause.start and clause.end <= b for a, b in inside)

    for clause in u.clauses:
        if u.quote_at(clause.head.idx):
            continue
        for slot in (_wish(u, clause, turn), _fear(u, clause, turn), _task(u, clause, turn), _about(u, clause, turn)):
            if slot is not None:
                found.append(slot)
                inside.append((slot.start, slot.end))
    what_if = re.search(r"\bwhat if ([^.?!]{6,90})", u.text, re.I)
    if what_if:
        found.append(_slot("fear", u, what_if.start(1), what_if.end(1), turn, 0.8, "clause"))
        inside.append(what_if.span())
    for clause in u.clauses:
        if u.quote_at(clause.head.idx) or covered(clause) or _ABOUT_COACH.search(clause.text):
            continue
        if slot := _state(u, clause, turn):
            found.append(slot)
        if slot := None if _asking(u, clause) else _deed(u, clause, turn):
            found.append(slot)
    if (blame := _OWN_FAULT.search(u.text)) and not any(s.kind == "own_part" for s in found):
        found.append(_slot("own_part", u, blame.start(), blame.end(), turn, 0.85, "clause"))
    for sentence in u.sentences:
        text = u.text[sentence[0] : sentence[1]].strip()
        if text.endswith("?") and not u.quote_at(sentence[0]):
            found.append(_slot("ask", u, *sentence, turn, 0.9, "clause"))
    return found


_OWN_FAULT = re.compile(
    r"\b(?:(?:it|this|that|part of it|some of it)(?:'s| is| was) (?:partly |really |also |mostly )?(?:my (?:own )?(?:fault|mistake|doing)|on me)|if i(?:'d| had) (?:only )?[^,.;]{3,60})",
    re.I,
)
_ABOUT_COACH = re.compile(
    r"\b(?:what i (?:meant|mean|said|asked)|you (?:already |just |keep )?(?:asked|asking|said)|that's (?:not|wrong|right))\b",
    re.I,
)


def _asking(u: Utterance, clause: Clause) -> bool:
    """Whether the clause stands in a question: what is asked has not happened."""
    start, end = u.sentences[clause.sentence] if clause.sentence < len(u.sentences) else (0, 0)
    return u.text[start:end].rstrip().endswith("?")


def _wish(u: Utterance, clause: Clause, turn: int) -> Slot | None:
    head = clause.head
    if clause.verb not in _WISH_VERBS or clause.person not in (1, None) or clause.negated:
        return None
    wanting = (
        clause.verb in {"want", "hope", "wish", "prefer"}
        or (clause.verb in {"like", "love"} and clause.modal == "would")
        or (clause.verb == "need" and clause.person == 1)
        or clause.modal in {"would", "'d"}
    )
    if not wanting:
        return None
    for child in head.children:
        if child.i < head.i:
            continue
        if child.dep_ in {"xcomp", "ccomp"}:
            subject = next((c for c in child.children if c.dep_ in {"nsubj", "nsubjpass"}), None)
            if clause.verb == "need" and child.lemma_ in _TALK and subject is None:
                return None  # a task, not a wish
            if (
                subject is None
                and child.lemma_ in {"know", "understand", "ask", "talk", "tell", "say", "hear"}
                and clause.verb in {"want", "like"}
            ):
                return None  # a request to the coach, not a wish for the talk
            start, end = child.left_edge.idx, _end(child)
            form: Form = "inf" if subject is None and any(c.tag_ == "TO" for c in child.children) else "clause"
            return _slot("wish", u, start, end, turn, 0.85, form, clause)
        if child.dep_ in {"dobj", "obj"}:
            if child.pos_ == "PRON" and child.lower_ in {"it", "that", "this", "them", "him", "her", "you"}:
                return None
            return _slot("wish", u, child.left_edge.idx, _end(head), turn, 0.8, "np", clause)
    return None


def _fear(u: Utterance, clause: Clause, turn: int) -> Slot | None:
    head = clause.head
    word = next(
        (
            t
            for t in [head, *head.children]
            if t.lemma_.lower() in _FEAR
            and t.dep_ in {"acomp", "ROOT", "conj", "ccomp", "advcl", "xcomp", "parataxis", "attr"}
        ),
        None,
    )
    if word is None or clause.person not in (1, None) or clause.negated:
        return None
    for child in word.children:
        if child.i < word.i:
            continue
        if child.dep_ in {"ccomp", "xcomp"}:
            return _slot(
                "fear",
                u,
                child.left_edge.idx if child.left_edge.lower_ != "that" else child.left_edge.nbor(1).idx,
                _end(child),
                turn,
                0.9,
                "clause",
                clause,
            )
        if child.dep_ == "prep" and child.lower_ in {"of", "about", "for"}:
            objects = list(child.children)
            if objects:
                start = objects[0].left_edge.idx
                return _slot(
                    "fear",
                    u,
                    start,
                    _end(objects[0]),
                    turn,
                    0.85,
                    "np" if objects[0].dep_ == "pobj" else "clause",
                    clause,
                )
        if child.dep_ == "dobj":
            return _slot("fear", u, child.left_edge.idx, _end(child), turn, 0.85, "np", clause)
    return None


def _task(u: Utterance, clause: Clause, turn: int) -> Slot | None:
    """ "I need to tell Marta …": what lies ahead."""
    if clause.person != 1 or clause.verb not in {"need", "have", "want", "go", "must", "should"} | _TALK:
        return None
    target = (
        clause.head
        if clause.verb in _TALK and (clause.modal in {"must", "should", "will", "'ll"})
        else next(
            (c for c in clause.head.children if c.dep_ == "xcomp" and c.lemma_ in _TALK and c.i > clause.head.i), None
        )
    )
    if target is None or target.lemma_ == "have" and target is clause.head:
        return None
    first = next((c for c in target.children if c.tag_ == "TO"), target)
    return _slot(
        "task", u, first.nbor(1).idx if first is not target else first.idx, _end(target), turn, 0.85, "inf", clause
    )


def _about(u: Utterance, clause: Clause, turn: int) -> Slot | None:
    """What a talk is about: "talk to Marta about how she speaks", "tell him that the promotion went to another"."""
    if clause.verb not in _TALK | {"tell", "dread", "conversation"}:
        return None
    for child in clause.head.children:
        if child.dep_ == "prep" and child.lower_ in {"about", "on"} and child.i > clause.head.i:
            inner = next(iter(child.children), None)
            if inner is not None and inner.pos_ != "PRON":
                return _slot(
                    "about",
                    u,
                    inner.left_edge.idx,
                    _end(inner),
                    turn,
                    0.85,
                    "np" if inner.dep_ == "pobj" else "clause",
                    clause,
                )
        if child.dep_ == "ccomp" and clause.verb == "tell" and child.i > clause.head.i:
            start = child.left_edge if child.left_edge.lower_ != "that" else child.left_edge.nbor(1)
            return _slot("about", u, start.idx, _end(child), turn, 0.8, "clause", clause)
    return None


def _state(u: Utterance, clause: Clause, turn: int) -> Slot | None:
    """Feelings of the person, verdicts on others, the person's own part, limits."""
    head = clause.head
    text = clause.text.lower()
    if clause.person == 1:
        for child in head.children:
            if child.dep_ in {"acomp", "attr", "oprd"} and child.lemma_.lower() in FEELINGS and not clause.negated:
                return _slot("feeling", u, child.idx, child.idx + len(child), turn, 0.9, "adj", clause)
        if head.lemma_.lower() in FEELINGS and head.tag_ in {"VBN", "VBD"} and not clause.negated:
            return _slot("feeling", u, head.idx, head.idx + len(head), turn, 0.75, "adj", clause)
        if re.search(
            r"\bmy (?:own )?(?:fault|mistake|part)\b|\bi (?:should(?:n't| not)? have|let it|avoided|ignored|put (?:it|this) off|was (?:too|wrong|unfair)|lost my temper|overreacted|snapped|shouted)\b",
            text,
        ):
            return _slot("own_part", u, clause.start, clause.end, turn, 0.85, "clause", clause)
        if (
            clause.modal in {"can", "could"}
            and clause.negated
            or re.search(r"\bnot allowed\b|\bno (?:budget|time|authority)\b", text)
        ):
            return _slot("constraint", u, clause.start, clause.end, turn, 0.7, "clause", clause)
        return None
    if clause.person == 3 and clause.verb == "be" and not clause.negated:
        for child in head.children:
            if (
                child.dep_ in {"acomp", "attr"}
                and child.lemma_.lower() in _LABELS
                and clause.subject.lower() not in {"it", "this", "that", "there"}
            ):
                return _slot("verdict", u, clause.start, clause.end, turn, 0.85, "clause", clause)
    if clause.person == 3 and re.search(
        r"\b(?:doesn't|does not|don't|do not) (?:care|want to (?:work|learn)|respect)\b|\bjust wants\b|\bcan't be trusted\b",
        text,
    ):
        return _slot("verdict", u, clause.start, clause.end, turn, 0.7, "clause", clause)
    return None


def _deed(u: Utterance, clause: Clause, turn: int) -> Slot | None:
    """What was done: attempts and plans of the person, events and their effects."""
    clause = _without_time(clause)
    text = clause.text
    if (
        clause.dep in {"xcomp", "acl", "pcomp"}
        or clause.mark in {"if", "whether", "how", "what", "when"}
        and clause.dep not in {"ROOT"}
    ):
        return None
    if clause.person == 1:
        if (
            clause.tense == "future"
            or (clause.verb == "go" and re.search(r"\bgoing to\b", text))
            or re.search(r"\bthinking (?:of|about)\b|\bplan(?:ning)? to\b|\bmight just\b", text)
        ):
            return _slot("plan", u, clause.start, clause.end, turn, 0.75, "clause", clause)
        if clause.tense == "past" and clause.verb in _TRIED and not clause.negated:
            return _slot("tried", u, clause.start, clause.end, turn, 0.75, "clause", clause)
        if (
            re.match(r"i (?:have |'ve )?(?:just |recently )?(?:been |got |become )", text, re.I)
            or clause.tense == "past"
        ):
            return _slot("event", u, clause.start, clause.end, turn, 0.45, "clause", clause)
        return None
    if (
        clause.person == 2
        or not clause.subject
        or clause.subject.lower() in {"it", "this", "that", "there", "which", "what", "who", "that's"}
    ):
        if clause.subject.lower() in {"it", "this", "that", "which"} and (
            clause.verb in {"make", "leave", "cost", "break", "hurt", "affect", "mean"}
        ):
            return _slot("impact", u, clause.start, clause.end, turn, 0.6, "clause", clause)
        return None
    if len(text.split()) < 3 or clause.subject.lower() in {"them", "him", "her", "me", "us"}:
        return None
    effect = bool(_SILENT.search(text)) or (
        clause.verb in _QUIET and clause.head.dep_ in {"conj", "advcl", "ROOT", "ccomp"}
    )
    if effect and _follows_event(u, clause):
        return _slot("impact", u, clause.start, clause.end, turn, 0.75, "clause", clause)
    if (
        clause.verb == "be"
        or clause.verb in {"have", "seem", "think", "feel", "know", "want", "need"}
        and clause.tense == "present"
    ):
        return _slot("event", u, clause.start, clause.end, turn, 0.5, "clause", clause)
    sure = 0.85 if clause.tense == "past" else 0.7
    return _slot("event", u, clause.start, clause.end, turn, sure, "clause", clause)


def _without_time(clause: Clause) -> Clause:
    """Less a time or linking word that the parser hung in front: "on Tuesday and two people left"."""
    lead = _LEAD.match(clause.text)
    return replace(clause, text=clause.text[lead.end() :], start=clause.start + lead.end()) if lead else clause


def _follows_event(u: Utterance, clause: Clause) -> bool:
    return any(
        c.person == 3 and c.start < clause.start and c.head is not clause.head and c.verb != "be" for c in u.clauses
    ) or bool(u.quotes)


def _end(token: object) -> int:
    edge = token.right_edge  # type: ignore[attr-defined]
    while edge.is_punct and edge.i > token.i:  # type: ignore[attr-defined]
        edge = edge.nbor(-1)
    return edge.idx + len(edge)
