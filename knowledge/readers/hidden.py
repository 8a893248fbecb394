"""Styles under which words stand on a page unseen."""

import re

NOT_SHOWN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*[01](?:\.\d+)?(?:px|pt|em|rem|%)?\s*(?:;|!|$)"
    r"|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)|clip\s*:\s*rect|clip-path\s*:\s*inset|text-indent\s*:\s*-\d{3,}"
    r"|(?:left|top|margin-left|right)\s*:\s*-\d{3,}|(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|!|$)"
    r"|color\s*:\s*transparent|transform\s*:\s*scale\(0",
    re.I,
)
WHITE_WORDS = re.compile(
    r"(?<![-\w])color\s*:\s*(?:#fff(?:fff)?(?:ff)?\b|white\b|rgba?\(\s*25[0-5]\s*,\s*25[0-5]\s*,\s*25[0-5])", re.I
)
GROUND = re.compile(r"background(?:-color)?\s*:\s*(?!\s*(?:#fff|white|transparent|none|inherit))", re.I)


def hides(style: str) -> bool:
    """Whether a CSS declaration keeps words from the eye: not shown, off the page, or white on no other ground."""
    return bool(NOT_SHOWN.search(style)) or (bool(WHITE_WORDS.search(style)) and not GROUND.search(style))
