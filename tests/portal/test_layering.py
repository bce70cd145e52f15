"""Any graph that strangers send comes into layers: no cycle, no self-loop, each piece one layer long."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hubsite.portal.layering import acyclic, in_layers


@st.composite
def digraphs(draw: st.DrawFn, *, most: int = 30) -> tuple[int, list[tuple[int, int]]]:
    """With cycles, self-loops, doubles, islands."""
    size = draw(st.integers(0, most))
    vertex = st.integers(0, max(0, size - 1))
    return size, draw(st.lists(st.tuples(vertex, vertex), max_size=3 * size)) if size else []


@given(digraphs())
def test_every_segment_goes_to_the_next_layer(graph: tuple[int, list[tuple[int, int]]]) -> None:
    layered = in_layers(*graph)
    assert all(layered.layer_of[t] - layered.layer_of[s] == 1 for s, t in layered.segments)


@given(digraphs())
def test_every_arrow_but_self_loops_is_a_chain_between_its_ends(graph: tuple[int, list[tuple[int, int]]]) -> None:
    size, arrows = graph
    layered = in_layers(size, arrows)
    assert set(layered.chains) == {(s, t) for s, t in arrows if s != t}
    for (source, target), chain in layered.chains.items():
        assert (chain[0], chain[-1]) == (source, target)
        assert all(bend >= size for bend in chain[1:-1])
        steps = {layered.layer_of[b] - layered.layer_of[a] for a, b in pairwise(chain)}
        assert steps in ({1}, {-1}), "a chain goes one way, layer by layer"


@given(digraphs())
def test_each_bend_belongs_to_one_arrow(graph: tuple[int, list[tuple[int, int]]]) -> None:
    size, arrows = graph
    layered = in_layers(size, arrows)
    uses = Counter(bend for chain in layered.chains.values() for bend in chain[1:-1])
    assert set(uses) == set(range(size, len(layered.layer_of)))
    assert all(count == 1 for count in uses.values())


@given(digraphs())
def test_a_graph_without_cycles_keeps_the_direction_of_every_arrow(graph: tuple[int, list[tuple[int, int]]]) -> None:
    size, arrows = graph
    forward = sorted({(min(a), max(a)) for a in arrows if a[0] != a[1]})
    assert acyclic(size, forward) == {arrow: arrow for arrow in forward}


def test_one_arrow_of_a_cycle_is_turned_round() -> None:
    layered = in_layers(3, [(0, 1), (1, 2), (2, 0)])
    assert list(layered.layer_of[:3]) == [0, 1, 2]
    assert layered.chains[2, 0] == (2, 3, 0)


def test_a_source_stands_beside_what_it_feeds() -> None:
    layered = in_layers(4, [(0, 1), (1, 2), (3, 2)])
    assert list(layered.layer_of) == [0, 1, 2, 1]


def test_too_many_bends_leave_the_longest_arrows_straight() -> None:
    arrows = [(i, i + 1) for i in range(9)] + [(0, 9), (0, 2)]
    layered = in_layers(10, arrows, max_bends=3)
    assert layered.chains[0, 9] == (0, 9)
    assert len(layered.chains[0, 2]) == 3
    assert (0, 9) not in layered.segments


def test_a_chain_of_thousands_does_not_end_in_recursion() -> None:
    layered = in_layers(5000, [(i, i + 1) for i in range(4999)])
    assert layered.layer_of[4999] == 4999
