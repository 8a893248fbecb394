"""Importing a module does nothing and is quick; so is ``coach --help``."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

HELP_S = 0.4
"""What a person waits for ``coach --help``."""

HEAVY = (
    "gradio", "chromadb", "openai", "langchain_openai", "langchain_chroma", "spacy", "onnxruntime", "faster_whisper",
    "inspect_ai", "pipecat", "pyttsx3",
)  # fmt: skip

LIGHT_FOR_HELP = (*HEAVY, "sqlalchemy", "alembic", "pydantic", "numpy", "rich", "yaml")


def modules() -> list[str]:
    """Every module of ours that is meant to be imported."""
    found = []
    for package in ("coach", "knowledge", "voice", "ui", "evals"):
        for file in sorted((ROOT / package).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            if "migrations" not in parts and parts[-1] != "__main__":
                found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def run(code: str, home: Path) -> str:
    environment = {**os.environ, "HOME": str(home), "COACH_HOME": str(home / "coach"), "XDG_CACHE_HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_importing_everything_does_nothing(tmp_path: Path) -> None:
    code = (
        "import importlib, sys, threading\n"
        f"for name in {modules()!r}:\n    importlib.import_module(name)\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "assert not heavy, f'imported with our modules: {heavy}'\n"
        "assert threading.active_count() == 1, threading.enumerate()\n"
    )
    assert run(code, tmp_path) == ""
    assert list(tmp_path.iterdir()) == []


def test_help_imports_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom coach.cli import run\nassert run(['--help']) == 0\n"
        f"print([name for name in {LIGHT_FOR_HELP!r} if name in sys.modules])"
    )
    assert run(code, tmp_path).splitlines()[-1] == "[]"


def test_help_is_quick() -> None:
    def cpu_s() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    times = []
    for _ in range(5):
        began = cpu_s()
        subprocess.run([sys.executable, "-m", "coach", "--help"], cwd=ROOT, check=True, capture_output=True)
        times.append(cpu_s() - began)
    # Processor time, best of five: on a busy machine the rest is waiting for others.
    assert min(times) <= HELP_S


@pytest.mark.parametrize("name", ["coach.values", "coach.events", "coach.protocols", "coach.conversation", "coach.app"])
def test_the_core_imports_in_a_clean_process(name: str, tmp_path: Path) -> None:
    assert run(f"import {name}", tmp_path) == ""
