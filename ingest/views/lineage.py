"""The routes that take OpenLineage events.

Fed by stock OpenLineage clients, the SDK and curl.
Feeds `ingest.door`.
"""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from backends.eventlog import headers
from ingest import documentation, door, limits, lineage
from ingest.verdicts import Rejection, Verdict
from ingest.views.base import DoorView, answer
from namespaces.errors import FieldError
from namespaces.models import Scope


def receive(request: HttpRequest, judge: door.Judge) -> Verdict:
    return door.receive(request, scope=Scope.LINEAGE_WRITE, caps=limits.LINEAGE, judge=judge)


class EventView(DoorView):
    """One event. 201 with a body: 204 breaks the Java client, 202 and 204 break Go."""

    @documentation.ONE_EVENT
    def post(self, request: HttpRequest) -> HttpResponse:
        verdict = receive(request, lineage.judge_one)
        told = {
            "status": "accepted",
            "id": verdict.envelopes[0].headers[headers.EVENT_ID],
            "warnings": [shown(warning) for warning in verdict.warnings],
        }
        return answer(msgspec.json.encode(told), status=201)


class BatchView(DoorView):
    """Many events; the answer is OpenLineage's own."""

    @documentation.BATCH
    def post(self, request: HttpRequest) -> HttpResponse:
        verdict = receive(request, lineage.judge_batch)
        told = {
            "status": status_of(verdict),
            "summary": {
                "received": verdict.accepted + verdict.rejected,
                "successful": verdict.accepted,
                "failed": verdict.rejected,
                "retriable": 0,  # what may be sent again is answered as a whole, with 503
                "non_retriable": verdict.rejected,
            },
            "failed_events": [failed(rejection) for rejection in verdict.rejections],
        }
        return answer(msgspec.json.encode(told))


class ParcelView(DoorView):
    """Many events with their namespace: the hub's own shape."""

    @documentation.PARCEL
    def post(self, request: HttpRequest) -> HttpResponse:
        verdict = receive(request, lineage.judge_parcel)
        told = {
            "accepted": verdict.accepted,
            "rejected": verdict.rejected,
            "errors": errors_of(verdict),
            "namespace": verdict.namespace,
        }
        return answer(msgspec.json.encode(told), status=422 if status_of(verdict) == "failure" else 200)


def status_of(verdict: Verdict) -> str:
    if not verdict.rejected:
        return "success"
    return "partial_success" if verdict.accepted else "failure"


def failed(rejection: Rejection) -> dict[str, Any]:
    """One entry per event, as the spec has it; the first reason stands for its place and code."""
    first = rejection.reasons[0]
    return {
        "index": rejection.index,
        "reason": "; ".join(f"{reason.pointer} {reason.message}".strip() for reason in rejection.reasons),
        "retriable": False,
        "pointer": first.pointer,
        "code": first.code,
    }


def errors_of(verdict: Verdict) -> list[dict[str, Any]]:
    return [{"index": r.index, **shown(reason)} for r in verdict.rejections for reason in r.reasons]


def shown(error: FieldError) -> dict[str, str]:
    return {"pointer": error.pointer, "code": error.code, "message": error.message}
