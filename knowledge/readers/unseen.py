"""Characters that a reader of the page never sees, taken out of a text: they can carry words to a machine alone."""

import re
import unicodedata

# Zero-width and directional marks, soft hyphens, the invisible operators and the tag characters.
UNSEEN = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]")  # fmt: skip  # noqa: E501
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
JOINERS = frozenset("\u200c\u200d\ufe0f\ufeff\u00ad")
"""These stand in honest text: joiners in other scripts and emoji, byte-order marks, soft hyphens."""

A_FEW = 3
"""More suspicious characters than this are worth a note."""


def seen(text: str) -> tuple[str, bool]:
    """The text as a person sees it, and whether something was hidden in it."""
    found = UNSEEN.findall(text)
    if found:
        text = UNSEEN.sub("", text)
    suspicious = sum(mark not in JOINERS for mark in found) > A_FEW
    text = CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", text.replace("\u00a0", " ").replace("\u2028", "\n").replace("\u2029", "\n")), (
        suspicious
    )
