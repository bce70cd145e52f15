"""Events that name the same nodes at the same time: none fails, none is lost, nothing deadlocks."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from uuid import UUID

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from catalog.models import Dataset, Edge, Job, Run
from catalog.projection.rows import locked
from namespaces.models import Namespace
from tests.catalog.conftest import NOON, Send, dataset, run_event, schema, tables

THREADS, ROUNDS = 4, 6


@pytest.mark.django_db(transaction=True)
def test_events_that_share_their_nodes_may_be_applied_at_once(send: Send) -> None:
    """Each thread names the same datasets in an order of its own, half of them new in each round."""
    start = Barrier(THREADS)

    def work(thread: int) -> None:
        order = random.Random(thread)
        for number in range(ROUNDS):
            start.wait(timeout=30)
            names = [f"d{n}" for n in range(8)] + [f"d{number}-{n}" for n in range(8)]
            order.shuffle(names)
            named = [dataset(name, schema=schema("id:int")) for name in names]
            job, run = f"job{thread % 2}", f"run-{number}"
            send(run_event(minute=number, job=job, run=run, inputs=named[:8], outputs=named[8:]))

    at_once(work, range(THREADS))
    assert (Dataset.objects.count(), Job.objects.count(), Run.objects.count()) == (8 + 8 * ROUNDS, 2, ROUNDS)
    assert Edge.objects.count() >= Dataset.objects.count()
    assert all(row.fields for row in Dataset.objects.all())


@pytest.mark.django_db(transaction=True)
def test_the_same_event_at_once_is_taken_in_once(send: Send) -> None:
    event, start = run_event(inputs=[dataset("a")], outputs=[dataset("b")]), Barrier(THREADS)

    def work(_: int) -> None:
        start.wait(timeout=30)
        send(event, event_id="same")

    at_once(work, range(THREADS))
    assert {name: len(rows) for name, rows in tables().items()} == {
        "Dataset": 2, "Job": 1, "Run": 1, "RunEvent": 1, "RunInput": 1, "RunOutput": 1, "Edge": 2,
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_two_that_read_and_write_one_row_neither_undoes_the_other(team_a: Namespace) -> None:
    """The second comes after the first has read the row and before it has written it: it must wait for that."""
    is_read, may_write = Event(), Event()

    def first() -> None:
        with transaction.atomic(), locked(Dataset, [blank(0, team_a)]) as rows:
            is_read.set()
            assert may_write.wait(timeout=60)
            rows[UUID(int=0)].tags = [*rows[UUID(int=0)].tags, "first"]

    def second() -> None:
        assert is_read.wait(timeout=30)
        with transaction.atomic(), locked(Dataset, [blank(0, team_a)]) as rows:
            rows[UUID(int=0)].tags = [*rows[UUID(int=0)].tags, "second"]

    blank(0, team_a).save()
    with ThreadPoolExecutor(2) as pool:
        works = [pool.submit(closing(work)) for work in (first, second)]
        try:
            wait_until_someone_waits_for_a_lock()
        finally:
            may_write.set()
        for work in works:
            work.result(timeout=60)
    assert Dataset.objects.get().tags == ["first", "second"]


@pytest.mark.django_db(transaction=True)
def test_rows_made_at_once_in_opposite_orders_do_not_deadlock(team_a: Namespace) -> None:
    start = Barrier(2)

    def work(step: int) -> None:
        blanks = [blank(number, team_a) for number in range(3_000)]
        start.wait(timeout=30)
        with transaction.atomic(), locked(Dataset, blanks[::step]) as rows:
            assert list(rows) == sorted(rows)

    at_once(work, (1, -1))
    assert Dataset.objects.count() == 3_000


def blank(number: int, owner: Namespace) -> Dataset:
    return Dataset(
        id=UUID(int=number), namespace="db", name=str(number), owner=owner, first_seen_at=NOON, last_seen_at=NOON
    )


def at_once(work: Callable[[int], None], values: Iterable[int]) -> None:
    """Each value in a thread of its own; what one raises is raised here."""
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(closing(work), value) for value in values]:
            done.result(timeout=120)


def closing(work: Callable[..., None]) -> Callable[..., None]:
    """In a thread of its own, work has connections of its own."""

    def closed(*values: object) -> None:
        try:
            work(*values)
        finally:
            connections.close_all()

    return closed


def wait_until_someone_waits_for_a_lock() -> None:
    asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    deadline = time.monotonic() + 15
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(asked)
            if cursor.fetchone()[0]:
                return
            Event().wait(0.01)
    pytest.fail("Nobody waits for the row.")


@pytest.mark.django_db
def test_an_event_costs_the_same_number_of_queries_however_many_datasets_it_names(send: Send) -> None:
    def queries(count: int, run: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            send(run_event(run=run, inputs=[dataset(f"{run}-{n}") for n in range(count)], outputs=[dataset(run)]))
        return len(captured)

    queries(1, "warm")
    assert queries(1, "one") == queries(200, "many") <= 25
