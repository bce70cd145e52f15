"""Begins and ends runs on the caller's thread: an id, a clock, a context, a tuple on a queue; and nothing may escape.

Fed by data_lineage_hub._track and _wrappers.
Feeds data_lineage_hub._sender.
"""

from __future__ import annotations

import time
from traceback import TracebackException

from data_lineage_hub import _config, _context, _log, _sender
from data_lineage_hub._runs import Event, EventType, Job, Run

INNERMOST_FRAMES = -50


def begin(job: Job) -> Run | None:
    """Send START and make the new run the current one; None when that failed, which is no reason to stop."""
    try:
        time_ns = time.time_ns()
        run = Run(job, _config.current(), time_ns, _context.current())
        _sender.put(Event("START", time_ns, run))
        _context.enter(run)
    except Exception:  # noqa: BLE001 -- the boundary: the user's function runs whatever happens here
        _log.warn_once("begin", "A run of %s could not be begun; the function goes on.", job.name, trace=True)
        return None
    return run


def end(run: Run | None, error: BaseException | None = None) -> None:
    """Make the run outside the current one again, and send how this one ended."""
    if run is not None:
        _context.leave(run)
        finish(run, error)


def finish(run: Run | None, error: BaseException | None = None) -> None:
    """Send how the run ended."""
    if run is None:
        return
    try:
        _sender.put(Event(outcome(error), time.time_ns(), run, described(error)))
    except Exception:  # noqa: BLE001 -- the boundary, as above
        _log.warn_once("end", "The end of a run of %s could not be sent.", run.job.name, trace=True)


def outcome(error: BaseException | None) -> EventType:
    if error is None:
        return "COMPLETE"
    return "FAIL" if isinstance(error, Exception) else "ABORT"


def described(error: BaseException | None) -> TracebackException | None:
    """What is needed to print the traceback later; it holds no frames, so nothing of the user's stays alive."""
    if error is None:
        return None
    trace = error.__traceback__
    if trace and trace.tb_next and trace.tb_frame.f_globals.get("__package__") == __package__:
        trace = trace.tb_next  # our own wrapper is not news
    return TracebackException(type(error), error, trace, limit=INNERMOST_FRAMES, lookup_lines=False, compact=True)
