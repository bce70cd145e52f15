"""Reads the times that producers write, the odd ones included."""

from __future__ import annotations

from datetime import UTC, datetime


def parse(text: object) -> datetime | None:
    """An aware time in UTC, or None for what is no time.

    Naive times are UTC (stock Airflow and Great Expectations send them), nanoseconds are cut to microseconds, a zone's
    name after the offset (`…Z[Europe/London]`, as Egeria sends it) is dropped.
    """
    if not isinstance(text, str):
        return None
    try:
        time = datetime.fromisoformat(text.partition("[")[0].strip().upper())
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
