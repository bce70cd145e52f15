"""A program of a test session ends when it should, with all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.services import kafka, redis
from tests.services.kafka import Kafka
from tests.services.ports import free_port, is_open
from tests.services.process import Missing, Process
from tests.services.redis import Redis

CHILDREN = "sleep 60 & echo $! > child; echo ready; wait"
STUBBORN = "trap '' TERM; echo ready; while true; do sleep 0.1; done"


def is_alive(pid: int) -> bool:
    """A zombie counts as ended: nobody in a container may be there to reap it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(holds: Callable[[], bool], within_s: float = 10) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], Process]]:
    started: list[Process] = []

    def start(script: str) -> Process:
        process = Process(["sh", "-c", script], log=tmp_path / "log")
        started.append(process)
        process.start()
        process.wait_until(lambda: "ready" in process.log_tail(), within_s=10)
        return process

    yield start
    for process in started:
        process.kill()


def test_a_killed_program_takes_its_children_along(start: Callable[[str], Process], tmp_path: Path) -> None:
    process = start(CHILDREN)
    child = int((tmp_path / "child").read_text())
    assert is_alive(child)
    process.kill()
    until(lambda: not is_alive(child))
    assert not process.is_running


def test_a_program_that_ignores_sigterm_is_killed(start: Callable[[str], Process]) -> None:
    process = start(STUBBORN)
    process.stop(within_s=0.2)
    assert not process.is_running


def test_it_can_be_stopped_twice_and_started_again(start: Callable[[str], Process]) -> None:
    process = start(CHILDREN)
    process.stop()
    process.stop()
    process.start()
    assert process.is_running


def test_one_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    process = Process(["sh", "-c", "echo no such disk; exit 3"], log=tmp_path / "log")
    process.start()
    with pytest.raises(RuntimeError, match="no such disk"):
        process.wait_until(lambda: False, within_s=10)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a program with its starter")
def test_a_killed_session_leaves_no_program_behind(tmp_path: Path) -> None:
    session = f"""
import os, signal
from pathlib import Path
from tests.services.process import Process
process = Process(["sh", "-c", "echo $$ > pid; exec sleep 60"], log=Path({str(tmp_path / "log")!r}))
process.start()
process.wait_until(Path({str(tmp_path / "pid")!r}).exists, within_s=10)
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", session], check=False).returncode == -signal.SIGKILL
    pid = int((tmp_path / "pid").read_text())
    until(lambda: not is_alive(pid))


def test_a_free_port_is_closed_and_no_port_of_outgoing_connections() -> None:
    ports = {free_port() for _ in range(20)}
    assert not any(is_open(port) for port in ports)
    assert max(ports) < 32768


@pytest.mark.parametrize("service", [Kafka, Redis])
def test_what_is_not_installed_is_missing_with_the_way_to_get_it(
    service: Callable[[], Kafka | Redis], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Missing, match="apt-get install"):
        service().start()


def test_without_maven_kafka_is_missing_unless_it_was_fetched_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_TEST_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Missing, match="maven"):
        kafka.libraries()
    (tmp_path / f"kafka-{kafka.version()}").mkdir()
    assert kafka.libraries() == tmp_path / f"kafka-{kafka.version()}"


def test_a_download_that_fails_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maven = tmp_path / "bin" / "mvn"
    maven.parent.mkdir()
    maven.write_text("#!/bin/sh\nmkdir libs; echo no route to Maven Central; exit 1\n")
    maven.chmod(0o755)
    monkeypatch.setenv("HUB_TEST_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{maven.parent}:{os.environ['PATH']}")
    with pytest.raises(Missing, match="no route"):
        kafka.libraries()
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.redis
def test_redis_answers_and_is_emptied_for_each_test(redis_url: str) -> None:
    from redis import Redis as Client  # noqa: PLC0415 -- the service bears the same name

    with Client.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")
        assert client.info("server")["redis_version"] == redis.version()
