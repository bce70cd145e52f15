"""Makes OTLP requests, in protobuf and in the JSON that the specification describes."""

from __future__ import annotations

import time
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

TRACE = "0af7651916cd43dd8448eb211c80319c"
OTHER_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
NANO = 10**9


def now() -> int:
    return time.time_ns()


def span(trace: str = TRACE, **changes: Any) -> dict[str, Any]:
    start = now() - NANO
    whole = {
        "traceId": trace,
        "spanId": SPAN,
        "name": "load",
        "kind": 1,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": start + NANO // 2,
        "attributes": [{"key": "rows", "value": {"intValue": "42"}}],
        "status": {"code": 1},
    }
    return whole | changes


def traces(*spans: dict[str, Any], service: str = "etl") -> dict[str, Any]:
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": "s"}, "spans": list(spans)}]}]}


def point(**changes: Any) -> dict[str, Any]:
    return {"timeUnixNano": str(now()), "asDouble": 1.5, **changes}


def metrics(*points: dict[str, Any], service: str = "etl") -> dict[str, Any]:
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]} if service else {}
    metric = {"name": "rows", "unit": "1", "gauge": {"dataPoints": list(points)}}
    return {"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": [metric]}]}]}


def trace_request(*spans: tuple[bytes, bytes], at: int | None = None) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    start = now() if at is None else at
    for trace_id, span_id in spans:
        scope.spans.add(
            trace_id=trace_id, span_id=span_id, name="load", start_time_unix_nano=start, end_time_unix_nano=start
        )
    return request


def metric_request(*times: int) -> ExportMetricsServiceRequest:
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add(name="rows")
    for at in times:
        metric.sum.data_points.add(time_unix_nano=at, as_int=1)
    return request
