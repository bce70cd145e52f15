"""The whole path on real services: a stock client with URL and key alone, Kafka, ClickHouse, Marquez, the catalog."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
from openlineage.client.serde import Serde
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from backends.eventlog import EventLog, Partition
from backends.eventlog.headers import NAMESPACE
from backends.telemetry import reads
from backends.telemetry.clickhouse import ClickHouseTelemetryStore
from tests import recorded
from tests.flow.calls import until
from tests.flow.deployment import Deployment, new_database

PRODUCER = "https://producer.example"
NOW = "2026-01-01T00:00:00Z"
RUN_ID = "01234567-89ab-4def-8123-456789abcdef"
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
def log(hub: Deployment) -> Iterator[EventLog]:
    log = hub.event_log()
    yield log
    log.close()


def values_of(namespace: str, log: EventLog, topic: str, count: int) -> list[bytes]:
    """A namespace's values in a topic, read by a group of the test's own."""
    subscription = log.subscribe([topic], group=f"test-{os.urandom(4).hex()}")
    found: list[bytes] = []

    def enough() -> bool:
        read = (delivery.envelope for delivery in subscription.poll(max_count=500, timeout_s=0.5))
        found.extend(envelope.value for envelope in read if envelope.headers[NAMESPACE] == namespace)
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

    assert sorted(values_of("team-a", log, "openlineage-events", len(events))) == sorted(events), (
        "every byte as it came"
    )
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


def test_the_asynchronous_stock_client_needs_no_more_than_url_and_key(
    hub: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.manage("create_namespace", "team-d")
    key = hub.manage("issue_key", "team-d", "--scope", "lineage:write", "--scope", "read").strip()
    for name, value in {"TYPE": "async_http", "URL": hub.url, "AUTH__TYPE": "api_key", "AUTH__APIKEY": key}.items():
        monkeypatch.setenv(f"OPENLINEAGE__TRANSPORT__{name}", value)
    client = OpenLineageClient()
    for state in (RunState.START, RunState.COMPLETE):
        job = Job(namespace="team-d", name="asynchronous")
        client.emit(RunEvent(eventTime=NOW, run=Run(RUN_ID), job=job, eventType=state, producer=PRODUCER))
    assert client.close(timeout=10)
    hub.await_carriers()
    (run,) = hub.all_items("/api/v1/runs", key)
    assert (run["run_id"], run["job"], run["state"]) == (RUN_ID, "job:team-d:asynchronous", "COMPLETE")


def test_spans_and_metrics_of_the_stock_exporters_rest_in_clickhouse_once(
    hub: Deployment, key: str, clickhouse_url: str
) -> None:
    headers = {"authorization": f"Bearer {key}"}
    run_id = str(uuid4())
    tracing = TracerProvider()
    tracing.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{hub.url}/v1/traces", headers=headers)))
    tracer = tracing.get_tracer("flow")
    with tracer.start_as_current_span("whole", attributes={"lineage.run_id": run_id}):
        for _ in range(20):
            tracer.start_span("part", attributes={"lineage.run_id": run_id}).end()
    tracing.shutdown()
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(f"{hub.url}/v1/metrics", headers=headers), 60_000)
    metering = MeterProvider([reader])
    metering.get_meter("flow").create_counter("rows", unit="{row}").add(12, {"lineage.run_id": run_id})
    metering.get_meter("flow").create_gauge("size", unit="By").set(2.5, {"lineage.run_id": run_id})
    metering.shutdown()

    store = ClickHouseTelemetryStore(clickhouse_url)
    try:
        until(lambda: len(reads.metrics_of_run(store, ["team-a"], run_id)) == 2, within_s=60, what="both metrics")
        until(lambda: len(reads.spans_of_run(store, ["team-a"], run_id)) == 21, within_s=60, what="all spans, once")
        assert reads.spans_of_run(store, ["team-b"], run_id) == []
    finally:
        store.close()


GOOD = b'{"eventTime":"2026-01-01T00:00:00Z","run":{"runId":"0"},"job":{"namespace":"default","name":"good"}}'
BAD: dict[str, tuple[bytes, dict[str, str], int]] = {
    "not JSON": (b"{", {}, 400),
    "not UTF-8": (GOOD.replace(b"good", b"\xff"), {}, 400),
    "a list": (b"[]", {}, 422),
    "no run id": (GOOD.replace(b'"runId":"0"', b""), {}, 422),
    "wrong types": (b'{"eventTime":7,"run":[],"job":"x","inputs":{}}', {}, 422),
    "20 MiB": (b'{"a":"' + b"x" * (20 << 20) + b'"}', {}, 413),
    "a gzip bomb": (gzip.compress(bytes(200 << 20)), {"Content_Encoding": "gzip"}, 413),
    "broken gzip": (b"\x1f\x8b nonsense", {"Content_Encoding": "gzip"}, 400),
    "another encoding": (GOOD, {"Content_Encoding": "br"}, 415),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_a_problem_and_changes_nothing(hub: Deployment, key: str, log: EventLog, name: str) -> None:
    body, headers, wanted = BAD[name]
    before = ends_of(log)
    status, problem, _ = hub.call("POST", "/api/v1/lineage", body, key, **headers)
    assert status == wanted, problem
    assert problem["code"]
    assert ends_of(log) == before


def test_whoever_may_not_send_gets_a_problem_and_changes_nothing(hub: Deployment, key: str, log: EventLog) -> None:
    hub.manage("create_namespace", "team-b")
    other = hub.manage("issue_key", "team-b", "--scope", "lineage:write").strip()
    before = ends_of(log)
    parcel = b'{"namespace":"team-a","events":[' + GOOD + b"]}"
    answers = [
        hub.call("POST", "/api/v1/lineage", GOOD),
        hub.call("POST", "/api/v1/lineage", GOOD, "dlh_nothing"),
        hub.call("POST", "/api/v1/lineage/ingest", parcel, other),
        hub.call("POST", "/api/v1/lineage", GOOD.replace(b'"default"', b'"team-a"'), other),
        hub.call("POST", "/v1/traces", b"{}", other),
    ]
    assert [status for status, _, _ in answers] == [401, 401, 403, 403, 403]
    assert all(problem["code"] for _, problem, _ in answers[:4])
    assert ends_of(log) == before


def ends_of(log: EventLog) -> dict[Partition, int]:
    """How many envelopes the topic has taken: a group that never read is behind by all of them."""
    return log.lag(["openlineage-events"], group="nobody")
