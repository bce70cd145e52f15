"""Fixtures of the two stores behind the carriers: ClickHouse and Marquez, ours or the ones that the environment names."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.services.clickhouse import ClickHouse
from tests.services.marquez import Marquez, total_events


@pytest.fixture(scope="session")
def clickhouse_url() -> Iterator[str]:
    """The URL of the session's ClickHouse; keep apart from other tests by namespaces and ids, and do not stop it."""
    if url := os.environ.get("HUB_TEST_CLICKHOUSE_URL"):
        yield url
        return
    server = ClickHouse()
    server.start()
    yield server.url
    server.remove()


@pytest.fixture
def own_clickhouse() -> Iterator[ClickHouse]:
    """A server of this test's own, to be stopped, killed and started again."""
    server = ClickHouse()
    server.start()
    yield server
    server.remove()


class RealMarquez:
    """A Marquez that was there before, as `HUB_TEST_MARQUEZ_URL` and `HUB_TEST_MARQUEZ_ADMIN_URL` name it."""

    def __init__(self) -> None:
        self.url = os.environ["HUB_TEST_MARQUEZ_URL"].rstrip("/")
        self.admin_url = os.environ.get("HUB_TEST_MARQUEZ_ADMIN_URL", "").rstrip("/")

    def event_count(self) -> int:
        return total_events(self.url)


@pytest.fixture(scope="session")
def marquez() -> Iterator[Marquez | RealMarquez]:
    """The session's Marquez: `url`, `admin_url`, `event_count()`. Count differences: it is shared."""
    if "HUB_TEST_MARQUEZ_URL" in os.environ:
        yield RealMarquez()
        return
    server = Marquez()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def marquez_url(marquez: Marquez | RealMarquez) -> str:
    return marquez.url


@pytest.fixture
def own_marquez() -> Iterator[Marquez]:
    """A stand-in of this test's own, whose faults may be scripted."""
    server = Marquez()
    server.start()
    yield server
    server.stop()
