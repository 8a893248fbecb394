"""Findings about a person as such: labels, and always and never."""

import re
from typing import TYPE_CHECKING

from coach.language import context, grammar, people
from coach.language.finding import Finding, Read, of
from coach.language.words import word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

_LABELS = word_set(
    "careless lazy incompetent negligent sloppy stupid dumb reckless irresponsible unprofessional unreliable clumsy "
    "inattentive hopeless toxic childish selfish arrogant useless lousy foolish ignorant idiotic "
    "thoughtless immature "
    "dishonest disloyal difficult aggressive stubborn inept feckless slapdash pathetic rude narcissistic petty "
    "manipulative entitled oversensitive hysterical"
)
_OF_THINGS_TOO = frozenset(
    {"difficult", "aggressive", "toxic", "stupid", "sloppy", "unreliable", "useless", "hopeless"}
)
_OF_DEEDS = frozenset(
    {"careless", "negligent", "reckless", "irresponsible", "stupid", "lazy", "unprofessional", "sloppy"}
)
_LABEL_ADVERBS = word_set(
    "carelessly recklessly negligently lazily sloppily stupidly foolishly irresponsibly incompetently thoughtlessly"
)
_LABEL_NOUNS = word_set(
    "carelessness negligence laziness incompetence stupidity sloppiness recklessness idiot idiots moron "
    "morons fool fools "
    "imbecile cowboy cowboys slacker slackers clown clowns liar liars loser losers narcissist jerk asshole"
)
LABEL_WORDS = _LABELS | _LABEL_ADVERBS | _LABEL_NOUNS
"""The words without which the rule for labels finds nothing, fixed phrases aside."""
_LABEL_PHRASES = re.compile(
    r"\bbad apples?\b|\b(?:is|was|'s|are) (?:such )?a (?:\w+ )?(?:liability|disaster|joke|disgrace|"
    r"problem child|troublemaker|nightmare)\b"
    r"|\bcomplete (?:disregard|lack of (?:care|professionalism))\b|\bwaste of space\b|\bdead weight\b",
    re.I,
)
_DEEDS = word_set(
    "mistake error handling work behaviour behavior attitude act action conduct decision move slip "
    "approach oversight "
    "job effort driving deed person people man woman guy"
)
_TRADE = re.compile(
    r"\b(?:claims?|insurance|law|lawsuits?|desk|course|training|loading|evaluation|initiali[sz]ation|waste|sunday)\b",
    re.I,
)
_SUPPOSED = re.compile(r"\b(?:assum\w+|alleg\w+|accus\w+|suspect\w+|whether|question of)\b", re.I)
_LINKS = frozenset({"be", "seem", "look", "appear", "get", "become", "sound", "stay", "remain", "act"})

_ALWAYS = frozenset({"always", "never", "constantly", "forever", "perpetually"})
_EVERY = re.compile(
    r"\bevery (?:single|bloody|damn) (?:time|shift|meeting)\b|\b(?:he|she|they)(?:'s|'re| is|"
    r" are)? (?!not\b)[\w ]{2,30} all the time\b|\ball (?:he|she|they|"
    r"you) ever (?:does?|do|did)\b"
    r"|\b(?:nobody|no one|none)\b[^.?!,]{0,40}\bever\b|\b(?:has|have)n't (?:once|ever)\b|\bnot once\b|\bnever once\b",
    re.I,
)
_BE = frozenset({"is", "are", "was", "were", "am", "'s", "'re", "'m", "been"})
_GENERAL = re.compile(r"\b(?:ensure|make sure|expected|aim|try|need|remember|when|if|so that|in case)\b", re.I)
_SECOND = re.compile(
    r"\b(?:me|us|my|our|thank\w*|say|tell|ask|listen\w*|apologi\w+|answer\w*|admit\w*|help\w*|share\w*|read|reply|"
    r"replied|care|own|think|take|consider|respond\w*|finish\w*|keep|clean\w*|prepare\w*)\b",
    re.I,
)
"""What a "you never" is about where one person is meant, and not everybody who reads."""
_DUTY = frozenset({"need", "have", "mind"})
_ABLE = frozenset({"can", "could", "will", "would", "should", "must", "may", "might", "shall", "'ll", "'d", "ca", "wo"})


def label(read: Read) -> list[Finding]:
    """A person, or what a person did, is given a bad name."""
    for token in read.doc:
        word = token.lower_
        if (token.pos_ == "PROPN" and token.i > 0) or (token.i > 0 and read.doc[token.i - 1].text == "-"):
            continue  # a product's name; "knee-jerk"
        if word in _LABELS and token.pos_ in {"ADJ", "NOUN", "ADV", "VERB", "PROPN"} and _labels_person(read, token):
            return [of("label", token, form="drop" if token.dep_ == "amod" else "verdict", head=token)]
        if word in _LABEL_ADVERBS and not grammar.denied(token.head):
            return [of("label", token, form="drop", head=token)]
        if (
            word in _LABEL_NOUNS
            and not grammar.denied(token)
            and not _TRADE.search(read.text)
            and not _SUPPOSED.search(read.text[: token.idx])
        ):
            return [of("label", token, form="", head=token)]
    match = _LABEL_PHRASES.search(read.text)
    if match and not context.denies(read.text[: match.start()][-25:]):
        return [Finding("label", match.start(), match.end())]
    return []


def _labels_person(read: Read, token: "Token") -> bool:
    if (
        grammar.denied(token)
        or context.denies(read.text[: token.idx][-18:])
        or _TRADE.search(read.text[token.idx :][:40])
    ):
        return False
    if read.passage.asks and not read.text.lower().startswith(("why", "how")):
        return False
    word = token.lower_
    target: Token | None = token.head
    if word in _OF_DEEDS and token.dep_ in {"amod", "compound"} and token.head.text.endswith("ing"):
        return any(t.pos_ in {"VERB", "AUX"} for t in read.doc)  # "careless typing led to it"
    if token.dep_ == "amod" or (token.dep_ in {"conj", "compound"} and token.head.dep_ in {"amod", "compound"}):
        noun = token.head if token.dep_ in {"amod", "compound"} else token.head.head
        if not any(t.pos_ in {"VERB", "AUX"} for t in read.doc):
            return False  # an item of a list of things that count as misconduct
        return people.is_person(noun, groups=word != "difficult") or (
            noun.lemma_.lower() in _DEEDS and word != "difficult"
        )
    verb = next((t for t in (token, *grammar.above(token)) if t.pos_ in {"AUX", "VERB"} and t.i != token.i), None)
    if verb is None or verb.lemma_.lower() not in _LINKS:
        return False
    who = grammar.antecedent(grammar.subject(verb)) or _named(verb)
    if who is None:
        # "is always careless", in notes that leave out whom they speak of.
        return verb.i == 0 and word not in _OF_THINGS_TOO
    of_you = next((c for c in token.children if c.lower_ == "of"), None)
    if of_you is not None and any(people.is_third(c) for c in of_you.children):
        return True
    if (
        who.lower_ == "it"
        and word in _OF_DEEDS
        and any(c.dep_ in {"xcomp", "ccomp", "advcl"} for c in (*token.children, *verb.children))
    ):
        return True  # "it was negligent to leave him alone"
    if who.lower_ in {"it", "this", "that"} and target is not None:
        return False
    if who.lemma_.lower() in _DEEDS | {"report"} and word not in _OF_THINGS_TOO:
        return True
    if who.lemma_.lower() == "report":
        return word == "sloppy"
    first = who.lower_ in {"i", "we", "someone", "somebody", "anyone"}
    person = people.is_person(who) or (people.is_name(who) and word not in _OF_THINGS_TOO)
    return person and not first and not people.is_nobody(who)


def _named(verb: "Token") -> "Token | None":
    """The name before a verb that the parser takes for no subject: "Tom from ops is always late"."""
    return next((c for c in verb.children if c.dep_ == "npadvmod" and c.i < verb.i and people.is_person(c)), None)


def absolute(read: Read) -> list[Finding]:
    """Always or never about a person, unless it is praise, a rule, a plain fact or about a thing."""
    if read.passage.asks:
        return []
    match = _EVERY.search(read.text)
    if match and not context.praises(read.text) and any(people.is_third(t) for t in read.doc):
        who = next((t for t in read.doc if t.dep_ in {"nsubj", "nsubjpass"}), None)
        had = any(t.lower_ == "had" for t in read.doc)
        if (people.is_third(who) or people.is_nobody(who)) and not had and not context.unwanted(read.text):
            return [Finding("absolute", match.start(), match.end())]
    for token in read.doc:
        if token.lower_ not in _ALWAYS:
            continue
        verb = (
            token.head
            if token.head.pos_ in {"VERB", "AUX"}
            else next((t for t in grammar.above(token) if t.pos_ in {"VERB", "AUX"}), None)
        )
        if verb is not None and (finding := _always(read, token, verb)):
            return [finding]
    return []


def _always(read: Read, token: "Token", verb: "Token") -> Finding | None:
    who = grammar.antecedent(grammar.subject(verb)) or _named(verb)
    if (
        not people.is_third(who)
        or who is None
        or who.lower_ in {"nobody", "one", "who", "somebody", "someone", "anyone", "it"}
    ):
        return None
    aux = {c.lower_ for c in verb.children if c.dep_ in {"aux", "auxpass"}} | (
        {verb.lower_} if verb.tag_ == "MD" else set()
    )
    if aux & _ABLE or (
        verb.lemma_.lower() in _DUTY and any(c.dep_ == "xcomp" for c in verb.children) and token.lower_ == "never"
    ):
        return None
    if verb.dep_ in {"relcl", "pcomp", "csubj"} and who.lower_ in {"you", "they", "we"}:
        return None  # "the dashboards they always open" tells of the dashboards
    if "had" in aux or any(c.dep_ == "neg" and c.i != token.i for c in verb.children):
        return None
    if any(c.dep_ == "mark" and c.lower_ in {"if", "when"} for c in verb.children):
        return None
    if any(c.tag_ == "TO" for c in verb.children) or (verb.tag_ == "VBG" and not aux & _BE):
        return None  # "make sure to always lock it", "while always being there"
    negative = token.lower_ == "never"
    generic = who.lower_ == "you" and _GENERAL.search(read.text)
    if generic or (who.lower_ == "you" and negative and not _SECOND.search(read.text[verb.idx :])):
        return None
    present = verb.tag_ in {"VBZ", "VBP", "VB", "VBG"}
    perfect = bool(aux & {"has", "have", "'ve", "'s"}) and verb.tag_ == "VBN"
    plain_past = verb.tag_ == "VBD" or bool(aux & {"was", "were", "did"})
    rest = read.text[token.idx :]
    if perfect and (who.lower_ != "you" or not negative) and not context.unwanted(rest):
        return None
    if (
        plain_past
        and negative
        and verb.lemma_.lower() not in {"want", "listen", "ask", "bother", "apologise", "help", "care"}
    ):
        return None
    if not (present or perfect or plain_past):
        return None
    # "never loses patience" is praise, "always forgets" is not; "always calm" is praise, "never on time" is not.
    if (negative and context.unwanted(rest)) or (not negative and context.praises(rest)):
        return None
    return of("absolute", token, form="always" if not negative else "never", head=verb)
