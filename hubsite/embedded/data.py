"""The data folder of an embedded hub: locked by one hub at a time, with the secrets it made for itself."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from pathlib import Path
from typing import IO

SECRETS = ("HUB_SECRET_KEY", "HUB_KEY_PEPPER")


class Busy(Exception):
    """Another hub has this folder; the text is for the terminal."""


class DataFolder:
    """`path/` with `hub.lock`, `secrets.json` (0600), `demo.env` (0600), and the folders of the stores."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._lock: IO[str] | None = None

    def lock(self) -> None:
        """Take the folder for this process; the lock goes with the process, however that ends."""
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock = (self.path / "hub.lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.seek(0)
            owner = self._lock.read().strip() or "unknown"
            self.release()
            raise Busy(
                f"Another hub (process {owner}) already runs on {self.path}. Stop it, or choose another folder: "
                "make run DATA=.hub2 PORT=8001"
            ) from None
        self._lock.seek(0)
        self._lock.truncate()
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    def release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def secrets(self) -> dict[str, str]:
        """The folder's own secrets, made at the first start and kept: sessions and keys outlive a restart."""
        kept = self.read_json("secrets.json")
        missing = [name for name in SECRETS if name not in kept]
        if missing:
            kept |= {name: secrets.token_urlsafe(50) for name in missing}
            self.write_private("secrets.json", json.dumps(kept, indent=1))
        return kept

    def read_json(self, name: str) -> dict[str, str]:
        path = self.path / name
        return dict(json.loads(path.read_text())) if path.exists() else {}

    def write_private(self, name: str, text: str) -> Path:
        """Write a file that only its owner can read, whole or not at all."""
        path = self.path / name
        draft = path.with_suffix(".draft")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        draft.replace(path)
        return path
