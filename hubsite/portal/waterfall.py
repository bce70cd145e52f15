"""Orders a run's spans as a waterfall: children below their parents, each with its place on the run's time.

Fed by `backends.telemetry.reads`. Feeds the run page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

MAX_ROWS = 120
MAX_DEPTH = 12  # deeper ones are shown at this depth: a page has an edge
NS_PER_S = 1e9
LEAST_WIDTH = 0.3  # of a hundred: an instant stays visible


class TimedSpan(Protocol):
    """What the picture needs to know; `backends.telemetry.reads.Span` has it."""

    @property
    def span_id(self) -> str: ...
    @property
    def parent_span_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def service_name(self) -> str: ...
    @property
    def start_ns(self) -> int: ...
    @property
    def duration_ns(self) -> int: ...
    @property
    def is_error(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Row:
    """`left` and `width` are parts of a hundred of the whole waterfall."""

    name: str
    service: str
    depth: int
    begin_s: float
    duration_s: float
    left: str
    width: str
    failed: bool


@dataclass(frozen=True, slots=True)
class Waterfall:
    rows: Sequence[Row]
    duration_s: float
    left_out: int


def waterfall(spans: Iterable[TimedSpan]) -> Waterfall:
    ordered = sorted(spans, key=lambda span: (span.start_ns, -span.duration_ns, span.span_id))
    if not ordered:
        return Waterfall((), 0.0, 0)
    begin = ordered[0].start_ns
    whole = max(max(span.start_ns + span.duration_ns for span in ordered) - begin, 1)
    rows = [row(span, depth, begin, whole) for span, depth in nested(ordered)]
    return Waterfall(rows[:MAX_ROWS], whole / NS_PER_S, max(0, len(rows) - MAX_ROWS))


def nested(spans: Sequence[TimedSpan]) -> Iterator[tuple[TimedSpan, int]]:
    """Depth first. A span whose parent is unknown is a root; those in a circle come last, as roots too."""
    known = {span.span_id for span in spans}
    children: defaultdict[str, list[TimedSpan]] = defaultdict(list)
    for span in spans:
        children[span.parent_span_id if span.parent_span_id in known else ""].append(span)
    seen: set[str] = set()
    for root in [*children[""], *spans]:
        stack = [(root, 0)]
        while stack:
            span, depth = stack.pop()
            if span.span_id in seen:
                continue
            seen.add(span.span_id)
            yield span, min(depth, MAX_DEPTH)
            stack.extend((child, depth + 1) for child in reversed(children[span.span_id]))


def row(span: TimedSpan, depth: int, begin_ns: int, whole_ns: int) -> Row:
    begin = span.start_ns - begin_ns
    width = max(100 * span.duration_ns / whole_ns, LEAST_WIDTH)
    return Row(
        name=span.name,
        service=span.service_name,
        depth=depth,
        begin_s=begin / NS_PER_S,
        duration_s=span.duration_ns / NS_PER_S,
        left=f"{min(100 * begin / whole_ns, 100 - width):.2f}",
        width=f"{width:.2f}",
        failed=span.is_error,
    )
