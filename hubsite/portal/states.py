"""How a state looks: each has a word, a shape and a colour class, so that no page depends on colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    word: str
    shape: str
    css: str


UNKNOWN = Look("unknown", "○", "unknown")
LOOKS: Mapping[str, Look] = {
    "COMPLETE": Look("completed", "●", "good"),
    "RUNNING": Look("running", "◐", "busy"),
    "FAIL": Look("failed", "▲", "bad"),
    "ABORT": Look("aborted", "■", "warn"),
    "UNKNOWN": UNKNOWN,
    "ok": Look("ok", "●", "good"),
    "degraded": Look("degraded", "◐", "warn"),
    "down": Look("down", "▲", "bad"),
    "off": Look("off", "○", "unknown"),
    "accepted": Look("accepted", "●", "good"),
    "rejected": Look("rejected", "▲", "bad"),
    "throttled": Look("throttled", "■", "warn"),
    "active": Look("active", "●", "good"),
    "expired": Look("expired", "■", "warn"),
    "revoked": Look("revoked", "○", "unknown"),
}


def look_of(state: str) -> Look:
    return LOOKS.get(state, UNKNOWN)
