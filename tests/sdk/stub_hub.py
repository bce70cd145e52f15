"""A hub of a few lines on a real socket: keeps what it was sent and answers as a test tells it to."""

from __future__ import annotations

import gzip
import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

TAKEN: Mapping[str, Any] = {"status": "success", "failed_events": []}


class Reply(NamedTuple):
    """`hold` is waited for before the answer is given: a slow hub without sleeping."""

    status: int = 200
    body: Any = TAKEN
    headers: Mapping[str, str] = {}
    hold: threading.Event | None = None


class Request(NamedTuple):
    path: str
    headers: Mapping[str, str]
    events: list[dict[str, Any]]
    raw: bytes


class StubHub:
    """`replies` are used up one by one, then `always` answers. `events` are those it answered 2xx to."""

    def __init__(self) -> None:
        self.replies: deque[Reply] = deque()
        self.always = Reply()
        self.requests: list[Request] = []
        self.events: list[dict[str, Any]] = []
        self.lock = threading.Lock()
        self.url = ""

    def answer(self, request: Request) -> Reply:
        with self.lock:
            self.requests.append(request)
            reply = self.replies.popleft() if self.replies else self.always
            if reply.status // 100 == 2:
                self.events += request.events
        return reply

    def kinds(self) -> list[tuple[str, str]]:
        return [(event["job"]["name"], event["eventType"]) for event in self.events]


@contextmanager
def running() -> Iterator[StubHub]:
    hub = StubHub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            body = json.loads(gzip.decompress(raw))
            events = body if isinstance(body, list) else [body]
            reply = hub.answer(Request(self.path, dict(self.headers), events, raw))
            if reply.hold:
                reply.hold.wait(30)
            content = json.dumps(reply.body).encode()
            try:
                self.send_response(reply.status)
                for name, value in {**reply.headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                pass  # the client has gone, as clients do

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
