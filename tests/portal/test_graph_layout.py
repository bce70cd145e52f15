"""The layout holds its promises on any graph and with either engine: no overlap, data flows right, always the same."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubsite.portal.graph_layout import (
    BOX_HEIGHT,
    BOX_WIDTH,
    COLUMN_GAP,
    ROW_GAP,
    Engine,
    Layout,
    layout_graph,
    sugiyama_rows,
    swept_rows,
)
from hubsite.portal.layering import Layered

Edges = list[tuple[str, str]]
ENGINES: list[Engine] = [sugiyama_rows, swept_rows]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[str], Edges]:
    nodes = [f"n{i}" for i in range(draw(st.integers(0, 25)))]
    if not nodes:
        return nodes, []
    return nodes, draw(st.lists(st.tuples(st.sampled_from(nodes), st.sampled_from(nodes)), max_size=60))


def overlaps(layout: Layout) -> list[tuple[str, str]]:
    boxes = sorted(layout.corners.items(), key=lambda item: item[1])
    return [
        (a, b)
        for i, (a, (ax, ay)) in enumerate(boxes)
        for b, (bx, by) in boxes[i + 1 :]
        if bx < ax + BOX_WIDTH and abs(by - ay) < BOX_HEIGHT + ROW_GAP
    ]


@pytest.mark.parametrize("engine", ENGINES)
@given(graph=graphs())
@settings(deadline=None)
def test_boxes_never_overlap_and_stay_inside(graph: tuple[list[str], Edges], engine: Engine) -> None:
    layout = layout_graph(*graph, engine=engine)
    assert set(layout.corners) == set(graph[0])
    assert overlaps(layout) == []
    assert all(0 <= x <= layout.width - BOX_WIDTH for x, _ in layout.corners.values())
    assert all(0 <= y <= layout.height - BOX_HEIGHT for _, y in layout.corners.values())


@pytest.mark.parametrize("engine", ENGINES)
@given(graph=graphs())
@settings(deadline=None)
def test_data_flows_right_where_there_is_no_cycle(graph: tuple[list[str], Edges], engine: Engine) -> None:
    nodes, edges = graph
    rank = {node: i for i, node in enumerate(nodes)}
    forward = [(s, t) for s, t in edges if rank[s] < rank[t]]
    layout = layout_graph(nodes, forward, engine=engine)
    assert all(layout.corners[s][0] + BOX_WIDTH + COLUMN_GAP <= layout.corners[t][0] for s, t in forward)


@given(graph=graphs())
@settings(deadline=None)
def test_an_arrow_begins_and_ends_at_the_sides_of_its_boxes(graph: tuple[list[str], Edges]) -> None:
    layout = layout_graph(*graph)
    assert set(layout.routes) == {(s, t) for s, t in graph[1] if s != t}
    for (source, target), points in layout.routes.items():
        (sx, sy), (tx, ty) = layout.corners[source], layout.corners[target]
        onward = sx < tx
        assert points[0] == (sx + BOX_WIDTH * onward, sy + BOX_HEIGHT / 2)
        assert points[-1] == (tx + BOX_WIDTH * (not onward), ty + BOX_HEIGHT / 2)
        assert all((a[0] < b[0]) == onward for a, b in pairwise(points))


@given(graph=graphs(), seed=st.integers())
@settings(deadline=None)
def test_the_same_graph_always_looks_the_same(graph: tuple[list[str], Edges], seed: int) -> None:
    nodes, edges = graph
    shuffled = random.Random(seed)
    other = layout_graph(shuffled.sample(nodes, len(nodes)), shuffled.sample(edges, len(edges)))
    assert other == layout_graph(nodes, edges)


def test_a_failing_engine_is_replaced(caplog: pytest.LogCaptureFixture) -> None:
    class Panic(BaseException):
        """As the Rust library raises."""

    def broken(graph: Layered) -> dict[int, float]:
        raise Panic

    layout = layout_graph(["a", "b", "c"], [("a", "b"), ("a", "c")], engine=broken)
    assert overlaps(layout) == []
    assert "The layout engine failed" in caplog.text


def test_an_engine_that_puts_all_into_one_row_is_corrected() -> None:
    layout = layout_graph(["a", "b", "c"], [("a", "b"), ("a", "c")], engine=lambda _: dict.fromkeys(range(3), 0.0))
    assert overlaps(layout) == []


def test_ctrl_c_is_no_failure_of_the_engine() -> None:
    def interrupted(graph: Layered) -> dict[int, float]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        layout_graph(["a", "b"], [("a", "b")], engine=interrupted)


def test_the_largest_graphs_that_a_page_shows_are_laid_out() -> None:
    nodes = [f"n{i:03}" for i in range(300)]
    everything = [(a, b) for i, a in enumerate(nodes) for b in nodes[i + 1 :]]
    layout = layout_graph(nodes, everything)
    assert len(layout.corners) == 300
    assert len(layout.routes) == len(everything)


def test_sweeps_untangle_a_crossing() -> None:
    nodes = ["a", "b", "c", "d"]
    layout = layout_graph(nodes, [("a", "d"), ("b", "c")], engine=swept_rows)
    (ay, by), (cy, dy) = ((layout.corners[n][1] for n in pair) for pair in ("ab", "cd"))
    assert (ay < by) == (dy < cy)
