"""`manage.py hub`: web server, carriers and clock in one process, on the configured database and stores."""

from __future__ import annotations

import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hubsite.embedded.__main__ import claim_port, listen_for_signals
from hubsite.embedded.process import HubProcess

POLL_S = 0.5


class Command(BaseCommand):
    help = "Run the whole hub in one process (make run also brings PostgreSQL and demo data)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = listen_for_signals()
        try:
            sock = claim_port(options["port"])
        except OSError as error:
            raise CommandError(str(error)) from None
        hub = HubProcess(sock)
        hub.start()
        self.stdout.write(f"The hub listens on http://127.0.0.1:{options['port']}")
        try:
            wait(hub, stopping)
        finally:
            hub.stop()


def wait(hub: HubProcess, stopping: threading.Event) -> None:
    while not stopping.wait(POLL_S):
        if hub.failed:
            raise CommandError("A part of the hub ended by itself; its log is above.")
