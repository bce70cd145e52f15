"""The small reads that the portal's pages are made of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import overview
from catalog.models import Dataset, Job
from namespaces import services
from namespaces.actors import SYSTEM, Actor
from namespaces.models import Namespace
from tests.catalog.conftest import NOON, Send, dataset, run_event

pytestmark = pytest.mark.django_db


def failed(run: str, *, days_ago: int = 0) -> dict[str, object]:
    now = timezone.now().replace(hour=0, minute=0, second=0) + timedelta(seconds=1) - timedelta(days=days_ago)
    return run_event("FAIL", run=run) | {"eventTime": now.isoformat()}


def test_the_latest_runs_are_those_heard_of_last(send: Send, alice: Actor) -> None:
    send(run_event("START", 0, run="long"), run_event(minute=5, run="short"), run_event("COMPLETE", 9, run="long"))
    assert [run.run_id for run in overview.latest_runs(alice)] == ["long", "short"]
    assert [run.run_id for run in overview.latest_runs(alice, limit=1)] == ["long"]


def test_they_may_be_of_one_job_or_of_those_that_wrote_one_dataset(send: Send, alice: Actor) -> None:
    send(run_event(run="r1", job="j1", outputs=[dataset("a")]), run_event(run="r2", job="j2", inputs=[dataset("a")]))
    of_job = overview.latest_runs(alice, job=Job.objects.get(name="j2"))
    of_dataset = overview.latest_runs(alice, dataset=Dataset.objects.get(name="a"))
    assert ([run.run_id for run in of_job], [run.run_id for run in of_dataset]) == (["r2"], ["r1"])


def test_failed_today_counts_by_namespace_since_midnight(send: Send, alice: Actor, team_a: Namespace) -> None:
    send(failed("one"), failed("two"), failed("old", days_ago=1), run_event(run="fine"))
    assert overview.failed_today(alice) == {team_a.pk: 2}


def test_a_run_that_failed_and_then_ended_well_has_not_failed(send: Send, alice: Actor) -> None:
    later = {**failed("one"), "eventType": "COMPLETE"}
    later["eventTime"] = (timezone.now() + timedelta(minutes=5)).isoformat()
    send(failed("one"), later)
    assert overview.failed_today(alice) == {}


def test_the_newest_event_and_the_counts_are_by_namespace(send: Send, team_a: Namespace, team_c: Namespace) -> None:
    send(run_event(minute=3, outputs=[dataset("a"), dataset("b")]), run_event(minute=7, run="r2"))
    foreign = run_event(minute=1)
    foreign["job"]["namespace"] = "theirs"
    send(foreign, namespace=team_c)
    assert overview.last_event_at(SYSTEM) == {
        team_a.pk: NOON + timedelta(minutes=7),
        team_c.pk: NOON + timedelta(minutes=1),
    }
    assert overview.counts(SYSTEM) == {
        team_a.pk: overview.Counts(datasets=2, jobs=1, runs=2),
        team_c.pk: overview.Counts(datasets=0, jobs=1, runs=1),
    }


def test_a_namespace_has_events_once_one_has_come(send: Send, team_a: Namespace, team_c: Namespace) -> None:
    assert not overview.has_events(team_a.pk)
    send(run_event())
    assert overview.has_events(team_a.pk)
    assert not overview.has_events(team_c.pk)


def test_neighbours_are_one_hop_each_way_restricted_ones_included(send: Send, alice: Actor, team_c: Namespace) -> None:
    send(run_event(job="w", inputs=[dataset("raw")], outputs=[dataset("a")]))
    foreign = run_event(inputs=[dataset("a")], outputs=[dataset("theirs")])
    foreign["job"]["namespace"] = "theirs"
    send(foreign, namespace=team_c)
    found = overview.neighbours(alice, "dataset:db:a")
    assert [node.name for node in found.before] == ["w"]
    assert [(node.kind, node.name, node.restricted) for node in found.behind] == [("job", "", True)]


def test_the_reads_of_the_home_page_are_one_query_each_however_many_namespaces(send: Send) -> None:
    for name in ("one", "two", "three"):
        namespace = services.create_namespace(SYSTEM, name=name, owners=["o@example.com"])
        event = run_event()
        event["job"]["namespace"] = name
        send(event, namespace=namespace)
    for read, queries in ((overview.failed_today, 1), (overview.last_event_at, 1), (overview.counts, 3)):
        with CaptureQueriesContext(connection) as captured:
            read(SYSTEM)
        assert len(captured) == queries
