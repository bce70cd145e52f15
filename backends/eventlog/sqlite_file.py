"""The file of the embedded log: its schema, one writing connection shared by turns, and the bell that rings on append.

Fed by backends/eventlog/sqlite.py
Feeds backends/eventlog/sqlite_subscription.py
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Lock

from backends.errors import BackendUnavailable

COMPONENT = "event_log"
BUSY_S = 0.5  # how long SQLite waits for another process; there should be none

# An offset is given out once, also when everything before it has expired: hence `ends`, a table of its own.
SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA journal_size_limit = 67108864;
CREATE TABLE IF NOT EXISTS topics (
  name TEXT PRIMARY KEY, partitions INTEGER NOT NULL, retention_s INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS ends (
  topic TEXT NOT NULL, partition INTEGER NOT NULL, next_offset INTEGER NOT NULL, PRIMARY KEY (topic, partition)
);
CREATE TABLE IF NOT EXISTS envelopes (
  topic TEXT NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL, appended_at_s REAL NOT NULL,
  key BLOB NOT NULL, headers TEXT NOT NULL, value BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS envelopes_by_offset ON envelopes (topic, partition, offset);
CREATE INDEX IF NOT EXISTS envelopes_by_age ON envelopes (topic, appended_at_s);
CREATE TABLE IF NOT EXISTS marks (
  reader_group TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL,
  next_offset INTEGER NOT NULL, metadata TEXT NOT NULL, PRIMARY KEY (reader_group, topic, partition)
);
"""


class LogFile:
    """Safe to share between threads. `path` and its folder are made when they are not there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turn = Lock()
        self._bell = Condition()
        self._closed = False
        self.append_count = 0
        with unavailable_when_broken():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = self.connect()
            self._writer.executescript(SCHEMA)

    def connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=BUSY_S)
        connection.execute("PRAGMA synchronous = FULL")  # a commit is on disk when it returns
        return connection

    @contextmanager
    def transaction(self, *, timeout_s: float = 5.0) -> Iterator[sqlite3.Connection]:
        """Lend the writing connection to one thread; what it did is durable as a whole, or not at all."""
        if not self._turn.acquire(timeout=max(timeout_s, 0.0)):
            raise BackendUnavailable(COMPONENT, f"other writers held {self.path.name} for {timeout_s:g} s.")
        try:
            with unavailable_when_broken():
                self._writer.execute("BEGIN IMMEDIATE")
                try:
                    yield self._writer
                    self._writer.execute("COMMIT")
                finally:
                    if self._writer.in_transaction:
                        self._writer.execute("ROLLBACK")
        finally:
            self._turn.release()

    def ring(self) -> None:
        """Tell every waiting reader that something was appended."""
        with self._bell:
            self.append_count += 1
            self._bell.notify_all()

    def wait_for_append(self, seen: int, timeout_s: float) -> bool:
        """Wait until there were more than `seen` appends; False when none came in time, or the file is closed."""
        with self._bell:
            self._bell.wait_for(lambda: self._closed or self.append_count != seen, timeout_s)
            return self.append_count != seen and not self._closed

    def close(self) -> None:
        with self._bell:
            self._closed = True
            self._bell.notify_all()
        with self._turn:
            self._writer.close()


@contextmanager
def unavailable_when_broken() -> Iterator[None]:
    """Whatever SQLite or the disk says, it is an outage of this log, never a reason to discard."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise BackendUnavailable(COMPONENT, f"the file cannot be used: {error}") from error
