"""Cursor pages: a slice of a list that stays right while rows come and go."""

from __future__ import annotations

import base64
import json
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

from namespaces.errors import FieldError, Invalid
from namespaces.models.validators import validate_storable

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
M = TypeVar("M", bound=Model)


class Page(Generic[M]):
    """`items` and the cursor of the next page, None at the end."""

    def __init__(self, items: list[M], next_cursor: str | None) -> None:
        self.items = items
        self.next = next_cursor


def page_of(rows: QuerySet[M], *, by: str, cursor: str = "", limit: int = DEFAULT_LIMIT) -> Page[M]:
    """The page of rows after the cursor, in the order of one unique field; `-field` for descending."""
    field, after = by.removeprefix("-"), "lt" if by.startswith("-") else "gt"
    if cursor:
        rows = rows.filter(**{f"{field}__{after}": _value_of(cursor, rows.model, field)})
    found = list(rows.order_by(by)[: limit + 1])
    more = len(found) > limit
    return Page(found[:limit], _cursor_of(getattr(found[limit - 1], field)) if more else None)


def _cursor_of(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, default=str).encode()).rstrip(b"=").decode()


def _value_of(cursor: str, model: type[Model], field: str) -> Any:
    try:
        value = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        validate_storable(value)
        column: Any = model._meta.get_field(field)  # noqa: SLF001 -- Django's documented API
        return column.to_python(value)
    except Exception:  # noqa: BLE001 -- whatever is wrong with it, it is not one of ours
        message = "Use the value of `next` from the page before, unchanged."
        raise Invalid("That is no cursor of this list.", errors=[FieldError("/cursor", "cursor", message)]) from None
