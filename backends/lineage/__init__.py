"""The lineage store: where a copy of each event goes for people who use Marquez."""

from backends.lineage.port import LineageBackend
from backends.slot import Slot

lineage_backend: Slot[LineageBackend] = Slot("LineageBackend")

__all__ = ["LineageBackend", "lineage_backend"]
