"""What the clock asks for is real: each entry of the schedule names a task that Celery knows and that works."""

from __future__ import annotations

from celery import current_app

from governance.schedule import SCHEDULE
from governance.tasks import flush_usage
from namespaces import usage
from namespaces.models import Namespace, Usage


def test_every_entry_names_a_task_that_celery_knows() -> None:
    assert {entry.task for entry in SCHEDULE} <= set(current_app.tasks)


def test_entries_have_their_own_names_and_a_period() -> None:
    assert len({entry.name for entry in SCHEDULE}) == len(SCHEDULE)
    assert all(entry.every_s > 0 for entry in SCHEDULE)


def test_usage_is_flushed_every_ten_seconds(team_a: Namespace) -> None:
    assert {entry.task: entry.every_s for entry in SCHEDULE}["governance.flush_usage"] == 10
    usage.count(team_a.pk, "accepted", 2)
    assert flush_usage.apply(throw=True).get() == 1
    assert Usage.objects.get().accepted == 2
