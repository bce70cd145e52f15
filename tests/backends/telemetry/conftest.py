"""The store in both shapes: chDB in this process, ClickHouse behind its native protocol."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from backends.telemetry import Block, TelemetryStore, telemetry_store
from backends.telemetry.chdb import ChdbTelemetryStore
from backends.telemetry.clickhouse import ClickHouseTelemetryStore

SECOND_NS = 1_000_000_000


@pytest.fixture(scope="session")
def chdb_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the session: tests keep apart by namespaces and ids, as tenants do."""
    return tmp_path_factory.mktemp("chdb")


@pytest.fixture
def open_chdb() -> Iterator[Callable[[Path], ChdbTelemetryStore]]:
    """Open the engine on a folder. It knows one at a time, so what another test left open is closed first."""
    telemetry_store.close()
    stores: list[ChdbTelemetryStore] = []

    def open_one(path: Path) -> ChdbTelemetryStore:
        stores.append(ChdbTelemetryStore(path))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture(params=["chdb", "clickhouse"])
def store(request: pytest.FixtureRequest) -> Iterator[TelemetryStore]:
    """The store with its tables, as either adapter."""
    if request.param == "chdb":
        store: TelemetryStore = request.getfixturevalue("open_chdb")(request.getfixturevalue("chdb_folder"))
    else:
        store = ClickHouseTelemetryStore(request.getfixturevalue("clickhouse_url"))
    store.apply_schema()
    yield store
    store.close()


@pytest.fixture
def namespace() -> str:
    """A namespace that no other test writes to."""
    return f"team-{uuid4().hex[:12]}"


@pytest.fixture
def now_ns() -> int:
    """A moment just past: rows older than their retention vanish at once."""
    return time.time_ns() - SECOND_NS


@pytest.fixture
def spans(namespace: str, now_ns: int) -> Callable[..., Block]:
    """Make a block of spans: `spans(3, run_id="r", service_name=["a", "b", "c"])`."""

    def make(count: int = 1, **columns: Any) -> Block:
        given = {name: value if isinstance(value, list) else [value] * count for name, value in columns.items()}
        ids = [uuid4().hex for _ in range(count)]
        default: dict[str, list[Any]] = {
            "timestamp": [now_ns + index for index in range(count)],
            "namespace": [namespace] * count,
            "trace_id": ids,
            "span_id": [id_[:16] for id_ in ids],
        }
        return Block("otel.traces", default | given)

    return make
