"""Parameters are bound by the engine: no text of a stranger becomes SQL."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from backends.errors import BackendRefused
from backends.telemetry import TelemetryStore

NASTY = [
    "",
    "it's",
    'a"b',
    "back\\slash",
    "line\nbreak\ttab\r",
    "'; DROP TABLE otel.traces --",
    "{x:String}",
    "\\N",
    "NULL",
]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@pytest.mark.parametrize("text", NASTY)
def test_text_arrives_as_it_is(store: TelemetryStore, text: str) -> None:
    assert store.query("SELECT {text:String} AS text", {"text": text}) == [{"text": text}]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXT, max_size=4))
@example(texts=NASTY)
def test_lists_of_text_arrive_as_they_are(store: TelemetryStore, texts: list[str]) -> None:
    asked = "SELECT {texts:Array(String)} AS texts, {text:String} AS text"
    text = "".join(texts)
    assert store.query(asked, {"texts": texts, "text": text}) == [{"texts": texts, "text": text}]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("UInt64", 2**64 - 1),
        ("Int64", -(2**63)),
        ("Float64", 0.1),
        ("Bool", True),
        ("Bool", False),
        ("UInt8", True),
        ("Array(UInt8)", [1, 2]),
    ],
)
def test_numbers_arrive_as_they_are(store: TelemetryStore, kind: str, value: Any) -> None:
    assert store.query(f"SELECT {{value:{kind}}} AS value", {"value": value}) == [{"value": value}]


@pytest.mark.parametrize("many", [("a", "b'"), {"a", "b'"}, frozenset({"a", "b'"})])
def test_any_collection_is_an_array(store: TelemetryStore, many: Any) -> None:
    found = store.query("SELECT arraySort({many:Array(String)}) AS many", {"many": many})
    assert found == [{"many": ["a", "b'"]}]


def test_rows_come_in_order_and_whole_over_many_blocks(store: TelemetryStore) -> None:
    sql = "SELECT number AS n, toString(number) AS text FROM numbers(150000) ORDER BY n SETTINGS max_block_size = 10000"
    assert store.query(sql) == [{"n": number, "text": str(number)} for number in range(150_000)]


def test_no_rows_are_an_empty_list(store: TelemetryStore) -> None:
    assert store.query("SELECT 1 AS one WHERE 0") == []


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT FROM WHERE", "clickhouse_62"),
        ("SELECT no_such_column FROM otel.traces", "clickhouse_47"),
        ("SELECT * FROM otel.no_such_table", "clickhouse_60"),
        ("SELECT {missing:String}", "clickhouse_456"),
    ],
)
def test_what_will_never_run_is_refused(store: TelemetryStore, sql: str, code: str) -> None:
    with pytest.raises(BackendRefused) as refused:
        store.query(sql)
    assert refused.value.code == code
    assert "Stack trace" not in refused.value.detail
    assert len(refused.value.detail) < 600


def test_a_result_that_cannot_be_read_is_refused(store: TelemetryStore) -> None:
    with pytest.raises(BackendRefused):
        store.query("SELECT uniqState(1) AS state")


def test_a_refused_query_does_not_harm_the_next_one(store: TelemetryStore) -> None:
    with pytest.raises(BackendRefused):
        store.query("SELECT throwIf(1)")
    assert store.query("SELECT 1 AS one") == [{"one": 1}]
