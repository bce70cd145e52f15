"""The discovery routes: what exists, what ran, what depends on what. All reads go through `visible_to`.

A stranger's object is answered like one that does not exist. A key needs the scope `read`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q
from ninja import Query, Router

from catalog import graph as graphs
from catalog.models import Dataset, Job, Run, RunInput, RunOutput
from catalog.pages import BY_NAME, NEWEST_FIRST
from catalog.querysets import OwnedQuerySet
from catalog.schemas import (
    DatasetOut,
    DatasetPage,
    GraphOut,
    GraphQuery,
    HitList,
    JobDetail,
    JobPage,
    ListQuery,
    RunDetail,
    RunPage,
    SearchQuery,
)
from catalog.search import search as search_catalog
from namespaces.actors import Actor
from namespaces.errors import Forbidden, NotFound
from namespaces.pages import Page, page_of
from namespaces.requests import ActorRequest, somebody

MAX_EVENTS = 1_000  # of one run, the newest


def reader(request: ActorRequest) -> Actor:
    """The router's `auth`: somebody, and when it is a key, one with the scope `read`."""
    actor = somebody(request)
    if not actor.has_scope("read"):
        raise Forbidden("The key lacks the scope 'read'. Issue one that has it.", code="insufficient_scope")
    return actor


router = Router(tags=["discovery"], auth=reader)


def nodes(model: type[Dataset | Job], actor: Actor, query: ListQuery) -> Page[Any]:
    rows = model.objects.visible_to(actor).select_related("owner")
    if query.namespace:
        rows = rows.filter(Q(owner__name=query.namespace) | Q(namespace=query.namespace))
    if query.q:
        rows = rows.filter(name__icontains=query.q)
    return page_of(rows, BY_NAME, cursor=query.cursor, limit=query.limit)


def one(rows: OwnedQuerySet, pk: UUID, kind: str) -> Any:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound(f"There is no such {kind} that you can see.")
    return found


@router.get("/datasets", response=DatasetPage, summary="The datasets you can see, by name")
def list_datasets(request: ActorRequest, query: Query[ListQuery]) -> Page[Any]:
    return nodes(Dataset, request.actor, query)


@router.get("/datasets/{dataset_id}", response=DatasetOut, summary="One dataset")
def get_dataset(request: ActorRequest, dataset_id: UUID) -> Any:
    return one(Dataset.objects.visible_to(request.actor).select_related("owner"), dataset_id, "dataset")


@router.get("/jobs", response=JobPage, summary="The jobs you can see, by name")
def list_jobs(request: ActorRequest, query: Query[ListQuery]) -> Page[Any]:
    return nodes(Job, request.actor, query)


@router.get("/jobs/{job_id}", response=JobDetail, summary="One job")
def get_job(request: ActorRequest, job_id: UUID) -> Any:
    return one(Job.objects.visible_to(request.actor).select_related("owner"), job_id, "job")


@router.get("/runs", response=RunPage, summary="The runs you can see, newest first")
def list_runs(request: ActorRequest, query: Query[ListQuery]) -> Page[Any]:
    rows = Run.objects.visible_to(request.actor).select_related("job", "owner")
    if query.namespace:
        rows = rows.filter(Q(owner__name=query.namespace) | Q(job__namespace=query.namespace))
    if query.q:
        rows = rows.filter(Q(job__name__icontains=query.q) | Q(run_id=query.q))
    return page_of(rows, NEWEST_FIRST, cursor=query.cursor, limit=query.limit)


@router.get(
    "/runs/{run_id}", response=RunDetail, summary="One run, by the id in the list: with its datasets and events"
)
def get_run(request: ActorRequest, run_id: UUID) -> Any:
    run = one(Run.objects.visible_to(request.actor).select_related("job", "owner"), run_id, "run")
    inputs, outputs = list(run.inputs.all()), list(run.outputs.all())
    seen = graphs.look_up(request.actor, dict.fromkeys((row.dataset_id for row in (*inputs, *outputs)), "dataset"))
    run.shown_inputs, run.shown_outputs = named(inputs, seen), named(outputs, seen)
    run.shown_events = run.events.order_by("-event_time", "-id")[:MAX_EVENTS]
    return run


def named(rows: Iterable[RunInput | RunOutput], seen: Mapping[UUID, graphs.GraphNode]) -> list[dict[str, Any]]:
    """The datasets of a run, as the actor may see them."""
    pairs = sorted(((seen[row.dataset_id], row.statistics) for row in rows), key=lambda pair: pair[0].id)
    return [
        {
            "node": node.id,
            "namespace": node.namespace,
            "name": node.name,
            "restricted": node.restricted,
            "statistics": statistics,
        }
        for node, statistics in pairs
    ]


@router.get("/graph", response=GraphOut, by_alias=True, summary="What depends on what, around one node")
def get_graph(request: ActorRequest, query: Query[GraphQuery]) -> graphs.Graph:
    return graphs.graph_of(request.actor, query.node, depth=query.depth, direction=query.direction)


@router.get("/search", response=HitList, summary="Where is it: by name, the closest first, then the most used")
def search(request: ActorRequest, query: Query[SearchQuery]) -> Any:
    hits = search_catalog(request.actor, query.q, kinds=query.kind, namespaces=query.namespace, limit=query.limit)
    return {"items": hits}
