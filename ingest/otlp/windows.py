"""Whether an id or a time is one that the store can hold."""

from __future__ import annotations

from dataclasses import dataclass

from ingest import limits

TRACE_ID_BYTES = 16
SPAN_ID_BYTES = 8
NANO = 10**9
OUTSIDE = "This must lie within the last 400 days and the next hour, in nanoseconds since 1970."


def is_id(value: bytes, length: int) -> bool:
    return len(value) == length and any(value)


@dataclass(frozen=True, slots=True)
class Window:
    """The times that are taken, in Unix nanoseconds: 0, far future and far past would open absurd partitions."""

    first: int
    last: int

    @classmethod
    def around(cls, now_s: float) -> Window:
        return cls(int((now_s - limits.PAST_S) * NANO), int((now_s + limits.FUTURE_S) * NANO))

    def holds(self, time: int) -> bool:
        return self.first <= time <= self.last
