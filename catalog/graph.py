"""Walks the graph level by level, as far as the actor may see.

What the actor may not see is shown as a restricted node: its kind, and an id that tells nothing but is the same each
time. The walk goes up to such a node and never past it: what lies behind would tell of its owner's pipelines. So an
arrow is shown only where the actor sees one of its ends, and two restricted nodes are never joined.

Fed by catalog.projection.
Feeds the graph route, the portal's lineage page and catalog.overview.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from django.db.models import Q
from django.utils.crypto import salted_hmac

from catalog.identity import dataset_node, job_node, node_uuid
from catalog.models import Dataset, Edge, EdgeKind, Job
from namespaces.actors import Actor
from namespaces.errors import NotFound

MAX_DEPTH = 20
MAX_NODES = 300
MAX_EDGES_PER_LEVEL = 10_000
Direction: TypeAlias = Literal["both", "upstream", "downstream"]
NodeKind: TypeAlias = Literal["dataset", "job"]
Arrow: TypeAlias = tuple[UUID, UUID, str]
# What stands at each end of an arrow follows from its kind: a restricted node's kind needs no look at its row.
ENDS: dict[str, tuple[NodeKind, NodeKind]] = {
    EdgeKind.READ: ("dataset", "job"),
    EdgeKind.WRITE: ("job", "dataset"),
    EdgeKind.DERIVE: ("dataset", "dataset"),
    EdgeKind.TRIGGER: ("job", "job"),
}


@dataclass(frozen=True, slots=True)
class GraphNode:
    """`owner` is the name of the hub namespace. A restricted node has neither names nor `uuid`."""

    id: str
    kind: NodeKind
    namespace: str = ""
    name: str = ""
    owner: str = ""
    uuid: UUID | None = None
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """From node id to node id, as the data flows."""

    source: str
    target: str
    kind: str


@dataclass(frozen=True, slots=True)
class Graph:
    """The asked node is the first. `truncated`: there is more than the limit lets show."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    truncated: bool


def graph_of(
    actor: Actor, node_id: str, *, depth: int = 2, direction: Direction = "both", limit: int = MAX_NODES
) -> Graph:
    """Everything at most `depth` arrows away. Raises NotFound for a node the actor cannot see."""
    root = node_uuid(node_id)
    kind: NodeKind = "job" if node_id.startswith("job:") else "dataset"
    nodes = look_up(actor, {root: kind})
    if nodes[root].restricted:
        raise NotFound(f"There is no node {node_id!r} that you can see. Node ids look like dataset:namespace:name.")
    walk = Walk(actor, nodes, limit=max(1, min(limit, MAX_NODES)))
    for _ in range(max(0, min(depth, MAX_DEPTH))):
        if not walk.step(direction):
            break
    return walk.graph()


class Walk:
    """A breadth-first walk: three queries a level, however wide."""

    def __init__(self, actor: Actor, nodes: dict[UUID, GraphNode], *, limit: int) -> None:
        self._actor = actor
        self._nodes = nodes
        self._arrows: set[Arrow] = set()
        self._frontier: Collection[UUID] = tuple(nodes)
        self._limit = limit
        self._truncated = False

    def step(self, direction: Direction) -> bool:
        """Go one level further; False when there is nothing further to go to."""
        arrows, is_cut = arrows_at(self._frontier, direction)
        ends = {end: kind for arrow in arrows for end, kind in zip(arrow[:2], ENDS[arrow[2]], strict=True)}
        room = self._limit - len(self._nodes)
        new = sorted(end for end in ends if end not in self._nodes)
        self._truncated |= is_cut or len(new) > room
        found = look_up(self._actor, {end: ends[end] for end in new[:room]})
        self._nodes |= found
        self._arrows |= arrows
        self._frontier = tuple(end for end, node in found.items() if not node.restricted)
        return bool(self._frontier)

    def graph(self) -> Graph:
        kept = sorted(arrow for arrow in self._arrows if arrow[0] in self._nodes and arrow[1] in self._nodes)
        edges = (GraphEdge(self._nodes[source].id, self._nodes[target].id, kind) for source, target, kind in kept)
        return Graph(tuple(self._nodes.values()), tuple(edges), self._truncated)


def arrows_at(nodes: Collection[UUID], direction: Direction) -> tuple[set[Arrow], bool]:
    """The arrows that begin or end at any of the nodes, and whether there are more than anyone can look at."""
    down, up = Q(source__in=nodes), Q(target__in=nodes)
    touching = {"both": down | up, "downstream": down, "upstream": up}[direction]
    rows = Edge.objects.filter(touching).order_by("source", "target").values_list("source", "target", "kind")
    found = list(rows[: MAX_EDGES_PER_LEVEL + 1])
    return set(found[:MAX_EDGES_PER_LEVEL]), len(found) > MAX_EDGES_PER_LEVEL


def look_up(actor: Actor, kinds: dict[UUID, NodeKind]) -> dict[UUID, GraphNode]:
    """The nodes as the actor sees them; absent and invisible ones look the same."""
    seen = dict([*visible(actor, Dataset, "dataset", kinds), *visible(actor, Job, "job", kinds)])
    return {pk: seen.get(pk) or restricted(pk, kind) for pk, kind in kinds.items()}


def visible(
    actor: Actor, model: type[Dataset | Job], kind: NodeKind, kinds: dict[UUID, NodeKind]
) -> Iterable[tuple[UUID, GraphNode]]:
    wanted = [pk for pk in kinds if kinds[pk] == kind]
    rows = model.objects.visible_to(actor).filter(pk__in=wanted)
    node_id = dataset_node if kind == "dataset" else job_node
    for pk, namespace, name, owner in rows.values_list("pk", "namespace", "name", "owner__name"):
        yield pk, GraphNode(node_id(namespace, name), kind, namespace, name, owner, pk)


def restricted(pk: UUID, kind: NodeKind) -> GraphNode:
    digest = salted_hmac("catalog.restricted", str(pk), algorithm="sha256").hexdigest()
    return GraphNode(f"restricted:{digest[:32]}", kind, restricted=True)
