"""Another wording of a marked sentence, built from its own parts so that every fact stays.

What only the writer can know is left as a blank in square brackets. Where a good wording cannot be built, there is
none: a poor suggestion teaches less than the reason beside the mark.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from coach.language import grammar, people
from coach.language.finding import Finding, Read
from coach.language.verdicts import LABEL_WORDS

if TYPE_CHECKING:
    from spacy.tokens import Token

LONGEST = 60
"""Words; in longer sentences a machine's rewording goes wrong too often."""
_SENSE = "What made that the sensible step at the time?"
_HELPED = "What would have made it easier?"
_PLURAL = frozenset({"you", "we", "they", "these", "those"})
_CONDITION = re.compile(r"\b(?:if|unless|had (?:he|she|they|we|you|i|the))\b", re.I)
_SMALL = re.compile(r"\b(?:just|simply|really|only|at least|at once|also)\s+", re.I)


def suggestion(read: Read, finding: Finding) -> str | None:
    """The rewording of the whole sentence; None where none is good enough."""
    form = _FORMS.get(finding.form)
    if form is None or len(read.text.split()) > LONGEST or "\n\n" in read.passage.original:
        return None
    text = form(read, finding)
    if text is None:
        return None
    text = _tidy(text)
    return text if text and text != _tidy(read.original(0, len(read.text))) else None


def _tidy(text: str) -> str:
    text = re.sub(r"\s+([,.;:?!])", r"\1", " ".join(text.split()))
    text = re.sub(r"\b([Aa])n (?=[bcdfgjklmnpqrstvwxyz])", r"\1 ", text)
    text = re.sub(r"\b([Aa]) (?=[aeio]|un(?!i))", r"\1n ", text)
    text = text.strip(" ,;–—-")
    return text[:1].upper() + text[1:]


def _without_stop(text: str) -> str:
    return text.rstrip(" .!?…")


def _replaced(read: Read, start: int, end: int, words: str) -> str:
    return f"{read.original(0, start)} {words} {read.original(end, len(read.text))}"


def _not_past(who: "Token | None", lemma: str) -> str:
    """“did not ask”, “was not ready”."""
    if lemma == "be":
        return "were not" if who is not None and _plural(who) else "was not"
    return f"did not {lemma}"


def _plural(who: "Token") -> bool:
    return who.lower_ in _PLURAL or who.tag_ in {"NNS", "NNPS"} or any(c.dep_ == "conj" for c in who.children)


def _ought(read: Read, finding: Finding) -> str | None:
    """“He should have asked her” becomes “He did not ask her. …”, and “should not have” what he did."""
    verb: Token = finding.head
    who = grammar.subject(verb)
    if who is None or who.i > verb.i or read.passage.asks or who.lower_ in {"which", "that", "who", "it"}:
        return None
    modal = grammar.at(read.doc, finding.start)
    if modal is None or modal.i < who.i or _CONDITION.search(read.text[verb.idx :]):
        return None
    denied = any(t.dep_ == "neg" for t in read.doc[modal.i : verb.i])
    lemma = verb.lemma_.lower()
    if lemma == "be" and not any(c.dep_ in {"acomp", "attr", "prep"} for c in verb.children):
        return None
    done = ("were" if _plural(who) else "was") if lemma == "be" else grammar.past(lemma)
    said = done if who.lower_ in {"somebody", "someone"} and not denied else done if denied else _not_past(who, lemma)
    rest = (
        _SMALL.sub("", read.original(verb.idx + len(verb), len(read.text)) + " ")
        if not denied
        else read.original(verb.idx + len(verb), len(read.text))
    )
    if not denied and lemma != "be":
        said = said.replace(lemma, f"{_how(read, modal.i + 1, verb.i)}{lemma}")
    start = read.original(0, modal.idx)
    if who.lower_ in {"somebody", "someone"} and not denied:
        start = f"{read.original(0, who.idx)} nobody {read.original(who.idx + len(who), modal.idx)}"
    kept = f"{start} {said} {_without_stop(rest)}."
    return f"{kept} {_SENSE if denied else _HELPED}"


# Words between "should" and the verb that press the point and say nothing of how it was to be done.
_PRESSING = frozenset(
    {"really", "just", "definitely", "clearly", "obviously", "simply", "certainly", "surely", "at", "least"}
)


def _how(read: Read, start: int, end: int) -> str:
    """How a thing was to be done, where that stands before the verb: the "double" of "should have double checked"."""
    told = [t.text for t in read.doc[start:end] if t.pos_ in {"ADV", "ADJ"} and t.lower_ not in _PRESSING]
    return "".join(f"{word} " for word in told)


def _ought_passive(read: Read, finding: Finding) -> str | None:
    """“The road should have been closed” becomes “The road was not closed. …”."""
    verb: Token = finding.head
    who = grammar.subject(verb)
    modal = grammar.at(read.doc, finding.start)
    if who is None or modal is None or read.passage.asks or who.i > modal.i or who.lower_ in {"which", "that", "who"}:
        return None
    denied = any(t.dep_ == "neg" for t in read.doc[modal.i : verb.i])
    be = "were" if _plural(who) else "was"
    return (
        f"{read.original(0, modal.idx)} {be}{'' if denied else ' not'} "
        f"{_without_stop(read.original(verb.idx, len(read.text)))}. {_SENSE if denied else _HELPED}"
    )


def _undone(read: Read, finding: Finding) -> str | None:
    """“The crew failed to report it” becomes “The crew did not report it. …”."""
    doing: Token = finding.head
    start = finding.start
    verb = grammar.at(read.doc, start)
    if verb is None:
        return None
    auxiliaries = [c for c in verb.children if c.dep_ in {"aux", "neg"} and c.i < verb.i]
    who = grammar.subject(verb)
    if who is None or who.i > verb.i:
        return None
    some = who.lower_ in {"someone", "somebody"}
    if some or who.lower_ in {"nobody", "none"} or any(c.lower_ == "no" for c in who.children):
        said = f"{grammar.past(doing.lemma_.lower())}" if doing.lemma_ != "be" else "was"
    else:
        said = _not_past(who, doing.lemma_.lower())
    first = min([start, *(c.idx for c in auxiliaries)])
    rest = read.original(doing.idx + len(doing), len(read.text))
    while re.search(r"\b(?:failed|neglected) to\b", rest):
        rest = re.sub(r"\b(?:failed|neglected) to (\w+)", r"did not \1", rest, count=1)
    begins = f"{read.original(0, who.idx)} nobody" if some else read.original(0, first)
    return f"{begins} {said} {_without_stop(rest)}. {_HELPED}"


def _passive(read: Read, finding: Finding) -> str | None:
    """“It was not checked by the clerk” becomes “The clerk did not check it. …”."""
    verb: Token = finding.head
    thing = grammar.subject(verb)
    agent = next((c for c in verb.children if c.lower_ == "by" and c.dep_ in {"agent", "prep"}), None)
    if (
        thing is None
        or agent is None
        or verb.dep_ not in {"ROOT", "ccomp"}
        or thing.i > verb.i
        or thing.lower_ in {"which", "that"}
    ):
        return None
    doer = next((c for c in agent.children if c.dep_ == "pobj"), None)
    if doer is None or any(c.dep_ == "conj" and c.tag_ == "VBN" for c in verb.children):
        return None
    start, end = grammar.words_of(doer)
    first, last = grammar.words_of(thing)
    denied = grammar.own_negation(verb)
    never = denied is not None and denied.lower_ == "never"
    had = any(c.lower_ == "had" for c in verb.children)
    lemma = verb.lemma_.lower()
    if denied is not None:
        deed = f"never {grammar.past(lemma)}" if never else f"did not {lemma}"
    else:
        deed = f"had {verb.text}" if had else grammar.past(lemma)
    between = read.original(verb.idx + len(verb), agent.idx)
    after = _without_stop(read.original(end, len(read.text)))
    before = read.original(0, first)
    thing_text = read.original(first, last)
    if not before.strip() and (thing.pos_ != "PROPN" or not people.is_person(thing)):
        thing_text = thing_text[:1].lower() + thing_text[1:]
    ask = _SENSE if denied is None else _HELPED
    return f"{before} {read.original(start, end)} {deed} {thing_text} {between} {after}. {ask}"


def _who(read: Read, finding: Finding) -> str | None:
    """“Who deleted the list?” becomes “What led up to …” with the deed kept."""
    verb: Token | None = finding.head
    if verb is None or not read.passage.asks or verb.i > 5 or verb.tag_ not in {"VBD", "VBP", "VBZ", "VBN", "VB"}:
        return None
    if (
        any(t.lower_ in {"idiot", "hell", "supposed", "mess", "nonsense"} for t in read.doc)
        or grammar.own_negation(verb) is not None
    ):
        return None
    doing = next((c for c in verb.children if c.dep_ == "xcomp"), None)
    lemma = verb.lemma_.lower()
    rest = read.original(verb.idx + len(verb), len(read.text))
    if lemma in {"forget", "fail", "neglect"} and doing is not None:
        return f"What would have made it easier to {read.original(doing.idx, len(read.text))}"
    wrong = re.search(r"\b(?:wrong|mistake|error)\b", read.text)
    if wrong or lemma in {
        "break",
        "cause",
        "make",
        "mess",
        "screw",
        "lose",
        "crash",
        "drop",
        "do",
        "be",
        "miss",
        "let",
    }:
        did = verb.text if verb.tag_ == "VBD" else grammar.past(lemma)
        return f"What was going on when {_somebody(read)} {did} {rest}"
    return f"What made it seem the right step to {lemma} {rest}"


def _somebody(read: Read) -> str:
    """“Which nurse” is “a nurse” where nobody is looked for."""
    role = re.match(r"which (\w+)", read.text, re.I)
    return f"a {role.group(1)}" if role and role.group(1) != "of" else "somebody"


def _drop(read: Read, finding: Finding) -> str | None:
    """The sentence without its judging word."""
    before, after = read.original(0, finding.start), read.original(finding.end, len(read.text)).lstrip(", ")
    word: Token = finding.head
    while (more := re.match(r"(?:and )?(\w+),? +", after)) and more.group(1).lower() in LABEL_WORDS:
        after = after[more.end() :]
    if word.head.lemma_.lower() in {"act", "behave"} or (
        word.dep_ == "amod" and word.head.dep_ == "attr" and people.is_person(word.head)
    ):
        return None  # nothing is left that somebody did
    if re.match(r"(?:and|or)\b", after) or before.rstrip().endswith((" and", " or", "just", "so", "too")):
        return None
    return f"{before} {after}"


_VIRTUE = re.compile(
    r"\b(?:common sense|care|attention|diligence|thought|effort|discipline|competence|professionalism|thinking|caution|"
    r"brain\w*|careful\w*|attentive\w*)\b",
    re.I,
)


def _avoided(read: Read, finding: Finding) -> str | None:
    """“It could have been avoided with a second check” becomes “It was not avoided. What stood in the way of …?”."""
    verb: Token = finding.head
    if verb.dep_ == "relcl":
        start, end = grammar.words_of(verb)
        return f"{read.original(0, start).rstrip(' ,')} {read.original(end, len(read.text))}"
    who = grammar.subject(verb)
    if who is None or verb.dep_ != "ROOT" or who.i > verb.i:
        return None
    be = "were" if _plural(who) else "was"
    kept = f"{read.original(0, finding.start)} {be} not {verb.text}"
    after = _without_stop(read.original(finding.end, len(read.text))).strip()
    means = re.match(r"(?:by|with|through) (?P<means>[^,;:]+)$", after)
    if means and not _VIRTUE.search(after):
        return f"{kept}. What stood in the way of {means['means']}?"
    if after and not (means or re.fullmatch(r"(?:here|this time|today|altogether|easily)?", after)):
        return None
    return f"{kept}. {_HELPED}"


def _verdict(read: Read, finding: Finding) -> str | None:
    """A verdict says nothing that happened: it goes where more is told, else a blank stands for what was seen."""
    verb = next((one for one in grammar.above(finding.head) if one.pos_ in {"AUX", "VERB"}), None)
    if verb is not None and (rest := _apart_from(read, verb)):
        return rest
    who = next((t for t in read.doc if t.dep_ in {"nsubj", "npadvmod"} and t.i < finding.head.i), None)
    if who is None or len(read.doc) > 14 or who.lower_ in {"it", "that", "this", "who", "what"}:
        return None
    start, end = grammar.words_of(who)
    return f"{read.original(start, end)} [did or said what, when?]. The effect was [what?]."


def _apart_from(read: Read, verb: "Token") -> str | None:
    """The sentence without the clause of a verdict: "Tom, who is always careless, left" → "Tom left"."""
    if verb.dep_ == "relcl":
        start, end = grammar.words_of(verb)
        before, after = read.original(0, start).rstrip(" ,"), read.original(end, len(read.text)).lstrip(" ,")
        return f"{before} {after}" if after.strip(" .!") else None
    told = next((c for c in verb.children if c.dep_ == "conj" and c.pos_ == "VERB"), None)
    joined = next((c for c in verb.children if c.dep_ == "cc"), None)
    if told is None or joined is None or joined.i > told.i or joined.lower_ != "and":
        return None
    if any(c.dep_ in {"nsubj", "nsubjpass"} for c in told.children):
        return read.original(joined.idx + len(joined), len(read.text)) if verb.dep_ == "ROOT" else None
    return f"{read.original(0, verb.idx)} {read.original(joined.idx + len(joined), len(read.text))}"


def _cause(read: Read, finding: Finding) -> str | None:
    """“The root cause was X” becomes “One contributing condition was X”."""
    marked = read.text[finding.start : finding.end].lower()
    if "root" not in marked and "cause" not in marked.split()[-1:]:
        return None
    before = read.original(0, finding.start)
    after = read.original(finding.end, len(read.text))
    if after.startswith(":"):
        if before.strip() and before.rstrip()[-1].isalnum():
            return None
        return f"{before} Contributing condition{after} What else had to be true for this to happen?"
    return f"{before} one contributing condition {after}"


def _error(read: Read, finding: Finding) -> str | None:
    """“due to human error” becomes “due to [what was done, and what led to it?]”."""
    if finding.start == 0 and finding.end >= len(read.text.rstrip(" .")):
        return None
    return _replaced(read, finding.start, finding.end, "[which step, and what led to it?]")


def _adverb(read: Read, finding: Finding) -> str | None:
    return f"{read.original(0, finding.start)} {read.original(finding.end, len(read.text)).lstrip(', ')}"


def _obvious(read: Read, finding: Finding) -> str | None:
    """“It was obvious that X” becomes “Looking back, we know that X”."""
    that = re.match(r"\W+that\b", read.text[finding.end :])
    if that is None or finding.start > 0 or not read.text[finding.start :].lower().startswith("it "):
        return None
    rest = _without_stop(read.original(finding.end + that.end(), len(read.text)))
    return f"Looking back, we know that {rest}. What could be seen at the time?"


def _always(read: Read, finding: Finding) -> str | None:
    """“She always interrupts me” becomes “On [when?] she interrupted me.”."""
    verb: Token = finding.head
    who = grammar.subject(verb)
    if who is None or verb.dep_ != "ROOT" or who.i > verb.i or verb.tag_ == "VBG":
        return None
    start, end = grammar.words_of(who)
    if start > 0 or any(c.dep_ in {"aux", "conj"} for c in verb.children):
        return None
    adverb = read.text[finding.start : finding.end].lower()
    lemma = verb.lemma_.lower()
    if adverb == "never" or finding.form == "never":
        deed = _not_past(who, lemma)
    else:
        deed = ("were" if _plural(who) else "was") if lemma == "be" else grammar.past(lemma)
    rest = read.original(verb.idx + len(verb), len(read.text))
    if finding.start > verb.idx:  # "is always late"
        rest = f"{read.original(verb.idx + len(verb), finding.start)} {read.original(finding.end, len(read.text))}"
    name = read.original(start, end)
    if who.pos_ != "PROPN" and who.lower_ != "i":
        name = name[:1].lower() + name[1:]
    return f"On [when?] {name} {deed} {rest}"


def _motive(read: Read, finding: Finding) -> str | None:
    """A guessed motive becomes the writer's own reading of something seen."""
    if len(read.doc) > 25 or any(c.dep_ == "conj" and c.pos_ == "VERB" for c in read.doc[:].root.children):
        return None
    root = read.doc[:].root
    marked = grammar.at(read.doc, finding.start)
    if marked is None or any(one.dep_ in {"relcl", "acl"} for one in (marked, *grammar.above(marked))):
        return None
    who = grammar.subject(root)
    if who is None or read.text[: who.left_edge.idx].strip() != "":
        return None
    said = _without_stop(read.original(0, len(read.text)))
    if who.pos_ != "PROPN":
        said = said[:1].lower() + said[1:]
    said = re.sub(r"\b(?:obviously|clearly|simply|just)\s+", "", said)
    return f"What I saw was [what?]. I took it to mean that {said}."


def _shifted(read: Read, finding: Finding) -> str | None:
    who = read.doc[0].lower_
    we = who == "we" or re.search(r"\bwe\b", read.text[: finding.end], re.I)
    return f"{'We are' if we else 'I am'} sorry that {'we' if we else 'I'} [did what?]. The effect on you was [what?]."


def _but(read: Read, finding: Finding) -> str | None:
    """The apology stands alone; the rest is kept for a talk of its own."""
    kept = _without_stop(read.original(0, finding.start))
    rest = re.sub(r"^[,;]?\s*but,?\s*", "", read.original(finding.start, len(read.text)), flags=re.I)
    if len(kept.split()) < 3 or re.fullmatch(r"(?:i'm|i am|we are)? ?(?:so |very )?sorry", kept, re.I):
        return None
    return f"{kept}. [Apart from that, at another time: {_without_stop(rest)}.]"


_FORMS: dict[str, Callable[[Read, Finding], str | None]] = {
    "ought": _ought,
    "ought-passive": _ought_passive,
    "undone": _undone,
    "avoided": _avoided,
    "passive": _passive,
    "who": _who,
    "drop": _drop,
    "verdict": _verdict,
    "cause": _cause,
    "error": _error,
    "adverb": _adverb,
    "obvious": _obvious,
    "always": _always,
    "never": _always,
    "motive": _motive,
    "shifted": _shifted,
    "but": _but,
}
