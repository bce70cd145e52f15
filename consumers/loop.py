"""Turns one subscription into batches for one handler, for as long as it is let, through every outage.

Each turn reads, sorts what came into a lane per partition, carries the lanes that are due, and holds back those that
have enough. A lane whose destination is away waits by itself; the others go on, and the loop keeps polling, which keeps
its membership of the group alive. Nothing is committed before it is handled or put aside.

Fed by backends/eventlog (a subscription)
Feeds consumers/carrying.py (lanes that are due)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event

import structlog

from backends.errors import BackendError
from backends.eventlog import Delivery, EventLog, Partition, Subscription
from consumers.buffers import Lane
from consumers.carrying import Courier
from consumers.dead_letters import DeadLetters
from consumers.handler import Handler
from consumers.policies import Backoff, BatchPolicy, Breaker, Fuse

log = structlog.get_logger(__name__)

MAX_POLL_S = 1.0  # also how long a stop may go unnoticed
MAX_POLL_COUNT = 1000
POLL_EVERY_S = 20.0  # a group drops a member that does not poll for minutes: carrying stops in time
DRAIN_S = 5.0


def group_of(handler_name: str) -> str:
    return f"hub-{handler_name}"


def no_heartbeat(_detail: str) -> None:
    """For loops that nobody watches."""


class Loop:
    """One handler's loop. `heartbeat` is called every turn with what is wrong, "" when nothing is."""

    def __init__(
        self,
        event_log: EventLog,
        handler: Handler,
        policy: BatchPolicy,
        *,
        backoff: Backoff | None = None,
        fuse: Fuse | None = None,
        heartbeat: Callable[[str], None] = no_heartbeat,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = event_log
        self._handler = handler
        self._policy = policy
        self._backoff = backoff or Backoff()
        self._breaker = Breaker(self._backoff)
        self._fuse = fuse or Fuse()
        self._heartbeat = heartbeat
        self._clock = clock
        self._subscription: Subscription | None = None
        self._generation = -1
        self._lanes: dict[Partition, Lane] = {}
        self._unsorted: list[Delivery] = []
        self._paused: set[Partition] = set()
        self._log_failures = 0
        self._trouble = ""

    def run(self, stop: Event) -> None:
        """Turn until `stop`, then finish what is at hand, commit and leave the group. Raises `FuseBlown`."""
        try:
            while not stop.is_set():
                stop.wait(self.turn())
            self.drain()
        finally:
            self.close()

    def turn(self) -> float:
        """Do one round; return how many seconds to rest before the next (0 but while the log itself is away)."""
        rest_s = 0.0
        try:
            subscription = self._subscribed()
            self._read(subscription)
            self._carry_due(subscription)
            self._hold_back(subscription)
            self._log_failures = 0
            self._cheer_up()
        except BackendError as error:
            self._log_failures += 1
            rest_s = self._backoff.wait_s(self._log_failures)
            self._note("event log is away", error, rest_s)
        self._heartbeat(self._trouble)
        return rest_s

    def drain(self) -> None:
        """Carry what has been read already, within a deadline; the rest is delivered again after the next start."""
        deadline = self._clock() + DRAIN_S
        for lane in list(self._lanes.values()):
            is_ready = lane.due_at() is not None and not lane.failures
            if self._subscription is None or self._clock() >= deadline:
                return
            if is_ready and not self._carry(self._subscription, lane):
                return

    def close(self) -> None:
        subscription, self._subscription = self._subscription, None
        try:
            if subscription is not None:
                subscription.close()
        except BackendError as error:
            log.warning("left the group without a word", carrier=self._handler.name, error=str(error))
        finally:
            self._handler.close()

    def _subscribed(self) -> Subscription:
        if self._subscription is None:
            self._subscription = self._log.subscribe(self._handler.topics, group=group_of(self._handler.name))
        return self._subscription

    def _read(self, subscription: Subscription) -> None:
        max_count = min(self._policy.max_count, MAX_POLL_COUNT)
        deliveries = subscription.poll(max_count=max_count, timeout_s=self._patience_s())
        if subscription.generation != self._generation:
            self._generation = subscription.generation
            self._forget()
        # Kept apart until they are in their lanes: asking for the marks may fail, and no delivery comes twice.
        self._unsorted += deliveries
        self._sort(subscription)

    def _patience_s(self) -> float:
        """How long a poll may wait without anybody being late."""
        now = self._clock()
        due = [at for lane in self._lanes.values() if (at := lane.due_at()) is not None]
        soonest = max(min(due, default=now + MAX_POLL_S), self._breaker.next_try_at)
        return min(max(soonest - now, 0.0), MAX_POLL_S)

    def _forget(self) -> None:
        """After a rebalance everything that is not committed comes again, perhaps to somebody else."""
        self._lanes.clear()
        self._unsorted.clear()
        self._paused.clear()

    def _sort(self, subscription: Subscription) -> None:
        unknown = {delivery.partition for delivery in self._unsorted} - self._lanes.keys()
        marks = subscription.committed(unknown) if unknown else {}
        for partition in unknown:
            self._lanes[partition] = Lane(partition, marks.get(partition), self._policy)
        now = self._clock()
        for delivery in self._unsorted:
            self._lanes[delivery.partition].add(delivery, now)
        self._unsorted.clear()

    def _carry_due(self, subscription: Subscription) -> None:
        """Carry each lane that is due, in turn; after a failure or a long time poll first."""
        begun = self._clock()
        for lane in list(self._lanes.values()):
            now = self._clock()
            due_at = lane.due_at()
            if now - begun > POLL_EVERY_S or now < self._breaker.next_try_at:
                return
            if due_at is not None and due_at <= now:
                self._lanes[lane.partition] = self._lanes.pop(lane.partition)  # to the end: everyone gets a turn
                if not self._carry(subscription, lane):
                    return

    def _carry(self, subscription: Subscription, lane: Lane) -> bool:
        dead_letters = DeadLetters(self._log, carrier=self._handler.name)
        try:
            Courier(subscription, self._handler, dead_letters, self._fuse).carry(lane)
        except BackendError as error:
            self._wait(lane, error)
            return False
        self._go_on()
        return True

    def _wait(self, lane: Lane, error: BackendError) -> None:
        lane.failures += 1
        wait_s = self._backoff.wait_s(lane.failures)
        lane.retry_at = self._clock() + wait_s
        self._breaker.failed(self._clock())
        self._note("destination is away", error, wait_s)

    def _go_on(self) -> None:
        """Something was carried: who waited because all failed need not wait longer."""
        if self._breaker.is_open:
            for lane in self._lanes.values():
                lane.retry_at = 0.0
        self._breaker.succeeded()

    def _cheer_up(self) -> None:
        """Forget the trouble once nobody waits because of it."""
        if self._trouble and not any(lane.failures for lane in self._lanes.values()):
            log.info("carrier goes on", carrier=self._handler.name, after=self._trouble)
            self._trouble = ""

    def _hold_back(self, subscription: Subscription) -> None:
        """Read no further where a batch waits or a whole one lies ready: memory stays bounded through any outage."""
        enough = {partition for partition, lane in self._lanes.items() if lane.batch is not None or lane.is_full}
        if pause := enough - self._paused:
            subscription.pause(pause)
        if resume := self._paused - enough:
            subscription.resume(resume)
        self._paused = enough

    def _note(self, what: str, error: BackendError, wait_s: float) -> None:
        self._trouble = f"{what}: {error}"
        log.warning(what, carrier=self._handler.name, error=str(error), retry_in_s=round(wait_s, 1))
