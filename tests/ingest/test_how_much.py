"""Quota, usage and outage: what is charged, counted and given back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, InterfaceError

from backends.errors import BackendRefused, BackendUnavailable
from backends.eventlog import event_log
from backends.eventlog.sqlite import SqliteEventLog
from namespaces import quotas, usage
from namespaces.facts import facts_of
from namespaces.memory import Memory
from namespaces.models import Namespace
from namespaces.usage import UsageToday
from tests.ingest.sender import Sender, event

pytestmark = pytest.mark.django_db
BATCH = "/api/v1/lineage/batch"


@pytest.fixture
def used(team_a: Namespace) -> Callable[[], UsageToday]:
    return lambda: usage.today([team_a.pk])[team_a.pk]


@pytest.fixture
def remaining(team_a: Namespace) -> Callable[[], int]:
    """How much of the quota is left."""

    def ask() -> int:
        facts = facts_of(team_a.name)
        assert facts is not None
        return quotas.charge(facts, 0).remaining

    return ask


def limit(namespace: Namespace, quota: int) -> None:
    Namespace.objects.filter(pk=namespace.pk).update(daily_event_quota=quota)
    Memory.forget_all()


def break_log(log: SqliteEventLog, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def append(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(log, "append", append)


def test_accepted_and_rejected_events_are_counted(sender: Sender, used: Callable[[], UsageToday]) -> None:
    sender.event()
    sender.post(BATCH, [event(), event(), {}])
    sender.event({})
    sender.event(b"not json")
    assert used() == UsageToday(accepted=3, rejected=3)


def test_only_accepted_events_are_charged(sender: Sender, team_a: Namespace, remaining: Callable[[], int]) -> None:
    limit(team_a, 10)
    sender.post(BATCH, [event(), {}, event()])
    sender.event({})
    assert remaining() == 8


def test_over_quota_is_a_429_that_says_when_to_come_back(
    sender: Sender, team_a: Namespace, used: Callable[[], UsageToday]
) -> None:
    limit(team_a, 2)
    answer = sender.post(BATCH, [event()] * 3)
    assert (answer.status, answer.json["code"]) == (429, "quota_exceeded")
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["RateLimit-Limit"] == "2"
    assert answer.headers["RateLimit-Remaining"] == "0"
    assert int(answer.headers["RateLimit-Reset"]) > 0
    assert sender.arrived() == []
    assert used() == UsageToday(throttled=3)
    assert sender.post(BATCH, [event()] * 2).status == 200


def test_a_log_that_is_away_is_a_503_and_nothing_is_charged_or_counted(
    sender: Sender,
    log: SqliteEventLog,
    used: Callable[[], UsageToday],
    remaining: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = remaining()
    break_log(log, BackendUnavailable("kafka", "broker-7:9092 is away"), monkeypatch)
    answer = sender.event()
    assert (answer.status, answer.headers["Retry-After"], answer.json["code"]) == (503, "1", "unavailable")
    assert b"broker-7" not in answer.bytes
    assert remaining() == before
    assert used() == UsageToday()


@pytest.mark.parametrize(("code", "status"), [("too_large", 413), ("refused", 422)])
def test_what_the_log_refuses_is_the_senders_to_change(
    sender: Sender, log: SqliteEventLog, monkeypatch: pytest.MonkeyPatch, code: str, status: int
) -> None:
    break_log(log, BackendRefused("kafka", "broker-7 says no", code=code), monkeypatch)
    answer = sender.event()
    assert (answer.status, answer.json["code"]) == (status, code)
    assert "Retry-After" not in answer.headers
    assert b"broker-7" not in answer.bytes


def test_what_the_log_refuses_costs_nothing_and_counts_as_rejected(
    sender: Sender,
    log: SqliteEventLog,
    used: Callable[[], UsageToday],
    remaining: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = remaining()
    break_log(log, BackendRefused("kafka", "no"), monkeypatch)
    sender.post(BATCH, [event(), event(), {}])
    assert remaining() == before
    assert used() == UsageToday(rejected=3)


def test_the_log_is_given_the_deadline_of_the_settings(
    sender: Sender, log: SqliteEventLog, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HUB_APPEND_TIMEOUT_S = 0.25
    asked: list[float] = []
    monkeypatch.setattr(log, "append", lambda _, *, timeout_s: asked.append(timeout_s))
    sender.event()
    assert asked == [0.25]


def test_a_missing_topic_is_the_hubs_to_mend_and_the_client_sends_again(
    sender: Sender, log: SqliteEventLog, used: Callable[[], UsageToday], monkeypatch: pytest.MonkeyPatch
) -> None:
    break_log(log, BackendRefused("kafka", "no topic: run create_topics", code="unknown_topic"), monkeypatch)
    answer = sender.event()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert used() == UsageToday()


@pytest.mark.parametrize("error", [DatabaseError("gone"), InterfaceError("connection closed"), KeyError("a fault")])
def test_what_is_durable_is_acknowledged_even_when_it_cannot_be_counted(
    sender: Sender, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def fail(key_id: str) -> None:
        raise error

    monkeypatch.setattr("namespaces.keys.touch", fail)
    assert sender.event().status == 201
    assert "could not be counted" in caplog.text


def test_a_request_that_brings_nothing_does_not_ask_the_log(sender: Sender) -> None:
    event_log.close()
    event_log.plug(lambda: pytest.fail("asked"))
    assert sender.post(BATCH, [{}]).status == 200
