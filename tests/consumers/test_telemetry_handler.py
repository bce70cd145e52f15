"""Spans and metrics reach the store as one block per batch, under the batch's token, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from django.db import OperationalError
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from backends.errors import BackendUnavailable
from backends.eventlog import Delivery, Envelope, Partition, headers
from backends.eventlog.topics import METRICS, SPANS
from backends.health import Health
from backends.telemetry import Block, TelemetryStore, telemetry_store
from consumers.handler import Batch, Poison
from consumers.handlers import telemetry
from consumers.handlers.telemetry import RETENTION_CLASSES, Table, TelemetryHandler, retention_class
from consumers.otlp_rows import SPAN_COLUMNS, Origin, Row, span_rows
from namespaces.memory import Memory
from namespaces.models import Namespace


class RecordingStore(TelemetryStore):
    """Keeps what would be inserted; the real engine has tests of its own."""

    def __init__(self) -> None:
        self.inserts: list[tuple[str, Block]] = []

    def apply_schema(self) -> list[str]:
        return []

    def insert(self, block: Block, *, token: str) -> None:
        self.inserts.append((token, block))

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        return []

    def health(self) -> Health:
        return Health("ok")

    def close(self) -> None:
        """Hold nothing."""


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> RecordingStore:
    made = RecordingStore()
    monkeypatch.setattr(telemetry_store, "get", lambda: made)
    return made


def spans(*names: str) -> bytes:
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for name in names:
        scope.spans.add(name=name, trace_id=b"\x01" * 16)
    return bytes(request.SerializeToString())


def points(*values: float) -> bytes:
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add(name="m")
    for value in values:
        metric.gauge.data_points.add(as_double=value)
    return bytes(request.SerializeToString())


def batch_of(
    topic: str, *values: bytes, namespaces: Sequence[str] = (), first: int = 10, about: Mapping[str, str] | None = None
) -> Batch:
    partition = Partition(topic, 3)
    owners = [*namespaces, *["team-a"] * (len(values) - len(namespaces))]
    deliveries = tuple(
        Delivery(
            Envelope(topic, b"", value, {**(about or {})} | ({headers.NAMESPACE: owner} if owner else {})),
            partition,
            first + index,
        )
        for index, (value, owner) in enumerate(zip(values, owners, strict=True))
    )
    return Batch(partition, deliveries, first, first + len(values) - 1)


def test_a_batch_of_spans_is_one_insert_under_its_token(store: RecordingStore, team_a: Namespace) -> None:
    TelemetryHandler().handle(batch_of(SPANS.name, spans("a", "b"), spans("c")))
    ((token, block),) = store.inserts
    assert (token, block.table) == ("otel-spans:3:10-11", "otel.traces")
    assert block.columns["operation_name"] == ["a", "b", "c"]
    assert block.columns["namespace"] == ["team-a"] * 3
    assert block.columns["kafka_partition"] == [3, 3, 3]
    assert block.columns["kafka_offset"] == [10, 10, 11]


def test_a_batch_of_metrics_goes_to_the_metrics_table(store: RecordingStore, team_a: Namespace) -> None:
    TelemetryHandler().handle(batch_of(METRICS.name, points(1.5, 2.5)))
    ((token, block),) = store.inserts
    assert (token, block.table) == ("otel-metrics:3:10-10", "otel.metrics")
    assert block.columns["value"] == [1.5, 2.5]


def test_the_same_batch_is_the_same_block_again(store: RecordingStore, team_a: Namespace) -> None:
    for _ in range(2):
        TelemetryHandler().handle(batch_of(SPANS.name, spans("a"), spans("b")))
    first, second = store.inserts
    assert first == second


def test_the_namespace_is_the_headers_and_each_row_is_kept_as_long_as_its_own(
    store: RecordingStore, team_a: Namespace, team_c: Namespace
) -> None:
    Namespace.objects.filter(pk=team_a.pk).update(storage_retention_days=8)
    Namespace.objects.filter(pk=team_c.pk).update(storage_retention_days=365)
    batch = batch_of(SPANS.name, spans("a"), spans("c"), spans("gone"), namespaces=["team-a", "team-c", "unknown-team"])
    TelemetryHandler().handle(batch)
    ((_, block),) = store.inserts
    assert block.columns["namespace"] == ["team-a", "team-c", "unknown-team"]
    assert block.columns["retention_days"] == [14, 365, 90]


def test_a_repetition_makes_the_same_rows_though_the_retention_has_changed(
    store: RecordingStore, team_a: Namespace
) -> None:
    batch = batch_of(SPANS.name, spans("a"), about={headers.RETENTION_DAYS: "8"})
    TelemetryHandler().handle(batch)
    Namespace.objects.filter(pk=team_a.pk).update(storage_retention_days=365)
    Memory.forget_all()
    TelemetryHandler().handle(batch)
    first, repeated = store.inserts
    assert first == repeated
    assert first[1].columns["retention_days"] == [14]


def test_a_fault_of_ours_on_one_delivery_is_its_poison_and_no_end_of_the_carrier(
    store: RecordingStore, team_a: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(value: bytes, origin: Origin) -> Iterator[Row]:
        if origin.offset == 11:
            raise RecursionError("too deep")
        return span_rows(value, origin)

    monkeypatch.setitem(telemetry.TABLES, SPANS.name, Table("otel.traces", SPAN_COLUMNS, faulty))
    with pytest.raises(Poison) as poison:
        TelemetryHandler().handle(batch_of(SPANS.name, spans("a"), spans("b"), spans("c")))
    assert (poison.value.reason, poison.value.delivery.offset) == ("fault", 11)
    assert store.inserts == []


def test_what_cannot_be_read_is_poison_before_anything_is_inserted(store: RecordingStore, team_a: Namespace) -> None:
    batch = batch_of(SPANS.name, spans("a"), b"\xff\xff", spans("c"))
    with pytest.raises(Poison) as poison:
        TelemetryHandler().handle(batch)
    assert (poison.value.reason, poison.value.delivery.offset) == ("undecodable", 11)
    assert store.inserts == []
    TelemetryHandler().handle(batch.without(poison.value.delivery))
    ((token, block),) = store.inserts
    assert (token, block.columns["operation_name"]) == ("otel-spans:3:10-12", ["a", "c"])


def test_an_envelope_without_a_namespace_is_poison(store: RecordingStore, team_a: Namespace) -> None:
    with pytest.raises(Poison, match="no_namespace"):
        TelemetryHandler().handle(batch_of(SPANS.name, spans("a"), namespaces=[""]))


def test_messages_without_rows_cost_no_insert(store: RecordingStore, team_a: Namespace) -> None:
    TelemetryHandler().handle(batch_of(SPANS.name, b"", spans()))
    assert store.inserts == []


def test_a_database_that_is_away_is_an_outage_and_no_poison(
    store: RecordingStore, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(name: str) -> None:
        raise OperationalError("connection refused\nIs the server running?")

    monkeypatch.setattr(telemetry, "facts_of", away)
    with pytest.raises(BackendUnavailable, match=r"database: connection refused$"):
        TelemetryHandler().handle(batch_of(SPANS.name, spans("a")))
    assert store.inserts == []


@pytest.mark.parametrize(("days", "kept"), [(1, 7), (7, 7), (8, 14), (31, 90), (91, 180), (366, 730), (9999, 730)])
def test_retention_is_rounded_up_to_a_class(days: int, kept: int) -> None:
    assert retention_class(days) == kept
    assert kept in RETENTION_CLASSES
