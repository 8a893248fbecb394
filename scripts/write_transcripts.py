"""Writes conversations of a coach folder as Markdown, one file each, as they were held.

uv run scripts/write_transcripts.py HOME docs/transcripts [ID …]
"""

import argparse
import asyncio
from pathlib import Path

from coach.config import Settings
from coach.store import Store
from coach.values import Turn


def page(title: str, turns: tuple[Turn, ...]) -> str:
    writers = ", ".join(sorted({turn.writer for turn in turns if turn.writer}))
    lines = [f"# {title}", "", f"{len(turns)} turns, writer: {writers or 'guided'}. Held live, not scripted.", ""]
    for turn in turns:
        lines += [f"> {line}" for line in turn.said.splitlines()] + [""]
        marks: list[str] = []
        said = []
        for sentence in turn.spoken[: turn.heard]:
            for cited in sentence.citations:
                if cited.id not in marks:
                    marks.append(cited.id)
            numbers = "".join(f" [{marks.index(c.id) + 1}]" for c in sentence.citations)
            said.append(sentence.text + numbers)
        move = turn.plan.move if turn.plan else (turn.gated.kind if turn.gated else turn.status)
        sources = "".join(f" · [{n + 1}] {id}" for n, id in enumerate(marks))
        lines += [" ".join(said), "", f"<sub>{move}{sources}</sub>", ""]
    return "\n".join(lines)


async def write(home: Path, folder: Path, ids: list[str]) -> None:
    store = Store(Settings(home=home).database)
    for entry in await store.entries():
        if not ids or entry.id in ids:
            turns = await store.history(entry.id)
            (folder / f"{entry.id}.md").write_text(page(entry.title or entry.id, turns), encoding="utf-8")
            print(f"{entry.id}: {len(turns)} turns")
    await store.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("ids", nargs="*")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(write(given.home, given.folder, given.ids))
