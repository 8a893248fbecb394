"""Lists of words as they stand in the code: one string, read once."""


def word_set(words: str) -> frozenset[str]:
    """The words between the spaces."""
    return frozenset(words.split())
