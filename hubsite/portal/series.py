"""Folds the metric points of a run into series, each with its last value: a run may send thousands of points.

Fed by `backends.telemetry.reads`. Feeds the run page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

MAX_SERIES = 100
HIDDEN = frozenset({"lineage.run_id"})  # the page is about that run


class Point(Protocol):
    """What the page needs to know; `backends.telemetry.reads.MetricPoint` has it."""

    @property
    def name(self) -> str: ...
    @property
    def service_name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def value(self) -> float: ...
    @property
    def time_ns(self) -> int: ...
    @property
    def attributes(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    service: str
    unit: str
    attributes: str
    value: float
    points: int


def series_of(points: Iterable[Point]) -> list[Series]:
    """By name; of each the value of its latest point."""
    found: dict[tuple[str, str, str, str], list[Point]] = {}
    for point in points:
        shown = ", ".join(f"{key}={value}" for key, value in sorted(point.attributes.items()) if key not in HIDDEN)
        found.setdefault((point.name, point.service_name, point.unit, shown), []).append(point)
    return [
        Series(*identity, value=max(group, key=lambda point: point.time_ns).value, points=len(group))
        for identity, group in sorted(found.items())
    ][:MAX_SERIES]
