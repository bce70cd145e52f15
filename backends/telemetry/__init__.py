"""The telemetry store: spans and metrics in ClickHouse, by SQL that is the same for a cluster and for a laptop."""

from backends.slot import Slot
from backends.telemetry.port import Block, TelemetryStore

telemetry_store: Slot[TelemetryStore] = Slot("TelemetryStore")

__all__ = ["Block", "TelemetryStore", "telemetry_store"]
