"""Places the nodes of a lineage graph: data flows to the right, boxes never overlap, the same graph always looks the same.

fast-sugiyama (Rust) finds the order in each layer; where it fails, a few sweeps in Python do, a little less prettily.

Fed by `hubsite.portal.layering`. Feeds `hubsite.portal.graph_svg`.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import fast_sugiyama

from hubsite.portal.layering import Layered, in_layers, neighbours

logger = logging.getLogger(__name__)
for chatty in ("rust-sugiyama", "connected_components"):  # the library tells of each of its steps
    logging.getLogger(chatty).setLevel(logging.WARNING)

BOX_WIDTH, BOX_HEIGHT = 216.0, 48.0
COLUMN_GAP, ROW_GAP = 64.0, 24.0
MARGIN = 16.0
SWEEPS = 8

Point = tuple[float, float]
Rows = dict[int, float]  # vertex -> its place in its layer, in rows
Engine = Callable[[Layered], Rows]


@dataclass(frozen=True, slots=True)
class Layout:
    """`corners` has each node's upper left corner; `routes` the points an arrow passes, source and target included."""

    corners: Mapping[str, Point]
    routes: Mapping[tuple[str, str], tuple[Point, ...]]
    width: float
    height: float


def sugiyama_rows(graph: Layered) -> Rows:
    """Ask the library; its components stand beside each other, so they are put one below the other."""
    rows: Rows = {}
    begin = 0.0
    if not graph.segments:
        return rows
    found = fast_sugiyama.from_edges(graph.segments, vertex_spacing=1, dummy_vertices=False, ranking_type="minimize")
    for places, *_ in sorted(found, key=lambda layout: min(vertex for vertex, _ in layout[0])):
        top = min(x for _, (x, _) in places)
        rows.update({vertex: begin + x - top for vertex, (x, _) in places})
        begin = max(rows.values()) + 1
    return rows


def swept_rows(graph: Layered) -> Rows:
    """Put each vertex at the mean of its neighbours, layer by layer, forth and back."""
    before = neighbours((t, s) for s, t in graph.segments)
    after = neighbours(graph.segments)
    stacks = by_layer(graph)
    rows: Rows = {v: float(i) for stack in stacks for i, v in enumerate(stack)}
    for sweep in range(SWEEPS):
        onward = sweep % 2 == 0
        for stack in stacks if onward else reversed(stacks):
            near = before if onward else after
            means = {v: mean([rows[n] for n in near[v]], rows[v]) for v in stack}
            rows.update({v: float(i) for i, v in enumerate(sorted(stack, key=lambda v: (means[v], v)))})
    tallest = max((len(stack) for stack in stacks), default=0)
    return {v: rows[v] + (tallest - len(stack)) / 2 for stack in stacks for v in stack}


def mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def by_layer(graph: Layered) -> list[list[int]]:
    stacks: defaultdict[int, list[int]] = defaultdict(list)
    for vertex, layer in enumerate(graph.layer_of):
        stacks[layer].append(vertex)
    return [stacks[layer] for layer in sorted(stacks)]


def apart(graph: Layered, rows: Rows) -> Rows:
    """At least one row between the vertices of a layer, whatever the engine said; those it left out go below."""
    below = max(rows.values(), default=-1.0) + 1
    placed: Rows = {}
    for stack in by_layer(graph):
        last = float("-inf")
        for vertex in sorted(stack, key=lambda v: (rows.get(v, below), v)):
            last = placed[vertex] = max(rows.get(vertex, below), last + 1)
    return placed


def rows_of(graph: Layered, engine: Engine) -> Rows:
    try:
        return apart(graph, engine(graph))
    except BaseException as error:  # a panic in Rust is no Exception
        if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        logger.warning("The layout engine failed, sweeping instead: %r", error)
        return apart(graph, swept_rows(graph))


def layout_graph(nodes: Sequence[str], edges: Iterable[tuple[str, str]], *, engine: Engine = sugiyama_rows) -> Layout:
    """Lay out any directed graph; arrows between unknown nodes and from a node to itself are left out."""
    index = {node: i for i, node in enumerate(sorted(set(nodes)))}
    names = list(index)
    graph = in_layers(len(index), [(index[s], index[t]) for s, t in edges if s in index and t in index])
    rows = rows_of(graph, engine)
    top = min(rows.values(), default=0.0)

    def corner(vertex: int) -> Point:
        x = MARGIN + graph.layer_of[vertex] * (BOX_WIDTH + COLUMN_GAP)
        return x, MARGIN + (rows[vertex] - top) * (BOX_HEIGHT + ROW_GAP)

    corners = {name: corner(i) for i, name in enumerate(names)}
    routes = {(names[s], names[t]): route([corner(v) for v in chain]) for (s, t), chain in sorted(graph.chains.items())}
    everything = [corner(v) for v in range(len(graph.layer_of))]
    return Layout(
        corners,
        routes,
        width=max((x for x, _ in everything), default=0.0) + BOX_WIDTH + MARGIN,
        height=max((y for _, y in everything), default=0.0) + BOX_HEIGHT + MARGIN,
    )


def route(corners: Sequence[Point]) -> tuple[Point, ...]:
    """From the side of the source to the side of the target; across a layer between, straight from side to side."""
    onward = corners[0][0] < corners[-1][0]
    near, far = (0.0, BOX_WIDTH) if onward else (BOX_WIDTH, 0.0)
    points = [(x + side, y + BOX_HEIGHT / 2) for x, y in corners for side in (near, far)]
    return tuple(points[1:-1])
