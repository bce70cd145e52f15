"""What every lineage backend does: Marquez (the stand-in, or the one that the environment names) and memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from backends.errors import BackendRefused
from backends.lineage import LineageBackend
from backends.lineage.marquez import MarquezLineageBackend
from backends.lineage.memory import MemoryLineageBackend


@pytest.fixture(params=["marquez", "memory"])
def any_backend(request: pytest.FixtureRequest) -> Iterator[LineageBackend]:
    if request.param == "memory":
        yield MemoryLineageBackend()
        return
    marquez: Any = request.getfixturevalue("marquez")
    backend = MarquezLineageBackend(marquez.url, admin_url=marquez.admin_url)
    yield backend
    backend.close()


def test_an_event_is_taken_as_often_as_it_is_sent(any_backend: LineageBackend, event: bytes) -> None:
    any_backend.send(event)
    any_backend.send(event)


@pytest.mark.parametrize("body", [b"hello", b"{", b"[]", b'"event"', b"17", b"\xff\xfe\xff"])
def test_what_is_no_event_is_refused_as_unparsable(any_backend: LineageBackend, body: bytes) -> None:
    with pytest.raises(BackendRefused) as refused:
        any_backend.send(body)
    assert refused.value.code == "unparsable"


def test_health_says_whether_it_is_there(any_backend: LineageBackend) -> None:
    health = any_backend.health()
    assert health.status in ("ok", "off")
    assert "Marquez" in health.detail


def test_closing_twice_is_harmless(any_backend: LineageBackend) -> None:
    any_backend.close()
    any_backend.close()
