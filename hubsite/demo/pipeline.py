"""Runs the demo: three teams, one day, every event and span sent as any team would send it.

Fed by hubsite.demo.jobs.
Feeds a running hub, through the SDK and OpenTelemetry's own exporters.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import data_lineage_hub
from hubsite.demo import jobs
from hubsite.demo.jobs import Day
from hubsite.demo.telemetry import Telemetry
from hubsite.demo.warehouse import Warehouse

TEAMS: Mapping[str, Callable[[Day], None]] = {
    "shop": jobs.shop_day,
    "analytics": jobs.analytics_day,
    "finance": jobs.finance_day,
}
FLUSH_TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True)
class Summary:
    """How many events arrived and how many did not; `failures` are the demo's own: one job fails on purpose."""

    delivered: int
    missing: int
    failures: tuple[str, ...]


def run(endpoint: str, credentials: Mapping[str, str]) -> Summary:
    """Run all teams; one without a key of its own in `credentials` (namespace → key) works with the first of them."""
    before = data_lineage_hub.stats()
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="hub-demo-") as folder:
        for team, work in TEAMS.items():
            namespace = team if team in credentials else next(iter(credentials))
            key = credentials[namespace]
            data_lineage_hub.configure(hub_endpoint=endpoint, namespace=namespace, api_key=key)
            with Telemetry(endpoint, team, key) as telemetry:
                day = Day(Warehouse(Path(folder)), telemetry)
                work(day)
            failures += day.failures
    data_lineage_hub.flush(FLUSH_TIMEOUT_S)
    after = data_lineage_hub.stats()
    delivered = after.delivered - before.delivered
    return Summary(delivered, after.emitted - before.emitted - delivered, tuple(failures))
