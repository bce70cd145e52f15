"""A key of team-a, a real embedded log behind the door, and a client that speaks for the key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from backends.eventlog import event_log
from backends.eventlog.sqlite import SqliteEventLog
from backends.eventlog.topics import TOPICS
from hubsite.apps import make_event_log
from namespaces.memory import Memory
from namespaces.models import Namespace
from tests.ingest.sender import Sender


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """What the process remembers of one test's database is wrong in the next."""
    Memory.forget_all()
    cache.clear()
    yield
    Memory.forget_all()
    cache.clear()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteEventLog]:
    log = SqliteEventLog(tmp_path / "eventlog.sqlite")
    log.create_topics(TOPICS)
    event_log.plug(lambda: log)
    yield log
    event_log.plug(make_event_log)  # closes ours


@pytest.fixture
def sender(log: SqliteEventLog, team_a: Namespace, issue_token: Callable[..., str]) -> Sender:
    """Sends with a key of team-a that may write lineage and telemetry."""
    return Sender(issue_token("lineage:write", "telemetry:write"), log)


@pytest.fixture
def sender_with(log: SqliteEventLog, issue_token: Callable[..., str]) -> Callable[..., Sender]:
    """Make a sender with other scopes or of another namespace."""

    def make(*scopes: str, **more: Any) -> Sender:
        return Sender(issue_token(*scopes, **more), log)

    return make
