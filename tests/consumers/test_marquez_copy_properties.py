"""Whatever comes in: preparing twice is preparing once, and what is forwarded is what a live Marquez takes."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from backends.eventlog import headers
from consumers.marquez_copy import Forward, prepare
from consumers.marquez_facets import OF_DATASET, OF_JOB, OF_RUN, is_uri
from tests.consumers.marquez_events import ABOUT, RUN, Json
from tests.services import marquez_rules as rules

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
        copy = json.loads(made.event)
        assert_is_taken(copy)
        assert_rules_take(copy)


def assert_rules_take(copy: Json) -> None:
    """The stand-in's rules, which are held to what a live Marquez was recorded to answer: 201."""
    kind = rules.kind_of(copy)
    rules.check(kind, copy)
    assert list(kind.nulls(copy)) == []
    rules.break_on(copy, kind)


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
