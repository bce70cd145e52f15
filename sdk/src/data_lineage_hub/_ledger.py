"""Counts what became of every event: emitted = delivered + dropped + pending, at any moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple


class Reason(Enum):
    """Why an event was dropped."""

    NOT_CONFIGURED = "not_configured"  # no address of a hub
    QUEUE_FULL = "queue_full"  # `max_queue` events were waiting
    REJECTED = "rejected"  # the hub said no, for good
    UNDELIVERABLE = "undeliverable"  # the hub could not take it within `retry_for_s`
    CLOSED = "closed"  # still waiting at `close` or when the program ended
    INTERNAL = "internal"  # a fault of this package; the log has it


class Stats(NamedTuple):
    """What became of the events of this process; `reasons` splits `dropped`."""

    emitted: int
    delivered: int
    dropped: int
    pending: int
    reasons: Mapping[str, int]


class Receipt(NamedTuple):
    """What became of one batch."""

    delivered: int
    dropped: Mapping[Reason, int]


class Ledger:
    """The counters of one process. The lock is re-entrant, so a tracked signal handler cannot lock itself out."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._emitted = self._delivered = self._dropped = 0
        self._reasons: dict[str, int] = {}

    def admit(self, max_pending: int) -> bool:
        """Count an event; False when as many as `max_pending` wait already: then it is dropped."""
        with self._lock:
            if self._emitted - self._delivered - self._dropped >= max_pending:
                self.refuse(Reason.QUEUE_FULL)
                return False
            self._emitted += 1
            return True

    def refuse(self, reason: Reason) -> None:
        """Count an event that is dropped as it comes."""
        with self._lock:
            self._emitted += 1
            self.dropped(1, reason)

    def settle(self, receipt: Receipt) -> None:
        with self._changed:
            self._delivered += receipt.delivered
            for reason, count in receipt.dropped.items():
                self.dropped(count, reason)
            self._changed.notify_all()

    def dropped(self, count: int, reason: Reason) -> None:
        if not count:
            return
        with self._changed:
            self._dropped += count
            self._reasons[reason.value] = self._reasons.get(reason.value, 0) + count
            self._changed.notify_all()

    def wait_until_settled(self, timeout_s: float) -> bool:
        """Wait until as many events as were emitted before this call are delivered or dropped."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            target = self._emitted
            while self._delivered + self._dropped < target:
                left_s = deadline - time.monotonic()
                if left_s <= 0:
                    return False
                self._changed.wait(left_s)
            return True

    def stats(self) -> Stats:
        with self._changed:
            pending = self._emitted - self._delivered - self._dropped
            return Stats(self._emitted, self._delivered, self._dropped, pending, dict(self._reasons))
