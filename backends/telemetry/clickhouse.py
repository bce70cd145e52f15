"""ClickHouseTelemetryStore: a ClickHouse server by its native protocol, with clickhouse-driver.

Each borrower has a connection of its own; the driver pings before each use and connects anew when the server was away.
An insert is one block under one token, so it may be repeated after any failure.

Fed by `consumers.handlers.telemetry`. Feeds `backends.telemetry.reads`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from clickhouse_driver import Client, errors
from clickhouse_driver.util.helpers import parse_url

from backends.errors import BackendError, BackendUnavailable
from backends.health import Health
from backends.telemetry import schema
from backends.telemetry.failures import COMPONENT, UNWRITABLE, failure, unwritable
from backends.telemetry.pool import Pool
from backends.telemetry.port import Block, TelemetryStore

CONNECT_TIMEOUT_S = 3.0
ANSWER_TIMEOUT_S = 60.0
PING_TIMEOUT_S = 2.0
HEALTH_TIMEOUT_S = 0.9  # connect and answer: together below the two seconds of the port

# The driver logs a whole traceback for each refused connection; the exception says it all.
logging.getLogger("clickhouse_driver.connection").setLevel(logging.ERROR)

AWAY = (errors.NetworkError, errors.SocketTimeoutError, EOFError, OSError)


class Connection(Client):  # type: ignore[misc] # the driver ships no types
    """The driver's client, under the pool's name for its end."""

    def close(self) -> None:
        self.disconnect()


class ClickHouseTelemetryStore(TelemetryStore):
    """`url`: `clickhouse://user:password@host:9000/?alt_hosts=…`, `clickhouses://` for TLS; options are the driver's."""

    def __init__(self, url: str, *, answer_timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        self._host, self._options = parse_url(url)
        self._answer_timeout_s = answer_timeout_s
        self._pool = Pool(self._connect)

    def apply_schema(self) -> list[str]:
        return schema.apply(self)

    def insert(self, block: Block, *, token: str) -> None:
        if not len(block):
            return
        names = ", ".join(f"`{name}`" for name in block.columns)
        settings = {**schema.INSERT_SETTINGS, "insert_deduplication_token": token}
        columns = [list(values) for values in block.columns.values()]
        with self._pool.connection() as connection, told_apart(block.table):
            connection.execute(f"INSERT INTO {block.table} ({names}) VALUES", columns, columnar=True, settings=settings)

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        values = {name: bound(value) for name, value in (parameters or {}).items()}
        with self._pool.connection() as connection, told_apart("the result"):
            rows, columns = connection.execute(sql, values, with_column_types=True)
        names = [name for name, _ in columns]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def health(self) -> Health:
        connection = self._connect(connect_timeout=HEALTH_TIMEOUT_S, send_receive_timeout=HEALTH_TIMEOUT_S)
        try:
            with told_apart("the result"):
                version = str(connection.execute("SELECT version()")[0][0])
        except BackendError as error:
            return Health("down", detail=error.detail, advice="Start ClickHouse, or correct HUB_CLICKHOUSE_URL.")
        finally:
            connection.close()
        return Health("ok", version=f"ClickHouse {version}", detail=f"at {self._host}")

    def close(self) -> None:
        self._pool.close()

    def _connect(self, **more: Any) -> Connection:
        defaults = {
            "connect_timeout": CONNECT_TIMEOUT_S,
            "send_receive_timeout": self._answer_timeout_s,
            "sync_request_timeout": PING_TIMEOUT_S,
            # A server too old to know the token must say so: ignoring it would count rows twice.
            "settings_is_important": True,
        }
        options = {**defaults, **self._options, **more}
        options["settings"] = {**options.get("settings", {}), "server_side_params": True}
        return Connection(self._host, **options)


def bound(value: Any) -> Any:
    """Change what the driver would write in a way that the server cannot read."""
    if isinstance(value, bool):
        return int(value)
    return list(value) if isinstance(value, tuple | set | frozenset) else value


@contextmanager
def told_apart(what: str) -> Iterator[None]:
    """Turn whatever the driver raises into the two ways a backend can fail."""
    try:
        yield
    except AWAY as error:
        raise BackendUnavailable(
            COMPONENT, f"ClickHouse is away: {' '.join(str(error).split()) or type(error).__name__}"
        ) from error
    except errors.ServerException as error:
        raise failure(error.code, error.message) from error
    except (errors.Error, *UNWRITABLE) as error:
        raise unwritable(what, error) from error
