"""The 126 recorded dbt events, against what a real Marquez shows after them, less Marquez's quirks."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict

import pytest

from catalog import projection
from catalog.identity import dataset_node, job_node
from catalog.models import Dataset, Edge, Job, Run
from namespaces.models import Namespace
from tests import recorded
from tests.catalog.conftest import NOON, tables

pytestmark = [pytest.mark.shared, pytest.mark.django_db]


def apply_all(namespace: Namespace) -> None:
    for line in recorded.dbt_events():
        event_id = hashlib.sha256(line).hexdigest()
        projection.apply(json.loads(line), namespace=namespace.name, event_id=event_id, received_at=NOON)


@pytest.fixture
def applied(team_a: Namespace) -> None:
    apply_all(team_a)


def edges() -> set[tuple[str, str]]:
    names = {node.pk: node.node_id for model in (Dataset, Job) for node in model.objects.all()}
    return {(names[source], names[target]) for source, target in Edge.objects.values_list("source", "target")}


@pytest.mark.usefixtures("applied")
def test_the_edges_are_those_that_the_events_declare() -> None:
    assert edges() == recorded.oracle_edges()


@pytest.mark.usefixtures("applied")
def test_there_are_the_true_jobs_runs_and_datasets_and_no_phantoms() -> None:
    assert (Job.objects.count(), Run.objects.count(), Dataset.objects.count()) == (58, 63, 17)
    told = {json.loads(line)["run"]["runId"] for line in recorded.dbt_events()}
    assert {run.run_id for run in Run.objects.all()} == told
    assert {job.node_id for job in Job.objects.all()} == set(recorded.oracle()["jobNames"].values())


@pytest.mark.usefixtures("applied")
def test_each_run_ends_as_its_last_event_says() -> None:
    last = {}
    for event in sorted(map(json.loads, recorded.dbt_events()), key=lambda event: event["eventTime"]):
        last[event["run"]["runId"]] = event["eventType"]
    assert Counter(Run.objects.values_list("state", flat=True)) == Counter(
        "RUNNING" if state == "START" else state for state in last.values()
    )


@pytest.mark.usefixtures("applied")
def test_each_column_is_there_once_with_the_type_that_any_event_gave_it() -> None:
    types: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for namespace, content in recorded.oracle()["namespaces"].items():
        for name, row in content["datasets"].items():
            for field in row["fields"]:
                types[dataset_node(namespace, name)][field["name"]].add(field["type"] or "")
    for dataset in Dataset.objects.all():
        told = types[dataset.node_id]
        assert Counter(field["name"] for field in dataset.fields) == Counter(told.keys())
        for field in dataset.fields:
            assert field["type"] in (told[field["name"]] - {""} or {""})


@pytest.mark.usefixtures("applied")
def test_a_description_outlives_the_readers_that_do_not_repeat_it() -> None:
    erased = recorded.oracle()["descriptionErased"]
    described = {row.node_id for row in Dataset.objects.exclude(description="")}
    assert set(erased) <= described


@pytest.mark.usefixtures("applied")
def test_an_error_is_on_each_failed_run() -> None:
    told = {
        event["run"]["runId"]
        for event in map(json.loads, recorded.dbt_events())
        if "errorMessage" in event["run"]["facets"]
    }
    assert {run.run_id for run in Run.objects.exclude(error_message="")} == told


@pytest.mark.usefixtures("applied")
def test_the_same_events_again_change_nothing(team_a: Namespace) -> None:
    before = tables()
    apply_all(team_a)
    assert tables() == before


@pytest.mark.usefixtures("applied")
def test_a_parent_is_a_reference_to_the_name_in_the_event() -> None:
    named = {run.parent_job for run in Run.objects.exclude(parent_job="")}
    assert job_node("dbt-test-namespace", "dbt-run-jaffle_shop") in named
