"""Errors of speech, each one line that says what happened and what to do."""

from coach.errors import CoachError


class SpeechError(CoachError):
    """A voice or an ear is missing, or could not do its work."""
