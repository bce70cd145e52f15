"""The recorded data beside the checkout: real dbt events, and what a real Marquez made of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def path(name: str) -> Path:
    """The file, or a loud skip where the recordings are not."""
    found = SHARED / name
    if not found.exists():
        pytest.skip(f"the recorded data ../shared/data/{name} is not beside this checkout")
    return found


def dbt_events() -> list[bytes]:
    """126 events of the stock dbt integration, as their exact bytes."""
    return path("openlineage/dbt_events.jsonl").read_bytes().splitlines()


def oracle() -> dict[str, Any]:
    """What a real Marquez shows after those events."""
    return dict(json.loads(path("marquez/dbt_oracle.json").read_text()))


def oracle_edges() -> set[tuple[str, str]]:
    """The edges that the events declare, as pairs of node ids in the direction of the data."""
    return {(source, target) for source, target, _ in oracle()["edgesInEvents"]}
