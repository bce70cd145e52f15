"""Says each thing once: a broken hub must not flood the log of the program that it watches."""

from __future__ import annotations

import logging
from contextlib import suppress

log = logging.getLogger("data_lineage_hub")
MAX_KEYS = 1000

_said: set[str] = set()


def warn_once(key: str, message: str, *args: object, trace: bool = False) -> None:
    """Log a warning the first time this process meets `key`; never raise."""
    if key in _said or len(_said) >= MAX_KEYS:
        return
    _said.add(key)
    with suppress(Exception):  # a log handler of the program may fail; the program goes on
        log.warning(message, *args, exc_info=trace)


def forget() -> None:
    """Say everything again, as after a new `configure`."""
    _said.clear()
