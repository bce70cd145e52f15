"""What the carriers' commands have in common: run until a signal, finish, exit 0; exit 1 with the reason otherwise."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from threading import Event
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError

from consumers.carriers import run_together
from consumers.policies import FuseBlown


class CarrierCommand(BaseCommand):
    """A command that runs `carriers`."""

    carriers: ClassVar[Sequence[str]] = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.carry(self.carriers)

    def carry(self, names: Sequence[str]) -> None:
        stop = stop_on_signals()
        try:
            run_together(names, stop)
        except FuseBlown as blown:
            raise CommandError(str(blown)) from blown


def stop_on_signals() -> Event:
    """SIGTERM and Ctrl-C finish what is under way; the carriers run in threads, so the handler never meets their locks."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
