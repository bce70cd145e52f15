"""Brings a prepared copy of each event to Marquez, in the order of the log.

The whole batch is prepared before its first event is sent: what preparing finds dead is put aside without sending
anything twice.

Fed by consumers/carrying.py (openlineage-events)
Feeds backends/lineage
"""

from __future__ import annotations

import structlog

from backends.errors import BackendRefused
from backends.eventlog import Delivery
from backends.eventlog.topics import LINEAGE
from backends.lineage import lineage_backend
from consumers.handler import Batch, Handler, Poison
from consumers.marquez_copy import Dead, Forward, Skip, prepare

log = structlog.get_logger(__name__)


class MarquezHandler(Handler):
    name = "marquez"
    topics = (LINEAGE.name,)

    def handle(self, batch: Batch) -> None:
        copies = [(delivery, copy) for delivery in batch.deliveries if (copy := copy_of(delivery)) is not None]
        for delivery, copy in copies:
            send(delivery, copy)


def copy_of(delivery: Delivery) -> bytes | None:
    """The copy to send; None for what Marquez is better off without."""
    match prepared(delivery):
        case Forward(event):
            return event
        case Skip(reason):
            log.debug("event not forwarded", reason=reason, offset=delivery.offset)
            return None
        case Dead(reason, error):
            raise Poison(delivery, reason=reason, error=error)


def prepared(delivery: Delivery) -> Forward | Skip | Dead:
    try:
        return prepare(delivery.envelope.value, delivery.envelope.headers)
    except Exception as error:  # a fault of ours on one event must not hold up the others
        log.exception("preparing failed", topic=delivery.partition.topic, offset=delivery.offset)
        raise Poison(delivery, reason="fault", error=f"{type(error).__name__}: {error}") from error


def send(delivery: Delivery, copy: bytes) -> None:
    try:
        lineage_backend.get().send(copy)
    except BackendRefused as refused:
        raise Poison(delivery, reason=refused.code, error=refused.detail) from refused
