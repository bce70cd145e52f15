"""MarquezLineageBackend: posts events to Marquez and tells an outage from an event that it will never take.

Marquez's status codes cannot be trusted for that: malformed JSON is a 500 with `"code": 400` in its body, and an event
that breaks it gets the same bare page as a database that is down. `judge` holds what was measured (Marquez 0.51.1); for
the bare 500 only a refusal between two good health checks speaks against the event.

Fed by `consumers.handlers.marquez`. Feeds Marquez.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any, Literal

import httpx2

from backends.errors import BackendRefused, BackendUnavailable
from backends.health import Health
from backends.lineage.port import LineageBackend

COMPONENT = "lineage_backend"
CONNECT_TIMEOUT_S = 3.0
READ_TIMEOUT_S = 60.0  # Marquez waits 30 s for a connection of its pool: giving up earlier sends a slow success twice
HEALTH_TIMEOUT_S = 0.9
KEEP_ALIVE_S = 20.0  # Marquez closes an idle connection after 30
PAUSES_S = (0.5, 1.0, 2.0)  # a lost race or a stale connection of its pool passes within these

UNTAKEN = {400: "invalid", 422: "invalid", 413: "too_large", 431: "too_large"}
OVERLOADED = {408, 429, 502, 503, 504}


class MarquezLineageBackend(LineageBackend):
    """`url` is Marquez's API, e.g. `http://marquez:5000`, `admin_url` its admin port.

    Without the admin port a read of the API is the sign of health: it needs the same process and the same database.
    """

    def __init__(
        self,
        url: str,
        *,
        admin_url: str = "",
        pauses_s: Sequence[float] = PAUSES_S,
        read_timeout_s: float = READ_TIMEOUT_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        base = url.rstrip("/")
        self._events_url = f"{base}/api/v1/lineage"
        self._health_url = f"{admin_url.rstrip('/')}/healthcheck" if admin_url else f"{base}/api/v1/namespaces?limit=1"
        self._advice = (
            f"Start Marquez and its database, or correct {'HUB_MARQUEZ_ADMIN_URL' if admin_url else 'HUB_MARQUEZ_URL'}."
        )
        self._pauses_s = pauses_s
        self._sleep = sleep
        # Without JSON in Accept every post is a 406, and a 500 could not be told apart.
        self._client = httpx2.Client(
            headers={"Accept": "application/json", "User-Agent": "data-lineage-hub"},
            timeout=httpx2.Timeout(read_timeout_s, connect=CONNECT_TIMEOUT_S),
            limits=httpx2.Limits(keepalive_expiry=KEEP_ALIVE_S),
            follow_redirects=False,
        )

    def send(self, event: bytes) -> None:
        for pause_s in self._pauses_s:
            if self._is_stored(event):
                return
            self._sleep(pause_s)
        self._require_health()
        if self._is_stored(event):
            return
        self._require_health()
        raise BackendRefused(
            COMPONENT,
            f"Marquez answered {len(self._pauses_s) + 1} times with a bare 500 while its health check is good",
            code="suspected_poison",
        )

    def health(self) -> Health:
        try:
            answer = self._client.get(self._health_url, timeout=HEALTH_TIMEOUT_S)
        except httpx2.HTTPError as error:
            return Health("down", detail=f"{self._health_url} does not answer: {worded(error)}", advice=self._advice)
        if answer.status_code == httpx2.codes.OK:
            return Health("ok", detail=f"Marquez at {self._events_url.removesuffix('/api/v1/lineage')}")
        return Health(
            "down", detail=f"{self._health_url} answers {answer.status_code}: {excerpt(answer)}", advice=self._advice
        )

    def close(self) -> None:
        self._client.close()

    def _is_stored(self, event: bytes) -> bool:
        """Post once. False: a 500 that may be the event's fault or Marquez's own."""
        answer = self._post(event)
        verdict = judge(answer)
        if verdict == "unavailable":
            raise BackendUnavailable(COMPONENT, f"Marquez answers {answer.status_code}: {excerpt(answer)}")
        if verdict == "misconfigured":
            advice = "check HUB_MARQUEZ_URL and what stands between: this is not how Marquez answers an event"
            raise BackendUnavailable(
                COMPONENT, f"{self._events_url} answers {answer.status_code} ({advice}): {excerpt(answer)}"
            )
        if verdict in ("stored", "ambiguous"):
            return verdict == "stored"
        raise BackendRefused(COMPONENT, f"Marquez answers {answer.status_code}: {excerpt(answer)}", code=verdict)

    def _post(self, event: bytes) -> httpx2.Response:
        try:
            try:
                return self._post_once(event)
            except (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError):
                # Most likely an idle connection that Marquez closed meanwhile; sending an event twice is harmless.
                return self._post_once(event)
        except httpx2.HTTPError as error:
            raise BackendUnavailable(COMPONENT, f"Marquez cannot be reached: {worded(error)}") from error

    def _post_once(self, event: bytes) -> httpx2.Response:
        return self._client.post(self._events_url, content=event, headers={"Content-Type": "application/json"})

    def _require_health(self) -> None:
        health = self.health()
        if health.status != "ok":
            raise BackendUnavailable(COMPONENT, health.detail)


Verdict = Literal["stored", "invalid", "unparsable", "too_large", "ambiguous", "unavailable", "misconfigured"]


def judge(answer: httpx2.Response) -> Verdict:
    """Say what an answer to a posted event means. Source: research/marquez.md §8.3, measured on 0.51.1."""
    status = answer.status_code
    if answer.is_success:
        return "stored"
    if status in UNTAKEN:
        return UNTAKEN[status]  # type: ignore[return-value]
    if status == httpx2.codes.INTERNAL_SERVER_ERROR:
        # The mapper of JSON errors says 500 outside and 400 inside; text "400" would be a page's.
        return "unparsable" if code_in(answer) == httpx2.codes.BAD_REQUEST else "ambiguous"
    return "unavailable" if status in OVERLOADED or status > httpx2.codes.INTERNAL_SERVER_ERROR else "misconfigured"


def code_in(answer: httpx2.Response) -> int | None:
    body = json_in(answer)
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, int) else None


def json_in(answer: httpx2.Response) -> Any:
    try:
        return json.loads(answer.content)
    except ValueError:
        return None


def excerpt(answer: httpx2.Response) -> str:
    """Say the reason in one line: the `errors` of a 422, the `message` of other JSON, else the beginning of the body."""
    body = json_in(answer)
    if isinstance(body, dict):
        errors = body.get("errors")
        said = "; ".join(sorted(map(str, errors))) if isinstance(errors, list) else str(body.get("message") or body)
    else:
        said = answer.text
    return " ".join(said.split())[:500] or "no body"


def worded(error: httpx2.HTTPError) -> str:
    return f"{type(error).__name__} {error}".strip()
