"""JSON under the hub's rules: what is read, what is too deep, and how places are named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import limits
from ingest.documents import check_depth, check_text, pointer, value_of
from namespaces.errors import Invalid, Malformed

TRICKY = st.text(alphabet='[]{}"\\n ,:é', max_size=12)
VALUES = st.recursive(
    TRICKY | st.integers(), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TRICKY, inner, max_size=4)
)


def depth_of(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


@given(value=VALUES, levels=st.integers(40, 90), indent=st.none() | st.just(1))
def test_depth_is_what_a_reader_would_count(value: Any, levels: int, indent: int | None) -> None:
    """Whatever brackets, quotes and backslashes stand in strings."""
    for level in range(levels):
        value = {"[": value, '"]\\': "]"} if level % 2 else [value, "}{"]
    document = json.dumps(value, indent=indent).encode()
    if depth_of(value) <= limits.DEPTH:
        check_depth(document)
    else:
        with pytest.raises(Invalid, match="64 levels"):
            check_depth(document)


def test_many_brackets_side_by_side_are_not_deep() -> None:
    check_depth(b"[" + b",".join([b"[{}]"] * 1000) + b"]")


@pytest.mark.parametrize("body", [b"\xff", b'{"a":"\xc3"}', "é".encode("latin-1"), b"\xed\xa0\x80"])
def test_what_is_not_utf_8_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed, match="byte"):
        check_text(body)


@pytest.mark.parametrize("body", [b"1e99999", b"9" * 5000, b"NaN", b"", b"{", b"[1,]"])
def test_what_no_reader_can_hold_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        value_of(body)


def test_pointers_are_escaped_as_the_standard_says() -> None:
    assert pointer() == ""
    assert pointer("a/b", "m~n", 0, "") == "/a~1b/m~0n/0/"
