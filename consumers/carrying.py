"""Carries one batch: writes down its boundaries, has it handled, puts aside what is poison, and commits.

Fed by consumers/buffers.py (a lane that is due)
Feeds consumers/handlers, consumers/dead_letters.py
"""

from __future__ import annotations

import structlog

from backends.eventlog import Mark, Subscription
from consumers.buffers import Lane, intent_of
from consumers.dead_letters import DeadLetters
from consumers.handler import Batch, Handler, Poison
from consumers.policies import Fuse

log = structlog.get_logger(__name__)


class Courier:
    """Knows the order of the steps; every `BackendError` leaves the lane so that `carry` can simply be called again."""

    def __init__(self, subscription: Subscription, handler: Handler, dead_letters: DeadLetters, fuse: Fuse) -> None:
        self._subscription = subscription
        self._handler = handler
        self._dead_letters = dead_letters
        self._fuse = fuse

    def carry(self, lane: Lane) -> None:
        batch = lane.next_batch()
        self._write_intent(lane, batch)
        self._handle(lane, batch)
        self._subscription.commit({lane.partition: Mark(batch.last + 1)})
        lane.settle()

    def _write_intent(self, lane: Lane, batch: Batch) -> None:
        if self._handler.exactly_once and not lane.is_intent_written:
            self._subscription.commit({lane.partition: intent_of(batch)})
            lane.is_intent_written = True

    def _handle(self, lane: Lane, batch: Batch) -> None:
        while batch.deliveries:
            try:
                self._handler.handle(batch)
            except Poison as poison:
                batch = lane.batch = self._put_aside(lane, batch, poison)
            else:
                self._fuse.reset()
                return

    def _put_aside(self, lane: Lane, batch: Batch, poison: Poison) -> Batch:
        """Return the rest of the batch, once the dead letter is durable."""
        offset = poison.delivery.offset
        if any(lane.last_dead < passed.offset < offset for passed in batch.deliveries):
            self._fuse.reset()
        self._fuse.check(reason=poison.reason, error=poison.error)
        self._dead_letters.append(poison.delivery, reason=poison.reason, error=poison.error)
        self._fuse.burn()
        lane.last_dead = offset
        log.warning(
            "delivery put aside", carrier=self._handler.name, reason=poison.reason, error=poison.error,
            topic=lane.partition.topic, partition=lane.partition.number, offset=offset,
        )  # fmt: skip
        return batch.without(poison.delivery)
