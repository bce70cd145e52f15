"""Charges a request's items to its namespace's daily quota: all of them or none.

Charged before the append, given back when the append fails. With the cache away everything passes (see counters).

Fed by the door.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from namespaces import counters
from namespaces.errors import QuotaExceeded
from namespaces.facts import NamespaceFacts
from namespaces.models import Usage

DAY_S = 86_400
MAX_RETRY_AFTER_S = 60  # clients sleep this long: they should ask again soon, a quota can be raised at any time


@dataclass(frozen=True, slots=True)
class Remaining:
    """What the RateLimit headers say."""

    limit: int
    remaining: int
    reset_s: int


class DailyQuota:
    """Quotas by a clock that gives seconds since the epoch; days are UTC days."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock

    def charge(self, namespace: NamespaceFacts, count: int) -> Remaining:
        limit, reset_s = namespace.daily_event_quota, self._reset_s()
        used = self._add(namespace, count)
        if used is None:
            return Remaining(limit, limit, reset_s)
        if used > limit:
            self._add(namespace, -count)
            raise QuotaExceeded(
                f"{namespace.name} may send {limit} items a day and {count} more would be too many. "
                "Wait for midnight UTC, or ask a platform administrator to raise it.",
                limit=limit,
                retry_after_s=min(reset_s, MAX_RETRY_AFTER_S),
                reset_s=reset_s,
            )
        return Remaining(limit, limit - used, reset_s)

    def refund(self, namespace: NamespaceFacts, count: int) -> None:
        self._add(namespace, -count)

    def _add(self, namespace: NamespaceFacts, count: int) -> int | None:
        day = self._today()
        name = counters.name_of("quota", namespace.id, day)
        return counters.add(name, count, seed=lambda: accepted_on(namespace.id, day))

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock(), UTC).date()

    def _reset_s(self) -> int:
        return DAY_S - int(self._clock()) % DAY_S


def accepted_on(namespace_id: int, day: date) -> int:
    accepted = Usage.objects.filter(namespace_id=namespace_id, day=day).values_list("accepted", flat=True).first()
    return accepted or 0


_quota = DailyQuota()
charge = _quota.charge
refund = _quota.refund
