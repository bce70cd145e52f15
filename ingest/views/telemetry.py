"""The routes that take OTLP.

Fed by stock OpenTelemetry exporters and collectors, the SDK and curl.
Feeds `ingest.door`.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from django.http import HttpRequest, HttpResponse
from google.protobuf.message import Message
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from ingest import documentation, door, limits, telemetry
from ingest.otlp.encodings import Encoding, encoding_of, export_response
from ingest.verdicts import Verdict, Visitor
from ingest.views.base import DoorView, answer
from ingest.views.lineage import errors_of
from namespaces.models import Scope

JudgeOtlp = Callable[[bytes, Visitor, Encoding], Verdict]


def receive(request: HttpRequest, judge: door.Judge) -> Verdict:
    return door.receive(request, scope=Scope.TELEMETRY_WRITE, caps=limits.TELEMETRY, judge=judge)


def export(request: HttpRequest, judge: JudgeOtlp, response: type[Message]) -> HttpResponse:
    """Receive one export request and answer in its encoding."""
    # Read inside the judgement: nobody without a key learns more than that.
    verdict = receive(request, lambda body, visitor: judge(body, visitor, encoding_of(request)))
    encoding = encoding_of(request)
    first = verdict.rejections[0].reasons[0] if verdict.rejections else None
    message = f"{first.pointer}: {first.message}" if first else ""
    body = export_response(response, encoding, rejected=verdict.rejected, message=message)
    return answer(body, content_type=encoding)


class TracesView(DoorView):
    @documentation.TRACES
    def post(self, request: HttpRequest) -> HttpResponse:
        return export(request, telemetry.judge_spans, ExportTraceServiceResponse)


class MetricsView(DoorView):
    @documentation.METRICS
    def post(self, request: HttpRequest) -> HttpResponse:
        return export(request, telemetry.judge_metrics, ExportMetricsServiceResponse)


class CollectionView(DoorView):
    """Spans and metrics in one body: the hub's own shape."""

    @documentation.COLLECTION
    def post(self, request: HttpRequest) -> HttpResponse:
        verdict = receive(request, telemetry.judge_collection)
        told = {
            "accepted": verdict.accepted,
            "rejected": verdict.rejected,
            "errors": errors_of(verdict),
            "namespace": verdict.namespace,
        }
        return answer(msgspec.json.encode(told))
