"""install.sh installs what is missing where it may, and says what will be left out where it may not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "install.sh"
PROGRAMS = ("redis-server", "java", "mvn", "chromium")


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder for PATH with what the script itself uses, and no more."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("mktemp", "tail"):
        (folder / name).symlink_to(str(shutil.which(name)))
    return folder


def add(folder: Path, name: str, script: str = "") -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/bash", SCRIPT], env={"PATH": str(folder), **environment}, capture_output=True, text=True, check=False
    )


def postgres_is_here() -> bool:
    return any(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


def test_with_everything_there_it_is_silent(programs: Path) -> None:
    if not postgres_is_here():
        pytest.skip("Debian's PostgreSQL server is not installed: apt-get install postgresql-15")
    for name in PROGRAMS:
        add(programs, name)
    ran = run(programs)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_root_gets_what_is_missing_and_no_more(programs: Path, tmp_path: Path) -> None:
    add(programs, "id", "echo 0")
    add(programs, "apt-get", f'echo "$@" >> {tmp_path}/asked')
    add(programs, "java")
    add(programs, "chromium")
    ran = run(programs)
    assert ran.returncode == 0
    assert "Installing for the tests" in ran.stdout
    update, install = (tmp_path / "asked").read_text().splitlines()
    assert update == "update"
    assert {"redis-server", "maven"} <= set(install.split())
    assert not {"default-jdk-headless", "chromium"} & set(install.split())


@pytest.mark.parametrize(("ci", "status"), [("", 0), ("true", 1)])
def test_others_are_told_and_in_ci_that_is_a_failure(programs: Path, ci: str, status: int) -> None:
    add(programs, "id", "echo 1000")
    ran = run(programs, CI=ci)
    assert ran.returncode == status
    assert "default-jdk-headless: without it tests with Kafka are left out" in ran.stdout
    assert "sudo apt-get install" in ran.stdout


def test_when_apt_fails_its_last_words_are_shown(programs: Path) -> None:
    add(programs, "id", "echo 0")
    add(programs, "apt-get", "echo no space left; exit 100")
    ran = run(programs)
    assert ran.returncode == 0
    assert "no space left" in ran.stdout
    assert "Missing for the tests" in ran.stdout
