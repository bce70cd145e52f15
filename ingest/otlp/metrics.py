"""Splits an export of metrics into one request per service, and leaves out the points that the store could not hold.

Fed by `ingest.telemetry`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, ResourceMetrics

from ingest.codes import Reject
from ingest.documents import pointer
from ingest.otlp.windows import OUTSIDE, Window
from namespaces.errors import FieldError

SERVICE_NAME = "service.name"
UNKNOWN_SERVICE = "unknown_service"  # what OpenTelemetry's SDKs call it


@dataclass
class Service:
    request: ExportMetricsServiceRequest = field(default_factory=ExportMetricsServiceRequest)
    count: int = 0


def split_by_service(
    request: ExportMetricsServiceRequest, window: Window
) -> tuple[dict[str, Service], list[FieldError]]:
    """Return the services by name, and why each point that is missing from them was refused. Takes points out of `request`."""
    services: dict[str, Service] = {}
    errors: list[FieldError] = []
    for i, resource in enumerate(request.resource_metrics):
        count = 0
        for j, scope in enumerate(resource.scope_metrics):
            for k, metric in enumerate(scope.metrics):
                place = pointer("resourceMetrics", i, "scopeMetrics", j, "metrics", k)
                count += _sift(metric, window, place, errors)
        if count:
            service = services.setdefault(service_of(resource), Service())
            service.request.resource_metrics.append(resource)
            service.count += count
    return services, errors


def service_of(resource: ResourceMetrics) -> str:
    for attribute in resource.resource.attributes:
        if attribute.key == SERVICE_NAME and attribute.value.string_value:
            return str(attribute.value.string_value)
    return UNKNOWN_SERVICE


def _sift(metric: Metric, window: Window, place: str, errors: list[FieldError]) -> int:
    """Take out the points outside of the window; return how many stay."""
    kind = metric.WhichOneof("data")
    if kind is None:
        return 0
    points: Any = getattr(metric, kind).data_points
    bad = [index for index, point in enumerate(points) if not window.holds(point.time_unix_nano)]
    for index in bad:
        where = f"{place}/{metric.DESCRIPTOR.fields_by_name[kind].json_name}/dataPoints/{index}/timeUnixNano"
        errors.append(FieldError(where, Reject.INVALID_TIME, OUTSIDE))
    for index in reversed(bad):
        del points[index]
    return len(points)
