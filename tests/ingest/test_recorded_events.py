"""126 events of the stock dbt integration: all come in, by every way, and no byte of them changes."""

from __future__ import annotations

import json

import pytest

from tests import recorded
from tests.ingest.sender import Sender

pytestmark = [pytest.mark.django_db, pytest.mark.shared]


@pytest.fixture
def events() -> list[bytes]:
    return recorded.dbt_events()


def test_singly(sender: Sender, events: list[bytes]) -> None:
    answers = [sender.event(event) for event in events]
    assert {answer.status for answer in answers} == {201}
    assert sorted(e.value for e in sender.arrived()) == sorted(events)
    assert all(answer.json["warnings"] == [] for answer in answers)


def test_in_one_batch_with_gzip(sender: Sender, events: list[bytes]) -> None:
    answer = sender.post_gzip("/api/v1/lineage/batch", b"[" + b",".join(events) + b"]")
    assert answer.json["summary"]["successful"] == len(events) == 126
    assert sorted(e.value for e in sender.arrived()) == sorted(events)


def test_as_lines(sender: Sender, events: list[bytes]) -> None:
    answer = sender.post("/api/v1/lineage/batch", b"\n".join(events), kind="application/x-ndjson")
    assert answer.json["status"] == "success"
    assert sorted(e.value for e in sender.arrived()) == sorted(events)


def test_in_the_hubs_own_shape(sender: Sender, events: list[bytes]) -> None:
    body = b'{"namespace":"team-a","events":[' + b",".join(events) + b"]}"
    assert sender.post("/api/v1/lineage/ingest", body).json["accepted"] == len(events)
    assert sorted(e.value for e in sender.arrived()) == sorted(events)


def test_events_of_a_run_keep_their_order(sender: Sender, events: list[bytes]) -> None:
    sender.post("/api/v1/lineage/batch", b"\n".join(events))
    sent: dict[str, list[bytes]] = {}
    for event in events:
        sent.setdefault(json.loads(event)["run"]["runId"], []).append(event)
    came: dict[str, list[bytes]] = {}
    for envelope in sender.arrived():
        came.setdefault(envelope.key.decode().removeprefix("team-a:"), []).append(envelope.value)
    assert came == sent
