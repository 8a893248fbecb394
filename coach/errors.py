"""Errors whose message is what the person reads: what happened, then what to do."""


class CoachError(Exception):
    """Something the person can act on. ``main`` prints the message as one line and exits 1."""


class StoreError(CoachError):
    """The conversation could not be written or read."""


class WriterError(CoachError):
    """The writer could not word the plan; the guided writer takes over."""


class KnowledgeError(CoachError):
    """The index or a knowledge file is missing or unusable."""


class NotFoundError(CoachError):
    """What was asked for does not exist."""
