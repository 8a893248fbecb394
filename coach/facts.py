"""What can be checked in a text: its numbers, names, quotations and clauses.

Reads one text and knows nothing of sources, claims or conversations; ``coach.grounding`` compares what is read
here. Pure functions over English text, cached, because the same sources are read again for every sentence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Form = Literal["plain", "percent", "times", "year"]


@dataclass(frozen=True, slots=True)
class Number:
    """A quantity as it stands in the text. Fractions are percentages: two in three is 66.7."""

    value: float
    form: Form
    text: str
    start: int
    end: int
    unit: frozenset[str]
    """Stems of what is counted or measured, read to the right of the number (to the left where nothing follows)."""
    rough: bool
    """Said as a fraction, or with "about", "nearly" and the like."""
    direction: int
    """1 where the text says more, -1 where it says less, 0 where neither stands beside the number."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words inside quotation marks, the marks left out."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch between commas, semicolons and conjunctions."""

    text: str
    stems: frozenset[str]
    head: frozenset[str]
    """The first two of its stems: most often what it speaks about."""
    negated: bool
    hedged: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that can be checked in one text."""

    text: str
    plain: str
    """Lower case, straight quotes, single spaces, no closing mark: for looking up whole wordings."""
    stems: frozenset[str]
    numbers: tuple[Number, ...]
    names: tuple[str, ...]
    """Runs of capitalised words that are not there because a sentence begins."""
    openers: tuple[str, ...]
    """Capitalised first words of sentences: names only if something else says so."""
    quotes: tuple[Quote, ...]
    clauses: tuple[Clause, ...]


def listed(text: str) -> list[str]:
    """Words written as one line of text."""
    return text.split()


_ONES = listed(
    """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen
    """
)
_TENS = listed("twenty thirty forty fifty sixty seventy eighty ninety")
_WORD_VALUES = {word: n for n, word in enumerate(_ONES)} | {word: 10 * n for n, word in enumerate(_TENS, start=2)}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}
_PARTS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5,
          "tenth": 10, "tenths": 10}  # fmt: skip
_MULTIPLES = {"twice": 2.0, "double": 2.0, "doubled": 2.0, "doubles": 2.0, "doubling": 2.0, "triple": 3.0,
              "tripled": 3.0, "triples": 3.0, "tripling": 3.0, "quadrupled": 4.0, "twofold": 2.0, "threefold": 3.0,
              "fourfold": 4.0, "tenfold": 10.0}  # fmt: skip
_ROUGH = frozenset(listed("about around almost nearly roughly approximately some close over"))
_MORE = frozenset(
    listed(
        """
    more higher greater better increase increased increases raise raised raises rise rises rose grew grow gain
    gained up improve improved improves larger stronger boost boosted boosts longer faster
    """
    )
)
_LESS = frozenset(
    listed(
        """
    less lower fewer worse decrease decreased decreases reduce reduced reduces fall falls fell drop dropped drops
    down cut cuts lowered lowers smaller weaker shorter slower decline declined
    """
    )
)
MONTHS = listed(
    """
    january february march april may june july august september october november december jan feb mar apr jun jul
    aug sep sept oct nov dec
    """
)
_DAYS = listed("monday tuesday wednesday thursday friday saturday sunday")

STOPWORDS = frozenset(
    listed(
        """
    a an and are as at be been being but by can could did do does doing for from had has have having he her hers him
    his how i if in into is it its itself just may me might more most much my no nor not of off on once only or
    other our ours out over own she should so some such than that the their theirs them then there these they this
    those through to too under until up us very was we were what when where which while who whom why will with would
    you your yours also about after again all any because before between both each few further here itself least
    less many one per someone something still upon whether yet i'm it's that's don't didn't doesn't isn't wasn't
    aren't won't can't couldn't there's let's about almost around nearly roughly us per cent percent among across
    """
    )
)

_NEGATIONS = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|nowhere|neither|nor|cannot|unrelated|nonsignificant|hardly|"
    r"failed to|fails to|fail to|unable to)\b|n['’]t\b|\bnon-",
    re.I,
)
# Limits that a careful sentence adds; they deny proof, never the finding itself.
_LIMITS = re.compile(
    r"\bnot (?:a |any )?(?:proof|proven|proved|causes?|an experiment|head-to-head|peer-reviewed|only|tested|"
    r"a tested \w+)\b(?: of cause)?|\bno (?:effect sizes?|doubt|matter)\b|\bnot an effect\b|"
    r"\b(?:nothing|no trial|no study|little) (?:\w+ ){0,3}known\b|\bwithout (?:evidence|a trial|data)\b",
    re.I,
)
HEDGES = re.compile(
    r"\b(?:may|might|could|can|perhaps|possibly|probably|likely|unlikely|seems?|seemed|appears?|appeared|suggests?|"
    r"suggested|tend|tends|tended|some|often|sometimes|estimated?|as far as (?:we|i) know|believed?|up to|"
    r"in some cases|intended|planned)\b",
    re.I,
)

_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)*|\.\d+|[^\W\d_]+(?:[.’'](?=[^\W\d_])[^\W\d_]+)*|[%€$£#]|[^\w\s]", re.UNICODE
)  # fmt: skip
_BREAK = re.compile(
    r"[.;:!?()—–]+(?:\s|$)|,\s+|\s+(?=(?:but|and|while|whereas|although|though|yet|which|because|so)\s)", re.I
)
_QUOTES = re.compile(
    r"[“\"]([^“”\"]+)[”\"]|(?:(?<=\s)|^|(?<=[\"“(]))['‘]([^'‘’]+(?:['’](?=\w)[^'‘’]*)*)['’](?=[\s,.;:!?)\"”]|$)"
)
_SENTENCE_START = frozenset('.?!:"“‘(…—')

_TITLES = frozenset({"dr", "mr", "mrs", "ms", "prof", "st"})

# Capitalised words that name no source and no person.
_COMMON_CAPITALS = frozenset(
    [
        *MONTHS,
        *_DAYS,
        *(f"{day}s" for day in _DAYS),
        *listed(
            """
    i i'm i'd i'll i've ok okay hr ceo cto cfo coo cio vp vps okr okrs kpi kpis ai it pm am english q1 q2 q3 q4 pip
    pips faq sbi nvc ppt pdf id usa uk eu us a b c d e f s mr mrs ms dr prof sir hi hello dear sql api slack zoom
    teams jira excel
    """
        ),
    ]
)


def stem(word: str) -> str:
    return str(_stemmer().stemWord(word.lower().replace("’", "'")))


@lru_cache(maxsize=1)
def _stemmer():  # type: ignore[no-untyped-def]
    import Stemmer

    return Stemmer.Stemmer("english")


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """The wording alone: quotes straight, spaces single, lower case, no mark at either end."""
    text = re.sub(r"\s*\[\d+\]", "", text)
    text = text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    return re.sub(r"\s+", " ", text).strip(" .,;:!?\"'").lower()


@lru_cache(maxsize=4096)
def read(text: str) -> Facts:
    """All that can be checked in a text. The same text is read once."""
    tokens = [(found.group(), found.start(), found.end()) for found in _TOKEN.finditer(text)]
    names, openers = _names(tokens)
    clauses = tuple(_clauses(text))
    return Facts(
        text=text,
        plain=plain(text),
        stems=frozenset().union(*(clause.stems for clause in clauses)),
        numbers=tuple(_numbers(tokens)),
        names=names,
        openers=openers,
        quotes=tuple(
            Quote((found.group(1) or found.group(2)).strip(" ,"), found.start(), found.end())
            for found in _QUOTES.finditer(text)
        ),
        clauses=clauses,
    )


def content(text: str) -> frozenset[str]:
    """Stems of the words that carry meaning."""
    words = re.findall(r"[^\W\d_]+(?:[’'][^\W\d_]+)?", text.lower())
    bare = (re.sub(r"[’']s$", "", word) for word in words)
    return frozenset(stem(word) for word in bare if len(word) > 1 and word not in STOPWORDS)


def _clauses(text: str) -> Iterator[Clause]:
    for part in _BREAK.split(text):
        stems = content(part)
        if stems:
            yield Clause(part, stems, _head(part), negated(part), bool(HEDGES.search(part)))


def _head(text: str) -> frozenset[str]:
    words = (word for word in re.findall(r"[^\W\d_]+", text.lower()) if len(word) > 1 and word not in STOPWORDS)
    return frozenset(stem(word) for _, word in zip(range(2), words, strict=False))


def negated(text: str) -> bool:
    """Whether a clause denies what it says; two denials cancel."""
    return len(_NEGATIONS.findall(_LIMITS.sub(" ", text))) % 2 == 1


def _names(tokens: list[tuple[str, int, int]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names: list[str] = []
    openers: list[str] = []
    run: list[str] = []
    first = False
    for index, (word, start, _) in enumerate(tokens):
        before = tokens[index - 1][0] if index else "."
        if before == "." and index >= 2 and tokens[index - 2][0].lower() in _TITLES:
            before = tokens[index - 2][0]
        bare = re.sub(r"['’]s$", "", word)
        capital = bare[:1].isupper() and (len(bare) > 1) and bare.lower() not in _COMMON_CAPITALS
        if capital and not run:
            first = before in _SENTENCE_START or (before == "'" and index >= 1 and start == tokens[index - 1][2])
            run = [bare]
        elif capital and before not in _SENTENCE_START | {","}:
            run.append(bare)
        else:
            _close(run, first, names, openers)
            run = []
            if capital:
                first = before in _SENTENCE_START
                run = [bare]
        if run and word != bare:  # a possessive ends the name
            _close(run, first, names, openers)
            run = []
    _close(run, first, names, openers)
    return tuple(names), tuple(openers)


def _close(run: list[str], first: bool, names: list[str], openers: list[str]) -> None:
    if not run:
        return
    if first:
        openers.append(run[0])
        run = run[1:]
    if run:
        names.append(" ".join(run))


def _numbers(tokens: list[tuple[str, int, int]]) -> Iterator[Number]:
    lower = [token[0].lower() for token in tokens]
    index = 0
    while index < len(tokens):
        found = _number_at(lower, index)
        if found is None:
            index += 1
            continue
        value, form, stop, rough = found
        start, end = tokens[index][1], tokens[stop - 1][2]
        before = lower[max(0, index - 2) : index]
        yield Number(
            value=value,
            form=form,
            text=" ".join(token[0] for token in tokens[index:stop]).replace(" %", "%"),
            start=start,
            end=end,
            unit=_unit(lower, index, stop),
            rough=rough or bool(_ROUGH & set(before)),
            direction=_direction(lower, index, stop),
        )
        index = stop


def _number_at(lower: list[str], index: int) -> tuple[float, Form, int, bool] | None:
    """Value, form, index after the number, and whether it is rough; None where no number begins."""
    word = lower[index]
    before = lower[index - 1] if index else ""
    after = lower[index + 1] if index + 1 < len(lower) else ""
    if word in _MULTIPLES:
        counts = word == "twice" and after not in {"as", "the"}
        return None if counts else (_MULTIPLES[word], "times", index + 1, True)
    if word in _PARTS:
        return _part(lower, index, 1.0, index)
    if word in {"a", "an"} and after in _PARTS and after != "half":
        return _part(lower, index + 1, 1.0, index)
    value, stop = _value(lower, index)
    if value is None:
        return None
    rest = lower[stop] if stop < len(lower) else ""
    further = lower[stop + 1] if stop + 1 < len(lower) else ""
    if rest == "-":
        rest, further = further, lower[stop + 2] if stop + 2 < len(lower) else ""
    if rest in _PARTS and rest != "half" and value < 20:
        part = _part(lower, stop + (lower[stop] == "-"), value, index)
        if part:
            return part
    if rest == "in" or (rest == "out" and further == "of"):
        whole = stop + (1 if rest == "in" else 2)
        out_of, end = _value(lower, whole) if whole < len(lower) else (None, stop)
        if out_of and 1 <= value < out_of <= 100:
            return 100 * value / out_of, "percent", end, True
    if rest == "%" or rest == "percent":
        return value, "percent", stop + 1, False
    if rest == "per" and further == "cent":
        return value, "percent", stop + 2, False
    if rest in {"–", "to", "and"} and stop + 1 < len(lower):  # 20–25%, 20 to 25 percent
        _, end = _value(lower, stop + 1)
        tail = lower[end : end + 2]
        if end > stop + 1 and tail and (tail[0] in {"%", "percent"} or tail == ["per", "cent"]):
            return value, "percent", stop, False
    if rest == "x" or rest == "fold" or (rest == "times" and further in _MORE | _LESS | {"as", "the", "top"}):
        return value, "times", stop + 1, False
    if word == "one":  # a pronoun or an article far more often than a count
        return None
    if 1900 <= value <= 2100 and value == int(value) and "," not in word and before not in {"$", "€", "£"}:
        return value, "year", stop, False
    return value, "plain", stop, False


def _part(lower: list[str], index: int, count: float, begin: int) -> tuple[float, Form, int, bool] | None:
    word = lower[index]
    before = lower[begin - 1] if begin else ""
    after = lower[index + 1] if index + 1 < len(lower) else ""
    share = after in {"of", "over", "less", "fewer", "the", "my", "your", "our", "as"} | _MORE | _LESS or not (
        after.isalpha()
    )
    if after == "of" and lower[index + 2 : index + 4] in (["an", "hour"], ["a", "day"]):
        return None
    if word == "half" and after in {"a", "an", "hour", "day", "year"}:
        return None
    if word == "quarter" and before in {"for", "in", "each", "every", "last", "this", "next", "the"}:
        return None
    if begin == index and word != "half":  # "the third", "quarter": an order or a season
        return None
    if lower[begin] in {"a", "an"} and not share:
        return None
    return 100 * count / _PARTS[word], "percent", index + 1, True


def _value(lower: list[str], index: int) -> tuple[float | None, int]:
    """A number in digits or words from ``index`` on, and the index after it."""
    word = lower[index]
    if word[0].isdigit() or (word[0] == "." and len(word) > 1):
        if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", word):
            word = word.replace(",", "")
        try:
            value = float(word.replace(",", "."))
        except ValueError:
            return None, index
        if index + 1 < len(lower) and lower[index + 1] in _SCALES:
            return value * _SCALES[lower[index + 1]], index + 2
        return value, index + 1
    total, current, stop = 0, 0, index
    if word in {"a", "an"} and index + 1 < len(lower) and lower[index + 1] in _SCALES:
        current, stop = 1, index + 1
    elif word not in _WORD_VALUES:
        return None, index
    while stop < len(lower):
        word = lower[stop]
        following = lower[stop + 1] if stop + 1 < len(lower) else ""
        if word in _WORD_VALUES and (current == 0 or current % 100 == 0 or (current % 10 == 0 and current % 100 >= 20)):
            current += _WORD_VALUES[word]
        elif word in _SCALES and current:
            scale = _SCALES[word]
            current = current * scale if scale == 100 else current
            if scale > 100:
                total, current = total + current * scale, 0
        elif word in {"and", "-"} and stop > index and following in _WORD_VALUES and (
            (word == "-" and current % 10 == 0) or lower[stop - 1] in _SCALES
        ):  # fmt: skip
            pass
        else:
            break
        stop += 1
    return float(total + current), stop


_UNIT_STOP = frozenset({",", ";", ":", ".", "(", ")", "and", "but", "or", "with", "in", "from", "who", "that", "which"})


def _unit(lower: list[str], index: int, stop: int) -> frozenset[str]:
    right = _content_run(lower[stop : stop + 7])
    if right:
        return frozenset(right[:3])
    return frozenset(_content_run(lower[max(0, index - 8) : index][::-1])[:4])


def _content_run(words: list[str]) -> list[str]:
    found: list[str] = []
    for word in words:
        if word in _UNIT_STOP or word[0].isdigit() or word in _WORD_VALUES:
            if found or word not in {"in", "from", "with"}:
                break
            continue
        if word == "may" or (word.isalpha() and word not in STOPWORDS and word not in _MORE and word not in _LESS):
            found.append(stem(word))
    return found


def _direction(lower: list[str], index: int, stop: int) -> int:
    for words in (lower[stop : stop + 3], lower[max(0, index - 4) : index][::-1]):
        for word in words:
            if word in {",", ";", ".", ":", "than"}:
                break
            if word in _MORE:
                return 1
            if word in _LESS:
                return -1
    return 0
