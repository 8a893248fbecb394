"""Weights are found without importing their packages, put together once, and refused when they differ."""

import hashlib
import sys
from pathlib import Path

import pytest

from coach.errors import KnowledgeError
from knowledge import weights
from knowledge.weights import Weights, WeightsFile


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two installed data packages whose code must never run."""
    site = tmp_path / "site"
    for number, content in ((1, b"one "), (2, b"two")):
        data = site / f"part{number}" / "data"
        data.mkdir(parents=True)
        (data / "model.bin").write_bytes(content)
        (site / f"part{number}" / "__init__.py").write_text("raise RuntimeError('imported')")
        info = site / f"part{number}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: part{number}\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(site))
    return site


def use(monkeypatch: pytest.MonkeyPatch, *files: WeightsFile) -> Weights:
    row = Weights("ears", "hears", "MIT", "uv sync --group weights", files)
    monkeypatch.setattr(weights, "load_table", lambda: {"ears": row})
    return row


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


JOINED = WeightsFile(
    "whole.bin", (("part1", "part1/data/model.bin"), ("part2", "part2/data/model.bin")), sha(b"one two")
)


def test_parts_are_joined_once_under_a_name_made_from_their_hashes(packages, tmp_path, monkeypatch):
    row = use(monkeypatch, JOINED)
    folder = weights.weights_folder("ears", tmp_path / "cache")
    assert folder == tmp_path / "cache" / "weights" / f"ears-{row.key}"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"whole.bin": b"one two"}
    assert "part1" not in sys.modules

    (packages / "part1" / "data" / "model.bin").write_bytes(b"changed later")
    assert weights.weights_folder("ears", tmp_path / "cache") == folder


def test_parts_that_differ_leave_nothing_behind(packages, tmp_path, monkeypatch):
    use(monkeypatch, JOINED)
    (packages / "part2" / "data" / "model.bin").write_bytes(b"forged")
    with pytest.raises(KnowledgeError, match=r"whole\.bin from part1 is not the file that was reviewed"):
        weights.weights_folder("ears", tmp_path / "cache")
    assert [path.name for path in (tmp_path / "cache" / "weights").iterdir() if path.suffix != ".lock"] == []


def test_a_whole_file_is_used_where_it_lies_and_checked_again_when_it_changes(packages, tmp_path, monkeypatch):
    use(monkeypatch, WeightsFile("model.bin", (("part1", "part1/data/model.bin"),), sha(b"one ")))
    assert weights.weights_folder("ears", tmp_path / "cache") == packages / "part1" / "data"

    (packages / "part1" / "data" / "model.bin").write_bytes(b"two!")
    with pytest.raises(KnowledgeError, match="its hash differs"):
        weights.weights_folder("ears", tmp_path / "cache")


def test_a_missing_package_says_what_to_install(packages, tmp_path, monkeypatch):
    use(monkeypatch, WeightsFile("whole.bin", (("part1", "x"), ("absent-part2", "x"), ("absent-part3", "x")), "0"))
    line = "The weights 'ears' are not installed (absent-part2 and 1 more). Run: uv sync --group weights"
    assert weights.missing("ears") == line
    with pytest.raises(KnowledgeError) as raised:
        weights.weights_folder("ears", tmp_path)
    assert str(raised.value) == line


def test_a_local_folder_is_taken_and_an_unknown_name_gets_a_suggestion(tmp_path):
    assert weights.weights_folder(str(tmp_path), tmp_path / "cache") == tmp_path
    with pytest.raises(KnowledgeError, match=r"No weights called 'embeding' .* Did you mean 'embedding'\?"):
        weights.weights_folder("embeding", tmp_path)


def test_the_table_is_whole():
    for name, row in weights.load_table().items():
        assert row.licence, name
        assert row.install.startswith("uv "), name
        assert all(len(file.sha256) == 64 and file.parts for file in row.files), name


@pytest.mark.parametrize("name", [name for name in weights.load_table() if weights.missing(name) is None])
def test_installed_weights_are_what_the_table_says(name, tmp_path):
    folder = weights.weights_folder(name, tmp_path)
    row = weights.known(name)
    assert {file.name: (folder / file.name).is_file() for file in row.files} == dict.fromkeys(
        [file.name for file in row.files], True
    )
    assert name != "parser" or folder == weights.spacy_model_path(tmp_path)
    assert not any(package.replace("-", "_") in sys.modules for package in row.packages)
