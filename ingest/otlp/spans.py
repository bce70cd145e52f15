"""Splits an export of spans into one request per trace, and leaves out the spans that the store could not hold.

Fed by `ingest.telemetry`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from ingest.codes import Reject
from ingest.documents import pointer
from ingest.otlp.windows import OUTSIDE, SPAN_ID_BYTES, TRACE_ID_BYTES, Window, is_id
from namespaces.errors import FieldError


@dataclass
class Trace:
    """The request of one trace, grown span by span; resource and scope are repeated in each trace that has spans of them."""

    request: ExportTraceServiceRequest = field(default_factory=ExportTraceServiceRequest)
    count: int = 0
    _resource: ResourceSpans | None = None  # the original of the resource that grows now
    _scope: ScopeSpans | None = None

    def add(self, resource: ResourceSpans, scope: ScopeSpans, span: Span) -> None:
        if self._resource is not resource:
            self._resource = resource
            self.request.resource_spans.add(resource=resource.resource, schema_url=resource.schema_url)
        grown = self.request.resource_spans[-1]
        if self._scope is not scope:
            self._scope = scope
            grown.scope_spans.add(scope=scope.scope, schema_url=scope.schema_url)
        grown.scope_spans[-1].spans.append(span)
        self.count += 1


def split_by_trace(request: ExportTraceServiceRequest, window: Window) -> tuple[dict[bytes, Trace], list[FieldError]]:
    """Return the traces by id, and why each span that is missing from them was refused."""
    traces: dict[bytes, Trace] = {}
    errors: list[FieldError] = []
    for i, resource in enumerate(request.resource_spans):
        for j, scope in enumerate(resource.scope_spans):
            for k, span in enumerate(scope.spans):
                place = pointer("resourceSpans", i, "scopeSpans", j, "spans", k)
                error = next(_faults(span, window, place), None)
                if error is not None:
                    errors.append(error)
                    continue
                traces.setdefault(span.trace_id, Trace()).add(resource, scope, span)
    return traces, errors


def _faults(span: Span, window: Window, place: str) -> Iterator[FieldError]:
    if not is_id(span.trace_id, TRACE_ID_BYTES):
        yield FieldError(f"{place}/traceId", Reject.INVALID_ID, "A trace id has 16 bytes, not all zero.")
    if not is_id(span.span_id, SPAN_ID_BYTES):
        yield FieldError(f"{place}/spanId", Reject.INVALID_ID, "A span id has 8 bytes, not all zero.")
    if len(span.parent_span_id) not in {0, SPAN_ID_BYTES}:
        yield FieldError(f"{place}/parentSpanId", Reject.INVALID_ID, "A parent span id has 8 bytes, or is left out.")
    if not window.holds(span.start_time_unix_nano):
        yield FieldError(f"{place}/startTimeUnixNano", Reject.INVALID_TIME, OUTSIDE)
    if not window.holds(span.end_time_unix_nano):
        yield FieldError(f"{place}/endTimeUnixNano", Reject.INVALID_TIME, OUTSIDE)
