"""OTLP/HTTP: both encodings in, one trace or one service per envelope out, answers that stock clients understand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from backends.eventlog import Envelope
from tests.ingest import otlp
from tests.ingest.otlp import (
    NANO,
    OTHER_TRACE,
    SPAN,
    TRACE,
    metric_request,
    metrics,
    point,
    span,
    trace_request,
    traces,
)
from tests.ingest.sender import Sender

pytestmark = pytest.mark.django_db
PROTOBUF = "application/x-protobuf"
TRACES, METRICS = "/v1/traces", "/v1/metrics"
IDS = (bytes.fromhex(TRACE), bytes.fromhex(SPAN))
DAY = 24 * 3600 * NANO


def spans_in(envelope: Envelope) -> list[Any]:
    request = ExportTraceServiceRequest.FromString(envelope.value)
    return [s for r in request.resource_spans for scope in r.scope_spans for s in scope.spans]


@pytest.mark.parametrize("path", [TRACES, f"{TRACES}/", METRICS, f"{METRICS}/"])
def test_full_success_is_an_empty_answer_in_the_requests_encoding(sender: Sender, path: str) -> None:
    binary = sender.post(path, b"", kind=PROTOBUF)
    text = sender.post(path, {}, kind="application/json; charset=utf-8")
    assert (binary.status, binary.bytes, binary.headers["Content-Type"]) == (200, b"", PROTOBUF)
    assert (text.status, text.bytes, text.headers["Content-Type"]) == (200, b"{}", "application/json")
    assert binary.headers["Content-Length"] == "0"


@pytest.mark.parametrize("packed", [True, False])
def test_spans_in_protobuf_are_split_by_trace(sender: Sender, packed: bool) -> None:  # noqa: FBT001
    other = bytes.fromhex(OTHER_TRACE)
    body = trace_request(IDS, (other, IDS[1]), IDS).SerializeToString()
    post = sender.post_gzip if packed else sender.post
    assert post(TRACES, body, kind=PROTOBUF).status == 200
    found = {envelope.key: envelope for envelope in sender.arrived("otel-spans")}
    assert set(found) == {f"team-a:{TRACE}".encode(), f"team-a:{OTHER_TRACE}".encode()}
    mine = found[f"team-a:{TRACE}".encode()]
    assert [s.trace_id for s in spans_in(mine)] == [IDS[0], IDS[0]]
    assert mine.headers["count"] == "2"
    assert mine.headers["retention-days"] == "90"
    assert mine.headers["schema"] == "otlp/traces"
    assert mine.headers["content-type"] == PROTOBUF
    assert mine.headers["namespace"] == "team-a"


def test_every_span_keeps_its_resource_and_scope(sender: Sender) -> None:
    body = traces(span(), span(OTHER_TRACE), service="one")
    body["resourceSpans"] += traces(span(), service="two")["resourceSpans"]
    body["resourceSpans"][0]["scopeSpans"].append({"scope": {"name": "second"}, "schemaUrl": "u", "spans": [span()]})
    sender.post(TRACES, body)
    (mine,) = [e for e in sender.arrived("otel-spans") if e.key.endswith(TRACE.encode())]
    request = ExportTraceServiceRequest.FromString(mine.value)
    shape = [
        (
            r.resource.attributes[0].value.string_value,
            [(s.scope.name, s.schema_url, len(s.spans)) for s in r.scope_spans],
        )
        for r in request.resource_spans
    ]
    assert shape == [("one", [("s", "", 1), ("second", "u", 1)]), ("two", [("s", "", 1)])]


def test_json_becomes_the_same_protobuf(sender: Sender) -> None:
    """Ids are hex in any case, 64-bit integers text or number, other bytes base64, unknown members ignored."""
    values = [
        {"key": "s", "value": {"stringValue": "é"}},
        {"key": "b", "value": {"boolValue": True}},
        {"key": "i", "value": {"intValue": 9007199254740993}},
        {"key": "d", "value": {"doubleValue": "NaN"}},
        {"key": "y", "value": {"bytesValue": "AQI="}},
        {"key": "l", "value": {"arrayValue": {"values": [{"stringValue": "x"}, {}]}}},
        {"key": "m", "value": {"kvlistValue": {"values": [{"key": "k", "value": {"intValue": "-1"}}]}}},
    ]
    sent = span(
        TRACE.upper(), attributes=values, unknown={"a": 1}, kind="SPAN_KIND_CLIENT", flags=None, droppedEventsCount=2
    )
    assert sender.post(TRACES, traces(sent)).status == 200
    (envelope,) = sender.arrived("otel-spans")
    (got,) = spans_in(envelope)
    assert (got.trace_id, got.span_id, got.kind, got.dropped_events_count) == (*IDS, 3, 2)
    assert got.start_time_unix_nano == int(sent["startTimeUnixNano"])
    by_key = {a.key: a.value for a in got.attributes}
    assert by_key["s"].string_value == "é"
    assert by_key["b"].bool_value is True
    assert by_key["i"].int_value == 9007199254740993
    assert by_key["d"].double_value != by_key["d"].double_value  # NaN
    assert by_key["y"].bytes_value == b"\1\2"
    assert [v.string_value for v in by_key["l"].array_value.values] == ["x", ""]
    assert by_key["m"].kvlist_value.values[0].value.int_value == -1


def test_metrics_are_split_by_service_and_keep_every_kind_of_point(sender: Sender) -> None:
    body = metrics(point(), point(), service="one")
    body["resourceMetrics"] += metrics(point(), service="two")["resourceMetrics"]
    body["resourceMetrics"] += metrics(point(), service="")["resourceMetrics"]
    histogram = {
        "dataPoints": [{"timeUnixNano": otlp.now(), "count": "3", "bucketCounts": ["1", 2], "explicitBounds": [1]}]
    }
    body["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].append({"name": "h", "histogram": histogram})
    assert sender.post(METRICS, body).bytes == b"{}"
    found = {e.key: e for e in sender.arrived("otel-metrics")}
    assert {key: e.headers["count"] for key, e in found.items()} == {
        b"team-a:one": "3",
        b"team-a:two": "1",
        b"team-a:unknown_service": "1",
    }
    request = ExportMetricsServiceRequest.FromString(found[b"team-a:one"].value)
    bounds = request.resource_metrics[0].scope_metrics[0].metrics[1].histogram.data_points[0]
    assert (list(bounds.bucket_counts), list(bounds.explicit_bounds)) == ([1, 2], [1.0])


BAD_SPANS = [
    ({"traceId": ""}, "traceId"),
    ({"traceId": "00" * 16}, "traceId"),
    ({"traceId": "CvdlGRbNQ92ESOshHIAxnA=="}, "traceId"),  # base64, as protobuf's own JSON writer has it
    ({"traceId": TRACE[2:]}, "traceId"),
    ({"spanId": "00" * 8}, "spanId"),
    ({"spanId": SPAN + "00"}, "spanId"),
    ({"parentSpanId": "ab"}, "parentSpanId"),
    ({"startTimeUnixNano": 0}, "startTimeUnixNano"),
    ({"startTimeUnixNano": str(otlp.now() - 401 * DAY)}, "startTimeUnixNano"),
    ({"endTimeUnixNano": str(otlp.now() + DAY)}, "endTimeUnixNano"),
]


@pytest.mark.parametrize(("changes", "member"), BAD_SPANS)
def test_a_span_that_the_store_could_not_hold_is_a_partial_success(sender: Sender, changes: Any, member: str) -> None:
    answer = sender.post(TRACES, traces(span(), span(**changes)))
    assert answer.status == 200
    partial = answer.json["partialSuccess"]
    assert partial["rejectedSpans"] == "1"
    assert partial["errorMessage"].startswith(f"/resourceSpans/0/scopeSpans/0/spans/1/{member}: ")
    assert [e.headers["count"] for e in sender.arrived("otel-spans")] == ["1"]


def test_partial_success_in_protobuf(sender: Sender) -> None:
    body = trace_request(IDS, (b"short", IDS[1])).SerializeToString()
    answer = sender.post(TRACES, body, kind=PROTOBUF)
    told = ExportTraceServiceResponse.FromString(answer.bytes).partial_success
    assert (answer.headers["Content-Type"], told.rejected_spans) == (PROTOBUF, 1)
    assert "traceId" in told.error_message

    now = otlp.now()
    body = metric_request(0, now, now - 401 * DAY, now, now + DAY).SerializeToString()
    points = ExportMetricsServiceResponse.FromString(sender.post(METRICS, body, kind=PROTOBUF).bytes).partial_success
    assert points.rejected_data_points == 3
    assert "/sum/dataPoints/0/timeUnixNano" in points.error_message
    (envelope,) = sender.arrived("otel-metrics")
    kept = ExportMetricsServiceRequest.FromString(envelope.value).resource_metrics[0].scope_metrics[0].metrics[0]
    assert [p.time_unix_nano for p in kept.sum.data_points] == [now, now]


def status_in(body: bytes) -> tuple[int, str]:
    """Read google.rpc.Status by hand: field 1 is the code, field 2 the message (shorter than 128 bytes or not)."""
    assert body[0] == 0x08
    assert body[2] == 0x12
    length = body[3] & 0x7F | (body[4] << 7 if body[3] & 0x80 else 0)
    message = body[5 if body[3] & 0x80 else 4 :]
    assert len(message) == length
    return body[1], message.decode()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xff", PROTOBUF),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"\xff", "application/json"),
        ({"resourceSpans": {}}, "application/json"),
        ({"resourceSpans": [1]}, "application/json"),
        (traces(span(startTimeUnixNano="soon")), "application/json"),
        (traces(span(startTimeUnixNano=-1)), "application/json"),
        (traces(span(startTimeUnixNano="9" * 5000)), "application/json"),
        (traces(span(name=5)), "application/json"),
        (traces(span(kind=2**40)), "application/json"),
        (traces(span(kind=1.5)), "application/json"),
        (traces(span(attributes=[{"key": "k", "value": {"boolValue": "yes"}}])), "application/json"),
        (traces(span(attributes=[{"key": "k", "value": {"bytesValue": "?"}}])), "application/json"),
        (traces(span(attributes=[{"key": "k", "value": {"doubleValue": True}}])), "application/json"),
        (traces(span(x=json.loads("[" * 64 + "]" * 64))), "application/json"),
        (b'{"resourceSpans":' + b"[" * 100_000, "application/json"),
    ],
)
def test_what_cannot_be_read_is_a_400_with_a_status_in_the_requests_encoding(
    sender: Sender, body: Any, kind: str
) -> None:
    answer = sender.post(TRACES, body, kind=kind)
    assert answer.status == 400
    assert answer.headers["Content-Type"] == kind
    code, message = status_in(answer.bytes) if kind == PROTOBUF else (answer.json["code"], answer.json["message"])
    assert code == 3
    assert message.startswith(answer.headers["X-Hub-Reason"])
    assert sender.arrived("otel-spans") == []


def test_a_status_names_the_place_that_is_wrong(sender: Sender) -> None:
    answer = sender.post(TRACES, traces(span(), span(name=5)))
    assert "/resourceSpans/0/scopeSpans/0/spans/1/name: This is no string." in answer.json["message"]


def test_other_content_types_are_refused(sender: Sender) -> None:
    answer = sender.post(TRACES, b"", kind="text/plain")
    assert (answer.status, answer.json["code"], answer.headers["X-Hub-Reason"]) == (415, 3, "unsupported_encoding")


def test_errors_of_the_key_are_a_status_too(sender: Sender) -> None:
    answer = sender.post(TRACES, b"", kind=PROTOBUF, headers={"Authorization": "Bearer x"})
    assert (answer.status, answer.headers["Content-Type"]) == (401, PROTOBUF)
    code, message = status_in(answer.bytes)
    assert code == 16
    assert "unauthenticated" in message


def test_a_status_may_be_longer_than_a_byte_can_count() -> None:
    from ingest.otlp.encodings import PROTOBUF as BINARY  # noqa: PLC0415
    from ingest.otlp.encodings import status  # noqa: PLC0415

    assert status_in(status(BINARY, 8, "é" * 100)) == (8, "é" * 100)


def test_deep_but_allowed_values_can_be_read_back(sender: Sender) -> None:
    """More than 100 levels are refused by protobuf: what is accepted as JSON must stay below."""
    value: dict[str, Any] = {"stringValue": "deep"}
    for _ in range(17):
        value = {"arrayValue": {"values": [value]}}
    assert sender.post(TRACES, traces(span(attributes=[{"key": "k", "value": value}]))).status == 200
    (envelope,) = sender.arrived("otel-spans")
    assert len(spans_in(envelope)) == 1
