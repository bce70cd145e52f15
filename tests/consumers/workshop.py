"""What the loop's tests are made of: a clock that stands still, handlers with faults on demand, and envelopes."""

from __future__ import annotations

from typing import Any

from backends.errors import BackendUnavailable
from backends.eventlog import Delivery, Envelope, Partition
from backends.eventlog.topics import LINEAGE, dead_letter_topic
from consumers.handler import Batch, Handler, Poison
from consumers.loop import Loop
from consumers.policies import Backoff, BatchPolicy
from tests.consumers.memory_log import MemoryEventLog

TOPIC = LINEAGE.name


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it, nothing is tidied up after it."""


class Store:
    """A destination that knows tokens, as ClickHouse does; `rows` are what a reader would count."""

    def __init__(self) -> None:
        self.tokens: dict[str, tuple[int, ...]] = {}
        self.rows: list[tuple[Partition, int]] = []

    def insert(self, batch: Batch) -> None:
        if batch.token not in self.tokens:
            self.tokens[batch.token] = tuple(delivery.offset for delivery in batch.deliveries)
            self.rows += [(batch.partition, delivery.offset) for delivery in batch.deliveries]


class RecordingHandler(Handler):
    """Keeps what it was given. A value that begins with `poison` is poison; `fault` is what happens next."""

    name = "recorder"
    topics = (TOPIC,)

    def __init__(self, store: Store | None = None, *, exactly_once: bool = False) -> None:
        self.exactly_once = exactly_once
        self.store = store or Store()
        self.batches: list[Batch] = []
        self.fault = ""
        self.is_closed = False

    def handle(self, batch: Batch) -> None:
        for delivery in batch.deliveries:
            if delivery.envelope.value.startswith(b"poison"):
                raise Poison(delivery, reason="bad", error="it says so")
        self._fail("before")
        self.batches.append(batch)
        self.store.insert(batch)
        self._fail("after")

    def close(self) -> None:
        self.is_closed = True

    @property
    def offsets(self) -> dict[int, list[int]]:
        """Partition number to the offsets handled, in the order of handling."""
        found: dict[int, list[int]] = {}
        for batch in self.batches:
            found.setdefault(batch.partition.number, []).extend(d.offset for d in batch.deliveries)
        return found

    def _fail(self, when: str) -> None:
        if self.fault == f"outage {when}":
            raise BackendUnavailable("store", "is away")
        if self.fault == f"kill {when}":
            raise Killed


def fill(log: MemoryEventLog, *values: bytes, key: bytes = b"k", **headers: str) -> Partition:
    """Append the values under one key; return the partition they went to."""
    log.append([Envelope(TOPIC, key, value, headers) for value in values], timeout_s=1)
    return next(d.partition for d in log.everything(TOPIC) if d.envelope.key == key)


def letters(log: MemoryEventLog) -> list[Delivery]:
    return log.everything(dead_letter_topic(TOPIC))


def steady() -> Backoff:
    return Backoff(base_s=1.0, cap_s=8.0, rand=lambda: 0.5)


def loop_of(
    log: MemoryEventLog, handler: Handler, clock: Clock, policy: BatchPolicy | None = None, **more: Any
) -> Loop:
    return Loop(log, handler, policy or BatchPolicy(max_count=3), clock=clock, backoff=steady(), **more)
