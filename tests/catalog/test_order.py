"""Whatever the order in which a run's events arrive, and however often: the tables are the same."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.projection.statements import newest
from namespaces.models import Namespace
from tests.catalog.conftest import Send, Tables, dataset, run_event, schema, tables

pytestmark = pytest.mark.django_db
RUN = "0190a7c4-9f6c-7a53-8b2a-5d8e8f1f2a3b"

TEXTS = st.sampled_from(["", "one", "two"])
COLUMNS = st.lists(st.sampled_from(["id", "id:int", "id:text", "at:date", "at"]), max_size=3)


@st.composite
def datasets(draw: st.DrawFn) -> dict[str, Any]:
    facets = {"schema": schema(*draw(COLUMNS)), "documentation": {"description": draw(TEXTS)}}
    if draw(st.booleans()):
        facets["documentation"] = {"_deleted": True}
    return {
        **dataset(draw(st.sampled_from("abc")), **facets),
        "outputFacets": {"outputStatistics": {"rowCount": draw(st.integers(0, 2))}},
    }


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    inputs, outputs = draw(st.lists(datasets(), max_size=2)), draw(st.lists(datasets(), max_size=2))
    facets: dict[str, Any] = {"errorMessage": {"message": draw(TEXTS)}}
    parent = {"run": {"runId": draw(TEXTS)}, "job": {"namespace": "dags", "name": "dag"}}
    event = run_event(
        draw(st.sampled_from(["START", "RUNNING", "COMPLETE", "FAIL", "ABORT", "OTHER", None])),
        draw(st.integers(0, 3)),
        run=RUN,
        job=draw(st.sampled_from(["etl", "elt"])),
        job_facets={"sql": {"query": draw(TEXTS)}},
        run_facets={**facets, "parent": parent} if draw(st.booleans()) else facets,
        inputs=inputs,
        outputs=outputs,
    )
    if draw(st.booleans()):
        entry = {"type": "DATASET", "namespace": "db", "name": "c", "inputs": [{"type": "DATASET", **dataset("a")}]}
        event["job"]["facets"]["lineage"] = {"entries": [entry]}
    return event


def tables_after(send: Send, arrivals: list[tuple[int, dict[str, Any]]]) -> Tables:
    with transaction.atomic():
        for number, event in arrivals:
            send(event, event_id=f"event-{number}")
        found = tables()
        transaction.set_rollback(True)
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(events(), min_size=2, max_size=4), data=st.data())
def test_any_order_and_any_repetition_gives_the_same_tables(send: Send, told: list[Any], data: st.DataObject) -> None:
    arrivals = list(enumerate(told))
    shuffled = data.draw(st.permutations(arrivals))
    again = data.draw(st.lists(st.sampled_from(arrivals), max_size=2))
    assert tables_after(send, arrivals) == tables_after(send, [*shuffled, *again])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(events(), min_size=2, max_size=3), data=st.data())
def test_nor_does_it_matter_what_a_stranger_had_said_before(
    send: Send, team_c: Namespace, told: list[Any], data: st.DataObject
) -> None:
    send(run_event(job="s", minute=2, inputs=[dataset("a", documentation={"description": "x"})]), namespace=team_c)
    arrivals = list(enumerate(told))
    assert tables_after(send, arrivals) == tables_after(send, data.draw(st.permutations(arrivals)))


STATEMENTS = st.dictionaries(
    st.sampled_from("abc"), st.tuples(st.sampled_from(["2026", "2027"]), st.integers(0, 2)).map(list), max_size=3
)


@given(STATEMENTS, STATEMENTS, STATEMENTS)
def test_the_newest_of_statements_needs_no_order(one: Any, two: Any, three: Any) -> None:
    assert newest((one, two)) == newest((two, one))
    assert newest((newest((one, two)), three)) == newest((one, newest((two, three))))
    assert newest((one, one)) == one
