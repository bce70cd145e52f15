"""Says of the hub's own database what every backend says of itself: away is `BackendUnavailable`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError, connections

from backends.errors import BackendUnavailable


@contextmanager
def database() -> Iterator[None]:
    """Work with the database in a thread that lives long: dead connections are dropped before they are used.

    What the block does not name as a decision about its input (DataError, IntegrityError) is an outage or a fault of the
    installation, such as a migration that has not run: it may pass, so nothing is discarded for it.
    """
    drop_dead_connections()
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        raise BackendUnavailable("database", first_line(error)) from error


def drop_dead_connections() -> None:
    """What Django does between requests; a connection in the midst of the caller's transaction is left alone."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


def exceeds_limits(error: Exception) -> bool:
    """Whether the input is too much for PostgreSQL itself (SQLSTATE class 54), which Django's classes call an outage."""
    return str(getattr(error.__cause__, "sqlstate", None)).startswith("54")


def first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
