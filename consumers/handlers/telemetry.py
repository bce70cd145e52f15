"""Brings spans and metrics into ClickHouse, each row exactly once: one batch is one insert under the batch's token.

Whether a delivery can be read is decided before anything is inserted, and depends on its bytes and headers alone: so a
repetition finds the same poison and inserts the same rows. Were a row's retention another one when it is repeated, it
would go into another partition of the store, which knows nothing of the token.

Fed by consumers/carrying.py (otel-spans, otel-metrics)
Feeds backends/telemetry (otel.traces, otel.metrics)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import structlog

from backends.errors import BackendUnavailable
from backends.eventlog import Delivery, headers
from backends.eventlog.topics import METRICS, SPANS
from backends.telemetry import Block, telemetry_store
from consumers.database import database
from consumers.handler import Batch, Handler, Poison
from consumers.otlp_points import METRIC_COLUMNS, point_rows
from consumers.otlp_rows import SPAN_COLUMNS, Origin, Row, Undecodable, columns_of, span_rows
from namespaces.facts import facts_of

log = structlog.get_logger(__name__)

RETENTION_CLASSES = (7, 14, 30, 90, 180, 365, 730)  # days; few, because each class is a partition of its own per day
DEFAULT_RETENTION_DAYS = 90  # of a namespace that the hub no longer has


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: Sequence[str]
    rows: Callable[[bytes, Origin], Iterator[Row]]


TABLES = {
    SPANS.name: Table("otel.traces", SPAN_COLUMNS, span_rows),
    METRICS.name: Table("otel.metrics", METRIC_COLUMNS, point_rows),
}


class TelemetryHandler(Handler):
    name = "telemetry"
    topics = tuple(TABLES)
    exactly_once = True

    def handle(self, batch: Batch) -> None:
        table = TABLES[batch.partition.topic]
        rows = [row for delivery in batch.deliveries for row in rows_of(delivery, table)]
        if rows:
            telemetry_store.get().insert(Block(table.name, columns_of(table.columns, rows)), token=batch.token)


def rows_of(delivery: Delivery, table: Table) -> list[Row]:
    try:
        return list(table.rows(delivery.envelope.value, origin_of(delivery)))
    except Undecodable as error:
        raise Poison(delivery, reason="undecodable", error=str(error)) from error
    except (Poison, BackendUnavailable):
        raise
    except Exception as error:  # a fault of ours on one delivery must not hold up the others
        log.exception("telemetry not read", topic=delivery.partition.topic, offset=delivery.offset)
        raise Poison(delivery, reason="fault", error=f"{type(error).__name__}: {error}") from error


def origin_of(delivery: Delivery) -> Origin:
    namespace = delivery.envelope.headers.get(headers.NAMESPACE, "")
    if not namespace:
        raise Poison(
            delivery, reason="no_namespace", error="The envelope names no namespace: nobody could ever see it."
        )
    days = retention_days(namespace, delivery.envelope.headers.get(headers.RETENTION_DAYS, ""))
    return Origin(namespace, retention_class(days), delivery.partition.number, delivery.offset)


def retention_days(namespace: str, sealed: str) -> int:
    """What the door wrote down; today's retention for an envelope that is older than this header."""
    if sealed.isdecimal():
        return int(sealed)
    with database():
        facts = facts_of(namespace)
    return facts.storage_retention_days if facts else DEFAULT_RETENTION_DAYS


def retention_class(days: int) -> int:
    """The shortest class that keeps a row at least that long; the longest for everything beyond."""
    return next((days_kept for days_kept in RETENTION_CLASSES if days_kept >= days), RETENTION_CLASSES[-1])
