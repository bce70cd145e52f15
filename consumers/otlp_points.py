"""Turns OTLP metrics into rows of `otel.metrics`: one row per data point, whichever of the five kinds; pure.

What a kind does not have stays at its column's empty value, which costs the store next to nothing.

Fed by consumers/handlers/telemetry.py (values of otel-metrics)
Feeds backends/telemetry (blocks)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    ExponentialHistogramDataPoint,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    SummaryDataPoint,
)

from consumers.otlp_rows import RUN_ID, Origin, Row, attributes_of, decoded, time_ns, word

TEMPORALITIES = ("", "delta", "cumulative")

# What only some kinds have, and what stands there for the others.
EMPTY: dict[str, Any] = {
    "value": 0.0, "temporality": "", "is_monotonic": False, "count": 0, "sum": 0.0, "min": 0.0, "max": 0.0,
    "bucket_counts": [], "explicit_bounds": [], "exp_scale": 0, "exp_zero_count": 0, "exp_pos_offset": 0,
    "exp_pos_counts": [], "exp_neg_offset": 0, "exp_neg_counts": [], "quantile_keys": [], "quantile_values": [],
}  # fmt: skip
METRIC_COLUMNS = (
    "timestamp", "namespace", "metric_name", "metric_type", "unit", "service_name", "attributes", "resource_attributes",
    "scope_name", "description", "start_timestamp", "flags", "run_id", "retention_days", "kafka_partition",
    "kafka_offset", *EMPTY,
)  # fmt: skip


def point_rows(value: bytes, origin: Origin) -> Iterator[Row]:
    request = decoded(ExportMetricsServiceRequest(), value)
    tail = (origin.retention_days, origin.partition, origin.offset)
    for of_resource in request.resource_metrics:
        resource = attributes_of(of_resource.resource.attributes)
        service = resource.get("service.name", "")
        for of_scope in of_resource.scope_metrics:
            for metric in of_scope.metrics:
                for kind, point, said in points_of(metric):
                    attributes = attributes_of(point.attributes)
                    yield (
                        time_ns(point.time_unix_nano), origin.namespace, metric.name, kind, metric.unit, service,
                        attributes, resource, of_scope.scope.name, metric.description,
                        time_ns(point.start_time_unix_nano), point.flags,
                        attributes.get(RUN_ID) or resource.get(RUN_ID, ""), *tail, *(EMPTY | said).values(),
                    )  # fmt: skip


def points_of(metric: Metric) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Each point with the name of its kind and what that kind says; a kind of the future has no points."""
    kind = metric.WhichOneof("data")
    if kind is None:
        return
    data = getattr(metric, kind)
    common: dict[str, Any] = {}
    if kind not in {"gauge", "summary"}:
        common["temporality"] = word(TEMPORALITIES, data.aggregation_temporality)
    if kind == "sum":
        common["is_monotonic"] = data.is_monotonic
    for point in data.data_points:
        yield kind, point, common | SAYS[kind](point)


def of_number(point: NumberDataPoint) -> dict[str, Any]:
    return {"value": point.as_double if point.HasField("as_double") else float(point.as_int)}


def of_histogram(point: HistogramDataPoint) -> dict[str, Any]:
    return {
        "value": average(point.sum, point.count),
        "count": point.count,
        "sum": point.sum,
        "min": point.min,
        "max": point.max,
        "bucket_counts": list(point.bucket_counts),
        "explicit_bounds": list(point.explicit_bounds),
    }


def of_exponential_histogram(point: ExponentialHistogramDataPoint) -> dict[str, Any]:
    return {
        "value": average(point.sum, point.count),
        "count": point.count,
        "sum": point.sum,
        "min": point.min,
        "max": point.max,
        "exp_scale": point.scale,
        "exp_zero_count": point.zero_count,
        "exp_pos_offset": point.positive.offset,
        "exp_pos_counts": list(point.positive.bucket_counts),
        "exp_neg_offset": point.negative.offset,
        "exp_neg_counts": list(point.negative.bucket_counts),
    }


def of_summary(point: SummaryDataPoint) -> dict[str, Any]:
    return {
        "value": average(point.sum, point.count),
        "count": point.count,
        "sum": point.sum,
        "quantile_keys": [at.quantile for at in point.quantile_values],
        "quantile_values": [at.value for at in point.quantile_values],
    }


def average(total: float, count: int) -> float:
    return total / count if count else 0.0


SAYS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "gauge": of_number,
    "sum": of_number,
    "histogram": of_histogram,
    "exponential_histogram": of_exponential_histogram,
    "summary": of_summary,
}
