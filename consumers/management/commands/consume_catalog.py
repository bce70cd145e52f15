"""`manage.py consume_catalog`: the carrier `catalog` in a process of its own."""

from __future__ import annotations

from consumers.management.running import CarrierCommand


class Command(CarrierCommand):
    help = "Carries lineage events into the hub's catalog."
    carriers = ("catalog",)
