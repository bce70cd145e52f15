"""The data folder: one hub at a time, secrets that last, files that only their owner reads."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hubsite.embedded.data import Busy, DataFolder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_locked_folder_refuses_another_hub_and_names_its_process(tmp_path: Path) -> None:
    first, second = DataFolder(tmp_path), DataFolder(tmp_path)
    first.lock()
    with pytest.raises(Busy, match=f"process {os.getpid()}"):
        second.lock()
    first.release()
    second.lock()
    second.release()


def test_the_lock_goes_with_its_process_however_that_ends(tmp_path: Path) -> None:
    code = (
        "import os, pathlib; from hubsite.embedded.data import DataFolder; "
        f"DataFolder(pathlib.Path({str(tmp_path)!r})).lock(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    folder = DataFolder(tmp_path)
    folder.lock()
    folder.release()


def test_secrets_are_made_once_and_kept(tmp_path: Path) -> None:
    made = DataFolder(tmp_path).secrets()
    assert DataFolder(tmp_path).secrets() == made
    assert all(len(secret) >= 32 for secret in made.values())
    assert mode(tmp_path / "secrets.json") == 0o600


def test_two_folders_have_two_secrets(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert DataFolder(tmp_path / "a").secrets() != DataFolder(tmp_path / "b").secrets()


def test_a_private_file_is_private_from_the_start_and_replaced_whole(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.write_private("demo.env", "A=1\n")
    path = folder.write_private("demo.env", "A=2\n")
    assert (path.read_text(), mode(path)) == ("A=2\n", 0o600)
    assert [p.name for p in tmp_path.iterdir()] == ["demo.env"]


def test_a_file_that_is_not_there_reads_as_nothing(tmp_path: Path) -> None:
    assert DataFolder(tmp_path).read_json("demo.json") == {}
