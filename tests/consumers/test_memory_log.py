"""The log that the loop's tests run on is no kinder than a real one: it keeps the same contract."""

from __future__ import annotations

import pytest

from backends.eventlog.topics import LINEAGE
from tests.backends.eventlog.contract import CREATED, EventLogContract
from tests.consumers.memory_log import MemoryEventLog


@pytest.fixture
def log() -> MemoryEventLog:
    return MemoryEventLog(topics=CREATED, partitions=LINEAGE.partitions, waits=True)


class TestContract(EventLogContract):
    """Nothing to add."""
