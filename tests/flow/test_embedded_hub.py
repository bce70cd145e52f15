"""`make run` is the whole product in one process: it keeps its data, stops in time and refuses what would break it."""

from __future__ import annotations

import socket
import stat
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests import recorded
from tests.flow.embedded import EmbeddedHub

KINDS = ("datasets", "jobs", "runs")
ACKNOWLEDGED = (
    b'{"eventTime":"2026-01-01T00:00:00Z","run":{"runId":"0"},"job":{"namespace":"default","name":"acknowledged"}}'
)


@pytest.fixture(scope="module")
def hub() -> Iterator[EmbeddedHub]:
    hub = EmbeddedHub()
    hub.start()
    hub.await_demo()
    yield hub
    assert hub.stop() == 0


@pytest.fixture
def key(hub: EmbeddedHub) -> str:
    return hub.demo["LINEAGE_HUB_API_KEY"]


def test_it_writes_what_a_newcomer_needs_for_its_owner_alone(hub: EmbeddedHub) -> None:
    assert set(hub.demo) == {
        "LINEAGE_HUB_ENDPOINT",
        "LINEAGE_HUB_NAMESPACE",
        "LINEAGE_HUB_API_KEY",
        "HUB_DEMO_USER",
        "HUB_DEMO_PASSWORD",
    }
    assert stat.S_IMODE((hub.folder / "demo.env").stat().st_mode) == 0o600


def test_the_demo_pipeline_leaves_datasets_jobs_and_runs(hub: EmbeddedHub, key: str) -> None:
    assert all(hub.all_items(f"/api/v1/{kind}", key) for kind in KINDS)


@pytest.mark.shared
def test_the_dbt_events_of_a_client_become_the_edges_that_they_declare(hub: EmbeddedHub, key: str) -> None:
    wanted = recorded.oracle_edges()
    jobs = {end for edge in wanted for end in edge if end.startswith("job:")}
    statuses = [hub.call("POST", "/api/v1/lineage", event, key)[0] for event in recorded.dbt_events()]
    assert statuses == [201] * 126
    hub.await_carriers()
    assert hub.edges(jobs, key) == wanted
    counts = [len(hub.all_items(f"/api/v1/{kind}", key)) for kind in KINDS]

    body = b"[" + b",".join(recorded.dbt_events()) + b"]"
    status, answer, _ = hub.call("POST", "/api/v1/lineage/batch", body, key)
    assert (status, answer["summary"]["successful"]) == (200, 126)
    hub.await_carriers()
    assert [len(hub.all_items(f"/api/v1/{kind}", key)) for kind in KINDS] == counts
    assert hub.edges(jobs, key) == wanted


def test_health_names_the_embedded_parts(hub: EmbeddedHub) -> None:
    hub.await_carriers()
    status, health, _ = hub.call("GET", "/api/v1/health")
    assert status == 200
    assert {name: part["status"] for name, part in health["components"].items()} == {
        "database": "ok",
        "event_log": "ok",
        "telemetry_store": "ok",
        "lineage_backend": "off",
        "cache": "off",
        "carriers": "ok",
    }


def test_a_second_hub_on_the_folder_says_so_and_ends(hub: EmbeddedHub) -> None:
    second = EmbeddedHub(hub.folder)
    assert second.spawn().wait(timeout=20) == 1
    assert "already runs on" in hub.log()


def test_a_taken_port_is_told_and_ends_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        hub = EmbeddedHub()
        assert hub.spawn(port=taken.getsockname()[1]).wait(timeout=20) == 1
        assert "cannot be used" in hub.log()


def processes_that_name(text: str) -> list[str]:
    return subprocess.run(["pgrep", "-f", text], capture_output=True, text=True, check=False).stdout.split()


def test_it_stops_in_time_leaves_no_process_and_finds_its_data_again() -> None:
    hub = EmbeddedHub()
    hub.start()
    hub.await_demo()
    before = hub.demo
    begun = time.monotonic()
    assert hub.stop() == 0
    assert time.monotonic() - begun < 10
    assert processes_that_name(str(hub.folder)) == []
    hub.start()
    try:
        assert hub.demo == before
        assert hub.all_items("/api/v1/jobs", before["LINEAGE_HUB_API_KEY"])
    finally:
        hub.stop()


def test_killed_outright_it_finds_what_it_acknowledged() -> None:
    hub = EmbeddedHub()
    hub.start()
    key = hub.demo["LINEAGE_HUB_API_KEY"]
    assert hub.call("POST", "/api/v1/lineage", ACKNOWLEDGED, key)[0] == 201
    hub.kill()
    hub.start()
    try:
        hub.await_carriers()
        assert any(job["name"] == "acknowledged" for job in hub.all_items("/api/v1/jobs", key))
    finally:
        assert hub.stop() == 0
    assert processes_that_name(str(hub.folder)) == []
