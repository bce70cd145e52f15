"""The hub in one process: web server, carriers and clock, each on threads of its own.

Fed by the HTTP requests of clients and people.
Feeds the carriers through the event log, in the same process.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from functools import partial

import structlog
import waitress
from waitress.server import MultiSocketServer

from backends.eventlog import event_log
from backends.lineage import lineage_backend
from backends.telemetry import telemetry_store
from consumers import carriers
from hubsite.embedded.clock import tick
from hubsite.wsgi import application

log = structlog.get_logger(__name__)

WEB_THREADS = 16
STOP_TIMEOUT_S = 4.5  # and the stores may take five more to close: ten in all


class HubProcess:
    """Everything that runs while the hub runs; `stop` ends it within `STOP_TIMEOUT_S`."""

    def __init__(self, sock: socket.socket) -> None:
        self._stopping = threading.Event()
        self._failed = threading.Event()
        self._web: MultiSocketServer = waitress.create_server(
            application, sockets=[sock], threads=WEB_THREADS, ident="data-lineage-hub", channel_timeout=75
        )
        self._finishing: list[threading.Thread] = []

    @property
    def failed(self) -> bool:
        """True when a part ended that should not have: the hub must not go on as if nothing was."""
        return self._failed.is_set()

    def start(self) -> None:
        self._run("web", self._web.run)
        for name in carriers.CARRIERS:
            self._finishing.append(self._run(f"carrier-{name}", partial(carriers.run, name, self._stopping)))
        self._finishing.append(self._run("clock", partial(tick, self._stopping)))

    def stop(self) -> None:
        """Answer the requests under way, let carriers finish and commit, flush, close; in that order."""
        deadline = time.monotonic() + STOP_TIMEOUT_S
        self._stopping.set()
        # Requests first: each ends by writing into the server's wake-up pipe. Closed, its number may be another file's.
        self._web.task_dispatcher.shutdown(timeout=2)
        self._web.close()
        for thread in self._finishing:  # not the web's: it waits for connections that clients keep open
            thread.join(max(0.0, deadline - time.monotonic()))
        for slot in (event_log, telemetry_store, lineage_backend):
            slot.close()

    def _run(self, name: str, work: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=self._guard, args=(name, work), name=name, daemon=True)
        thread.start()
        return thread

    def _guard(self, name: str, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            log.exception("part_failed", part=name)
            self._failed.set()
