"""The EventLog port: an append-only log of topics, split into partitions, read by groups.

Vocabulary. An *envelope* is what travels: topic, key, value (the bytes that came in, never changed) and text headers
(what the hub adds). A *delivery* is an envelope as read back, with its *partition* and *offset*. A *group* is a set of
readers that share the work; the log keeps one *mark* per group and partition: the offset of the NEXT delivery to read,
and a short text (`metadata`) that the reader left beside it.

Guarantees.
* `append` returns only when every envelope is durable; after an exception any part of them may be durable all the same
  (the caller may send them again: readers are idempotent).
* Envelopes of one topic with equal keys land in one partition, in the order in which they were appended.
* `poll` delivers each partition in offset order. Offsets grow, but may have gaps.
* What was not committed is delivered again after a restart or a rebalance: at least once.
* Two groups do not see each other.

Errors. `BackendUnavailable` when the log cannot be reached in time; `BackendRefused` when it will never take an envelope
(too large, unknown topic). Methods raise nothing else. An `EventLog` is safe to share between threads, a `Subscription`
belongs to one thread.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from backends.eventlog.topics import Topic
from backends.health import Health


@dataclass(frozen=True, slots=True)
class Envelope:
    """What travels. Header names are in `backends.eventlog.headers`; header values are text without NUL."""

    topic: str
    key: bytes
    value: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Partition:
    topic: str
    number: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """An envelope as read back. `appended_at_s` is the log's own time of append, Unix seconds."""

    envelope: Envelope
    partition: Partition
    offset: int
    appended_at_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a group has come in a partition: the next offset to read, and the reader's note (≤ 1,000 characters)."""

    next_offset: int
    metadata: str = ""


class Subscription(ABC):
    """One reader of a group. Made by `EventLog.subscribe`, used by one thread, closed by it."""

    @property
    @abstractmethod
    def generation(self) -> int:
        """Grows with every rebalance.

        When it has changed after a `poll`, every delivery that was handed out earlier and not committed will be
        delivered again (here or to another member), so a reader must drop what it holds.
        """

    @abstractmethod
    def poll(self, *, max_count: int, timeout_s: float) -> list[Delivery]:
        """Return up to `max_count` deliveries, as soon as there is at least one; `[]` after `timeout_s`.

        Must be called regularly, also while everything is paused: it keeps the membership alive.
        """

    @abstractmethod
    def commit(self, marks: Mapping[Partition, Mark]) -> None:
        """Make the marks durable for the group, at once."""

    @abstractmethod
    def committed(self, partitions: Iterable[Partition]) -> dict[Partition, Mark]:
        """Return the group's marks; a partition without one is absent."""

    @abstractmethod
    def pause(self, partitions: Iterable[Partition]) -> None:
        """Let `poll` skip these partitions until `resume`; a rebalance ends the pause."""

    @abstractmethod
    def resume(self, partitions: Iterable[Partition]) -> None: ...

    @abstractmethod
    def seek(self, partition: Partition, offset: int) -> None:
        """Let the next `poll` read this partition from `offset` on."""

    @abstractmethod
    def close(self) -> None:
        """Leave the group; commits nothing."""


class EventLog(ABC):
    """The log itself."""

    @abstractmethod
    def append(self, envelopes: Sequence[Envelope], *, timeout_s: float) -> None:
        """Make all envelopes durable, or raise within `timeout_s` (plus at most half a second)."""

    @abstractmethod
    def subscribe(self, topics: Sequence[str], *, group: str) -> Subscription:
        """Join a group. A new group starts at the oldest delivery that the log still holds."""

    @abstractmethod
    def create_topics(self, topics: Iterable[Topic]) -> list[str]:
        """Make the topics that do not exist; return their names. An existing one with other settings is left as it is."""

    @abstractmethod
    def describe_topics(self, names: Iterable[str]) -> list[Topic]:
        """Return those of the named topics that exist, with the settings that they really have."""

    @abstractmethod
    def lag(self, topics: Sequence[str], *, group: str) -> dict[Partition, int]:
        """Return how many offsets each partition holds that the group has not committed."""

    @abstractmethod
    def health(self) -> Health:
        """Ask the log how it is; answers within two seconds and never raises."""

    @abstractmethod
    def close(self) -> None:
        """Flush and let go of threads and sockets within five seconds."""
