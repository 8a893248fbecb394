"""Findings about a person as such: labels, always and never, motives that are guessed, apologies that turn round."""

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
    "dishonest disloyal difficult aggressive stubborn inept feckless slapdash slack pathetic rude narcissistic petty "
    "manipulative entitled oversensitive hysterical"
)
_OF_THINGS_TOO = frozenset(
    {"difficult", "aggressive", "toxic", "stupid", "slack", "sloppy", "unreliable", "useless", "hopeless"}
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

_ALWAYS = frozenset({"always", "never", "constantly", "forever", "perpetually", "continually"})
_EVERY = re.compile(
    r"\bevery (?:single|bloody|damn) (?:time|shift|meeting)\b|\ball the time\b|\ball (?:he|she|they|"
    r"you) ever (?:does?|do|did)\b"
    r"|\b(?:nobody|no one|none)\b[^.?!,]{0,40}\bever\b|\b(?:has|have)n't (?:once|ever)\b|\bnot once\b|\bnever once\b",
    re.I,
)
_DUTY = frozenset({"need", "have", "mind"})
_ABLE = frozenset({"can", "could", "will", "would", "should", "must", "may", "might", "shall", "'ll", "'d", "ca", "wo"})

_CARE = re.compile(
    r"\b(?:does|do|did|don't|doesn't|didn't)(?: not|n't)?(?: \w+ly)?(?: (?:even|really|"
    r"just))? care\b(?! for\b| which\b| whether\b| what\b| about (?:the )?(?:colour|color))"
    r"|\bcould(?:n't| not) (?:be bothered|care less)\b|\b(?:doesn't|don't|didn't|does not|do not|"
    r"did not) give a (?:damn|toss|shit|fig|hoot)\b"
    r"|\b(?:has|have|had) no (?:interest|respect|regard)\b|\b(?:doesn't|don't|didn't|does not|do not|"
    r"did not)(?: \w+ly)? (?:respect|value|trust|like)\b",
    re.I,
)
_ON_PURPOSE = re.compile(
    r"\bon purpose\b|\b(?:deliberately|intentionally|wilfully|willfully|maliciously|knowingly)\b|"
    r"\bknew (?:exactly|full well|perfectly well|very well)\b"
    r"|\b(?:think|thinks|thought) (?:you|he|she|they) (?:could|can) get away with\b|\b(?:hoping|"
    r"hoped) (?:that )?(?:nobody|no one) would\b"
    r"|\b(?:think|thinks|thought) (?:you're|you are|he's|he is|she's|she is|they're|they are) (?:better|"
    r"above|smarter|so|too|special)\b"
    r"|\btoo proud to\b|\b(?:is|was|'s|are|were|'re|am) (?:just |only |so )?(?:jealous|envious|threatened|"
    r"intimidated)\b|\bfeels? (?:threatened|intimidated|insecure)\b"
    r"|\bto (?:embarrass|humiliate|spite|punish|undermine|annoy|provoke|hurt|sabotage) (?:me|us|him|her|"
    r"them|the \w+|my \w+)\b"
    r"|\bto make (?:me|us|him|her|them|the \w+) look (?:bad|stupid|weak|incompetent|foolish)\b"
    r"|\bto look (?:good|clever|important|smart|better)\b|\bcover(?:ing)? (?:his|her|their|your) (?:back|"
    r"tracks|own)\b"
    r"|\b(?:hidden|own|personal) agenda\b|\bplaying (?:games|politics)\b",
    re.I,
)
_WANTING = frozenset({"want", "wish", "intend"})
_SELFISH = re.compile(
    r"\b(?:just|only|simply|really|secretly)\b|\b(?:hide|fail|avoid|escape|look|punish|embarrass|get rid|"
    r"take over|control|win|blame|see (?:me|us) fail|credit|power|attention|easy life|cover)\b",
    re.I,
)

_SORRY = re.compile(r"\b(?:sorry|apologi[sz]e[sd]?|apolog(?:y|ies)|regret(?:s|ted)?)\b", re.I)
_SHIFTED = re.compile(
    r"\b(?:that |if |how )?(?:you|anyone|anybody|some|somebody|someone|people|others|those|they|"
    r"colleagues|some \w+|who|that|it|my (?:words|tone|mail|comments?))\b"
    r"(?: may| might| who| have| has| had| are| were| was|'re|'ve| so| too| all| feel| felt| been|"
    r" may have| might have| got| took it| see| saw)*"
    r" (?:feel|felt|took|take|misunderstood|misread|misheard|see|saw|sensitive|offended|upset|hurt|"
    r"disappointed|came across|come across|"
    r"left out|uncomfortable|insulted|wrong way|hurt your feelings|hurt anyone)\b"
    r"|\bif (?:i|we) (?:have |may have |might have )?(?:hurt|offended|upset|insulted|caused|annoyed|"
    r"did anything|said anything)\b"
    r"|\bany inconvenience\b.{0,20}\b(?:may|might) (?:feel|have)\b",
    re.I,
)
_BUT = re.compile(
    r"[,;]? \bbut\b,? (?:(?:honestly|really|actually|frankly|then|still|to be fair|if|when|maybe|"
    r"perhaps),? )*(?P<who>\w+(?:'\w+)?)",
    re.I,
)
_DECLINES = re.compile(
    r"\bbut,? (?:i|we) (?:can't|cannot|can not|won't|will not|have to|need to|must|don't|do not|am|'m|could|would)\b",
    re.I,
)
_KIND_SORRY = re.compile(r"\bsorry to hear\b|\bsorry for your\b|\bsorry, (?:could|can|what|may|which|i mean)\b", re.I)


def label(read: Read) -> list[Finding]:
    """A person, or what a person did, is given a bad name."""
    for token in read.doc:
        word = token.lower_
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
    if token.dep_ == "amod" or (token.dep_ in {"conj", "compound"} and token.head.dep_ in {"amod", "compound"}):
        noun = token.head if token.dep_ in {"amod", "compound"} else token.head.head
        return people.is_person(noun) or (
            noun.lemma_.lower() in _DEEDS and (word not in {"difficult"} or people.is_person(noun))
        )
    verb = next((t for t in (token, *grammar.above(token)) if t.pos_ in {"AUX", "VERB"} and t.i != token.i), None)
    if verb is None or verb.lemma_.lower() not in _LINKS:
        return False
    who = grammar.antecedent(grammar.subject(verb))
    if who is None:
        return False
    of_you = next((c for c in token.children if c.lower_ == "of"), None)
    if of_you is not None and any(people.is_third(c) for c in of_you.children):
        return True
    if who.lower_ in {"it", "this", "that"} and target is not None:
        return False
    if who.lemma_.lower() in _DEEDS | {"report"} and word not in _OF_THINGS_TOO:
        return True
    if who.lemma_.lower() == "report":
        return word == "sloppy"
    first = who.lower_ in {"i", "we"}
    return people.is_person(who) and not first and not people.is_nobody(who)


def absolute(read: Read) -> list[Finding]:
    """ "Always" or "never" about a person, unless it is praise, a rule, a plain fact or about a thing."""
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
    who = grammar.antecedent(grammar.subject(verb))
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
    negative = token.lower_ == "never"
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


def mind_reading(read: Read) -> list[Finding]:
    """A motive, a feeling or an intention of somebody else, stated as a fact."""
    text = read.text
    if read.passage.asks:
        return []
    for pattern in (_CARE, _ON_PURPOSE):
        match = pattern.search(text)
        if match is None:
            continue
        who = _actor(read, match.start())
        if who is None or not people.is_third(who) or people.is_nobody(who):
            continue
        before = text[: match.start()]
        denial = context.denies(before[-30:]) and pattern is _ON_PURPOSE
        if denial or context.reported(before) or context.praises(text[: match.start()]):
            continue
        if who.lower_ in {"who", "someone", "somebody", "anyone", "everyone", "people"}:
            continue
        return [Finding("mind-reading", match.start(), match.end(), "motive")]
    for verb in read.doc:
        if verb.lemma_.lower() not in _WANTING or verb.pos_ not in {"VERB", "AUX"}:
            continue
        who = grammar.antecedent(grammar.subject(verb))
        if who is None or not people.is_third(who) or people.is_nobody(who) or context.reported(text[: verb.idx]):
            continue
        if context.denies(text[: who.left_edge.idx][-60:]) or verb.dep_ in {"relcl", "csubj", "pcomp"}:
            continue
        if any(c.lower_ in {"what", "which", "whatever"} for c in verb.children):
            continue
        if who.lower_ in {"who", "someone", "somebody", "anyone", "people", "everyone"}:
            continue
        if any(c.dep_ == "mark" and c.lower_ in {"if", "when"} for c in verb.children) or any(
            c.tag_ == "MD" for c in verb.children
        ):
            continue
        negated = any(c.dep_ == "neg" or c.lower_ == "never" for c in verb.children)
        _, end = grammar.words_of(verb)
        around = text[who.idx : end]
        if context.praises(around):
            continue
        if negated or _SELFISH.search(around):
            return [of("mind-reading", verb, form="motive", head=verb)]
    return []


def _actor(read: Read, offset: int) -> "Token | None":
    """The subject of the verb at an offset, or of the nearest verb above it."""
    token = grammar.at(read.doc, offset)
    if token is None:
        return None
    for one in (token, *grammar.above(token)):
        if one.pos_ in {"VERB", "AUX"}:
            who = grammar.antecedent(grammar.subject(one))
            if who is not None:
                return who
    return next((t for t in read.doc if t.dep_ in {"nsubj", "nsubjpass"}), None)


def apology(read: Read) -> list[Finding]:
    """ "Sorry you feel", "sorry if", "sorry, but you": an apology whose weight ends with the other."""
    text = read.text
    sorry = _SORRY.search(text)
    if sorry is None or _KIND_SORRY.search(text) or context.denies(text[: sorry.start()][-15:]):
        return []
    after = text[sorry.end() :]
    shifted = _SHIFTED.search(after)
    if shifted and shifted.start() < 40:
        return [Finding("apology-shifting", sorry.start(), sorry.end() + shifted.end(), "shifted")]
    but = _BUT.search(after)
    if (
        but
        and not _DECLINES.search(after)
        and but.group("who").lower() not in {"i", "we", "i'm", "it's", "the", "there"}
    ):
        return [Finding("apology-shifting", sorry.end() + but.start(), sorry.end() + but.end(), "but")]
    return []
