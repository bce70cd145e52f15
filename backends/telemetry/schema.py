"""Brings the telemetry tables up to date: numbered files, only ever added to, each run once per database.

Every statement of a file may be run again without harm (IF NOT EXISTS), so a run that was cut short is simply repeated.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from backends.telemetry.port import Block

if TYPE_CHECKING:
    from backends.telemetry.port import TelemetryStore

FOLDER = Path(__file__).parent / "schema"

TRACES = "otel.traces"
METRICS = "otel.metrics"
SCHEMA_FILES = "otel.schema_files"

# Servers differ in these by version; exactly-once needs them so. A block may touch any number of days.
INSERT_SETTINGS = {
    "async_insert": 0,
    "deduplicate_blocks_in_dependent_materialized_views": 1,
    "throw_on_max_partitions_per_insert_block": 0,
}

# What must stand before a file can be recorded.
GROUND = (
    "CREATE DATABASE IF NOT EXISTS otel",
    f"""CREATE TABLE IF NOT EXISTS {SCHEMA_FILES} (name String, applied_at DateTime('UTC') DEFAULT now())
    ENGINE = MergeTree ORDER BY name SETTINGS non_replicated_deduplication_window = 1000""",
)


def statements(text: str) -> list[str]:
    """Split a file at each `;` that ends a line; there is none elsewhere."""
    return [statement for part in re.split(r";[ \t]*$", text, flags=re.MULTILINE) if (statement := part.strip())]


def apply(store: TelemetryStore, folder: Path = FOLDER) -> list[str]:
    """Run what this database has not run yet, in the order of the names; return those names."""
    for statement in GROUND:
        store.query(statement)
    known = {row["name"] for row in store.query(f"SELECT name FROM {SCHEMA_FILES}")}  # noqa: S608 -- a constant
    pending = [path for path in sorted(folder.glob("*.sql")) if path.stem not in known]
    for path in pending:
        for statement in statements(path.read_text()):
            store.query(statement)
        # The token lets two processes that start at once record a file once.
        store.insert(record(path.stem), token=f"schema:{path.stem}")
    return [path.stem for path in pending]


def record(name: str) -> Block:
    return Block(SCHEMA_FILES, {"name": [name]})
