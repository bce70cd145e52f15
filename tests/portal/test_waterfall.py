"""Spans stand below their parents, at their place in the run's time, whatever a producer claims about them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from hubsite.portal.waterfall import MAX_DEPTH, MAX_ROWS, waterfall

MS = 1_000_000


@dataclass(frozen=True)
class Span:
    span_id: str
    parent_span_id: str = ""
    start_ns: int = 0
    duration_ns: int = 100 * MS
    service_name: str = "etl"
    is_error: bool = False

    @property
    def name(self) -> str:
        return self.span_id


ROOT = Span("root", duration_ns=1000 * MS)
LOAD = Span("load", "root", 600 * MS, 400 * MS)
EXTRACT = Span("extract", "root", 0, 500 * MS)
QUERY = Span("query", "extract", 100 * MS, 200 * MS)


def test_children_stand_below_their_parent_by_time() -> None:
    rows = waterfall([LOAD, QUERY, ROOT, EXTRACT]).rows
    assert [(row.name, row.depth) for row in rows] == [("root", 0), ("extract", 1), ("query", 2), ("load", 1)]


def test_a_bar_has_the_place_and_width_of_its_time() -> None:
    whole = waterfall([ROOT, LOAD])
    assert whole.duration_s == 1.0
    load = whole.rows[1]
    assert (load.left, load.width, load.begin_s, load.duration_s) == ("60.00", "40.00", 0.6, 0.4)


def test_an_instant_at_the_end_stays_visible_inside() -> None:
    end = waterfall([ROOT, Span("commit", "root", 1000 * MS, 0)]).rows[1]
    assert float(end.width) > 0
    assert float(end.left) + float(end.width) <= 100


def test_a_span_of_an_unknown_parent_is_a_root() -> None:
    assert [row.depth for row in waterfall([replace(QUERY, parent_span_id="elsewhere")]).rows] == [0]


def test_spans_in_a_circle_are_all_shown() -> None:
    rows = waterfall([Span("a", "b"), Span("b", "a"), Span("c", "c")]).rows
    assert {row.name for row in rows} == {"a", "b", "c"}


def test_a_failed_span_is_marked() -> None:
    assert waterfall([replace(ROOT, is_error=True)]).rows[0].failed


def test_more_spans_than_fit_are_counted() -> None:
    found = waterfall(Span(f"s{i:04}", start_ns=i) for i in range(MAX_ROWS + 7))
    assert (len(found.rows), found.left_out) == (MAX_ROWS, 7)


def test_a_deep_nesting_stops_moving_right() -> None:
    chain = [Span(f"{i:03}", f"{i - 1:03}" if i else "", i) for i in range(40)]
    assert max(row.depth for row in waterfall(chain).rows) == MAX_DEPTH


def test_no_span_is_no_waterfall() -> None:
    assert waterfall([]).rows == ()


@given(
    st.lists(
        st.builds(
            Span,
            span_id=st.sampled_from("abcdefgh"),
            parent_span_id=st.sampled_from(["", *"abcdefgh"]),
            start_ns=st.integers(0, 10**19),
            duration_ns=st.integers(0, 10**15),
        ),
        max_size=20,
    )
)
def test_whatever_comes_each_span_is_shown_once_and_inside(spans: list[Span]) -> None:
    rows = waterfall(spans).rows
    assert sorted(row.name for row in rows) == sorted({span.span_id for span in spans})
    assert all(0 <= float(row.left) <= 100 and 0 < float(row.width) <= 100 for row in rows)
