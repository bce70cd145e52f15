"""Events reach Marquez and the catalog in order; each failure is either an outage or one delivery's poison."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, ProgrammingError, connection

from backends.errors import BackendRefused, BackendUnavailable
from backends.eventlog import Delivery, Envelope, Partition, headers
from backends.eventlog.topics import LINEAGE
from backends.lineage import lineage_backend
from backends.lineage.memory import MemoryLineageBackend
from catalog import projection
from catalog.models import Job
from consumers import marquez_copy
from consumers.handler import Batch, Poison
from consumers.handlers import marquez
from consumers.handlers.catalog import CatalogHandler
from consumers.handlers.marquez import MarquezHandler
from namespaces.models import Namespace

RUN = "01234567-89ab-4def-8123-456789abcdef"


def event(name: str = "load", event_type: str = "COMPLETE", namespace: str = "jobs") -> bytes:
    made = {
        "eventType": event_type,
        "eventTime": "2026-01-01T00:00:00Z",
        "producer": "https://producer.example",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": RUN},
        "job": {"namespace": namespace, "name": name},
    }
    return json.dumps(made).encode()


def batch_of(*values: bytes, **about: str) -> Batch:
    partition = Partition(LINEAGE.name, 0)
    carried = {headers.NAMESPACE: "team-a", headers.RECEIVED_AT: "2026-01-02T00:00:00Z", headers.EVENT_ID: "e1"} | about
    deliveries = tuple(
        Delivery(Envelope(LINEAGE.name, b"", value, carried), partition, offset, 1_700_000_000.0)
        for offset, value in enumerate(values)
    )
    return Batch(partition, deliveries, 0, len(values) - 1)


class PickyBackend(MemoryLineageBackend):
    """Meets the event of job `bad` with an error."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def send(self, event: bytes) -> None:
        if json.loads(event)["job"]["name"] == "bad":
            raise self._error
        super().send(event)


Plug = Callable[[MemoryLineageBackend], MemoryLineageBackend]


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Plug:
    def plug(backend: MemoryLineageBackend) -> MemoryLineageBackend:
        monkeypatch.setattr(lineage_backend, "get", lambda: backend)
        return backend

    return plug


def names(backend: MemoryLineageBackend) -> list[str]:
    return [json.loads(sent)["job"]["name"] for sent in backend.events]


# Marquez


def test_copies_are_sent_in_order(plug: Plug) -> None:
    backend = plug(MemoryLineageBackend())
    MarquezHandler().handle(batch_of(*[event(f"job-{n}") for n in range(5)]))
    assert names(backend) == [f"job-{n}" for n in range(5)]


def test_what_is_sent_is_the_prepared_copy(plug: Plug) -> None:
    backend = plug(MemoryLineageBackend())
    MarquezHandler().handle(batch_of(event(namespace="default"), **{headers.JOB_NAMESPACE: "team-a"}))
    assert json.loads(backend.events[0])["job"]["namespace"] == "team-a"


def test_progress_without_datasets_is_passed_over(plug: Plug) -> None:
    backend = plug(MemoryLineageBackend())
    MarquezHandler().handle(batch_of(event("a", "START"), event("a", "RUNNING"), event("a")))
    assert [json.loads(sent)["eventType"] for sent in backend.events] == ["START", "COMPLETE"]


def test_a_dead_event_is_poison_before_anything_is_sent(plug: Plug) -> None:
    backend = plug(MemoryLineageBackend())
    with pytest.raises(Poison) as poison:
        MarquezHandler().handle(batch_of(event("a"), event(" "), event("c")))
    assert (poison.value.reason, poison.value.delivery.offset) == ("blank_name", 1)
    assert names(backend) == []


def test_a_refused_event_is_poison_with_the_backends_code(plug: Plug) -> None:
    backend = plug(PickyBackend(BackendRefused("lineage_backend", "422: no", code="invalid")))
    with pytest.raises(Poison) as poison:
        MarquezHandler().handle(batch_of(event("a"), event("bad"), event("c")))
    assert (poison.value.reason, poison.value.error, poison.value.delivery.offset) == ("invalid", "422: no", 1)
    assert names(backend) == ["a"]


def test_an_outage_passes_through(plug: Plug) -> None:
    plug(PickyBackend(BackendUnavailable("lineage_backend", "is away")))
    with pytest.raises(BackendUnavailable):
        MarquezHandler().handle(batch_of(event("bad")))


def test_a_fault_of_ours_while_preparing_concerns_one_event_alone(plug: Plug, monkeypatch: pytest.MonkeyPatch) -> None:
    def prepare(value: bytes, about: Any) -> Any:
        if b"odd" in value:
            raise KeyError("unforeseen")
        return marquez_copy.prepare(value, about)

    plug(MemoryLineageBackend())
    monkeypatch.setattr(marquez, "prepare", prepare)
    with pytest.raises(Poison) as poison:
        MarquezHandler().handle(batch_of(event("a"), event("odd")))
    assert (poison.value.reason, poison.value.error, poison.value.delivery.offset) == (
        "fault",
        "KeyError: 'unforeseen'",
        1,
    )


# The catalog


def test_an_event_that_is_beyond_postgresqls_limits_is_poison_and_no_outage(
    team_a: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_much(*_: Any, **__: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT repeat('[', 100000)::json")

    monkeypatch.setattr(projection, "apply", too_much)
    with pytest.raises(Poison) as poison:
        CatalogHandler().handle(batch_of(event()))
    assert poison.value.reason == "refused_by_database"


def test_an_event_is_projected_and_again_changes_nothing(team_a: Namespace) -> None:
    for _ in range(2):
        CatalogHandler().handle(batch_of(event("load")))
    assert list(Job.objects.values_list("namespace", "name", "owner__name")) == [("jobs", "load", "team-a")]


def test_the_projection_is_told_what_the_headers_say(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(projection, "apply", lambda _event, **about: told.append(about))
    CatalogHandler().handle(batch_of(event(), **{headers.JOB_NAMESPACE: "team-a"}))
    CatalogHandler().handle(batch_of(event(), **{headers.RECEIVED_AT: "", headers.EVENT_ID: ""}))
    first, second = told
    assert first == {
        "namespace": "team-a",
        "event_id": "e1",
        "received_at": datetime(2026, 1, 2, tzinfo=UTC),
        "job_namespace": "team-a",
    }
    assert second["received_at"] == datetime.fromtimestamp(1_700_000_000, UTC)
    assert len(second["event_id"]) == 64
    assert second["job_namespace"] == ""


def test_an_event_of_an_unknown_namespace_is_poison(db: None) -> None:
    with pytest.raises(Poison) as poison:
        CatalogHandler().handle(batch_of(event(), **{headers.NAMESPACE: "nobody"}))
    assert poison.value.reason == "unknown_namespace"


def test_what_is_no_json_object_is_poison(db: None) -> None:
    with pytest.raises(Poison, match="unreadable"):
        CatalogHandler().handle(batch_of(b"[]"))


def test_text_that_postgresql_cannot_keep_is_no_poison(team_a: Namespace) -> None:
    CatalogHandler().handle(batch_of(event("lo\0ad\ud800")))
    assert Job.objects.get().name == "load"


@pytest.mark.parametrize(
    ("error", "decision"),
    [
        (OperationalError("server closed the connection"), BackendUnavailable),
        (InterfaceError("connection already closed"), BackendUnavailable),
        (ProgrammingError("relation does not exist"), BackendUnavailable),
        (DataError("value too long"), Poison),
        (IntegrityError("violates check constraint"), Poison),
        (projection.Unprojectable("foreign_job", "of team-c"), Poison),
        (TypeError("a fault of ours"), Poison),
    ],
)
def test_each_failure_is_an_outage_or_poison(
    monkeypatch: pytest.MonkeyPatch, db: None, error: Exception, decision: type[Exception]
) -> None:
    def fail(event: Any, **about: Any) -> None:
        raise error

    monkeypatch.setattr(projection, "apply", fail)
    with pytest.raises(decision):
        CatalogHandler().handle(batch_of(event()))
