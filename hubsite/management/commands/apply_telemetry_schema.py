"""`manage.py apply_telemetry_schema`: runs the numbered ClickHouse files that this database has not run yet."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from backends.telemetry import telemetry_store


class Command(BaseCommand):
    help = "Bring the telemetry tables up to date."

    def handle(self, *args: Any, **options: Any) -> None:
        applied = telemetry_store.get().apply_schema()
        for name in applied:
            self.stdout.write(f"applied {name}")
        if not applied:
            self.stdout.write("Nothing to do: the telemetry tables are up to date.")
