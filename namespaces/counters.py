"""Counts per namespace and UTC day in the cache that all processes share: Redis in production, memory when embedded.

Losing the cache must not lose events: when it is away, callers are told `None` and let things pass. A counter that is
gone (restarted cache, evicted entry) begins again from what the database last knew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

KEEP_S = 2 * 86_400  # a day and the time to flush it
AWAY = (RedisError, OSError)

_is_away = False


def name_of(kind: str, namespace_id: int, day: date) -> str:
    return f"{kind}:{namespace_id}:{day.isoformat()}"


def add(name: str, n: int, *, seed: Callable[[], int]) -> int | None:
    """Add to the counter and give its new value; `seed` says where an absent one begins. None: the cache is away."""
    try:
        value = _increase(name, n)
        if value is None:
            cache.add(name, seed(), KEEP_S)  # of two that seed at once the first one counts
            value = _increase(name, n)
    except AWAY as error:
        _note_away(error)
        return None
    _note_back()
    return value


def read(names: Iterable[str]) -> Mapping[str, int]:
    """The counters that exist; none when the cache is away."""
    try:
        values: Mapping[str, int] = cache.get_many(list(names))
    except AWAY as error:
        _note_away(error)
        return {}
    _note_back()
    return values


def _increase(name: str, n: int) -> int | None:
    try:
        return cache.incr(name, n)
    except ValueError:  # Django's word for "no such key"
        return None


def _note_away(error: Exception) -> None:
    """Say it once, not once per event."""
    global _is_away  # noqa: PLW0603 -- one cache, one state
    if not _is_away:
        log.warning("cache_away", error=str(error), effect="quotas are not enforced and usage is not counted")
    _is_away = True


def _note_back() -> None:
    global _is_away  # noqa: PLW0603 -- the same
    if _is_away:
        log.info("cache_back")
    _is_away = False
