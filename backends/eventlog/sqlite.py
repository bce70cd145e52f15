"""The embedded event log: one SQLite file in WAL mode, every append one durable transaction.

One process writes and reads it, and a group has ONE member at a time: a second live subscription of a group is refused
with `BackendUnavailable`. Where more is needed, there is Kafka.

Fed by ingest (through the EventLog slot)
Feeds backends/eventlog/sqlite_subscription.py
"""

from __future__ import annotations

import json
import logging
import sqlite3
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from threading import Lock

from backends.errors import BackendRefused, BackendUnavailable
from backends.eventlog.port import Envelope, EventLog, Partition
from backends.eventlog.sqlite_file import COMPONENT, LogFile
from backends.eventlog.sqlite_subscription import SqliteSubscription
from backends.eventlog.topics import MAX_VALUE_BYTES, Topic
from backends.health import Health

logger = logging.getLogger(__name__)

EXPIRE_EVERY_S = 60.0
EXPIRE_COUNT = 1000  # rows a topic loses in one go: an append must not wait long for it
EXPIRE_PATIENCE_S = 0.3  # beyond that another append does it in a minute

TOPIC = "INSERT INTO topics VALUES (?, ?, ?)"
FIRST_END = "INSERT INTO ends VALUES (?, ?, 0)"
NEXT_END = "UPDATE ends SET next_offset = next_offset + ? WHERE topic = ? AND partition = ? RETURNING next_offset"
ENVELOPE = "INSERT INTO envelopes VALUES (?, ?, ?, ?, ?, ?, ?)"
EXPIRE = """
DELETE FROM envelopes WHERE rowid IN (
  SELECT rowid FROM envelopes WHERE topic = ? AND appended_at_s < ? ORDER BY appended_at_s LIMIT ?
)
"""
LAG = """
SELECT ends.topic, ends.partition, ends.next_offset - max(
  coalesce(marks.next_offset, 0),
  coalesce(
    (SELECT min(offset) FROM envelopes WHERE envelopes.topic = ends.topic AND envelopes.partition = ends.partition),
    ends.next_offset
  )
)
FROM ends LEFT JOIN marks
  ON marks.reader_group = ? AND marks.topic = ends.topic AND marks.partition = ends.partition
WHERE ends.topic = ?
"""


class SqliteEventLog(EventLog):
    """`path` is made when it is not there."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._expired_at_s = clock()
        self._file = LogFile(path)
        self._groups: set[str] = set()
        self._joining = Lock()
        with self._file.transaction() as file:
            rows = file.execute("SELECT name, retention_s, partitions FROM topics").fetchall()
        self._topics = {row[0]: Topic(*row) for row in rows}
        self.expire(clock())

    def append(self, envelopes: Sequence[Envelope], *, timeout_s: float) -> None:
        by_partition: defaultdict[Partition, list[Envelope]] = defaultdict(list)
        for envelope in envelopes:
            by_partition[self._partition_of(envelope)].append(envelope)
        with self._file.transaction(timeout_s=timeout_s) as file:
            now_s = self._clock()
            for partition, group in by_partition.items():
                insert(file, partition, group, now_s)
        self._file.ring()
        if now_s - self._expired_at_s >= EXPIRE_EVERY_S:
            self._expire_if_possible(now_s)

    def subscribe(self, topics: Sequence[str], *, group: str) -> SqliteSubscription:
        with self._joining:
            if group in self._groups:
                detail = (
                    f"group {group} has a reader, and the embedded log takes one a group: stop the other one first."
                )
                raise BackendUnavailable(COMPONENT, detail)
            subscription = SqliteSubscription(
                self._file,
                group,
                partitions=lambda: self._partitions(topics),
                leave=lambda: self._groups.discard(group),
            )
            self._groups.add(group)
        return subscription

    def create_topics(self, topics: Iterable[Topic]) -> list[str]:
        new = [topic for topic in topics if topic.name not in self._topics]
        with self._file.transaction() as file:
            for topic in new:
                file.execute(TOPIC, (topic.name, topic.partitions, topic.retention_s))
                file.executemany(FIRST_END, [(topic.name, number) for number in range(topic.partitions)])
        self._topics |= {topic.name: topic for topic in new}
        return [topic.name for topic in new]

    def describe_topics(self, names: Iterable[str]) -> list[Topic]:
        return [self._topics[name] for name in names if name in self._topics]

    def lag(self, topics: Sequence[str], *, group: str) -> dict[Partition, int]:
        with self._file.transaction() as file:
            rows = [row for topic in topics for row in file.execute(LAG, (group, topic))]
        return {Partition(topic, number): lag for topic, number, lag in rows}

    def health(self) -> Health:
        begun = time.perf_counter()
        version = f"SQLite {sqlite3.sqlite_version}"
        try:
            with self._file.transaction(timeout_s=1.0):
                size_mib = self._file.path.stat().st_size / 2**20
        except BackendUnavailable as error:
            return Health("down", version, error.detail, f"Is the disk full, or {self._file.path.parent} not writable?")
        detail = f"{self._file.path}, {size_mib:.1f} MiB, {len(self._topics)} topics"
        return Health("ok", version, detail, latency_ms=round((time.perf_counter() - begun) * 1000, 3))

    def close(self) -> None:
        self._file.close()

    def _expire_if_possible(self, now_s: float) -> None:
        """The envelopes are durable already: tidying up may not fail their append, nor hold it up."""
        try:
            self.expire(now_s, timeout_s=EXPIRE_PATIENCE_S)
        except BackendUnavailable as error:
            logger.warning("What is too old stays another minute: %s", error)

    def expire(self, now_s: float, *, timeout_s: float = 5.0) -> int:
        """Delete what is older than its topic's retention, a bounded number of rows a topic; return how many."""
        self._expired_at_s = now_s
        with self._file.transaction(timeout_s=timeout_s) as file:
            return sum(
                file.execute(EXPIRE, (topic.name, now_s - topic.retention_s, EXPIRE_COUNT)).rowcount
                for topic in self._topics.values()
            )

    def _partitions(self, topics: Iterable[str]) -> list[Partition]:
        found = self.describe_topics(topics)
        return [Partition(topic.name, number) for topic in found for number in range(topic.partitions)]

    def _partition_of(self, envelope: Envelope) -> Partition:
        topic = self._topics.get(envelope.topic)
        if topic is None:
            raise BackendRefused(
                COMPONENT, f"there is no topic {envelope.topic}: run create_topics.", code="unknown_topic"
            )
        if len(envelope.value) > MAX_VALUE_BYTES:
            detail = f"a value of {len(envelope.value):,} bytes exceeds the {MAX_VALUE_BYTES:,} that fit."
            raise BackendRefused(COMPONENT, detail, code="too_large")
        return Partition(topic.name, zlib.crc32(envelope.key) % topic.partitions)


def insert(file: sqlite3.Connection, partition: Partition, envelopes: Sequence[Envelope], now_s: float) -> None:
    where = (partition.topic, partition.number)
    (end,) = file.execute(NEXT_END, (len(envelopes), *where)).fetchone()
    file.executemany(
        ENVELOPE,
        (
            (*where, offset, now_s, envelope.key, json.dumps(dict(envelope.headers)), envelope.value)
            for offset, envelope in enumerate(envelopes, end - len(envelopes))
        ),
    )
