"""Rehearsals: the coach plays the other person, whose mood answers to how one is spoken to."""
