"""`manage.py consume_telemetry`: the carrier `telemetry` in a process of its own."""

from __future__ import annotations

from consumers.management.running import CarrierCommand


class Command(CarrierCommand):
    help = "Carries spans and metrics into ClickHouse, each row exactly once."
    carriers = ("telemetry",)
