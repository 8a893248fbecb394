"""The workshop: one room, many phones, no accounts, and a wall that does not know who wrote on it."""
