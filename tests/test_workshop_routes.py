"""Every way into the app, tried by a stranger, by another participant, and by the facilitator of another room."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from page_stand_in import PageCoach
from stand_ins import Setup
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from workshop_stand_ins import agenda

from coach.config import Settings
from coach.values import Sentence
from coach.workshop.room import at_step
from coach.workshop.rooms import Opened, Seat
from ui.workshop.app import DESK_COOKIE, SEAT_COOKIE, Workshop, make_app

SECRET = "Zanzibar is what I call my boss"
CARD = "Quetzalcoatl"

# Everything that is served, and what somebody without a key gets. A route that is not here fails the test.
OPEN = {
    ("GET", "/"): 200, ("GET", "/desk"): 200, ("GET", "/wall"): 200, ("GET", "/health"): 200, ("GET", "/paper"): 200,
    ("GET", "/slip"): 200, ("GET", "/counterparts.json"): 200, ("GET", "/qr.svg"): 200, ("GET", "/here"): 200,
    ("POST", "/join"): 404, ("POST", "/go"): 200,
    ("GET", "/mine.md"): 401, ("GET", "/mine/qr.svg"): 401, ("GET", "/take/{key}"): 404,
    ("POST", "/desk/in"): 403, ("GET", "/desk/wall.md"): 403, ("GET", "/desk/wall.svg"): 403,
    ("GET", "/desk/summary.md"): 403,
}  # fmt: skip
PULSE = "/pulse/answer/{link}"
"""Of the personal page, the one address that others may open: who has a round's secret link may answer it."""
SOCKETS = {"/seat", "/desk/live", "/wall/live", "/talk"}
MOUNTS = {"/static", "/voice"}


@dataclass
class Two:
    """Two rooms with a participant each, and the first one's words."""

    client: TestClient
    workshop: Workshop
    room: Opened
    other: Opened
    key: str
    seat: Seat
    other_key: str

    def as_(self, seat: str | None = None, desk: str | None = None) -> TestClient:
        self.client.cookies.clear()
        if seat is not None:
            self.client.cookies.set(SEAT_COOKIE, seat)
        if desk is not None:
            self.client.cookies.set(DESK_COOKIE, desk)
        return self.client


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    setup = Setup(tmp_path)
    workshop = Workshop(PageCoach(setup, Settings(home=tmp_path)), address="https://10.0.0.5:7870")  # type: ignore[arg-type]

    async def made() -> tuple[Any, ...]:
        rooms = workshop.rooms
        room, other = await rooms.open(agenda("trust-wall")), await rooms.open(agenda("trust-wall"))
        await rooms.change(room.room.id, lambda one: at_step(one, 0, rooms.now()))
        key, seat = await rooms.join(room.room.code or "")
        other_key, _ = await rooms.join(other.room.code or "")
        turn = await setup.store.begin(seat.conversation, SECRET)
        await setup.store.say(turn.id, Sentence("Tell me more."))
        await setup.store.finish(turn.id, "complete")
        step = room.room.agenda[0].id
        for _ in range(5):
            await workshop.walls.send(room.room.id, step, (await rooms.join(room.room.code or ""))[0], CARD)
        await workshop.walls.show(room.room.id, step)
        return room, other, key, seat, other_key

    found = asyncio.run(made())
    with TestClient(make_app(workshop)) as client:
        while client.get("/health").status_code != 200:
            pass
        yield Two(client, workshop, *found)


def test_every_route_is_known(two: Two) -> None:
    app: Any = two.client.app
    routes = {(method, one.path) for one in app.routes if isinstance(one, Route) for method in one.methods - {"HEAD"}}
    assert routes == set(OPEN)
    assert {one.path for one in app.routes if isinstance(one, WebSocketRoute)} == SOCKETS
    assert {one.path for one in app.routes if isinstance(one, Mount)} == MOUNTS


def tried(client: TestClient, two: Two) -> dict[tuple[str, str], Any]:
    """Every route once, with every id and name that one could try put into path, query and body."""
    guesses = [
        two.seat.id, two.seat.conversation, two.room.room.id, two.room.room.code, "..%2f..%2fworkshop.sqlite", "",
    ]  # fmt: skip
    body = dict.fromkeys(("key", "seat", "conversation", "room", "code", "id"), two.seat.id)
    found = {}
    for method, path in OPEN:
        for guess in guesses:
            filled = path.replace("{key}", str(guess) or "x")
            query = {"conversation": guess, "seat": guess, "room": guess, "key": guess, "code": guess}
            answer = client.request(method, filled, params=query, **({"json": body} if method == "POST" else {}))
            assert SECRET not in answer.text, (method, path, guess)
            if path != "/desk":
                assert CARD not in answer.text, (method, path, guess)
            found[method, path] = answer
    return found


@pytest.mark.parametrize("who", ["stranger", "tampered", "seat id", "hash", "seat as desk"])
def test_without_a_key_nothing_opens(two: Two, who: str) -> None:
    from coach.workshop.key import hashed

    cookies = {
        "stranger": {},
        "tampered": {"seat": two.key[:-1] + ("A" if two.key[-1] != "A" else "B"), "desk": two.room.desk_key[::-1]},
        "seat id": {"seat": two.seat.id, "desk": two.room.room.id},
        "hash": {"seat": hashed(two.key), "desk": hashed(two.room.desk_key)},
        "seat as desk": {"seat": two.room.desk_key, "desk": two.key},
    }[who]
    client = two.as_(**cookies)
    answers = tried(client, two)
    statuses = {route: answer.status_code for route, answer in answers.items()}
    # A brake stops whoever goes on guessing.
    assert {**statuses, ("POST", "/join"): 404, ("POST", "/desk/in"): 403} == OPEN
    for path in SOCKETS:
        assert turned_away(two.as_(**cookies), path)


def turned_away(client: TestClient, path: str, hello: dict[str, Any] | None = None) -> bool:
    with client.websocket_connect(path) as socket:
        if path == "/wall/live":
            socket.send_json(hello or {"key": "guess"})
        first = socket.receive_json()
        with suppress(WebSocketDisconnect):
            while True:
                assert SECRET not in str(socket.receive_json())
        return bool(first == {"kind": "stranger"})


def test_another_participant_gets_their_own_and_nothing_else(two: Two) -> None:
    client = two.as_(seat=two.other_key)
    answers = tried(client, two)
    assert answers["GET", "/mine.md"].status_code in (200, 401)
    for path in ("/desk/wall.md", "/desk/wall.svg", "/desk/summary.md"):
        assert answers["GET", path].status_code == 403


def test_the_facilitator_of_another_room_sees_their_own_wall_alone(two: Two) -> None:
    client = two.as_(desk=two.other.desk_key)
    answers = tried(client, two)
    assert answers["GET", "/desk/wall.md"].status_code == 200
    assert "Nothing is on the wall" in answers["GET", "/desk/wall.md"].text
    assert turned_away(two.as_(desk=two.other.desk_key), "/seat")


def test_the_facilitator_of_the_room_has_no_way_to_a_conversation(two: Two) -> None:
    client = two.as_(desk=two.room.desk_key)
    for path in ("/desk/wall.md", "/desk/wall.svg", "/desk/summary.md"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert SECRET not in answer.text
    for path in ("/seat", "/talk"):
        assert turned_away(client, path)
    with client.websocket_connect("/desk/live") as socket:
        told = str(socket.receive_json())
        assert CARD in told
        for kind in ("say", "open", "heard", "history", "turns", "conversation", "export"):
            socket.send_json({"kind": kind, "conversation": two.seat.conversation, "seat": two.seat.id, "text": "x"})
            told += str(socket.receive_json())
        assert SECRET not in told
        assert two.seat.conversation not in told
        assert two.seat.id not in told


def test_a_phone_cannot_name_another_conversation(two: Two) -> None:
    other = two.as_(seat=two.other_key)
    with other.websocket_connect(f"/seat?conversation={two.seat.conversation}") as socket:
        told = [socket.receive_json() for _ in range(5)]
        assert [one["kind"] for one in told] == ["room", "clock", "wall", "mine", "opened"]
        assert told[-1]["turns"] == []
        for kind in ("open", "desk", "end", "hide", "panic", "next"):
            socket.send_json(
                {"kind": kind, "conversation": two.seat.conversation, "room": two.room.room.id, "on": True}
            )
        socket.send_json({"kind": "hand", "up": True})
        while (message := socket.receive_json())["kind"] != "mine":
            assert SECRET not in str(message)

    async def rooms() -> list[Any]:
        return [await two.workshop.rooms.room(one.room.id) for one in (two.room, two.other)]

    assert [(one.paused, one.at, one.ended) for one in asyncio.run(rooms())] == [(False, 0, None), (False, -1, None)]


def test_the_own_key_opens_the_own_talk_in_any_browser(two: Two) -> None:
    client = two.as_(seat=two.key)
    with client.websocket_connect("/seat") as socket:
        told = [socket.receive_json() for _ in range(5)]
        assert [turn["said"] for turn in told[-1]["turns"]] == [SECRET]
    assert SECRET in client.get("/mine.md").text
    assert client.get("/mine/qr.svg").headers["content-type"] == "image/svg+xml"


def test_another_site_cannot_act_for_somebody(two: Two) -> None:
    client = two.as_(seat=two.key, desk=two.room.desk_key)
    for path in ("/join", "/go", "/desk/in"):
        assert client.post(path, json={}, headers={"origin": "https://evil.example"}).status_code == 403
    for path in SOCKETS:
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect(path, headers={"origin": "https://evil.example"}),
        ):
            pass


def test_codes_cannot_be_tried_for_long(two: Two) -> None:
    client = two.as_()
    statuses = [client.post("/join", json={"code": f"CCCC{n:02}"}).status_code for n in range(12)]
    assert statuses == [404] * 10 + [429] * 2


def test_cookies_are_out_of_reach_of_scripts_and_pages_of_frames(two: Two) -> None:
    answer = two.as_().post("/join", json={"code": two.other.room.code})
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "secure" not in cookie.lower()  # this test comes over plain HTTP
    page = two.client.get("/")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"


def test_crisis_words_show_on_that_phone_alone_and_the_desk_hears_only_if_asked(two: Two) -> None:
    desk = two.client
    two.as_(desk=two.room.desk_key, seat=two.key)
    with desk.websocket_connect("/seat") as phone, desk.websocket_connect("/desk/live") as seen:
        assert seen.receive_json()["care"] == 0
        phone.send_json({"kind": "say", "text": "I want to die"})
        while (message := phone.receive_json())["kind"] != "turn" or message["turn"]["answering"]:
            pass
        assert message["turn"]["care"]
        assert [one["text"] for one in message["turn"]["sentences"]][1] == "Call 112 now."
        seen.send_json({"kind": "broadcast", "text": "Hello"})
        while (told := seen.receive_json()).get("broadcast") != "Hello":
            pass
        assert told["care"] == 0
        phone.send_json({"kind": "care", "agreed": True})
        while (told := seen.receive_json()).get("care") != 1:
            pass
        assert "die" not in str(told)
        phone.send_json({"kind": "care", "agreed": False})
        while (told := seen.receive_json()).get("care") != 0:
            pass


def test_paused_coaches_answer_nobody_but_danger(two: Two) -> None:
    client = two.as_(desk=two.room.desk_key, seat=two.key)
    with client.websocket_connect("/seat") as phone, client.websocket_connect("/desk/live") as desk:
        desk.send_json({"kind": "panic", "on": True})
        while not (told := phone.receive_json()).get("paused"):
            pass
        phone.send_json({"kind": "say", "text": "She is quiet"})
        while (told := phone.receive_json())["kind"] != "trouble":
            pass
        assert "paused" in told["text"]
        phone.send_json({"kind": "say", "text": "I want to die"})
        while (told := phone.receive_json())["kind"] != "turn":
            pass
        assert told["turn"]["said"] == "I want to die"


def test_at_the_end_phones_get_the_receipt_and_the_notes_are_gone(two: Two) -> None:
    client = two.as_(desk=two.room.desk_key, seat=two.key)
    with client.websocket_connect("/seat") as phone, client.websocket_connect("/desk/live") as desk:
        assert SECRET in client.get("/mine.md").text
        desk.send_json({"kind": "end"})
        while (told := phone.receive_json())["kind"] != "gone":
            pass
        assert told["receipt"]["deleted"]["messages"] == 1
        assert set(told["receipt"]["left"].values()) == {0}
    assert client.get("/mine.md").status_code == 401


def test_the_personal_page_lets_no_participant_in(tmp_path: Path) -> None:
    """All routes of the page with every conversation of this machine, Gradio's own API among them."""
    from ui.web import build

    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    app = build(PageCoach(Setup(tmp_path), Settings(home=tmp_path)), key="only-for-those-who-have-it")  # type: ignore[arg-type]
    client = TestClient(app, base_url="https://10.0.0.5:7860", client=("10.0.0.9", 5000))
    client.cookies.set(SEAT_COOKIE, "k" * 32)
    tried = 0
    for path, methods in every_route(app.routes):
        for method in methods or {"WEBSOCKET"}:
            filled = path.replace("{", "").replace("}", "").replace(":path", "")
            if method == "WEBSOCKET":
                with pytest.raises(WebSocketDisconnect), client.websocket_connect(filled):
                    pass
            else:
                wanted = 404 if path == PULSE else 403
                assert client.request(method, filled).status_code == wanted, (method, path)
            tried += 1
    assert tried > 40


def every_route(routes: Any, before: str = "") -> Iterator[tuple[str, set[str] | None]]:
    for one in routes:
        inside = getattr(one, "routes", None)
        path = before + getattr(one, "path", "")
        if inside:
            yield from every_route(inside, path.rstrip("/"))
        else:
            yield path or "/", getattr(one, "methods", None) or ({"GET"} if isinstance(one, Mount) else None)
