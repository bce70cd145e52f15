"""Redis for a test session: Debian's server, in memory alone."""

from __future__ import annotations

import shutil
import subprocess

from tests.services.ports import free_port, is_open
from tests.services.process import Missing, Process, scratch_folder

DATABASES = 64  # one for each worker of a parallel session


class Redis:
    """One server on 127.0.0.1; `url` has no database number."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self._process: Process | None = None

    def start(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise Missing("redis-server is not installed. On Debian: apt-get install redis-server")
        folder = scratch_folder("redis")
        words = f"--port {self.port} --bind 127.0.0.1 --save --appendonly no --databases {DATABASES}"
        self._process = Process([program, *words.split(), "--dir", folder], log=folder / "log")
        self._process.start()
        self._process.wait_until(lambda: is_open(self.port), within_s=10)

    def stop(self) -> None:
        if self._process:
            self._process.stop()
            shutil.rmtree(self._process.log_path.parent, ignore_errors=True)
            self._process = None


def version() -> str:
    """Return e.g. "7.0.15", of the installed server."""
    said = subprocess.run(["redis-server", "--version"], capture_output=True, text=True, check=True).stdout
    return next(word.removeprefix("v=") for word in said.split() if word.startswith("v="))
