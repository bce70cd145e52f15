"""The embedded hub's clock: runs the scheduled tasks that Celery beat runs in production."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from threading import Event

import structlog
from django.db import close_old_connections

from governance.schedule import SCHEDULE, Entry
from hubsite.celery import app

log = structlog.get_logger(__name__)


def tick(stop: Event, *, schedule: Iterable[Entry] = SCHEDULE, clock: Callable[[], float] = time.monotonic) -> None:
    """Run each task when it is due, one after the other, until `stop`; once more at the end, so that nothing is lost."""
    app.loader.import_default_modules()
    due = {entry: clock() + entry.every_s for entry in schedule}
    while due and not stop.wait(max(0.05, min(due.values()) - clock())):
        for entry in [entry for entry, at in due.items() if at <= clock()]:
            run(entry)
            due[entry] = clock() + entry.every_s
    for entry in due:
        run(entry)


def run(entry: Entry) -> None:
    """Run one task here and now; a failing one is logged and runs again at its next time."""
    try:
        app.tasks[entry.task].apply(throw=True)
    except Exception:
        log.exception("task_failed", task=entry.task)
    finally:
        close_old_connections()
