"""What the API's document says of the door's routes: bodies, answers, errors. Serializers here only describe."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers

View = TypeVar("View")


class Describe(Protocol):
    """A decorator that leaves the view as it is."""

    def __call__(self, view: View, /) -> View: ...


JSON = "application/json"
PROTOBUF = "application/x-protobuf"
PROBLEM_JSON = "application/problem+json"


class DoorErrorSerializer(serializers.Serializer[Any]):
    pointer = serializers.CharField(help_text='RFC 6901 JSON pointer into what was sent; "" is the whole.')
    code = serializers.CharField(help_text="Stable code.")
    message = serializers.CharField()


class DoorProblemSerializer(serializers.Serializer[Any]):
    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What happened, why, and what to do.")
    code = serializers.CharField(help_text="Stable code, also in the header X-Hub-Reason.")
    errors = DoorErrorSerializer(many=True)  # type: ignore[assignment]  # only describes
    request_id = serializers.CharField()


class AcceptedEventSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["accepted"])
    id = serializers.CharField(help_text="SHA-256 of the event's bytes, hex: the same event has the same id.")
    warnings = DoorErrorSerializer(many=True, help_text="What is odd, though accepted.")


class BatchSummarySerializer(serializers.Serializer[Any]):
    received = serializers.IntegerField()
    successful = serializers.IntegerField()
    failed = serializers.IntegerField()
    retriable = serializers.IntegerField()
    non_retriable = serializers.IntegerField()


class FailedEventSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField(help_text="Place in the batch, from 0.")
    reason = serializers.CharField()
    retriable = serializers.BooleanField()
    pointer = serializers.CharField()
    code = serializers.CharField()


class BatchAnswerSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["success", "partial_success", "failure"])
    summary = BatchSummarySerializer()
    failed_events = FailedEventSerializer(many=True)


class IndexedErrorSerializer(DoorErrorSerializer):
    index = serializers.IntegerField(help_text="Place in the list, from 0.")


class CountsSerializer(serializers.Serializer[Any]):
    accepted = serializers.IntegerField()
    rejected = serializers.IntegerField()
    errors = IndexedErrorSerializer(many=True)  # type: ignore[assignment]  # only describes
    namespace = serializers.CharField(help_text="The key's namespace.")


EVENT = {
    "type": "object",
    "description": "A RunEvent, JobEvent or DatasetEvent of OpenLineage: https://openlineage.io/spec/2-0-2/OpenLineage.json",
    "required": ["eventTime"],
    "properties": {
        "eventTime": {"type": "string"},
        "eventType": {"type": "string"},
        "producer": {"type": "string"},
        "schemaURL": {"type": "string"},
        "run": {"type": "object"},
        "job": {"type": "object"},
        "dataset": {"type": "object"},
        "inputs": {"type": "array", "items": {"type": "object"}},
        "outputs": {"type": "array", "items": {"type": "object"}},
    },
}
EVENTS = {"type": "array", "items": EVENT, "maxItems": 1000}
WITH_EVENTS = {
    "type": "object",
    "required": ["events"],
    "properties": {"namespace": {"type": "string"}, "events": EVENTS},
}
OTLP_JSON = {"type": "object", "description": "OTLP in JSON: camelCase keys, ids in hex."}
OTLP_LISTS = {
    "type": "object",
    "properties": {
        "namespace": {"type": "string"},
        "traces": {"type": "array", "items": OTLP_JSON},
        "metrics": {"type": "array", "items": OTLP_JSON},
    },
}
EXAMPLE = OpenApiExample(
    "A finished run",
    request_only=True,
    value={
        "eventType": "COMPLETE",
        "eventTime": "2026-01-31T12:00:00Z",
        "producer": "https://example.com/my-pipeline",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": "0198c0de-0000-7000-8000-000000000001"},
        "job": {"namespace": "team-a", "name": "user_data_etl"},
        "inputs": [{"namespace": "postgres://db:5432", "name": "shop.public.orders"}],
        "outputs": [{"namespace": "s3://lake", "name": "orders_daily"}],
    },
)
ERRORS = {
    400: "The body cannot be read.",
    401: "No key, or one that does not count.",
    403: "The key may not do this.",
    413: "Over a limit of size.",
    415: "Not an encoding that is taken.",
    429: "The daily quota is used up; Retry-After says when it is renewed.",
    503: "Nothing was taken. Send it again after Retry-After seconds.",
}
PROBLEMS = {(status, PROBLEM_JSON): OpenApiResponse(DoorProblemSerializer, text) for status, text in ERRORS.items()}
INVALID = {(422, PROBLEM_JSON): OpenApiResponse(DoorProblemSerializer, "Breaks a rule; errors says where.")}
RPC_STATUS = {"type": "object", "properties": {"code": {"type": "integer"}, "message": {"type": "string"}}}
STATUSES = {(status, JSON): OpenApiResponse(RPC_STATUS, text) for status, text in ERRORS.items()}

ONE_EVENT: Describe = extend_schema(
    operation_id="send_event",
    tags=["lineage"],
    summary="Send one OpenLineage event",
    request={JSON: EVENT},
    examples=[EXAMPLE],
    responses={(201, JSON): AcceptedEventSerializer, **PROBLEMS, **INVALID},
)
BATCH: Describe = extend_schema(
    operation_id="send_events",
    tags=["lineage"],
    summary="Send many OpenLineage events",
    request={JSON: {"oneOf": [EVENTS, WITH_EVENTS]}, "application/x-ndjson": {"type": "string"}},
    responses={(200, JSON): BatchAnswerSerializer, **PROBLEMS, **INVALID},
)
PARCEL: Describe = extend_schema(
    operation_id="ingest_lineage",
    tags=["lineage"],
    summary="Send events with their namespace",
    request={JSON: WITH_EVENTS},
    responses={
        (200, JSON): CountsSerializer,
        (422, JSON): OpenApiResponse(CountsSerializer, "All rejected."),
        **PROBLEMS,
    },
)


def _export(operation_id: str, what: str) -> Any:
    return extend_schema(
        operation_id=operation_id,
        tags=["telemetry"],
        summary=f"Export {what} (OTLP/HTTP)",
        request={PROTOBUF: OpenApiTypes.BINARY, JSON: OTLP_JSON},
        responses={
            (200, JSON): OpenApiResponse({"type": "object"}, "Empty, or partialSuccess."),
            (200, PROTOBUF): OpenApiResponse(OpenApiTypes.BINARY, "Empty, or partial_success."),
            **STATUSES,
        },
    )


TRACES: Describe = _export("export_traces", "spans")
METRICS: Describe = _export("export_metrics", "metrics")
COLLECTION: Describe = extend_schema(
    operation_id="ingest_telemetry",
    tags=["telemetry"],
    summary="Send spans and metrics with their namespace",
    request={JSON: OTLP_LISTS},
    responses={(200, JSON): CountsSerializer, **PROBLEMS, **INVALID},
)
