"""For the whole suite: no network but this machine's own, and a clean environment."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

ATTEMPTS: list[str] = []


def _refuse(address: Any) -> None:
    """Remembers and refuses an address that is not this machine's own."""
    if not isinstance(address, tuple):
        return  # a socket file
    host = str(address[0])
    if host in ("localhost", ""):
        return
    try:
        if ipaddress.ip_address(host).is_loopback or ipaddress.ip_address(host).is_unspecified:
            return
    except ValueError:
        pass
    ATTEMPTS.append(host)
    raise OSError(f"The tests refuse the network: {host}")


@pytest.fixture(autouse=True, scope="session")
def refuse_network() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    sendto, getaddrinfo = socket.socket.sendto, socket.getaddrinfo

    def refusing_connect(self: socket.socket, address: Any) -> None:
        _refuse(address)
        connect(self, address)

    def refusing_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse(address)
        return connect_ex(self, address)

    def refusing_sendto(self: socket.socket, data: Any, *rest: Any) -> int:
        _refuse(rest[-1])
        return sendto(self, data, *rest)

    def refusing_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse((host.decode() if isinstance(host, bytes) else host or "",))
        return getaddrinfo(host, *args, **kwargs)

    patch.setattr(socket.socket, "connect", refusing_connect)
    patch.setattr(socket.socket, "connect_ex", refusing_connect_ex)
    patch.setattr(socket.socket, "sendto", refusing_sendto)
    patch.setattr(socket, "getaddrinfo", refusing_getaddrinfo)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def nobody_called_out() -> Iterator[None]:
    """A swallowed refusal still fails the test that caused it."""
    ATTEMPTS.clear()
    yield
    assert not ATTEMPTS, f"reached for the network: {ATTEMPTS}"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nobody's own key, endpoint or conversations are used."""
    for name in list(os.environ):
        if name.startswith(("COACH_", "OPENAI_")) and name != "COACH_CACHE":
            monkeypatch.delenv(name)
    monkeypatch.setenv("COACH_HOME", str(tmp_path_factory.mktemp("home")))
