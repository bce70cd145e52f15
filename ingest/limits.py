"""The closed list of the door's limits: CONTRACT.md, "Events: accept and reject"."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024

EVENT_BYTES = 5 * MIB
BATCH_EVENTS = 1_000
DEPTH = 64
DATASETS = 1_000  # inputs and outputs, each
NAME_CHARS = 4_000
NAMESPACE_CHARS = 1_024
RUN_ID_CHARS = 256
REPORTED_ERRORS = 50  # per event: short and useful

# A gzip body may grow this much; below the allowance anything goes, real events reach 18.
GZIP_RATIO = 200
GZIP_ALLOWANCE_BYTES = MIB

# Times of spans and points outside of this window would open absurd partitions in the store.
PAST_S = 400 * 24 * 3600
FUTURE_S = 3600


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """`body_bytes` counts after inflating, `gzip_bytes` before."""

    body_bytes: int
    gzip_bytes: int = 4 * MIB


LINEAGE = BodyLimits(16 * MIB)
TELEMETRY = BodyLimits(64 * MIB)
