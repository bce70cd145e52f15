"""Draws a lineage graph as SVG: classes only, so that its colours follow the page from light to dark.

Fed by `catalog.graph` and `hubsite.portal.graph_layout`. Feeds the lineage page and its download.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Protocol

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from hubsite.portal.graph_layout import BOX_HEIGHT, BOX_WIDTH, Layout, Point, layout_graph
from hubsite.portal.words import fitted

TIP = 14.0  # how far a job's box is pointed
TEXT_X, TEXT_WIDTH = 44.0, BOX_WIDTH - 44.0 - 18.0
NAME_PX, NAMESPACE_PX = 13, 11
ROUNDED = f"M10 0H{BOX_WIDTH - 10:g}a10 10 0 0 1 10 10v28a10 10 0 0 1-10 10H10a10 10 0 0 1-10-10V10a10 10 0 0 1 10-10z"
POINTED = (
    f"M{TIP:g} 0H{BOX_WIDTH - TIP:g}L{BOX_WIDTH:g} {BOX_HEIGHT / 2:g}L{BOX_WIDTH - TIP:g} {BOX_HEIGHT:g}"
    f"H{TIP:g}L0 {BOX_HEIGHT / 2:g}z"
)
CYLINDER = "M20 17v14c0 1.7 3.6 3 8 3s8-1.3 8-3V17M20 17c0 1.7 3.6 3 8 3s8-1.3 8-3-3.6-3-8-3-8 1.3-8 3zM20 24c0 1.7 3.6 3 8 3s8-1.3 8-3"  # fmt: skip
PLAY = "M28 15a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM25.500 20.200l6 3.800-6 3.800z"
LOCK = "M22 23h12v9H22zM24.500 23v-3a3.500 3.500 0 0 1 7 0v3"


class DrawnNode(Protocol):
    """What the picture needs to know of a node; `catalog.graph.GraphNode` has it."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def namespace(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def restricted(self) -> bool: ...


class DrawnEdge(Protocol):
    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def kind(self) -> str: ...


Link = Callable[[DrawnNode], str]  # the address of a node's page; "" where there is none to see


def draw(
    nodes: Sequence[DrawnNode], edges: Sequence[DrawnEdge], *, focus: str, link: Link, css: str = ""
) -> SafeString:
    """One `<svg>` element. `css` makes it stand alone, for a file; in a page the page's own style sheet applies."""
    layout = layout_graph([n.id for n in nodes], [(e.source, e.target) for e in edges])
    number = {node.id: i for i, node in enumerate(nodes)}
    style = format_html("<style>{}</style>", mark_safe(css)) if css else ""  # noqa: S308 -- our own file
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="graph" viewBox="0 0 {w} {h}" width="{w}" height="{h}"'
        ' aria-hidden="true">{style}<defs>{head}{head_on}</defs><g class="world"><g>{edges}</g><g>{nodes}</g></g></svg>',
        w=f"{layout.width:g}",
        h=f"{layout.height:g}",
        style=style,
        head=arrow_head("head"),
        head_on=arrow_head("head-on"),
        edges=format_html_join("", "{}", ((draw_edge(e, layout, number),) for e in edges)),
        nodes=format_html_join("", "{}", ((draw_node(n, layout, number, focus, link),) for n in nodes)),
    )


def arrow_head(name: str) -> SafeString:
    return format_html(
        '<marker id="{0}" class="{0}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
        ' markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.500L7.500 4L0 7.500z"/></marker>',
        name,
    )


def draw_edge(edge: DrawnEdge, layout: Layout, number: dict[str, int]) -> SafeString:
    points = layout.routes.get((edge.source, edge.target))
    if points is None:  # a node that feeds itself: the list beside the picture says so
        return SafeString("")
    return format_html(
        '<path class="edge edge-{}" data-from="{}" data-to="{}" marker-end="url(#head)" d="{}"/>',
        edge.kind,
        number[edge.source],
        number[edge.target],
        curve(points),
    )


def curve(points: Sequence[Point]) -> str:
    """Leaves and enters each column level: an S between two columns, straight across one."""
    said = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        middle = (x0 + x1) / 2
        said.append(f"H{x1:g}" if y0 == y1 else f"C{middle:g} {y0:g} {middle:g} {y1:g} {x1:g} {y1:g}")
    return "".join(said)


def draw_node(node: DrawnNode, layout: Layout, number: dict[str, int], focus: str, link: Link) -> SafeString:
    x, y = layout.corners[node.id]
    address = link(node)
    return format_html(
        '<a class="node node-{kind}{more}" data-node="{number}" transform="translate({x} {y})"{href} tabindex="-1">'
        '<title>{title}</title><path class="box" d="{box}"/><path class="icon" d="{icon}"/>{text}</a>',
        kind=node.kind,
        more=(" is-restricted" if node.restricted else "") + (" is-focus" if node.id == focus else ""),
        number=number[node.id],
        x=f"{x:g}",
        y=f"{y:g}",
        href=format_html(' href="{}"', address) if address else "",
        title=title_of(node),
        box=ROUNDED if node.kind == "dataset" else POINTED,
        icon=LOCK if node.restricted else CYLINDER if node.kind == "dataset" else PLAY,
        text=text_of(node),
    )


def title_of(node: DrawnNode) -> str:
    if node.restricted:
        return f"A {node.kind} that you may not see"
    return f"{node.kind} {node.name}\n{node.namespace}"


def text_of(node: DrawnNode) -> SafeString:
    if node.restricted:
        return format_html('<text class="name" x="{}" y="29">restricted</text>', TEXT_X)
    return format_html(
        '<text class="name" x="{x}" y="22">{name}</text><text class="where" x="{x}" y="37">{where}</text>',
        x=TEXT_X,
        name=fitted(node.name, TEXT_WIDTH, NAME_PX),
        where=fitted(node.namespace, TEXT_WIDTH, NAMESPACE_PX),
    )
