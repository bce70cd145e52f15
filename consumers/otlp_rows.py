"""Turns OTLP messages into rows of `otel.traces` and `otel.metrics`; pure.

Ids become lower-case hex, enums the OpenTelemetry Collector's words, attribute values text (lists and maps as JSON), so
that dashboards made for the Collector's tables read ours. Column by column: backends/telemetry/schema.

Fed by consumers/handlers/telemetry.py (values of otel-spans and otel-metrics)
Feeds backends/telemetry (blocks)
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

RUN_ID = "lineage.run_id"  # attribute of a span, or of its resource, that names an OpenLineage run
KINDS = ("Unspecified", "Internal", "Server", "Client", "Producer", "Consumer")
STATUSES = ("Unset", "Ok", "Error")
MAX_TIME_NS = 4_102_444_800_000_000_000  # 2100-01-01: what lies beyond overflows the store's dates
LARGEST_EXACT = 2.0**53

SPAN_COLUMNS = (
    "timestamp", "namespace", "trace_id", "span_id", "parent_span_id", "trace_state", "service_name", "operation_name",
    "span_kind", "status_code", "status_message", "duration_ns", "attributes", "resource_attributes", "scope_name",
    "scope_version", "events", "links", "run_id", "retention_days", "kafka_partition", "kafka_offset",
)  # fmt: skip

M = TypeVar("M", bound=Message)
Row = tuple[Any, ...]
Attributes = Mapping[str, str]


class Undecodable(Exception):
    """The value is no message of its kind: whoever appended it did not pass the door."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What the envelope says of all its rows. `retention_days` is a class of the store."""

    namespace: str
    retention_days: int
    partition: int
    offset: int


def span_rows(value: bytes, origin: Origin) -> Iterator[Row]:
    request = decoded(ExportTraceServiceRequest(), value)
    tail = (origin.retention_days, origin.partition, origin.offset)
    for of_resource in request.resource_spans:
        resource = attributes_of(of_resource.resource.attributes)
        service = resource.get("service.name", "")
        for of_scope in of_resource.scope_spans:
            scope = of_scope.scope
            for span in of_scope.spans:
                attributes = attributes_of(span.attributes)
                yield (
                    time_ns(span.start_time_unix_nano), origin.namespace, span.trace_id.hex(), span.span_id.hex(),
                    span.parent_span_id.hex(), span.trace_state, service, span.name, word(KINDS, span.kind),
                    word(STATUSES, span.status.code), span.status.message, duration_ns(span), attributes, resource,
                    scope.name, scope.version, events_of(span), links_of(span),
                    attributes.get(RUN_ID) or resource.get(RUN_ID, ""), *tail,
                )  # fmt: skip


def columns_of(names: Sequence[str], rows: Iterable[Row]) -> dict[str, list[Any]]:
    """Rows turned on their side; without rows the columns are empty."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return dict(zip(names, columns or [[] for _ in names], strict=True))


def decoded(message: M, value: bytes) -> M:
    try:
        message.ParseFromString(value)
    except DecodeError as error:
        raise Undecodable(f"Not a {type(message).__name__}: {error}") from error
    return message


def time_ns(unix_ns: int) -> int:
    return min(unix_ns, MAX_TIME_NS)


def duration_ns(span: Span) -> int:
    """Clocks may step back within a span; a duration may not."""
    return max(0, span.end_time_unix_nano - span.start_time_unix_nano)


def word(words: Sequence[str], number: int) -> str:
    """An enum's word; a number that a newer client may send is the first, "not said"."""
    return words[number] if 0 <= number < len(words) else words[0]


def events_of(span: Span) -> list[Row]:
    return [(time_ns(event.time_unix_nano), event.name, attributes_of(event.attributes)) for event in span.events]


def links_of(span: Span) -> list[Row]:
    return [
        (link.trace_id.hex(), link.span_id.hex(), link.trace_state, attributes_of(link.attributes))
        for link in span.links
    ]


def attributes_of(pairs: Iterable[KeyValue]) -> Attributes:
    return {pair.key: text_of(pair.value) for pair in pairs}


def text_of(value: AnyValue) -> str:
    """An attribute's value as the Collector writes it into a Map(String, String)."""
    kind = value.WhichOneof("value")
    if kind == "string_value":
        return value.string_value
    plain = plain_of(value)
    return plain if isinstance(plain, str) else "" if plain is None else json.dumps(plain, ensure_ascii=False)


def plain_of(value: AnyValue) -> Any:
    """An attribute's value as JSON knows it: bytes in base64, whole doubles without a fraction."""
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [plain_of(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return {pair.key: plain_of(pair.value) for pair in value.kvlist_value.values}
    if kind == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    if kind == "double_value":
        double = value.double_value
        return int(double) if double.is_integer() and abs(double) < LARGEST_EXACT else double
    return getattr(value, kind) if kind else None
