"""Finds datasets, jobs and runs by name: the closest names first, then the most used.

Fed by catalog.projection.
Feeds the search route and the portal's search page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from django.db.models import Case, Count, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Upper

from catalog.identity import node_uuid
from catalog.models import Dataset, Edge, Job, Run
from catalog.projection.facets import text
from namespaces.actors import Actor

Kind: TypeAlias = Literal["dataset", "job", "run"]
KINDS: tuple[Kind, ...] = ("dataset", "job", "run")
MAX_QUERY = 200
MAX_HITS = 100
CANDIDATES = 200  # of each kind, the closest names; use decides among these


@dataclass(frozen=True, slots=True)
class Hit:
    """`id` is the node id, of a run its run id; `uses` counts the arrows that begin or end there.

    `closeness`: 0 the whole name, 1 its last part, 2 its beginning, 3 some part, 4 something like it.
    """

    kind: Kind
    id: str
    uuid: UUID
    namespace: str
    name: str
    owner: str
    description: str
    last_seen_at: datetime
    closeness: int
    uses: int = 0


def search(
    actor: Actor, q: str, *, kinds: Collection[str] = (), namespaces: Collection[str] = (), limit: int = 50
) -> list[Hit]:
    """What the actor may see and whose name is like `q`. `namespaces` are the hub's or OpenLineage's."""
    q = text(q, MAX_QUERY).strip()
    if not q:
        return []
    wanted = set(kinds) or set(KINDS)
    found: list[Hit] = []
    if "dataset" in wanted:
        found += nodes(actor, Dataset, "dataset", q, namespaces)
    if "job" in wanted:
        found += nodes(actor, Job, "job", q, namespaces)
    if "run" in wanted:
        found += runs(actor, q, namespaces)
    found.sort(key=lambda hit: (hit.closeness, -hit.uses, hit.name, hit.uuid))
    return found[: max(1, min(limit, MAX_HITS))]


def nodes(
    actor: Actor, model: type[Dataset | Job], kind: Literal["dataset", "job"], q: str, namespaces: Collection[str]
) -> Iterator[Hit]:
    rows = model.objects.visible_to(actor).select_related("owner").alias(upper=Upper("name"))
    rows = rows.filter(Q(name__icontains=q) | Q(upper__trigram_word_similar=Upper(Value(q))) | Q(pk=node_uuid(q)))
    if namespaces:
        rows = rows.filter(Q(owner__name__in=namespaces) | Q(namespace__in=namespaces))
    closest = rows.annotate(closeness=closeness(q), uses=arrows("source") + arrows("target"))
    for row in closest.order_by("closeness", "pk")[:CANDIDATES]:
        yield Hit(
            kind, row.node_id, row.pk, row.namespace, row.name, row.owner.name, row.description, row.last_seen_at,
            row.closeness, row.uses,
        )  # fmt: skip


def closeness(q: str) -> Case:
    return Case(
        When(Q(name__iexact=q) | Q(pk=node_uuid(q)), then=0),
        When(Q(name__iendswith=f".{q}") | Q(name__iendswith=f"/{q}"), then=1),
        When(name__istartswith=q, then=2),
        When(name__icontains=q, then=3),
        default=4,
    )


def arrows(end: Literal["source", "target"]) -> Combinable:
    """How many arrows have the node at this end."""
    here = Edge.objects.filter(**{end: OuterRef("pk")}).order_by().values(end)
    return Coalesce(Subquery(here.annotate(n=Count("*")).values("n")), 0)


def runs(actor: Actor, q: str, namespaces: Collection[str]) -> Iterator[Hit]:
    """By run id alone, from its beginning: a run has no name, and its job is found by its own."""
    rows = Run.objects.visible_to(actor).select_related("owner", "job").filter(run_id__startswith=q)
    if namespaces:
        rows = rows.filter(Q(owner__name__in=namespaces) | Q(job__namespace__in=namespaces))
    for row in rows[:CANDIDATES]:
        rank = 0 if row.run_id == q else 2
        yield Hit(
            "run", row.run_id, row.pk, row.job.namespace, row.run_id, row.owner.name, row.job.name, row.last_event_at,
            rank,
        )  # fmt: skip
