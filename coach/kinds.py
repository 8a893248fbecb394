"""What kind of message this is, so that each gets its own kind of answer.

Fixed forms are told by pattern; the open ones by what the parsed message holds. Order matters: the first that
fits is the message's kind, the others are kept beside it.
"""

import re
from collections.abc import Sequence

from coach.frame import Slot
from coach.parse import Utterance
from coach.values import Turn

_I = re.I

_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening)|greetings|howdy|hiya|yo)\b(?: there| coach| again| everyone)?\W*(?:how are you(?: doing)?(?: today)?\W*)?$",
    _I,
)
_THANKS = re.compile(
    r"\b(?:thanks|thank you|thx|cheers|appreciate (?:it|this|that)|that helps(?: a lot)?|very helpful|that was (?:useful|helpful))\b",
    _I,
)
_CLOSE = re.compile(
    r"\b(?:that's (?:all|it|enough)(?: for (?:now|today))?|bye|goodbye|see you|talk (?:to you )?(?:later|soon|tomorrow)|i(?:'ve| have)? got(?:ta| to) (?:go|run)|i have to (?:go|run)|i(?:'m| am) (?:done|good)(?: for (?:now|today))?|let's (?:stop|leave it) (?:here|there)|i need to go)\b",
    _I,
)
_YES = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|sure|ok(?:ay)?|please|please do|go (?:on|ahead)|do it|sounds good|that would (?:help|be (?:good|great|nice|helpful))|i(?:'d| would) (?:like|love) that|yes please|of course|absolutely|definitely|alright|why not|mhm|mm-?hm+|right|exactly|correct|true|indeed|i guess(?: so)?|i think so|probably|maybe yes)\W*(?:please|thanks|coach|do|go ahead|tell me|that would help)?\W*$",
    _I,
)
_NO = re.compile(
    r"^\W*(?:no|nope|nah|not really|no thanks?|no thank you|not now|rather not|i(?:'d| would) rather not|not yet|don't think so|i don't think so|never mind|nevermind|skip it|not interested)\W*(?:thanks|thank you|coach)?\W*$",
    _I,
)
_DONT_KNOW = re.compile(
    r"^\W*(?:(?:i(?:'m| am) )?not sure|(?:i )?(?:really |honestly |just )?(?:don't|do not|dunno|dont) know(?: (?:yet|really|honestly|tbh))?|no idea|dunno|hard to say|(?:i have )?no clue|good question|hmm+|um+|i can't (?:say|think of anything)|no (?:real )?clue|beats me)[\W\s]*(?:to be honest|honestly|really|good question|i(?:'m| am) not sure|tbh)?\W*$",
    _I,
)
_ALREADY = re.compile(
    r"\b(?:you(?:'ve| have)?(?: just)? (?:already )?(?:asked|said|told me) (?:me )?(?:that|this|the same)|i(?:'ve| have)? (?:already|just) (?:told|said|answered|explained|mentioned)(?: you)?|you keep (?:asking|repeating|saying)|same question|asked (?:me )?(?:that|this) (?:already|before|twice)|stop repeating|you(?:'re| are) repeating)\b",
    _I,
)
_REJECT = re.compile(
    r"(?:^\W*(?:no|nope|wrong|actually no|not exactly|not quite)[,.;:! ]+(?=\w)(?!(?:idea|clue|thanks|thank|one|body)\b)(?!i (?:haven't|have not|didn't|did not|don't))|\bthat(?:'s| is) not (?:what i (?:said|meant|mean|asked)|it|right|true|correct|the (?:point|problem|issue))|\byou(?:'ve| have)? (?:misunderstood|got (?:it|that|me) wrong)|\bi (?:didn't|did not|never) (?:say|mean|ask)(?: you)? (?:that|this|it|for)|\byou(?:'re| are) (?:wrong|missing the point|not listening)|\bi meant\b|\bmisunderst(?:ood|and)|that doesn't (?:help|work|fit)|\bthat won't work|\bnot (?:helpful|useful)\b|\bdon't like (?:that|this|it)\b|\bi disagree\b|\bbad advice\b)",
    _I,
)
_LESS = re.compile(
    r"(?:\b(?:(?:that(?:'s| is| was)|this is|you(?:'re| are)|it(?:'s| is)) (?:(?:a bit|far|way|much) )?too (?:long|much text|wordy|many words)|too many (?:words|questions)|too long|keep it short|be brief|briefer|less (?:talk|text|words|please)|stop asking(?: (?:me )?(?:so many )?questions)?|no more questions|enough questions|in (?:one|two) (?:line|sentence|word)s?|tl;?dr|get to the point|just the (?:answer|point))\b|^\W*shorter\b)",
    _I,
)
_MORE = re.compile(
    r"^\W*(?:(?:can you )?(?:tell|give|say|show) (?:me )?(?:a bit |some )?more|more(?: please| detail| details| on that| about that)?|go on|(?:can you )?(?:explain|elaborate|expand)(?: (?:more|further|that|on that|it|please))*|(?:what|how) do you mean(?: by that)?|why(?: is that| so)?|what else(?: (?:could|can|should) i (?:do|try|say))?|anything else|(?:any|some|got) other (?:ideas?|options?|ways?)|another (?:idea|one|option|way)|for example|(?:can you )?give (?:me )?an? example|like what|such as|how so|how exactly|how)\W*$",
    _I,
)
_REPHRASE = re.compile(
    r"^\W*(?:(?:sorry|pardon|what|huh|eh)\W*$|(?:what|how) do you mean(?: by that)?\W*$|i (?:don't|do not|didn't) (?:understand|get (?:it|that|the question|what you mean))|(?:can|could) you (?:rephrase|say that (?:again|differently))|what does that mean|not sure what you mean)",
    _I,
)
_ELSEWHERE = re.compile(
    r"\b(?:(?:something|somewhere|anything) (?:else|different|completely different)|(?:a |another |different |new )(?:topic|subject|question|thing|issue|matter)\b(?=.{0,40}(?:$|[:,.?]))|change (?:the )?(?:topic|subject)|on a different note|by the way|moving on|forget (?:that|it|about that),? (?:i|my|can|what|how)|other topic|different (?:matter|thing))\b",
    _I,
)
_WRITE_IT = re.compile(
    r"\b(?:(?:just|please|can you|could you|can u|pls)(?: just| please)* (?:write|draft|word|give me the (?:words|text|script|lines?))|write (?:it|me|this|that|the|an?)\b|draft (?:it|me|this|that|the|an?)\b|give me (?:a |the |some )?(?:script|draft|template|exact words|wording|text|email|message)|put (?:it|that|this) into words|word it for me)",
    _I,
)
_WORDS = re.compile(
    r"\b(?:what (?:do|should|would|could|can|might|exactly (?:do|should)) i (?:actually |even |really |then |exactly |best )?(?:say|open with|write|tell|answer|reply|start with|ask)|how (?:do|should|would|could|can) i (?:actually |even |best )?(?:say|phrase|word|put|open|begin|reply|answer|respond)|what (?:words|phrase|sentence)|how to (?:say|phrase|word|put|open)|(?:what|which) (?:do|should|would) i (?:open|start|begin) with|an? (?:opening|example) (?:line|sentence)|first (?:line|sentence|words?)|what would you say|what to say)\b",
    _I,
)
_REWORD = re.compile(
    r"\b(?:(?:is|sounds?|feels?|seems?|that's|it's|bit|too|a little) (?:a bit |a little |too |very |so |kind of )*(?:stiff|formal|soft|harsh|hard|cold|weak|direct|indirect|vague|cheesy|corporate|fake|robotic|wordy|american|aggressive|strong|nice|blunt|scripted)|(?:not|doesn't sound|don't sound) (?:like me|how i (?:talk|speak)|my (?:style|words|voice))|(?:more|less) (?:direct|formal|friendly|warm|soft|firm|polite|casual|blunt|human|clear)|(?:softer|warmer|firmer|simpler|shorter|clearer|kinder|friendlier)(?: (?:version|please|one|way))?|i(?:'d| would) (?:never|not) say (?:that|it)|(?:another|different) (?:wording|version|way (?:to (?:say|put) it))|reword|rephrase)\b",
    _I,
)
_ADVICE = re.compile(
    r"\b(?:how (?:do|should|would|could|can|might) (?:i|we|you|one)\b|how to\b|what (?:do|should|would|could|can|might) (?:i|we) do|what (?:would|do) you (?:suggest|recommend|advise|think|do)|any (?:advice|ideas?|tips?|suggestions?|thoughts)|(?:need|want|some|your|give me) (?:some )?(?:advice|help|tips|guidance|ideas|suggestions)\b|should (?:i|we)\b|is it (?:ok|okay|better|wise|a good idea|wrong|right|fair)|help me|can you help|what(?:'s| is) the best (?:way|thing)|where (?:do|should) (?:i|we) (?:start|begin)|what (?:helps|works|can be done)|(?:best|good|right) way to|do i (?:need|have) to|when should (?:i|we)|who should (?:i|we))\b",
    _I,
)
_FACT = re.compile(
    r"\b(?:is it true|is that true|what (?:does|do|did) (?:the )?(?:research|studies|study|science|evidence|data)|(?:any|is there|what's the|what is the|show me|where(?:'s| is)(?: the)?) (?:research|evidence|study|studies|proof|data|source|statistic)|which (?:study|research|source|paper)|who (?:found|said|did the (?:study|research)|showed)|(?:where|what) (?:does|is) (?:that|this|the) (?:number|figure|statistic|claim|source)|what percent(?:age)?|how (?:much|many) (?:more |less )?(?:percent|productiv)|according to (?:whom|which|what)|studies (?:show|say)|(?:i(?:'ve| have)? )?(?:read|heard) (?:somewhere )?that|didn't \w+ (?:find|show|say|prove)|does (?:it|that|this|[\w ]{3,40}) (?:really|actually) (?:work|help|improve|increase|matter)|proven|proof|evidence for|how (?:strong|good|sure) is)\b",
    _I,
)
_COACH = re.compile(
    r"\b(?:are you (?:an? )?(?:ai|bot|robot|human|real|person|machine|chatgpt|gpt|language model|therapist|program)|who (?:are you|made you|built you|can (?:read|see) (?:this|what))|what (?:are you|can you do|do you do|is this)|how do you work|is this (?:private|confidential|recorded|stored|saved)|do you (?:store|save|record|remember|share)|(?:who|can (?:my|anyone|someone|hr|the)[\w ]{0,20}) (?:see|read|sees|reads) (?:this|it|what)|your (?:sources?|privacy)|where (?:is|are) (?:this|my (?:data|words|chats?)))\b",
    _I,
)
_JOKE = re.compile(
    r"(?:\b(?:haha+|lol|lmao|rofl|just kidding|jk|only joking|i(?:'m| am) (?:joking|kidding)|tell me a joke)\b|[😂🤣😅😆😜🙃])",
    _I,
)
_REPORT = re.compile(
    r"(?:\b(?:i (?:finally|just) (?:talked|spoke|told|asked|did|had|met|tried)|i did it\b|i (?:talked|spoke) (?:to|with) (?:him|her|them|\w+) (?:yesterday|today|this morning|on \w+day|last night)|i (?:have |'ve )?had (?:the|that|my|our) (?:talk|conversation|chat|meeting)|i tried (?:it|that|your|what you)|(?:the|our|my) (?:talk|conversation|chat|meeting|debrief) (?:went|is done|happened)|it went(?=[.,!]|$)|(?:went|going) (?:really |quite |very |so |pretty )?(?:well|badly|ok|okay|fine|better|worse|wrong|great))\b)",
    _I,
)
_COMMIT = re.compile(
    r"\b(?:i(?:'ll| will| am going to|'m going to| can) (?:do|try|start|talk|speak|tell|ask|send|write|book|set|call|meet|open|begin|say|give|schedule|invite|prepare|draft|raise)\b|my (?:first|next) step (?:is|will be)|i(?:'ve| have) decided|let's do that|i commit)",
    _I,
)
_OUT = re.compile(
    r"\b(?:weather|recipe|football score|stock (?:price|market|tips)|bitcoin|crypto|lottery|horoscope|capital of|translate (?:this|the following)|write (?:a )?(?:python|code|poem|song|essay)|solve|homework|restaurant|flight|hotel|movie|netflix|joke about|who won|math problem|cook|tax return|mortgage|diet plan|lose weight|workout|visa application|python (?:script|function)|javascript|sql query)\b",
    _I,
)
_WHAT_IF = re.compile(
    r"\b(?:what if|what (?:do|should|would) i do (?:if|when)|and if (?:he|she|they|it|nobody)|suppose (?:he|she|they)|but if (?:he|she|they))\b",
    _I,
)
_TWO = re.compile(
    r"\b(?:two (?:things|issues|problems|questions)|(?:and|but) also|another thing|on top of (?:that|it)|secondly|second(?:ly)?,|plus,|apart from that|besides that|at the same time)\b",
    _I,
)
_VENT = re.compile(
    r"\b(?:i can't (?:take|stand|believe|do) (?:this|it)|(?:so|really|totally|just) (?:fed up|sick of|tired of|done with|angry|frustrated|exhausted)|sick of|fed up|driv(?:es|ing) me (?:crazy|mad|nuts)|i(?:'ve| have) had (?:it|enough)|ugh+|argh+|unbelievable|ridiculous|hate (?:this|it|my)|what a (?:day|mess|week|nightmare)|need to vent)\b",
    _I,
)

_STOPWORDS = {
    "es": {"que", "los", "las", "una", "pero", "con", "para", "mi", "equipo", "jefe", "cómo", "como", "está", "por", "muy", "tengo"},
    "fr": {"que", "les", "une", "mais", "avec", "pour", "mon", "équipe", "chef", "comment", "est", "je", "très", "dans", "suis", "pas"},
    "de": {"ich", "nicht", "und", "mit", "mein", "wie", "das", "ist", "meine", "aber", "für", "eine", "der", "die", "habe", "wir"},
    "pt": {"que", "uma", "mas", "com", "para", "meu", "equipe", "chefe", "como", "está", "não", "muito", "minha", "eu", "tenho"},
    "it": {"che", "una", "ma", "con", "per", "mio", "capo", "come", "non", "sono", "molto", "squadra", "della", "ho", "il"},
    "nl": {"ik", "niet", "een", "met", "mijn", "hoe", "het", "maar", "voor", "heb", "zijn", "team", "van", "wij"},
}  # fmt: skip


def language_of(text: str) -> str | None:
    """ISO 639-1 code of a language the guided writer lacks; None for English or where it cannot be told.

    Function-word counts are enough for the question asked here: is this English, and if not, which of a few.
    """
    if sum(not ch.isascii() and ch.isalpha() for ch in text) > 0.5 * max(1, sum(ch.isalpha() for ch in text)):
        return "other"
    words = re.findall(r"[^\W\d_]+", text.lower())
    if len(words) < 3:
        return None
    english = sum(
        w
        in {
            "the",
            "and",
            "to",
            "of",
            "is",
            "my",
            "i",
            "you",
            "that",
            "it",
            "in",
            "with",
            "for",
            "not",
            "how",
            "a",
            "was",
            "have",
        }
        for w in words
    )
    best, hits = max(
        ((code, sum(w in stop for w in words)) for code, stop in _STOPWORDS.items()), key=lambda item: item[1]
    )
    return best if hits >= max(2, english + 2) or (hits >= 2 and english == 0 and hits / len(words) > 0.25) else None


def kinds_of(u: Utterance, slots: Sequence[Slot], history: Sequence[Turn]) -> list[str]:
    """Every kind the message shows, the one to answer first. Never empty."""
    text = u.text.strip()
    words = len(text.split())
    asked = bool(history and history[-1].plan and history[-1].plan.question)
    facts = [
        s
        for s in slots
        if s.kind
        in {"event", "quote", "impact", "tried", "own_part", "feeling", "verdict", "fear", "wish", "constraint"}
    ]
    found: list[str] = []

    def add(kind: str, when: object) -> None:
        if when:
            found.append(kind)

    add("other_language", language_of(text))
    add("greeting", _GREETING.match(text))
    add("already_asked", history and _ALREADY.search(text) and words < 30)
    add("about_coach", _COACH.search(text) and words < 25 and not facts)
    add("out_of_scope", _OUT.search(text) and not any(s.kind == "role" for s in slots) and words < 25)
    add("less", history and _LESS.search(text) and words < 25)
    add("write_it", _WRITE_IT.search(text))
    add("reword", history and _spoke_words(history) and _REWORD.search(text) and words < 30)
    add("report_back", _REPORT.search(text) and history and not text.endswith("?"))
    add("ask_fact", _FACT.search(text) or re.search(r"\d+(?:\.\d+)? ?(?:%|percent)", text) and text.endswith("?"))
    add("what_if", _WHAT_IF.search(text) and words < 40)
    add("ask_words", _WORDS.search(text))
    add("ask_advice", _ADVICE.search(text))
    add("rephrase", history and _REPHRASE.match(text))
    add("more", history and _MORE.match(text))
    add("elsewhere", history and _ELSEWHERE.search(text))
    add("reject", history and _REJECT.search(text))
    add("yes", _YES.match(text))
    add("no", _NO.match(text))
    add("dont_know", _DONT_KNOW.match(text))
    add("close", history and _CLOSE.search(text) and words < 20)
    add("thanks", history and _THANKS.search(text) and words < 20)
    add("joke", _JOKE.search(text) and words < 20 and not [s for s in facts if s.confidence > 0.7])
    add("verdict", any(s.kind == "verdict" for s in slots))
    add("commit", history and _COMMIT.search(text) and not text.endswith("?"))
    add("plan", any(s.kind == "plan" for s in slots))
    add("venting", _VENT.search(text) or (sum(s.kind == "feeling" for s in slots) and not asked and words < 40))
    add(
        "ask_open",
        text.endswith("?")
        and not (
            {"ask_fact", "ask_words", "ask_advice", "what_if", "more", "rephrase", "about_coach", "out_of_scope"}
            & set(found)
        ),
    )
    add("two_things", words > 80 or (_TWO.search(text) and words > 25))
    add("facts", facts)
    if not found:
        found.append("answer" if asked else "facts" if words > 3 else "unclear")
    if "ask_open" in found and found[0] in {"verdict", "plan", "venting", "commit"}:
        found.remove("ask_open")
        found.insert(0, "ask_open")
    # Words of thanks around a question or new facts do not end a talk.
    if found[0] in {"thanks", "close"} and any(k in found for k in ("ask_words", "ask_advice", "ask_fact")):
        found.append(found.pop(0))
    return found


def _spoke_words(history: Sequence[Turn]) -> bool:
    return any(sentence.kind == "words" for turn in history[-3:] for sentence in turn.spoken)
