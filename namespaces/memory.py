"""Remembers answers for a few seconds in this process, so that the door's steady state asks no database.

Other processes learn of a change when their answers grow old; this one forgets at once.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import ClassVar, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

TTL_S = 30.0


class Memory(Generic[K, V]):
    """A bounded map whose entries grow old. The one unused longest goes first when it is full."""

    _all: ClassVar[list[Memory[object, object]]] = []

    def __init__(self, *, size: int, ttl_s: float = TTL_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._entries: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._size = size
        self._ttl_s = ttl_s
        self._clock = clock
        self._lock = Lock()
        self._all.append(self)  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: K) -> V | None:
        with self._lock:
            until, value = self._entries.get(key, (0.0, None))
            if value is None or self._clock() >= until:
                self._entries.pop(key, None)
                return None
            self._entries.move_to_end(key)
            return value

    def put(self, key: K, value: V, *, at_most_s: float = TTL_S) -> None:
        with self._lock:
            self._entries[key] = (self._clock() + min(self._ttl_s, at_most_s), value)
            self._entries.move_to_end(key)
            if len(self._entries) > self._size:
                self._entries.popitem(last=False)

    def forget(self) -> None:
        with self._lock:
            self._entries.clear()

    @classmethod
    def forget_all(cls) -> None:
        """Forget everything that this process remembers: namespaces, keys and claims change seldom."""
        for memory in cls._all:
            memory.forget()
