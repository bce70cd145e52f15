"""The last runs of a job side by side: how each ended by colour and shape, how long it took by height."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog.models import Run, RunState
from hubsite.portal.states import Look, look_of
from hubsite.portal.words import duration

HEIGHT = 64
LEAST_HEIGHT = 6


@dataclass(frozen=True, slots=True)
class Bar:
    run: Run
    look: Look
    top: int
    height: int
    said: str


def seconds_of(run: Run) -> float | None:
    """How long it took; None while it runs or when the producer did not say."""
    if run.started_at is None or run.ended_at is None:
        return None
    return max(0.0, (run.ended_at - run.started_at).total_seconds())


def strip(runs: Sequence[Run]) -> list[Bar]:
    """The oldest first, heights in proportion to the longest."""
    longest = max((seconds_of(run) or 0.0 for run in runs), default=0.0) or 1.0
    return [bar(run, longest) for run in reversed(runs)]


def bar(run: Run, longest: float) -> Bar:
    seconds, look = seconds_of(run), look_of(run.state)
    height = round(LEAST_HEIGHT + (HEIGHT - LEAST_HEIGHT) * (seconds or 0.0) / longest)
    begun = run.started_at or run.first_event_at
    took = f" in {duration(seconds)}" if seconds is not None else ""
    return Bar(run, look, HEIGHT - height, height, f"{look.word}{took}, {begun:%Y-%m-%d %H:%M} UTC")


def success_rate(runs: Iterable[Run]) -> int | None:
    """In parts of a hundred, of the runs that came to an end of their own; None when there is none."""
    ended = [run.state for run in runs if run.state in {RunState.COMPLETE, RunState.FAIL}]
    return round(100 * ended.count(RunState.COMPLETE) / len(ended)) if ended else None
