"""What pages and routes ask of the telemetry store: the spans and metrics of a run, the spans of a trace.

`namespaces` says whose rows the asker may see. The restriction is part of the SQL: None lifts it (platform admins), an
empty collection asks nothing at all.

Fed by `backends.telemetry`. Feeds `hubsite.portal`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from backends.telemetry.port import TelemetryStore
from backends.telemetry.schema import METRICS, TRACES


@dataclass(frozen=True, slots=True)
class Span:
    """One span. `status` is Unset, Ok or Error; `kind` is Internal, Server, Client, Producer or Consumer."""

    namespace: str
    trace_id: str
    span_id: str
    parent_span_id: str
    service_name: str
    name: str
    kind: str
    status: str
    status_message: str
    start_ns: int
    duration_ns: int
    attributes: Mapping[str, str]

    @property
    def is_error(self) -> bool:
        return self.status == "Error"


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """One point of a metric; `type` is gauge, sum, histogram, exponential_histogram or summary."""

    namespace: str
    name: str
    service_name: str
    type: str
    unit: str
    value: float
    time_ns: int
    attributes: Mapping[str, str]


# What is chosen for each kind, under the names of its fields.
CHOSEN: Mapping[type, str] = {
    Span: f"""namespace, trace_id, span_id, parent_span_id, service_name, operation_name AS name, span_kind AS kind,
        status_code AS status, status_message, toUnixTimestamp64Nano(timestamp) AS start_ns, duration_ns, attributes
        FROM {TRACES}""",
    MetricPoint: f"""namespace, metric_name AS name, service_name, metric_type AS type, unit, value,
        toUnixTimestamp64Nano(timestamp) AS time_ns, attributes FROM {METRICS}""",
}

OF_RUN = "run_id = {run_id:String}"

# The index knows when a trace was, so that only those days are read.
OF_TRACE = """trace_id = {trace_id:String}
    AND timestamp >= (SELECT min(start_time) FROM otel.trace_index WHERE trace_id = {trace_id:String})
    AND timestamp <= (SELECT max(end_time) FROM otel.trace_index WHERE trace_id = {trace_id:String})"""

Row = TypeVar("Row", Span, MetricPoint)


def spans_of_run(
    store: TelemetryStore, namespaces: Collection[str] | None, run_id: str, *, limit: int = 500
) -> list[Span]:
    """Return the run's first spans by start."""
    return _rows(store, Span, OF_RUN, namespaces, {"run_id": run_id}, limit)


def spans_of_trace(
    store: TelemetryStore, namespaces: Collection[str] | None, trace_id: str, *, limit: int = 500
) -> list[Span]:
    """Return the trace's first spans by start."""
    return _rows(store, Span, OF_TRACE, namespaces, {"trace_id": trace_id}, limit)


def metrics_of_run(
    store: TelemetryStore, namespaces: Collection[str] | None, run_id: str, *, limit: int = 500
) -> list[MetricPoint]:
    """Return the run's first metric points by time."""
    return _rows(store, MetricPoint, OF_RUN, namespaces, {"run_id": run_id}, limit)


def _rows(  # noqa: PLR0917 -- private, and each is another kind of thing
    store: TelemetryStore,
    kind: type[Row],
    condition: str,
    namespaces: Collection[str] | None,
    identity: Mapping[str, str],
    limit: int,
) -> list[Row]:
    # Rows of no run carry an empty run id: asking for that would gather what belongs to nothing.
    if not all(identity.values()) or (namespaces is not None and not namespaces):
        return []
    parameters: dict[str, Any] = {**identity, "limit": limit}
    if namespaces is not None:
        condition += " AND namespace IN {namespaces:Array(String)}"
        parameters["namespaces"] = sorted(namespaces)
    sql = f"SELECT {CHOSEN[kind]} WHERE {condition} ORDER BY timestamp LIMIT {{limit:UInt32}}"
    return [kind(**row) for row in store.query(sql, parameters)]
