"""The orders of the catalog's lists: nodes by name, runs newest first."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models.functions import Left

from catalog.models.nodes import SORTED_CHARACTERS
from namespaces.pages import Order

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
