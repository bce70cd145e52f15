"""Finds out where the demo pipeline is to send, and with which keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

KEY_ENTRY = "key:"


class NoTarget(Exception):
    """No running hub is described there; the text is for the terminal."""


@dataclass(frozen=True, slots=True)
class Target:
    endpoint: str
    keys: Mapping[str, str] = field(repr=False)


def read(env_file: Path, endpoint: str = "") -> Target:
    """Read `demo.env`, and the teams' keys from the `demo.json` beside it; `endpoint` overrides the file's."""
    try:
        values = dict(line.split("=", 1) for line in env_file.read_text().splitlines() if "=" in line)
        namespace, key = values["LINEAGE_HUB_NAMESPACE"], values["LINEAGE_HUB_API_KEY"]
        return Target(
            endpoint or values["LINEAGE_HUB_ENDPOINT"], {namespace: key} | teams(env_file.with_name("demo.json"))
        )
    except (OSError, KeyError) as error:
        raise NoTarget(
            f"{env_file} does not describe a running hub ({error!r}). `make run` starts one and writes it."
        ) from error


def teams(known: Path) -> dict[str, str]:
    if not known.exists():
        return {}
    entries = json.loads(known.read_text()).items()
    return {name.removeprefix(KEY_ENTRY): token for name, token in entries if name.startswith(KEY_ENTRY)}
