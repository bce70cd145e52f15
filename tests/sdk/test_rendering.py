"""What is sent is OpenLineage: the hub's door finds nothing odd in it, and the stock client reads it back the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openlineage.client import event_v2, facet_v2
from openlineage.client.facet_v2 import error_message_run, parent_run
from openlineage.client.serde import Serde

from data_lineage_hub import _render, current_run_id, lineage_track
from data_lineage_hub._config import Config
from data_lineage_hub._emit import described
from data_lineage_hub._runs import Event, Job, Run
from ingest.events import judge

Sent = Callable[[], list[dict[str, Any]]]
FACETS: dict[str, Any] = {
    "schema": facet_v2.schema_dataset.SchemaDatasetFacet,
    "storage": facet_v2.storage_dataset.StorageDatasetFacet,
    "dataSource": facet_v2.datasource_dataset.DatasourceDatasetFacet,
    "jobType": facet_v2.job_type_job.JobTypeJobFacet,
    "documentation": facet_v2.documentation_job.DocumentationJobFacet,
    "errorMessage": error_message_run.ErrorMessageRunFacet,
    "parent": parent_run.ParentRunFacet,
}


def read_by_the_stock_client(event: dict[str, Any]) -> dict[str, Any]:
    """Build the stock client's own objects, with their validators, and write them again."""
    built = event_v2.RunEvent(
        eventTime=event["eventTime"],
        eventType=event_v2.RunState(event["eventType"]),
        producer=event["producer"],
        run=event_v2.Run(event["run"]["runId"], facets=facets(event["run"])),
        job=event_v2.Job(event["job"]["namespace"], event["job"]["name"], facets=facets(event["job"])),
        inputs=[event_v2.InputDataset(d["namespace"], d["name"], facets=facets(d)) for d in event["inputs"]],
        outputs=[event_v2.OutputDataset(d["namespace"], d["name"], facets=facets(d)) for d in event["outputs"]],
    )
    written = Serde.to_dict(built)
    for dataset in written["inputs"] + written["outputs"]:
        dataset.pop("inputFacets", None)
        dataset.pop("outputFacets", None)
    return written


def facets(entity: dict[str, Any]) -> dict[str, Any]:
    return {name: facet(name, value) for name, value in entity["facets"].items()}


def facet(name: str, value: dict[str, Any]) -> Any:
    assert value["_producer"].startswith("https://")
    fields = {key: field for key, field in value.items() if not key.startswith("_")}
    if name == "parent":
        root = fields["root"]
        fields["root"] = parent_run.Root(run=parent_run.RootRun(**root["run"]), job=parent_run.RootJob(**root["job"]))
        fields |= {"run": parent_run.Run(**fields["run"]), "job": parent_run.Job(**fields["job"])}
    built = FACETS[name](**fields, producer=value["_producer"])
    assert Serde.to_dict(built)["_schemaURL"] == value["_schemaURL"]
    return built


@lineage_track(
    "outer",
    inputs=["raw", "s3://lake/orders", {"type": "mysql", "name": "users.table", "format": "table", "namespace": "prod-db"}],
    outputs=[{"name": "s3://lake/out.parquet", "format": "parquet", "schema": [("id", "int"), "name", {"name": "x", "type": "y", "description": "z"}]}],
    description="What it does.",
)  # fmt: skip
def outer() -> str | None:
    try:
        inner()
    except ValueError:
        return current_run_id()
    return None


@lineage_track("inner")
def inner() -> None:
    raise ValueError("no such customer")


@pytest.fixture
def events(sent: Sent) -> list[dict[str, Any]]:
    outer()
    return sent()


def test_the_door_finds_nothing_odd(events: list[dict[str, Any]]) -> None:
    assert len(events) == 4
    for event in events:
        assert judge(json.dumps(event).encode()).warnings == ()


def test_the_stock_client_reads_and_writes_the_same(events: list[dict[str, Any]]) -> None:
    for event in events:
        assert read_by_the_stock_client(event) == event


def test_start_comes_first_and_the_inner_run_ends_before_the_outer(events: list[dict[str, Any]]) -> None:
    assert [(e["job"]["name"], e["eventType"]) for e in events] == [
        ("outer", "START"), ("inner", "START"), ("inner", "FAIL"), ("outer", "COMPLETE"),
    ]  # fmt: skip
    assert [e["eventTime"] for e in events] == sorted(e["eventTime"] for e in events)


def test_the_inner_run_names_its_parent_and_root(events: list[dict[str, Any]]) -> None:
    for event in events[1:3]:
        parent = event["run"]["facets"]["parent"]
        assert parent["run"]["runId"] == events[0]["run"]["runId"]
        assert parent["root"]["run"]["runId"] == events[0]["run"]["runId"]
        assert (parent["job"]["namespace"], parent["job"]["name"]) == ("team-a", "outer")
    assert "parent" not in events[0]["run"]["facets"]


def test_failure_carries_message_and_traceback(events: list[dict[str, Any]]) -> None:
    error = events[2]["run"]["facets"]["errorMessage"]
    assert error["message"] == "ValueError: no such customer"
    assert error["programmingLanguage"] == "PYTHON"
    assert 'raise ValueError("no such customer")' in error["stackTrace"]
    assert "data_lineage_hub" not in error["stackTrace"], "our own wrapper is not news"


def test_all_events_tell_the_datasets_and_the_job(events: list[dict[str, Any]]) -> None:
    for event in (events[0], events[3]):
        assert [(d["namespace"], d["name"]) for d in event["inputs"]] == [
            ("team-a", "raw"), ("s3://lake", "orders"), ("prod-db", "users.table"),
        ]  # fmt: skip
        assert [(d["namespace"], d["name"]) for d in event["outputs"]] == [("s3://lake", "out.parquet")]
        columns = event["outputs"][0]["facets"]["schema"]["fields"]
        assert columns == [
            {"name": "id", "type": "int"},
            {"name": "name"},
            {"name": "x", "type": "y", "description": "z"},
        ]
        assert event["inputs"][2]["facets"]["storage"]["storageLayer"] == "mysql"
        assert event["job"]["facets"]["documentation"]["description"] == "What it does."
        assert event["job"]["facets"]["jobType"]["integration"] == "PYTHON"


def test_run_ids_are_version_7_of_now_and_differ_by_call(sent: Sent) -> None:
    before_ms = datetime.now(UTC).timestamp() * 1000
    ids = [outer() for _ in range(50)]
    assert len(set(ids)) == 50
    for text in ids:
        run_id = UUID(text)
        assert (run_id.version, run_id.variant) == (7, "specified in RFC 4122")
        assert before_ms - 1 <= run_id.int >> 80 <= before_ms + 60_000


def test_times_are_exact_to_the_microsecond() -> None:
    assert _render.timestamp(1_790_000_000_123_456_789) == "2026-09-21T14:13:20.123456+00:00"
    assert _render.timestamp(1_790_000_000_000_000_000) == "2026-09-21T14:13:20.000000+00:00"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    job=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(str.strip),
    names=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), max_size=3),
    message=st.text(),
)
def test_whatever_the_names_the_door_takes_it(job: str, names: list[str], message: str) -> None:
    run = Run(Job(job, tuple(names), (), message), Config(), 1_790_000_000_000_000_000, None)
    value = _render.render(Event("FAIL", 1_790_000_000_000_000_000, run, described(ValueError(message))))
    assert judge(value).warnings == ()
    assert len(json.loads(value)["inputs"]) == sum(bool(name.strip()) for name in names)


def test_huge_error_messages_are_cut(sent: Sent) -> None:
    @lineage_track("job")
    def fail() -> None:
        raise ValueError("x" * 1_000_000)

    with pytest.raises(ValueError, match="x"):
        fail()
    assert len(json.dumps(sent()[-1])) < 100_000
