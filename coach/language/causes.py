"""Findings about explanations: one root cause, human error, and what only hindsight sees."""

import re

from coach.language import context, grammar, people
from coach.language.finding import Finding, Read
from coach.language.words import word_set

_ROOT = re.compile(
    r"\b(?:(?:the|a|one|true|real|actual|single|underlying|main|its|our) )*root[- ]cause\b(?!s)"
    r"(?! (?:anal\w+|language|thinking|investigation|review|report|template|method\w*|section|field|"
    r"categor\w*|exercise))"
    r"|\b(?:the |a )?(?:sole|single|only|one and only|primary and only|one true|ultimate|real) (?:cause|reason)\b"
    r"|\bcaused (?:solely|entirely|only|purely) by\b"
    r"|\b(?:all )?(?:came|comes|boils?|boiled) down to one thing\b",
    re.I,
)
_ROOT_OPEN = re.compile(r"\b(?:whether|if|ask\w*|look(?:ed|ing)? for|search(?:ed|ing)? for|any|every|each)\b", re.I)
_SOUGHT = re.compile(
    r"\b(?:determine|identify|find|understand|know|consider|address|discover|establish|"
    r"uncover|tackle|discuss|analy[sz]e|explore|get to|see|"
    r"determining|identifying|finding|understanding|knowing|considering|addressing|"
    r"discovering|seeking|towards?|on)\W*$",
    re.I,
)
_IN_GENERAL = re.compile(
    r"^\W*(?:is|are|was|may be|can be|could be|might be) (?:often|usually|sometimes|typically|"
    r"frequently|rarely)\b|^\W*(?:may|can|could|might)\b",
    re.I,
)
_STATED = re.compile(
    r"^\W*(?:\w+ )?(?:was|is|were|are|be|being|has|lies|lay|turned|of|in|for|:|,|to|=|–|—|-|behind|\.)", re.I
)
_STATES = re.compile(
    r"\b(?:was|is|were|are|be|found|identif\w+|determin\w+|establish\w+|to|as|has|had|had been|traced|"
    r"goes back|point\w* to)\b",
    re.I,
)

_ACTOR = (
    r"human|operator|user|pilot|driver|staff|nurse|technician|employee|crew|worker|engineer|clerical|"
    r"personnel|manual|"
    r"doctor|teacher|controller|cashier|clerk|surgeon|maintenance|mechanic|contractor|people"
)
_HUMAN = re.compile(
    rf"\b(?:a |an |the |simple |pure |simply )?(?:{_ACTOR})(?: (?:technician|staff|crew|"
    rf"team))?[- ](?:error|mistake|failure|failing)\b"
    r"(?!s? (?:message|rate|page|code|handling|analysis|report|factor|budget|log|screen|class|type|is a symptom))"
    r"|\b(?:PEBKAC|PICNIC|ID10T)\b",
    re.I,
)

_SEEN_AFTER = re.compile(
    r"\b(?:any(?:one|body)|a child|everyone|everybody) (?:could|would|should) (?:have )?(?:seen|told|"
    r"known|noticed|spotted|guessed)\b"
    r"|\b(?:saw|seen|see) (?:it|this|that) coming\b|\bsaw this one coming\b"
    r"|\b(?:(?:warning )?signs|red flags|clues|warnings) were (?:all )?(?:there|obvious|clear|visible|everywhere)\b"
    r"|\baccident waiting to happen\b|\bdisaster waiting to happen\b"
    r"|\b(?:only|just) a (?:matter|question) of time\b"
    r"|\b(?:more|better|properly) (?:experienced|careful|trained|competent|attentive|"
    r"skilled) \w+ (?:would|could|should)(?:'ve| have)\b"
    r"|\bany (?:competent|reasonable|sensible|decent|half-decent|trained|"
    r"experienced) \w+(?: \w+)? (?:would|could|should)\b"
    r"|\b(?:bit|ounce|shred|modicum|minimum) of common sense\b|\bcommon sense (?:would|should|says|dictates)\b"
    r"|\bplain to see\b|\bplainly visible\b|\bwriting (?:was )?on the wall\b|\bclear as day\b|"
    r"\bstaring (?:them|him|her|us|you) in the face\b"
    r"|\b(?:entirely|completely|totally|perfectly|easily|so|all too|wholly) (?:predictable|foreseeable|"
    r"avoidable|preventable)\b"
    r"|\b(?:in|with) hindsight,? (?:it|this|that|the \w+) (?:was|is|were|seems?) (?:\w+ )?(?:clear|"
    r"obvious|evident|plain)\b"
    r"|\bwas (?:bound|doomed|never going) to\b|\bwere (?:bound|doomed|never going) to\b",
    re.I,
)
_OBVIOUS = re.compile(
    r"\b(?:it|this|that|the [\w ]{2,40}?) (?:was|is|were|seemed|should have been|must have been|had been) "
    r"(?:(?:so|very|quite|glaringly|painfully|blindingly|perfectly|abundantly|already|absolutely|completely) )*"
    r"(?:obvious|clear|evident|apparent|predictable|foreseeable)\b",
    re.I,
)
_FROM_THE_START = re.compile(r"\bfrom the (?:very )?(?:start|beginning|outset|first)\b", re.I)
_MUST = re.compile(r"\bmust have (?:known|seen|noticed|realised|realized|heard|understood|been aware)\b", re.I)
_HOW_NOT = re.compile(
    r"\bhow (?:could|did) (?:he|she|they|you|anyone|anybody|the \w+|nobody|no one|"
    r"somebody)(?: \w+)? (?:not|miss|overlook|fail|possibly)\b"
    r"|\bhow come (?:he|she|they|you|nobody|no one)\b.{0,20}(?:not|n't|\bnever\b|\bnoticed\b|\bsaw\b)",
    re.I,
)
_ADVERBS = frozenset({"obviously", "clearly", "evidently", "plainly", "blatantly", "undoubtedly"})
_MANNER = word_set(
    "mark label state explain show see say speak describe define communicate separate display write print indicate "
    "document visible audible understand identify mean set read hear list prove demonstrate improve benefit"
)


def root_cause(read: Read) -> list[Finding]:
    """A single cause that is stated as found; methods of that name, plurals, denials and questions aside."""
    found = []
    for match in _ROOT.finditer(read.text):
        before, after = read.text[: match.start()], read.text[match.end() :]
        if context.denies(before[-60:]) or read.passage.asks or _ROOT_OPEN.search(before[-40:]):
            continue
        if _SOUGHT.search(before) or _IN_GENERAL.search(after):
            continue
        if not after.strip(" .*_:#") and not _STATES.search(before):
            continue  # the heading of an empty field
        if not (_STATED.match(after) or _STATES.search(before)):
            continue
        found.append(Finding("root-cause", match.start(), match.end(), "cause"))
    return found[:1]


def human_error(read: Read) -> list[Finding]:
    """“Human error” and its kind, given as the reason."""
    found = []
    for match in _HUMAN.finditer(read.text):
        before = read.text[: match.start()]
        if context.denies(before[-60:]) or read.passage.asks:
            continue
        if match.group().istitle() and match.group().count(" ") and before.strip():
            continue  # a title: "The Field Guide to Understanding Human Error"
        found.append(Finding("human-error", match.start(), match.end(), "error"))
    return found[:1]


def hindsight(read: Read) -> list[Finding]:
    """What is called obvious, clear or predictable about how others acted then."""
    text = read.text
    found: list[Finding] = []
    for pattern in (_SEEN_AFTER, _MUST, _HOW_NOT):
        match = pattern.search(text)
        if match and not context.denies(text[: match.start()][-30:]):
            found.append(Finding("hindsight", match.start(), match.end()))
    match = _OBVIOUS.search(text)
    if match and not found and not read.passage.asks and not context.denies(text[: match.start()][-30:]):
        after = text[match.end() :]
        past = "was" in match.group() or "were" in match.group() or "been" in match.group() or " have " in after
        adjective = match.group().split()[-1].lower()
        that = re.match(r"\W+(?:to \w+(?: \w+)* )?(?:that|from|the|they|he|she|who|which|how)\b", after)
        strong = (
            adjective in {"obvious", "predictable", "foreseeable"}
            or _FROM_THE_START.search(after)
            or " have been " in match.group()
        )
        if past and (strong or (that and people_in(read, match.end()))) and not context.praises(text):
            found.append(Finding("hindsight", match.start(), match.end(), "obvious" if "that" in after[:6] else ""))
    if not found:
        found += _adverbs(read)
    return found[:1]


def people_in(read: Read, offset: int) -> bool:
    """Whether a person acts in the part of the sentence after an offset."""
    return any(
        token.idx >= offset and token.dep_ in {"nsubj", "nsubjpass"} and people.is_third(token) for token in read.doc
    )


def _adverbs(read: Read) -> list[Finding]:
    """“Obviously he ignored it”: an adverb that makes a guess about the past certain."""
    for token in read.doc:
        of_course = token.lower_ == "of" and token.i + 1 < len(read.doc) and read.doc[token.i + 1].lower_ == "course"
        if token.lower_ not in _ADVERBS and not of_course:
            continue
        verb = token.head
        if of_course:
            verb = next((t for t in read.doc if t.dep_ == "ROOT"), token.head)
        if verb.pos_ not in {"VERB", "AUX"}:
            verb = verb.head
        manner = verb.lemma_.lower() in _MANNER or token.head.lemma_.lower() in _MANNER
        if (manner and token.lower_ != "obviously" and not grammar.own_negation(verb)) or read.passage.asks:
            continue
        if token.i > verb.i and not of_course:
            continue  # "she explained it clearly"
        tags = {verb.tag_, *(child.tag_ for child in verb.children if child.dep_ in {"aux", "auxpass"})}
        modal = any(child.tag_ == "MD" for child in verb.children)
        have = any(child.lower_ in {"have", "'ve"} for child in verb.children)
        then = (
            "VBD" in tags or (modal and have) or any(child.lower_ in {"did", "was", "were"} for child in verb.children)
        )
        who = grammar.subject(verb)
        if not then or (who is not None and who.lower_ in {"i", "we"}) or context.praises(read.text):
            continue
        last = read.doc[token.i + 1] if of_course else token
        return [Finding("hindsight", token.idx, last.idx + len(last), "adverb")]
    return []
