"""ChdbTelemetryStore: the ClickHouse engine in this process, its tables in one folder.

The engine belongs to one process, and to one folder at a time: whoever comes second is told so. Connections are cheap and
work side by side, but each runs one query after the other; hence a pool, so that a page need not wait for an insert.

Fed by `consumers.handlers.telemetry`. Feeds `backends.telemetry.reads`.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backends.errors import BackendError, BackendUnavailable
from backends.health import Health
from backends.telemetry import native, schema
from backends.telemetry.failures import COMPONENT, UNWRITABLE, failure, unwritable
from backends.telemetry.pool import Pool
from backends.telemetry.port import Block, TelemetryStore

SETTINGS = ", ".join(f"{name} = {value}" for name, value in schema.INSERT_SETTINGS.items())
CODE = re.compile(r"Code: (\d+)\. (.*)", re.DOTALL)


class ChdbTelemetryStore(TelemetryStore):
    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._pool = Pool(self._connect)
        self._types: dict[str, dict[str, str]] = {}

    def apply_schema(self) -> list[str]:
        applied = schema.apply(self)
        self._types.clear()
        return applied

    def insert(self, block: Block, *, token: str) -> None:
        if not len(block):
            return
        data = self._encoded(block)
        names = ", ".join(f"`{name}`" for name in block.columns)
        with on_disk(data) as path:
            self._run(
                f"INSERT INTO {block.table} ({names}) FROM INFILE {native.quoted(path)} SETTINGS "
                f"insert_deduplication_token = {native.quoted(token)}, {SETTINGS} FORMAT Native"
            )

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        data = self._run(sql, parameters)
        try:
            return native.decode(data)
        except native.ColumnError as error:
            raise unwritable("the result", error) from error

    def health(self) -> Health:
        try:
            version = str(self.query("SELECT version() AS version")[0]["version"])
        except BackendError as error:
            return Health("down", detail=error.detail, advice=f"Stop the other process that uses {self._path}.")
        return Health("ok", version=f"ClickHouse {version} (chDB)", detail=f"in this process, in {self._path}")

    def close(self) -> None:
        """Wait for who is in a query: the engine does not survive the end of its process under one."""
        self._pool.close()

    def _encoded(self, block: Block) -> bytes:
        try:
            return native.encode(block.columns, self._types_of(block.table))
        except (native.ColumnError, *UNWRITABLE) as error:
            raise unwritable(block.table, error) from error

    def _types_of(self, table: str) -> dict[str, str]:
        known = self._types.get(table)
        if known is None:
            known = self._types[table] = {row["name"]: row["type"] for row in self.query(f"DESCRIBE TABLE {table}")}
        return known

    def _run(self, sql: str, parameters: Mapping[str, Any] | None = None) -> bytes:
        values = {name: native.parameter(value) for name, value in (parameters or {}).items()}
        with self._pool.connection() as connection:
            try:
                return bytes(connection.query(sql, "Native", params=values).bytes())
            except RuntimeError as error:
                raise self._failure(error) from error

    def _failure(self, error: RuntimeError) -> BackendError:
        found = CODE.search(str(error))
        return failure(int(found[1]), found[2]) if found else BackendUnavailable(COMPONENT, str(error))

    def _connect(self) -> Any:
        import chdb  # noqa: PLC0415 -- 300 MB of engine: only when it is used

        self._path.mkdir(parents=True, exist_ok=True)
        try:
            return chdb.connect(str(self._path))
        except RuntimeError as error:
            raise BackendUnavailable(COMPONENT, f"the engine cannot open {self._path}: {held(error)}") from error


@contextmanager
def on_disk(data: bytes) -> Iterator[str]:
    """The engine reads a block from a file; a full disk is an outage like any other."""
    try:
        with tempfile.NamedTemporaryFile(suffix=".native") as file:
            file.write(data)
            file.flush()
            yield file.name
    except OSError as error:
        raise BackendUnavailable(COMPONENT, f"a block cannot be put down for the engine: {error}") from error


def held(error: RuntimeError) -> str:
    """Say why the engine did not open its folder; the engine itself tells that to the terminal only."""
    if "different path" in str(error):
        return "this process has it open on another folder"
    if "initializing EmbeddedServer" in str(error):
        return "another process has it open (one hub per data folder)"
    return " ".join(str(error).split())
