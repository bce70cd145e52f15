"""What the tests of the pages share: two namespaces with lineage that crosses between them, and signed-in clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from django.test import Client
from django.utils import timezone

from backends.errors import BackendUnavailable
from backends.health import Health
from backends.telemetry import TelemetryStore, telemetry_store
from backends.telemetry.port import Block
from catalog import projection
from catalog.identity import dataset_node, job_node, node_uuid, run_uuid
from namespaces.models import Namespace, User

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
IDS = UUID("00000000-0000-0000-0000-000000000007")


def run_id(number: int) -> str:
    return str(uuid5(IDS, str(number)))


def event(event_type: str, at: datetime, *, run: str, job: str, namespace: str, **more: Any) -> dict[str, Any]:
    return {
        "eventType": event_type,
        "eventTime": at.isoformat(),
        "producer": "https://example.com/tests",
        "run": {"runId": run, "facets": more.pop("run_facets", {})},
        "job": {"namespace": namespace, "name": job, "facets": more.pop("job_facets", {})},
        "inputs": [{"namespace": "db", "name": name} for name in more.pop("inputs", [])],
        "outputs": [named(output) for output in more.pop("outputs", [])],
    }


def named(output: str | Mapping[str, Any]) -> dict[str, Any]:
    return {"namespace": "db", "name": output} if isinstance(output, str) else {"namespace": "db", **output}


def apply(namespace: Namespace, *events: Mapping[str, Any]) -> None:
    for each in events:
        projection.apply(
            each,
            namespace=namespace.name,
            event_id=f"{namespace.name}-{each['run']['runId']}-{each['eventType']}",
            received_at=timezone.now(),
        )


@dataclass(frozen=True)
class Shop:
    """Team A makes `orders` out of `raw`; team C makes `revenue` out of `orders`. Run 1 failed, run 2 completed."""

    dataset: UUID
    job: UUID
    failed: UUID
    completed: UUID
    foreign_dataset: UUID
    foreign_job: UUID
    foreign_run: UUID
    node: str = dataset_node("db", "orders")
    foreign_node: str = dataset_node("db", "revenue")


SCHEMA = {"schema": {"fields": [{"name": "amount", "type": "NUMERIC", "description": "in <euro>"}]}}
FAILURE = {
    "errorMessage": {"message": "boom & <b>bust</b>", "programmingLanguage": "Python", "stackTrace": "line 1\nline 2"}
}


@pytest.fixture
def shop(team_a: Namespace, team_c: Namespace) -> Shop:
    now = timezone.now()
    sql = {"sql": {"query": "select '<amount>' from raw"}}
    orders = {
        "name": "orders",
        "facets": SCHEMA,
        "outputFacets": {"outputStatistics": {"rowCount": 12345, "size": 4096}},
    }
    mine: dict[str, Any] = {"job": "make_orders", "namespace": "team-a", "inputs": ["raw"], "job_facets": sql}
    apply(
        team_a,
        event("START", now - timedelta(minutes=9), run=run_id(1), **mine),
        event("FAIL", now - timedelta(minutes=8), run=run_id(1), run_facets=FAILURE, **mine),
        event("START", now - timedelta(seconds=192), run=run_id(2), outputs=[orders], **mine),
        event("COMPLETE", now - timedelta(seconds=120), run=run_id(2), outputs=[orders], **mine),
    )
    theirs: dict[str, Any] = {"job": "report", "namespace": "team-c", "inputs": ["orders"], "outputs": ["revenue"]}
    apply(team_c, event("COMPLETE", now, run=run_id(3), **theirs))
    return Shop(
        dataset=node_uuid(dataset_node("db", "orders")),
        job=node_uuid(job_node("team-a", "make_orders")),
        failed=run_uuid("team-a", "team-a", run_id(1)),
        completed=run_uuid("team-a", "team-a", run_id(2)),
        foreign_dataset=node_uuid(dataset_node("db", "revenue")),
        foreign_job=node_uuid(job_node("team-c", "report")),
        foreign_run=run_uuid("team-c", "team-c", run_id(3)),
    )


class QuietStore(TelemetryStore):
    """Holds nothing, or is away: the real store has its own tests, and spans are seen in the browser's."""

    def __init__(self, *, is_away: bool = False) -> None:
        self._is_away = is_away

    def apply_schema(self) -> list[str]:
        return []

    def insert(self, block: Block, *, token: str) -> None: ...

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        if self._is_away:
            raise BackendUnavailable("clickhouse", "connection refused by secret-host:9000")
        return []

    def health(self) -> Health:
        return Health("down" if self._is_away else "ok")

    def close(self) -> None: ...


@pytest.fixture
def plug_store() -> Iterator[Callable[[TelemetryStore], None]]:
    before = telemetry_store._factory
    yield lambda store: telemetry_store.plug(lambda: store)
    telemetry_store.close()
    telemetry_store._factory = before


@pytest.fixture(autouse=True)
def _quiet_store(plug_store: Callable[[TelemetryStore], None]) -> None:
    plug_store(QuietStore())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def alice_client(alice_user: User, team_a: Namespace) -> Client:
    return signed_in(alice_user)


@pytest.fixture
def bob_client(bob_user: User, team_a: Namespace) -> Client:
    return signed_in(bob_user)


@pytest.fixture
def charlie_client(charlie_user: User, team_c: Namespace) -> Client:
    return signed_in(charlie_user)


@pytest.fixture
def root_client(db: None) -> Client:
    return signed_in(User.objects.create_superuser("root@example.com", "correct-horse-battery"))
