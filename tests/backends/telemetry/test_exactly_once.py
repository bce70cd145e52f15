"""A block under a used token changes nothing: not in the table, not in what is fed from it, not after a crash."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

from backends.telemetry import Block, TelemetryStore
from backends.telemetry.chdb import ChdbTelemetryStore
from backends.telemetry.clickhouse import ClickHouseTelemetryStore
from backends.telemetry.schema import TRACES
from tests.services.clickhouse import ClickHouse

Spans = Callable[..., Block]


def count(store: TelemetryStore, namespace: str, table: str = TRACES) -> int:
    sql = f"SELECT count() AS rows FROM {table} WHERE namespace = {{namespace:String}}"
    return int(store.query(sql, {"namespace": namespace})[0]["rows"])


def test_the_same_token_twice_changes_nothing(store: TelemetryStore, spans: Spans, namespace: str) -> None:
    block, token = spans(3), uuid4().hex
    for _ in range(3):
        store.insert(block, token=token)
    assert count(store, namespace) == 3
    assert count(store, namespace, "otel.trace_index") == 3


def test_other_rows_under_a_used_token_change_nothing(store: TelemetryStore, spans: Spans, namespace: str) -> None:
    token = uuid4().hex
    store.insert(spans(3), token=token)
    store.insert(spans(5), token=token)
    assert count(store, namespace) == 3


def test_the_same_rows_under_another_token_are_other_rows(store: TelemetryStore, spans: Spans, namespace: str) -> None:
    block = spans(3)
    store.insert(block, token=uuid4().hex)
    store.insert(block, token=uuid4().hex)
    assert count(store, namespace) == 6


def test_a_token_holds_for_a_block_of_several_days(
    store: TelemetryStore, spans: Spans, namespace: str, now_ns: int
) -> None:
    day_ns = 86_400 * 10**9
    block, token = spans(6, timestamp=[now_ns - index % 3 * day_ns for index in range(6)]), uuid4().hex
    store.insert(block, token=token)
    store.insert(block, token=token)
    assert count(store, namespace) == 6


def test_a_token_may_be_any_text(store: TelemetryStore, spans: Spans, namespace: str) -> None:
    block, token = spans(1), f"otel-spans:7:1-2 it's \\ {uuid4().hex}\n"
    store.insert(block, token=token)
    store.insert(block, token=token)
    assert count(store, namespace) == 1


def test_four_threads_that_repeat_each_other_write_each_row_once(
    store: TelemetryStore, spans: Spans, namespace: str
) -> None:
    blocks = {uuid4().hex: spans(10) for _ in range(8)}

    def insert_all(_: int) -> None:
        for token, block in blocks.items():
            store.insert(block, token=token)
            assert count(store, namespace) >= 10

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(insert_all, range(4)))
    assert count(store, namespace) == 80


def test_rows_and_tokens_outlive_the_engine(
    open_chdb: Callable[[Path], ChdbTelemetryStore], tmp_path: Path, spans: Spans, namespace: str
) -> None:
    block = spans(3)
    for _ in range(2):
        store = open_chdb(tmp_path)
        store.apply_schema()
        store.insert(block, token="otel-spans:0:0-2")
        assert count(store, namespace) == 3
        store.close()


def test_rows_and_tokens_outlive_a_killed_server(own_clickhouse: ClickHouse, spans: Spans, namespace: str) -> None:
    store, block = ClickHouseTelemetryStore(own_clickhouse.url), spans(3)
    store.apply_schema()
    store.insert(block, token="otel-spans:0:0-2")
    own_clickhouse.kill()
    own_clickhouse.start()
    store.insert(block, token="otel-spans:0:0-2")
    assert count(store, namespace) == 3
    store.close()
