"""Practices: what must be known before help is possible, the questions that find it out, and what comes of it."""
