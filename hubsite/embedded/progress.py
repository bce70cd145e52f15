"""Tells what the hub is doing while it starts: one living line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Progress:
    """Numbered steps: `with progress.step("Preparing the database"): ...`."""

    def __init__(self, steps: int, out: TextIO = sys.stdout) -> None:
        self._steps = steps
        self._done = 0
        self._out = out
        self._lively = out.isatty()

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        self._done += 1
        label = f"[{self._done}/{self._steps}] {words}"
        if self._lively:
            self._write(f"\r\x1b[K{label} …")
        begun = time.monotonic()
        yield
        start = "\r\x1b[K" if self._lively else ""
        self._write(f"{start}{label}: done in {time.monotonic() - begun:.1f} s\n")

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
