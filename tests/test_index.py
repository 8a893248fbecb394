"""A real Chroma behind the index: found, swapped, shared, and repaired when it breaks."""

import json
import multiprocessing
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge import generation
from knowledge.index import Index


class Few:
    """A truth of a few rows that a test may change; ``loads`` counts the builds."""

    def __init__(self, *ids: str):
        self.ids = ids
        self.loads = 0

    def key(self) -> str:
        return ",".join(self.ids)

    def load(self) -> tuple[Sequence[str], np.ndarray]:
        self.loads += 1
        return self.ids, np.array([towards(id) for id in self.ids], np.float32).reshape(len(self.ids), 8)


def towards(id: str) -> np.ndarray:
    vector = np.random.default_rng(ord(id[0])).normal(size=8).astype(np.float32)
    return vector / np.linalg.norm(vector)


def ids(found: list[tuple[str, float]]) -> list[str]:
    return [id for id, _ in found]


def generations(folder: Path) -> int:
    return len([path for path in folder.glob("g-*") if path.is_dir()])


def test_the_nearest_come_first_with_their_cosine(tmp_path):
    rows = Few("a", "b", "c")
    found = Index(tmp_path, rows).search(towards("b"), 5)
    cosines = {id: float(towards(id) @ towards("b")) for id in rows.ids}
    assert ids(found) == sorted(cosines, key=lambda id: -cosines[id])
    assert [score for _, score in found] == pytest.approx(sorted(cosines.values(), reverse=True), abs=1e-5)


def test_several_are_searched_at_once_and_each_has_its_own_answer(tmp_path):
    index = Index(tmp_path, Few("a", "b", "c"))
    found = index.search_all(np.stack([towards("c"), towards("a")]), 2)
    assert found == [index.search(towards("c"), 2), index.search(towards("a"), 2)]
    assert [ids(one)[0] for one in found] == ["c", "a"]


def test_an_empty_truth_is_searched_without_a_word(tmp_path):
    index = Index(tmp_path, Few())
    assert (index.search(towards("a"), 5), index.search_all(np.stack([towards("a")] * 2), 5)) == ([], [[], []])


def test_a_second_opening_builds_nothing(tmp_path):
    Index(tmp_path, Few("a")).search(towards("a"), 1)
    again = Few("a")
    notices: list[str] = []
    assert ids(Index(tmp_path, again, on_notice=notices.append).search(towards("a"), 1)) == ["a"]
    assert (again.loads, notices) == (0, [])


def test_a_change_of_truth_is_a_new_generation_that_other_readers_take_up(tmp_path):
    rows = Few("a", "b")
    reader, writer = Index(tmp_path, rows), Index(tmp_path, rows)
    assert ids(reader.search(towards("a"), 1)) == ["a"]
    rows.ids = ("b", "c")
    writer.refresh()
    assert rows.loads == 2
    assert ids(reader.search(towards("c"), 1)) == ["c"]
    assert sorted(ids(reader.search(towards("a"), 5))) == ["b", "c"]
    assert rows.loads == 2
    for id in "def":
        rows.ids = (id,)
        writer.refresh()
    assert generations(tmp_path) == 2


@pytest.mark.parametrize(
    ("pattern", "damage"),
    [
        ("g-*/*/data_level0.bin", lambda path: path.write_bytes(b"\xff" * path.stat().st_size)),
        ("g-*/*/header.bin", lambda path: path.write_bytes(b"")),
        ("g-*/*/link_lists.bin", lambda path: path.write_bytes(b"\xff" * 4096)),
        ("g-*/chroma.sqlite3", lambda path: path.write_bytes(b"not a database at all" * 999)),
        ("g-*/chroma.sqlite3", lambda path: path.unlink()),
        ("current.json", lambda path: path.write_text("{")),
        ("g-*", shutil.rmtree),
    ],
)
def test_damage_is_repaired_with_one_notice(tmp_path, pattern, damage):
    Index(tmp_path, Few(*"abcdefgh")).search(towards("a"), 1)
    for path in list(tmp_path.glob(pattern)):
        damage(path)
    notices: list[str] = []
    index = Index(tmp_path, Few(*"abcdefgh"), on_notice=notices.append)
    assert ids(index.search(towards("e"), 1)) == ["e"]
    assert ids(index.search(towards("f"), 1)) == ["f"]
    assert len(notices) <= 1
    assert all("rebuilt" in notice for notice in notices)


def test_a_deleted_index_is_built_again_under_an_open_reader(tmp_path):
    notices: list[str] = []
    index = Index(tmp_path / "index", Few("a", "b"), on_notice=notices.append)
    index.search(towards("a"), 1)
    shutil.rmtree(tmp_path / "index")
    assert ids(index.search(towards("b"), 1)) == ["b"]
    assert notices == ["The index was not there and has been built."] * 2


def test_an_opening_that_never_came_back_is_tried_in_a_child_first(tmp_path, monkeypatch):
    Index(tmp_path, Few("a")).search(towards("a"), 1)
    folder = json.loads((tmp_path / "current.json").read_text())["folder"]
    (tmp_path / f"{folder}.opening").touch()
    tried: list[str] = []
    monkeypatch.setattr(generation, "prove", lambda path: tried.append(path.name))
    Index(tmp_path, Few("a")).search(towards("a"), 1)
    Index(tmp_path, Few("a")).search(towards("a"), 1)
    assert tried == [folder]


def search_in_process(folder: Path, out: "multiprocessing.Queue[list[str]]") -> None:
    out.put(ids(Index(folder, Few("a", "b", "c")).search(towards("c"), 1)))


def test_processes_that_start_at_once_build_once(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    out = spawn.Queue()
    processes = [spawn.Process(target=search_in_process, args=(tmp_path, out)) for _ in range(3)]
    for process in processes:
        process.start()
    assert [out.get(timeout=60) for _ in processes] == [["c"]] * 3
    for process in processes:
        process.join()
    assert generations(tmp_path) == 1
