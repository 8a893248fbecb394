"""Kills an addition at random moments and looks at what is left: ``uv run python scripts/kill_intake.py [TIMES]``.

Two versions of a few dozen small documents are added in turn; each addition is ended by SIGKILL after a random time.
Afterwards every document must be there whole, in its old or its new version or not at all, and a search must answer.
Exits 1 where it does not. Embeds with a stand-in, so that most kills fall into storing and not into computing.
"""

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

FILES = 40
LONGEST_S = 4.0


class ByLetters:
    """An embedding without weights: counts of letters."""

    name = "by-letters"
    dimensions = 26

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.array([[1 + text.lower().count(chr(97 + n)) for n in range(26)] for text in texts], np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def library(home: Path):  # type: ignore[no-untyped-def]
    from knowledge import intake
    from knowledge.bookcase import Bookcase
    from knowledge.cards import load_cards
    from knowledge.documents import Documents
    from knowledge.library import KnowledgeLibrary

    intake.BATCH = 8
    embedder = ByLetters()
    bookcase = Bookcase(Documents(home), embedder, home / "cache")
    cards = dict(list(load_cards().items())[:3])
    return KnowledgeLibrary(cards, {}, embedder=embedder, cache=home / "cache", bookcase=bookcase)


def write(docs: Path, version: int) -> None:
    for n in range(FILES):
        body = " ".join(
            f"Document {n} of version v{version} says sentence {k} about listening well." for k in range(60)
        )
        (docs / f"{n:02}.md").write_text(f"# Paper {n}\n\n{body}\n")


def check(home: Path) -> str:
    """What is wrong with what is there; empty where nothing is."""
    from knowledge.documents import Documents

    documents = Documents(home)
    for source in documents.sources(text=True):
        passages = documents.passages_of(source.id)
        words = {word for passage in passages for word in passage.text.split() if re.fullmatch(r"v\d", word)}
        if len(words) != 1 or any(source.text[slice(*p.span)].split()[0] != p.text.split()[0] for p in passages):
            return f"{source.file} is there by half: {words}"
        if sum(len(p.text) for p in passages) < 0.9 * len(source.text) - 20:
            return f"{source.file} lacks passages"
    made = library(home)
    made.bookcase.warm = True
    found = made.search_documents("listening well")[1] if documents.sources() else []
    gone = [one.passage.id for one in found if made.passage(one.passage.id) is None]
    return f"search brings what is gone: {gone}" if gone or (documents.sources() and not found) else ""


def main(times: int, seed: int) -> int:
    chance = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="coach-kill-"))
    docs, home = folder / "docs", folder / "home"
    docs.mkdir()
    wrong = ended = 0
    for number in range(times):
        write(docs, number % 7)
        child = subprocess.Popen(
            [sys.executable, __file__, "--add", str(docs), str(home)], stderr=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(chance.uniform(0.2, LONGEST_S))
        ended += child.poll() is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        if problem := check(home):
            wrong += 1
            print(f"kill {number}: {problem}", flush=True)
    print(f"{times} kills, {ended} after the end, {wrong} left something wrong")
    shutil.rmtree(folder, ignore_errors=True)
    return int(wrong > 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--add"]:
        library(Path(sys.argv[3])).add([Path(sys.argv[2])])
        sys.exit(0)
    arguments = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*(arguments + [200, 0][len(arguments) :])))
