"""`manage.py consume_marquez`: the carrier `marquez` in a process of its own."""

from __future__ import annotations

from consumers.management.running import CarrierCommand


class Command(CarrierCommand):
    help = "Carries lineage events to Marquez."
    carriers = ("marquez",)
