"""Findings about what moves somebody: motives that are guessed, and apologies whose weight ends with the other."""

import re
from typing import TYPE_CHECKING

from coach.language import context, grammar, people
from coach.language.finding import Finding, Read, of

if TYPE_CHECKING:
    from spacy.tokens import Token

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
_WANTING = frozenset({"want"})
_MOTIVE = re.compile(
    r"\b(?:hide|escape|punish|embarrass|control|blame|credit|power|attention|easy life|me|us|my|our)\b"
    r"|\b(?:just|simply|obviously|clearly) (?:don't|do not|didn't|did not) want\b"
    r"|\b(?:just|only|simply|really) want(?:ed)? to (?:avoid|win|look)\b",
    re.I,
)
"""Of a "you want" that means one person and not everybody who reads."""
_SELFISH = re.compile(
    r"\b(?:just|only|simply|really|secretly)\b|\b(?:hide|fail|avoid|escape|look|punish|embarrass|get rid|"
    r"take over|control|win|blame|see (?:me|us) fail|credit|power|attention|easy life|cover)\b",
    re.I,
)

_OWN_READING = re.compile(r"\bI (?:took|take|read) (?:it|that|this) (?:to mean|as)\b", re.I)
"""A guess that is told as one."""

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


def mind_reading(read: Read) -> list[Finding]:
    """A motive, a feeling or an intention of somebody else, stated as a fact."""
    text = read.text
    if read.passage.asks or _OWN_READING.search(text):
        return []
    for pattern in (_CARE, _ON_PURPOSE):
        match = pattern.search(text)
        if match is None:
            continue
        who = _actor(read, match.start())
        if who is None or not people.is_third(who) or people.is_nobody(who):
            continue
        before = text[: match.start()]
        at = grammar.at(read.doc, match.start())
        if _loose(at, who, match.group()):
            continue
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
        meant = _MOTIVE.search(around) if who.lower_ == "you" else negated or _SELFISH.search(around)
        if meant:
            return [of("mind-reading", verb, form="motive", head=verb)]
    return []


def _loose(word: "Token | None", who: "Token", text: str) -> bool:
    """Whether the motive hangs on no deed of the person: of a thing, an aim, or of people in general."""
    if word is None:
        return True
    verb = word if word.pos_ in {"VERB", "AUX"} else word.head
    if verb.dep_ == "relcl":
        return True
    if not text.lower().endswith("ly"):
        return False
    finite = verb.tag_ in {"VBD", "VBZ"} or any(c.lower_ in {"has", "have", "'ve", "had", "did"} for c in verb.children)
    return not finite or (who.lower_ == "you" and verb.tag_ == "VBZ") or verb.dep_ in {"relcl", "acl", "pcomp"}


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
    """“Sorry you feel”, “sorry if”, “sorry, but you”: an apology whose weight ends with the other."""
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
