"""Bytes to characters."""

from knowledge.readers.reading import Unreadable

MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
BINARY_SHARE = 0.02
"""Text files hold next to no control bytes; compressed or compiled ones hold about a tenth."""


def decode(data: bytes) -> str:
    """UTF-8, UTF-16 with a mark, or Windows-1252. Raises Unreadable for what is no text."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    sample = data[:65536]
    control = sum(byte < 9 or 13 < byte < 32 for byte in sample if byte != 27)
    if control > BINARY_SHARE * max(len(sample), 1):
        raise Unreadable("not what it says", "Its content is not text, whatever its name says.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
