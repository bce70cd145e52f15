"""MemoryLineageBackend: stands where no Marquez is configured and keeps the last events, for a look and for tests."""

from __future__ import annotations

import json
from collections import deque

from backends.errors import BackendRefused
from backends.health import Health
from backends.lineage.port import LineageBackend

KEPT_EVENTS = 1000


class MemoryLineageBackend(LineageBackend):
    """`events` holds the newest ones; the hub's own catalog holds what they say."""

    def __init__(self, *, kept_events: int = KEPT_EVENTS) -> None:
        self.events: deque[bytes] = deque(maxlen=kept_events)

    def send(self, event: bytes) -> None:
        try:
            body = json.loads(event)
        except ValueError as error:
            raise BackendRefused("lineage_backend", f"not JSON: {error}", code="unparsable") from error
        if not isinstance(body, dict):
            raise BackendRefused("lineage_backend", "not one JSON object", code="unparsable")
        self.events.append(event)

    def health(self) -> Health:
        return Health("off", detail="Marquez is not configured: the hub's own catalog is the lineage store.")

    def close(self) -> None:
        """Nothing is held open."""
