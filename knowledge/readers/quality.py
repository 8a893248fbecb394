"""How well a text came out of its file: 1 for running words, towards 0 for noise."""

import re

MARKED_QUALITY = 0.6
"""At most this where part of the text may have been invisible to a person who looked at the document."""
FLAGGED_QUALITY = 0.3
"""At most this where a passage reads like an attempt to steer the coach."""

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_COMMON_TEXT = """
the a an and or of to in is are was were be been for on with as by at from that this it its you your we our they
their not have has had will can if when which who what how all more one do does did but so than then there up
out about der die das und ist nicht ein eine zu mit den von für auf dem im des sich es sie wir le la les et est
une des du que dans pour pas qui sur au il elle nous vous el los las de y en que un una por con para se del al
es lo como più non di che per con sono della nel o os as em um uma não do da dos het een van en niet met voor
zijn
"""
COMMON = frozenset(_COMMON_TEXT.split())
VOWEL = re.compile(r"[aeiouyàáâäãåèéêëìíîïòóôöõùúûüæœø]", re.I)
TURNED = re.compile(r"[a-z][A-Z]")
AFAR = re.compile(r"[^\u0000-\u2e80]")
SAMPLE = 4000
"""Words are counted in the first so many characters and as many from the middle."""


def quality(text: str) -> float:
    """0 to 1. Below about 0.4 nobody could read it aloud: shifted letters, glued words, tables of codes."""
    middle = max(0, len(text) // 2 - SAMPLE // 2)
    sample = text if len(text) <= 2 * SAMPLE else text[:SAMPLE] + text[middle : middle + SAMPLE]
    compact = "".join(sample.split())
    if not compact:
        return 0.0
    words = WORD.findall(sample)
    if not words:
        return 0.1
    if not compact.isascii() and sum(map(str.isalpha, AFAR.findall(compact))) > len(compact) / 3:
        return 0.8  # scripts without spaces, which the counts below would misjudge
    letters = sum(map(str.isalpha, compact)) / len(compact)
    common = sum(word in COMMON for word in map(str.lower, words)) / len(words)
    long = [word for word in words if len(word) > 2]
    voiced = sum(map(bool, map(VOWEL.search, long))) / max(len(long), 1)
    glued = sum(len(word) > 22 for word in long) / len(words)
    upper_inside = sum(map(bool, map(TURNED.search, words))) / len(words)
    score = 0.35 * min(letters / 0.75, 1) + 0.4 * min(common / 0.18, 1) + 0.25 * min(voiced / 0.95, 1) ** 2
    return round(max(0.0, min(1.0, score - 4 * glued - 0.5 * upper_inside)), 3)
