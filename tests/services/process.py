"""One program of a test session: in its own process group, its output in a file, gone when its starter is gone."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class Missing(Exception):
    """A service cannot run here; the text says why and what to do about it."""


def scratch_folder(name: str) -> Path:
    """Make a folder for one service: at a short path, for a socket's has 107 characters, that every account can reach."""
    return Path(tempfile.mkdtemp(prefix=f"hub-test-{name}-", dir="/tmp" if Path("/tmp").is_dir() else None))


class Process:
    """Starts a program, waits for it, ends it.

    Start it from a thread that lives as long as it is needed (the main one): Linux ends the program with that thread, so
    that even a test session that was killed leaves nothing behind.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.command = [str(word) for word in command]
        self.log_path = log
        self.environment = {**os.environ, **(environment or {})}
        self.user = user
        self.stop_signal = stop_signal
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        return self._running is not None and self._running.poll() is None

    def start(self) -> None:
        guard = ["setpriv", "--pdeathsig", self.stop_signal.name.removeprefix("SIG")] if shutil.which("setpriv") else []
        account = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        with self.log_path.open("ab") as log:
            self._running = subprocess.Popen(  # type: ignore[call-overload]
                [*guard, *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.log_path.parent,
                env=self.environment,
                start_new_session=True,
                **account,
            )

    def wait_until(self, ready: Callable[[], bool], *, within_s: float) -> None:
        """Wait for a sign of life; fail with the end of the log when the program ends or takes too long."""
        deadline = time.monotonic() + within_s
        while not ready():
            if not self.is_running or time.monotonic() > deadline:
                how = "is not ready" if self.is_running else "ended"
                raise RuntimeError(f"{self.command[0]} {how} within {within_s:.0f} s:\n{self.log_tail()}")
            time.sleep(0.05)

    def stop(self, *, within_s: float = 20) -> None:
        """Ask it to end; one that has not ended in time is killed."""
        if self._running is None:
            return
        self._signal(self.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._running.wait(within_s)
        self.kill()

    def kill(self) -> None:
        """End it at once, with all that it started."""
        if self._running is None:
            return
        self._signal(signal.SIGKILL)
        self._running.wait()
        self._running = None

    def log_tail(self) -> str:
        return self.log_path.read_text(errors="replace")[-4000:] if self.log_path.exists() else ""

    def _signal(self, number: signal.Signals) -> None:
        assert self._running is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._running.pid, number)
