"""Cues in one utterance: what its wording shows before anything is learned.

Pure patterns over English text. The names of the cues that hold are features of the learned heads, and the whole
reading where no embedding is installed.
"""

import itertools
import re
from collections.abc import Iterable

from coach.language.words import word_set

_APOSTROPHES = str.maketrans("’‘`", "'''")
_STUTTER = re.compile(r"\b(\w+)(?:-+ ?\1\b)+", re.I)
_NOISE = re.compile(r"\[[^\]]*\]")
_FILLERS = re.compile(
    r"^(?:(?:um|uh|er|erm|mm|mhm|hmm|mm-hmm|uh-huh|mmm|ah|oh|okay|ok|all right|alright|right|yeah|yes|no|"
    r"well|sure|great|good|"
    r"so|and|but|now|then|or|because|'cause|wow|perfect|i see|you know|i mean|just|like|also|sorry|"
    r"actually)\b[\s,.!-]*)+",
    re.I,
)
_SPLIT = re.compile(r"(?<=[.?!])\s+|\s*--+\s*")
_WORD = re.compile(r"[a-z']+")
_COMMON = word_set(
    "a an the and or but so if of to in on at for with from by as is are was were be been it its it's "
    "that that's this "
    "these those there here i i'm i've you you're you've he she we they me my your his her our their "
    "them us not no yes "
    "do does did have has had can could would will just like um uh okay yeah well know mean really very "
    "kind sort"
)

_AUX = (
    r"(?:do|does|did|are|is|was|were|have|has|had|can|could|would|will|should|may|might|shall|am|"
    r"don't|doesn't|didn't|aren't|isn't|wasn't|weren't|haven't|hasn't|can't|couldn't|wouldn't|won't|shouldn't)"
)
_ASKED = {
    "asks-what": r"\bwhat\b",
    "asks-how": r"\bhow\b(?! (?:many|much|often|long|old|far|big|tall|soon|recently)\b)",
    "asks-why": r"\bwhy\b|\bhow come\b|\bwhat (?:made|makes|brought|brings|led|got)\b",
    "asks-amount": r"\bhow (?:many|much|often|long|old|far|big|tall|soon|recently)\b|\bscale\b|"
    r"\bwhat (?:time|number|day|"
    r"year|age|grade|kind|type|date)\b",
    "asks-who-where": r"\b(?:who|whose|where|when|which)\b",
    "asks-what-about": r"\b(?:what|how) about\b|\b(?:what|anything|something|who|where) else\b|\bany other\b|"
    r"\banything\b|"
    r"\bany (?:thoughts|ideas|concerns|questions)\b",
    "asks-think-feel": r"\b(?:what|how)\b.{0,30}\b(?:think|feel|feeling|see|make of|mean|like|want|hope|notice|"
    r"look like|"
    r"sound|fit)\b",
    "asks-starts-wh": r"^(?:what|how|why|in what|to what)\b",
    "asks-wh-late": r"^(?!what\b|how\b|why\b|who\b|when\b|where\b|which\b).{12,}\b(?:what|how|why)\b",
    "asks-starts-aux": rf"^{_AUX}\b",
    "asks-aux-you": rf"^{_AUX} you\b",
    "asks-aux-inside": rf"(?:^|[,;] ?|\b(?:and|but|so|or) ){_AUX} (?:you|he|she|it|that|there|this|they|i|we|your|"
    rf"anyone|"
    rf"any)\b",
    "asks-permission": r"\b(?:can|could|may|might) i\b|\b(?:is it|would it be|that be) (?:ok|okay|all right|"
    r"alright|fine)\b|"
    r"\bdo you mind\b|\bwould you mind\b|\bis that (?:ok|okay|all right|alright|fine)\b",
    "asks-can-you": r"\b(?:can|could|would|will) you (?:please )?(?:tell|talk|describe|share|explain|say|give|"
    r"help|walk|"
    r"think)\b",
    "asks-tag": r"\b(?:right|okay|ok|yeah|huh|correct|no|yes|is it|isn't it|don't you|aren't you|do you|are you|"
    r"wasn't it|didn't you|is that right|true)\s*\?\s*$",
    "asks-or": r"\bor\b",
    "asks-or-open-end": r"\bor(?:[- ]*|\?)$",
    "asks-told": r"^(?:you|your|you're|it|it's|that|that's|he|she|they|there|i|we|not|maybe|a|the)\b",
    "asks-short": r"^\W*(?:\w+\W+){0,3}\w+\W*$",
}
_WHOLE = {
    "mark": r"\?",
    "mark-last": r"\?\W*$",
    "marks": r"\?.*\?",
    "invites": r"\b(?:tell me|talk to me about|talk (?:a little |a bit )?(?:more )?about|walk me through|"
    r"help me understand|describe|say more|share with me|let me ask|give me an? (?:example|idea|sense))\b",
    "wonders": r"\b(?:wonder|wondering|curious|interested (?:in|to) (?:hear|know)|like to (?:know|hear|ask)|"
    r"wanna (?:know|hear|ask))\b",
    "cut-off": r"[-–—]\s*$",
    "wh-cut-off": r"\b(?:what|how|why|who|where|when)\b[^.?!]{0,60}[-–—]\s*$",
    "hears": r"\b(?:sounds?|seems?|looks?|feels?) (?:to me )?(?:like|as (?:if|though)|that)\b|"
    r"\bi(?:'m)? hear(?:ing)?\b|\b(?:you're|you are) (?:saying|telling|feeling|thinking|wondering|worried|"
    r"concerned|hoping|looking|trying|not)\b|\byou(?: have|'ve)? (?:said|mentioned|told)\b|"
    r"\bso (?:basically|really)\b",
    "sums": r"\b(?:let me (?:see|make sure|summari[sz]e|just)|summari[sz]e|on the (?:one|other) hand|"
    r"at the same time|what i(?:'m| am) (?:hearing|picking)|so far)\b",
    "starts-so": r"^\W*(?:so|and|but|or|because|'cause)\b",
    "starts-you": r"^(?:you|you're|you've|your|you'd)\b",
    "starts-it-they": r"^(?:it|it's|that|that's|they|he|she|there|there's|not|maybe)\b",
    "starts-i": r"^(?:i|i'm|i'd|i'll|i've|let me|let's|we|my)\b",
    "wants-feels": r"\byou(?:'d| would| really| just| kind of| sort of|'re| are|'ve)? (?:\w+ )?(?:want|wanted|wanting|"
    r"feel|felt|like|liked|love|need|hope|enjoy|care|think|thought|know|notice|noticed|recogni[sz]e|value|"
    r"see|wish|miss|believe)\b",
    "informs": r"\b(?:percent|research|studies|study|increase[sd]?|risk|causes?|effects?|recommend\w*|guidelines?|"
    r"evidence|generally|usually|available|called|means|helps?|symptoms|some people|a lot of people|"
    r"most people|people who|for example)\b",
    "advises": r"\b(?:you (?:should|need to|ought to|have to|must|might want|may want|'ve got to|can try|could try|"
    r"could)|i(?:'d| would)? (?:recommend|suggest|advise|encourage|urge)|why don't you|if i were you|"
    r"(?:it )?(?:would|might|could) be (?:good|better|best|helpful|useful|worth)|try (?:to|and|not|using|"
    r"doing)|make sure|don't forget|best thing|better off|important (?:to|that)|what if you|"
    r"how about you)\b",
    "orders": r"^(?:do|don't|stop|try|take|ask|start|go|get|keep|tell him|tell her|tell them|call|write|talk to|"
    r"speak to|make|give|use|put|consider|avoid|remember|focus|be|never|always|first|book|set)\b(?! you|"
    r" they| we| it\b)",
    "affirms": r"\b(?:great|good job|well done|awesome|excellent|fantastic|wonderful|impressive|impressed|"
    r"congratulations|proud|thank you|thanks|appreciate|nice)\b",
    "plans": r"\b(?:i'll|we'll|i will|we will|let's|i'm going to|we're going to|gonna|next (?:time|week|step)|"
    r"come back|appointment|follow up|today)\b",
    "greets": r"\b(?:hi|hello|hey|good (?:morning|afternoon)|nice to (?:meet|see)|my name|bye|take care|welcome)\b",
}
_ASKED_RE = {name: re.compile(pattern, re.I) for name, pattern in _ASKED.items()}
_WHOLE_RE = {name: re.compile(pattern, re.I | re.S) for name, pattern in _WHOLE.items()}
_TELLS_YOU = re.compile(
    r"^(?:if |when |because |that |part of |some of )?(?:you|your|you're|you've|you'd|you'll|it sounds|"
    r"sounds|it seems|seems|it feels|i hear|what i hear|i get the sense|part of you)\b",
    re.I,
)
_TELLS_IT = re.compile(r"^(?:it|it's|that|that's|they|he|she|there|there's|those|not|the|this)\b", re.I)
_TELLS_I = re.compile(r"^(?:i|i'm|i'd|i'll|i've|we|we'll|we're|let's|let me)\b", re.I)
_OPENS = re.compile(r"\b(?:what|how|why|tell me|talk to me|describe|any other|any thoughts|any ideas)\b", re.I)
_AMOUNT = re.compile(
    r"\bhow (?:many|much|often|long|old|far|big|tall|soon|recently)\b|\bwhat (?:time|number|day|year|age|"
    r"grade|kind|type|date)\b|\bscale\b",
    re.I,
)
_CLOSES = re.compile(rf"^{_AUX}\b", re.I)
_COUNTED = (
    *(f"words-{n}" for n in (2, 5, 10, 20, 40)),
    *(f"you-{n}" for n in (1, 2, 4)),
    "i-1", "i-3",
    *(f"echo-{n}" for n in (10, 30, 60)),
    "echo-new-10",
    "previous-none", "previous-short", "previous-asks",
    "sentences-2", "sentences-4",
    "asks-you-told", "tells-you", "tells-it", "tells-i", "one-opens", "one-closes", "opens-unmarked", "echo-pair",
)  # fmt: skip


def names() -> tuple[str, ...]:
    """Names of all cues in the order in which heads take them as features."""
    return (*_ASKED_RE, *_WHOLE_RE, *_COUNTED)


def plain(text: str) -> str:
    """One kind of apostrophe; stutter ("wh-what", "I-I") and notes of the transcriber taken out."""
    text = _NOISE.sub(" ", text.translate(_APOSTROPHES))
    text = re.sub(r"\b(\w{1,3})-+(?=\1)", "", text, flags=re.I)
    return " ".join(_STUTTER.sub(r"\1", text).split())


def opening(text: str) -> str:
    """The text without the small words that people begin with."""
    return _FILLERS.sub("", text) or text


def asking(text: str) -> str:
    """The sentence that asks: the last one with a question mark, else the last; small opening words left out."""
    parts = [part for part in _SPLIT.split(text) if part.strip(" .-")] or [text]
    asked = [part for part in parts if "?" in part]
    return opening((asked or parts)[-1])


def content(text: str) -> set[str]:
    """Words that carry meaning, cut to five letters so that forms of a word meet."""
    return {word[:5] for word in _WORD.findall(text.lower()) if word not in _COMMON and len(word) > 2}


def cues(text: str, previous: str = "") -> frozenset[str]:
    """Names of the cues that hold of an utterance, given what the other said before."""
    text = plain(text)
    asked, body = asking(text), opening(text)
    found = {name for name, pattern in _ASKED_RE.items() if pattern.search(asked)}
    for name, pattern in _WHOLE_RE.items():
        where = body if name.startswith(("starts-you", "starts-it", "starts-i", "orders")) else text
        if pattern.search(where):
            found.add(name)
    return frozenset({*found, *_counts(text, previous)})


def _counts(text: str, previous: str) -> Iterable[str]:
    words = _WORD.findall(text.lower())
    you = sum(word.startswith("you") for word in words)
    first = sum(word in {"i", "i'm", "i'd", "i'll", "i've", "me", "my"} for word in words)
    own, other = content(text), content(previous)
    shared = len(own & other) / max(1, len(own))
    yield from (f"words-{n}" for n in (2, 5, 10, 20, 40) if len(words) > n)
    yield from (f"you-{n}" for n in (1, 2, 4) if you >= n)
    yield from (f"i-{n}" for n in (1, 3) if first >= n)
    yield from (f"echo-{n}" for n in (10, 30, 60) if 100 * shared >= n)
    if len(own - other) > 10:
        yield "echo-new-10"
    if not other:
        yield "previous-none"
    if len(previous.split()) < 6:
        yield "previous-short"
    if "?" in previous:
        yield "previous-asks"
    sentences = [opening(part) for part in _SPLIT.split(text) if part.strip(" .-")]
    yield from (f"sentences-{n}" for n in (2, 4) if len(sentences) >= n)
    yield from _by_sentence(sentences)
    if _pairs(text) & _pairs(previous):
        yield "echo-pair"


def _by_sentence(sentences: list[str]) -> Iterable[str]:
    """What any one sentence of the utterance does, apart from the others."""
    for sentence in sentences:
        asks = "?" in sentence
        long = len(sentence.split()) > 4
        if _TELLS_YOU.match(sentence) and long:
            yield "asks-you-told" if asks else "tells-you"
        if _TELLS_IT.match(sentence) and long and not asks:
            yield "tells-it"
        if _TELLS_I.match(sentence) and not asks:
            yield "tells-i"
        if asks and _OPENS.search(sentence) and not _AMOUNT.search(sentence):
            yield "one-opens"
        if asks and _CLOSES.match(sentence):
            yield "one-closes"
        if not asks and _OPENS.match(sentence):
            yield "opens-unmarked"


def _pairs(text: str) -> set[tuple[str, str]]:
    words = [word[:5] for word in _WORD.findall(text.lower()) if word not in _COMMON and len(word) > 2]
    return set(itertools.pairwise(words))
