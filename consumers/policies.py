"""When the loop acts: how much makes a batch, how long to wait after a failure, and when to stop for good."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class BatchPolicy:
    """A batch is handed over when any of the three is reached; age counts from the arrival of its first delivery."""

    max_count: int = 100
    max_bytes: int = 8 * MIB
    max_age_s: float = 0.0


class Backoff:
    """Doubling waits with full-range jitter, so that carriers that failed together do not come back together."""

    def __init__(
        self,
        *,
        base_s: float = 0.5,
        cap_s: float = 30.0,
        jitter: float = 0.2,
        rand: Callable[[], float] = random.random,
    ) -> None:
        self._base_s = base_s
        self._cap_s = cap_s
        self._jitter = jitter
        self._rand = rand

    def wait_s(self, failures: int) -> float:
        """How long to wait after that many failures in a row (1 is the first): the cap is kept, jitter included."""
        # 2**63 s is for ever: the exponent is bounded so that a long outage cannot overflow a float.
        plain = min(self._cap_s, self._base_s * 2.0 ** min(failures - 1, 63))
        return min(self._cap_s, plain * (1 + self._jitter * (2 * self._rand() - 1)))


class Breaker:
    """Spares a destination that is away: after some failures in a row only one try per wait, whoever makes it."""

    def __init__(self, backoff: Backoff, *, threshold: int = 3) -> None:
        self._backoff = backoff
        self._threshold = threshold
        self._failures = 0
        self._closed_again_at = 0.0

    @property
    def is_open(self) -> bool:
        return self._failures >= self._threshold

    @property
    def next_try_at(self) -> float:
        """The clock's time before which nobody should try; long past when the breaker is closed."""
        return self._closed_again_at if self.is_open else 0.0

    def failed(self, now: float) -> None:
        self._failures += 1
        self._closed_again_at = now + self._backoff.wait_s(self._failures)

    def succeeded(self) -> None:
        self._failures = 0


class FuseBlown(Exception):
    """So many deliveries in a row were refused that the fault is more likely ours than theirs."""

    def __init__(self, limit: int, reason: str, error: str) -> None:
        super().__init__(
            f"Stopped: {limit} deliveries in a row were put aside, and the next is refused as well ({reason}: {error}). "
            "That many look like a fault of the hub or its configuration, not of the data. Nothing is lost: this one stays "
            "in the log. Correct the fault, start the carrier again, then run `manage.py replay_dead_letters`."
        )
        self.reason = reason


class Fuse:
    """Counts dead letters with nothing good in between, and stops the carrier before a whole topic goes that way."""

    def __init__(self, *, limit: int = 100) -> None:
        self._limit = limit
        self._in_a_row = 0

    def check(self, *, reason: str, error: str) -> None:
        """Raise `FuseBlown` if one more may not be put aside."""
        if self._in_a_row >= self._limit:
            raise FuseBlown(self._limit, reason, error)

    def burn(self) -> None:
        """One was put aside."""
        self._in_a_row += 1

    def reset(self) -> None:
        """Something was handled."""
        self._in_a_row = 0
