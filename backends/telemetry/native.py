"""Turns columns into ClickHouse's Native format and back, with clickhouse-driver's own column writers and readers.

So both adapters of the store agree on every value to the byte, whichever way it travels.

Fed by `backends.telemetry.chdb`. Feeds the same.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from clickhouse_driver import errors
from clickhouse_driver.block import ColumnOrientedBlock
from clickhouse_driver.bufferedreader import BufferedSocketReader
from clickhouse_driver.bufferedwriter import BufferedSocketWriter
from clickhouse_driver.context import Context
from clickhouse_driver.streams.native import BlockInputStream, BlockOutputStream

ColumnError = errors.Error  # of a type that the driver does not know, of a value that a type cannot hold

BUFFER_BYTES = 1 << 16
FILE_REVISION = (
    0  # a block in a file has no block info and no marks of custom serialization, as with the first protocol
)


class Memory(io.BytesIO):
    """Bytes that the driver's reader and writer take for a socket."""

    def recv_into(self, buffer: bytearray) -> int:
        return self.readinto(buffer)

    def sendall(self, data: bytes) -> None:
        self.write(data)


def context() -> Context:
    """What the driver's columns ask of their connection."""
    made = Context()
    made.settings = {}
    made.client_settings = {"use_numpy": False, "strings_as_bytes": False, "strings_encoding": "utf-8"}
    made.server_info = SimpleNamespace(used_revision=FILE_REVISION, get_timezone=lambda: "UTC")
    return made


def encode(columns: Mapping[str, Sequence[Any]], types: Mapping[str, str]) -> bytes:
    """Write one block. `types` says each column's ClickHouse type; ints pass as they are, also for times."""
    memory = Memory()
    names_with_types = [(name, types[name]) for name in columns]
    # The writers change the lists that they are given: these are copies.
    block = ColumnOrientedBlock(names_with_types, [list(values) for values in columns.values()])
    BlockOutputStream(BufferedSocketWriter(memory, BUFFER_BYTES), context()).write(block)
    return memory.getvalue()


def decode(data: bytes) -> list[dict[str, Any]]:
    """Read all blocks of a result as rows."""
    source = Memory(data)
    reader = BufferedSocketReader(source, BUFFER_BYTES)
    stream = BlockInputStream(reader, context())
    rows: list[dict[str, Any]] = []
    while source.tell() < len(data) or reader.position < reader.current_buffer_size:
        block = stream.read()
        names = [name for name, _ in block.columns_with_types]
        rows.extend(dict(zip(names, row, strict=True)) for row in block.get_rows())
    return rows


def quoted(text: str) -> str:
    """Write text as a literal of SQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def parameter(value: Any) -> str:
    """Write a parameter's value in the text form that the engine parses: tab-separated for scalars, literals in lists."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    if isinstance(value, list | tuple | set | frozenset):
        return "[" + ",".join(quoted(item) if isinstance(item, str) else parameter(item) for item in value) + "]"
    return str(value)
