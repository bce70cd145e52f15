"""Speaks to the door as a client does, and reads what came out of it from the log."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from uuid import uuid4

from django.test import Client

from backends.eventlog import Envelope, EventLog
from backends.eventlog.topics import LINEAGE

RUN_ID = "0198c0de-0000-7000-8000-000000000001"


def event(**changes: Any) -> dict[str, Any]:
    """A RunEvent that nothing is wrong or odd with; a change to None takes the member out."""
    whole = {
        "eventType": "COMPLETE",
        "eventTime": "2026-01-31T12:00:00Z",
        "producer": "https://example.com/pipeline",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": RUN_ID},
        "job": {"namespace": "team-a", "name": "etl"},
        "inputs": [{"namespace": "pg", "name": "orders"}],
        "outputs": [{"namespace": "s3", "name": "lake"}],
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def body_of(value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


class Answer:
    """An answer, as a client sees it."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.bytes: bytes = response.content

    @property
    def json(self) -> Any:
        return json.loads(self.bytes)

    @property
    def codes(self) -> list[tuple[str, str]]:
        return [(error["pointer"], error["code"]) for error in self.json["errors"]]


class Sender:
    def __init__(self, token: str, log: EventLog) -> None:
        self.token = token
        self._log = log
        self._client = Client()

    def post(
        self, path: str, body: Any, *, kind: str = "application/json", headers: Mapping[str, str] | None = None
    ) -> Answer:
        # Django's client says nothing of the type of an empty body; real ones do.
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": kind, **(headers or {})}
        return Answer(self._client.post(path, body_of(body), content_type=kind, headers=sent))

    def post_gzip(self, path: str, body: Any, *, kind: str = "application/json") -> Answer:
        return self.post(path, gzip.compress(body_of(body)), kind=kind, headers={"Content-Encoding": "gzip"})

    def post_chunked(self, path: str, body: Any, *, headers: Mapping[str, str] | None = None) -> Answer:
        """As granian hands over a body without Content-Length: the end of the stream is the end of the body."""
        sent = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in (headers or {}).items()}
        response = self._client.generic(
            "POST",
            path,
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {self.token}",
            CONTENT_LENGTH="",
            **{"wsgi.input": BytesIO(body_of(body)), "wsgi.input_terminated": True},  # type: ignore[arg-type]
            **sent,  # type: ignore[arg-type]
        )
        return Answer(response)

    def event(self, value: Any = None, **changes: Any) -> Answer:
        return self.post("/api/v1/lineage", event(**changes) if value is None else value)

    def arrived(self, topic: str = LINEAGE.name) -> list[Envelope]:
        """Everything that the topic holds."""
        subscription = self._log.subscribe([topic], group=f"test-{uuid4().hex}")
        try:
            found: list[Envelope] = []
            while deliveries := subscription.poll(max_count=1000, timeout_s=0.05):
                found += [delivery.envelope for delivery in deliveries]
            return found
        finally:
            subscription.close()
