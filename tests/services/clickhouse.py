"""ClickHouse for a test session: the real engine behind the native protocol, in a process of its own."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.services.ports import free_port, is_open
from tests.services.process import Process, scratch_folder

ROOT = Path(__file__).resolve().parents[2]


class ClickHouse:
    """The server as a test session sees it: `url` stays the same over `stop`, `kill` and `start`, and so does the data."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"clickhouse://127.0.0.1:{self.port}"
        self._folder = scratch_folder("clickhouse")
        self._process = Process(
            [sys.executable, "-m", "tests.services.native_server", str(self.port), self._folder / "data"],
            log=self._folder / "log",
            environment={"PYTHONPATH": str(ROOT)},
        )

    def start(self) -> None:
        self._process.start()
        self._process.wait_until(lambda: is_open(self.port), within_s=60)

    def stop(self) -> None:
        self._process.stop()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def log(self) -> str:
        return self._process.log_tail()
