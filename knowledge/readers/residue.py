"""What site generators leave in their sources: Hugo shortcodes, Liquid and Jinja tags, Kramdown and MkDocs marks.

The words that a visitor of the site would see are kept; the machinery goes.
"""

import re
from dataclasses import dataclass

HUGO = re.compile(r"\{\{(?P<bracket>[<%]).{0,2000}?[>%]\}\}", re.S)
LIQUID = re.compile(r"\{%.{0,2000}?%\}", re.S)
OUTPUT = re.compile(r"\{\{.{0,500}?\}\}", re.S)
KRAMDOWN = re.compile(r"\{:[^{}\n]{0,300}\}|\{#[\w-]{1,80}\}")
CONTENTS = re.compile(r"^[ \t]*(?:[*-][ \t]*TOC|\[TOC\]|\[\[_TOC_\]\]|\{:toc\})[ \t]*$", re.M | re.I)
ADMONITION = re.compile(
    r'^(?P<indent>[ \t]*)(?:!!!|\?\?\?\+?)(?:[ \t]|(?=\w[\w -]*"))[\w \t-]*?(?:"(?P<title>[^"\n]*)")?[ \t]*$', re.M
)
TAB = re.compile(r'^[ \t]*===[!+]?[ \t]+"(?P<title>[^"\n]*)"[ \t]*$', re.M)
SNIPPET = re.compile(r"^[ \t]*(?:--8<--|;--8<--).*$", re.M)
DEFINED = re.compile(r'\b(?:summary|header|title|footer|heading)\s*=\s*"(?P<words>[^"]*)"')
CALL_TO_LABEL = re.compile(r'(?:slack_channel|download|page|a)\s+"[^"]*"\s*,?\s*"(?P<words>[^"]*)"')
CHANNEL = re.compile(r'slack_channel\s+"(?P<words>[^"]*)"')
ALERT = re.compile(r"alert\s+(?P<all>.*)", re.S)
QUOTED = re.compile(r'"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The text without residue, and which generators left some."""

    text: str
    found: tuple[str, ...]


def clean(text: str) -> Cleaned:
    """Takes out the residue. Text inside fenced listings is cleaned as well, since it is never code of the coach's."""
    found: list[str] = []
    for name, pattern, words in (
        ("Hugo", HUGO, _shortcode),
        ("Liquid", LIQUID, _tag),
        ("Liquid", OUTPUT, lambda match: ""),
        ("Kramdown", KRAMDOWN, lambda match: ""),
        ("Kramdown", CONTENTS, lambda match: ""),
        ("MkDocs", ADMONITION, _admonition),
        ("MkDocs", TAB, lambda match: f"**{match['title']}**\n"),
        ("MkDocs", SNIPPET, lambda match: ""),
    ):
        text, times = pattern.subn(words, text)
        if times and name not in found:
            found.append(name)
    return Cleaned(text, tuple(found))


def _shortcode(match: re.Match[str]) -> str:
    """A fold's summary or a card's header is read by visitors, so it stays, as a line of its own."""
    inside = match.group()
    words = [one["words"] for one in DEFINED.finditer(inside) if one["words"].strip()]
    return "".join(f"\n\n{one.strip('*# ')}:\n\n" for one in words)


def _tag(match: re.Match[str]) -> str:
    inside = match.group()
    if label := CALL_TO_LABEL.search(inside):
        return label["words"]
    if channel := CHANNEL.search(inside):
        return channel["words"]
    if (alert := ALERT.search(inside)) and "endalert" not in inside:
        words = [one for one in QUOTED.findall(alert["all"]) if len(one.split()) > 1]
        return f"\n\n{' '.join(words)}\n\n" if words else ""
    words = [one["words"] for one in DEFINED.finditer(inside) if one["words"].strip()]
    return "".join(f"\n\n{one.strip('*# ')}:\n\n" for one in words)


def _admonition(match: re.Match[str]) -> str:
    return f"\n{match['title']}:\n" if match["title"] else "\n"
