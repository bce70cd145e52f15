"""Brings a graph of strangers' data into layers: no cycle, no self-loop, and each arrow only one layer long.

Layout engines abort on self-loops and may never end on cycles, so nothing reaches one that has not been through here.

Fed by the edges of `catalog.graph`. Feeds `hubsite.portal.graph_layout`.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Arrow = tuple[int, int]

MAX_BENDS = 1200  # beyond it the longest arrows are drawn straight: a layout engine's time grows with each bend


@dataclass(frozen=True, slots=True)
class Layered:
    """`layer_of` has a layer for each vertex; those from `size` on are bends, where a long arrow crosses a layer.

    `chains` has for each arrow the vertices from its source to its target, bends included; an arrow that would close a
    cycle has its chain from right to left. `segments` are the pieces of all chains, each from one layer to the next.
    """

    size: int
    layer_of: Sequence[int]
    chains: Mapping[Arrow, tuple[int, ...]]
    segments: Sequence[Arrow]


def in_layers(size: int, arrows: Iterable[Arrow], *, max_bends: int = MAX_BENDS) -> Layered:
    """Lay the vertices 0 … size-1 into layers, data flowing from low to high."""
    kept = sorted({(s, t) for s, t in arrows if s != t})
    forward = acyclic(size, kept)
    layer_of = layers(size, sorted(set(forward.values())))
    chains: dict[Arrow, tuple[int, ...]] = {}
    segments: set[Arrow] = set()
    for arrow in sorted(kept, key=lambda a: (span(layer_of, forward[a]), a)):
        chain = chain_of(forward[arrow], layer_of, max_bends=max_bends - (len(layer_of) - size))
        if len(chain) - 1 == span(layer_of, forward[arrow]):
            segments.update(itertools.pairwise(chain))
        chains[arrow] = chain if forward[arrow] == arrow else chain[::-1]
    return Layered(size, layer_of, chains, sorted(segments))


def span(layer_of: Sequence[int], arrow: Arrow) -> int:
    return layer_of[arrow[1]] - layer_of[arrow[0]]


def chain_of(arrow: Arrow, layer_of: list[int], *, max_bends: int) -> tuple[int, ...]:
    """The arrow's vertices with a new bend in each layer between; without bends when there are too many already."""
    source, target = arrow
    between = range(layer_of[source] + 1, layer_of[target])
    if len(between) > max_bends:
        return arrow
    bends = range(len(layer_of), len(layer_of) + len(between))
    layer_of.extend(between)
    return (source, *bends, target)


def acyclic(size: int, arrows: Sequence[Arrow]) -> dict[Arrow, Arrow]:
    """Each arrow, turned round where it leads back onto the path of a depth-first walk that begins at the sources."""
    targets = neighbours(arrows)
    entered = {t for _, t in arrows}
    open_, done = set[int](), set[int]()
    turned: dict[Arrow, Arrow] = {}
    for root in sorted(range(size), key=lambda v: (v in entered, v)):
        stack = [(root, iter(targets[root]))] if root not in done else []
        open_.update([root] if stack else [])
        while stack:  # a walk by hand: recursion would end at a chain of a thousand jobs
            vertex, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                stack.pop()
                open_.discard(vertex)
                done.add(vertex)
                continue
            turned[vertex, target] = (target, vertex) if target in open_ else (vertex, target)
            if target not in open_ and target not in done:
                open_.add(target)
                stack.append((target, iter(targets[target])))
    return turned


def layers(size: int, arrows: Sequence[Arrow]) -> list[int]:
    """The longest way from a source to each vertex; then sources move right, up to what they feed."""
    targets, missing = neighbours(arrows), [0] * size
    for _, target in arrows:
        missing[target] += 1
    layer_of = [0] * size
    sources = ready = [v for v in range(size) if not missing[v]]
    while ready:
        following = []
        for vertex in ready:
            for target in targets[vertex]:
                layer_of[target] = max(layer_of[target], layer_of[vertex] + 1)
                missing[target] -= 1
                if not missing[target]:
                    following.append(target)
        ready = following
    for vertex in sources:
        if targets[vertex]:
            layer_of[vertex] = min(layer_of[t] for t in targets[vertex]) - 1
    return layer_of


def neighbours(arrows: Iterable[Arrow]) -> defaultdict[int, list[int]]:
    targets: defaultdict[int, list[int]] = defaultdict(list)
    for source, target in arrows:
        targets[source].append(target)
    return targets
