"""Brings each event into the hub's own catalog.

Fed by consumers/carrying.py (openlineage-events)
Feeds catalog/projection
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

import structlog
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError

from backends.eventlog import Delivery, headers
from backends.eventlog.topics import LINEAGE
from catalog import projection
from catalog.projection import times
from consumers.database import database, exceeds_limits, first_line
from consumers.handler import Batch, Handler, Poison
from consumers.lineage_json import Unreadable, event_of

log = structlog.get_logger(__name__)


class CatalogHandler(Handler):
    name = "catalog"
    topics = (LINEAGE.name,)

    def handle(self, batch: Batch) -> None:
        for delivery in batch.deliveries:
            with database():
                apply(delivery)


def apply(delivery: Delivery) -> None:
    """Project one delivery; what depends on its content alone is poison."""
    try:
        project(delivery)
    except (projection.Unprojectable, Unreadable) as error:
        raise Poison(delivery, reason=error.reason, error=error.error) from error
    except (DataError, IntegrityError) as error:
        raise Poison(delivery, reason="refused_by_database", error=first_line(error)) from error
    except (DatabaseError, InterfaceError) as error:
        if not exceeds_limits(error):
            raise
        raise Poison(delivery, reason="refused_by_database", error=first_line(error)) from error
    except Exception as error:  # a fault of ours on one event must not hold up the others
        log.exception("projection failed", topic=delivery.partition.topic, offset=delivery.offset)
        raise Poison(delivery, reason="fault", error=f"{type(error).__name__}: {error}") from error


def project(delivery: Delivery) -> None:
    about = delivery.envelope.headers
    projection.apply(
        event_of(delivery.envelope.value),
        namespace=about.get(headers.NAMESPACE, ""),
        event_id=about.get(headers.EVENT_ID) or sha256(delivery.envelope.value).hexdigest(),
        received_at=received_at(delivery),
        job_namespace=about.get(headers.JOB_NAMESPACE, ""),
    )


def received_at(delivery: Delivery) -> datetime:
    """When the door read it; the log's own time where the header is missing or odd."""
    at = times.parse(delivery.envelope.headers.get(headers.RECEIVED_AT))
    return at or datetime.fromtimestamp(delivery.appended_at_s, UTC)
