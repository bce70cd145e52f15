"""Where an adapter is plugged in: backends are pushed in at start, never pulled from settings."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, Protocol, TypeVar


class Closeable(Protocol):
    def close(self) -> None: ...


T = TypeVar("T", bound=Closeable)


class Slot(Generic[T]):
    """Holds one adapter of one port for this process.

    `plug` takes a factory, called at the first `get`: an adapter may hold threads and sockets, and those must be made
    after a server has forked its workers.
    """

    def __init__(self, port: str) -> None:
        self._port = port
        self._lock = Lock()
        self._factory: Callable[[], T] | None = None
        self._adapter: T | None = None

    def plug(self, factory: Callable[[], T]) -> None:
        """Set how the adapter is made; one that was made before is closed."""
        self.close()
        self._factory = factory

    def get(self) -> T:
        adapter = self._adapter
        return adapter if adapter is not None else self._make()

    def close(self) -> None:
        with self._lock:
            adapter, self._adapter = self._adapter, None
        if adapter is not None:
            adapter.close()

    def _make(self) -> T:
        with self._lock:
            if self._adapter is None:
                if self._factory is None:
                    raise LookupError(
                        f"No adapter is plugged into the {self._port} slot; hubsite.apps does that at start."
                    )
                self._adapter = self._factory()
            return self._adapter
