"""Judges telemetry bodies: OTLP requests, and the hub's own list of them.

Fed by `ingest.door`.
Feeds `ingest.door`, with verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msgspec
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from backends.eventlog import Envelope, headers
from backends.eventlog.topics import METRICS, SPANS, Topic
from ingest import batches
from ingest.documents import check_depth, check_text, pointer, value_of
from ingest.envelopes import envelope
from ingest.otlp.dialect import fill
from ingest.otlp.encodings import PROTOBUF, Encoding
from ingest.otlp.metrics import Service, split_by_service
from ingest.otlp.requests import decode_request
from ingest.otlp.spans import Trace, split_by_trace
from ingest.otlp.windows import Window
from ingest.verdicts import Rejection, Verdict, Visitor, joined
from namespaces.errors import FieldError, HubError

WRAPPERS = ("telemetry_request", "request")  # older clients put the whole body into one of these


def judge_spans(body: bytes, visitor: Visitor, encoding: Encoding) -> Verdict:
    return verdict_on_spans(decode_request(ExportTraceServiceRequest, body, encoding), visitor)


def judge_metrics(body: bytes, visitor: Visitor, encoding: Encoding) -> Verdict:
    return verdict_on_metrics(decode_request(ExportMetricsServiceRequest, body, encoding), visitor)


def verdict_on_spans(request: ExportTraceServiceRequest, visitor: Visitor) -> Verdict:
    traces, errors = split_by_trace(request, Window.around(visitor.arrived_at_s))
    parts = ((trace_id.hex(), trace) for trace_id, trace in traces.items())
    return _verdict(visitor, SPANS, "otlp/traces", parts, errors)


def verdict_on_metrics(request: ExportMetricsServiceRequest, visitor: Visitor) -> Verdict:
    services, errors = split_by_service(request, Window.around(visitor.arrived_at_s))
    return _verdict(visitor, METRICS, "otlp/metrics", services.items(), errors)


def _verdict(
    visitor: Visitor, topic: Topic, schema: str, parts: Iterable[tuple[str, Trace | Service]], errors: list[FieldError]
) -> Verdict:
    sealed: list[Envelope] = []
    accepted = 0
    for key, part in parts:
        accepted += part.count
        value = part.request.SerializeToString()
        plain = envelope(visitor, topic, key=key, value=value, schema=schema, kind=PROTOBUF)
        more = {headers.COUNT: str(part.count), headers.RETENTION_DAYS: str(visitor.namespace.storage_retention_days)}
        sealed.append(replace(plain, headers={**plain.headers, **more}))
    rejections = tuple(Rejection(index, (error,)) for index, error in enumerate(errors))
    return Verdict(visitor.namespace.name, tuple(sealed), accepted, rejections, len(errors))


def judge_collection(body: bytes, visitor: Visitor) -> Verdict:
    """`{"namespace", "traces": […], "metrics": […]}`: each item an OTLP JSON request, or one entry of its list."""
    check_text(body)
    members = batches.unwrapped(body, WRAPPERS)
    check_depth(body)
    visitor.may_speak_for(batches.namespace_in(members))
    return joined(
        visitor.namespace.name,
        [
            *(_judge_item("traces", n, raw, visitor) for n, raw in enumerate(batches.items_in(members, "traces"))),
            *(_judge_item("metrics", n, raw, visitor) for n, raw in enumerate(batches.items_in(members, "metrics"))),
        ],
    )


def _judge_item(name: str, index: int, raw: msgspec.Raw, visitor: Visitor) -> Verdict:
    """An item that cannot be read counts as one rejected; the others are judged all the same."""
    prefix = pointer(name, index)
    try:
        item = value_of(raw)
        verdict = _spans_in(item, visitor) if name == "traces" else _metrics_in(item, visitor)
    except HubError as error:
        return Verdict(visitor.namespace.name, (), 0, (_placed(Rejection.of(index, error), index, prefix),), 1)
    return replace(verdict, rejections=tuple(_placed(r, index, prefix) for r in verdict.rejections))


def _spans_in(item: Any, visitor: Visitor) -> Verdict:
    request = ExportTraceServiceRequest()
    fill(request, _whole(item, "resourceSpans"))
    return verdict_on_spans(request, visitor)


def _metrics_in(item: Any, visitor: Visitor) -> Verdict:
    request = ExportMetricsServiceRequest()
    fill(request, _whole(item, "resourceMetrics"))
    return verdict_on_metrics(request, visitor)


def _whole(item: Any, entries: str) -> Any:
    return {entries: [item]} if isinstance(item, dict) and entries not in item else item


def _placed(rejection: Rejection, index: int, prefix: str) -> Rejection:
    reasons = tuple(FieldError(prefix + reason.pointer, reason.code, reason.message) for reason in rejection.reasons)
    return Rejection(index, reasons)
