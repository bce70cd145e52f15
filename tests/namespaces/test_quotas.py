"""A namespace's day has a limit: charged whole or not at all, never passed, renewed at midnight UTC."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st

from namespaces import counters, facts
from namespaces.errors import QuotaExceeded
from namespaces.facts import NamespaceFacts
from namespaces.models import Namespace, Usage
from namespaces.quotas import DailyQuota, Remaining
from tests.services.ports import free_port

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC).timestamp()
FACTS = NamespaceFacts(1, "team-x", "claim", daily_event_quota=10, rate_limit_per_s=0, storage_retention_days=90)


class Clock:
    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def limited(team_a: Namespace) -> NamespaceFacts:
    return replace(facts.of(team_a), daily_event_quota=10)


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
def shared_cache(request: pytest.FixtureRequest, settings: Any) -> Iterator[None]:
    """Both caches that the hub runs on."""
    if request.param == "redis":
        url = request.getfixturevalue("redis_url")
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}}
    yield
    cache.close()


def test_what_is_left_is_told(limited: NamespaceFacts) -> None:
    quota = DailyQuota(Clock())
    assert quota.charge(limited, 4) == Remaining(limit=10, remaining=6, reset_s=43_200)
    assert quota.charge(limited, 6) == Remaining(limit=10, remaining=0, reset_s=43_200)


def test_one_too_many_is_refused_and_costs_nothing(limited: NamespaceFacts, shared_cache: None) -> None:
    quota = DailyQuota(Clock())
    quota.charge(limited, 8)
    with pytest.raises(QuotaExceeded) as caught:
        quota.charge(limited, 3)
    assert (caught.value.limit, caught.value.retry_after_s, caught.value.reset_s) == (10, 60, 43_200)
    assert quota.charge(limited, 2).remaining == 0


def test_a_quota_of_nothing_lets_nothing_in(limited: NamespaceFacts) -> None:
    with pytest.raises(QuotaExceeded):
        DailyQuota(Clock()).charge(replace(limited, daily_event_quota=0), 1)


def test_what_was_not_stored_is_given_back(limited: NamespaceFacts, shared_cache: None) -> None:
    quota = DailyQuota(Clock())
    quota.charge(limited, 10)
    quota.refund(limited, 10)
    assert quota.charge(limited, 10).remaining == 0


def test_midnight_utc_renews_it(limited: NamespaceFacts) -> None:
    clock = Clock(datetime(2026, 3, 14, 23, 59, 50, tzinfo=UTC).timestamp())
    quota = DailyQuota(clock)
    assert quota.charge(limited, 10).reset_s == 10
    with pytest.raises(QuotaExceeded) as caught:
        quota.charge(limited, 1)
    assert caught.value.retry_after_s == 10
    clock.now += 10
    assert quota.charge(limited, 1) == Remaining(10, 9, 86_400)


def test_namespaces_do_not_share_one(limited: NamespaceFacts, team_c: Namespace) -> None:
    quota = DailyQuota(Clock())
    quota.charge(limited, 10)
    assert quota.charge(replace(facts.of(team_c), daily_event_quota=10), 1).remaining == 9


def test_a_restarted_cache_begins_from_what_was_flushed(limited: NamespaceFacts) -> None:
    Usage.objects.create(namespace_id=limited.id, day=datetime.fromtimestamp(NOON, UTC).date(), accepted=9)
    quota = DailyQuota(Clock())
    assert quota.charge(limited, 1).remaining == 0
    with pytest.raises(QuotaExceeded):
        quota.charge(limited, 1)


def test_a_charge_in_steady_state_asks_no_database(limited: NamespaceFacts, django_assert_num_queries: Any) -> None:
    quota = DailyQuota(Clock())
    quota.charge(limited, 1)
    with django_assert_num_queries(0):
        quota.charge(limited, 1)


def test_many_at_once_never_pass_the_limit(limited: NamespaceFacts, shared_cache: None) -> None:
    quota = DailyQuota(Clock())
    facts_ = replace(limited, daily_event_quota=100)
    quota.charge(facts_, 1)  # the counter exists: threads need no database
    together = Barrier(8)

    def charge_many(_: int) -> int:
        together.wait(timeout=10)
        return sum(3 for _ in range(20) if is_charged(quota, facts_, 3))

    with ThreadPoolExecutor(8) as pool:
        charged = 1 + sum(pool.map(charge_many, range(8)))
    assert charged <= 100
    assert quota.charge(facts_, 0).remaining == 100 - charged


def is_charged(quota: DailyQuota, namespace: NamespaceFacts, count: int) -> bool:
    try:
        quota.charge(namespace, count)
    except QuotaExceeded:
        return False
    return True


@given(st.lists(st.tuples(st.sampled_from(["charge", "refund"]), st.integers(1, 8)), max_size=30))
def test_the_books_always_balance(steps: list[tuple[str, int]]) -> None:
    cache.clear()
    quota, held = DailyQuota(Clock()), 0
    cache.add(counters.name_of("quota", FACTS.id, datetime.fromtimestamp(NOON, UTC).date()), 0)
    for step, count in steps:
        if step == "refund":
            count = min(count, held)  # noqa: PLW2901 -- nobody gives back what was not charged
            quota.refund(FACTS, count)
            held -= count
        elif held + count <= 10:
            held += count
            assert quota.charge(FACTS, count).remaining == 10 - held
        else:
            assert not is_charged(quota, FACTS, count)


def test_with_redis_away_events_pass_and_it_is_said_once(
    limited: NamespaceFacts, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    working = settings.CACHES
    monkeypatch.setattr(counters.log, "warning", lambda event, **_: said.append(event))
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{free_port()}",
            "OPTIONS": {"retry": None},
        }
    }
    quota = DailyQuota(Clock())
    assert quota.charge(limited, 1_000) == Remaining(10, 10, 43_200)
    quota.refund(limited, 1_000)
    assert said == ["cache_away"]
    settings.CACHES = working
    assert quota.charge(limited, 1).remaining == 9
