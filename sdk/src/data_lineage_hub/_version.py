"""The version of the package, read by the build and named in every event."""

from __future__ import annotations

__version__ = "0.1.0"
PRODUCER = f"https://data-lineage-hub.example/sdk/{__version__}"  # names the software, is no place to visit (RFC 2606)
