"""What the loop holds of one partition between reading and committing: a lane, with its buffer and its batch under way.

Fed by consumers/loop.py (deliveries in offset order)
Feeds consumers/carrying.py (one batch at a time)
"""

from __future__ import annotations

from collections import deque

import structlog

from backends.eventlog import Delivery, Mark, Partition
from consumers.handler import Batch
from consumers.policies import BatchPolicy

log = structlog.get_logger(__name__)

INTENT = "end="  # metadata of a mark: the batch that begins at this mark ends at the offset that follows


def intent_of(batch: Batch) -> Mark:
    """The mark that writes down a batch's boundaries before it is handled."""
    return Mark(batch.first, f"{INTENT}{batch.last}")


def range_under_way(mark: Mark | None) -> tuple[int, int] | None:
    """The boundaries, both inclusive, of the batch that was under way when the mark was written; None if none was."""
    if mark is None or not mark.metadata.startswith(INTENT):
        return None
    digits = mark.metadata.removeprefix(INTENT)
    return (mark.next_offset, int(digits)) if digits.isascii() and digits.isdigit() else None


class Lane:
    """One partition. `mark` is what the group had committed when the lane was opened.

    `batch` is under way: formed, perhaps half handled, not committed. While there is one, no other is formed.
    """

    def __init__(self, partition: Partition, mark: Mark | None, policy: BatchPolicy) -> None:
        self.partition = partition
        self.batch: Batch | None = None
        self.is_intent_written = False
        self.failures = 0
        self.retry_at = 0.0
        self.last_dead = -1  # offset of the last delivery that was put aside
        self._policy = policy
        self._repeat = range_under_way(mark)
        self._next_offset = mark.next_offset if mark else None
        self._buffer: deque[Delivery] = deque()
        self._bytes = 0
        self._oldest_at = 0.0

    def add(self, delivery: Delivery, now: float) -> None:
        if self._repeat and delivery.offset < self._repeat[0]:
            self._repeat = None  # the topic was made anew and counts from zero: the old boundaries mean nothing
        self._tell_of_gap(delivery.offset)
        if not self._buffer:
            self._oldest_at = now
        self._buffer.append(delivery)
        self._bytes += len(delivery.envelope.value)

    def _tell_of_gap(self, offset: int) -> None:
        """The log's retention has outrun the reader: nothing can be done here, but nobody may learn of it too late."""
        if self._next_offset is not None and offset > self._next_offset:
            log.error(
                "deliveries expired before they were read", topic=self.partition.topic,
                partition=self.partition.number, first=self._next_offset, last=offset - 1,
            )  # fmt: skip
        self._next_offset = offset + 1

    @property
    def is_full(self) -> bool:
        """Holds a whole batch: reading on would only cost memory."""
        if self._repeat:
            return bool(self._buffer) and self._buffer[-1].offset >= self._repeat[1]
        return len(self._buffer) >= self._policy.max_count or self._bytes >= self._policy.max_bytes

    def due_at(self) -> float | None:
        """When the lane wants to be carried, by the loop's clock; None while it has nothing to carry."""
        if self.batch is not None:
            return self.retry_at
        if self.is_full:
            return 0.0
        # A range that is repeated waits until it is whole, however old: its token stands for all of it.
        return self._oldest_at + self._policy.max_age_s if self._buffer and not self._repeat else None

    def next_batch(self) -> Batch:
        """Return the batch under way, or form one; call only when due."""
        if self.batch is None:
            self.batch = self._take_repeat() or self._take()
        return self.batch

    def settle(self) -> None:
        """The batch under way is committed."""
        self.batch, self.is_intent_written = None, False
        self.failures, self.retry_at = 0, 0.0

    def _pop(self) -> Delivery:
        delivery = self._buffer.popleft()
        self._bytes -= len(delivery.envelope.value)
        return delivery

    def _take_repeat(self) -> Batch | None:
        """The range written down before a crash, same boundaries; None when there is none, or its deliveries have expired."""
        if self._repeat is None:
            return None
        (first, last), self._repeat = self._repeat, None
        deliveries = []
        while self._buffer and self._buffer[0].offset <= last:
            deliveries.append(self._pop())
        self.is_intent_written = bool(deliveries)
        return Batch(self.partition, tuple(deliveries), first, last) if deliveries else None

    def _take(self) -> Batch:
        """As much as the policy allows, and at least one."""
        taken = [self._pop()]
        size = len(taken[0].envelope.value)
        while self._buffer and len(taken) < self._policy.max_count:
            size += len(self._buffer[0].envelope.value)
            if size > self._policy.max_bytes:
                break
            taken.append(self._pop())
        return Batch(self.partition, tuple(taken), taken[0].offset, taken[-1].offset)
