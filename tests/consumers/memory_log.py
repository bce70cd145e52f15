"""An event log in memory, with faults on demand: what the loop's tests run on, held to the port's contract."""

from __future__ import annotations

import time
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from threading import Condition

from backends.errors import BackendRefused, BackendUnavailable
from backends.eventlog import Delivery, Envelope, EventLog, Mark, Partition, Subscription
from backends.eventlog.topics import MAX_VALUE_BYTES, TOPICS, Topic
from backends.health import Health


class MemoryEventLog(EventLog):
    """`down` holds the operations that fail as if the log were away: append, poll, commit, committed, pause.

    With `waits` a poll waits for envelopes, as a real log's does; without, it returns at once: the loop's clock stands still.
    """

    def __init__(self, *, partitions: int = 3, topics: Iterable[Topic] = TOPICS, waits: bool = False) -> None:
        self.down: set[str] = set()
        self.waits = waits
        self.changed = Condition()
        self.generations: dict[str, int] = defaultdict(int)
        self.marks: dict[str, dict[Partition, Mark]] = defaultdict(dict)
        self._topics: dict[str, Topic] = {}
        self._records: dict[Partition, list[Delivery]] = {}
        self._next: dict[Partition, int] = defaultdict(int)
        self._members: dict[str, list[MemorySubscription]] = defaultdict(list)
        self.create_topics(replace(topic, partitions=partitions) for topic in topics)

    def append(self, envelopes: Sequence[Envelope], *, timeout_s: float) -> None:
        self.check("append")
        for envelope in envelopes:
            if envelope.topic not in self._topics:
                raise BackendRefused("memory", f"no topic {envelope.topic}: run create_topics", code="unknown_topic")
            if len(envelope.value) > MAX_VALUE_BYTES:
                raise BackendRefused("memory", "the value is too large", code="too_large")
        with self.changed:
            for envelope in envelopes:
                number = zlib.crc32(envelope.key) % self._topics[envelope.topic].partitions
                partition = Partition(envelope.topic, number)
                self._records[partition].append(Delivery(envelope, partition, self._next[partition], time.time()))
                self._next[partition] += 1
            self.changed.notify_all()

    def subscribe(self, topics: Sequence[str], *, group: str) -> MemorySubscription:
        member = MemorySubscription(self, tuple(topics), group)
        self._members[group].append(member)
        self.rebalance(group)
        return member

    def create_topics(self, topics: Iterable[Topic]) -> list[str]:
        made = {topic.name: topic for topic in topics if topic.name not in self._topics}
        self._topics |= made
        self._records |= {Partition(t.name, number): [] for t in made.values() for number in range(t.partitions)}
        return list(made)

    def describe_topics(self, names: Iterable[str]) -> list[Topic]:
        return [self._topics[name] for name in names if name in self._topics]

    def lag(self, topics: Sequence[str], *, group: str) -> dict[Partition, int]:
        marks = self.marks[group]
        lag = {}
        for partition in self.partitions(topics):
            first = min((d.offset for d in self.records(partition)), default=self._next[partition])
            lag[partition] = self._next[partition] - max(first, marks.get(partition, Mark(0)).next_offset)
        return lag

    def health(self) -> Health:
        return Health("ok", version="memory", detail="in this process", latency_ms=0.001)

    def close(self) -> None:
        """Hold nothing."""

    def check(self, operation: str) -> None:
        if operation in self.down:
            raise BackendUnavailable("memory", f"{operation} is down")

    def partitions(self, topics: Sequence[str]) -> list[Partition]:
        return sorted(partition for partition in self._records if partition.topic in topics)

    def records(self, partition: Partition) -> list[Delivery]:
        return self._records[partition]

    def everything(self, topic: str) -> list[Delivery]:
        return [delivery for partition in self.partitions([topic]) for delivery in self.records(partition)]

    def rebalance(self, group: str) -> None:
        self.generations[group] += 1

    def assigned(self, member: MemorySubscription) -> Iterator[Partition]:
        members = self._members[member.group]
        mine = members.index(member)
        for index, partition in enumerate(self.partitions(member.topics)):
            if index % len(members) == mine:
                yield partition

    def leave(self, member: MemorySubscription) -> None:
        """Let go of a member, whether it closed or died."""
        if member in self._members[member.group]:
            self._members[member.group].remove(member)
            self.rebalance(member.group)

    def forget_members(self, group: str) -> None:
        """All of them have died."""
        for member in list(self._members[group]):
            self.leave(member)


class MemorySubscription(Subscription):
    """Reads its share of the partitions."""

    def __init__(self, log: MemoryEventLog, topics: tuple[str, ...], group: str) -> None:
        self.topics = topics
        self.group = group
        self.paused: set[Partition] = set()
        self._log = log
        self._generation = 0
        self._positions: dict[Partition, int] = {}

    @property
    def generation(self) -> int:
        return self._generation

    def poll(self, *, max_count: int, timeout_s: float) -> list[Delivery]:
        self._log.check("poll")
        self._join()
        deadline = time.monotonic() + timeout_s
        with self._log.changed:
            while not (found := self._read(max_count)) and self._log.waits:
                if not self._log.changed.wait(deadline - time.monotonic()):
                    break
        return found

    def commit(self, marks: Mapping[Partition, Mark]) -> None:
        self._log.check("commit")
        if self._generation != self._log.generations[self.group]:
            raise BackendUnavailable("memory", "the group has been rebalanced")
        self._log.marks[self.group].update(marks)

    def committed(self, partitions: Iterable[Partition]) -> dict[Partition, Mark]:
        self._log.check("committed")
        marks = self._log.marks[self.group]
        return {partition: marks[partition] for partition in partitions if partition in marks}

    def pause(self, partitions: Iterable[Partition]) -> None:
        self._log.check("pause")
        self.paused |= set(partitions) & self._positions.keys()

    def resume(self, partitions: Iterable[Partition]) -> None:
        self.paused -= set(partitions)

    def seek(self, partition: Partition, offset: int) -> None:
        self._positions[partition] = offset

    def close(self) -> None:
        self._log.leave(self)

    def _join(self) -> None:
        if self._generation != self._log.generations[self.group]:
            self._generation = self._log.generations[self.group]
            self.paused.clear()
            marks = self._log.marks[self.group]
            self._positions = {p: marks.get(p, Mark(0)).next_offset for p in self._log.assigned(self)}

    def _read(self, max_count: int) -> list[Delivery]:
        found: list[Delivery] = []
        for partition, position in list(self._positions.items()):
            if partition not in self.paused and len(found) < max_count:
                ahead = [d for d in self._log.records(partition) if d.offset >= position][: max_count - len(found)]
                del self._positions[partition]  # to the end: every partition gets its turn
                self._positions[partition] = ahead[-1].offset + 1 if ahead else position
                found += ahead
        return found
