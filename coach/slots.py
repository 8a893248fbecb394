"""Reading one message into slots: people, events, quotations, times, wishes, fears, attempts, verdicts.

Patterns propose over the parsed clauses; each slot says how sure its pattern is. Knows nothing of earlier messages.
"""

import re
from dataclasses import replace
from typing import Any

from coach import patterns
from coach.admitting import SHORTEST, acts, confesses
from coach.frame import Form, Slot, SlotKind
from coach.lexicon import lexicon
from coach.names import greeted
from coach.parse import Clause, Phrase, Utterance
from coach.turned import turned

_THE_TALK = frozenset(("talk", "conversation", "meeting", "call", "chat", "discussion"))
"""Who dreads one of these, or just "it", says nothing yet of what is feared in it."""
_CLAUSE_INSIDE = re.compile(r"\w's (?:not |no |just |only |such |quite |really )?(?:an?|the|my|our|one)\b", re.I)
"""A clause that the parser took for a noun: "Dervla's a cracking nurse"."""
_NEED_A_TALK = frozenset(("have", "give", "bring", "do"))
"""Verbs that are about a talk only together with one: "have a word with"."""
MOST_OF_A_FIGURE = 13
"""Words of amounts that can still be said back."""
_STATES = frozenset(
    ("be", "hate", "hat", "know", "think", "feel", "want", "like", "love", "hope", "see", "hear", "find")
)
"""What is no deed, even when confessed."""
_MEASURES: tuple[SlotKind, ...] = ("deadline", "count", "duration")


def _pattern(name: str) -> re.Pattern[str]:
    return patterns.pattern("frame", name)


def _find(name: str, text: str) -> re.Match[str] | None:
    return _pattern(name).search(text)


def _shows(name: str, text: str) -> bool:
    return _find(name, text) is not None


def read_slots(utterance: Utterance, turn: int) -> list[Slot]:
    """Every slot that one message fills, in the order of the text."""
    slots = [
        *_people(utterance, turn),
        *_quotes(utterance, turn),
        *_measures(utterance, turn),
        *_figures(utterance, turn),
        *_from_clauses(utterance, turn),
    ]
    return sorted(slots, key=lambda s: (s.start, s.end))


def _slot(
    kind: SlotKind, u: Utterance, start: int, end: int, turn: int, sure: float, form: Form, clause: Clause | None = None
) -> Slot:
    span = u.doc.char_span(start, end, alignment_mode="expand")
    phrase = turned(span) if span is not None else u.text[start:end]
    return Slot(kind, u.text[start:end].strip(" ,.;:"), phrase.strip(" ,.;:"), start, end, turn, sure, form, clause)


def _people(u: Utterance, turn: int) -> list[Slot]:
    found = []
    begins = greeted(u.text)
    for phrase in u.phrases:
        if phrase.start < begins or _CLAUSE_INSIDE.search(phrase.text):
            continue
        if phrase.proper and _looks_like_name(phrase) and not u.quote_at(phrase.start):
            token = phrase.root
            found.append(_slot("person", u, token.idx, token.idx + len(token), turn, 0.9, "name"))
        elif (
            phrase.head in lexicon("roles")
            and not phrase.pronoun
            and not _body_part(phrase)
            and not _anybody(phrase)
            and not _oneself(phrase)
            and not u.quote_at(phrase.start)
        ):
            whole = re.search(r"\bone of \Z", u.text[: phrase.start], re.I)
            start = whole.start() if whole else phrase.start
            found.append(_slot("role", u, start, phrase.end, turn, 0.8, "np"))
    taken = [slot.start for slot in found]
    for match in _pattern("titled").finditer(u.text):
        if not u.quote_at(match.start()) and not any(match.start() <= start < match.end() for start in taken):
            slot = _slot("person", u, match.start(), match.end(), turn, 0.9, "name")
            found.append(replace(slot, text=slot.text.title()))
    return found


def _anybody(phrase: Phrase) -> bool:
    """ "Not a person", "per person": nobody in particular."""
    return phrase.head in {"person", "man", "woman"} and not re.match(r"(?:my|our|the|this|that)\b", phrase.text, re.I)


def _body_part(phrase: Phrase) -> bool:
    """ "Their head", as against the head of a school."""
    return phrase.head == "head" and bool(re.match(r"(?:his|her|their|your|its|my|our)\b", phrase.text, re.I))


def _oneself(phrase: Phrase) -> bool:
    """ "I'm a nurse": the person, and nobody that they lead."""
    root = phrase.root
    if root.dep_ == "pobj" and root.head.lower_ == "as":
        return True
    return root.dep_ == "attr" and any(c.dep_ == "nsubj" and c.lower_ == "i" for c in root.head.children)


def _looks_like_name(phrase: Phrase) -> bool:
    word = phrase.root.text
    return (
        word[:1].isupper()
        and word.isalpha()
        and not word.isupper()
        and not _shows("not_a_name", word)
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

    for match in _pattern("when").finditer(u.text):
        ahead = _clause_at(u, match.start())
        future = (
            ahead is not None
            and (ahead.tense == "future" or ahead.tense == "present")
            and _pattern("coming_day").match(match.group())
        )
        kind: SlotKind = "deadline" if future else "when"
        found.append(_slot(kind, u, match.start(), match.end(), turn, 0.85, "adv"))
        taken.append(match.span())
    for kind in _MEASURES:
        for match in _pattern(kind).finditer(u.text):
            if free(*match.span()) and not u.quote_at(match.start()):
                found.append(_slot(kind, u, match.start(), match.end(), turn, 0.85, "adv"))
                taken.append(match.span())
    return found


def _figures(u: Utterance, turn: int) -> list[Slot]:
    """Amounts set against each other: "about 5 a day per person, we manage 2"."""
    found: list[Slot] = []
    for match in _pattern("figure").finditer(u.text):
        name = "span" if match["span"] else "span2"
        start, end = match.span(name)
        asked = u.text[end:].lstrip()[:1] == "?"
        if 3 <= len(match[name].split()) <= MOST_OF_A_FIGURE and not asked and not u.quote_at(start):
            found.append(_slot("figure", u, start, end, turn, 0.8, "clause"))
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
        about = None if _asking(u, clause) else _about(u, clause, turn)
        for slot in (_wish(u, clause, turn), _fear(u, clause, turn), _task(u, clause, turn), about):
            if slot is not None:
                found.append(slot)
                inside.append((slot.start, slot.end))
    what_if = _find("fear", u.text)
    if what_if:
        found.append(_slot("fear", u, *what_if.span("span"), turn, 0.8, "clause"))
        inside.append(what_if.span())
    own = _own_acts(u, turn)
    found += own
    for clause in u.clauses:
        if u.quote_at(clause.head.idx) or covered(clause) or _shows("about_coach", clause.text):
            continue
        if clause.person == 1 and any(slot.start < clause.end and clause.start < slot.end for slot in own):
            continue  # read as the own part already
        if slot := _state(u, clause, turn):
            found.append(slot)
        if slot := None if _asking(u, clause) else _deed(u, clause, turn):
            found.append(slot)
    if (blame := _find("own_fault", u.text)) and not any(s.kind == "own_part" for s in found):
        found.append(_slot("own_part", u, blame.start(), blame.end(), turn, 0.85, "clause"))
    for sentence in u.sentences:
        text = u.text[sentence[0] : sentence[1]].strip()
        if text.endswith("?") and not u.quote_at(sentence[0]):
            found.append(_slot("ask", u, *sentence, turn, 0.9, "clause"))
    return found


def _own_acts(u: Utterance, turn: int) -> list[Slot]:
    """What the person did or left undone, by its own words or by words of confession beside it."""
    spans = acts(u.text)
    for clause in u.clauses:
        marked = clause.person == 1 and clause.subject.lower() == "i" and clause.tense == "past" and not clause.modal
        long = len(clause.text.split()) >= SHORTEST and clause.verb not in _STATES
        known = any(start < clause.end and clause.start < end for start, end in spans)
        if marked and long and not known and clause.mark != "what" and confesses(u.text, clause.start, clause.end):
            spans.append((clause.start, clause.end))
    found = []
    for start, end in sorted(spans):
        over = [c for c in u.clauses if c.start < end and start < c.end]
        most = max(over, key=lambda c: min(end, c.end) - max(start, c.start), default=None)
        if not u.quote_at(start) and not _planned(u, start) and not (most and _asking(u, most)):
            found.append(_slot("own_part", u, start, end, turn, 0.85, "clause", most))
    return found


def _asking(u: Utterance, clause: Clause) -> bool:
    """Whether the clause stands in a question: what is asked has not happened."""
    start, end = u.sentences[clause.sentence] if clause.sentence < len(u.sentences) else (0, 0)
    return u.text[start:end].rstrip().endswith("?")


def _wish(u: Utterance, clause: Clause, turn: int) -> Slot | None:
    head = clause.head
    if clause.verb not in lexicon("wish_verbs") or clause.person not in (1, None) or clause.negated:
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
            if clause.verb == "need" and child.lemma_ in lexicon("talk") and subject is None:
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
            if clause.verb in {"want", "need"} and _shows("from_coach", child.lemma_):
                return None  # "I want two lines": asked of the coach
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
            if t.lemma_.lower() in lexicon("fear")
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
            if objects and objects[0].lemma_ not in _THE_TALK and objects[0].pos_ != "PRON":
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
        if child.dep_ == "dobj" and child.lemma_ not in _THE_TALK and child.pos_ != "PRON":
            return _slot("fear", u, child.left_edge.idx, _end(child), turn, 0.85, "np", clause)
    return None


def _task(u: Utterance, clause: Clause, turn: int) -> Slot | None:
    """ "I need to tell Marta …": what lies ahead."""
    if clause.person != 1 or clause.verb not in {"need", "have", "want", "go", "must", "should"} | lexicon("talk"):
        return None
    target = (
        clause.head
        if clause.verb in lexicon("talk") and (clause.modal in {"must", "should", "will", "'ll"})
        else next(
            (
                c
                for c in clause.head.children
                if c.dep_ == "xcomp" and c.lemma_ in lexicon("talk") and c.i > clause.head.i
            ),
            None,
        )
    )
    if target is None or (target.lemma_ == "have" and target is clause.head):
        return None
    first = next((c for c in target.children if c.tag_ == "TO"), target)
    return _slot(
        "task", u, first.nbor(1).idx if first is not target else first.idx, _end(target), turn, 0.85, "inf", clause
    )


def _about(u: Utterance, clause: Clause, turn: int) -> Slot | None:
    """What a talk is about: "talk to Marta about how she speaks", "tell him that the promotion went to another"."""
    if clause.verb not in lexicon("talk") | {"tell", "dread", "conversation"}:
        return None
    if clause.verb in _NEED_A_TALK and not any(_a_talk(child) for child in clause.head.children):
        return None  # "we've had norovirus on the bay" is about no talk
    for child in clause.head.children:
        if child.dep_ == "prep" and child.lower_ in {"about", "on"} and child.i > clause.head.i:
            inner = next(iter(child.children), None)
            if inner is not None and inner.pos_ != "PRON" and not _shows("day", inner.text):
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
        told = clause.tense == "past"  # what was told already is no longer what the talk is to be about
        if child.dep_ == "ccomp" and clause.verb == "tell" and child.i > clause.head.i and not told:
            start = child.left_edge if child.left_edge.lower_ != "that" else child.left_edge.nbor(1)
            return _slot("about", u, start.idx, _end(child), turn, 0.8, "clause", clause)
    return None


def _a_talk(token: Any) -> bool:
    return token.dep_ in {"dobj", "attr"} and token.lemma_.lower() in {*_THE_TALK, "word", "one-on-one", "review"}


def _planned(u: Utterance, start: int) -> bool:
    """Whether what begins here is named as a plan: "plan B, I let it fail"."""
    return _shows("plan_lead", u.text[max(0, start - 30) : start])


def _state(u: Utterance, clause: Clause, turn: int) -> Slot | None:
    """Feelings of the person, verdicts on others, the person's own part, limits."""
    head = clause.head
    text = clause.text.lower()
    if clause.person == 1:
        for child in head.children:
            if (
                child.dep_ in {"acomp", "attr", "oprd"}
                and child.lemma_.lower() in lexicon("feelings")
                and not clause.negated
            ):
                return _slot("feeling", u, child.idx, child.idx + len(child), turn, 0.9, "adj", clause)
        if head.lemma_.lower() in lexicon("feelings") and head.tag_ in {"VBN", "VBD"} and not clause.negated:
            return _slot("feeling", u, head.idx, head.idx + len(head), turn, 0.75, "adj", clause)
        if _shows("own_part", text) and not _planned(u, clause.start):
            return _slot("own_part", u, clause.start, clause.end, turn, 0.85, "clause", clause)
        if (clause.modal in {"can", "could"} and clause.negated) or _shows("constraint", text):
            return _slot("constraint", u, clause.start, clause.end, turn, 0.7, "clause", clause)
        return None
    if clause.person == 3 and _shows("limit", text) and clause.tense != "future":
        return _slot("constraint", u, clause.start, clause.end, turn, 0.7, "clause", clause)
    if clause.person == 3 and clause.verb == "be" and not clause.negated:
        for child in head.children:
            if (
                child.dep_ in {"acomp", "attr"}
                and child.lemma_.lower() in lexicon("labels")
                and clause.subject.lower() not in {"it", "this", "that", "there"}
            ):
                return _slot("verdict", u, clause.start, clause.end, turn, 0.85, "clause", clause)
    if clause.person == 3 and _shows("verdict", text):
        return _slot("verdict", u, clause.start, clause.end, turn, 0.7, "clause", clause)
    return None


def _deed(u: Utterance, clause: Clause, turn: int) -> Slot | None:
    """What was done: attempts and plans of the person, events and their effects."""
    clause = _without_time(clause)
    text = clause.text
    if text.lower().startswith("if ") or _names(clause):
        return None
    if clause.dep in {"xcomp", "acl", "pcomp"} or (
        clause.mark in {"if", "whether", "how", "what", "when"} and clause.dep not in {"ROOT"}
    ):
        return None
    if clause.person == 1:
        if clause.tense == "future" or _shows("plan", text) or _planned(u, clause.start):
            return _slot("plan", u, clause.start, clause.end, turn, 0.75, "clause", clause)
        if clause.tense == "present" and not clause.negated and _soon(u, clause):
            return _slot("plan", u, clause.start, clause.end, turn, 0.7, "clause", clause)
        if clause.modal in {"would", "could", "should", "might", "'d"}:
            return None  # "I would have asked" is nothing that was done
        if clause.tense == "past" and clause.verb in lexicon("tried") and not clause.negated:
            return _slot("tried", u, clause.start, clause.end, turn, 0.75, "clause", clause)
        if clause.tense == "past" and len(text.split()) >= SHORTEST:
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
    if clause.modal in {"should", "would", "could", "might", "'d"}:
        return None  # "they should just talk" has not happened
    effect = bool(_shows("silent", text)) or (
        clause.verb in lexicon("quiet") and clause.head.dep_ in {"conj", "advcl", "ROOT", "ccomp"}
    )
    if effect and _follows_event(u, clause):
        return _slot("impact", u, clause.start, clause.end, turn, 0.75, "clause", clause)
    if clause.verb == "be" or (
        clause.verb in {"have", "seem", "think", "feel", "know", "want", "need"} and clause.tense == "present"
    ):
        return _slot("event", u, clause.start, clause.end, turn, 0.5, "clause", clause)
    sure = 0.85 if clause.tense == "past" else 0.7
    return _slot("event", u, clause.start, clause.end, turn, sure, "clause", clause)


def _names(clause: Clause) -> bool:
    """ "She's called Dervla", "his name is Tom": who somebody is, and nothing that happened."""
    called = clause.verb in {"call", "name"} and any(c.dep_ in {"oprd", "attr"} for c in clause.head.children)
    return called or re.search(r"\bnames?\Z", clause.subject, re.I) is not None


def _soon(u: Utterance, clause: Clause) -> bool:
    """Whether a deed in the present is one to come: "I talk to her tomorrow"."""
    if (
        clause.subject.lower() != "i"
        or clause.modal
        or clause.verb in _STATES | {"have", "need", "must", "dread", "say"}
    ):
        return False
    ahead = _find("deadline", u.text[clause.start : clause.end + 20])
    return ahead is not None and not _shows("count", clause.text)


def _without_time(clause: Clause) -> Clause:
    """Less a time or linking word that the parser hung in front: "on Tuesday and two people left"."""
    lead = _pattern("lead").match(clause.text)
    return replace(clause, text=clause.text[lead.end() :], start=clause.start + lead.end()) if lead else clause


def _follows_event(u: Utterance, clause: Clause) -> bool:
    return any(
        c.person == 3 and c.start < clause.start and c.head is not clause.head and c.verb != "be" for c in u.clauses
    ) or bool(u.quotes)


def _end(token: Any) -> int:
    edge = token.right_edge
    while edge.is_punct and edge.i > token.i:
        edge = edge.nbor(-1)
    return int(edge.idx + len(edge))
