"""The real state of every component, asked for just now: what the health routes, the status page and `doctor` show."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, connection, connections

from backends.eventlog import event_log
from backends.health import Health, Status
from backends.lineage import lineage_backend
from backends.telemetry import telemetry_store
from consumers.liveness import carriers_health

ASK_TIMEOUT_S = 3.0
ESSENTIAL = ("database", "event_log")  # without these the hub cannot serve


def database() -> Health:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            version = str(cursor.fetchone()[0])
    except OperationalError as error:
        first_line = str(error).splitlines()[0]
        return Health("down", detail=first_line, advice="Start PostgreSQL, or correct HUB_DATABASE_URL.")
    return Health("ok", version=f"PostgreSQL {version}")


def redis() -> Health:
    if not settings.HUB_REDIS_URL:
        return Health("off", detail="Not configured: cache and counters live in the process.")
    try:
        cache.set("hub-health", 1, 5)
    except Exception as error:  # noqa: BLE001 -- redis-py, socket and timeout errors share no base of their own
        advice = "Start Redis, or correct HUB_REDIS_URL. Until then quotas are not counted."
        return Health("down", detail=str(error), advice=advice)
    return Health("ok")


COMPONENTS: Mapping[str, Callable[[], Health]] = {
    "database": database,
    "event_log": lambda: event_log.get().health(),
    "telemetry_store": lambda: telemetry_store.get().health(),
    "lineage_backend": lambda: lineage_backend.get().health(),
    "cache": redis,
    "carriers": carriers_health,
}


def ask(check: Callable[[], Health]) -> Health:
    """Run one check, timed; a check that fails is a component that is down."""
    begun = time.perf_counter()
    try:
        health = check()
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is an answer to "how are you"
        health = Health("down", detail=f"{type(error).__name__}: {error}", advice="See the hub's log.")
    return replace(health, latency_ms=round((time.perf_counter() - begun) * 1000, 1))


def ask_aside(check: Callable[[], Health]) -> Health:
    """`ask` on a thread of its own, which leaves no database connection behind."""
    try:
        return ask(check)
    finally:
        connections.close_all()


def components() -> dict[str, Health]:
    """Ask all at the same time; who has not answered in time is down."""
    pool = ThreadPoolExecutor(max_workers=len(COMPONENTS), thread_name_prefix="health")
    asked = {name: pool.submit(ask_aside, check) for name, check in COMPONENTS.items()}
    deadline = time.monotonic() + ASK_TIMEOUT_S
    answers: dict[str, Health] = {}
    for name, future in asked.items():
        try:
            answers[name] = future.result(timeout=max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            answers[name] = Health(
                "down", detail=f"No answer within {ASK_TIMEOUT_S:.0f} s.", advice="Is it overloaded?"
            )
    pool.shutdown(wait=False)
    return answers


def overall(answers: Mapping[str, Health]) -> Status:
    """Down when an essential component is, degraded when any other is."""
    if any(answers[name].status == "down" for name in ESSENTIAL):
        return "down"
    return "degraded" if any(h.status in {"down", "degraded"} for h in answers.values()) else "ok"


def is_ready() -> bool:
    """Can the hub take and show data? Asks the essential components alone."""
    return all(ask(COMPONENTS[name]).status == "ok" for name in ESSENTIAL)
