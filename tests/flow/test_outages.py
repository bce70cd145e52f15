"""Kafka away: 503 with Retry-After within a second, nothing acknowledged, and no restart needed afterwards."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from tests.flow.calls import until
from tests.flow.deployment import Deployment, new_database
from tests.services.kafka import Kafka

pytestmark = pytest.mark.kafka

EVENT = (
    b'{"eventTime":"2026-01-01T00:00:00Z","run":{"runId":"0"},"job":{"namespace":"default","name":"during-an-outage"}}'
)


@pytest.fixture
def hub(own_kafka: Kafka, clickhouse_url: str) -> Iterator[Deployment]:
    hub = Deployment(
        {
            "HUB_DATABASE_URL": new_database(os.environ["HUB_DATABASE_URL"]),
            "HUB_KAFKA_BOOTSTRAP_SERVERS": own_kafka.bootstrap,
            "HUB_CLICKHOUSE_URL": clickhouse_url,
        }
    )
    hub.prepare()
    hub.start_web()
    hub.start_carrier("catalog")
    yield hub
    hub.stop()


def test_without_kafka_503_in_time_and_with_it_again_201(hub: Deployment, own_kafka: Kafka) -> None:
    hub.manage("create_namespace", "team-a")
    key = hub.manage("issue_key", "team-a", "--scope", "lineage:write", "--scope", "read").strip()
    assert hub.call("POST", "/api/v1/lineage", EVENT, key)[0] == 201

    own_kafka.stop()
    for _ in range(5):
        begun = time.monotonic()
        status, problem, headers = hub.call("POST", "/api/v1/lineage", EVENT, key)
        took_s = time.monotonic() - begun
        assert (status, headers.get("Retry-After")) == (503, "1"), problem
        assert problem["code"] == "unavailable"
        assert took_s < 1.0
    assert hub.call("GET", "/health/ready")[0] == 503

    own_kafka.start()
    until(lambda: hub.call("POST", "/api/v1/lineage", EVENT, key)[0] == 201, within_s=60, what="events are taken again")
    until(lambda: len(hub.all_items("/api/v1/jobs", key)) == 1, within_s=60, what="the carrier reads on")
