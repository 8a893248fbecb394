"""The embedding on its real weights: one graph, unit vectors, meaning, and any thread."""

import json
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coach.errors import KnowledgeError
from knowledge import embedding, minilm
from knowledge.embedding import MiniLM, load_embedder
from knowledge.weights import missing

INSTALLED = [int8 for int8 in (True, False) if missing("embedding") is None]
"""Where the weights group was left out, the tests on real weights have nothing to run on."""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("int8", INSTALLED)
def test_near_in_meaning_is_near_in_angle(int8, cache):
    vectors = MiniLM(cache, int8=int8).embed(
        ["My boss shuts people down in meetings.", "", "Our manager silences the team.", "Bake bread at 230 degrees."]
    )
    assert (vectors.shape, vectors.dtype) == ((4, 384), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    near, far = float(vectors[0] @ vectors[2]), float(vectors[0] @ vectors[3])
    assert near > 0.35
    assert far < 0.15


@pytest.mark.parametrize("int8", INSTALLED)
def test_a_text_has_one_vector_whatever_stands_beside_it(int8, cache):
    model = MiniLM(cache, int8=int8)
    texts = [" ".join(["word"] * n) + "." for n in (1, 90, 3, 400, 7, 2, 60, 1, 12, 5)]
    together = model.embed(texts)
    alone = np.concatenate([model.embed([text]) for text in texts])
    # int8 scales its activations by batch, so padding moves a vector a little.
    assert (together * alone).sum(axis=1) == pytest.approx(np.ones(len(texts)), abs=0.05 if int8 else 1e-5)


@pytest.mark.parametrize("int8", INSTALLED)
def test_threads_share_one_model(int8, cache):
    model = MiniLM(cache, threads=1, int8=int8)
    texts = [f"Sentence number {n} about trust." for n in range(24)]
    expected = [model.embed([text])[0] for text in texts]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: model.embed([text])[0], texts))
    assert np.allclose(found, expected)


@pytest.mark.parametrize("int8", INSTALLED)
def test_the_network_is_converted_once(int8, cache, monkeypatch):
    MiniLM(cache, int8=int8)
    monkeypatch.setattr(minilm, "convert", None)
    assert MiniLM(cache, int8=int8).embed([]).shape == (0, 384)
    assert [path.name for path in (cache / "embedding").iterdir() if "partial" in path.name] == []


@pytest.mark.parametrize("int8", INSTALLED)
def test_the_network_is_opened_when_it_is_first_needed(int8, cache, monkeypatch):
    model = MiniLM(cache, int8=int8)
    opened: list[int] = []

    def open_session(path: Path, threads: int) -> Any:
        opened.append(threads)
        return whole(path, threads)

    whole = embedding.open_session
    monkeypatch.setattr(embedding, "open_session", open_session)
    assert (model.embed([]).shape, opened) == ((0, 384), [])
    model.embed(["One text is shared by the cores."])
    model.embed([f"Text {n} has a core of its own." for n in range(20)])
    assert opened == [model._threads, 1]


def test_without_weights_there_is_no_embedder(tmp_path, monkeypatch):
    monkeypatch.setattr(embedding, "missing", lambda name: f"no {name}")
    assert load_embedder(tmp_path) is None


def safetensors(path: Path, **tensors: np.ndarray) -> Path:
    header, body = {"__metadata__": {"format": "np"}}, b""
    for name, value in tensors.items():
        raw = value.astype(np.float32).tobytes()
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)
    return path


def test_safetensors_are_read_by_name_and_shape(tmp_path):
    path = safetensors(tmp_path / "w", a=np.arange(6).reshape(2, 3), b=np.array([1.5]))
    read = minilm.read_safetensors(path)
    assert {name: value.tolist() for name, value in read.items()} == {"a": [[0, 1, 2], [3, 4, 5]], "b": [1.5]}


def test_other_files_are_refused_by_name(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"not a tensor in sight")
    with pytest.raises(KnowledgeError, match="is not a readable safetensors file"):
        MiniLM(tmp_path / "cache", weights=str(tmp_path))
    safetensors(tmp_path / "model.safetensors", a=np.array([1.0]))
    with pytest.raises(KnowledgeError, match="is not all-MiniLM-L6-v2: it lacks"):
        MiniLM(tmp_path / "cache", weights=str(tmp_path))
    assert [path for path in (tmp_path / "cache" / "embedding").iterdir() if path.suffix != ".lock"] == []
