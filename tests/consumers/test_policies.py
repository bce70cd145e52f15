"""Waits grow and stay under their cap, the breaker spares who is away, the fuse stops what cannot be right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.policies import Backoff, Breaker, Fuse, FuseBlown


def test_waits_double_from_the_base_to_the_cap() -> None:
    backoff = Backoff(base_s=1.0, cap_s=10.0, rand=lambda: 0.5)
    assert [backoff.wait_s(n) for n in (1, 2, 3, 4, 5, 6)] == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


@given(st.integers(1, 10**9), st.floats(0, 1, exclude_max=True))
def test_jitter_moves_a_wait_by_a_fifth_and_never_over_the_cap(failures: int, chance: float) -> None:
    plain = Backoff(base_s=0.5, cap_s=30.0, rand=lambda: 0.5).wait_s(failures)
    wait = Backoff(base_s=0.5, cap_s=30.0, rand=lambda: chance).wait_s(failures)
    assert plain * 0.8 - 1e-9 <= wait <= min(30.0, plain * 1.2 + 1e-9)


def test_breaker_opens_after_its_threshold_and_closes_with_the_first_success() -> None:
    breaker = Breaker(Backoff(base_s=1.0, rand=lambda: 0.5), threshold=2)
    breaker.failed(now=10.0)
    assert not breaker.is_open
    assert breaker.next_try_at == 0.0
    breaker.failed(now=10.0)
    assert breaker.is_open
    assert breaker.next_try_at == 12.0
    breaker.succeeded()
    assert not breaker.is_open
    assert breaker.next_try_at == 0.0


def test_fuse_blows_at_the_first_that_exceeds_its_limit_and_says_what_to_do() -> None:
    fuse = Fuse(limit=2)
    for _ in range(2):
        fuse.check(reason="invalid", error="no job")
        fuse.burn()
    with pytest.raises(FuseBlown, match=r"2 deliveries in a row .*invalid: no job.*replay_dead_letters"):
        fuse.check(reason="invalid", error="no job")


def test_fuse_forgets_with_every_success() -> None:
    fuse = Fuse(limit=1)
    fuse.burn()
    fuse.reset()
    fuse.check(reason="invalid", error="")
