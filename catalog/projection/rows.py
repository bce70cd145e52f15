"""Locks the rows that an event touches, and writes back those that changed.

Rows are made and locked in the order of their ids, and tables always in the same order (jobs, datasets, run, arrows):
so two events that name the same nodes wait for each other and never deadlock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from django.db import models

Row = TypeVar("Row", bound=models.Model)


@contextmanager
def locked(model: type[Row], blanks: Iterable[Row]) -> Iterator[dict[UUID, Row]]:
    """The rows of these ids, made where missing; what the block changes in them is written at its end."""
    ordered = sorted(blanks, key=lambda row: row.pk)
    manager: Any = model._default_manager  # noqa: SLF001 -- Django's documented way to any model's manager
    manager.bulk_create(ordered, ignore_conflicts=True)
    # NO KEY: those who only point at these rows need not wait.
    found = manager.select_for_update(no_key=True).filter(pk__in=[row.pk for row in ordered]).order_by("pk")
    rows = {row.pk: row for row in found}
    before = {pk: values(row) for pk, row in rows.items()}
    yield rows
    write(model, [row for pk, row in rows.items() if values(row) != before[pk]])


def values(row: models.Model) -> dict[str, Any]:
    """A row's values; the merges replace JSON and never change it in place, so a shallow copy is enough."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}  # noqa: SLF001


def write(model: type[Row], changed: list[Row]) -> None:
    """One statement for any number of rows; they exist and are ours, so each is an update."""
    names = [field.name for field in model._meta.concrete_fields if not field.primary_key]  # noqa: SLF001
    manager: Any = model._default_manager  # noqa: SLF001
    if changed:
        manager.bulk_create(changed, update_conflicts=True, unique_fields=["pk"], update_fields=names)
