"""What is known of datasets and jobs, and whose word counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from catalog import projection
from catalog.models import Dataset, Edge, Job
from namespaces import services
from namespaces.actors import SYSTEM
from namespaces.memory import Memory
from namespaces.models import Namespace
from tests.catalog.conftest import NOON, Send, at, dataset, run_event, schema, tables

pytestmark = pytest.mark.django_db


def described(text: str) -> dict[str, Any]:
    return {"documentation": {"description": text}}


def dataset_event(minute: float = 0, **facets: Any) -> dict[str, Any]:
    return {"eventTime": at(minute), "dataset": dataset("a", **facets)}


def claim(namespace: Namespace, kind: str, pattern: str) -> None:
    services.claim(SYSTEM, namespace=namespace, kind=kind, pattern=pattern)
    Memory.forget_all()


def the_dataset() -> Dataset:
    return Dataset.objects.get(name="a")


class TestWhatIsSaid:
    def test_a_job_event_makes_a_job_its_datasets_and_arrows_but_no_run(self, send: Send) -> None:
        event = run_event(inputs=[dataset("a")], outputs=[dataset("b")])
        del event["run"]
        send(event)
        made = {name: len(rows) for name, rows in tables().items()}
        assert made == {"Dataset": 2, "Job": 1, "Edge": 2, "Run": 0, "RunEvent": 0, "RunInput": 0, "RunOutput": 0}
        assert Dataset.objects.get(name="b").written_at is None
        assert Dataset.objects.get(name="b").has_writer

    def test_a_job_or_dataset_event_again_changes_nothing(self, send: Send) -> None:
        job = run_event(inputs=[dataset("a", **described("x"))], outputs=[dataset("b")])
        del job["run"]
        data = dataset_event(1, schema=schema("id:int"), lineage={"inputs": [{"type": "DATASET", **dataset("b")}]})
        send(job, data)
        before = tables()
        send(job, data, received_at=NOON + timedelta(days=3))
        assert tables() == before

    def test_an_event_with_a_job_and_a_dataset_but_no_run_is_a_dataset_event(self, send: Send) -> None:
        send({**dataset_event(), "job": {"namespace": "jobs", "name": "etl"}})
        assert (Job.objects.count(), Dataset.objects.count()) == (0, 1)

    def test_reading_without_a_facet_erases_nothing(self, send: Send) -> None:
        facets = {**described("orders"), "schema": schema("id:int"), "dataSource": {"name": "pg"}}
        send(run_event(minute=1, outputs=[dataset("a", **facets)]), run_event(minute=2, inputs=[dataset("a")], job="b"))
        found = the_dataset()
        assert (found.description, found.source, len(found.fields)) == ("orders", "pg", 1)
        assert found.written_at == NOON + timedelta(minutes=1)
        assert found.last_seen_at == NOON + timedelta(minutes=2)

    def test_an_older_event_that_comes_late_does_not_count(self, send: Send) -> None:
        send(dataset_event(5, **described("new")), dataset_event(1, **described("old")))
        assert the_dataset().description == "new"

    def test_each_facet_has_its_own_time(self, send: Send) -> None:
        send(dataset_event(5, **described("new")), dataset_event(1, schema=schema("id:int"), **described("old")))
        assert (the_dataset().description, len(the_dataset().fields)) == ("new", 1)

    def test_a_column_keeps_the_type_that_an_older_event_gave_it(self, send: Send) -> None:
        send(dataset_event(1, schema=schema("id:int", "gone:text")), dataset_event(2, schema=schema("id", "new")))
        assert [(field["name"], field["type"]) for field in the_dataset().fields] == [("id", "int"), ("new", "")]

    def test_a_deleted_facet_is_empty_until_someone_says_it_again(self, send: Send) -> None:
        send(dataset_event(1, **described("x")), dataset_event(2, documentation={"_deleted": True}))
        assert the_dataset().description == ""
        send(dataset_event(3, **described("y")))
        assert the_dataset().description == "y"

    def test_facets_of_a_job_are_kept(self, send: Send) -> None:
        facets = {
            **described("loads"),
            "sql": {"query": "select\0 1"},
            "sourceCodeLocation": {"url": "https://git/etl.py"},
            "jobType": {"integration": "DBT", "jobType": "MODEL", "processingType": "BATCH", "more": 1},
            "tags": {"tags": [{"key": "gold"}]},
        }
        send(run_event(job_facets=facets), run_event(minute=2))
        job = Job.objects.get()
        assert (job.description, job.sql, job.source_url) == ("loads", "select 1", "https://git/etl.py")
        assert job.job_type == {"integration": "DBT", "jobType": "MODEL", "processingType": "BATCH"}
        assert [tag["key"] for tag in job.tags] == ["gold"]


class TestWhoseADatasetIs:
    def test_the_first_to_name_it_owns_it_until_someone_writes_it(self, send: Send, team_c: Namespace) -> None:
        send(run_event(inputs=[dataset("a")]), namespace=team_c)
        assert the_dataset().owner == team_c
        send(run_event(job="writer", outputs=[dataset("a")]))
        assert the_dataset().owner.name == "team-a"

    def test_the_first_writer_keeps_it_even_from_a_backdated_one(self, send: Send, team_c: Namespace) -> None:
        send(run_event(minute=5, outputs=[dataset("a")]))
        send(run_event(minute=-9999, job="thief", outputs=[dataset("a")]), namespace=team_c)
        assert the_dataset().owner.name == "team-a"

    def test_a_claim_decides_whoever_writes(self, send: Send, team_a: Namespace, team_c: Namespace) -> None:
        claim(team_c, "dataset", "db")
        send(run_event(outputs=[dataset("a", **described("not mine"))]))
        assert (the_dataset().owner, the_dataset().description) == (team_c, "")

    def test_a_claim_made_later_takes_it_with_the_next_event(self, send: Send, team_c: Namespace) -> None:
        send(run_event(outputs=[dataset("a", **described("by a"))]))
        claim(team_c, "dataset", "db")
        send(run_event(minute=1, outputs=[dataset("a")]))
        assert (the_dataset().owner, the_dataset().description, the_dataset().has_writer) == (team_c, "", False)

    def test_a_strangers_facets_do_not_count_once_there_is_a_writer(self, send: Send, team_c: Namespace) -> None:
        send(run_event(outputs=[dataset("a", schema=schema("id:int"), **described("true"))]))
        lie = dataset("a", schema=schema("lie:int", "id:lie"), **described("false"))
        send(run_event(minute=9, job="liar", inputs=[lie]), namespace=team_c)
        found = the_dataset()
        assert (found.description, found.fields) == ("true", [{"name": "id", "type": "int", "description": ""}])

    def test_without_a_writer_anyone_may_describe_it(self, send: Send, team_c: Namespace) -> None:
        send(run_event(inputs=[dataset("a")]))
        send(run_event(job="reader", inputs=[dataset("a", **described("raw orders"))]), namespace=team_c)
        assert (the_dataset().owner.name, the_dataset().description) == ("team-a", "raw orders")

    def test_a_writer_ends_what_strangers_said_before_it_but_not_what_it_said(
        self, send: Send, team_c: Namespace
    ) -> None:
        send(run_event(minute=9, inputs=[dataset("a", **described("by a stranger"))]), namespace=team_c)
        send(run_event("START", 1, job="w", inputs=[dataset("a", **described("by its writer"))]))
        assert the_dataset().description == "by a stranger"
        send(run_event("COMPLETE", 2, job="w", outputs=[dataset("a")]))
        assert the_dataset().description == "by its writer"


class TestWhoseAJobIs:
    def test_another_namespace_cannot_take_a_job_or_its_runs(self, send: Send, team_c: Namespace) -> None:
        send(run_event(job_facets=described("mine")))
        before = tables()
        with pytest.raises(projection.Unprojectable) as raised:
            send(run_event("FAIL", 9, job_facets=described("yours"), outputs=[dataset("a")]), namespace=team_c)
        assert raised.value.reason == "foreign_job"
        assert tables() == before

    def test_a_claim_moves_it_to_its_new_owner(self, send: Send, team_c: Namespace) -> None:
        send(run_event(job_facets=described("old")))
        claim(team_c, "job", "jobs")
        send(run_event(minute=1), namespace=team_c)
        assert (Job.objects.get().owner, Job.objects.get().description) == (team_c, "")

    def test_a_job_that_others_merely_named_is_its_own_senders(self, send: Send, team_c: Namespace) -> None:
        feeds = {"type": "JOB", "inputs": [{"type": "JOB", "namespace": "jobs", "name": "first"}]}
        send(run_event(job="thief", job_facets={"lineage": {"entries": [feeds]}}), namespace=team_c)
        assert not Job.objects.get(name="first").is_declared
        send(run_event(job="first"))
        assert (Job.objects.get(name="first").owner.name, Edge.objects.get().kind) == ("team-a", "trigger")

    def test_naming_a_declared_job_leaves_it_as_it_is(self, send: Send, team_c: Namespace) -> None:
        send(run_event(job="first", job_facets=described("mine")))
        feeds = {"type": "JOB", "inputs": [{"type": "JOB", "namespace": "jobs", "name": "first"}]}
        send(run_event(job="other", job_facets={"lineage": {"entries": [feeds]}}), namespace=team_c)
        first = Job.objects.get(name="first")
        assert (first.owner.name, first.description, first.is_declared) == ("team-a", "mine", True)

    def test_a_named_job_of_a_claimed_namespace_waits_for_its_claimant(self, send: Send, team_a: Namespace) -> None:
        third = services.create_namespace(SYSTEM, name="team-t", owners=["t@example.com"])
        claim(team_a, "job", "jobs")
        feeds = {"type": "JOB", "inputs": [{"type": "JOB", "namespace": "jobs", "name": "first"}]}
        event = run_event(job_facets={"lineage": {"entries": [feeds]}})
        event["job"]["namespace"] = "elsewhere"
        send(event, namespace=third)
        assert Job.objects.get(name="first").owner == team_a
        with pytest.raises(projection.Unprojectable):
            send(run_event(job="first"), namespace=third)
