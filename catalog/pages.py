"""Cursor pages of the catalog's lists: each page begins after the last row of the one before, whatever came between.

A cursor is that row's place in the order, so it stays right while rows come and go, and the tenth page costs what the
first does. To others it is opaque.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q
from django.db.models.functions import Left

from catalog.models.nodes import SORTED_CHARACTERS
from catalog.querysets import OwnedQuerySet
from namespaces.errors import FieldError, Invalid
from namespaces.models.validators import validate_storable
from namespaces.pages import Page

M = TypeVar("M", bound=Model)
WORDS = "Use the value of `next` from the page before, unchanged."


@dataclass(frozen=True)
class Order:
    """Sorts by `columns`, the last of which is unique. `place` reads a row's place, `parse` turns its texts back."""

    columns: Sequence[str]
    place: Callable[[Any], Sequence[Any]]
    parse: Sequence[Callable[[str], Any]]
    is_descending: bool = False
    expressions: Mapping[str, Any] = field(default_factory=dict)

    def after(self, place: Sequence[Any]) -> Q:
        """Rows beyond that place. The first condition follows from the others; an index can use it."""
        beyond = "lt" if self.is_descending else "gt"
        rows = Q()
        for index, column in enumerate(self.columns):
            same = dict(zip(self.columns[:index], place, strict=False))
            rows |= Q(**same, **{f"{column}__{beyond}": place[index]})
        return Q(**{f"{self.columns[0]}__{beyond}e": place[0]}) & rows


BY_NAME = Order(
    columns=("sorted_namespace", "sorted_name", "pk"),
    place=lambda row: (row.namespace[:SORTED_CHARACTERS], row.name[:SORTED_CHARACTERS], row.pk),
    parse=(str, str, UUID),
    expressions={
        "sorted_namespace": Left("namespace", SORTED_CHARACTERS),
        "sorted_name": Left("name", SORTED_CHARACTERS),
    },
)
NEWEST_FIRST = Order(
    columns=("first_event_at", "pk"),
    place=lambda row: (row.first_event_at.isoformat(), row.pk),
    parse=(datetime.fromisoformat, UUID),
    is_descending=True,
)


def page_of(rows: OwnedQuerySet, order: Order, *, cursor: str, limit: int) -> Page[Any]:
    """One query, whatever the limit."""
    rows = rows.alias(**order.expressions)
    if cursor:
        rows = rows.filter(order.after(place_of(cursor, order)))
    sign = "-" if order.is_descending else ""
    found = list(rows.order_by(*(sign + column for column in order.columns))[: limit + 1])
    return Page(found[:limit], cursor_of(order.place(found[limit - 1])) if len(found) > limit else None)


def cursor_of(place: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place, default=str).encode()).rstrip(b"=").decode()


def place_of(cursor: str, order: Order) -> list[Any]:
    try:
        texts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        validate_storable(texts)
        return [parse(text) for parse, text in zip(order.parse, texts, strict=True)]
    except Exception:  # noqa: BLE001 -- whatever is wrong with it, it is not one of ours
        raise Invalid("That is no cursor of this list.", errors=[FieldError("/cursor", "cursor", WORDS)]) from None
