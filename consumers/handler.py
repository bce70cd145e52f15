"""The Handler port: what is done with a batch of deliveries of one partition.

A batch is a run of deliveries of ONE partition in offset order. `handle` returns when the whole batch rests in its
destination; then the loop commits. It may be called again with deliveries it has handled before (at least once), so it
must be idempotent.

A handler names decisions by exceptions and takes none itself:
* `BackendUnavailable`: the destination is away. The loop waits and calls again with the same batch; nothing is lost.
* `Poison`: one delivery can never be handled. The loop puts that one aside with its reason and calls again with the rest
  of the batch. Deliveries before it may have been handled already: calling again must be harmless.

Where `exactly_once` is true, the loop writes down each batch's boundaries (in the log's commit metadata) before it calls
`handle`, and after a crash calls again with the very same boundaries: `batch.token` is then the same, and a store that
knows tokens drops the repetition.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from backends.eventlog import Delivery, Partition


@dataclass(frozen=True, slots=True)
class Batch:
    """Deliveries of one partition, in offset order, never empty. `first`, `last`: the boundaries as first decided.

    Deliveries that were put aside are taken out, the boundaries and so the token stay.
    """

    partition: Partition
    deliveries: tuple[Delivery, ...]
    first: int
    last: int

    @property
    def token(self) -> str:
        """Names this batch for good, e.g. `otel-spans:7:1200-1299`."""
        return f"{self.partition.topic}:{self.partition.number}:{self.first}-{self.last}"

    def without(self, delivery: Delivery) -> Batch:
        rest = tuple(d for d in self.deliveries if d.offset != delivery.offset)
        return Batch(self.partition, rest, self.first, self.last)


class Poison(Exception):
    """One delivery that can never be handled. `reason` is a stable code, `error` a sentence."""

    def __init__(self, delivery: Delivery, *, reason: str, error: str) -> None:
        super().__init__(f"{reason}: {error}")
        self.delivery = delivery
        self.reason = reason
        self.error = error


class Handler(ABC):
    """Brings batches to one destination. `name` is also the consumer group's (`hub-<name>`)."""

    name: str
    topics: tuple[str, ...]
    exactly_once: bool = False

    @abstractmethod
    def handle(self, batch: Batch) -> None: ...

    def close(self) -> None:  # noqa: B027 -- most handlers hold nothing
        """Let go of what the handler holds; called once, when the loop ends."""
