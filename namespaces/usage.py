"""Counts what became of each namespace's items, day by day, and writes the counts into Usage rows.

The door counts in the cache; a clock flushes the absolute values, so flushing twice, or from two processes at once,
changes nothing.

Fed by the door. Feeds the portal's gauges and the quota of a restarted cache.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from django.db import connection
from django.utils import timezone

from namespaces import counters
from namespaces.models import Namespace, Usage

Outcome = Literal["accepted", "rejected", "throttled"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

# GREATEST keeps the row when a restarted cache knows less than it.
UPSERT = """
INSERT INTO namespaces_usage (namespace_id, day, accepted, rejected, throttled)
SELECT id, %s, %s, %s, %s FROM namespaces_namespace WHERE id = %s
ON CONFLICT (namespace_id, day) DO UPDATE SET
    accepted = GREATEST(namespaces_usage.accepted, EXCLUDED.accepted),
    rejected = GREATEST(namespaces_usage.rejected, EXCLUDED.rejected),
    throttled = GREATEST(namespaces_usage.throttled, EXCLUDED.throttled)
"""


@dataclass(frozen=True, slots=True)
class UsageToday:
    accepted: int = 0
    rejected: int = 0
    throttled: int = 0


def count(namespace_id: int, outcome: Outcome, n: int) -> None:
    if n:
        day = today_utc()
        name = counters.name_of(outcome, namespace_id, day)
        counters.add(name, n, seed=lambda: getattr(_stored([namespace_id], day).get(namespace_id), outcome, 0))


def flush() -> int:
    """Write the counts of today and yesterday; the number of rows written."""
    ids = list(Namespace.objects.values_list("pk", flat=True))
    day = today_utc()
    written = 0
    for each in (day - timedelta(days=1), day):
        counted = _counted(ids, each)
        rows: list[list[date | int]] = [
            [each, u.accepted, u.rejected, u.throttled, pk] for pk, u in sorted(counted.items())
        ]
        if rows:
            with connection.cursor() as cursor:
                cursor.executemany(UPSERT, rows)  # in one order, so that two flushers never deadlock
        written += len(rows)
    return written


def today(namespace_ids: Collection[int]) -> dict[int, UsageToday]:
    """What each of the namespaces used today, flushed or not."""
    day = today_utc()
    stored, counted = _stored(namespace_ids, day), _counted(namespace_ids, day)
    return {pk: _most(stored.get(pk, UsageToday()), counted.get(pk, UsageToday())) for pk in namespace_ids}


def today_utc() -> date:
    return timezone.now().date()


def _most(one: UsageToday, other: UsageToday) -> UsageToday:
    return UsageToday(*(max(getattr(one, outcome), getattr(other, outcome)) for outcome in OUTCOMES))


def _stored(namespace_ids: Iterable[int], day: date) -> Mapping[int, UsageToday]:
    rows = Usage.objects.filter(namespace_id__in=list(namespace_ids), day=day)
    return {row.namespace_id: UsageToday(row.accepted, row.rejected, row.throttled) for row in rows}


def _counted(namespace_ids: Iterable[int], day: date) -> Mapping[int, UsageToday]:
    """The namespaces that the cache has counted anything for."""
    names = {(pk, outcome): counters.name_of(outcome, pk, day) for pk in namespace_ids for outcome in OUTCOMES}
    values = counters.read(names.values())
    counted = {pk for (pk, _), name in names.items() if name in values}
    return {pk: UsageToday(*(values.get(names[pk, outcome], 0) for outcome in OUTCOMES)) for pk in counted}
