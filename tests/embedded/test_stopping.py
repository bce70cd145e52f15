"""An embedded hub that is stopped answers what it has taken: else the client would send again what is durable."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from http.client import HTTPConnection
from typing import Any

import pytest

from hubsite.embedded import process
from hubsite.embedded.process import HubProcess


def test_a_request_under_way_is_answered_before_the_server_closes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    entered, released = threading.Event(), threading.Event()

    def application(_: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        entered.set()
        released.wait(10)
        start_response("201 Created", [("Content-Length", "7")])
        return [b"durable"]

    monkeypatch.setattr(process, "application", application)
    monkeypatch.setattr("consumers.carriers.CARRIERS", {})
    monkeypatch.setattr(process, "tick", lambda stop: stop.wait())
    sock = socket.create_server(("127.0.0.1", 0))
    host, port = sock.getsockname()
    connection = HTTPConnection(host, port, timeout=10)
    hub = HubProcess(sock)
    finish = hub._web.task_dispatcher.shutdown

    def release_and_finish(**how: Any) -> bool:
        released.set()
        return bool(finish(**how))

    monkeypatch.setattr(hub._web.task_dispatcher, "shutdown", release_and_finish)
    hub.start()
    connection.request("POST", "/", b"event")
    assert entered.wait(10)
    hub.stop()
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (201, b"durable")
    connection.close()
    assert not hub.failed
    assert "Exception when servicing" not in caplog.text
