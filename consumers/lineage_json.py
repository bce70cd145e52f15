"""Reads an OpenLineage event for a destination that keeps text in PostgreSQL: the copy has no NUL and no lone surrogate.

Fed by the values of openlineage-events
Feeds consumers/handlers/catalog.py, consumers/marquez_copy.py
"""

from __future__ import annotations

import json
import re
from typing import Any, Never

import msgspec

UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
# In the bytes either can only stand as an escape; most events have none, and are then clean as decoded.
SUSPICIOUS = re.compile(rb"\\u(0000|[dD][89a-fA-F])")


class Unreadable(Exception):
    """The value is not one JSON object; the door lets no such pass."""

    reason = "unreadable"

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def event_of(value: bytes) -> dict[str, Any]:
    try:
        event = (
            clean(json.loads(value, parse_constant=refuse)) if SUSPICIOUS.search(value) else msgspec.json.decode(value)
        )
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"Not JSON: {error}") from error
    if not isinstance(event, dict):
        raise Unreadable(f"Not a JSON object but {type(event).__name__}.")
    return event


def clean(value: Any) -> Any:
    """The same without what PostgreSQL cannot keep, in keys too."""
    if isinstance(value, str):
        return UNKEEPABLE.sub("", value)
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    return value


def refuse(constant: str) -> Never:
    raise ValueError(f"{constant} is not JSON")
