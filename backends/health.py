"""What a component says of itself when asked: the one shape behind health routes, the status page and `doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "degraded", "down", "off"]


@dataclass(frozen=True, slots=True)
class Health:
    """The real state of one component, asked for just now.

    `version` is the component's own, `detail` what a person should know, `advice` what to do when it is not ok.
    "off" means not configured, which is no fault.
    """

    status: Status
    version: str = ""
    detail: str = ""
    advice: str = ""
    latency_ms: float = 0.0
