"""Small reads for the portal's pages, each one query whatever the number of namespaces.

Fed by catalog.projection.
Feeds the portal's home and namespace pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max
from django.utils import timezone

from catalog.graph import GraphNode, graph_of
from catalog.models import Dataset, Job, Run, RunState
from namespaces.actors import Actor


@dataclass(frozen=True, slots=True)
class Neighbours:
    """One hop each way; `before` feeds the node, `behind` is fed by it. Restricted nodes are among them."""

    before: tuple[GraphNode, ...]
    behind: tuple[GraphNode, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    datasets: int = 0
    jobs: int = 0
    runs: int = 0


def latest_runs(actor: Actor, *, job: Job | None = None, dataset: Dataset | None = None, limit: int = 20) -> list[Run]:
    """What was heard of last: of all, of one job, or of the runs that wrote one dataset."""
    runs = Run.objects.visible_to(actor).select_related("job", "owner")
    if job is not None:
        runs = runs.filter(job=job)
    if dataset is not None:
        runs = runs.filter(outputs__dataset=dataset)
    return list(runs.order_by("-last_event_at", "-id")[:limit])


def failed_today(actor: Actor) -> dict[int, int]:
    """Runs that failed since midnight UTC, by the id of the namespace; one without any is absent."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    failed = Run.objects.visible_to(actor).filter(state=RunState.FAIL, state_at__gte=midnight)
    return dict(failed.order_by().values_list("owner_id").annotate(n=Count("pk")))


def last_event_at(actor: Actor) -> dict[int, datetime]:
    """Event time of the newest event of any run, by the id of the namespace."""
    return dict(Run.objects.visible_to(actor).order_by().values_list("owner_id").annotate(at=Max("last_event_at")))


def counts(actor: Actor) -> dict[int, Counts]:
    """How much each namespace has, by its id: three queries."""
    numbers = [
        dict(model.objects.visible_to(actor).order_by().values_list("owner_id").annotate(n=Count("pk")))
        for model in (Dataset, Job, Run)
    ]
    return {pk: Counts(*(of_kind.get(pk, 0) for of_kind in numbers)) for pk in set().union(*numbers)}


def has_events(namespace_id: int) -> bool:
    """Whether anything of the namespace has arrived: for the page that waits for the first event."""
    return Job.objects.filter(owner_id=namespace_id).exists() or Dataset.objects.filter(owner_id=namespace_id).exists()


def neighbours(actor: Actor, node_id: str) -> Neighbours:
    """What stands directly before and behind a node; NotFound when the actor cannot see it."""
    graph = graph_of(actor, node_id, depth=1)
    nodes = {node.id: node for node in graph.nodes}
    return Neighbours(
        before=tuple(nodes[edge.source] for edge in graph.edges if edge.target == node_id),
        behind=tuple(nodes[edge.target] for edge in graph.edges if edge.source == node_id),
    )
