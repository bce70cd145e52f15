"""Heartbeats are written seldom, hold nobody up, and tell health the truth."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from backends.errors import BackendUnavailable
from backends.eventlog import Envelope, event_log
from consumers.carriers import CARRIERS
from consumers.heartbeats import EVERY_S, Pulse
from consumers.liveness import SILENT_AFTER, carriers_health
from consumers.models import Heartbeat
from tests.consumers.memory_log import MemoryEventLog
from tests.consumers.workshop import TOPIC, Clock


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> MemoryEventLog:
    made = MemoryEventLog()
    monkeypatch.setattr(event_log, "get", lambda: made)
    return made


def beat(*names: str, detail: str = "", ago: timedelta = timedelta(0)) -> None:
    for name in names:
        Heartbeat.objects.update_or_create(carrier=name, defaults={"at": timezone.now() - ago, "detail": detail})


def test_a_pulse_is_written_at_most_every_few_seconds(db: None) -> None:
    clock = Clock()
    pulse = Pulse("catalog", clock=clock)
    pulse("")
    Heartbeat.objects.all().delete()
    clock.advance(EVERY_S - 0.1)
    pulse("")
    assert not Heartbeat.objects.exists()
    clock.advance(0.1)
    pulse("")
    assert Heartbeat.objects.get().carrier == "catalog"


def test_trouble_and_its_end_are_written_at_once(db: None) -> None:
    pulse = Pulse("catalog", clock=Clock())
    pulse("")
    pulse("destination is away\0")
    assert Heartbeat.objects.get().detail == "destination is away"
    pulse("")
    assert Heartbeat.objects.get().detail == ""


def test_a_database_that_is_away_stops_no_carrier_and_is_asked_seldom(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def away(*, carrier: str, defaults: object) -> None:
        asked.append(carrier)
        raise OperationalError("connection refused")

    monkeypatch.setattr(Heartbeat.objects, "update_or_create", away)
    pulse = Pulse("catalog", clock=Clock())
    for number in range(5):
        pulse(f"trouble {number}")
    assert asked == ["catalog"]


def test_all_carriers_alive_is_ok_and_tells_how_far_behind_they_are(db: None, log: MemoryEventLog) -> None:
    beat(*CARRIERS)
    log.append([Envelope(TOPIC, b"k", b"v")], timeout_s=1)
    health = carriers_health()
    assert health.status == "ok"
    assert health.detail == "marquez 1 behind; catalog 1 behind; telemetry up to date"


def test_a_carrier_that_never_turned_or_not_for_a_minute_is_named_with_its_command(
    db: None, log: MemoryEventLog
) -> None:
    beat("marquez")
    beat("catalog", ago=SILENT_AFTER + timedelta(seconds=1))
    health = carriers_health()
    assert health.status == "degraded"
    assert health.detail.startswith("No turn for a minute: catalog, telemetry;")
    assert "manage.py consume_catalog, manage.py consume_telemetry" in health.advice


def test_a_carrier_that_waits_is_degraded_and_says_why(db: None, log: MemoryEventLog) -> None:
    beat("marquez", detail="destination is away: lineage_backend: refused")
    beat("catalog", "telemetry")
    health = carriers_health()
    assert health.status == "degraded"
    assert "marquez: destination is away: lineage_backend: refused" in health.detail


def test_without_the_log_the_lag_is_not_guessed(db: None, log: MemoryEventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    beat(*CARRIERS)

    def away(topics: object, *, group: str) -> None:
        raise BackendUnavailable("event_log", "is away")

    monkeypatch.setattr(log, "lag", away)
    assert "cannot be told" in carriers_health().detail
