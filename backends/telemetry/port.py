"""The TelemetryStore port: ClickHouse, whichever way it is reached.

Vocabulary. A *block* is what one insert carries: a table and its columns. A *token* names an insert: an insert whose
token the table has seen before changes nothing, in the table and in everything fed from it. So a writer that repeats a
block under the same token after a crash or a timeout writes each row exactly once.

Values. Column values are Python's plain ones: int nanoseconds since the epoch for DateTime64(9), int seconds for DateTime,
str, int, float, bool, dict for Map, list for Array, tuple for Tuple. Ids are lower-case hex.

Errors. `BackendUnavailable` when the server cannot be reached or is overloaded; `BackendRefused` when it will never take
this block or query. Methods raise nothing else. A store is safe to share between threads.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backends.health import Health


@dataclass(frozen=True, slots=True)
class Block:
    """Columns of equal length for one table, e.g. `Block("otel.traces", {"trace_id": [...], "timestamp": [...]})`."""

    table: str
    columns: Mapping[str, Sequence[Any]]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))


class TelemetryStore(ABC):
    @abstractmethod
    def apply_schema(self) -> list[str]:
        """Run the numbered schema files that this database has not run yet; return their names."""

    @abstractmethod
    def insert(self, block: Block, *, token: str) -> None:
        """Write the block once and for all: a block under a used token changes nothing."""

    @abstractmethod
    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return rows as dicts. Parameters are bound by the server: `WHERE namespace = {namespace:String}`.

        DateTime64 comes back as int nanoseconds where the SQL says `toUnixTimestamp64Nano(...)`: ask for that, a
        datetime would lose digits.
        """

    @abstractmethod
    def health(self) -> Health:
        """Ask the store how it is; answers within two seconds and never raises."""

    @abstractmethod
    def close(self) -> None: ...
