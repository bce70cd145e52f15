"""Cursor pages: each page begins after the last row of the one before, whatever came or went in between.

A cursor is that row's place in the order, so the tenth page costs what the first does. To others it is opaque.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from namespaces.errors import FieldError, Invalid
from namespaces.models.validators import validate_storable

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
WORDS = "Use the value of `next` from the page before, unchanged."
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """`next` is the cursor of the next page, None at the end."""

    items: list[M]
    next: str | None


@dataclass(frozen=True)
class Order:
    """Sorts by `columns`, the last of which is unique. `place` reads a row's place, `parse` turns its texts back."""

    columns: Sequence[str]
    place: Callable[[Any], Sequence[Any]]
    parse: Sequence[Callable[[Any], Any]]
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


def order_by(model: type[Model], unique: str, *, is_descending: bool = False) -> Order:
    """The order of one unique field."""
    column: Any = model._meta.get_field(unique)  # noqa: SLF001 -- Django's documented API
    read = attrgetter(unique)
    return Order((unique,), lambda row: (read(row),), (column.to_python,), is_descending)


def page_of(rows: QuerySet[M], order: Order, *, cursor: str = "", limit: int = DEFAULT_LIMIT) -> Page[M]:
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
