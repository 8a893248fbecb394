"""The house plan: who may import whom, and where the heavy libraries may be imported."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Each may import those before it, and itself.
ORDER = ("coach", "knowledge", "voice", "ui", "evals")
MAY: dict[str, set[str]] = {
    "coach": {"coach"},
    "knowledge": {"coach", "knowledge"},
    "voice": {"coach", "voice"},
    "ui": {"coach", "knowledge", "voice", "ui"},
    "evals": {"coach", "knowledge", "voice", "ui", "evals"},
}

# The wiring and the command line reach outward, inside functions.
OUTWARD = {"coach/app.py", "coach/cli.py", "coach/doctor.py"}

HEAVY = {
    "alembic", "chromadb", "faster_whisper", "gradio", "httpx", "inspect_ai", "kokoro_onnx", "langchain",
    "langchain_chroma", "langchain_core", "langchain_openai", "langchain_text_splitters", "langsmith", "onnx",
    "onnxruntime", "openai", "pipecat", "piper", "pyttsx3", "spacy", "tokenizers", "xllamacpp",
}  # fmt: skip

# Files that alembic runs.
EXEMPT = "coach/store/migrations/"


def files() -> list[Path]:
    return [file for package in ORDER for file in sorted((ROOT / package).rglob("*.py"))]


def imports(tree: ast.AST, *, inside: bool = False, typing: bool = False) -> Iterator[tuple[str, bool]]:
    """Names of imported modules, with whether the import stands inside a function or for types only."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, inside or typing
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, inside or typing
        else:
            function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            types = isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
            yield from imports(node, inside=inside or function, typing=typing or types)


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_keeps_to_the_house_plan(file: Path) -> None:
    name = str(file.relative_to(ROOT))
    package = name.split("/")[0]
    for module, light in imports(ast.parse(file.read_text(encoding="utf-8"))):
        top = module.split(".")[0]
        if top in ORDER and not (name in OUTWARD and light):
            assert top in MAY[package], f"{name} imports {module}: {package} may not know {top}"
        if top in HEAVY and not name.startswith(EXEMPT):
            assert light, f"{name} imports {module} when it is imported itself: move it into the function that needs it"
        assert top != "gradio" or name.startswith("ui/web"), f"{name} imports gradio: only ui/web may"


def test_the_rules_can_fail() -> None:
    source = (
        "import openai\ndef f():\n    import chromadb\nif TYPE_CHECKING:\n    import spacy\nclass A:\n    import ui.web"
    )
    assert list(imports(ast.parse(source))) == [
        ("openai", False),
        ("chromadb", True),
        ("spacy", True),
        ("ui.web", False),
    ]
