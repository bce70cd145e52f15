"""Tells a Data Lineage Hub what Python functions read and write, without ever getting in their way.

Importing this package loads neither openlineage nor any HTTP client: the sender thread does, at the first event.
"""

from __future__ import annotations

from data_lineage_hub._config import configure
from data_lineage_hub._context import current_run_id
from data_lineage_hub._ledger import Stats
from data_lineage_hub._sender import close, flush, stats
from data_lineage_hub._track import lineage_track
from data_lineage_hub._version import __version__

__all__ = [
    "Stats",
    "__version__",
    "close",
    "configure",
    "current_run_id",
    "flush",
    "lineage_track",
    "stats",
]
