"""What was inserted comes back, value by value, from either adapter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backends.telemetry import Block, TelemetryStore
from backends.telemetry.clickhouse import ClickHouseTelemetryStore
from backends.telemetry.schema import METRICS, TRACES

OF_NAMESPACE = "namespace = {namespace:String} ORDER BY timestamp"

# Text that a column takes: PostgreSQL's NUL is no matter here, lone surrogates are no UTF-8.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def test_every_kind_of_column_comes_back(store: TelemetryStore, namespace: str, now_ns: int) -> None:
    row: dict[str, Any] = {
        "timestamp": now_ns,
        "namespace": namespace,
        "metric_name": "rows",
        "value": 0.1,
        "unit": "{rows}",
        "attributes": {"source": "a'b\\c\n", "ü": "😀", "": ""},
        "is_monotonic": True,
        "flags": 2**32 - 1,
        "count": 2**64 - 1,
        "exp_scale": -(2**31),
        "bucket_counts": [0, 1, 2**63],
        "explicit_bounds": [0.5, 1e300],
        "quantile_keys": [],
        "retention_days": 730,
        "kafka_partition": 11,
        "kafka_offset": 2**40,
    }
    store.insert(Block(METRICS, {name: [value] for name, value in row.items()}), token=uuid4().hex)
    found = store.query(f"SELECT * FROM {METRICS} WHERE {OF_NAMESPACE}", {"namespace": namespace})
    assert len(found) == 1
    known = {name: found[0][name] for name in row if name != "timestamp"}
    assert known == {name: value for name, value in row.items() if name != "timestamp"}


def test_tuples_in_arrays_come_back(
    store: TelemetryStore, spans: Callable[..., Block], namespace: str, now_ns: int
) -> None:
    links = [[("t1", "s1", "", {"a": "b"}), ("t2", "s2", "k=v", {})], [], [("t3", "s3", "", {})]]
    events = [[], [(now_ns + 7, "retry", {"attempt": "2"})], []]
    store.insert(spans(3, links=links, events=events), token=uuid4().hex)
    asked = "links, arrayMap(e -> toUnixTimestamp64Nano(e.1), events) AS at, events.name AS names, events.attributes AS kept"
    found = store.query(f"SELECT {asked} FROM {TRACES} WHERE {OF_NAMESPACE}", {"namespace": namespace})
    assert [row["links"] for row in found] == links
    assert [row["at"] for row in found] == [[], [now_ns + 7], []]
    assert found[1]["names"] == ["retry"]
    assert found[1]["kept"] == [{"attempt": "2"}]


def test_no_nanosecond_is_lost(store: TelemetryStore, spans: Callable[..., Block], namespace: str, now_ns: int) -> None:
    moments = [now_ns - now_ns % 1000 + digit for digit in range(1000, 0, -1)]
    store.insert(spans(1000, timestamp=moments), token=uuid4().hex)
    sql = f"SELECT toUnixTimestamp64Nano(timestamp) AS at FROM {TRACES} WHERE {OF_NAMESPACE}"
    assert [row["at"] for row in store.query(sql, {"namespace": namespace})] == sorted(moments)


def test_columns_that_are_not_given_get_their_defaults(
    store: TelemetryStore, spans: Callable[..., Block], namespace: str
) -> None:
    store.insert(spans(2, attributes=[{"lineage.run_id": "run-1"}, {}]), token=uuid4().hex)
    sql = f"SELECT run_id, retention_days, kafka_offset, links FROM {TRACES} WHERE {OF_NAMESPACE}"
    found = store.query(sql, {"namespace": namespace})
    assert found == [
        {"run_id": "run-1", "retention_days": 90, "kafka_offset": 0, "links": []},
        {"run_id": "", "retention_days": 90, "kafka_offset": 0, "links": []},
    ]


def test_a_block_may_touch_more_days_than_a_server_likes(
    clickhouse_url: str, spans: Callable[..., Block], namespace: str, now_ns: int
) -> None:
    store, day_ns = ClickHouseTelemetryStore(f"{clickhouse_url}?max_partitions_per_insert_block=2"), 86_400 * 10**9
    store.apply_schema()
    store.insert(spans(4, timestamp=[now_ns - index * day_ns for index in range(4)]), token=uuid4().hex)
    sql = f"SELECT uniqExact(toDate(timestamp)) AS days FROM {TRACES} WHERE namespace = {{namespace:String}}"
    assert store.query(sql, {"namespace": namespace}) == [{"days": 4}]
    store.close()


def test_a_row_past_its_retention_is_not_kept(
    store: TelemetryStore, spans: Callable[..., Block], namespace: str, now_ns: int
) -> None:
    forty_days_ago = now_ns - 40 * 86_400 * 10**9
    store.insert(spans(2, timestamp=[forty_days_ago] * 2, retention_days=[30, 90]), token=uuid4().hex)
    day = store.query("SELECT toString(toDate(fromUnixTimestamp64Nano({at:Int64}))) AS day", {"at": forty_days_ago})[0][
        "day"
    ]
    store.query(f"OPTIMIZE TABLE {TRACES} PARTITION ('{day}', 30) FINAL")  # what a merge does sooner or later
    found = store.query(f"SELECT retention_days FROM {TRACES} WHERE {OF_NAMESPACE}", {"namespace": namespace})
    assert found == [{"retention_days": 90}]


def test_an_empty_block_writes_nothing(store: TelemetryStore, spans: Callable[..., Block]) -> None:
    token = uuid4().hex
    store.insert(spans(0), token=token)
    store.insert(spans(1), token=token)  # and does not use the token up


def test_columns_may_be_of_any_sequence_and_stay_as_they_are(
    store: TelemetryStore, spans: Callable[..., Block], namespace: str, now_ns: int
) -> None:
    block = spans(2, attributes=[{"a": "1"}, {}], events=[[(now_ns, "e", {})], []])
    frozen = Block(block.table, {name: tuple(values) for name, values in block.columns.items()})
    before = {name: list(values) for name, values in block.columns.items()}
    store.insert(frozen, token=uuid4().hex)
    store.insert(block, token=uuid4().hex)
    assert block.columns == before
    found = store.query(f"SELECT attributes FROM {TRACES} WHERE {OF_NAMESPACE}", {"namespace": namespace})
    assert [row["attributes"] for row in found] == [{"a": "1"}, {"a": "1"}, {}, {}]


@pytest.mark.parametrize("count", [255, 256, 257, 65_537])
def test_many_distinct_words_in_a_column_of_few(
    store: TelemetryStore, spans: Callable[..., Block], namespace: str, count: int
) -> None:
    names = [f"operation-{index}" for index in range(count)]
    store.insert(spans(count, operation_name=names, trace_id=""), token=uuid4().hex)
    sql = f"SELECT operation_name AS name FROM {TRACES} WHERE {OF_NAMESPACE}"
    assert [row["name"] for row in store.query(sql, {"namespace": namespace})] == names


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXT, min_size=1, max_size=5), attributes=st.dictionaries(TEXT, TEXT, max_size=4))
def test_any_text_comes_back(
    store: TelemetryStore, spans: Callable[..., Block], texts: list[str], attributes: dict[str, str]
) -> None:
    mine = f"team-{uuid4().hex}"
    store.insert(spans(len(texts), namespace=mine, status_message=texts, attributes=attributes), token=uuid4().hex)
    found = store.query(f"SELECT status_message, attributes FROM {TRACES} WHERE {OF_NAMESPACE}", {"namespace": mine})
    assert [row["status_message"] for row in found] == texts
    assert all(row["attributes"] == attributes for row in found)
