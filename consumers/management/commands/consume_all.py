"""`manage.py consume_all`: all carriers, or those named, in one process."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from consumers.carriers import CARRIERS
from consumers.management.running import CarrierCommand


class Command(CarrierCommand):
    help = "Runs all carriers, each in a thread; --only names some of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", action="append", choices=list(CARRIERS), help="may be given several times")

    def handle(self, *args: Any, **options: Any) -> None:
        self.carry(options["only"] or list(CARRIERS))
