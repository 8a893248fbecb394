"""Keeps libraries from reporting home: what is said here concerns nobody else."""

import os

SWITCHES = {
    # From 1.30 on, the Linux builds of onnxruntime send usage events to mobile.events.data.microsoft.com.
    "ORT_DISABLE_TELEMETRY": "1",
    "ANONYMIZED_TELEMETRY": "False",  # chromadb
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}
"""Environment variables that libraries read when they are imported."""


def keep_private() -> None:
    """Sets every switch for this process and its children. To be called before those libraries are imported."""
    os.environ.update(SWITCHES)
