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
