"""Starts PostgreSQL before Django reads its settings; a session starts each service once and stops what it started."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable

import pytest

from tests.services import kafka, postgres, redis
from tests.services.process import Missing

pytest_plugins = ["tests.fixtures", "tests.services.stores"]

# A test that asks for the fixture needs the service; marked, so that `-m "not kafka"` leaves it out.
MARKS = {"kafka": "kafka", "own_kafka": "kafka", "redis_server": "redis"}


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    # A worker's folder lies in the controller's, which is removed when all have ended.
    folder = tempfile.mkdtemp(prefix="hub-test-data-", dir=os.environ["HUB_DATA_DIR"] if is_worker else None)
    early_config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    for name in [name for name in os.environ if name.startswith("HUB_") and not name.startswith("HUB_TEST_")]:
        if name != "HUB_DATABASE_URL":  # the shell of someone who tries the hub must not steer its tests
            del os.environ[name]
    os.environ["HUB_SECRET_KEY"] = "test-secret-key-of-more-than-thirty-two-characters"
    os.environ["HUB_DATA_DIR"] = folder
    if "HUB_DATABASE_URL" not in os.environ:  # workers inherit the controller's
        server = postgres.Postgres()
        early_config.add_cleanup(server.stop)
        server.start()
        os.environ["HUB_DATABASE_URL"] = server.url


def pytest_configure(config: pytest.Config) -> None:
    """Let the controller of a parallel session start what its workers share; they inherit the addresses."""
    if config.getoption("dist", "no") == "no" or "PYTEST_XDIST_WORKER" in os.environ:
        return
    if "HUB_TEST_KAFKA_BOOTSTRAP_SERVERS" not in os.environ:
        share_kafka(config)
    if "HUB_TEST_REDIS_URL" not in os.environ:
        share_redis(config)


def share_kafka(config: pytest.Config) -> None:
    broker = kafka.Kafka()
    config.add_cleanup(broker.remove)
    config.add_cleanup(lambda: forget("HUB_TEST_KAFKA_BOOTSTRAP_SERVERS"))
    try:
        broker.launch()  # takes seconds: the first test that needs it waits for the rest of them
    except Missing as reason:
        print(f"Tests that need Kafka are left out: {reason}")
    else:
        os.environ["HUB_TEST_KAFKA_BOOTSTRAP_SERVERS"] = broker.bootstrap


def share_redis(config: pytest.Config) -> None:
    server = redis.Redis()
    config.add_cleanup(server.stop)
    config.add_cleanup(lambda: forget("HUB_TEST_REDIS_URL"))
    try:
        server.start()
    except Missing as reason:
        print(f"Tests that need Redis are left out: {reason}")
    else:
        os.environ["HUB_TEST_REDIS_URL"] = server.url


def forget(name: str) -> None:
    os.environ.pop(name, None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for fixture, mark in MARKS.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the versions of the real parts that this machine has for the tests."""
    if terminalreporter.verbosity < 0:
        return
    terminalreporter.section("services")
    for name, version in VERSIONS.items():
        terminalreporter.write_line(f"{name:<12} {told(version)}")


def told(version: Callable[[], str]) -> str:
    try:
        return version()
    except (OSError, subprocess.CalledProcessError, importlib.metadata.PackageNotFoundError) as error:
        return f"missing ({error})"


def kafka_version() -> str:
    present = shutil.which("java") and shutil.which("mvn")
    return f"{kafka.version()} (KRaft)" if present else "missing (no Java, or no Maven to fetch it)"


def chromium_version() -> str:
    ran = subprocess.run(["chromium", "--version"], capture_output=True, text=True, check=True)
    return ran.stdout.strip().removeprefix("Chromium ")


VERSIONS: dict[str, Callable[[], str]] = {
    "Python": platform.python_version,
    "PostgreSQL": lambda: postgres.version_of(os.environ["HUB_DATABASE_URL"]),
    "Kafka": kafka_version,
    "Redis": redis.version,
    "ClickHouse": lambda: f"engine of chDB {importlib.metadata.version('chdb-core-lite')}",
    "Chromium": chromium_version,
}
