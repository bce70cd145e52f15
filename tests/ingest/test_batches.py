"""Many events in one body: one bad event never costs a good one, and each is answered by its index."""

from __future__ import annotations

import json
from typing import Any

import pytest

from namespaces.models import Namespace
from tests.ingest.sender import Sender, body_of, event

pytestmark = pytest.mark.django_db
BATCH = "/api/v1/lineage/batch"
PARCEL = "/api/v1/lineage/ingest"


def two() -> list[dict[str, Any]]:
    return [event(), event(eventType="START")]


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(two()).encode(),
        json.dumps({"events": two()}, indent=1).encode(),
        b"\n".join(map(body_of, two())),
        b"\r\n".join(map(body_of, two())) + b"\r\n\r\n",
    ],
    ids=["array", "object", "NDJSON", "NDJSON of Windows"],
)
def test_a_batch_may_be_an_array_an_object_or_lines(sender: Sender, body: bytes) -> None:
    answer = sender.post(BATCH, body)
    assert answer.status == 200
    assert answer.json == {
        "status": "success",
        "summary": {"received": 2, "successful": 2, "failed": 0, "retriable": 0, "non_retriable": 0},
        "failed_events": [],
    }
    assert [json.loads(e.value) for e in sender.arrived()] == two()


def test_a_single_line_is_a_batch_of_one(sender: Sender) -> None:
    assert sender.post(BATCH, event()).json["summary"]["successful"] == 1


def test_events_keep_their_bytes_inside_a_batch(sender: Sender) -> None:
    one, other = (
        b'{ "eventTime":"2026-01-31T12:00:00Z",\n"job":{"namespace":"team-a","name":"\\u0065"} }',
        body_of(event()),
    )
    sender.post(BATCH, b"[ " + one + b" ,\n" + other + b"]")
    assert {e.value for e in sender.arrived()} == {one, other}


def test_one_bad_event_costs_only_itself(sender: Sender) -> None:
    answer = sender.post(BATCH, [event(), event(run={"runId": ""}, job={"namespace": "n"}), 7, event()])
    assert answer.status == 200
    assert answer.json["status"] == "partial_success"
    assert answer.json["summary"] == {"received": 4, "successful": 2, "failed": 2, "retriable": 0, "non_retriable": 2}
    first, second = answer.json["failed_events"]
    assert first == {
        "index": 1,
        "reason": "/job/name This is missing.; /run/runId This must not be blank.",
        "retriable": False,
        "pointer": "/job/name",
        "code": "required",
    }
    assert (second["index"], second["code"]) == (2, "not_an_object")
    assert len(sender.arrived()) == 2


def test_a_line_that_is_no_json_costs_only_itself(sender: Sender) -> None:
    answer = sender.post(BATCH, body_of(event()) + b"\n{broken\n" + body_of(event()))
    assert answer.json["summary"]["successful"] == 2
    assert [(f["index"], f["code"]) for f in answer.json["failed_events"]] == [(1, "malformed")]


def test_a_batch_without_a_good_event_is_a_failure(sender: Sender) -> None:
    answer = sender.post(BATCH, [{}])
    assert (answer.status, answer.json["status"]) == (200, "failure")
    assert sender.arrived() == []


def test_a_foreign_job_namespace_in_a_batch_is_that_events_error(sender: Sender, team_c: Namespace) -> None:
    answer = sender.post(BATCH, [event(), event(job={"namespace": "team-c", "name": "x"})])
    assert [(f["index"], f["code"]) for f in answer.json["failed_events"]] == [(1, "namespace_not_allowed")]
    assert len(sender.arrived()) == 1


def test_an_event_over_its_limit_is_that_events_error(sender: Sender) -> None:
    answer = sender.post(BATCH, [event(), event(x="x" * (5 * 1024 * 1024))])
    assert [(f["index"], f["code"]) for f in answer.json["failed_events"]] == [(1, "too_large")]


@pytest.mark.parametrize("path", [BATCH, PARCEL])
def test_at_most_a_thousand_events_come_at_once(sender: Sender, path: str) -> None:
    answer = sender.post(path, {"events": [{}] * 1001})
    assert (answer.status, answer.json["code"]) == (422, "too_many")


def test_an_empty_batch_is_a_success(sender: Sender) -> None:
    assert sender.post(BATCH, []).json["status"] == "success"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed"),
        (b"[{]", 400, "malformed"),
        (b'{"events":[{', 400, "malformed"),
        (b'"text"', 400, "malformed"),
        ({"events": {}}, 422, "wrong_type"),
        (b"[" + b"[" * 100_000, 422, "too_deep"),
    ],
)
def test_a_body_that_is_no_batch_is_refused_as_a_whole(sender: Sender, body: Any, status: int, code: str) -> None:
    answer = sender.post(BATCH, body)
    assert (answer.status, answer.json["code"]) == (status, code)


@pytest.mark.parametrize("wrap", ["", "lineage_data", "request"])
@pytest.mark.parametrize("namespace", [{"namespace": "team-a"}, {}, {"namespace": None}, {"namespace": ""}])
def test_the_hubs_own_shape_comes_wrapped_or_not(sender: Sender, wrap: str, namespace: dict[str, Any]) -> None:
    body = {**namespace, "events": [event()]}
    answer = sender.post(PARCEL, {wrap: body} if wrap else body)
    assert (answer.status, answer.json) == (200, {"accepted": 1, "rejected": 0, "errors": [], "namespace": "team-a"})


def test_each_reason_is_listed_with_the_index_of_its_event(sender: Sender) -> None:
    answer = sender.post(PARCEL, {"events": [event(), event(run={"runId": ""}, job={})]})
    assert answer.status == 200
    assert (answer.json["accepted"], answer.json["rejected"]) == (1, 1)
    assert [(e["index"], e["pointer"], e["code"]) for e in answer.json["errors"]] == [
        (1, "/job/namespace", "required"),
        (1, "/job/name", "required"),
        (1, "/run/runId", "blank"),
    ]


def test_all_rejected_is_a_422_with_the_same_body(sender: Sender) -> None:
    answer = sender.post(PARCEL, {"events": [{}]})
    assert answer.status == 422
    assert (answer.json["accepted"], answer.json["rejected"], answer.json["namespace"]) == (0, 1, "team-a")


def test_another_namespace_than_the_keys_is_refused(sender: Sender, team_c: Namespace) -> None:
    answer = sender.post(PARCEL, {"namespace": "team-c", "events": [event()]})
    assert (answer.status, answer.json["code"]) == (403, "namespace_mismatch")
    assert sender.arrived() == []


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, [("/events", "required")]),
        ({"namespace": 5, "events": []}, [("/namespace", "wrong_type")]),
        ({"events": "all"}, [("/events", "wrong_type")]),
        ({"lineage_data": []}, [("/lineage_data", "wrong_type")]),
        ([], [("", "not_an_object")]),
    ],
)
def test_a_parcel_of_another_shape_is_refused_with_the_place(sender: Sender, body: Any, codes: Any) -> None:
    answer = sender.post(PARCEL, body)
    assert (answer.status, answer.codes) == (422, codes)
