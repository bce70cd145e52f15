"""Times as producers write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.projection import times


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T12:30:00Z",
        "2026-11-21T12:30:00z",
        "2026-11-21t12:30:00Z",
        "2026-11-21T12:30:00",
        "2026-11-21 12:30",
        "2026-11-21T14:30:00+02:00",
        "2026-11-21T14:30:00+0200",
        "2026-11-21T12:30:00Z[Europe/London]",
        "2026-11-21T14:30:00.000000000+02:00[Europe/Paris]",
        " 2026-11-21T12:30:00.000Z ",
    ],
)
def test_every_way_to_write_one_moment_is_that_moment(text: str) -> None:
    assert times.parse(text) == datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


def test_nanoseconds_are_cut_to_microseconds() -> None:
    assert times.parse("2026-11-21T12:30:00.123456789Z") == datetime(2026, 11, 21, 12, 30, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize("odd", [None, 1_700_000_000, "", "yesterday", "2026-13-01T00:00:00Z", [], {}])
def test_what_is_no_time_is_none(odd: object) -> None:
    assert times.parse(odd) is None


def test_a_time_that_utc_cannot_hold_is_none() -> None:
    assert times.parse("9999-12-31T23:59:59-12:00") is None
    assert times.parse("0001-01-01T00:00:00+12:00") is None


@given(st.datetimes(timezones=st.timezones()))
def test_what_python_writes_is_read_back(moment: datetime) -> None:
    try:
        wanted = moment.astimezone(UTC)
    except OverflowError:
        return
    parsed = times.parse(moment.isoformat())
    assert parsed is not None
    assert abs(parsed - wanted).total_seconds() < 1


@given(st.text())
def test_no_text_is_too_odd_to_be_looked_at(text: str) -> None:
    parsed = times.parse(text)
    assert parsed is None or parsed.utcoffset() == UTC.utcoffset(None)
