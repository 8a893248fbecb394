"""Who may come in. This machine always; another one only over TLS and with the key that the first line prints.

The page shows every conversation of the store, so there is no third way; only the form of a pulse is open by its link.
"""

import hmac
import ipaddress
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

Scope = dict[str, Any]
Asgi = Callable[[Scope, Any, Any], Awaitable[None]]

KEY_COOKIE = "coach_key"
ANSWERS = "/pulse/answer/"
"""Under this, people answer a pulse by a secret link. It shows nothing that anybody said, so it needs no key."""
# As long as a workshop or a week of walks; then the address with the key is opened again.
KEY_SECONDS = 7 * 24 * 3600


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def cookie_of(headers: dict[str, str], name: str) -> str | None:
    """A cookie that a browser brings; None where it has none."""
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return cookie.value if cookie is not None and cookie.value else None


def allowed(headers: dict[str, str]) -> bool:
    """Whether a request was made by a page of this machine's own.

    A site that points its own name at this machine is told by ``Host``, and one that calls across by ``Origin``.
    """
    host = headers.get("host", "")
    return is_loopback(urlsplit(f"//{host}").hostname or "") and _same_origin(headers)


class Door:
    """Lets in this machine's own pages, and with a ``key`` those who have it."""

    def __init__(self, app: Asgi, key: str | None = None) -> None:
        self.app = app
        self._key = key

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = _headers(scope)
        if self._is_own(scope, headers) or self._has_key(scope, headers) or self._answers(scope, headers):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4403, "reason": "not let in"})
        elif self._brings_key(scope):
            cookie = f"{KEY_COOKIE}={self._key}; Path=/; Max-Age={KEY_SECONDS}; Secure; HttpOnly; SameSite=Strict"
            await _answer(send, 303, b"", (b"location", b"/"), (b"set-cookie", cookie.encode()))
        elif self._key is None:
            await _answer(send, 403, b"The coach answers pages of this machine only.")
        else:
            await _answer(send, 403, b"Open the whole address that the coach printed, with its key.")

    def _is_own(self, scope: Scope, headers: dict[str, str]) -> bool:
        # Where other machines can connect, one of them could claim any Host.
        near = self._key is None or is_loopback((scope.get("client") or ("",))[0])
        return near and allowed(headers)

    def _has_key(self, scope: Scope, headers: dict[str, str]) -> bool:
        brought = cookie_of(headers, KEY_COOKIE)
        return brought is not None and self._fits(scope, brought) and _same_origin(headers)

    def _answers(self, scope: Scope, headers: dict[str, str]) -> bool:
        """Whether somebody answers a pulse: over TLS, where this machine lets others come in at all."""
        secure = self._key is not None and scope.get("scheme") == "https"
        return secure and str(scope.get("path", "")).startswith(ANSWERS) and _same_origin(headers)

    def _brings_key(self, scope: Scope) -> bool:
        brought = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("key", [""])[0]
        return scope.get("method") == "GET" and self._fits(scope, brought)

    def _fits(self, scope: Scope, brought: str) -> bool:
        secure = scope.get("scheme") in ("https", "wss")
        return self._key is not None and secure and hmac.compare_digest(brought.encode(), self._key.encode())


def _same_origin(headers: dict[str, str]) -> bool:
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")


async def _answer(send: Any, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    everything = [(b"content-type", b"text/plain"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": everything})
    await send({"type": "http.response.body", "body": body})


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
