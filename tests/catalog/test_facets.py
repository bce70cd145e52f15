"""What is read from facets, and that no junk in them costs an event."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.projection import facets

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("schema", "documentation", "tags", "dataSource", "sql", "sourceCodeLocation", "jobType", "nominalTime")
NAMES += ("errorMessage", "parent", "parentRun")
MEMBERS = (
    "fields",
    "name",
    "type",
    "description",
    "tags",
    "key",
    "uri",
    "query",
    "url",
    "run",
    "job",
    "runId",
    "_deleted",
)
HOLDERS = JUNK | st.dictionaries(
    st.sampled_from(NAMES),
    JUNK | st.dictionaries(st.sampled_from(MEMBERS), JUNK | st.lists(st.dictionaries(st.sampled_from(MEMBERS), JUNK))),
)


@given(HOLDERS)
def test_any_junk_is_read_into_something_that_postgresql_can_keep(holder: Any) -> None:
    for read in (facets.of_dataset, facets.of_job, facets.of_run):
        kept = json.dumps(read(holder), ensure_ascii=False, allow_nan=False)
        assert "\0" not in kept
        assert "\\u0000" not in kept
        kept.encode()


@given(JUNK, st.sampled_from(["inputStatistics", "outputStatistics"]))
def test_any_junk_is_read_into_finite_counts(holder: Any, facet: str) -> None:
    for value in (holder, {facet: holder}, {facet: {"rowCount": holder, "size": holder}}):
        counts = facets.statistics(value, facet)
        assert all(0 <= count < 2**63 for count in counts.values())


def test_a_column_named_twice_is_one_with_what_both_say() -> None:
    fields = [{"name": "id"}, {"name": "at", "type": "date"}, {"name": "id", "type": "int", "description": "the key"}]
    assert facets.columns({"fields": fields}) == [
        {"name": "id", "type": "int", "description": "the key"},
        {"name": "at", "type": "date", "description": ""},
    ]


def test_more_columns_than_the_limit_are_cut() -> None:
    fields = [{"name": f"c{number}"} for number in range(facets.MAX_COLUMNS + 7)]
    assert len(facets.columns({"fields": fields})) == facets.MAX_COLUMNS


@pytest.mark.parametrize("schema", [None, "fields", [], {"fields": None}, {"fields": []}, {"fields": [None, "id", {}]}])
def test_a_schema_without_columns_says_nothing(schema: Any) -> None:
    assert facets.of_dataset({"schema": schema}) == {}


def test_only_deleting_a_facet_says_that_there_is_nothing() -> None:
    assert facets.of_dataset({"documentation": {"description": ""}}) == {}
    assert facets.of_dataset({"documentation": {"_deleted": True}}) == {"description": ""}
    assert facets.of_dataset({"schema": {"_deleted": True}}) == {"columns": []}
    assert facets.of_job({"sourceCodeLocation": {"_deleted": True}}) == {"source_url": ""}


def test_a_connection_is_shown_without_its_password() -> None:
    said = facets.of_dataset({"dataSource": {"name": "postgres://admin:secret@db:5432", "uri": "x"}})
    assert said == {"source": "postgres://db:5432"}
    assert facets.of_dataset({"dataSource": {"uri": "mysql://u:p@h/d"}}) == {"source": "mysql://h/d"}


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://git.example.com/etl.py", "https://git.example.com/etl.py"),
        ("https://me:token@git.example.com/etl.py", "https://git.example.com/etl.py"),
        ("git@example.com:team/etl.git", "git@example.com:team/etl.git"),
        ("javascript:alert(1)", ""),
        (" java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("http://[", ""),
        (7, ""),
    ],
)
def test_a_source_link_is_one_that_a_page_may_show(url: Any, kept: str) -> None:
    assert facets.link(url) == kept


def test_long_texts_are_cut_at_64_ki() -> None:
    long = "x" * (facets.MAX_TEXT + 1)
    said = facets.of_run({"errorMessage": {"message": long, "stackTrace": long}})
    assert [len(part) for part in said["error"]] == [facets.MAX_TEXT, facets.MAX_TEXT]
    assert len(facets.of_job({"sql": {"query": long}})["sql"]) == facets.MAX_TEXT


def test_the_older_name_of_the_parent_facet_is_understood() -> None:
    parent = {"run": {"runId": "r"}, "job": {"namespace": "n", "name": "j"}}
    assert facets.of_run({"parentRun": parent}) == facets.of_run({"parent": parent}) == {"parent": ["r", "n", "j"]}


def test_a_tag_needs_a_key() -> None:
    tags = [{"key": "pii", "value": "true", "source": "DBT", "field": "mail"}, {"value": "x"}, {"key": "gold"}, "x"]
    assert [tag["key"] for tag in facets.of_dataset({"tags": {"tags": tags}})["tags"]] == ["pii", "gold"]


def test_statistics_are_numbers_of_known_names() -> None:
    sent = {"outputStatistics": {"rowCount": 3, "size": 2.5, "fileCount": True, "more": 1}}
    assert facets.statistics(sent, "outputStatistics") == {"rowCount": 3, "size": 2.5}
    for odd in (-1, float("nan"), float("inf"), 2**63, "3", None):
        assert facets.statistics({"outputStatistics": {"rowCount": odd}}, "outputStatistics") == {}
