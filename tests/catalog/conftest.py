"""What the tests of the catalog share: events as short as can be, and the catalog's tables as plain values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import models

from catalog import projection
from catalog.models import Dataset, Edge, Job, Run, RunEvent, RunInput, RunOutput
from namespaces.models import Namespace

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TABLES: tuple[type[models.Model], ...] = (Dataset, Job, Run, RunEvent, RunInput, RunOutput, Edge)
Tables = dict[str, list[tuple[Any, ...]]]
Send = Callable[..., None]


def at(minutes: float) -> str:
    return (NOON + timedelta(minutes=minutes)).isoformat()


def dataset(name: str, namespace: str = "db", **facets: Any) -> dict[str, Any]:
    return {"namespace": namespace, "name": name, "facets": facets}


def schema(*columns: str) -> dict[str, Any]:
    """`schema("id:int", "name")` is a schema facet of two columns, the second without a type."""
    fields = [dict(zip(("name", "type"), column.split(":"), strict=False)) for column in columns]
    return {"fields": fields}


def run_event(event_type: str = "COMPLETE", minute: float = 0, *, run: str = "run-1", **more: Any) -> dict[str, Any]:
    return {
        "eventType": event_type,
        "eventTime": at(minute),
        "producer": "tests",
        "run": {"runId": run, "facets": more.pop("run_facets", {})},
        "job": {"namespace": "jobs", "name": more.pop("job", "etl"), "facets": more.pop("job_facets", {})},
        **more,
    }


def tables(*, without: frozenset[str] = frozenset({"id"})) -> Tables:
    """Every row of the catalog as values; serial numbers tell only of the order of arrival."""
    return {model.__name__: sorted((values(row) for row in model._default_manager.all()), key=repr) for model in TABLES}


def values(row: models.Model) -> tuple[Any, ...]:
    fields = [field for field in row._meta.concrete_fields if not isinstance(field, models.AutoField)]
    return tuple((field.attname, getattr(row, field.attname)) for field in fields)


@pytest.fixture
def send(team_a: Namespace) -> Send:
    """Apply events as team-a, or as another namespace: `send(event, namespace=team_c)`."""
    sent = iter(range(1_000_000))

    def apply(*events: dict[str, Any], namespace: Namespace = team_a, **more: Any) -> None:
        for event in events:
            event_id = more.get("event_id") or f"{namespace.name}-{next(sent)}"
            projection.apply(event, **{"received_at": NOON, **more, "namespace": namespace.name, "event_id": event_id})

    return apply
