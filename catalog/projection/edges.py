"""Which arrows an event declares: pairs of nodes in the direction in which data flows.

The explicit `lineage` facets (of a job: `entries`; of a dataset: `inputs`, `fields`) say exactly what flows where. What
they leave open follows from the event's boundary, as their proposal lays down: an input that no entry uses is read by
the event's job, an output that no entry fills is written by it. Without such facets that is all of them, so one rule
serves both. Never inputs times outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from catalog.projection.facets import items, members
from catalog.projection.nodes import Ref

Pair: TypeAlias = tuple[Ref, Ref]
MakeRef: TypeAlias = Callable[[str, Mapping[str, Any]], Ref]


def pairs(job: Ref | None, inputs: Iterable[Ref], outputs: Iterable[Ref], explicit: Iterable[Pair]) -> set[Pair]:
    """All arrows of an event; a node that feeds itself is no arrow."""
    declared = {(source, target) for source, target in explicit if source != target}
    used, filled = {source for source, _ in declared}, {target for _, target in declared}
    if job is not None:
        declared |= {(dataset, job) for dataset in inputs if dataset not in used}
        declared |= {(job, dataset) for dataset in outputs if dataset not in filled}
    return declared


def of_job_facet(facet: object, job: Ref, make_ref: MakeRef) -> Iterator[Pair]:
    for entry in items(members(facet).get("entries")):
        if target := end(entry, job, make_ref):
            yield from of_inputs(entry, target, job, make_ref)


def of_inputs(holder: object, target: Ref, job: Ref | None, make_ref: MakeRef) -> Iterator[Pair]:
    """What flows into the target: as a whole, and into its fields."""
    holder = members(holder)
    sources = items(holder.get("inputs"))
    for field in members(holder.get("fields")).values():
        sources += items(members(field).get("inputs"))
    for source in sources:
        if found := end(source, job, make_ref):
            yield found, target


def end(entry: Mapping[str, Any], job: Ref | None, make_ref: MakeRef) -> Ref | None:
    """The node at one end of an arrow; a job without a name is the event's own. None for what cannot be read."""
    kind = {"DATASET": "dataset", "JOB": "job"}.get(str(entry.get("type")).upper())
    if kind is None:
        return None
    if kind == "job" and not entry.get("namespace") and not entry.get("name"):
        return job
    ref = make_ref(kind, entry)
    return ref if ref.is_storable else None
