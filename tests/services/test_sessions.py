"""A test session starts its services, tells their versions, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import fixtures
from tests.services.ports import is_open
from tests.services.postgres import Postgres, answers, version_of

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import os
from pathlib import Path
from tests.services.kafka import Kafka
from tests.services.ports import is_open
from tests.services.ports import is_open
from tests.services.postgres import answers

SAID = Path(__file__).with_name("said")

def test_reads_the_database() -> None:
    assert answers(os.environ["HUB_DATABASE_URL"])
    assert "HUB_MARQUEZ_URL" not in os.environ
    with SAID.open("a") as said:
        said.write(f"{os.environ['HUB_DATABASE_URL']}\\n{os.environ['HUB_DATA_DIR']}\\n")

def test_reads_kafka(kafka: Kafka) -> None:
    assert is_open(kafka.port)
    with SAID.open("a") as said:
        said.write(f"{kafka.port}\\n")
"""


def nothing_is_left(folder: Path) -> bool:
    """Look for the database, the data folder and the broker that the session has told of."""
    for word in (folder / "said").read_text().split():
        if word.isdigit():
            assert not is_open(int(word))
        elif word.startswith("postgres"):
            assert not answers(word)
        else:
            assert not Path(word).exists()
    return True


def session(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a session of its own with the two tests above, without Django."""
    test = folder / "test_program.py"
    test.write_text(PROGRAM)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -ra -p tests.plugin\nmarkers =\n  kafka\n  redis\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "PYTEST_"))}
    command = [sys.executable, "-m", "pytest", "-c", str(folder / "pytest.ini"), *words, str(test)]
    return subprocess.run(command, cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=False)


def test_it_names_versions_ignores_the_shells_settings_and_cleans_up(tmp_path: Path) -> None:
    ran = session(tmp_path, "-m", "not kafka", HUB_MARQUEZ_URL="http://somebodys-marquez:5000")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 passed, 1 deselected" in ran.stdout
    for line in (
        f"PostgreSQL   {version_of(os.environ['HUB_DATABASE_URL'])}",
        "Kafka        4.",
        "Redis  ",
        "Chromium  ",
    ):
        assert line in ran.stdout
    assert nothing_is_left(tmp_path)


@pytest.mark.parametrize(("ci", "outcome"), [("", "1 passed, 1 skipped"), ("true", "1 passed, 1 error")])
def test_without_java_a_test_with_kafka_is_skipped_or_in_ci_fails(tmp_path: Path, ci: str, outcome: str) -> None:
    ran = session(tmp_path, CI=ci, PATH="/nowhere", HUB_DATABASE_URL=os.environ["HUB_DATABASE_URL"])
    assert outcome in ran.stdout
    assert "Java is not installed" in ran.stdout
    assert "apt-get install" in ran.stdout


@pytest.mark.kafka
def test_workers_share_what_the_controller_started(kafka: object, tmp_path: Path) -> None:
    ran = session(tmp_path, "-n", "2", "--dist", "load")
    assert "2 passed" in ran.stdout, ran.stdout + ran.stderr
    assert nothing_is_left(tmp_path)


def test_postgres_is_fast_and_gone_afterwards() -> None:
    server = Postgres()
    server.start()
    try:
        assert answers(server.url)
    finally:
        server.stop()
    assert not answers(server.url)
    assert not server._folder.exists()


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("false", pytest.skip.Exception)])
def test_missing_is_loud_and_in_ci_a_failure(
    ci: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="no broker"):
        fixtures.missing("no broker")
