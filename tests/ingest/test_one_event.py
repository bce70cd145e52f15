"""The stock clients' route: one event, 201, its bytes unchanged in the log."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from namespaces.models import Namespace
from tests.ingest.sender import RUN_ID, Sender, body_of, event

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/lineage",
        "/api/v1/lineage/",
        "/",
        "/api/v1/api/v1/lineage",
        "/api/v1/api/v1/lineage/",
    ],
)
def test_every_path_where_stock_clients_end_up_takes_an_event(sender: Sender, path: str) -> None:
    assert sender.post(path, event()).status == 201
    assert len(sender.arrived()) == 1


def test_the_answer_has_a_body_with_length_and_the_events_id(sender: Sender) -> None:
    body = body_of(event())
    answer = sender.event(body)
    assert answer.json == {"status": "accepted", "id": sha256(body).hexdigest(), "warnings": []}
    assert answer.headers["Content-Length"] == str(len(answer.bytes))
    assert answer.headers["Content-Type"] == "application/json"


def test_the_bytes_that_came_in_are_in_the_log(sender: Sender) -> None:
    body = b'{ "job":{"name":"e\\u00e9\xc3\xa9","namespace":"team-a"},\r\n "big": 123456789012345678901234567890, "eventTime":"2026-01-31T12:00:00Z" }'
    assert sender.event(body).status == 201
    assert sender.arrived()[0].value == body


def test_white_space_around_an_event_is_not_part_of_it(sender: Sender) -> None:
    """So that an event has one id, sent alone or in a batch."""
    body = body_of(event())
    assert sender.event(b" \n" + body + b"\n").json["id"] == sha256(body).hexdigest()


def test_the_envelope_says_who_sent_what_and_when(sender: Sender) -> None:
    answer = sender.post("/api/v1/lineage", event(), headers={"X-Request-ID": "request-12345"})
    (envelope,) = sender.arrived()
    assert envelope.key == f"team-a:{RUN_ID}".encode()
    received_at = envelope.headers["received-at"]
    assert received_at.endswith("Z")
    assert len(received_at) == len("2026-01-31T12:00:00.000000Z")
    assert envelope.headers["key-id"].isdigit()
    assert dict(envelope.headers) == {
        "namespace": "team-a",
        "content-type": "application/json",
        "schema": "openlineage/run",
        "received-at": received_at,
        "event-id": answer.json["id"],
        "key-id": envelope.headers["key-id"],
        "request-id": "request-12345",
    }


@pytest.mark.parametrize("run_id", [RUN_ID.upper(), RUN_ID.replace("-", ""), f"{{{RUN_ID}}}", f"urn:uuid:{RUN_ID}"])
def test_every_spelling_of_a_uuid_keeps_the_order_of_its_run(sender: Sender, run_id: str) -> None:
    assert sender.event(run={"runId": run_id}).json["warnings"] == []
    assert sender.arrived()[0].key == f"team-a:{RUN_ID}".encode()


def test_job_and_dataset_events_are_told_by_their_shape(sender: Sender) -> None:
    dataset = {"namespace": "pg", "name": "orders"}
    assert sender.event(run=None, eventType=None).status == 201
    assert sender.event(run=None, job=None, inputs=None, outputs=None, dataset=dataset).status == 201
    assert {(e.key, e.headers["schema"]) for e in sender.arrived()} == {
        (b"team-a:team-a/etl", "openlineage/job"),
        (b"team-a:pg/orders", "openlineage/dataset"),
    }


def test_a_list_is_sent_to_the_batch_route(sender: Sender) -> None:
    answer = sender.event([event()])
    assert (answer.status, answer.json["code"]) == (422, "one_event")
    assert "/api/v1/lineage/batch" in answer.json["detail"]


@pytest.mark.parametrize("job_namespace", ["default"])
def test_an_unnamed_job_namespace_becomes_the_keys_namespace(sender: Sender, job_namespace: str) -> None:
    body = body_of(event(job={"namespace": job_namespace, "name": "etl"}))
    answer = sender.event(body)
    assert [w["code"] for w in answer.json["warnings"]] == ["job_namespace_rewritten"]
    (envelope,) = sender.arrived()
    assert envelope.headers["job-namespace"] == "team-a"
    assert envelope.value == body


def test_a_job_namespace_of_another_team_is_refused(sender: Sender, team_c: Namespace) -> None:
    answer = sender.event(job={"namespace": "team-c", "name": "etl"})
    assert (answer.status, answer.json["code"]) == (403, "namespace_not_allowed")
    assert answer.headers["X-Hub-Reason"] == "namespace_not_allowed"
    assert sender.arrived() == []


def test_a_job_namespace_is_claimed_by_first_use(sender: Sender, sender_with: Any, team_c: Namespace) -> None:
    assert sender.event(job={"namespace": "airflow-prod", "name": "etl"}).status == 201
    other = sender_with("lineage:write", namespace=team_c)
    assert other.event(job={"namespace": "airflow-prod", "name": "etl"}).status == 403


def test_any_namespace_may_refer_to_any_dataset(sender: Sender, team_c: Namespace) -> None:
    assert sender.event(inputs=[{"namespace": "team-c", "name": "theirs"}]).status == 201
