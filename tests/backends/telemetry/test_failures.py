"""Later or never: what each failure of the store means for the block."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backends.errors import BackendRefused, BackendUnavailable
from backends.telemetry import Block, TelemetryStore
from backends.telemetry.chdb import ChdbTelemetryStore
from backends.telemetry.clickhouse import ClickHouseTelemetryStore
from backends.telemetry.failures import failure
from tests.services.clickhouse import ROOT, ClickHouse
from tests.services.ports import free_port

Spans = Callable[..., Block]


def test_a_block_for_no_table_is_refused(store: TelemetryStore) -> None:
    with pytest.raises(BackendRefused, match="no_such_table"):
        store.insert(Block("otel.no_such_table", {"a": [1]}), token="t")


def test_a_block_with_an_unknown_column_is_refused(store: TelemetryStore, spans: Spans) -> None:
    with pytest.raises(BackendRefused, match="colour"):
        store.insert(spans(1, colour="red"), token="t")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("namespace", None),
        ("status_message", 7),
        ("status_message", "\ud800"),
        ("duration_ns", -1),
        ("duration_ns", "long"),
        ("duration_ns", 2**64),
        ("attributes", ["a"]),
        ("attributes", {"a": 1}),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_harms_no_other(
    store: TelemetryStore, spans: Spans, namespace: str, column: str, value: Any
) -> None:
    with pytest.raises(BackendRefused) as refused:
        store.insert(spans(2, **{column: [value, value]}), token="bad")
    assert refused.value.code == "unwritable"
    store.insert(spans(1), token=f"good {namespace}")
    assert store.query("SELECT count() AS n FROM otel.traces WHERE namespace = {n:String}", {"n": namespace}) == [
        {"n": 1}
    ]


def test_a_full_disk_is_an_outage_of_the_engine(
    open_chdb: Callable[[Path], ChdbTelemetryStore],
    chdb_folder: Path,
    spans: Spans,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = open_chdb(chdb_folder)
    store.apply_schema()

    def full(**_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", full)
    with pytest.raises(BackendUnavailable, match="No space left"):
        store.insert(spans(1), token="t")


def test_columns_of_unequal_length_are_refused(store: TelemetryStore, spans: Spans) -> None:
    with pytest.raises(BackendRefused):
        store.insert(spans(2, trace_id=["only one"]), token="t")


def test_the_store_says_how_it_is(store: TelemetryStore) -> None:
    health = store.health()
    assert health.status == "ok"
    assert health.version.startswith("ClickHouse 2")


@pytest.mark.parametrize("code", [81, 159, 202, 209, 210, 241, 252, 516])
def test_codes_that_blame_the_server_mean_later(code: int) -> None:
    error = failure(code, "DB::Exception: Busy.")
    assert isinstance(error, BackendUnavailable)
    assert f"code {code}" in error.detail


@pytest.mark.parametrize("code", [6, 16, 27, 47, 53, 60, 62, 117])
def test_codes_that_blame_the_input_mean_never(code: int) -> None:
    error = failure(code, f"Code: {code}. DB::Exception: Bad.\n input. Stack trace:\n0. main")
    assert isinstance(error, BackendRefused)
    assert error.detail == f"code {code}: Bad. input"
    assert error.code == f"clickhouse_{code}"


HOLDER = """
import sys
from backends.telemetry.chdb import ChdbTelemetryStore
store = ChdbTelemetryStore(sys.argv[1])
store.query("SELECT 1")
print("open", flush=True)
sys.stdin.read()
store.close()
"""


@pytest.fixture
def held_folder(tmp_path: Path) -> Iterator[tuple[Path, Callable[[], None]]]:
    """A folder that another process has open, and how to let it go."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdin
    assert holder.stdout
    assert holder.stdout.readline() == "open\n"

    def let_go() -> None:
        holder.communicate(timeout=30)

    yield tmp_path, let_go
    holder.kill()
    holder.communicate()


def test_a_second_process_on_a_folder_is_told_so(
    open_chdb: Callable[[Path], ChdbTelemetryStore], held_folder: tuple[Path, Callable[[], None]]
) -> None:
    folder, let_go = held_folder
    store = open_chdb(folder)
    with pytest.raises(BackendUnavailable, match="another process has it open"):
        store.query("SELECT 1")
    health = store.health()
    assert health.status == "down"
    assert str(folder) in health.advice
    let_go()
    assert store.query("SELECT 1 AS one") == [{"one": 1}]


def test_a_second_folder_in_a_process_is_told_so(
    open_chdb: Callable[[Path], ChdbTelemetryStore], tmp_path: Path
) -> None:
    first, second = open_chdb(tmp_path / "first"), open_chdb(tmp_path / "second")
    first.query("SELECT 1")
    with pytest.raises(BackendUnavailable, match="another folder"):
        second.query("SELECT 1")
    first.close()
    assert second.query("SELECT 1 AS one") == [{"one": 1}]


def test_an_insert_does_not_make_a_page_wait(
    open_chdb: Callable[[Path], ChdbTelemetryStore], chdb_folder: Path
) -> None:
    store = open_chdb(chdb_folder)
    answered: list[float] = []

    def read() -> None:
        store.query("SELECT 1")
        answered.append(time.monotonic())

    slow = threading.Thread(target=store.query, args=("SELECT sleep(2)",))
    slow.start()
    page = threading.Thread(target=read)
    page.start()
    page.join(10)
    assert slow.is_alive(), "the page was served while the other query was running"
    slow.join()
    assert len(answered) == 1


def test_a_server_that_is_away_means_later_and_works_again_without_a_restart(
    own_clickhouse: ClickHouse, spans: Spans, namespace: str
) -> None:
    store = ClickHouseTelemetryStore(own_clickhouse.url)
    store.apply_schema()
    own_clickhouse.stop()
    with pytest.raises(BackendUnavailable):
        store.insert(spans(1), token="a")
    with pytest.raises(BackendUnavailable):
        store.query("SELECT 1")
    health = store.health()
    assert (health.status, bool(health.advice)) == ("down", True)
    own_clickhouse.start()
    store.insert(spans(1), token="a")
    assert store.query("SELECT count() AS n FROM otel.traces WHERE namespace = {n:String}", {"n": namespace}) == [
        {"n": 1}
    ]
    assert store.health().status == "ok"
    store.close()


def test_a_server_that_dies_under_a_query_means_later(own_clickhouse: ClickHouse) -> None:
    store = ClickHouseTelemetryStore(own_clickhouse.url)
    store.query("SELECT 1")
    failures: list[Exception] = []

    def ask() -> None:
        try:
            store.query("SELECT sleep(3)")
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is looked at below
            failures.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    watcher = ClickHouseTelemetryStore(own_clickhouse.url)
    deadline = time.monotonic() + 10
    while not watcher.query("SELECT 1 FROM system.processes WHERE query LIKE 'SELECT sleep%'"):
        assert time.monotonic() < deadline
    own_clickhouse.kill()
    asking.join(10)
    assert [type(error) for error in failures] == [BackendUnavailable]
    store.close()
    watcher.close()


def test_a_server_that_says_nothing_means_later() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        store = ClickHouseTelemetryStore(f"clickhouse://127.0.0.1:{silent.getsockname()[1]}", answer_timeout_s=0.2)
        with pytest.raises(BackendUnavailable):
            store.query("SELECT 1")
        begun = time.monotonic()
        assert store.health().status == "down"
        assert time.monotonic() - begun < 2
        store.close()


def test_a_server_that_is_too_old_for_tokens_is_not_trusted(own_clickhouse: ClickHouse, spans: Spans) -> None:
    """A setting that the server does not know must stop the insert: without its token, a repetition counts twice."""
    store = ClickHouseTelemetryStore(f"{own_clickhouse.url}?no_such_setting=1")
    with pytest.raises(BackendUnavailable, match="exactly-once"):
        store.insert(spans(1), token="a")
    store.close()


def test_alternative_hosts_are_tried(clickhouse_url: str) -> None:
    port = clickhouse_url.rsplit(":", 1)[1]
    store = ClickHouseTelemetryStore(f"clickhouse://127.0.0.1:{free_port()}?alt_hosts=127.0.0.1:{port}")
    assert store.query("SELECT 1 AS one") == [{"one": 1}]
    store.close()
