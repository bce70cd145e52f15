"""The memory backend keeps the newest events and no more."""

from __future__ import annotations

from backends.lineage.memory import MemoryLineageBackend


def test_the_newest_events_are_kept() -> None:
    backend = MemoryLineageBackend(kept_events=2)
    for number in range(4):
        backend.send(b'{"number": %d}' % number)
    assert list(backend.events) == [b'{"number": 2}', b'{"number": 3}']


def test_it_is_off_and_no_fault() -> None:
    health = MemoryLineageBackend().health()
    assert (health.status, health.advice) == ("off", "")
    assert "not configured" in health.detail
