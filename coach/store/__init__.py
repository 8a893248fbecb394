"""Conversations on disk: what was said, what left, what was heard."""

from coach.store.quoting import REMOVED
from coach.store.rows import Cite
from coach.store.store import Entry, Receipt, Store, new_id

__all__ = ["REMOVED", "Cite", "Entry", "Receipt", "Store", "new_id"]
