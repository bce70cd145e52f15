"""Knows which run the present code belongs to: per thread, per task, through nested calls."""

from __future__ import annotations

from contextvars import ContextVar

from data_lineage_hub._runs import Run

_run: ContextVar[Run | None] = ContextVar("data_lineage_hub_run", default=None)
current = _run.get
enter = _run.set  # never reset by token: a generator may go on in another context than the one it began in


def leave(run: Run) -> None:
    """Go back to the run outside; does nothing elsewhere, as when a forgotten coroutine is collected in foreign code."""
    if _run.get() is run:
        _run.set(run.outer)
    run.outer = None


def current_run_id() -> str | None:
    """The id of the run that this code belongs to, None outside of tracked functions.

    Put it on spans as the attribute `lineage.run_id`, and they appear on the page of the run.
    """
    run = _run.get()
    return run.ref.run_id if run else None
