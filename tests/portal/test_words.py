"""Numbers, times and names read as people say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsite.portal import words

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def plain(text: str) -> str:
    return text.replace(words.THIN, " ")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 ms"),
        (0.0000042, "4 µs"),
        (0.85, "850 ms"),
        (4.24, "4.2 s"),
        (42, "42 s"),
        (72, "1 m 12 s"),
        (59.7, "1 m 0 s"),
        (7500, "2 h 05 m"),
        (timedelta(days=3, hours=4, minutes=50), "3 d 4 h"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds: float, said: str) -> None:
    assert plain(words.duration(seconds)) == said


@pytest.mark.parametrize(
    ("number_of_bytes", "said"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (3_355_443, "3.2 MiB"), (2**61, "2048.0 PiB")],
)
def test_a_size_is_said_in_binary_units(number_of_bytes: int, said: str) -> None:
    assert plain(words.size(number_of_bytes)) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0"),
        (999, "999"),
        (1234567, "1 234 567"),
        (1234.5, "1 234.5"),
        (12.0, "12"),
        (2 / 3, "0.667"),
        (0.0000012, "1.2e-06"),
    ],
)
def test_a_count_has_thin_separators(number: float, said: str) -> None:
    assert plain(words.count(number)) == said


@pytest.mark.parametrize(
    ("delta", "said"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(seconds=-3), "just now"),
        (timedelta(seconds=59), "59 s ago"),
        (timedelta(minutes=5, seconds=50), "5 min ago"),
        (timedelta(hours=-3), "in 3 h"),
        (timedelta(days=13), "13 d ago"),
        (timedelta(days=15), "2 weeks ago"),
        (timedelta(days=800), "2 years ago"),
    ],
)
def test_a_time_is_said_relative_to_now(delta: timedelta, said: str) -> None:
    assert plain(words.ago(NOW - delta, NOW)) == said


@given(st.text(max_size=80), st.integers(5, 40))
def test_a_shortened_name_keeps_its_beginning_and_its_end(text: str, length: int) -> None:
    short = words.shortened(text, length)
    if len(text) <= length:
        assert short == text
    else:
        head, tail = short[0], short[-1]
        assert len(short) == length
        assert (text[0], text[-1]) == (head, tail)
        assert "…" in short


def test_the_end_of_a_name_gets_the_larger_part() -> None:
    head, tail = words.shortened("warehouse.marts.fct_orders", 14).split("…")
    assert len(tail) > len(head)
    assert tail.endswith("orders")


def test_wide_letters_need_more_room() -> None:
    assert words.width("AAA") > words.width("aaa") > words.width("lll")
    assert len(words.fitted("W" * 40, 100, 13)) < len(words.fitted("l" * 40, 100, 13))
    assert words.fitted("short", 100, 13) == "short"
