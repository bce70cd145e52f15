"""Reads the embedded log for one group: positions in memory, marks in the file.

Fed by backends/eventlog/sqlite_file.py
Feeds consumers/loop.py
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping

from backends.eventlog.port import Delivery, Envelope, Mark, Partition, Subscription
from backends.eventlog.sqlite_file import LogFile, unavailable_when_broken

READ = """
SELECT offset, appended_at_s, key, headers, value FROM envelopes
WHERE topic = ? AND partition = ? AND offset >= ? ORDER BY offset LIMIT ?
"""
MARK = "SELECT next_offset, metadata FROM marks WHERE reader_group = ? AND topic = ? AND partition = ?"
COMMIT = "INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?)"


class SqliteSubscription(Subscription):
    """The one member of its group. `partitions` says which there are now, `leave` lets the next member in."""

    def __init__(
        self, file: LogFile, group: str, *, partitions: Callable[[], list[Partition]], leave: Callable[[], None]
    ) -> None:
        self._file = file
        self._group = group
        self._partitions = partitions
        self._leave = leave
        with unavailable_when_broken():
            self._reader = file.connect()
        self._positions: dict[Partition, int] = {}
        self._turns: deque[Partition] = deque()
        self._paused: set[Partition] = set()

    @property
    def generation(self) -> int:
        return 0  # a lone member sees no rebalance

    def poll(self, *, max_count: int, timeout_s: float) -> list[Delivery]:
        deadline = time.monotonic() + timeout_s
        while True:
            seen = self._file.append_count
            with unavailable_when_broken():
                deliveries = self._read(max_count)
            if deliveries or not self._file.wait_for_append(seen, deadline - time.monotonic()):
                return deliveries

    def commit(self, marks: Mapping[Partition, Mark]) -> None:
        rows = [(self._group, p.topic, p.number, mark.next_offset, mark.metadata) for p, mark in marks.items()]
        with self._file.transaction() as file:
            file.executemany(COMMIT, rows)

    def committed(self, partitions: Iterable[Partition]) -> dict[Partition, Mark]:
        with unavailable_when_broken():
            found = {partition: self._mark(partition) for partition in partitions}
        return {partition: mark for partition, mark in found.items() if mark is not None}

    def pause(self, partitions: Iterable[Partition]) -> None:
        self._paused |= set(partitions)

    def resume(self, partitions: Iterable[Partition]) -> None:
        self._paused -= set(partitions)

    def seek(self, partition: Partition, offset: int) -> None:
        self._positions[partition] = offset

    def close(self) -> None:
        self._reader.close()
        self._leave()

    def _read(self, max_count: int) -> list[Delivery]:
        self._turns.extend(partition for partition in self._partitions() if partition not in self._turns)
        deliveries: list[Delivery] = []
        self._turns.rotate(-1)  # a busy partition must not starve the others
        for partition in self._turns:
            if len(deliveries) < max_count and partition not in self._paused:
                deliveries += self._read_partition(partition, max_count - len(deliveries))
        return deliveries

    def _read_partition(self, partition: Partition, max_count: int) -> list[Delivery]:
        if partition not in self._positions:
            mark = self._mark(partition)
            self._positions[partition] = mark.next_offset if mark else 0
        rows = self._reader.execute(READ, (partition.topic, partition.number, self._positions[partition], max_count))
        deliveries = [
            Delivery(Envelope(partition.topic, key, value, json.loads(headers)), partition, offset, appended_at_s)
            for offset, appended_at_s, key, headers, value in rows
        ]
        if deliveries:
            self._positions[partition] = deliveries[-1].offset + 1
        return deliveries

    def _mark(self, partition: Partition) -> Mark | None:
        row = self._reader.execute(MARK, (self._group, partition.topic, partition.number)).fetchone()
        return Mark(*row) if row else None
