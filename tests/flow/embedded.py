"""The embedded hub as its own process, the way `make run` starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from backends.eventlog.sqlite import SqliteEventLog
from tests.flow.calls import Caller, until
from tests.services.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


class EmbeddedHub(Caller):
    """`start` waits until it is ready; `demo` is what it wrote for newcomers."""

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__(free_port())
        self.folder = folder or Path(tempfile.mkdtemp(prefix="hub-embedded-"))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, demo: bool = True, within_s: float = 60) -> None:
        self.process = self.spawn(demo=demo)
        until(lambda: self.is_up() or self.has_ended(), within_s=within_s, what=f"the hub is ready\n{self.log()}")
        assert not self.has_ended(), self.log()

    def event_log(self) -> SqliteEventLog:
        return SqliteEventLog(self.folder / "eventlog.sqlite")

    def await_demo(self) -> None:
        """Wait until the demo pipeline has run and the catalog has all of it."""
        until((self.folder / "demo.ran").exists, within_s=60, what=f"the demo pipeline ran\n{self.log()}")
        self.await_carriers()

    def spawn(self, *, demo: bool = True, port: int | None = None) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "PYTEST"))}
        with self.log_path.open("ab") as log:
            return subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "hubsite.embedded",
                    "--port",
                    str(port or self.port),
                    "--data",
                    str(self.folder),
                    "--demo",
                    str(int(demo)),
                ],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def is_up(self) -> bool:
        return self.call("GET", "/health/ready")[0] == 200

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> int:
        """SIGTERM; return the exit status."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    @property
    def demo(self) -> dict[str, str]:
        return dict(re.findall(r"^(\w+)=(.*)$", (self.folder / "demo.env").read_text(), re.MULTILINE))

    @property
    def log_path(self) -> Path:
        return self.folder / "run.log"

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")[-4000:] if self.log_path.exists() else ""
