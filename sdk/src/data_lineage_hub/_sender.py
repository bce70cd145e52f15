"""A bounded queue and one daemon thread behind it: the only part of this package that waits for anything.

Fed by data_lineage_hub._emit.
Feeds data_lineage_hub._courier.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from contextlib import suppress
from itertools import groupby
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from data_lineage_hub import _config, _log
from data_lineage_hub._config import Config
from data_lineage_hub._ledger import Ledger, Reason, Stats
from data_lineage_hub._runs import Event

if TYPE_CHECKING:
    from data_lineage_hub._courier import Courier

BATCH_EVENTS = 200
LOADING_TIMEOUT_S = 10.0


class Sender:
    """Takes events from any thread; one thread, begun at the first event, delivers them in their order.

    SimpleQueue and the ledger's re-entrant lock may be used in signal handlers and finalizers, too.
    """

    def __init__(self) -> None:
        self.ledger = Ledger()
        self._events: SimpleQueue[Event | None] = SimpleQueue()  # None ends the thread
        self._bell: SimpleQueue[None] = SimpleQueue()  # rung when waiting for a fuller batch makes no sense
        self._thread: threading.Thread | None = None
        self._starting = threading.RLock()

    def put(self, event: Event) -> None:
        config = event.run.config
        if not config.endpoint:
            self.ledger.refuse(Reason.NOT_CONFIGURED)
            _log.warn_once("endpoint", NOT_CONFIGURED)
            return
        if not self.ledger.admit(config.max_queue):
            _log.warn_once("full", "%d lineage events wait for the hub: new ones are dropped.", config.max_queue)
            return
        self._events.put(event)
        if self._thread is None:
            self._start()
        if self._events.qsize() == BATCH_EVENTS:
            self._bell.put(None)

    def flush(self, timeout_s: float) -> bool:
        if self.ledger.stats().pending:
            self._bell.put(None)
        return self.ledger.wait_until_settled(timeout_s)

    def close(self, timeout_s: float) -> bool:
        """Flush, drop and count what still waits, end the thread; a later event begins a new one."""
        is_complete = self.flush(timeout_s)
        self.ledger.dropped(len([event for event in self._waiting() if event]), Reason.CLOSED)
        self._thread = None
        self._events.put(None)
        self._bell.put(None)
        return is_complete

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                register_exit()
                self._thread = threading.Thread(target=self._work, name="data-lineage-hub", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        courier = hire()
        is_open = True
        while is_open:
            batch = [self._events.get()]
            if batch[0]:
                self._wait_for_more(batch[0].run.config)
            batch += self._waiting(BATCH_EVENTS - 1)
            is_open = None not in batch
            for config, events in groupby(filter(None, batch), key=lambda event: event.run.config):
                self._deliver(courier, config, list(events))

    def _deliver(self, courier: Courier, config: Config, events: list[Event]) -> None:
        try:
            receipt = courier.deliver(config, events)
        except Exception:  # noqa: BLE001 -- the thread must live: the next batch may be a better one
            _log.warn_once("deliver", "A fault of this package lost %d lineage events.", len(events), trace=True)
            self.ledger.dropped(len(events), Reason.INTERNAL)
        else:
            self.ledger.settle(receipt)

    def _wait_for_more(self, config: Config) -> None:
        try:
            if self._events.qsize() < BATCH_EVENTS - 1:
                self._bell.get(timeout=config.batch_age_s)
            while True:
                self._bell.get_nowait()
        except Empty:
            pass

    def _waiting(self, limit: int | None = None) -> list[Event | None]:
        """Take what is in the queue, without waiting."""
        taken: list[Event | None] = []
        try:
            while limit is None or len(taken) < limit:
                taken.append(self._events.get_nowait())
        except Empty:
            pass
        return taken


NOT_CONFIGURED = (
    "No lineage is sent: no hub is configured. Call data_lineage_hub.configure(hub_endpoint=…, api_key=…) or set "
    "LINEAGE_HUB_ENDPOINT and LINEAGE_HUB_API_KEY."
)

_sender = Sender()
_loading = threading.RLock()


def hire() -> Courier:
    """Load openlineage and HTTP: half a second of work, which is why it is done here and not when the program starts."""
    with _loading:
        import encodings.idna  # noqa: F401, PLC0415 -- else loaded at the first connection

        from data_lineage_hub._courier import Courier  # noqa: PLC0415

        return Courier()


def before_fork() -> None:
    """Let a load that is under way end: a child that inherits half a module can never load it."""
    _loading.acquire(timeout=LOADING_TIMEOUT_S)


def after_fork_in_parent() -> None:
    with suppress(RuntimeError):  # it took too long, and so is not ours to release
        _loading.release()


def after_fork_in_child() -> None:
    """Begin anew: the parent's thread is not here, and its events are its own to send."""
    global _sender, _loading
    _sender, _loading = Sender(), threading.RLock()


os.register_at_fork(before=before_fork, after_in_parent=after_fork_in_parent, after_in_child=after_fork_in_child)


def register_exit() -> None:
    """Have what waits sent when the process ends; multiprocessing's children end by os._exit, without atexit."""
    process = sys.modules.get("multiprocessing.process")
    if process and process.parent_process():
        from multiprocessing.util import Finalize  # noqa: PLC0415 -- only where it is loaded anyway

        Finalize(None, at_exit, exitpriority=100)
    else:
        atexit.unregister(at_exit)
        atexit.register(at_exit)


def at_exit() -> None:
    timeout_s = _config.current().exit_timeout_s
    if not _sender.close(timeout_s):
        lost = _sender.ledger.stats()
        _log.warn_once(
            "exit", "%d lineage events were not delivered within %g s of the end of the program.",
            lost.pending + lost.reasons.get(Reason.CLOSED.value, 0), timeout_s,
        )  # fmt: skip


def put(event: Event) -> None:
    _sender.put(event)


def flush(timeout_s: float = 10.0) -> bool:
    """Wait until everything tracked so far has been delivered or given up; False when `timeout_s` was too short."""
    return _sender.flush(timeout_s)


def close(timeout_s: float = 10.0) -> bool:
    """Flush, then drop and count what still waits. A program that ends does this by itself."""
    return _sender.close(timeout_s)


def stats() -> Stats:
    """Say what became of this process's events; emitted = delivered + dropped + pending."""
    return _sender.ledger.stats()
