"""The copy that goes to Marquez is one that it takes, and that breaks none of its pages; the rest is named dead."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backends.eventlog import headers
from catalog.identity import run_uuid
from consumers.marquez_copy import Dead, Forward, Skip, prepare
from consumers.marquez_facets import is_uri
from tests.consumers.marquez_events import RUN, Json, copy_of, dataset, event, fate_of


def test_a_whole_event_keeps_what_it_says() -> None:
    sent = event(extra={"kept": [1, 2.5, None]})
    copy = copy_of(sent)
    for name in ("eventType", "eventTime", "producer", "schemaURL", "extra"):
        assert copy[name] == sent[name]
    assert copy["run"]["runId"] == RUN
    assert (copy["job"]["namespace"], copy["job"]["name"]) == ("jobs", "load")
    assert [d["name"] for d in copy["inputs"] + copy["outputs"]] == ["in", "out"]


@pytest.mark.parametrize("url", [None, "", "not a uri", "https://openlineage.io/spec/2-0-2/OpenLineage.json", 7])
@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("RunEvent", {}),
        ("JobEvent", {"run": None, "eventType": None}),
        ("DatasetEvent", {"run": None, "job": None, "inputs": None, "outputs": None, "dataset": dataset("d")}),
    ],
)
def test_the_schema_url_ends_with_the_kind(kind: str, part: Json, url: Any) -> None:
    assert copy_of(event(schemaURL=url, **part))["schemaURL"].rpartition("/")[2] == kind


def test_a_schema_url_of_another_kind_is_corrected() -> None:
    wrong = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
    copy = copy_of(event(run=None, eventType=None, schemaURL=wrong))
    assert copy["schemaURL"].endswith("/JobEvent")


@pytest.mark.parametrize(
    ("sent", "time"),
    [
        ("2026-01-01T00:00:00", "2026-01-01T00:00:00Z"),
        ("2026-01-01T02:00:00+02:00", "2026-01-01T00:00:00Z"),
        ("2026-01-01 00:00:00+0000", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00.123456789Z", "2026-01-01T00:00:00.123456Z"),
        ("2026-01-01T00:00:00Z[Europe/London]", "2026-01-01T00:00:00Z"),
        ("2026-01-01", "2026-01-01T00:00:00Z"),
        ("yesterday", "2026-01-02T03:04:05Z"),
        (17, "2026-01-02T03:04:05Z"),
    ],
)
def test_event_times_become_utc(sent: Any, time: str) -> None:
    assert copy_of(event(eventTime=sent))["eventTime"] == time


def test_an_event_without_any_time_is_dead() -> None:
    made = prepare(json.dumps(event(eventTime="yesterday")).encode(), {headers.NAMESPACE: "team-a"})
    assert isinstance(made, Dead)


def test_a_run_id_that_is_no_uuid_becomes_the_hubs_own() -> None:
    copy = copy_of(event(run={"runId": "scheduled__2026"}))
    assert copy["run"]["runId"] == str(run_uuid("team-a", "jobs", "scheduled__2026"))
    other = copy_of(event(run={"runId": "scheduled__2026"}), **{headers.NAMESPACE: "team-b"})
    assert other["run"]["runId"] != copy["run"]["runId"]


def test_the_doors_job_namespace_counts_for_the_job_its_parent_and_the_derived_run() -> None:
    parent = {"run": {"runId": "p1"}, "job": {"namespace": "default", "name": "dag"}}
    sent = event(
        job={"namespace": "default", "name": "load"}, run={"runId": "r1", "facets": {"parent": parent}}
    )  # fmt: skip
    copy = copy_of(sent, **{headers.JOB_NAMESPACE: "team-a"})
    assert copy["job"]["namespace"] == "team-a"
    assert copy["run"]["runId"] == str(run_uuid("team-a", "team-a", "r1"))
    assert copy["run"]["facets"]["parent"]["job"]["namespace"] == "team-a"
    assert copy["run"]["facets"]["parent"]["run"]["runId"] == str(run_uuid("team-a", "team-a", "p1"))


def test_a_parent_in_another_namespace_keeps_it() -> None:
    parent = {"run": {"runId": RUN}, "job": {"namespace": "elsewhere", "name": "dag"}}
    copy = copy_of(event(run={"runId": RUN, "facets": {"parent": parent}}), **{headers.JOB_NAMESPACE: "team-a"})
    assert copy["run"]["facets"]["parent"]["job"]["namespace"] == "elsewhere"


@pytest.mark.parametrize("event_type", [None, "", 5, "x" * 65])
def test_a_missing_event_type_is_other(event_type: Any) -> None:
    assert copy_of(event(eventType=event_type))["eventType"] == "OTHER"


@pytest.mark.parametrize("event_type", ["RUNNING", "OTHER", "running", None])
def test_progress_without_datasets_is_skipped_because_it_would_clear_the_jobs_edges(event_type: Any) -> None:
    assert isinstance(fate_of(event(eventType=event_type, inputs=None, outputs=[])), Skip)


@pytest.mark.parametrize("event_type", ["START", "COMPLETE", "FAIL", "ABORT", "complete"])
def test_a_beginning_and_an_end_are_told_without_datasets_too(event_type: str) -> None:
    assert isinstance(fate_of(event(eventType=event_type, inputs=None, outputs=None)), Forward)


def test_nul_and_lone_surrogates_are_taken_out_of_names_and_keys() -> None:
    value = json.dumps(event(job={"namespace": "jobs", "name": "lo\0ad\ud800"}, extra={"k\0": "\udfff😀"})).encode()
    copy = copy_of(value)
    assert copy["job"]["name"] == "load"
    assert copy["extra"] == {"k": "😀"}


def test_producers_that_are_no_uri_are_replaced() -> None:
    assert is_uri(copy_of(event(producer="my tool"))["producer"])
    assert is_uri(copy_of(event(producer=None))["producer"])


# The dead


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "unreadable"),
        (b"[]", "unreadable"),
        (b"{}{}", "unreadable"),
        (b"\xff", "unreadable"),
        (b'{"a": "\\u0000"', "unreadable"),
        (b'{"a": "\\u0000", "b": NaN}', "unreadable"),
        (event(run=None, job=None), "invalid"),
        (event(run={}), "invalid"),
        (event(run={"runId": " "}), "blank_name"),
        (event(job={"namespace": "jobs"}), "invalid"),
        (event(job={"namespace": ["jobs"], "name": "n"}), "invalid"),
        (event(job={"namespace": "jobs", "name": " "}), "blank_name"),
        (event(job={"namespace": "jobs", "name": "\0"}), "blank_name"),
        (event(job={"namespace": "jobs", "name": "n" * 1200}), "too_long"),
        (event(inputs={}), "invalid"),
        (event(inputs=[None]), "invalid"),
        (event(outputs=[dataset(" ")]), "blank_name"),
        (event(outputs=[dataset("d" * 3000)]), "too_long"),
        (event(outputs=[dataset("d", namespace="team a")]), "illegal_namespace"),
        (event(outputs=[dataset("d", namespace="größe")]), "illegal_namespace"),
        (event(outputs=[dataset("d", namespace="n" * 1025)]), "illegal_namespace"),
    ],
)
def test_what_marquez_can_never_take_is_dead(value: Json | bytes, reason: str) -> None:
    made = fate_of(value)
    assert isinstance(made, Dead), made
    assert made.reason == reason
    assert made.error
