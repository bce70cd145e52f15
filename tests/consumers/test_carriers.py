"""The carriers are run by name, each from its topics, and together they end together."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core.management import CommandError, call_command, get_commands

from backends.eventlog import event_log
from backends.eventlog.topics import LINEAGE, METRICS, SPANS
from consumers import carriers
from consumers.carriers import CARRIERS, policy_of, run_together
from consumers.management import running
from consumers.policies import MIB, BatchPolicy, FuseBlown
from tests.consumers.memory_log import MemoryEventLog

DEADLINE_S = 10


def test_each_carrier_reads_its_topics() -> None:
    assert {name: handler.topics for name, handler in CARRIERS.items()} == {
        "marquez": (LINEAGE.name,),
        "catalog": (LINEAGE.name,),
        "telemetry": (SPANS.name, METRICS.name),
    }


def test_only_telemetry_needs_its_boundaries_written_down() -> None:
    assert [name for name, handler in CARRIERS.items() if handler.exactly_once] == ["telemetry"]


def test_events_go_on_at_once_and_telemetry_as_the_settings_say(settings: Any) -> None:
    settings.HUB_TELEMETRY_BATCH_COUNT = 100
    settings.HUB_TELEMETRY_BATCH_MIB = 0.5
    settings.HUB_TELEMETRY_BATCH_AGE_S = 30.0
    assert policy_of("telemetry") == BatchPolicy(100, MIB // 2, 30.0)
    assert policy_of("marquez").max_age_s == 0
    assert policy_of("catalog").max_age_s == 0


def test_there_is_a_command_for_each() -> None:
    assert {f"consume_{name}" for name in (*CARRIERS, "all")} <= get_commands().keys()


@pytest.mark.django_db(transaction=True)
def test_a_carrier_runs_until_it_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    log, stop, turned = MemoryEventLog(), threading.Event(), threading.Event()
    monkeypatch.setattr(event_log, "get", lambda: log)
    monkeypatch.setattr(carriers, "Pulse", lambda _name: lambda _detail: turned.set())
    thread = threading.Thread(target=carriers.run, args=("marquez", stop))
    thread.start()
    assert turned.wait(DEADLINE_S)
    stop.set()
    thread.join(DEADLINE_S)
    assert not thread.is_alive()


def test_one_that_fails_stops_the_others_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[str] = []

    def run(name: str, stop: threading.Event) -> None:
        if name == "catalog":
            raise FuseBlown(100, "fault", "KeyError")
        assert stop.wait(DEADLINE_S)
        ended.append(name)

    monkeypatch.setattr(carriers, "run", run)
    with pytest.raises(FuseBlown):
        run_together(CARRIERS, threading.Event())
    assert sorted(ended) == ["marquez", "telemetry"]


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the commands would run."""
    told: list[list[str]] = []
    monkeypatch.setattr(running, "run_together", lambda names, _stop: told.append(list(names)))
    monkeypatch.setattr(running, "stop_on_signals", threading.Event)
    return told


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["consume_marquez"], ["marquez"]),
        (["consume_catalog"], ["catalog"]),
        (["consume_telemetry"], ["telemetry"]),
        (["consume_all"], ["marquez", "catalog", "telemetry"]),
        (["consume_all", "--only", "catalog", "--only", "marquez"], ["catalog", "marquez"]),
    ],
)
def test_commands_run_what_they_say(words: list[str], names: list[str], carried: list[list[str]]) -> None:
    call_command(*words)
    assert carried == [names]


def test_a_blown_fuse_ends_the_command_with_its_explanation(carried: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def blow(names: object, stop: object) -> None:
        raise FuseBlown(100, "fault", "KeyError")

    monkeypatch.setattr(running, "run_together", blow)
    with pytest.raises(CommandError, match="Correct the fault"):
        call_command("consume_catalog")
