"""Facets in the copy for Marquez: signed, completed, or left out where Marquez would break on them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from consumers.marquez_facets import OF_DATASET, OF_JOB, OF_RUN, address, is_uri, mended
from tests.consumers.marquez_events import RUN, SIGNED, Json, copy_of, event, facets_of

# Facets


def test_known_facets_are_signed_and_keep_a_signature_that_is_one() -> None:
    unsigned, signed = {"query": "select 1"}, {"query": "select 1", **SIGNED}
    assert set(mended({"sql": unsigned}, OF_JOB, "https://p")["sql"]) == {"query", "_producer", "_schemaURL"}
    assert mended({"sql": signed}, OF_JOB, "https://p")["sql"] == signed


def test_unknown_facets_pass_as_they_are_and_heavy_ones_stay_behind() -> None:
    sent: Json = {
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


def test_nominal_times_keep_their_place_so_that_mending_twice_is_mending_once() -> None:
    sent = {"nominalStartTime": "2026-01-01", "nominalEndTime": "2026-01-01"}
    once = mended({"nominalTime": sent}, OF_RUN, "https://p")
    assert json.dumps(mended(once, OF_RUN, "https://p")) == json.dumps(once)
