"""Runs as their events tell of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from catalog import projection
from catalog.models import Job, Run, RunEvent, RunInput, RunOutput
from namespaces.models import Namespace
from tests.catalog.conftest import NOON, Send, dataset, run_event, tables

pytestmark = pytest.mark.django_db


def minute(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def test_a_run_starts_runs_and_ends(send: Send) -> None:
    send(run_event("START", 1))
    run = Run.objects.get()
    assert (run.state, run.state_at, run.started_at, run.ended_at) == ("RUNNING", minute(1), minute(1), None)
    send(run_event("COMPLETE", 5))
    run.refresh_from_db()
    assert (run.state, run.state_at, run.started_at, run.ended_at) == ("COMPLETE", minute(5), minute(1), minute(5))


def test_a_late_start_says_when_it_began_and_does_not_reopen_it(send: Send) -> None:
    send(run_event("FAIL", 5), run_event("START", 1), run_event("RUNNING", 9), run_event("OTHER", 10))
    run = Run.objects.get()
    assert (run.state, run.started_at, run.ended_at, run.last_event_at) == ("FAIL", minute(1), minute(5), minute(10))


def test_of_several_ends_the_latest_counts(send: Send) -> None:
    send(run_event("COMPLETE", 7), run_event("FAIL", 5), run_event("ABORT", 6))
    assert Run.objects.get().state == "COMPLETE"


@pytest.mark.parametrize("event_type", ["OTHER", "", None, "NEVER HEARD OF"])
def test_an_event_type_that_says_nothing_leaves_the_state_unknown(send: Send, event_type: Any) -> None:
    send(run_event(event_type))
    assert Run.objects.get().state == "UNKNOWN"
    assert RunEvent.objects.get().event_type == (event_type or "OTHER")


def test_the_same_event_again_changes_nothing_whenever_it_comes(send: Send) -> None:
    event = run_event("COMPLETE", 3, inputs=[dataset("a")], outputs=[dataset("b")])
    send(event, event_id="e1")
    before = tables()
    send(event, event_id="e1", received_at=minute(99))
    assert tables() == before


def test_nor_when_its_time_cannot_be_read(send: Send) -> None:
    event = {**run_event(outputs=[dataset("a")]), "eventTime": "yesterday"}
    send(event, event_id="e1")
    before = tables()
    send(event, event_id="e1", received_at=minute(99))
    assert tables() == before


@pytest.mark.parametrize("run", ["run-1", "0190a7c4-9f6c-7a53-8b2a-5d8e8f1f2a3b"])
def test_the_same_run_id_and_event_id_from_two_namespaces_are_two_runs(send: Send, team_c: Namespace, run: str) -> None:
    send(run_event(run=run), event_id="same")
    send(run_event(run=run, job="other"), event_id="same", namespace=team_c)
    assert Run.objects.count() == RunEvent.objects.count() == 2
    assert {run.owner.name for run in Run.objects.all()} == {"team-a", "team-c"}


def test_a_uuid_is_one_run_however_it_is_written(send: Send) -> None:
    plain = "0190a7c4-9f6c-7a53-8b2a-5d8e8f1f2a3b"
    send(run_event("START", run=plain.upper()), run_event(run=plain), run_event(run=plain.replace("-", ""), job="b"))
    assert Run.objects.get().run_id == plain


def test_another_text_is_a_run_of_its_job_namespace(send: Send) -> None:
    other = run_event(run="scheduled__2026")
    other["job"]["namespace"] = "elsewhere"
    send(run_event(run="scheduled__2026"), other)
    assert Run.objects.count() == 2


def test_a_run_whose_events_name_two_jobs_is_the_oldest_events(send: Send) -> None:
    run = "0190a7c4-9f6c-7a53-8b2a-5d8e8f1f2a3b"
    send(run_event("COMPLETE", 5, run=run, job="later"), run_event("START", 1, run=run, job="first"))
    assert Run.objects.get().job.name == "first"
    assert Job.objects.count() == 2


def test_a_parent_is_a_reference_and_makes_no_job(send: Send) -> None:
    parent = {"run": {"runId": "dag-run"}, "job": {"namespace": "airflow", "name": "dag"}}
    send(run_event(run_facets={"parent": parent}))
    run = Run.objects.get()
    assert (run.parent_run_id, run.parent_job) == ("dag-run", "job:airflow:dag")
    assert Job.objects.count() == 1


def test_a_rewritten_job_namespace_is_the_jobs_and_its_parents(send: Send) -> None:
    parent = {"run": {"runId": "dag-run"}, "job": {"namespace": "jobs", "name": "dag"}}
    send(run_event(run_facets={"parent": parent}), job_namespace="team-a")
    assert Run.objects.get().parent_job == "job:team-a:dag"
    assert Job.objects.get().node_id == "job:team-a:etl"


def test_facets_of_the_run_are_kept_when_a_later_event_has_none(send: Send) -> None:
    facets = {
        "nominalTime": {"nominalStartTime": "2026-11-21T00:00:00Z", "nominalEndTime": None},
        "errorMessage": {"message": "boom\0", "stackTrace": "line 1\ud800"},
    }
    send(run_event("FAIL", 2, run_facets=facets), run_event("OTHER", 3))
    run = Run.objects.get()
    assert (run.error_message, run.error_trace) == ("boom", "line 1")
    assert run.nominal_start_at == datetime.fromisoformat("2026-11-21T00:00:00+00:00")
    assert run.nominal_end_at is None
    assert run.producer == "tests"


def test_statistics_are_kept_per_dataset_and_the_newest_count(send: Send) -> None:
    def told(rows: int | None, at: int) -> dict[str, Any]:
        facets = {"outputStatistics": {"rowCount": rows}} if rows is not None else None
        read = dataset("a") | {"inputFacets": {"inputStatistics": {"size": rows}}}
        return run_event("RUNNING", at, inputs=[read], outputs=[dataset("b") | {"outputFacets": facets}])

    send(told(None, 1), told(20, 3), told(10, 2), told(None, 4))
    assert RunOutput.objects.get().statistics == {"rowCount": 20}
    assert RunInput.objects.get().statistics == {"size": 20}


def test_a_time_that_cannot_be_read_is_when_the_event_came_in(send: Send) -> None:
    send({**run_event("START"), "eventTime": "yesterday"}, received_at=minute(8))
    assert Run.objects.get().started_at == minute(8)


@pytest.mark.parametrize(
    ("broken", "value"),
    [
        ("run", {"runId": ""}),
        ("run", {"facets": {}}),
        ("job", None),
        ("job", {"namespace": "jobs"}),
        ("job", {"namespace": " ", "name": "etl"}),
        ("job", {"namespace": "jobs", "name": "x" * 4001}),
        ("inputs", [{"name": "a"}]),
        ("outputs", ["a"]),
        ("outputs", [{"namespace": "n" * 1025, "name": "a"}]),
    ],
)
def test_an_event_whose_core_cannot_be_read_changes_nothing(send: Send, broken: str, value: Any) -> None:
    with pytest.raises(projection.Unprojectable) as raised:
        send({**run_event(), broken: value})
    assert raised.value.reason == "invalid_event"
    assert not any(tables().values())


@pytest.mark.usefixtures("db")
def test_a_namespace_that_the_hub_does_not_know_is_a_reason() -> None:
    with pytest.raises(projection.Unprojectable) as raised:
        projection.apply(run_event(), namespace="nobody", event_id="e", received_at=NOON)
    assert raised.value.reason == "unknown_namespace"


@pytest.mark.parametrize("nothing", [None, {}, [], "x"])
def test_inputs_that_are_no_list_are_none(send: Send, nothing: Any) -> None:
    send(run_event(inputs=nothing, outputs=nothing))
    assert Run.objects.count() == 1


def test_names_as_long_as_the_contract_allows_are_kept(send: Send) -> None:
    wide = "\N{EARTH GLOBE EUROPE-AFRICA}"
    send(run_event(job=wide * 4000, outputs=[dataset(wide * 4000, namespace=wide * 1024)]))
    assert len(RunOutput.objects.get().dataset.name) == len(Job.objects.get().name) == 4000
