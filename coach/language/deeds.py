"""Findings about what somebody did or left undone: counterfactuals, passive blame, and who did it."""

import re
from typing import TYPE_CHECKING

from coach.language import context, grammar, people
from coach.language.finding import Finding, Read, of
from coach.language.words import word_set

if TYPE_CHECKING:
    from spacy.tokens import Token

_OUGHT = frozenset({"should", "could", "ought", "shoulda", "coulda", "might"})
_LEFT_UNDONE = frozenset({"fail", "neglect", "omit", "forget", "bother", "refuse"})
_NEAR_MISS = word_set(
    "lose die kill injure crash miss reach spread cause mean result happen take come go end hit burn fall affect"
)
_EPISTEMIC = re.compile(r"\b(?:by now|already|by this point|in theory)\b", re.I)
_REPAIRED = re.compile(
    r"\b(?:avoided|prevented|caught|stopped|escalated|noticed|known|checked|asked|called|told|said)\b", re.I
)
_AVOIDED = re.compile(
    r"\bcould(?:'ve| have)?(?: (?:so|very|all too|quite|just|simply|easily|well|also|completely|entirely|perhaps|"
    r"probably|have))* been (?:\w+ly )?(?:avoided|prevented|averted|foreseen)\b",
    re.I,
)
"""“It could have been avoided”, said of what happened."""
_LEFT_OPEN = re.compile(r"\b(?:if|whether|how|what|anything|ways?)\b", re.I)
_MEANT_TO = re.compile(r"\b(?:was|were) supposed to\b", re.I)
_IF_ONLY = re.compile(r"\bif only\b", re.I)
_HAD = re.compile(r"^had (?:the |a |an |our |my )?\w+", re.I)

_WRONGLY = word_set("wrongly incorrectly badly poorly carelessly improperly late wrong negligently inadequately")
_BAD_THING = re.compile(
    r"\b(?:wrong|incorrect|bad|poor|mistakes?|errors?|blunders?|failures?|lapses?|oversights?)\b", re.I
)
_BAD_DEED = word_set(
    "skip ignore miss overlook forget violate falsify drop omit neglect breach disregard bypass damage "
    "lose delete break "
    "mishandle misread misplace mislabel misjudge botch ruin spoil abandon dismiss circumvent disable leave"
)
_OWED_THING = word_set(
    "procedure procedures protocol protocols rule rules checklist policy policies instructions process standard"
)

_WHO_DEED = re.compile(
    r"(?:did (?:it|this|that)\b|did n't|didn't|was it\b|forgot|broke\b|br[oe]aks?\b|caused\b|messed|"
    r"screwed|fucked|botched|ruined|dropped the ball|deleted|"
    r"left\b.{0,40}\b(?:open|on|unlocked|running|behind|out|there)\b|pushed\b|let\b.{0,30}\b(?:slip|"
    r"happen|through)|failed|neglected|ignored|skipped|lost\b|"
    r"made (?:the|this|that|a|such an?) (?:mistake|error|mess|mistakes)|gave the wrong|"
    r"\w+ed the wrong|put the wrong|"
    r"(?:is|was|are|were|'s) (?:to blame|at fault|the culprit|guilty|the idiot|the genius|the one who|"
    r"behind this|supposed to)|"
    r"(?:is|was|are) responsible for (?:this|that|the|these) (?:mess|outage|incident|failure|mistake|"
    r"error|spill|loss|delay|fire|damage|accident|breakage|disaster)|"
    r"should have (?!an?\b|the\b|access|to\b|any\b|no\b)|approved (?:this|that) (?:nonsense|"
    r"rubbish|mess)|the hell|on earth|got (?:it|"
    r"this) wrong|crashed|misread|overlooked|missed\b|touched|changed\b.{0,40}\bwithout|"
    r"authori[sz]ed (?:this|that)|allowed (?:this|that)|started (?:this|the) (?:fire|mess))",
    re.I,
)
_CHANGE = (
    r"(?:change|code|release|version|build|deploy(?:ment)?|config\w*|settings?|script|query|migration|update|upgrade|"
    r"flag|rules?|command|PR|pull request|merge|commit|branch|job|firewall|database|table|server|cluster|alarm|alert|"
    r"backups?|certificate|keys?|switch|valve|pump|line|order|form|mess|thing|tool|feature|package|image|app|service)"
)
_WHO_CHANGED = re.compile(
    r"(?:(?:had|has|have) )?(?:(?:switched|turned|shut|powered) (?:off|down)|unplugged|disabled|deactivated|"
    r"(?:deployed|released|shipped|merged|committed|approved|signed off(?: on)?|reviewed|wrote|written|coded|built|ran|"
    r"executed|triggered|configured|set up|rolled out|installed|changed|edited|modified|altered|removed|turned on|"
    r"enabled|restarted|dropped|published|opened|entered|typed|uploaded|loaded|cancelled|canceled)"
    r"(?= (?:this|that|it|these|those)\s*(?:[?.!,]|$|(?:on|at|to|into|in|without|with|and|again|last|yesterday|today|"
    rf"late|so|anyway|then)\b)| (?:this|that|the|these|those|our|[A-Z]\w+'s) (?:[\w-]+ ){{0,2}}{_CHANGE}\b)"
    r"|(?:deployed|released|merged|shipped)(?=\s*\?))",
    re.I,
)
"""A change whose doer is looked for once it went wrong; “who fixed it?” and “who wrote the minutes?” look for none."""
_WELCOME = re.compile(
    r"\b(?:fix|hotfix|rollback|roll-back|rolled back|workaround|patch|solution|thank\w*|first|next|before us|can help|"
    r"could help|to help|nice|safely|in time|so quickly|how to)\b",
    re.I,
)
_WHO = re.compile(
    r"\b(?:who|who's|whoever|which of (?:you|them|us|the \w+)|which (?P<role>\w+)|what idiot|what genius)\b", re.I
)
_WHOSE = re.compile(
    r"\bwhose (?:\w+ )?(?:fault|mistake|error|mess|doing|bright idea|blame|failure)\b"
    r"|\b(?:find|found|identify|name|establish|trace|track down|catch)(?: out)? (?:the|those) (?:person|"
    r"people|individual|one|culprit|employee|engineer|member of staff)s? (?:responsible|at fault|to blame|"
    r"who did)\b"
    r"|\bwho is (?:really )?(?:to blame|at fault)\b",
    re.I,
)
_INDIRECT = re.compile(
    r"\b(?:know|find|found|tell|ask\w*|establish|identify|determine|out|clarify|question|explain|"
    r"wonder\w*|see|say|learn|want\w*|:|and|,)\W*$",
    re.I,
)
_WRONG_ASIDE = re.compile(r"\bwhy (?:they|he|she) (?:got|did|didn't|were|was)\b", re.I)


def who_question(read: Read) -> list[Finding]:
    """A question, open or indirect, that looks for the person behind a failure."""
    text = read.text
    match = _WHOSE.search(text)
    if match and not context.denies(text[: match.start()][-40:]):
        return [Finding("who-question", match.start(), match.end())]
    for match in _WHO.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        role = match.group("role")
        if role and not people.is_person(grammar.at(read.doc, match.start("role")), groups=True):
            continue
        begins = not before.strip(" \"'-–—") or re.search(
            r"(?:[:;,–—-]|\b(?:so|and|ok|okay|but|well|then|now|again|just))\s*$", before, re.I
        )
        if not begins and not _INDIRECT.search(before):
            continue
        if context.denies(before[-40:]):
            continue
        deed = re.match(
            rf"\W*(?:(?:the hell|on earth|exactly|actually|really|here|again|of you|then|"
            rf"person)\W+)*(?:{_WHO_DEED.pattern})",
            after,
            re.I,
        )
        if deed is None and not _WELCOME.search(text):
            deed = re.match(
                rf"\W*(?:(?:exactly|actually|really|then|again|of you) )*{_WHO_CHANGED.pattern}", after, re.I
            )
        if deed is None and _WRONG_ASIDE.search(after):
            deed = re.match(r"\W*\w+", after)
        if deed is None or context.praises(text):
            continue
        head = _verb_after(read, match.end())
        return [Finding("who-question", match.start(), match.end() + deed.end(), "who", head)]
    return []


def _verb_after(read: Read, offset: int) -> "Token | None":
    return next((t for t in read.doc if t.idx >= offset and t.pos_ == "VERB" and t.lower_ not in {"did", "was"}), None)


def counterfactual(read: Read) -> list[Finding]:
    """What somebody should have done, failed to do, or would have prevented."""
    found: list[Finding] = []
    for token in read.doc:
        if (token.lower_ in _OUGHT and (finding := _ought(read, token))) or (
            token.lemma_.lower() in _LEFT_UNDONE and token.pos_ == "VERB" and (finding := _undone(read, token))
        ):
            found.append(finding)
    if match := _AVOIDED.search(read.text):
        return found + _avoidable(read, match)
    return found or _unreal(read)


def _avoidable(read: Read, match: "re.Match[str]") -> list[Finding]:
    """“It could have been avoided”, unless it is denied, asked or left open: "we asked if it could have been"."""
    before = read.text[: match.start()]
    if read.passage.asks or context.denies(before[-40:]) or _LEFT_OPEN.search(before):
        return []
    head = grammar.at(read.doc, match.end() - 1)
    return [Finding("counterfactual", match.start(), match.end(), "avoided", head)]


def _ought(read: Read, modal: "Token") -> Finding | None:
    doc = read.doc
    have = next(
        (t for t in doc[modal.i + 1 : modal.i + 6] if t.lower_ in {"have", "'ve", "of", "a"} and t.lower_ != "a"), None
    )
    if have is None:
        return None
    verb = have.head if have.dep_ in {"aux", "auxpass"} else None
    if verb is None and have.i + 1 < len(doc) and doc[have.i + 1].tag_ in {"VBN", "VBD"}:
        verb = doc[have.i + 1]
    if verb is not None and modal.head.i != verb.i and have.i > modal.i + 2:
        return None  # "you should say that you have seen it"
    if verb is None and modal.lower_ != "could" and modal.lower_ != "might" and have.i > modal.i:
        # "which the lead should have done", "as he should have."
        if have.lower_ == "have" and (have.i + 1 == len(doc) or doc[have.i + 1].is_punct):
            who = grammar.subject(have)
            return of("counterfactual", modal, have) if people.is_third(who) or _first(who) else None
        return None
    if verb is None or verb.i < have.i:
        return None
    negated = any(t.dep_ == "neg" for t in doc[modal.i : verb.i])
    who = grammar.antecedent(grammar.subject(verb))
    passive = any(c.dep_ == "auxpass" for c in verb.children) or (
        verb.lower_ == "been" and any(c.tag_ == "VBN" for c in verb.children)
    )
    text, lemma = read.text, verb.lemma_.lower()
    if modal.lower_ == "might" or (modal.lower_ in {"could", "coulda"} and (passive or lemma == "be" or negated)):
        return None
    if _EPISTEMIC.search(text) or context.praises(text):
        return None
    if read.passage.asks and not (
        who is not None and who.lower_ in {"who", "you", "he", "she", "they"} and modal.lower_ != "could"
    ):
        return None
    if modal.lower_ in {"could", "coulda"}:
        if not people.is_person(who) or people.is_nobody(who) or lemma in _NEAR_MISS:
            return None
        if who is not None and who.lower_ in {
            "anyone",
            "anybody",
            "everyone",
            "everybody",
            "one",
            "someone",
            "somebody",
        }:
            return None
        if any(c.lower_ in {"better", "differently"} for c in verb.children):
            return None  # "what could we have done better?" asks for the next time
        return of("counterfactual", modal, verb, form="ought", head=verb)
    if passive:
        if context.planned(text):
            return None
        agent = _agent(verb)
        person = people.is_person(who) or (agent is not None and people.is_person(agent))
        if agent is not None and not people.is_person(agent):
            return None
        adjective = next((c for c in verb.children if c.dep_ == "acomp"), None)
        if adjective is not None:
            return None
        return of("counterfactual", modal, verb, form="ought-passive", head=verb) if person or who is not None else None
    if lemma == "be" and who is not None and not people.is_person(who):
        return None
    if not people.is_person(who) and not people.minded(lemma):
        return None
    return of("counterfactual", modal, verb, form="ought", head=verb)


def _undone(read: Read, verb: "Token") -> Finding | None:
    """“failed to”, “neglected to”, “forgot to”, “did not bother to”."""
    to = next((c for c in verb.children if c.dep_ == "xcomp" and c.i > verb.i), None)
    lemma = verb.lemma_.lower()
    if to is None or any(c.dep_ == "auxpass" for c in verb.children):
        return None
    if not any(c.lower_ == "to" for c in to.children) or read.passage.asks:
        return None
    past = verb.tag_ in {"VBD", "VBN"} or any(c.lower_ in {"did", "had", "has", "have"} for c in verb.children)
    if not past:
        return None
    who = grammar.antecedent(grammar.subject(verb))
    negated = grammar.own_negation(verb) is not None
    if lemma == "bother":
        if not negated and not people.is_nobody(who):
            return None
    elif negated or people.is_nobody(who) or grammar.denied(verb):
        return None
    if who is not None and (who.lower_ == "anyone" or (who.lower_ in {"someone", "somebody"} and lemma != "forget")):
        return None
    if who is None and lemma == "forget" and verb.dep_ == "ROOT" and verb.i == 0:
        return None  # a note of one's own
    named = lemma == "forget" and people.is_name(who)
    if (
        not people.is_person(who)
        and not named
        and not (people.minded(to.lemma_.lower()) and who is not None and who.pos_ == "NOUN")
    ):
        return None
    return of("counterfactual", verb, next(c for c in to.children if c.lower_ == "to"), form="undone", head=to)


def _unreal(read: Read) -> list[Finding]:
    """“If only he had read it”, “Had the clerk asked, …”, “If she had looked, she would have seen …”."""
    text, doc = read.text, read.doc
    match = _IF_ONLY.search(text)
    if (
        match
        and not context.denies(text[: match.start()][-30:])
        and re.search(r"\b(?:had|'d|could|were|did)\b", text[match.end() :])
    ) and any(t.idx > match.end() and people.is_person(t) for t in doc):
        return [Finding("counterfactual", match.start(), match.end())]
    would = next(
        (
            t
            for t in doc
            if t.lower_ in {"would", "could", "'d"} and any(c.lower_ in {"have", "'ve"} for c in t.head.children)
        ),
        None,
    )
    if would is None or read.passage.asks:
        return []
    if _HAD.match(text) and people.is_person(_first_subject(doc)):
        return [of("counterfactual", doc[0])]
    for token in doc:
        if (
            token.lower_ == "if"
            and token.head.tag_ in {"VBN", "VBD"}
            and any(c.lower_ in {"had", "'d"} for c in token.head.children)
        ) and (people.is_person(grammar.subject(token.head)) or any(c.dep_ == "auxpass" for c in token.head.children)):
            return [of("counterfactual", token, form="")]
    return []


def _first_subject(doc: "object") -> "Token | None":
    return next((t for t in doc if t.dep_ in {"nsubj", "nsubjpass"}), None)  # type: ignore[attr-defined]


def _first(token: "Token | None") -> bool:
    return token is not None and token.lower_ in {"i", "we"}


def passive_blame(read: Read) -> list[Finding]:
    """What was left undone or done wrongly "by" somebody; also mistakes that "were made"."""
    found = []
    for verb in read.doc:
        if verb.tag_ != "VBN" or not any(c.dep_ == "auxpass" for c in verb.children):
            verb_is_conj = (
                verb.tag_ == "VBN" and verb.dep_ == "conj" and any(c.dep_ == "auxpass" for c in verb.head.children)
            )
            if not verb_is_conj:
                continue
        if any(c.tag_ == "MD" for c in verb.children) or read.passage.asks:
            continue
        agent = _agent(verb)
        who = grammar.subject(verb)
        negated = grammar.own_negation(verb) is not None
        if who is None:
            continue
        start, end = grammar.words_of(who)
        thing = read.text[start:end]
        wrongly = any(c.lower_ in _WRONGLY for c in verb.children) or re.search(
            r"\bto the wrong\b", read.text[verb.idx :]
        )
        bad = bool(_BAD_THING.search(thing)) and (
            verb.lemma_.lower() in {"make", "commit", "take", "throw", "give", "press", "pull", "use", "choose", "pick"}
        )
        deed = verb.lemma_.lower()
        if agent is None:
            if not any(c.lower_ in {"was", "were", "been"} for c in verb.children):
                continue
            shameful = (bad and deed in {"make", "commit"}) or (
                negated
                and deed in {"follow", "respect", "observe"}
                and who.lemma_.lower() in {w.rstrip("s") for w in _OWED_THING} | _OWED_THING
            )
            if shameful and not context.praises(read.text):
                found.append(of("passive-blame", who, verb, form="", head=verb))
            continue
        if not people.is_person(agent):
            continue
        if negated or wrongly or bad or (deed in _BAD_DEED and not negated):
            if deed == "leave" and not any(c.dep_ in {"acomp", "oprd", "advmod", "prt"} for c in verb.children):
                continue
            last = agent
            aux = next((c for c in verb.children if c.dep_ == "auxpass"), verb)
            found.append(of("passive-blame", aux, last, form="passive", head=verb))
    return found[:1]


def _agent(verb: "Token") -> "Token | None":
    for child in verb.children:
        if child.dep_ == "agent" or (child.lower_ == "by" and child.dep_ == "prep"):
            return next((c for c in child.children if c.dep_ == "pobj"), None)
    return None
