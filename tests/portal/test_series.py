"""Metric points of a run are told as series, each with its last value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hubsite.portal.series import MAX_SERIES, series_of


@dataclass(frozen=True)
class Point:
    name: str
    value: float
    time_ns: int = 0
    service_name: str = "etl"
    unit: str = "1"
    attributes: Mapping[str, str] = field(default_factory=dict)


def test_a_series_has_the_value_of_its_latest_point() -> None:
    (series,) = series_of([Point("rows", 1, 10), Point("rows", 3, 30), Point("rows", 2, 20)])
    assert (series.value, series.points) == (3, 3)


def test_attributes_tell_series_apart_but_the_run_id_does_not() -> None:
    found = series_of(
        [
            Point("rows", 1, attributes={"table": "a", "lineage.run_id": "x"}),
            Point("rows", 2, attributes={"table": "b", "lineage.run_id": "x"}),
        ]
    )
    assert [(series.attributes, series.value) for series in found] == [("table=a", 1), ("table=b", 2)]


def test_a_page_shows_so_many_and_no_more() -> None:
    assert len(series_of(Point(f"m{i}", i) for i in range(MAX_SERIES + 5))) == MAX_SERIES
