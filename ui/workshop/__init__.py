"""The workshop's pages: phones, the facilitator's desk, the projected wall."""
