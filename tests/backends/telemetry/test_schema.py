"""The tables: numbered files, each run once, in order, and again where a run was cut short."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backends.errors import BackendRefused
from backends.telemetry import TelemetryStore, schema
from backends.telemetry.chdb import ChdbTelemetryStore

Open = Callable[[Path], ChdbTelemetryStore]


def test_every_file_runs_once(open_chdb: Open, tmp_path: Path) -> None:
    store = open_chdb(tmp_path)
    names = sorted(path.stem for path in schema.FOLDER.glob("*.sql"))
    assert names[:2] == ["0001_traces", "0002_metrics"]
    assert store.apply_schema() == names
    assert store.apply_schema() == []
    store.close()
    assert open_chdb(tmp_path).apply_schema() == []


def test_a_schema_that_is_there_is_left_alone(store: TelemetryStore) -> None:
    before = store.query(
        "SELECT name, metadata_modification_time AS at FROM system.tables WHERE database = 'otel' ORDER BY name"
    )
    assert store.apply_schema() == []
    after = store.query(
        "SELECT name, metadata_modification_time AS at FROM system.tables WHERE database = 'otel' ORDER BY name"
    )
    assert before == after


def test_every_statement_may_be_run_again(store: TelemetryStore) -> None:
    for path in schema.FOLDER.glob("*.sql"):
        for statement in schema.statements(path.read_text()):
            assert "IF NOT EXISTS" in statement
            store.query(statement)


def test_what_is_written_twice_is_kept_once_in_every_table(store: TelemetryStore) -> None:
    tables = store.query(
        "SELECT name, create_table_query AS made FROM system.tables WHERE database = 'otel' AND engine LIKE '%MergeTree'"
    )
    assert {"traces", "metrics", "trace_index", "schema_files"} <= {table["name"] for table in tables}
    assert all("non_replicated_deduplication_window" in table["made"] for table in tables)


def test_new_files_run_in_order_and_a_failed_one_runs_again(open_chdb: Open, tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    store = open_chdb(tmp_path / "data")
    (files / "0001_a.sql").write_text("CREATE TABLE IF NOT EXISTS otel.a (x UInt8) ENGINE = Memory;\n")
    assert schema.apply(store, files) == ["0001_a"]
    (files / "0003_c.sql").write_text(
        "CREATE TABLE IF NOT EXISTS otel.c AS otel.b ENGINE = Memory;\nSELECT nonsense;\n"
    )
    (files / "0002_b.sql").write_text("CREATE TABLE IF NOT EXISTS otel.b AS otel.a;\n")
    with pytest.raises(BackendRefused):
        schema.apply(store, files)
    (files / "0003_c.sql").write_text("CREATE TABLE IF NOT EXISTS otel.c AS otel.b ENGINE = Memory;\n")
    assert schema.apply(store, files) == ["0003_c"]
    assert store.query("EXISTS TABLE otel.c") == [{"result": 1}]


def test_two_that_apply_at_once_record_a_file_once(open_chdb: Open, tmp_path: Path) -> None:
    store = open_chdb(tmp_path)
    late = open_chdb(tmp_path)
    schema.apply(store, tmp_path)
    store.insert(schema.record("0001_traces"), token="schema:0001_traces")
    late.insert(schema.record("0001_traces"), token="schema:0001_traces")
    assert store.query(f"SELECT name FROM {schema.SCHEMA_FILES}") == [{"name": "0001_traces"}]


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1;\n\nSELECT 2;  \n", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';' AS semicolon;\n", ["SELECT ';' AS semicolon"]),
        ("-- why\nSELECT\n  1;\n", ["-- why\nSELECT\n  1"]),
    ],
)
def test_statements_end_where_a_line_ends_with_a_semicolon(text: str, statements: list[str]) -> None:
    assert schema.statements(text) == statements
