"""The copy that goes to Marquez is one that it takes, and that breaks none of its pages; the rest is named dead."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.eventlog import headers
from catalog.identity import run_uuid
from consumers.marquez_copy import Dead, Forward, Skip, prepare
from consumers.marquez_facets import OF_DATASET, OF_JOB, OF_RUN, address, is_uri, mended

RUN = "01234567-89ab-4def-8123-456789abcdef"
ABOUT = {headers.NAMESPACE: "team-a", headers.RECEIVED_AT: "2026-01-02T03:04:05Z"}
SIGNED = {"_producer": "https://p.example", "_schemaURL": "https://s.example"}
Json = dict[str, Any]


def event(**changes: Any) -> Json:
    """A whole run event; a change of None takes a member out."""
    made: Json = {
        "eventType": "COMPLETE",
        "eventTime": "2026-01-01T00:00:00Z",
        "producer": "https://producer.example/1.0",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": RUN},
        "job": {"namespace": "jobs", "name": "load"},
        "inputs": [dataset("in")],
        "outputs": [dataset("out")],
    }
    return {name: value for name, value in (made | changes).items() if value is not None}


def dataset(name: str, namespace: str = "postgres://db:5432", **facets: Any) -> Json:
    return {"namespace": namespace, "name": name, "facets": facets}


def copy_of(sent: Json | bytes, **about: str) -> Json:
    value = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    made = prepare(value, ABOUT | about)
    assert isinstance(made, Forward), made
    copy: Json = json.loads(made.event)
    return copy


def fate_of(sent: Json | bytes) -> Forward | Skip | Dead:
    return prepare(sent if isinstance(sent, bytes) else json.dumps(sent).encode(), ABOUT)


def facets_of(facets: Json) -> Json:
    """What becomes of the facets of an output."""
    made: Json = copy_of(event(outputs=[dataset("out", **facets)]))["outputs"][0]["facets"]
    return made


# The core


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


# Facets


def test_known_facets_are_signed_and_keep_a_signature_that_is_one() -> None:
    unsigned, signed = {"query": "select 1"}, {"query": "select 1", **SIGNED}
    assert set(mended({"sql": unsigned}, OF_JOB, "https://p")["sql"]) == {"query", "_producer", "_schemaURL"}
    assert mended({"sql": signed}, OF_JOB, "https://p")["sql"] == signed


def test_unknown_facets_pass_as_they_are_and_heavy_ones_stay_behind() -> None:
    sent = {
        "ours": {"any": ["thing"]},
        "tags": [],
        "gone": None,
        "spark.logicalPlan": {"plan": []},
        "": {},
        "x" * 256: {},
    }
    assert mended(sent, OF_DATASET, "https://p") == {"ours": {"any": ["thing"]}, "tags": []}


def test_a_job_type_is_completed() -> None:
    facet = mended({"jobType": {"processingType": "STREAMING", **SIGNED}}, OF_JOB, "https://p")["jobType"]
    assert facet == {"processingType": "STREAMING", "integration": "UNKNOWN", "jobType": "JOB", **SIGNED}


@pytest.mark.parametrize(
    ("facets", "repairs"),
    [
        ({"sql": {}}, OF_JOB),
        ({"sql": "select"}, OF_JOB),
        ({"documentation": {"description": 5}}, OF_JOB),
        ({"sourceCodeLocation": {"type": "git", "url": "https://x/" + "y" * 250}}, OF_JOB),
        ({"sourceCodeLocation": {"type": "git", "url": "no uri"}}, OF_JOB),
        ({"nominalTime": {}}, OF_RUN),
        ({"nominalTime": {"nominalStartTime": "noon"}}, OF_RUN),
        ({"lifecycleStateChange": {"lifecycleStateChange": "x" * 64}}, OF_DATASET),
        ({"symlinks": {"identifiers": [None]}}, OF_DATASET),
        ({"symlinks": {"identifiers": [{"namespace": "not legal", "name": "n", "type": "TABLE"}]}}, OF_DATASET),
        ({"columnLineage": {"fields": {"a": {}}}}, OF_DATASET),
        ({"columnLineage": {"fields": {"a": {"inputFields": [{"namespace": "n", "name": "t"}]}}}}, OF_DATASET),
        ({"columnLineage": []}, OF_DATASET),
    ],
)
def test_known_facets_beyond_repair_are_dropped(facets: Json, repairs: Any) -> None:
    assert mended(facets, repairs, "https://p") == {}


@pytest.mark.parametrize("parent", [{}, {"run": {"runId": RUN}, "job": {"namespace": "", "name": "n"}}, "dag"])
def test_a_parent_that_is_not_named_in_full_is_dropped(parent: Any) -> None:
    assert "parent" not in copy_of(event(run={"runId": RUN, "facets": {"parent": parent}}))["run"]["facets"]


def test_columns_get_a_type_and_nameless_ones_go() -> None:
    fields = [
        {"name": "a"}, {"name": "b", "type": ""}, {"name": "c", "type": "int", "description": 5}, None, {"type": "int"},
        {"name": "d", "type": "x" * 3000, "description": "d", "fields": []}, {"name": "n" * 256, "type": "int"},
    ]  # fmt: skip
    made = facets_of({"schema": {"fields": fields}})["schema"]["fields"]
    assert [(field["name"], field["type"][:10]) for field in made] == [
        ("a", "unknown"), ("b", "unknown"), ("c", "int"), ("d", "x" * 10),
    ]  # fmt: skip
    assert "description" not in made[2]
    assert made[3]["description"] == "d"
    assert len(made[3]["type"]) < 2670
    assert facets_of({"schema": {"fields": None}})["schema"]["fields"] == []


def test_every_dataset_gets_a_source_with_a_name_and_an_address() -> None:
    source = facets_of({})["dataSource"]
    assert (source["name"], source["uri"]) == ("postgres://db:5432", "postgres://db:5432")
    kept = {"name": "db", "uri": "postgres://other:5432/x", **SIGNED}
    assert facets_of({"dataSource": kept})["dataSource"] == kept
    assert (
        facets_of({"dataSource": {"name": "", "uri": "not a uri at all"}})["dataSource"]["name"] == "postgres://db:5432"
    )


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("postgres://user:secret@db:5432/x?sslmode=require", "postgres://db:5432/x"),
        ("jdbc:postgresql://user:secret@db/x", "jdbc:postgresql://db/x"),
        ("jdbc:sqlserver://db;user=a;password=secret", "jdbc:sqlserver://db"),
        ("jdbc:oracle:thin:scott/secret@db:1521:x", "jdbc:oracle:thin:db:1521:x"),
        ("s3://bucket/a@b", "s3://bucket/a@b"),
        ("not a uri", "bigquery:x"),
        (None, "bigquery:x"),
        ("x:?secret", "bigquery:x"),
    ],
)
def test_a_sources_address_holds_no_secret(uri: Any, expected: str) -> None:
    assert address(uri, "bigquery:x") == expected


def test_a_namespace_that_is_no_address_is_wrapped_into_one() -> None:
    assert address(None, "bigquery") == "dataset:bigquery"
    assert is_uri(address(None, "a/b;c"))


def test_column_lineage_keeps_the_columns_that_are_named_in_full() -> None:
    whole = {"namespace": "n", "name": "t", "field": "f"}
    fields = {"a": {"inputFields": [whole, {}], "transformationType": "x" * 256}, "b": {"inputFields": []}, "": whole}
    made = facets_of({"columnLineage": {"fields": fields}})["columnLineage"]["fields"]
    assert made == {"a": {"inputFields": [whole]}}


def test_symlinks_keep_what_marquez_can_read_back() -> None:
    good = {"namespace": "s3://b", "name": "p", "type": "TABLE"}
    sent: list[Any] = [
        good,
        {"namespace": "s3://b", "name": "q", "type": "x" * 65},
        {"namespace": "", "name": "p"},
        "x",
    ]
    made = facets_of({"symlinks": {"identifiers": sent}})["symlinks"]["identifiers"]
    assert made == [good, {"namespace": "s3://b", "name": "q", "type": "TABLE"}]


# Whatever comes in

ODD = ["", " ", "ü", "x" * 300, "\0", "\ud800", "ß" * 64, RUN, "2026-01-01", "a:?b", "https://u:p@h/x?y#z", "//a@//b@c"]
texts = st.sampled_from(ODD) | st.text(max_size=20)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=4,
)


def mostly(usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any] = texts) -> st.SearchStrategy[Any]:
    return st.integers(0, 15).flatmap(lambda dice: usual if dice else odd)


def objects(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return mostly(st.fixed_dictionaries({}, optional=members), anything)


def lists(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return mostly(st.lists(of, max_size=2), anything)


def named(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = {
        "namespace": mostly(st.sampled_from(["jobs", "s3://b", "a:?b"])),
        "name": mostly(st.sampled_from(["a", "ß"])),
    }
    return mostly(st.fixed_dictionaries(names, optional=members), anything)


loose = objects(namespace=texts | st.just("s3://b"), name=texts, field=texts, type=texts)
dataset_facets = objects(
    schema=objects(fields=lists(objects(name=texts, type=texts | anything, description=anything))),
    documentation=objects(description=texts | anything),
    dataSource=objects(name=texts, uri=texts | anything),
    symlinks=objects(identifiers=lists(loose)),
    lifecycleStateChange=objects(lifecycleStateChange=texts, previousIdentifier=loose),
    columnLineage=objects(fields=st.dictionaries(texts, objects(inputFields=lists(loose)), max_size=2)),
    custom=anything,
)
job_facets = objects(
    jobType=objects(jobType=texts, processingType=anything),
    sql=objects(query=texts | anything),
    sourceCodeLocation=objects(type=texts, url=texts),
)
run_facets = objects(
    parent=objects(run=objects(runId=texts), job=named()),
    nominalTime=objects(nominalStartTime=texts, nominalEndTime=texts),
)
datasets = lists(named(facets=dataset_facets, inputFacets=anything))
run = mostly(st.fixed_dictionaries({"runId": mostly(st.just("r1"))}, optional={"facets": run_facets}), anything)
events = st.fixed_dictionaries(
    {"job": named(facets=job_facets), "eventTime": texts | anything},
    optional={
        "run": run, "dataset": named(facets=dataset_facets), "inputs": datasets, "outputs": datasets,
        "eventType": texts | anything, "producer": texts | anything, "schemaURL": texts | anything, "other": anything,
    },
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(events, st.booleans())
def test_preparing_twice_is_preparing_once_and_what_is_forwarded_is_taken(sent: Json, is_renamed: bool) -> None:  # noqa: FBT001
    about = ABOUT | ({headers.JOB_NAMESPACE: "team-a"} if is_renamed else {})
    made = prepare(json.dumps(sent).encode(), about)
    if isinstance(made, Forward):
        assert prepare(made.event, about) == made
        assert_is_taken(json.loads(made.event))


LEGAL = re.compile(r"[a-zA-Z:;=/0-9_\-.@+]{1,1024}")


def assert_is_taken(copy: Json) -> None:
    """What a live Marquez 0.51.1 asks of an event, as far as a refusal or a broken page was ever recorded."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", copy["eventTime"])
    assert is_uri(copy["producer"])
    assert is_uri(copy["schemaURL"])
    holders = [copy["dataset"]] if "dataset" in copy else [*copy["inputs"], *copy["outputs"]]
    for holder in holders:
        assert LEGAL.fullmatch(holder["namespace"])
        assert holder["name"].strip()
        assert_facets_are_taken(holder["facets"], OF_DATASET)
        assert holder["facets"]["dataSource"]["name"].strip()
        assert is_uri(holder["facets"]["dataSource"]["uri"])
    if "job" in copy:
        assert copy["job"]["namespace"].strip()
        assert copy["job"]["name"].strip()
        assert_facets_are_taken(copy["job"]["facets"], OF_JOB)
    if "run" in copy:
        assert str(UUID(copy["run"]["runId"])) == copy["run"]["runId"]
        assert 0 < len(copy["eventType"]) <= 64
        assert_facets_are_taken(copy["run"]["facets"], OF_RUN)


def assert_facets_are_taken(facets: Json, known: Any) -> None:
    for name, facet in facets.items():
        assert 0 < len(name) <= 255
        if name in known:
            assert is_uri(facet["_producer"])
            assert is_uri(facet["_schemaURL"])
    for field in facets.get("schema", {}).get("fields", []) if "schema" in known else []:
        assert field["name"].strip()
        assert field["type"]
