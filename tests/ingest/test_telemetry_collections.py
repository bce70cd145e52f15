"""The hub's own telemetry route: spans and metrics in one JSON body."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ingest.otlp import metrics, point, span, traces
from tests.ingest.sender import Sender

pytestmark = pytest.mark.django_db
PATH = "/api/v1/telemetry/ingest"


@pytest.mark.parametrize("wrap", ["", "telemetry_request", "request"])
def test_spans_and_metrics_come_in_together(sender: Sender, wrap: str) -> None:
    body = {"namespace": "team-a", "traces": [traces(span())], "metrics": [metrics(point(), point())]}
    answer = sender.post(PATH, {wrap: body} if wrap else body)
    assert (answer.status, answer.json) == (200, {"accepted": 3, "rejected": 0, "errors": [], "namespace": "team-a"})
    assert len(sender.arrived("otel-spans")) == 1
    assert [e.headers["count"] for e in sender.arrived("otel-metrics")] == ["2"]


def test_an_item_may_be_one_entry_of_its_list(sender: Sender) -> None:
    body = {"traces": traces(span())["resourceSpans"], "metrics": metrics(point())["resourceMetrics"]}
    assert sender.post(PATH, body).json["accepted"] == 2


def test_one_bad_item_costs_only_itself(sender: Sender) -> None:
    good, bad = traces(span()), traces(span(), span(spanId=""))
    answer = sender.post(
        PATH, {"traces": [good, 5, bad, traces(span(name=1))], "metrics": [metrics(point(timeUnixNano=0))]}
    )
    assert answer.status == 200
    assert (answer.json["accepted"], answer.json["rejected"]) == (2, 4)
    assert [(e["index"], e["pointer"], e["code"]) for e in answer.json["errors"]] == [
        (1, "/traces/1", "wrong_type"),
        (2, "/traces/2/resourceSpans/0/scopeSpans/0/spans/1/spanId", "invalid_id"),
        (3, "/traces/3/resourceSpans/0/scopeSpans/0/spans/0/name", "wrong_type"),
        (0, "/metrics/0/resourceMetrics/0/scopeMetrics/0/metrics/0/gauge/dataPoints/0/timeUnixNano", "invalid_time"),
    ]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed"),
        ([], 422, "not_an_object"),
        ({"traces": {}}, 422, "wrong_type"),
        ({"namespace": "team-c"}, 403, "namespace_mismatch"),
        ({"traces": [[[[]]]], "x": "[" * 99, "metrics": 1}, 422, "wrong_type"),
    ],
)
def test_a_body_of_another_shape_is_refused(sender: Sender, body: Any, status: int, code: str) -> None:
    answer = sender.post(PATH, body)
    assert (answer.status, answer.json["code"]) == (status, code)


def test_nothing_at_all_is_fine(sender: Sender) -> None:
    assert sender.post(PATH, {}).json == {"accepted": 0, "rejected": 0, "errors": [], "namespace": "team-a"}
