"""The whole path on real services: a stock client with URL and key alone, Kafka, ClickHouse, Marquez, the catalog."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.serde import Serde

from backends.eventlog import EventLog
from backends.eventlog.kafka import KafkaEventLog
from tests import recorded
from tests.flow.calls import until
from tests.flow.deployment import Deployment, new_database

pytestmark = [pytest.mark.kafka, pytest.mark.redis]


@pytest.fixture(scope="module")
def hub(kafka: Any, redis_server: str, clickhouse_url: str, marquez: Any) -> Iterator[Deployment]:
    hub = Deployment(
        {
            "HUB_DATABASE_URL": new_database(os.environ["HUB_DATABASE_URL"]),
            "HUB_KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap,
            "HUB_REDIS_URL": f"{redis_server}/15",  # the last one: workers' tests empty the first ones
            "HUB_CLICKHOUSE_URL": clickhouse_url,
            "HUB_MARQUEZ_URL": marquez.url,
            "HUB_MARQUEZ_ADMIN_URL": marquez.admin_url,
        }
    )
    hub.prepare()
    hub.start_web()
    for carrier in ("marquez", "catalog", "telemetry"):
        hub.start_carrier(carrier)
    yield hub
    assert set(hub.stop().values()) == {0}


@pytest.fixture(scope="module")
def key(hub: Deployment) -> str:
    hub.manage("create_namespace", "team-a", "--owner", "alice@example.com")
    scopes = ("lineage:write", "telemetry:write", "read")
    return hub.manage("issue_key", "team-a", *(word for scope in scopes for word in ("--scope", scope))).strip()


@pytest.fixture
def log(hub: Deployment, kafka: Any) -> Iterator[EventLog]:
    log = KafkaEventLog(kafka.bootstrap, prefix=hub.environment["HUB_KAFKA_TOPIC_PREFIX"], replication_factor=1)
    yield log
    log.close()


def values_in(log: EventLog, topic: str, count: int) -> list[bytes]:
    """The values of a topic, read by a group of the test's own."""
    subscription = log.subscribe([topic], group=f"test-{os.urandom(4).hex()}")
    found: list[bytes] = []

    def enough() -> bool:
        found.extend(d.envelope.value for d in subscription.poll(max_count=500, timeout_s=0.5))
        return len(found) >= count

    try:
        until(enough, within_s=30, what=f"{count} envelopes in {topic}, got {len(found)}")
    finally:
        subscription.close()
    return found


def send_by_stock_client(hub: Deployment, key: str, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The dbt events through openlineage-python with a URL and a key alone; return what went over the wire."""
    monkeypatch.setenv("OPENLINEAGE_URL", hub.url)
    monkeypatch.setenv("OPENLINEAGE_API_KEY", key)
    transport = OpenLineageClient().transport
    sent = []
    for event in map(json.loads, recorded.dbt_events()):
        assert transport.emit(event).status_code == 201
        sent.append(Serde.to_json(event).encode())
    transport.close()
    return sent


def counts(hub: Deployment, key: str) -> dict[str, int]:
    return {kind: len(hub.all_items(f"/api/v1/{kind}", key)) for kind in ("datasets", "jobs", "runs")}


@pytest.mark.shared
def test_dbt_events_go_the_whole_way(
    hub: Deployment, key: str, log: EventLog, marquez: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = recorded.oracle_edges()
    jobs = {end for edge in wanted for end in edge if end.startswith("job:")}
    before_marquez = marquez.event_count()
    events = send_by_stock_client(hub, key, monkeypatch)

    assert sorted(values_in(log, "openlineage-events", len(events))) == sorted(events), "every byte as it came"
    until(lambda: marquez.event_count() - before_marquez == len(events), within_s=120, what="all events in Marquez")
    until(lambda: hub.edges(jobs, key) == wanted, within_s=60, what="the catalog's edges are the oracle's")
    before = counts(hub, key)
    assert before == {"datasets": 17, "jobs": 58, "runs": 63}

    batch = gzip.compress(b"[" + b",".join(events) + b"]")
    status, answer, _ = hub.call("POST", "/api/v1/lineage/batch", batch, key, Content_Encoding="gzip")
    assert (status, answer["summary"]["failed"]) == (200, 0)
    until(
        lambda: marquez.event_count() - before_marquez == 2 * len(events),
        within_s=120,
        what="the repeated events in Marquez",
    )
    hub.await_carriers()
    assert counts(hub, key) == before
    assert hub.edges(jobs, key) == wanted
