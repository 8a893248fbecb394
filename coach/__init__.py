"""Trust Coach: a grounded, non-clinical coach for people who lead others."""

__version__ = "0.1.0"
