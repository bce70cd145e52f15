"""How a run's state follows from its events, whatever their order."""

from __future__ import annotations

from datetime import UTC, datetime

from catalog.models import TERMINAL, RunState

FIRST = datetime.min.replace(tzinfo=UTC)
STATE_OF = {
    "START": RunState.RUNNING,
    "RUNNING": RunState.RUNNING,
    "COMPLETE": RunState.COMPLETE,
    "FAIL": RunState.FAIL,
    "ABORT": RunState.ABORT,
}


def state_of(event_type: str) -> RunState:
    """OTHER, and whatever the spec does not know, says nothing of the state."""
    return STATE_OF.get(event_type, RunState.UNKNOWN)


def weight(state: str, at: datetime | None) -> tuple[int, datetime, str]:
    """Terminal before running before unknown, then the later, then the name: a total order, so that max() commutes.

    A late START or an OTHER after the end therefore never reopens a run.
    """
    rank = 2 if state in TERMINAL else int(state == RunState.RUNNING)
    return rank, at or FIRST, state
