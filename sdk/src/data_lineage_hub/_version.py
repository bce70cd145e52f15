"""The version of the package, read by the build and named in every event."""

from __future__ import annotations

__version__ = "0.1.0"
PRODUCER = f"https://pypi.org/project/data-lineage-hub-sdk/{__version__}"
