"""A server of ours that speaks ClickHouse's native protocol and lets the real engine (chDB) do everything.

No modern ClickHouse server can be installed from a registry, and chDB has no listener. So a process of its own holds the
engine: what a client inserts goes into it as the very bytes that came, with the query's settings and parameters; what it
answers goes out as the very bytes that it made. Not here: accounts, compression, several replicas. Protocol: `src/Server/TCPHandler.cpp` of ClickHouse, revision 54459 (the first with query parameters).
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import socket
import socketserver
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clickhouse_driver.block import BlockInfo
from clickhouse_driver.bufferedreader import BufferedSocketReader
from clickhouse_driver.bufferedwriter import BufferedSocketWriter
from clickhouse_driver.columns.service import read_column
from clickhouse_driver.errors import UnknownTypeError
from clickhouse_driver.protocol import ClientPacketTypes, ServerPacketTypes
from clickhouse_driver.reader import (
    read_binary_bytes_fixed_len,
    read_binary_str,
    read_binary_uint8,
    read_binary_uint64,
)
from clickhouse_driver.settings.writer import SettingsFlags
from clickhouse_driver.varint import read_varint, write_varint
from clickhouse_driver.writer import write_binary_int32, write_binary_str, write_binary_uint8

from backends.telemetry import native

REVISION = 54459
BUFFER_BYTES = 1 << 18
INSERT = re.compile(r"\s*INSERT\s+INTO\s+(?P<table>\S+)\s*\((?P<columns>[^)]*)\)\s*VALUES\s*", re.IGNORECASE)
ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "0": "\0", "a": "\a"}


@dataclass
class Column:
    name: str
    type: str
    data: bytes


PROFILE_EVENTS = [
    Column("name", "String", b""),
    Column("value", "Int64", b""),
]  # one such block answers each that comes


class Tape:
    """Reads by the driver's reader, and can give back the very bytes that a column took."""

    def __init__(self, receive_into: Callable[[bytearray], int]) -> None:
        self._receive_into = receive_into
        self._received = bytearray()
        self.reader = BufferedSocketReader(self, BUFFER_BYTES)

    def recv_into(self, buffer: bytearray) -> int:
        count = self._receive_into(buffer)
        self._received += memoryview(buffer)[:count]
        return count

    @property
    def position(self) -> int:
        return len(self._received) - self.unread

    @property
    def unread(self) -> int:
        return int(self.reader.current_buffer_size - self.reader.position)

    def forget(self) -> None:
        del self._received[: self.position]

    def read_block(self, *, is_marked: bool) -> tuple[int, list[Column]]:
        """Read columns as bytes. `is_marked`: a byte tells of custom serialization, as between client and server."""
        self.forget()
        width, rows = read_varint(self.reader), read_varint(self.reader)
        columns = []
        for _ in range(width):
            name, kind = read_binary_str(self.reader), read_binary_str(self.reader)
            if is_marked and read_binary_uint8(self.reader):
                raise ValueError(f"column {name} comes in a custom serialization")
            start = self.position
            if rows:
                read_column(native.context(), kind, rows, self.reader)
            columns.append(Column(name, kind, bytes(self._received[start : self.position])))
        return rows, columns


def write_block(rows: int, columns: list[Column], out: Any, *, is_marked: bool) -> None:
    write_varint(len(columns), out)
    write_varint(rows, out)
    for column in columns:
        write_binary_str(column.name, out)
        write_binary_str(column.type, out)
        if is_marked:
            write_binary_uint8(0, out)
        out.write(column.data)


class Session(socketserver.BaseRequestHandler):
    """One connection of a client, with a connection of its own to the engine."""

    request: socket.socket
    server: Server

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.tape = Tape(self.request.recv_into)
        self.reader = self.tape.reader
        self.out = BufferedSocketWriter(self.request, BUFFER_BYTES)
        self.engine = self.server.connect()

    def finish(self) -> None:
        self.engine.close()

    def handle(self) -> None:
        with contextlib.suppress(EOFError, OSError):  # clients are killed, too
            while True:
                packet = read_varint(self.reader)
                if packet == ClientPacketTypes.HELLO:
                    self.hello()
                elif packet == ClientPacketTypes.PING:
                    self.send(ServerPacketTypes.PONG)
                elif packet == ClientPacketTypes.QUERY:
                    self.query()
                elif packet != ClientPacketTypes.CANCEL:
                    return

    def send(self, packet: int) -> None:
        write_varint(packet, self.out)
        self.out.flush()

    def hello(self) -> None:
        read_binary_str(self.reader)  # name of the client
        for _ in range(3):
            read_varint(self.reader)  # its version and revision: the driver's is newer than ours
        for _ in range(3):
            read_binary_str(self.reader)  # database, user, password
        major, minor, patch = (int(part) for part in self.server.version.split(".")[:3])
        write_varint(ServerPacketTypes.HELLO, self.out)
        write_binary_str("ClickHouse", self.out)
        for number in (major, minor, REVISION):
            write_varint(number, self.out)
        write_binary_str("UTC", self.out)
        write_binary_str("test", self.out)
        write_varint(patch, self.out)
        self.out.flush()
        read_binary_str(self.reader)  # addendum: quota key

    def query(self) -> None:
        settings, sql, parameters = self.read_query()
        self.read_data()  # no external tables
        try:
            with self.in_force(settings):
                insert = INSERT.fullmatch(sql)
                self.insert(insert["table"], insert["columns"]) if insert else self.select(sql, parameters)
        except (RuntimeError, UnknownTypeError) as error:  # of the engine; of the driver's readers
            self.send_exception(str(error))
        else:
            self.send(ServerPacketTypes.END_OF_STREAM)

    def read_query(self) -> tuple[Mapping[str, tuple[str, bool]], str, Mapping[str, str]]:
        read_binary_str(self.reader)  # query id
        self.skip_client_info()
        settings = self.read_settings()
        read_binary_str(self.reader)  # secret between servers
        read_varint(self.reader)  # stage
        if read_varint(self.reader):
            raise OSError("this server knows no compression")
        sql = read_binary_str(self.reader)
        return settings, sql, {name: unquoted(value) for name, (value, _) in self.read_settings().items()}

    def skip_client_info(self) -> None:
        if not read_binary_uint8(self.reader):
            return
        for _ in range(3):
            read_binary_str(self.reader)  # initial user, query id, address
        read_binary_uint64(self.reader)  # start time
        read_binary_uint8(self.reader)  # interface
        for _ in range(3):
            read_binary_str(self.reader)  # user of the system, host, client
        for _ in range(3):
            read_varint(self.reader)  # version, revision
        read_binary_str(self.reader)  # quota key
        for _ in range(2):
            read_varint(self.reader)  # depth, patch
        if read_binary_uint8(self.reader):  # trace context
            read_binary_bytes_fixed_len(self.reader, 24)
            read_binary_str(self.reader)
            read_binary_uint8(self.reader)
        for _ in range(3):
            read_varint(self.reader)  # parallel replicas

    def read_settings(self) -> Mapping[str, tuple[str, bool]]:
        """Read values, each with whether it is important: one that is not may be unknown."""
        settings = {}
        while name := read_binary_str(self.reader):
            flags = read_binary_uint8(self.reader)
            settings[name] = read_binary_str(self.reader), bool(flags & SettingsFlags.IMPORTANT)
        return settings

    def read_data(self) -> tuple[int, list[Column]] | None:
        """Read one packet of data; None for the empty block that ends them."""
        if read_varint(self.reader) != ClientPacketTypes.DATA:
            raise OSError("expected a packet of data")
        read_binary_str(self.reader)  # name of an external table
        BlockInfo().read(self.reader)
        rows, columns = self.tape.read_block(is_marked=True)
        return (rows, columns) if columns else None

    @contextlib.contextmanager
    def in_force(self, settings: Mapping[str, tuple[str, bool]]) -> Iterator[None]:
        """Let the settings hold for one query."""
        changed = []
        try:
            for name, (value, is_important) in settings.items():
                try:
                    self.engine.query(f"SET {name} = {native.quoted(value)}")
                    changed.append(name)
                except RuntimeError:
                    if is_important:
                        raise
            yield
        finally:
            for name in changed:
                self.engine.query(f"SET {name} = DEFAULT")

    def select(self, sql: str, parameters: Mapping[str, str]) -> None:
        data = self.engine.query(sql, "Native", params=dict(parameters)).bytes()
        tape = Tape(io.BytesIO(data).readinto)
        read = 0
        while read < len(data):
            rows, columns = tape.read_block(is_marked=False)
            if not read:
                self.send_block(0, [Column(column.name, column.type, b"") for column in columns])  # the header
            read += tape.position
            self.send_block(rows, columns)

    def insert(self, table: str, names: str) -> None:
        described = native.decode(self.engine.query(f"DESCRIBE TABLE {table}", "Native").bytes())
        types = {row["name"]: row["type"] for row in described}
        wanted = [name.strip(" `") for name in names.split(",")]
        if unknown := [name for name in wanted if name not in types]:
            raise RuntimeError(f"Code: 16. DB::Exception: No such column {unknown[0]} in table {table}.")
        self.send_block(0, [Column(name, types[name], b"") for name in wanted])
        with tempfile.NamedTemporaryFile(suffix=".native") as file:
            while block := self.read_data():
                write_block(*block, file, is_marked=False)
                self.send_block(0, PROFILE_EVENTS, packet=ServerPacketTypes.PROFILE_EVENTS)
            file.flush()
            self.send_block(0, PROFILE_EVENTS, packet=ServerPacketTypes.PROFILE_EVENTS)
            self.engine.query(f"INSERT INTO {table} ({names}) FROM INFILE {native.quoted(file.name)} FORMAT Native")

    def send_block(self, rows: int, columns: list[Column], *, packet: int = ServerPacketTypes.DATA) -> None:
        write_varint(packet, self.out)
        write_binary_str("", self.out)
        BlockInfo().write(self.out)
        write_block(rows, columns, self.out, is_marked=True)
        self.out.flush()

    def send_exception(self, said: str) -> None:
        code = re.search(r"Code: (\d+)", said)
        write_varint(ServerPacketTypes.EXCEPTION, self.out)
        write_binary_int32(int(code[1]) if code else 1002, self.out)
        for text in ("DB::Exception", said, ""):
            write_binary_str(text, self.out)
        write_binary_uint8(0, self.out)  # nothing nested
        self.out.flush()


def unquoted(value: str) -> str:
    """Take a parameter out of the quotes that it travels in."""
    return re.sub(r"\\(.)", lambda found: ESCAPED.get(found[1], found[1]), value[1:-1], flags=re.DOTALL)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, folder: Path) -> None:
        import chdb  # noqa: PLC0415 -- only this process needs the engine

        self._open = chdb.connect
        self._folder = folder
        self.engine = self.connect()  # keeps the engine alive between clients
        self.version = str(self.engine.query("SELECT version()")).strip().strip('"')
        super().__init__(("127.0.0.1", port), Session)

    def connect(self) -> Any:
        return self._open(str(self._folder))


def main() -> None:
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    # At once: the engine may hang in its own end while a thread of ours still holds a connection.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    server = Server(port, folder)
    print(f"ClickHouse {server.version} (chDB) on port {port}", flush=True)
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
