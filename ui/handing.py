"""Where documents come in and go: files are sent one by one, then read together while the page is told how far it is.

Whoever reaches the page can do this, so ``ui.door`` stands before it.
"""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from coach.errors import CoachError, KnowledgeError, NotFoundError
from knowledge.documents import DEFAULT, Documents
from knowledge.handed import MOST_BYTES, Handed, names
from knowledge.intake import Report, check_name
from ui import documents as markup
from ui.live import Live

if TYPE_CHECKING:
    from fastapi import FastAPI, Request, Response

    from knowledge.library import KnowledgeLibrary

logger = logging.getLogger(__name__)

Answer = dict[str, Any]

REMEMBERED = 20
"""Batches that have been read and may still be asked about by a page that was away."""


@dataclass(slots=True)
class Reading:
    """One batch on its way in: how far it is, and in the end what became of every file."""

    collection: str
    done: int = 0
    of: int = 0
    file: str = ""
    ended: bool = False
    trouble: str = ""
    states: dict[str, tuple[str, str]] = field(default_factory=dict)
    html: str = ""

    def told(self) -> Answer:
        return {
            "collection": self.collection, "done": self.done, "of": self.of, "file": self.file, "ended": self.ended,
            "trouble": self.trouble, "states": self.states, "html": self.html,
        }  # fmt: skip


class Handing:
    """The documents of one home, as the page adds, shows and forgets them."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._readings: dict[str, Reading] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def mount(self, app: "FastAPI") -> None:
        for path, action, method in (
            ("/documents/list", self.listed, "GET"),
            ("/documents/files/{collection}/{batch}/{name:path}", self.take, "PUT"),
            ("/documents/read/{collection}/{batch}", self.read, "POST"),
            ("/documents/reading/{batch}", self.reading, "GET"),
            ("/documents/choose", self.choose, "POST"),
            ("/documents/forget", self.forget, "POST"),
            ("/documents/text", self.text, "GET"),
        ):
            app.add_api_route(path, _answering(action), methods=[method])

    @property
    def _documents(self) -> Documents:
        return Documents(self._live.coach.settings.home)

    async def _library(self) -> "KnowledgeLibrary":
        return cast("KnowledgeLibrary", await asyncio.to_thread(lambda: self._live.coach.library))

    async def listed(self, request: "Request") -> Answer:
        """The documents of the collection that a conversation looks in."""
        chosen = await self._chosen(request.query_params.get("conversation", ""))

        def look() -> Answer:
            documents = self._documents
            sources = documents.sources(chosen)
            html = markup.panel(sources, documents.collections(), chosen, date.today())
            running = next((b for b, one in self._readings.items() if not one.ended), None)
            return {"html": html, "collection": chosen, "count": len(sources), "reading": running}

        return await asyncio.to_thread(look)

    async def take(self, request: "Request") -> Answer:
        """One file of a batch. ``changed`` is when it was last changed, in milliseconds since 1970."""
        of = request.path_params
        there = Handed(self._documents, of["collection"]).arriving(of["batch"], of["name"])
        size = 0
        try:
            with there.open("wb") as file:
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > MOST_BYTES:
                        raise KnowledgeError(f"It is larger than {MOST_BYTES >> 20} MB.")
                    file.write(chunk)
        except BaseException as exc:
            there.unlink(missing_ok=True)
            if isinstance(exc, OSError):
                raise KnowledgeError(f"It cannot be kept ({exc.strerror}). Check the disk.") from exc
            raise
        changed = request.query_params.get("changed", "")
        if changed.isdigit():
            os.utime(there, ns=(int(changed) * 1_000_000, int(changed) * 1_000_000))
        return {}

    async def read(self, request: "Request") -> Answer:
        """Begins to read a batch. It goes on whether or not a page stays open."""
        collection, batch = check_name(request.path_params["collection"]), request.path_params["batch"]
        body = await request.json()
        handed = [str(name) for name in body.get("names", ())]
        if batch in self._readings:
            return {}
        ended = [known for known, one in self._readings.items() if one.ended]
        for known in ended[: max(0, len(ended) - REMEMBERED)]:
            del self._readings[known]
        reading = self._readings[batch] = Reading(collection, of=len(handed))
        task = asyncio.create_task(self._read(reading, batch, handed))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return {}

    async def _read(self, reading: Reading, batch: str, handed: list[str]) -> None:
        def on_file(done: int, total: int, name: str) -> None:
            reading.done, reading.of, reading.file = done, total, name

        try:
            library = await self._library()

            def work() -> tuple[Report, dict[str, str]]:
                into = Handed(library.bookcase.documents, reading.collection)
                roots = into.settle(batch)
                if not roots:
                    raise KnowledgeError("Nothing came that could be read. Choose files, or a folder with documents.")
                made = library.add(roots, reading.collection, on_file=on_file)
                into.keep_only_read(made)
                into.sweep()
                return made, into.left

            made, left = await asyncio.to_thread(work)
            reading.states = _states(handed, made, left)
            made.unchanged = sum(state == "unchanged" for state, _ in reading.states.values())
            reading.html = markup.report(made, left)
        except CoachError as exc:
            reading.trouble = str(exc)
        except Exception:
            logger.exception("documents could not be read")
            reading.trouble = "Something broke while reading. Try again, or run: coach doctor"
        finally:
            reading.ended = True

    async def reading(self, request: "Request") -> Answer:
        """How far a batch is."""
        batch = request.path_params["batch"]
        if batch not in self._readings:
            raise NotFoundError("Nothing is being read under this name. Hand the files over again.")
        return self._readings[batch].told()

    async def choose(self, request: "Request") -> Answer:
        """Which collection a conversation looks in from now on."""
        body = await request.json()
        collection = check_name(str(body["collection"]).strip())
        id = str(body["conversation"])
        thread = await self._live.thread(id)
        await self._live.coach.store.look_in(id, collection)
        thread.conversation.collection = collection
        return {"collection": collection}

    async def forget(self, request: "Request") -> Answer:
        """Removes one document, or all of a collection, and answers with the receipt."""
        body = await request.json()
        if any(not one.ended for one in self._readings.values()):
            raise KnowledgeError("Documents are being read at the moment. Forget this one when that is done.")
        library = await self._library()
        home = self._live.coach.settings.home

        def work() -> str:
            documents = library.bookcase.documents
            if "id" in body:
                found = [source] if (source := documents.source(str(body["id"]))) else []
            else:
                found = documents.sources(check_name(str(body["collection"])), state=None)
            if not found:
                raise NotFoundError("This document is gone already.")
            return markup.receipt(library.forget(found, home))

        html = await asyncio.to_thread(work)
        await self._live.show_again()
        return {"html": html}

    async def text(self, request: "Request") -> Answer:
        """A document's text as it was read."""
        source = await asyncio.to_thread(self._documents.source, request.query_params.get("id", ""))
        if source is None:
            raise NotFoundError("This document was removed.")
        return {"html": markup.opened(source, None, date.today())}

    async def _chosen(self, conversation: str) -> str:
        entry = await self._live.coach.store.entry(conversation)
        return (entry.collection if entry else None) or DEFAULT


def opened_at(home: Any, passage: str) -> str | None:
    """A document's text with a passage marked; None where the passage was removed. Blocks."""
    documents = Documents(home)
    found, source = documents.passage(passage), documents.source_of(passage)
    return markup.opened(source, found, date.today()) if found is not None and source is not None else None


def _states(handed: list[str], made: Report, left: dict[str, str]) -> dict[str, tuple[str, str]]:
    """What became of each name that was handed over; an archive stands for what is in it."""
    found = names(made)
    states: dict[str, tuple[str, str]] = {}
    for name in handed:
        inside = [state for other, (state, _) in found.items() if other.startswith(f"{name}/")]
        if name in found:
            states[name] = found[name]
        elif name in left:
            states[name] = ("skipped", left[name])
        elif inside:
            read = inside.count("read")
            states[name] = ("read" if read else "skipped", f"{read} of {len(inside)} files in it were read.")
        else:
            states[name] = ("unchanged", "")
    return states


def _answering(action: Callable[["Request"], Awaitable[Answer]]) -> Callable[..., Awaitable["Response"]]:
    """The action as a route: what it answers as JSON, what went wrong as ``{"trouble": line}``."""
    from fastapi import Request, Response

    @wraps(action)
    async def route(request: Request) -> Response:
        try:
            answer = await action(request)
        except CoachError as exc:
            answer = {"trouble": str(exc)}
        except (KeyError, TypeError, ValueError, AttributeError):
            return Response("This is no request of the page's.", status_code=400, media_type="text/plain")
        return Response(json.dumps(answer), media_type="application/json", headers={"Cache-Control": "no-store"})

    del route.__wrapped__
    route.__annotations__ = {"request": Request}
    return route
