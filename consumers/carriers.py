"""The closed list of carriers, and how each is run: its handler, its batches, its heartbeat.

Fed by management commands and by the embedded hub
Feeds consumers/loop.py
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import Event, Thread

import structlog
from django.conf import settings
from django.db import connections

from backends.eventlog import event_log
from consumers.handler import Handler
from consumers.handlers.catalog import CatalogHandler
from consumers.handlers.marquez import MarquezHandler
from consumers.handlers.telemetry import TelemetryHandler
from consumers.heartbeats import Pulse
from consumers.loop import Loop
from consumers.policies import MIB, BatchPolicy

log = structlog.get_logger(__name__)

CARRIERS: Mapping[str, type[Handler]] = {
    handler.name: handler for handler in (MarquezHandler, CatalogHandler, TelemetryHandler)
}
AT_ONCE = BatchPolicy(max_count=20)  # events go on as they come; a stop waits for at most so many


def policy_of(name: str) -> BatchPolicy:
    if name != TelemetryHandler.name:
        return AT_ONCE
    return BatchPolicy(
        max_count=settings.HUB_TELEMETRY_BATCH_COUNT,
        max_bytes=int(settings.HUB_TELEMETRY_BATCH_MIB * MIB),
        max_age_s=settings.HUB_TELEMETRY_BATCH_AGE_S,
    )


def run(name: str, stop: Event) -> None:
    """Carry until `stop`; whatever else ends it is raised."""
    structlog.contextvars.bind_contextvars(carrier=name)
    log.info("carrier started")
    pulse = Pulse(name)
    pulse("")  # alive before its first turn is over
    try:
        Loop(event_log.get(), CARRIERS[name](), policy_of(name), heartbeat=pulse).run(stop)
    finally:
        connections.close_all()  # this thread's
    log.info("carrier stopped")


def run_together(names: Iterable[str], stop: Event) -> None:
    """Run several, each in a thread; if one fails the others finish and stop, and its error is raised."""
    failures: list[Exception] = []

    def guarded(name: str) -> None:
        try:
            run(name, stop)
        except Exception as error:
            log.exception("carrier failed", carrier=name)
            failures.append(error)
            stop.set()

    threads = [Thread(target=guarded, args=(name,), name=f"carrier-{name}") for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
