"""Writers by name: ``auto``, ``guided``, ``openai:MODEL``, ``local:PATH``, ``fake``."""

import difflib
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING

from coach.errors import CoachError, WriterError

if TYPE_CHECKING:
    from coach.config import Settings
    from coach.protocols import Writer

DEFAULT_MODEL = "gpt-5-mini"
"""What ``auto`` asks OpenAI for: small, quick, and good enough to word a plan."""

# An endpoint that has not listed its models by then would also be too slow to talk to.
PROBE_S = 2.0


def choose(name: str, settings: "Settings", guided: "Writer") -> "tuple[Writer, str | None]":
    """The writer of that name, and one line for the person where ``auto`` could not have what was configured.

    Blocks: it imports the writer's library and, for ``auto``, asks the endpoint once. Raises CoachError.
    """
    if name == "auto":
        return _auto(settings, guided)
    kind, _, rest = name.partition(":")
    if kind not in WRITERS:
        near = difflib.get_close_matches(kind, WRITERS, 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise CoachError(f"There is no writer {name!r}.{hint} Choose auto, guided, openai:MODEL or local:PATH.")
    return WRITERS[kind](rest, settings, guided), None


def _auto(settings: "Settings", guided: "Writer") -> "tuple[Writer, str | None]":
    if not (settings.base_url or settings.api_key):
        return guided, None
    try:
        models = list_models(settings)
    except WriterError as exc:
        return guided, f"{exc} Until then the guided coach answers."
    if settings.base_url is None or DEFAULT_MODEL in models:
        return WRITERS["openai"](DEFAULT_MODEL, settings, guided), None
    chat = [model for model in models if "embed" not in model.lower()]
    if not chat:
        return guided, f"{settings.base_url} has no model to talk to. Load one there. The guided coach answers."
    return WRITERS["openai"](chat[0], settings, guided), None


def list_models(settings: "Settings") -> list[str]:
    """Ids of the models that the configured endpoint has, in its order. Blocks. Raises WriterError."""
    where = settings.base_url or "https://api.openai.com/v1"
    headers = {"Authorization": f"Bearer {settings.api_key}"} if settings.api_key else {}
    try:
        request = urllib.request.Request(f"{where.rstrip('/')}/models", headers=headers)
        with urllib.request.urlopen(request, timeout=PROBE_S) as answer:
            return [str(model["id"]) for model in json.load(answer)["data"]]
    except urllib.error.HTTPError as exc:
        if exc.code in (401, 403):
            raise WriterError(f"{where} refused the key. Set OPENAI_API_KEY to a valid one.") from exc
        raise WriterError(f"{where} answered {exc.code} when asked for its models. Check COACH_BASE_URL.") from exc
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise WriterError(f"{where} does not answer. Start it, or correct COACH_BASE_URL.") from exc


def _guided(rest: str, settings: "Settings", guided: "Writer") -> "Writer":
    return guided


def _openai(rest: str, settings: "Settings", guided: "Writer") -> "Writer":
    from coach.writers.endpoint import EndpointWriter

    return EndpointWriter(rest, base_url=settings.base_url, api_key=settings.api_key)


def _local(rest: str, settings: "Settings", guided: "Writer") -> "Writer":
    try:
        from coach.writers.local import LocalWriter  # type: ignore[import-not-found, unused-ignore]
    except ModuleNotFoundError as exc:
        raise WriterError("The local model runtime is not installed. Run: uv sync --extra local") from exc
    return LocalWriter(rest)  # type: ignore[no-any-return, unused-ignore]


def _fake(rest: str, settings: "Settings", guided: "Writer") -> "Writer":
    from coach.writers.fake import FakeWriter

    return FakeWriter()


WRITERS: "dict[str, Callable[[str, Settings, Writer], Writer]]" = {
    "guided": _guided,
    "openai": _openai,
    "local": _local,
    "fake": _fake,
}
