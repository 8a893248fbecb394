"""The same documents with their vectors on a real Chroma server."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_intake import MEETINGS, SHIFTS, Home
from test_library import CLAIM, LATE, ByTopic

from coach.errors import KnowledgeError
from knowledge.bookcase import Bookcase
from knowledge.documents import Documents
from knowledge.index import Rows
from knowledge.library import KnowledgeLibrary
from knowledge.server import ServedIndex

START_S = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Chroma server of the tests' own."""
    program = shutil.which("chroma", path=str(Path(sys.executable).parent))
    assert program, "chromadb brings its server along"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("chroma")
    process = subprocess.Popen(
        [program, "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def library(home: Home, server: str) -> KnowledgeLibrary:
    embedder = ByTopic()
    bookcase = Bookcase(Documents(home.path), embedder, home.cache, server=server)
    return KnowledgeLibrary({"late": LATE}, {"K01": CLAIM}, embedder=embedder, cache=home.cache, bookcase=bookcase)


def test_documents_are_found_and_forgotten_on_a_server(server, tmp_path):
    home = Home(tmp_path)
    home.write("meetings.md", MEETINGS)
    home.write("team/shifts.md", SHIFTS)
    made = library(home, server)
    made.add([home.docs])
    found = made.search_documents("late for the shift")[1]
    assert found[0].passage.file == "team/shifts.md"
    assert library(home, server).search_documents("silent meeting")[1][0].passage.file == "meetings.md"
    assert not (home.path / "knowledge" / "index").exists()
    made.remove("team/shifts.md", home.path)
    assert [one.passage.file for one in made.search_documents("late for the shift")[1]] == ["meetings.md"]
    assert names(server) == 1
    made.remove("meetings.md", home.path)
    assert names(server) == 0


def names(server: str) -> int:
    """How many sets of vectors the server holds."""
    import chromadb

    return len(chromadb.HttpClient(port=int(server.rsplit(":", 1)[1]), host="127.0.0.1").list_collections())


def test_a_server_that_is_not_there_is_one_clear_line(tmp_path):
    class None_(Rows):
        def key(self) -> str:
            return "x"

    index = ServedIndex("http://127.0.0.1:9", "documents", None_())
    with pytest.raises(KnowledgeError, match="does not answer"):
        index.refresh()
