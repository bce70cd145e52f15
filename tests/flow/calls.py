"""How flow tests talk to a hub: plain HTTP, as any client would."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPMessage
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlencode


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
        self._cookie = ""

    def call(
        self, method: str, path: str, body: bytes = b"", key: str = "", **headers: str
    ) -> tuple[int, Any, HTTPMessage]:
        """One HTTP request; (0, None, {}) when nobody answers. JSON answers are decoded."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
        if key:
            sent["Authorization"] = f"Bearer {key}"
        try:
            with suppress(
                BrokenPipeError, ConnectionResetError
            ):  # refused before it was read: there is an answer still
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

    def operator(self) -> tuple[str, str]:
        """E-mail and password of a platform administrator."""
        raise NotImplementedError

    def operator_cookie(self) -> str:
        """The Cookie header of an operator's session: what is behind a component's state is for them alone."""
        if not self._cookie:
            email, password = self.operator()
            token = SimpleCookie(self.call("GET", "/login")[2]["Set-Cookie"])["csrftoken"].value
            form = urlencode({"username": email, "password": password, "csrfmiddlewaretoken": token}).encode()
            content = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={token}"}
            status, _, headers = self.call("POST", "/login", form, **content)
            assert status == HTTPStatus.FOUND, status
            jar = SimpleCookie("; ".join(headers.get_all("Set-Cookie", [])))
            self._cookie = f"sessionid={jar['sessionid'].value}"
        return self._cookie

    def await_carriers(self) -> None:
        """Wait until every carrier has handled all that the log holds."""
        cookie = self.operator_cookie()

        def carried() -> bool:
            parts = self.call("GET", "/api/v1/health", Cookie=cookie)[1]["components"]
            return "behind" not in parts["carriers"]["detail"] and parts["carriers"]["status"] == "ok"

        until(carried, within_s=90, what="all carriers are up to date")
