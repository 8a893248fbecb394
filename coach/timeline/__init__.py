"""Timelines: what happened when, read from what people wrote down while it happened or remembered afterwards."""
