"""A Marquez that can be broken, and the backend in front of it, with a clock that does not wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backends.lineage.marquez import MarquezLineageBackend
from tests.services.marquez import Marquez

EVENT = (
    b'{"eventType":"COMPLETE","eventTime":"2026-01-01T00:00:00Z","run":{"runId":"0190f8d0-7b5c-7c3e-9d5e-3f3c7f1e2a3b"},'
    b'"job":{"namespace":"team-a","name":"load"},"producer":"https://example.com"}'
)


@pytest.fixture
def event() -> bytes:
    return EVENT


@pytest.fixture
def pauses() -> list[float]:
    """What the backend asked its clock to wait."""
    return []


@pytest.fixture
def connect(pauses: list[float]) -> Iterator[Callable[..., MarquezLineageBackend]]:
    """Make a backend: `connect(url, admin_url=…)`."""
    made: list[MarquezLineageBackend] = []

    def make(url: str, **options: Any) -> MarquezLineageBackend:
        made.append(MarquezLineageBackend(url, **{"sleep": pauses.append, **options}))
        return made[-1]

    yield make
    for backend in made:
        backend.close()


@pytest.fixture
def backend(own_marquez: Marquez, connect: Callable[..., MarquezLineageBackend]) -> MarquezLineageBackend:
    return connect(own_marquez.url, admin_url=own_marquez.admin_url)
