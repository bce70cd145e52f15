"""A stand-in for Marquez, which is in no registry: answers events as the real one was recorded to, and shows what it got.

Its faults can be scripted: `answer_next` (a bare 500, a 503 …), `hold` (slow), `is_healthy`, `stop` and `start`.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

from tests.services import marquez_rules as rules
from tests.services.ports import free_port

HTML = "text/html;charset=iso-8859-1"
JSON = "application/json"
REASONS = {400: "Bad Request", 500: "Internal Server Error"}


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    content_type: str | None = None
    location: str = ""


HANG_UP = Answer(0)  # the connection ends without an answer


def json_answer(status: int, value: Any) -> Answer:
    return Answer(status, json.dumps(value).encode(), JSON)


def error(status: int, message: str, *, code: int | None = None) -> Answer:
    return json_answer(status, {"code": code or status, "message": message})


def page(status: int, accept: str = JSON) -> Answer:
    """Jetty's error page, whose form follows Accept."""
    reason = REASONS[status]
    kinds = [kind.split(";")[0].strip() for kind in accept.split(",")]
    if JSON in kinds:
        said = {"servlet": "jersey", "message": reason, "url": "/api/v1/lineage", "status": str(status)}
        return json_answer(status, said)
    if "application/*" in kinds:
        return Answer(status)
    return Answer(status, f"<html><body><h2>HTTP ERROR {status} {reason}</h2></body></html>".encode(), HTML)


class Marquez:
    """The API on `url`, the admin port on `admin_url`; both stay the same over `stop` and `start`."""

    def __init__(self) -> None:
        self._ports = free_port(), free_port()
        self.url, self.admin_url = (f"http://127.0.0.1:{port}" for port in self._ports)
        self._lock = threading.Lock()
        self._servers: list[Server] = []
        self._open = threading.Event()
        self._open.set()
        self._scripted: deque[Answer] = deque()
        self.raw_events: list[bytes] = []
        self.requests = 0
        self.is_healthy = True

    def start(self) -> None:
        for port, route in zip(self._ports, (self._api, self._admin), strict=True):
            server = Server(("127.0.0.1", port), type("Routed", (Handler,), {"route": staticmethod(route)}))
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            self._servers.append(server)

    def stop(self) -> None:
        self.release()
        for server in self._servers:
            server.shutdown()
            server.hang_up()
            server.server_close()
        self._servers.clear()

    def answer_next(self, *answers: Answer) -> None:
        """Let the next posts get these answers, whatever they bring."""
        self._scripted.extend(answers)

    def hold(self) -> None:
        """Let posts wait, as behind a lock of the database, until `release`."""
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    def forget(self) -> None:
        """Be as new."""
        self.release()
        with self._lock:
            self.raw_events.clear()
            self._scripted.clear()
            self.requests = 0
            self.is_healthy = True

    @property
    def connections(self) -> int:
        """How many clients have connected to the API since `start`."""
        return len(self._servers[0].links)

    def event_count(self) -> int:
        return total_events(self.url)

    def events(self) -> list[dict[str, Any]]:
        with self._lock:
            return [rules.parse(event) for event in self.raw_events]

    def _admin(self, request: Handler) -> Answer:
        if request.target == "/ping":
            return Answer(200, b"pong\n", "text/plain;charset=iso-8859-1")
        if request.target == "/healthcheck":
            check = {"healthy": self.is_healthy, "duration": 0}
            return json_answer(200 if self.is_healthy else 500, {"deadlocks": {"healthy": True}, "postgresql": check})
        return page(404, "application/*")

    def _api(self, request: Handler) -> Answer:
        if request.target == "/api/v1/lineage" and request.command == "POST":
            return self._post(request)
        if request.command == "GET" and (shown := shown_at(request.target, self.events())) is not None:
            return json_answer(200, shown) if self.is_healthy else page(500, request.accept)
        return error(404, "HTTP 404 Not Found")

    def _post(self, request: Handler) -> Answer:
        self._open.wait(30)
        with self._lock:
            self.requests += 1
            if self._scripted:
                return self._scripted.popleft()
        if not any(
            kind.split(";")[0].strip() in ("", "*/*", JSON, "application/*") for kind in request.accept.split(",")
        ):
            return error(406, "HTTP 406 Not Acceptable")
        content_type = (
            request.headers.get("Content-Type", JSON if not request.body else "a/b").split(";")[0].strip().lower()
        )
        if "/" not in content_type:
            return page(400, request.accept)
        return self._take(request) if content_type == JSON else error(415, "HTTP 415 Unsupported Media Type")

    def _take(self, request: Handler) -> Answer:
        try:
            event = rules.parse(request.body)
            kind = rules.kind_of(event)
            rules.check(kind, event)
            if event is None:
                return json_answer(422, {"errors": ["The request body must not be null"]})
            if missing := list(kind.nulls(event)):
                return json_answer(422, {"errors": missing})
            rules.break_on(event, kind)
        except rules.UnmappableError as reason:
            return error(500, str(reason), code=400)
        except rules.BrokenEventError as broken:
            return page(broken.status, request.accept)
        with self._lock:
            self.raw_events.append(request.body)
        return Answer(201)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: type[Handler]) -> None:
        self.links: list[socket.socket] = []
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.links.append(request)
        super().process_request(request, client_address)

    def hang_up(self) -> None:
        """End the connections that clients keep: a server that is down answers on none."""
        for link in self.links:
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    """HTTP around `route`: reads the body whole, sends the answer in one write."""

    route: ClassVar[Callable[[Handler], Answer]]
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    body = b""

    @property
    def target(self) -> str:
        return urlsplit(self.path).path

    @property
    def accept(self) -> str:
        return self.headers.get("Accept", "*/*")

    def do_GET(self) -> None:
        self.send(type(self).route(self))

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Content-Encoding") == "gzip":
            self.body = gzip.decompress(self.body)
        self.send(type(self).route(self))

    def send(self, answer: Answer) -> None:
        if answer is HANG_UP:
            self.close_connection = True
            return
        self.send_response(answer.status)
        if answer.content_type:
            self.send_header("Content-Type", answer.content_type)
        if answer.location:
            self.send_header("Location", answer.location)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep the terminal of a test session for the tests."""


def shown_at(path: str, events: list[dict[str, Any]]) -> Any:
    """What the read API shows, as little as tests count: events, and names by namespace."""
    match path.removeprefix("/api/v1/").split("/"):
        case ["events", "lineage"]:
            return {"totalCount": len(events), "events": [event for event in reversed(events) if "run" in event][:100]}
        case ["namespaces"]:
            found = {"default"} | {namespace for kind in ("jobs", "datasets") for namespace, _ in names(kind, events)}
            return {"namespaces": [{"name": name} for name in sorted(found)]}
        case ["namespaces", namespace, "jobs" | "datasets" as kind]:
            mine = sorted(name for owner, name in names(kind, events) if owner == unquote(namespace))
            return {kind: [{"name": name, "namespace": unquote(namespace)} for name in mine], "totalCount": len(mine)}
    return None


def names(kind: str, events: Iterable[dict[str, Any]]) -> set[tuple[str, str]]:
    found = set()
    for event in events:
        datasets = [event.get("dataset"), *(event.get("inputs") or ()), *(event.get("outputs") or ())]
        for node in [event.get("job")] if kind == "jobs" else datasets:
            if node:
                found.add((str(node["namespace"]), str(node["name"])))
    return found


def total_events(url: str) -> int:
    """How many events a Marquez holds, a real one too."""
    with urlopen(f"{url}/api/v1/events/lineage?limit=1", timeout=10) as answer:
        return int(json.load(answer)["totalCount"])
