"""How a thought gets onto the wall without anybody's name on it. Plain functions and values, without a store.

A card waits sealed, beside a tag that only the sender's phone can make again. Cards leave together, in batches from at
least ``FLOOR`` people, opened and shuffled at the same moment and under new random ids. What is stored of the batch
tells that five people wrote five cards; which is whose is written down nowhere, neither before nor after.
"""

import hashlib
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coach.pulse.pulse import FLOOR

LONGEST_CARD = 280
"""Characters; two sentences. Also the length that every sealed card is filled up to, so that none is told by size."""

MOST_CARDS = 20
"""Cards of one person waiting in one exercise; more is somebody's joke."""

BLUR_MINUTES = 15
"""Times on the wall are cut to this."""


@dataclass(frozen=True, slots=True)
class Card:
    """One thought on the wall."""

    id: str
    step: str
    """Id of the step whose question it answers."""
    text: str
    hidden: bool = False
    votes: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sealed card or pulse answer, and the tag of whoever sent it."""

    tag: str
    sealed: str


@dataclass(frozen=True, slots=True)
class Pool:
    """What waits in one exercise, and how many took part, by tag."""

    waiting: tuple[Waiting, ...] = ()
    contributors: frozenset[str] = frozenset()
    """Of cards that are on the wall."""
    voters: frozenset[str] = frozenset()

    @property
    def waiting_people(self) -> int:
        return len({one.tag for one in self.waiting})

    @property
    def shows(self) -> bool:
        """Whether anything may be grouped or counted."""
        return len(self.contributors) >= FLOOR

    def as_row(self) -> dict[str, list[Any]]:
        """Sorted by what is random anyway, so that no order is kept."""
        return {
            "waiting": sorted([one.sealed, one.tag] for one in self.waiting),
            "contributors": sorted(self.contributors),
            "voters": sorted(self.voters),
        }


def pool_of(row: dict[str, list[Any]] | None) -> Pool:
    if row is None:
        return Pool()
    return Pool(
        tuple(Waiting(tag, sealed) for sealed, tag in row["waiting"]),
        frozenset(map(str, row["contributors"])),
        frozenset(map(str, row["voters"])),
    )


class Seal:
    """Closes what waits. The key stays in the memory of the server, or in a secret that its workers share; it is in no
    database, so that an old page of the database tells nothing once the batch is out."""

    def __init__(self, key: bytes | None = None) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key = key or secrets.token_bytes(32)
        self._cipher = AESGCM(key)
        self.name = hashlib.sha256(b"seal" + key).hexdigest()[:12]
        """Tells a phone whether what it sent before can still be opened, or is to be sent again."""

    def close(self, text: str) -> str:
        nonce = secrets.token_bytes(12)
        # Four bytes a character at most.
        filled = text.encode()[: 4 * LONGEST_CARD].ljust(4 * LONGEST_CARD, b"\0")
        return (nonce + self._cipher.encrypt(nonce, filled, None)).hex()

    def open(self, sealed: str) -> str | None:
        """None where it was closed with another key: the server was started anew since."""
        from cryptography.exceptions import InvalidTag

        raw = bytes.fromhex(sealed)
        try:
            return self._cipher.decrypt(raw[:12], raw[12:], None).rstrip(b"\0").decode(errors="ignore")
        except InvalidTag:
            return None


def leaving(waiting: Sequence[Waiting], *, whole: bool, chance: random.Random) -> frozenset[str]:
    """The tags whose cards go to the wall now; none where they would be too few.

    While the exercise goes on, some go as soon as twice ``FLOOR`` wait, so that those who stay are never too few to
    follow. ``whole``: all of them, at the end or when the facilitator asks.
    """
    people = sorted({one.tag for one in waiting})
    if whole:
        return frozenset(people) if len(people) >= FLOOR else frozenset()
    return frozenset(chance.sample(people, FLOOR)) if len(people) >= 2 * FLOOR else frozenset()


def new_cards(step: str, texts: Sequence[str], chance: random.Random) -> list[Card]:
    """Cards under new ids, in an order that has nothing to do with that of the texts."""
    made = [Card(secrets.token_urlsafe(9), step, text) for text in texts]
    chance.shuffle(made)
    return made


def blurred(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute - moment.minute % BLUR_MINUTES, second=0, microsecond=0)


def tidy(text: str) -> str:
    """A card as it goes on the wall: one paragraph, no longer than it may be."""
    return " ".join(text.split())[:LONGEST_CARD]
