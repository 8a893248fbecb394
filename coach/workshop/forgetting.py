"""What was sent to the wall leaves the sender's conversation, where it was said there in the same words.

Otherwise whoever reads the database would only have to look for a card's text.
"""

import sqlalchemy as sa

from coach.store import Store
from coach.store.tables import conversations, turns

TELLING = 12
"""Characters from which words are somebody's own; "tired" is said by everyone."""


async def forget(store: Store, conversation: str, card: str) -> int:
    """Removes the turns that say what a card says, with their answers; how many. Crisis talk stays as it is."""
    wanted = _plain(card)
    if len(wanted) < TELLING:
        return 0

    def work(db: sa.Connection) -> int:
        found = db.execute(
            sa.select(turns.c.id, turns.c.said, turns.c.gated).where(turns.c.conversation == conversation)
        )
        same = [one.id for one in found if _same(_plain(one.said), wanted) and not _crisis(one.gated)]
        if not same:
            return 0
        db.execute(turns.delete().where(turns.c.id.in_(same)))
        # Its name is made of the first words that were said.
        db.execute(conversations.update().where(conversations.c.id == conversation).values(title=""))
        return len(same)

    return await store.transact(work, writes=True)


def _same(said: str, card: str) -> bool:
    return card in said or (len(said) >= TELLING and said in card)


def _crisis(gated: dict[str, object] | None) -> bool:
    return gated is not None and gated.get("kind") == "crisis"


def _plain(text: str) -> str:
    return " ".join("".join(one if one.isalnum() else " " for one in text.casefold()).split())
