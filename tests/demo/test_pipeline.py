"""The demo pipeline really works on its data, and tells all of it through the SDK and OpenTelemetry."""

from __future__ import annotations

import csv
import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

import data_lineage_hub
from data_lineage_hub import _config, _sender
from hubsite.demo import jobs, pipeline, warehouse
from hubsite.demo.jobs import Day
from hubsite.demo.pipeline import Summary
from hubsite.demo.telemetry import Telemetry
from hubsite.demo.warehouse import Warehouse
from ingest.events import judge

KEYS = {"shop": "dlh_shop", "analytics": "dlh_analytics", "finance": "dlh_finance"}


class Hub:
    """Keeps bodies by path, with the key they came with."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, str, bytes]] = []
        self.url = ""
        self.status = 200

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        return [(key, e) for path, key, body in self.bodies if path.endswith("/batch") for e in json.loads(body)]

    def spans(self) -> list[tuple[str, Span]]:
        requests = [
            (key, ExportTraceServiceRequest.FromString(b)) for path, key, b in self.bodies if path == "/v1/traces"
        ]
        return [(k, s) for k, r in requests for rs in r.resource_spans for ss in rs.scope_spans for s in ss.spans]

    def metrics(self) -> list[ExportMetricsServiceRequest]:
        return [ExportMetricsServiceRequest.FromString(body) for path, _, body in self.bodies if path == "/v1/metrics"]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(_config, "_current", None)
    monkeypatch.setattr(_sender, "_sender", _sender.Sender())
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Encoding"] == "gzip":
                body = gzip.decompress(body)
            hub.bodies.append((self.path, self.headers["Authorization"].removeprefix("Bearer "), body))
            self.send_response(hub.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield hub
    data_lineage_hub.close(5)
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def summary(hub: Hub) -> Summary:
    return pipeline.run(hub.url, KEYS)


def test_every_event_arrives_and_one_job_fails(summary: Summary) -> None:
    assert (summary.delivered, summary.missing) == (24, 0)
    (failure,) = summary.failures
    assert "Customer 17 has no birth year" in failure


def test_the_door_would_take_every_event_without_a_warning(hub: Hub, summary: Summary) -> None:
    for _, event in hub.events():
        assert judge(json.dumps(event).encode()).warnings == ()


def test_each_team_sends_as_itself(hub: Hub, summary: Summary) -> None:
    for key, event in hub.events():
        namespace = event["job"]["namespace"]
        assert key == KEYS[namespace]
        assert event["job"]["name"].startswith(f"{namespace}.")
    assert {event["job"]["namespace"] for _, event in hub.events()} == set(KEYS)


def test_every_job_starts_and_ends_once(hub: Hub, summary: Summary) -> None:
    ends = {e["job"]["name"]: e["eventType"] for _, e in hub.events() if e["eventType"] != "START"}
    assert len(ends) == 12
    assert {name for name, end in ends.items() if end == "FAIL"} == {"analytics.age_groups"}
    assert sorted(e["job"]["name"] for _, e in hub.events() if e["eventType"] == "START") == sorted(ends)


def test_every_job_but_the_days_names_its_day_as_parent(hub: Hub, summary: Summary) -> None:
    for _, event in hub.events():
        job = event["job"]
        parent = event["run"]["facets"].get("parent")
        assert job["name"].endswith(".daily") == (parent is None)
        if parent:
            assert parent["job"] == {"namespace": job["namespace"], "name": f"{job['namespace']}.daily", "facets": {}}


def test_raw_data_leads_to_the_report_across_the_teams(hub: Hub, summary: Summary) -> None:
    arrows: dict[str, set[str]] = {}
    for _, event in hub.events():
        for source in event["inputs"]:
            arrows.setdefault(source["name"], set()).update(target["name"] for target in event["outputs"])
    reached, front = set(), {"/orders.csv"}
    while front:
        reached |= front
        front = {target for name in front for target in arrows.get(name, ())} - reached
    assert {"staging.orders", "sales.daily_revenue", "books.differences", "/revenue_report.csv"} <= reached


def test_every_dataset_has_columns(hub: Hub, summary: Summary) -> None:
    for _, event in hub.events():
        for dataset in event["inputs"] + event["outputs"]:
            assert all(column["type"] for column in dataset["facets"]["schema"]["fields"])
            assert len(dataset["facets"]["schema"]["fields"]) >= 2


def test_every_run_has_spans_under_the_same_key(hub: Hub, summary: Summary) -> None:
    owners = {event["run"]["runId"]: key for key, event in hub.events()}
    spans = {}
    for key, span in hub.spans():
        run_id = next(a.value.string_value for a in span.attributes if a.key == "lineage.run_id")
        spans[run_id] = key
    assert spans == owners


def test_the_failing_job_has_a_failing_span(hub: Hub, summary: Summary) -> None:
    failed = [span for _, span in hub.spans() if span.status.code == Status.STATUS_CODE_ERROR]
    assert [span.name for span in failed] == ["group customers by age"]
    assert failed[0].events[0].name == "exception"


def test_each_team_sends_a_sum_and_a_gauge(hub: Hub, summary: Summary) -> None:
    names = [
        (metric.name, metric.WhichOneof("data"))
        for request in hub.metrics()
        for resource in request.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    ]
    assert sorted(names) == sorted([("etl.records", "sum"), ("etl.warehouse.size", "gauge")] * 3)


def test_one_key_alone_serves_all_teams(hub: Hub) -> None:
    assert pipeline.run(hub.url, {"team-x": "dlh_x"}).missing == 0
    assert {(key, event["job"]["namespace"]) for key, event in hub.events()} == {("dlh_x", "team-x")}


def test_a_hub_that_refuses_is_told_in_the_summary(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    hub.status = 403
    summary = pipeline.run(hub.url, KEYS)
    assert (summary.delivered, summary.missing) == (0, 24)
    assert "refused" in caplog.text


def test_the_numbers_of_the_report_are_right(tmp_path: Path, hub: Hub) -> None:
    with Telemetry(hub.url, "finance", "dlh_x") as telemetry:
        day = Day(Warehouse(tmp_path), telemetry)
        for work in (jobs.shop_day, jobs.analytics_day, jobs.finance_day):
            work(day)
    with (tmp_path / "revenue_report.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    sold = sum(amount for *_, amount in warehouse.orders())
    assert round(sum(float(line["sold_eur"]) for line in lines) * 100) == sold
    assert round(sum(float(line["difference_eur"]) for line in lines)) == warehouse.ORDERS // 50
    assert len(lines) == len({day for _, _, day, _ in warehouse.orders()})


def test_the_data_is_the_same_at_every_run() -> None:
    for make in (warehouse.customers, warehouse.orders, warehouse.payments):
        assert list(make()) == list(make())
