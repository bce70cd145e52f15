"""The key decides: who sends, for which namespace, with which scope."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from backends.eventlog.sqlite import SqliteEventLog
from ingest.urls import ROUTES
from namespaces.models import ApiKey, Namespace
from tests.ingest.sender import Sender, body_of, event

pytestmark = pytest.mark.django_db
LINEAGE = [route for route in ROUTES if "lineage" in route or route == "/"]
TELEMETRY = [route for route in ROUTES if route not in LINEAGE]


@pytest.mark.parametrize("path", ROUTES)
def test_no_route_takes_anything_without_a_key(log: SqliteEventLog, path: str) -> None:
    response = Client().post(path, body_of(event()), content_type="application/json")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response["X-Hub-Reason"] == "unauthenticated"


def test_unknown_wrong_and_expired_keys_get_the_same_answer(sender: Sender, sender_with: Callable[..., Sender]) -> None:
    old = sender_with("lineage:write", expires_at=timezone.now() + timedelta(hours=1))
    ApiKey.objects.filter(expires_at__isnull=False).update(expires_at=timezone.now() - timedelta(hours=1))
    wrong = Sender(sender.token[:-1] + ("a" if sender.token[-1] != "a" else "b"), sender._log)
    answers = [s.post("/api/v1/lineage", event(), headers={"X-Request-ID": "same-for-all"}) for s in (old, wrong)]
    answers.append(
        sender.post("/api/v1/lineage", event(), headers={"X-Request-ID": "same-for-all", "Authorization": "Bearer x"})
    )
    assert {a.status for a in answers} == {401}
    assert len({a.bytes for a in answers}) == 1


def test_the_key_may_come_as_x_api_key(sender: Sender) -> None:
    headers = {"Authorization": "", "X-API-Key": sender.token}
    assert sender.post("/api/v1/lineage", event(), headers=headers).status == 201


@pytest.mark.parametrize("path", LINEAGE)
def test_lineage_needs_the_scope_for_it(sender_with: Callable[..., Sender], path: str) -> None:
    answer = sender_with("telemetry:write", "read", "admin").post(path, event())
    assert (answer.status, answer.json["code"]) == (403, "insufficient_scope")


@pytest.mark.parametrize("path", TELEMETRY)
def test_telemetry_needs_the_scope_for_it(sender_with: Callable[..., Sender], path: str) -> None:
    answer = sender_with("lineage:write", "read", "admin").post(path, {})
    assert (answer.status, answer.headers["X-Hub-Reason"]) == (403, "insufficient_scope")


def test_the_namespace_is_the_keys_whatever_the_event_says(
    sender_with: Callable[..., Sender], team_c: Namespace
) -> None:
    sender = sender_with("lineage:write", namespace=team_c)
    sender.event(job={"namespace": "team-c.etl", "name": "x"}, namespace="team-a", tenant="team-a")
    (envelope,) = sender.arrived()
    assert envelope.headers["namespace"] == "team-c"
    assert envelope.key.startswith(b"team-c:")


def test_using_a_key_notes_its_use(sender: Sender) -> None:
    sender.event()
    used = ApiKey.objects.get().last_used_at
    assert used is not None
    assert timezone.now() - used < timedelta(minutes=1)
