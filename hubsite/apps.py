"""Plugs the configured adapters into the slots: the one place that chooses between a laptop and a cluster."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings

from backends.eventlog import EventLog, event_log
from backends.lineage import LineageBackend, lineage_backend
from backends.telemetry import TelemetryStore, telemetry_store


def make_event_log() -> EventLog:
    if settings.HUB_KAFKA_BOOTSTRAP_SERVERS:
        from backends.eventlog.kafka import KafkaEventLog  # noqa: PLC0415 -- only what is configured is loaded

        return KafkaEventLog(
            settings.HUB_KAFKA_BOOTSTRAP_SERVERS,
            prefix=settings.HUB_KAFKA_TOPIC_PREFIX,
            replication_factor=settings.HUB_KAFKA_REPLICATION_FACTOR,
            options=settings.HUB_KAFKA_OPTIONS,
        )
    from backends.eventlog.sqlite import SqliteEventLog  # noqa: PLC0415

    return SqliteEventLog(settings.HUB_DATA_DIR / "eventlog.sqlite")


def make_telemetry_store() -> TelemetryStore:
    if settings.HUB_CLICKHOUSE_URL:
        from backends.telemetry.clickhouse import ClickHouseTelemetryStore  # noqa: PLC0415

        return ClickHouseTelemetryStore(settings.HUB_CLICKHOUSE_URL)
    from backends.telemetry.chdb import ChdbTelemetryStore  # noqa: PLC0415

    return ChdbTelemetryStore(settings.HUB_DATA_DIR / "telemetry")


def make_lineage_backend() -> LineageBackend:
    if settings.HUB_MARQUEZ_URL:
        from backends.lineage.marquez import MarquezLineageBackend  # noqa: PLC0415

        return MarquezLineageBackend(settings.HUB_MARQUEZ_URL, admin_url=settings.HUB_MARQUEZ_ADMIN_URL)
    from backends.lineage.memory import MemoryLineageBackend  # noqa: PLC0415

    return MemoryLineageBackend()


class HubsiteConfig(AppConfig):
    name = "hubsite"

    def ready(self) -> None:
        from hubsite import checks  # noqa: F401, PLC0415 -- registers the system checks

        event_log.plug(make_event_log)
        telemetry_store.plug(make_telemetry_store)
        lineage_backend.plug(make_lineage_backend)
