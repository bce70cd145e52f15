"""What a person may see of a run: the restriction is in the SQL, and nothing asked for is nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import pytest

from backends.health import Health
from backends.telemetry import Block, TelemetryStore, reads
from backends.telemetry.schema import METRICS

Spans = Callable[..., Block]


@pytest.fixture
def run_id() -> str:
    return str(uuid4())


def test_a_span_has_all_that_a_page_shows(
    store: TelemetryStore, spans: Spans, namespace: str, now_ns: int, run_id: str
) -> None:
    attributes = {"lineage.run_id": run_id, "db.system": "postgresql"}
    given = {
        "trace_id": "a" * 32,
        "span_id": "b" * 16,
        "parent_span_id": "c" * 16,
        "service_name": "etl",
        "operation_name": "load",
        "span_kind": "Client",
        "status_code": "Error",
        "status_message": "timed out",
        "duration_ns": 1_500_000_000,
    }
    store.insert(spans(1, attributes=attributes, **given), token=run_id)
    (span,) = reads.spans_of_run(store, [namespace], run_id)
    assert span == reads.Span(
        namespace=namespace,
        trace_id="a" * 32,
        span_id="b" * 16,
        parent_span_id="c" * 16,
        service_name="etl",
        name="load",
        kind="Client",
        status="Error",
        status_message="timed out",
        start_ns=now_ns,
        duration_ns=1_500_000_000,
        attributes=attributes,
    )
    assert span.is_error


def test_spans_come_in_the_order_of_their_start(
    store: TelemetryStore, spans: Spans, namespace: str, now_ns: int, run_id: str
) -> None:
    store.insert(
        spans(3, timestamp=[now_ns, now_ns - 9, now_ns - 5], service_name=["a", "b", "c"], run_id=run_id), token=run_id
    )
    found = reads.spans_of_run(store, [namespace], run_id)
    assert [span.service_name for span in found] == ["b", "c", "a"]
    assert [span.service_name for span in reads.spans_of_run(store, [namespace], run_id, limit=2)] == ["b", "c"]


def test_a_run_of_the_same_id_in_another_namespace_is_not_shown(
    store: TelemetryStore, spans: Spans, run_id: str
) -> None:
    mine, theirs = f"mine-{run_id}", f"theirs-{run_id}"
    store.insert(spans(2, namespace=[mine, theirs], run_id=run_id), token=run_id)
    assert [span.namespace for span in reads.spans_of_run(store, [mine], run_id)] == [mine]
    assert [span.namespace for span in reads.spans_of_run(store, {mine, theirs}, run_id)] == [mine, theirs]
    assert [span.namespace for span in reads.spans_of_run(store, None, run_id)] == [mine, theirs]


@pytest.mark.parametrize("nasty", ["' OR 1=1 --", "'] OR 1=1 --", "\\", "{limit:UInt32}"])
def test_no_text_widens_what_is_seen(
    store: TelemetryStore, spans: Spans, namespace: str, run_id: str, nasty: str
) -> None:
    store.insert(spans(1, run_id=run_id), token=run_id)
    assert reads.spans_of_run(store, [nasty], run_id) == []
    assert reads.spans_of_run(store, [namespace], nasty) == []
    assert reads.spans_of_trace(store, [namespace], nasty) == []


def test_rows_of_no_run_are_no_run(store: TelemetryStore, spans: Spans, namespace: str, run_id: str) -> None:
    store.insert(spans(1), token=run_id)
    assert reads.spans_of_run(store, [namespace], "") == []
    assert reads.spans_of_trace(store, [namespace], "") == []


def test_a_trace_is_found_over_several_days(store: TelemetryStore, spans: Spans, namespace: str, now_ns: int) -> None:
    trace, day_ns = uuid4().hex, 86_400 * 10**9
    store.insert(spans(3, trace_id=trace, timestamp=[now_ns, now_ns - day_ns, now_ns - 3 * day_ns]), token=trace)
    store.insert(spans(1, trace_id=trace, namespace="other"), token=f"{trace} other")
    assert len(reads.spans_of_trace(store, [namespace], trace)) == 3
    assert len(reads.spans_of_trace(store, None, trace)) == 4
    assert reads.spans_of_trace(store, None, uuid4().hex) == []


def test_the_metrics_of_a_run(store: TelemetryStore, namespace: str, now_ns: int, run_id: str) -> None:
    columns: dict[str, list[Any]] = {
        "timestamp": [now_ns, now_ns + 1, now_ns],
        "namespace": [namespace, namespace, "other"],
        "metric_name": ["rows", "lag", "rows"],
        "metric_type": ["sum", "gauge", "sum"],
        "service_name": ["etl"] * 3,
        "unit": ["{rows}", "s", "{rows}"],
        "value": [1000.0, 0.25, 7.0],
        "attributes": [{"lineage.run_id": run_id}] * 3,
    }
    store.insert(Block(METRICS, columns), token=run_id)
    attributes = {"lineage.run_id": run_id}
    assert reads.metrics_of_run(store, [namespace], run_id) == [
        reads.MetricPoint(namespace, "rows", "etl", "sum", "{rows}", 1000.0, now_ns, attributes),
        reads.MetricPoint(namespace, "lag", "etl", "gauge", "s", 0.25, now_ns + 1, attributes),
    ]
    assert len(reads.metrics_of_run(store, None, run_id)) == 3


class Untouchable(TelemetryStore):
    """Fails the test when it is asked."""

    def apply_schema(self) -> list[str]:
        raise AssertionError

    def insert(self, block: Block, *, token: str) -> None:
        raise AssertionError

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        raise AssertionError

    def health(self) -> Health:
        raise AssertionError

    def close(self) -> None:
        raise AssertionError


def test_who_may_see_nothing_asks_nothing() -> None:
    store = Untouchable()
    assert reads.spans_of_run(store, [], "run") == []
    assert reads.spans_of_trace(store, frozenset(), "trace") == []
    assert reads.metrics_of_run(store, (), "run") == []
