"""Secrets of a room: its short code, the long keys of those in it, and the tags that stand in for people.

A key lies only where it was given: on the phone, in the facilitator's browser. The database holds its hash. A tag is
made from the key itself, so that nobody who has the database alone can tell whose it is.
"""

import hashlib
import hmac
import secrets

LETTERS = "CDFGHJKMNPQRTVWXY34679"
"""Told apart when read from a wall or aloud: no vowels (no words come out), no 0/O, 1/I/L, 2/Z, 5/S, 8/B."""

CODE_LENGTH = 6
"""22^6 is 113 million: with a few dozen rooms and a brake on guessing, none is found by trying."""

# 192 bits.
KEY_BYTES = 24

# 128 bits of a tag are plenty to tell a few hundred people apart.
_TAG_CHARACTERS = 32


def new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def shown_code(code: str) -> str:
    """A code as it is put on the wall, in two halves."""
    return f"{code[: CODE_LENGTH // 2]}-{code[CODE_LENGTH // 2 :]}"


def typed_code(text: str) -> str:
    """A code as somebody typed it, without spaces, dashes and small letters."""
    return "".join(one for one in text.upper() if one.isalnum())


def new_key() -> str:
    return secrets.token_urlsafe(KEY_BYTES)


def hashed(key: str) -> str:
    """What the database keeps of a key. Keys are random and long, so a plain hash cannot be turned round."""
    return hashlib.sha256(key.encode()).hexdigest()


def tag(key: str, *about: str) -> str:
    """Stands in for a person in one matter alone: the same person and matter give the same tag, another matter none
    that could be joined with it."""
    return hmac.new(key.encode(), "\0".join(about).encode(), hashlib.sha256).hexdigest()[:_TAG_CHARACTERS]
