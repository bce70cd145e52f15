"""What happens by the clock: read by Celery beat in production and by the embedded hub's own clock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A Celery task by its name, and how often it runs."""

    name: str
    task: str
    every_s: float


SCHEDULE = (Entry("flush-usage", "governance.flush_usage", 10.0),)
