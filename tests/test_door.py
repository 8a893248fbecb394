"""Who may come in, and the certificate that phones are shown."""

import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from ui.certificate import certificate
from ui.door import KEY_COOKIE, Door

KEY = "only-for-those-who-have-it"


async def inside(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "inside"})


async def knock(
    *, key: str | None = KEY, client: str = "192.168.1.9", scheme: str = "https", host: str = "192.168.1.5:7860",
    query: str = "", cookie: str = "", origin: str = "", kind: str = "http",
) -> list[dict[str, Any]]:  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {}

    headers = [
        (b"host", host.encode()),
        (b"cookie", cookie.encode()),
        *([(b"origin", origin.encode())] if origin else []),
    ]
    scope = {
        "type": kind, "method": "GET", "scheme": scheme, "client": (client, 5000), "headers": headers,
        "query_string": query.encode(),
    }  # fmt: skip
    await Door(inside, key)(scope, receive, send)
    return sent


INSIDE = [{"type": "inside"}]
HAS = f"{KEY_COOKIE}={KEY}"


async def test_this_machine_needs_no_key() -> None:
    assert await knock(client="127.0.0.1", host="localhost:7860") == INSIDE
    assert await knock(key=None, client="127.0.0.1", scheme="http", host="127.0.0.1:7860") == INSIDE


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"host": "localhost:7860"},  # another machine that says it is this one
        {"cookie": f"{KEY_COOKIE}=guess"},
        {"query": "key=guess"},
        {"cookie": HAS, "scheme": "http"},  # the key was for TLS
        {"cookie": HAS, "origin": "https://elsewhere.example"},
        {"key": None, "cookie": f"{KEY_COOKIE}=None"},
        {"key": None, "query": "key="},
    ],
)
async def test_others_stay_out(how: dict[str, Any]) -> None:
    assert (await knock(**how))[0]["status"] == 403


async def test_the_address_with_the_key_leaves_a_cookie_that_lets_in() -> None:
    first = (await knock(query=f"key={KEY}"))[0]
    assert first["status"] == 303
    headers = dict(first["headers"])
    assert headers[b"location"] == b"/"
    assert headers[b"set-cookie"].decode().startswith(HAS + "; Path=/;")
    assert b"Secure; HttpOnly; SameSite=Strict" in headers[b"set-cookie"]
    assert await knock(cookie=HAS, origin="https://192.168.1.5:7860") == INSIDE


async def test_sockets_go_through_the_same_door() -> None:
    assert await knock(kind="websocket", scheme="wss", cookie=HAS) == INSIDE
    assert (await knock(kind="websocket", scheme="wss"))[0]["code"] == 4403


def test_a_certificate_for_every_address_kept_until_one_is_missing(tmp_path: Path) -> None:
    hosts = ["localhost", "127.0.0.1", "192.168.1.5"]
    made, key = certificate(tmp_path / "https", hosts)
    names = x509.load_pem_x509_certificate(made.read_bytes()).extensions
    assert [str(one.value) for one in names.get_extension_for_class(x509.SubjectAlternativeName).value] == hosts
    assert key.stat().st_mode & 0o077 == 0
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(made, key)
    before = made.read_bytes()
    certificate(tmp_path / "https", hosts[:2])
    assert made.read_bytes() == before
    certificate(tmp_path / "https", [*hosts, "10.0.0.7"])
    assert made.read_bytes() != before
