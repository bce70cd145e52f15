"""Lends connections to threads, one borrower at a time each, and makes another when all are out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Generic, Protocol, TypeVar

CLOSE_TIMEOUT_S = 5.0


class Connection(Protocol):
    def close(self) -> None: ...


C = TypeVar("C", bound=Connection)


class Pool(Generic[C]):
    """As many connections as there were borrowers at once; the threads of the process are the bound."""

    def __init__(self, connect: Callable[[], C]) -> None:
        self._connect = connect
        self._changed = Condition()
        self._idle: list[C] = []
        self._lent = 0
        self._is_closed = False

    @contextmanager
    def connection(self) -> Iterator[C]:
        with self._changed:
            lent = self._idle.pop() if self._idle else None
            self._lent += 1
        try:
            if lent is None:
                lent = self._connect()
            yield lent
        finally:
            self._take_back(lent)

    def close(self, *, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Close what is idle and wait for what is lent; what comes back later is closed then."""
        with self._changed:
            self._is_closed = True
            self._changed.wait_for(lambda: not self._lent, timeout_s)
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take_back(self, connection: C | None) -> None:
        with self._changed:
            self._lent -= 1
            is_late = self._is_closed and not self._lent
            if connection is not None:
                self._idle.append(connection)
            self._changed.notify_all()
        if is_late:
            self.close(timeout_s=0)
