"""Every kind of metric rests in the real engine, and a repeated batch leaves it as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from backends.eventlog import Delivery, Envelope, Partition, headers
from backends.eventlog.topics import METRICS
from backends.telemetry import TelemetryStore, telemetry_store
from backends.telemetry.clickhouse import ClickHouseTelemetryStore
from consumers.handler import Batch
from consumers.handlers.telemetry import TelemetryHandler
from namespaces.memory import Memory
from namespaces.models import Namespace


@pytest.fixture
def store(clickhouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TelemetryStore]:
    with closing(ClickHouseTelemetryStore(clickhouse_url)) as made:
        made.apply_schema()
        monkeypatch.setattr(telemetry_store, "get", lambda: made)
        yield made


def one_of_each_kind() -> bytes:
    request = ExportMetricsServiceRequest()
    metrics = request.resource_metrics.add().scope_metrics.add().metrics
    at = 1_790_000_000_123_456_789
    metrics.add(name="gauge").gauge.data_points.add(as_double=1.5, time_unix_nano=at)
    metrics.add(name="sum").sum.data_points.add(as_int=7, time_unix_nano=at)
    histogram = metrics.add(name="histogram").histogram
    histogram.data_points.add(count=2, sum=3.0, bucket_counts=[1, 1], explicit_bounds=[2.0], time_unix_nano=at)
    exponential = metrics.add(name="exponential").exponential_histogram.data_points.add(
        count=2, sum=5.0, time_unix_nano=at
    )
    exponential.positive.bucket_counts.extend([1, 1])
    summary = metrics.add(name="summary").summary.data_points.add(count=4, sum=2.0, time_unix_nano=at)
    summary.quantile_values.add(quantile=0.5, value=0.5)
    return bytes(request.SerializeToString())


def test_each_kind_of_point_is_stored_once_with_its_value(store: TelemetryStore, db: None) -> None:
    namespace, partition = f"team-{uuid4().hex}", Partition(METRICS.name, 3)
    offset = uuid4().int % 2**40  # the engine is the session's: a token of this test's own
    envelope = Envelope(METRICS.name, b"", one_of_each_kind(), {headers.NAMESPACE: namespace})
    batch = Batch(partition, (Delivery(envelope, partition, offset),), offset, offset)
    for _ in range(2):
        TelemetryHandler().handle(batch)
    sql = (
        "SELECT metric_name, value, toUnixTimestamp64Nano(timestamp) AS at FROM otel.metrics "
        "WHERE namespace = {namespace:String} ORDER BY metric_name"
    )
    rows = store.query(sql, {"namespace": namespace})
    values = {"exponential": 2.5, "gauge": 1.5, "histogram": 1.5, "sum": 7.0, "summary": 0.5}
    assert [(row["metric_name"], row["value"]) for row in rows] == list(values.items())
    assert {row["at"] for row in rows} == {1_790_000_000_123_456_789}


def test_a_retention_that_changes_before_the_repetition_doubles_no_row(
    store: TelemetryStore, team_a: Namespace
) -> None:
    partition, offset = Partition(METRICS.name, 3), uuid4().int % 2**40
    about = {headers.NAMESPACE: team_a.name, headers.RETENTION_DAYS: str(team_a.storage_retention_days)}
    envelope = Envelope(METRICS.name, b"", one_of_each_kind(), about)
    batch = Batch(partition, (Delivery(envelope, partition, offset),), offset, offset)
    TelemetryHandler().handle(batch)
    Namespace.objects.filter(pk=team_a.pk).update(storage_retention_days=730)
    Memory.forget_all()
    TelemetryHandler().handle(batch)
    sql = "SELECT count() AS n FROM otel.metrics WHERE kafka_offset = {offset:UInt64}"
    assert store.query(sql, {"offset": offset}) == [{"n": 5}]


def test_the_widest_numbers_that_otlp_can_say_are_stored(store: TelemetryStore, db: None) -> None:
    """A batch that the store refused would wait for ever: no message of the protocol may be such a one."""
    widest, infinite = 2**64 - 1, float("inf")
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add(scope={"name": "\0"}).metrics.add(name="\0")
    point = metric.exponential_histogram.data_points.add(
        count=widest, sum=infinite, min=-infinite, max=float("nan"), zero_count=widest, scale=-(2**31),
        flags=2**32 - 1, time_unix_nano=widest, start_time_unix_nano=widest,
    )  # fmt: skip
    point.positive.offset, point.negative.offset = 2**31 - 1, -(2**31)
    point.positive.bucket_counts.extend([widest])
    partition, offset = Partition(METRICS.name, 3), uuid4().int % 2**40
    about = {headers.NAMESPACE: "widest", headers.RETENTION_DAYS: "9" * 4000}
    envelope = Envelope(METRICS.name, b"", bytes(request.SerializeToString()), about)
    TelemetryHandler().handle(Batch(partition, (Delivery(envelope, partition, offset),), offset, offset))
    sql = "SELECT count, exp_pos_counts FROM otel.metrics WHERE kafka_offset = {offset:UInt64}"
    assert store.query(sql, {"offset": offset}) == [{"count": widest, "exp_pos_counts": [widest]}]
