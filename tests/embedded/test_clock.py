"""The embedded clock runs each task when it is due, survives a failing one, and runs all once more at the end."""

from __future__ import annotations

from threading import Event

import pytest

from governance.schedule import SCHEDULE, Entry
from hubsite.celery import app
from hubsite.embedded import clock


class Turns(Event):
    """A stop event that lets a number of waits pass, moving the time on; nobody sleeps."""

    def __init__(self, turns: int) -> None:
        super().__init__()
        self.turns = turns
        self.now = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        self.now += timeout or 0.0
        self.turns -= 1
        return self.turns < 0


def ran(monkeypatch: pytest.MonkeyPatch, turns: int, *entries: Entry) -> list[tuple[str, float]]:
    stop = Turns(turns)
    seen: list[tuple[str, float]] = []
    monkeypatch.setattr(clock, "run", lambda entry: seen.append((entry.name, round(stop.now, 3))))
    clock.tick(stop, schedule=entries, clock=lambda: stop.now)
    return seen


def test_each_task_runs_at_its_own_interval_and_once_more_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = ran(monkeypatch, 3, Entry("often", "t.often", 10), Entry("seldom", "t.seldom", 25))
    assert seen == [("often", 10.0), ("often", 20.0), ("seldom", 25.0), ("often", 30.0), ("seldom", 30.0)]


def test_without_tasks_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ran(monkeypatch, 5) == []


@pytest.mark.django_db
def test_a_failing_task_is_logged_and_not_raised(caplog: pytest.LogCaptureFixture) -> None:
    @app.task(name="tests.fails")  # type: ignore[untyped-decorator]
    def fails() -> None:
        raise RuntimeError("out of luck")

    clock.run(Entry("fails", "tests.fails", 1))
    assert "task_failed" in caplog.text


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()
    assert {entry.task for entry in SCHEDULE} <= set(app.tasks)
