"""Which arrows an event declares: by its boundary, and by the explicit lineage facets."""

from __future__ import annotations

from typing import Any

from catalog.projection.reading import Reader
from tests.catalog.conftest import NOON, dataset, run_event

JOB, A, B, C, D = "job:jobs:etl", "dataset:db:a", "dataset:db:b", "dataset:db:c", "dataset:db:d"


def arrows(event: dict[str, Any], job_namespace: str = "") -> set[tuple[str, str]]:
    reader = Reader(event, hub_namespace="team-a", received_at=NOON, job_namespace=job_namespace)
    return {(source.node_id, target.node_id) for source, target in reader.read().pairs}


def entry(name: str, *inputs: Any, **more: Any) -> dict[str, Any]:
    return {"type": "DATASET", "namespace": "db", "name": name, "inputs": list(inputs), **more}


def source(name: str, namespace: str = "db", kind: str = "DATASET") -> dict[str, Any]:
    return {"type": kind, "namespace": namespace, "name": name}


def explicit(*entries: Any, inputs: str = "ab", outputs: str = "cd") -> dict[str, Any]:
    facets = {"lineage": {"entries": list(entries)}}
    return run_event(inputs=[dataset(n) for n in inputs], outputs=[dataset(n) for n in outputs], job_facets=facets)


def test_a_plain_event_goes_through_its_job() -> None:
    event = run_event(inputs=[dataset("a"), dataset("b")], outputs=[dataset("c")])
    assert arrows(event) == {(A, JOB), (B, JOB), (JOB, C)}


def test_explicit_entries_stand_instead_of_the_way_through_the_job() -> None:
    assert arrows(explicit(entry("c", source("a")), entry("d", source("b")))) == {(A, C), (B, D)}


def test_what_no_entry_uses_is_read_and_what_no_entry_fills_is_written() -> None:
    assert arrows(explicit(entry("c", source("a")))) == {(A, C), (B, JOB), (JOB, D)}


def test_an_entry_without_inputs_has_no_upstream_but_the_job_that_writes_it() -> None:
    assert arrows(explicit(entry("c"), inputs="", outputs="c")) == {(JOB, C)}


def test_a_job_without_a_name_is_the_events_own() -> None:
    assert arrows(explicit(entry("c", {"type": "JOB"}), inputs="", outputs="c")) == {(JOB, C)}
    assert arrows(explicit({"type": "JOB", "inputs": [source("a")]}, inputs="a", outputs="")) == {(A, JOB)}


def test_jobs_may_feed_jobs() -> None:
    feeds = {"type": "JOB", "inputs": [source("first", "jobs", "JOB")]}
    assert arrows(explicit(feeds, inputs="", outputs="")) == {("job:jobs:first", JOB)}


def test_fields_count_as_their_dataset() -> None:
    fields = {"total": {"inputs": [source("a") | {"field": "amount"}]}, "odd": None}
    assert arrows(explicit(entry("c", fields=fields), inputs="a", outputs="c")) == {(A, C)}


def test_a_dataset_facet_says_what_feeds_its_dataset() -> None:
    event = run_event(inputs=[dataset("a")], outputs=[dataset("c", lineage={"inputs": [source("a")]})])
    assert arrows(event) == {(A, C)}


def test_a_dataset_event_may_derive_a_dataset_from_others() -> None:
    event = {"eventTime": NOON.isoformat(), "dataset": dataset("c", lineage={"inputs": [source("a"), {"type": "JOB"}]})}
    assert arrows(event) == {(A, C)}


def test_nothing_feeds_itself() -> None:
    assert arrows(explicit(entry("c", source("c")), inputs="", outputs="")) == set()


def test_junk_in_the_facet_costs_nothing_else() -> None:
    odd = [
        None,
        "x",
        {},
        {"type": None},
        {"type": "DATASET"},
        {"type": 7, "name": "x"},
        entry("c", None, {}, source("")),
    ]
    event = explicit(*odd, source("x" * 5000), inputs="a", outputs="c")
    assert arrows(event) == {(A, JOB), (JOB, C)}
    for facet in (None, "x", [], {"entries": None}, {"entries": "x"}):
        event["job"]["facets"]["lineage"] = facet
        assert arrows(event) == {(A, JOB), (JOB, C)}


def test_a_rewritten_job_namespace_stands_wherever_the_event_names_its_own() -> None:
    feeds = {"type": "JOB", "inputs": [source("first", "jobs", "JOB"), source("other", "elsewhere", "JOB")]}
    found = arrows(explicit(feeds, inputs="", outputs=""), job_namespace="team-a")
    assert found == {("job:team-a:first", "job:team-a:etl"), ("job:elsewhere:other", "job:team-a:etl")}
