"""How flow tests talk to a hub: plain HTTP, as any client would."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPMessage
from typing import Any
from urllib.parse import quote

from backends.eventlog import EventLog
from consumers.carriers import CARRIERS
from consumers.loop import group_of


def until(holds: Callable[[], bool], *, within_s: float, what: str) -> None:
    """Wait for something that other processes bring about; fail with words when it does not come."""
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s:.0f} s: {what}")
        time.sleep(0.05)


class Caller:
    """Calls one hub on 127.0.0.1."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def call(
        self, method: str, path: str, body: bytes = b"", key: str = "", **headers: str
    ) -> tuple[int, Any, HTTPMessage]:
        """One HTTP request; (0, None, {}) when nobody answers. JSON answers are decoded."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
        if key:
            sent["Authorization"] = f"Bearer {key}"
        try:
            # Refused before it was read: there is an answer still.
            with suppress(BrokenPipeError, ConnectionResetError):
                link.request(method, path, body or None, sent)
            answer = link.getresponse()
            raw = answer.read()
        except OSError:
            return 0, None, HTTPMessage()
        finally:
            link.close()
        is_json = "json" in (answer.getheader("Content-Type") or "")
        return answer.status, json.loads(raw) if is_json and raw else raw, answer.headers

    def all_items(self, route: str, key: str) -> list[dict[str, Any]]:
        """Every item of a cursor-paged list."""
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            status, page, _ = self.call("GET", f"{route}?limit=100{cursor}", key=key)
            assert status == 200, page
            items += page["items"]
            if not page["next"]:
                return items
            cursor = f"&cursor={quote(page['next'])}"

    def edges(self, nodes: set[str], key: str) -> set[tuple[str, str]]:
        """The edges around these nodes, as the API tells them."""
        found: set[tuple[str, str]] = set()
        for node in nodes:
            status, graph, _ = self.call("GET", f"/api/v1/graph?depth=1&node={quote(node, safe='')}", key=key)
            if status == 200:
                found |= {(edge["from"], edge["to"]) for edge in graph["edges"]}
        return found

    def event_log(self) -> EventLog:
        """The hub's own log, seen from outside; the caller closes it."""
        raise NotImplementedError

    def await_carriers(self) -> None:
        """Wait until every carrier has handled all that the log holds."""
        log = self.event_log()
        try:
            until(lambda: lag_of(log) == 0, within_s=90, what="all carriers are up to date")
        finally:
            log.close()


def lag_of(log: EventLog) -> int:
    return sum(sum(log.lag(handler.topics, group=group_of(name)).values()) for name, handler in CARRIERS.items())
