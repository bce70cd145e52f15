"""What became of items is counted by outcome and day, and flushed so that flushing twice changes nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache

from namespaces import usage
from namespaces.models import Namespace, Usage
from namespaces.usage import UsageToday

TODAY = date(2026, 3, 14)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "today_utc", lambda: TODAY)


def test_counts_are_seen_before_they_are_flushed(team_a: Namespace, team_c: Namespace) -> None:
    usage.count(team_a.pk, "accepted", 3)
    usage.count(team_a.pk, "accepted", 2)
    usage.count(team_a.pk, "rejected", 1)
    assert usage.today([team_a.pk, team_c.pk]) == {team_a.pk: UsageToday(5, 1, 0), team_c.pk: UsageToday()}


def test_a_flush_writes_absolute_values_however_often(team_a: Namespace) -> None:
    usage.count(team_a.pk, "accepted", 3)
    usage.count(team_a.pk, "throttled", 4)
    assert [usage.flush(), usage.flush()] == [1, 1]
    row = Usage.objects.get()
    assert (row.namespace_id, row.day) == (team_a.pk, TODAY)
    assert (row.accepted, row.rejected, row.throttled) == (3, 0, 4)


def test_counting_goes_on_after_a_flush(team_a: Namespace) -> None:
    usage.count(team_a.pk, "accepted", 3)
    usage.flush()
    usage.count(team_a.pk, "accepted", 3)
    usage.flush()
    assert Usage.objects.get().accepted == 6


def test_a_restarted_cache_goes_on_from_the_row(team_a: Namespace) -> None:
    usage.count(team_a.pk, "accepted", 3)
    usage.flush()
    cache.clear()
    assert usage.today([team_a.pk]) == {team_a.pk: UsageToday(3)}
    usage.count(team_a.pk, "accepted", 1)
    usage.flush()
    assert Usage.objects.get().accepted == 4


def test_a_slow_flusher_with_old_values_takes_nothing_back(team_a: Namespace) -> None:
    Usage.objects.create(namespace=team_a, day=TODAY, accepted=10)
    cache.set(f"accepted:{team_a.pk}:{TODAY.isoformat()}", 7)
    usage.flush()
    assert Usage.objects.get().accepted == 10


def test_the_last_seconds_of_yesterday_are_flushed_today(team_a: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    usage.count(team_a.pk, "accepted", 3)
    monkeypatch.setattr(usage, "today_utc", lambda: TODAY + timedelta(days=1))
    usage.count(team_a.pk, "accepted", 1)
    usage.flush()
    assert dict(Usage.objects.values_list("day", "accepted")) == {TODAY: 3, TODAY + timedelta(days=1): 1}


def test_counts_of_a_namespace_that_is_gone_stop_no_flush(team_a: Namespace, team_c: Namespace) -> None:
    usage.count(team_a.pk, "accepted", 3)
    usage.count(team_c.pk, "accepted", 3)
    team_c.delete()
    assert usage.flush() == 1


def test_nothing_counted_writes_nothing(team_a: Namespace) -> None:
    usage.count(team_a.pk, "accepted", 0)
    assert usage.flush() == 0
    assert not Usage.objects.exists()


def test_counting_in_steady_state_asks_no_database(team_a: Namespace, django_assert_num_queries: Any) -> None:
    usage.count(team_a.pk, "accepted", 1)
    with django_assert_num_queries(0):
        usage.count(team_a.pk, "accepted", 1)
