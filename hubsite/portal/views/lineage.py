"""Lineage: what depends on what? The graph as a picture, the same as a list, and the picture as a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from catalog.graph import Direction, Graph, GraphNode, graph_of
from catalog.models import Dataset, Job
from hubsite.portal.graph_svg import DrawnNode, draw
from hubsite.portal.links import link_of
from hubsite.portal.pages import page
from namespaces.errors import Invalid
from namespaces.requests import ActorRequest

DIRECTIONS: Mapping[Direction, str] = {"both": "both ways", "upstream": "upstream", "downstream": "downstream"}
DEPTHS = (1, 2, 3, 4, 6, 10)
DEFAULT_DEPTH = 2
LATEST = 20
STYLES = ("tokens.css", "graph.css")


@dataclass(frozen=True, slots=True)
class Question:
    node: str
    depth: int
    direction: Direction


@dataclass(frozen=True, slots=True)
class Line:
    """One node in words: what it feeds stands below it."""

    number: int
    node: GraphNode
    link: str
    feeds: Sequence[GraphNode]


def question_of(request: ActorRequest) -> Question:
    depth, asked = request.GET.get("depth", str(DEFAULT_DEPTH)), request.GET.get("direction", "both")
    if not depth.isdecimal() or int(depth) not in range(1, max(DEPTHS) + 1):
        raise Invalid(f"depth must be a number from 1 to {max(DEPTHS)}.")
    direction = next((direction for direction in DIRECTIONS if direction == asked), None)
    if direction is None:
        raise Invalid(f"direction must be one of {', '.join(DIRECTIONS)}.")
    return Question(request.GET.get("node", ""), int(depth), direction)


def graph_for(request: ActorRequest, question: Question) -> Graph:
    return graph_of(request.actor, question.node, depth=question.depth, direction=question.direction)


@page
def lineage(request: ActorRequest) -> HttpResponse:
    question = question_of(request)
    if not question.node:
        return render(request, "pages/lineage_start.html", {"nodes": latest_nodes(request)})
    graph = graph_for(request, question)
    focus = graph.nodes[0]
    context = {
        "question": question,
        "focus": focus,
        "focus_link": link_of(focus),
        "graph": graph,
        "picture": draw(graph.nodes, graph.edges, focus=focus.id, link=link_of),
        "lines": lines_of(graph),
        "depths": DEPTHS,
        "directions": DIRECTIONS,
    }
    return render(request, "pages/lineage.html", context)


@page
def download(request: ActorRequest) -> HttpResponse:
    """The picture with its own style sheet and absolute links, as a file."""
    question = question_of(request)
    graph = graph_for(request, question)

    def absolute(node: DrawnNode) -> str:
        address = link_of(node)
        return request.build_absolute_uri(address) if address else ""

    svg = draw(graph.nodes, graph.edges, focus=graph.nodes[0].id, link=absolute, css=own_css())
    headers = {"Content-Disposition": 'attachment; filename="lineage.svg"'}
    return HttpResponse(svg, content_type="image/svg+xml", headers=headers)


@cache
def own_css() -> str:
    folder = settings.BASE_DIR / "templates" / "static" / "hub"
    return "".join((folder / name).read_text() for name in STYLES)


def lines_of(graph: Graph) -> list[Line]:
    nodes: Mapping[str, GraphNode] = {node.id: node for node in graph.nodes}
    feeds: defaultdict[str, list[GraphNode]] = defaultdict(list)
    for edge in graph.edges:
        feeds[edge.source].append(nodes[edge.target])
    return [Line(i, node, link_of(node), feeds[node.id]) for i, node in enumerate(graph.nodes)]


def latest_nodes(request: ActorRequest) -> list[Dataset | Job]:
    """Where to begin when no node was asked for: what was heard of last."""
    newest = [
        node
        for kind in (Dataset, Job)
        for node in kind.objects.visible_to(request.actor).select_related("owner").order_by("-last_seen_at")[:LATEST]
    ]
    return sorted(newest, key=lambda node: node.last_seen_at, reverse=True)[:LATEST]
