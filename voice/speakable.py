"""From written sentences to words that a voice can say: no asterisks, no addresses, no brackets, no abbreviations.

Works on English text. Knows nothing of voices; what is shown on the page stays as it was written.
"""

import re
import unicodedata
from collections.abc import Callable

Replacement = str | Callable[[re.Match[str]], str]

ABBREVIATIONS = {
    "e.g.": "for example", "eg.": "for example", "i.e.": "that is", "etc.": "and so on", "vs.": "versus",
    "vs": "versus", "approx.": "about", "cf.": "compare", "incl.": "including", "resp.": "respectively",
    "Dr.": "Doctor", "Mr.": "Mister", "Mrs.": "Missus", "Ms.": "Miz", "Prof.": "Professor", "St.": "Saint",
    "et al.": "and others", "w/o": "without", "w/": "with", "b/c": "because", "fyi": "for your information",
    "asap": "as soon as possible", "ASAP": "as soon as possible", "FYI": "for your information",
    "OKRs": "O K Rs", "OKR": "O K R", "KPIs": "K P Is", "KPI": "K P I", "HR": "H R", "PRs": "P Rs", "PR": "P R",
    "1:1s": "one-to-ones", "1:1": "one-to-one", "1-on-1s": "one-on-ones", "1-on-1": "one-on-one", "AI": "A I",
    "CEO": "C E O", "CTO": "C T O", "SBI": "S B I", "Q&A": "Q and A", "R&D": "R and D", "24/7": "around the clock",
    "min.": "minutes", "hrs": "hours", "hr.": "hour", "No.": "number", "p.": "page", "pp.": "pages",
}  # fmt: skip
"""What a voice would spell out wrongly or stumble over, as written and as said."""

ENDING = ("and so on", "and others", "minutes", "hour")
"""Those whose full stop can also be the sentence's own."""

MEANINGS = {
    "&": " and ", "+": " plus ", "=": " equals ", "→": ", then ", "->": ", then ", "=>": ", then ", "≥": " at least ",
    "≤": " at most ", ">": " more than ", "<": " less than ", "≈": " about ", "~": " about ", "±": " plus or minus ",
    "×": " times ", "°": " degrees ", "§": " section ", "@": " at ",
}  # fmt: skip

CURRENCIES = {"€": "euros", "$": "dollars", "£": "pounds"}
SCALES = {"k": "thousand", "K": "thousand", "m": "million", "M": "million", "bn": "billion"}

_ADDRESS = re.compile(
    r"\b(?:https?://|www\.)[^\s<>()\[\]]+"
    r"|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|edu|io|gov)(?:/\S*)?",
    re.I,
)
_MAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_TELEPHONE = re.compile(r"(?<![\w.,/-])\+?\d(?:[ -]?\d){2,14}(?![\w/%-])")
_ABBREVIATION = re.compile(
    r"(?<![\w/])(?:" + "|".join(re.escape(one) for one in sorted(ABBREVIATIONS, key=len, reverse=True)) + r")(?!\w)"
)

_MARKUP: tuple[tuple[re.Pattern[str], Replacement], ...] = (
    (re.compile(r"^\s*(?:#{1,6}|>|[-*+•–](?=\s)|\d{1,2}[.)](?=\s))\s*", re.M), ""),
    (re.compile(r"^\s*(?:[-*_]\s*){3,}$", re.M), ""),
    (re.compile(r"!\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\[([^\]]*[^\]\d\s,][^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"<(https?://[^>]+)>"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^>]*>"), " "),
    (re.compile(r"```\w*|`+"), ""),
    (re.compile(r"(\*{1,3}|_{2,3}|~~)(?=\S)(.+?)(?<=\S)\1", re.S), r"\2"),
    (re.compile(r"(?<!\w)_(?=\S)(.+?)(?<=\S)_(?!\w)", re.S), r"\1"),
)

_CITATIONS: tuple[tuple[re.Pattern[str], Replacement], ...] = (
    (re.compile(r"\s*\[\^?\d+(?:\s*[,–-]\s*\d+)*\](?:\([^)]*\))?"), ""),
    (re.compile(r"\s*\((?:doi|DOI)\S*[^)]*\)|\s*\b(?:doi|DOI):\s*\S+"), ""),
    (re.compile(r"\s*\(\s*(?:see\s+)?(?:https?://|www\.)[^)]*\)"), ""),
    # An author and a year in brackets point to a source, which the page shows.
    (re.compile(r"\s*\((?:[A-Z][\w'’-]+(?:(?:,| and| &) [A-Z][\w'’-]+)*(?: et al\.)?),? \d{4}[a-z]?\)"), ""),
)

_NUMBERS: tuple[tuple[re.Pattern[str], Replacement], ...] = (
    (
        re.compile(r"([€$£])\s?(\d[\d.,]*\d|\d)\s?(k|K|m|M|bn)?\b"),
        lambda m: f"{m[2]} {SCALES[m[3]] + ' ' if m[3] else ''}{CURRENCIES[m[1]]}",
    ),
    (re.compile(r"(\d)\s?%"), r"\1 percent"),
    (re.compile(r"(?<![\w-])(\d+(?:\.\d+)?)\s?[–-]\s?(\d+(?:\.\d+)?)(?![\w-])"), r"\1 to \2"),
    (re.compile(r"(?<!\w)#(\d+)"), r"number \1"),
    (re.compile(r"(?<=\d),(?=\d{3}\b)"), ""),
    (re.compile(r"\b(\d+)\s?(?:mins?)\b\.?"), r"\1 minutes"),
    (re.compile(r"\b(\d+)\s?h\b"), r"\1 hours"),
)

_BRACKETS: tuple[tuple[re.Pattern[str], Replacement], ...] = (
    (re.compile(r"\[\s*([^\]]*?)\s*\]"), lambda m: m[1].rstrip("?")),
    (re.compile(r"\{\s*([^}]*?)\s*\}"), lambda m: m[1].replace("_", " ")),
    # What stands in brackets is said as an aside, between two short pauses.
    (re.compile(r"\s*\(\s*([^()]*?)\s*\)(?=\s*[.,;:!?])"), r", \1"),
    (re.compile(r"\s*\(\s*([^()]*?)\s*\)\s*"), r", \1, "),
    (re.compile(r"[()\[\]{}]"), " "),
)

_SIGNS: tuple[tuple[re.Pattern[str], Replacement], ...] = (
    (re.compile(r"\band/or\b", re.I), "or"),
    (re.compile(r"(?<=[^\W\d_])\s?/\s?(?=[^\W\d_])"), " or "),
    (re.compile(r"(?<=\d)/(?=\d)"), " of "),
    (
        re.compile("|".join(re.escape(sign) for sign in sorted(MEANINGS, key=len, reverse=True))),
        lambda m: MEANINGS[m[0]],
    ),
    (re.compile(r"\s*[—–]\s*|\s+-\s+|\s*\.{3,}\s*|\s*…\s*"), ", "),
    (re.compile(r"\s*\|\s*"), ", "),
    (re.compile(r"[“”\"«»*_\\^`#]"), ""),
)

_TIDY: tuple[tuple[re.Pattern[str], Replacement], ...] = (
    (re.compile(r"\s+"), " "),
    (re.compile(r"\s+([,.;:!?])"), r"\1"),
    (re.compile(r"(?:,\s*)+([,.;:!?])"), r"\1"),
    (re.compile(r"([.;:!?])\s*,"), r"\1"),
    (re.compile(r"^[\s,;:.]+|[\s,;:]+$"), ""),
)

_ASIDE = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"[^\W_]")


def speakable(text: str, *, telephone: bool = False, asides: bool = True) -> str:
    """The words of ``text``; empty where there are none.

    ``asides``: what stands in brackets is said; a stage direction such as "(the voice drops)" is not.
    ``telephone``: long numbers are telephone numbers, as in authored crisis text, and are said digit by digit.
    """
    text = unicodedata.normalize("NFC", text).replace(" ", " ")
    text = _through(text, _MARKUP)
    text = _through(text, _CITATIONS)
    text = _MAIL.sub(_mail, text)
    text = _ADDRESS.sub(_address, text)
    if telephone:
        text = _TELEPHONE.sub(lambda m: _digits(m[0]), text)
    text = _ABBREVIATION.sub(_abbreviation, text)
    text = _through(text, _NUMBERS)
    if not asides:
        text = _ASIDE.sub(" ", text)
    text = _through(text, _BRACKETS)
    text = _through(text, _SIGNS)
    text = "".join(char if _sayable(char) else " " for char in text)
    text = _through(text, _TIDY)
    return text if _WORD.search(text) else ""


def first_clause(text: str, *, least: int = 24) -> tuple[str, str]:
    """A clause that can be said at once, and the rest. The rest is empty where the text is short or has no pause."""
    for pause in re.finditer(r"[,;:]\s+", text):
        if pause.start() >= least and len(text) - pause.end() >= least:
            return text[: pause.end()].rstrip(), text[pause.end() :]
    return text, ""


def _through(text: str, rules: tuple[tuple[re.Pattern[str], Replacement], ...]) -> str:
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text


def _abbreviation(found: re.Match[str]) -> str:
    """What is said; at the end of a sentence its full stop stays."""
    said = ABBREVIATIONS[found[0]]
    after = found.string[found.end() :]
    ends = found[0].endswith(".") and (not after.strip() or re.match(r"\s+[A-Z“\"]", after))
    return f"{said}." if ends and said in ENDING else said


def _address(found: re.Match[str]) -> str:
    """The host alone, as one says it; what follows it is for the page."""
    whole = found[0].rstrip(".,;:!?")
    after = found[0][len(whole) :]
    host = re.sub(r"^https?://|^www\.", "", whole, flags=re.I).split("/")[0]
    host = re.sub(r"^www\.", "", host, flags=re.I)
    return host.replace(".", " dot ").replace("-", " dash ") + after


def _mail(found: re.Match[str]) -> str:
    name, _, host = found[0].partition("@")
    return f"{name.replace('.', ' dot ')} at {host.replace('.', ' dot ')}"


def _digits(number: str) -> str:
    """Digits one by one, with a pause where they are grouped."""
    groups = re.split(r"[ -]", number)
    return ", ".join(" ".join(group).replace("+", "plus") for group in groups)


def _sayable(char: str) -> bool:
    """Letters, figures, spaces and ordinary punctuation; not emoji, arrows, box lines or control characters."""
    return char.isalnum() or char.isspace() or char in ",.;:!?'’-%" or unicodedata.category(char) in ("Mn", "Mc")
