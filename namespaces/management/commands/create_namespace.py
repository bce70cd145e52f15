"""Creates a namespace from the shell: `manage.py create_namespace team-a --owner alice@example.com`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from namespaces import services
from namespaces.actors import SYSTEM
from namespaces.errors import HubError


class Command(BaseCommand):
    help = "Create a namespace."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="1 to 63 of a-z, 0-9, - _ and .")
        parser.add_argument("--display-name", default="")
        parser.add_argument("--owner", action="append", default=[], metavar="EMAIL", help="may be given many times")
        parser.add_argument("--viewer", action="append", default=[], metavar="EMAIL", help="may be given many times")
        parser.add_argument("--quota", type=int, metavar="N", help="items a day")

    def handle(self, *args: Any, **options: Any) -> None:
        quota = {} if options["quota"] is None else {"daily_event_quota": options["quota"]}
        try:
            namespace = services.create_namespace(
                SYSTEM,
                name=options["name"],
                display_name=options["display_name"],
                owners=options["owner"],
                viewers=options["viewer"],
                **quota,
            )
        except HubError as error:
            raise CommandError(
                "\n".join([error.detail, *(f"{e.pointer}: {e.message}" for e in error.errors)])
            ) from None
        self.stdout.write(f"Namespace {namespace.name} is there. Next: manage.py issue_key {namespace.name}")
