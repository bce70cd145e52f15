"""Whatever comes in, the answer is a decision: arbitrary bytes and mutated real events never end in a 5xx."""

from __future__ import annotations

import gzip
import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingest.events import judge
from ingest.urls import ROUTES
from namespaces.errors import HubError
from tests.ingest.otlp import metrics, point, span, trace_request, traces
from tests.ingest.sender import Sender, body_of, event

pytestmark = pytest.mark.django_db
# The door keeps nothing between requests but the log, so examples may share it.
at_the_door = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
TEMPLATES: list[Any] = [
    event(),
    event(run=None, job=None, dataset={"namespace": "pg", "name": "t", "facets": {"schema": {"fields": []}}}),
    {"namespace": "team-a", "events": [event()]},
    traces(span()),
    metrics(point()),
    {"namespace": "team-a", "traces": [traces(span())], "metrics": [metrics(point())]},
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [path, *(p for key, item in value.items() for p in places(item, (*path, key)))]
    if isinstance(value, list):
        return [path, *(p for index, item in enumerate(value) for p in places(item, (*path, index)))]
    return [path]


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A sound body with something else at one place of it."""
    body = json.loads(json.dumps(draw(st.sampled_from(TEMPLATES))))
    path = draw(st.sampled_from(places(body)))
    if not path:
        return draw(ANYTHING)
    parent = body
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = draw(ANYTHING)
    return body


KINDS = st.sampled_from(["application/json", "application/x-protobuf", "text/plain", ""])


@at_the_door
@given(body=st.binary(max_size=300), path=st.sampled_from(list(ROUTES)), kind=KINDS, packed=st.booleans())
@example(body=b'{"events":[' + b"[" * 5000, path="/api/v1/lineage/ingest", kind="", packed=False)
@example(body=b'{"a":"\\ud800"}', path="/api/v1/lineage", kind="", packed=False)
@example(body=b"\xef\xbb\xbf{}", path="/api/v1/lineage/batch", kind="", packed=False)
@example(body=b"9" * 5000, path="/api/v1/lineage", kind="", packed=True)
@example(body=b'{"eventTime":' + b"9" * 5000 + b"}", path="/api/v1/lineage", kind="", packed=False)
@example(body=b'{"eventTime":1e999999}', path="/api/v1/lineage", kind="", packed=False)
def test_arbitrary_bytes(sender: Sender, body: bytes, path: str, kind: str, packed: bool) -> None:  # noqa: FBT001
    post = sender.post_gzip if packed else sender.post
    answer = post(path, body, kind=kind)
    assert answer.status < 500
    assert answer.status < 400 or answer.headers["X-Hub-Reason"]


@at_the_door
@given(body=mutated(), path=st.sampled_from(list(ROUTES)))
def test_mutated_events_and_spans(sender: Sender, body: Any, path: str) -> None:
    assert sender.post(path, body).status < 500


@at_the_door
@given(at=st.integers(0, 200), bytes_=st.binary(max_size=4))
def test_mutated_protobuf(sender: Sender, at: int, bytes_: bytes) -> None:
    whole = trace_request((b"t" * 16, b"s" * 8), (b"u" * 16, b"s" * 8)).SerializeToString()
    body = whole[:at] + bytes_ + whole[at + len(bytes_) :]
    assert sender.post("/v1/traces", body, kind="application/x-protobuf").status < 500


@settings(deadline=None)
@given(value=mutated())
def test_what_is_accepted_can_be_read_by_those_behind_the_door(value: Any) -> None:
    """An accepted event has identity where the carriers look for it."""
    try:
        judged = judge(body_of(value))
    except HubError:
        return
    read = msgspec.json.decode(judged.value)
    if judged.kind == "run":
        assert read["run"]["runId"].strip()
    if judged.kind != "dataset":
        assert read["job"]["namespace"] == judged.job_namespace
        for dataset in (read.get("inputs") or []) + (read.get("outputs") or []):
            assert dataset["namespace"].strip()
            assert dataset["name"].strip()


def test_a_body_that_is_gzip_of_gzip_is_no_json(sender: Sender) -> None:
    assert sender.post_gzip("/api/v1/lineage", gzip.compress(b"{}")).status == 400
