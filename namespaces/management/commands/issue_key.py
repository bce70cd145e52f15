"""Issues an API key from the shell; the token alone goes to stdout: `KEY=$(manage.py issue_key team-a)`."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from namespaces import services
from namespaces.actors import SYSTEM
from namespaces.errors import HubError
from namespaces.models import Scope
from namespaces.permissions import namespace_for


class Command(BaseCommand):
    help = "Issue an API key of a namespace and print its token, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("namespace")
        parser.add_argument("--name", default="from the shell")
        parser.add_argument(
            "--scope", action="append", choices=Scope.values, help="may be given many times; default: both writes"
        )
        parser.add_argument("--expires-in-days", type=int, metavar="N")

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["expires_in_days"]
        try:
            issued = services.issue_key(
                SYSTEM,
                namespace=namespace_for(SYSTEM, options["namespace"]),
                name=options["name"],
                scopes=options["scope"] or [Scope.LINEAGE_WRITE, Scope.TELEMETRY_WRITE],
                expires_at=None if days is None else timezone.now() + timedelta(days=days),
            )
        except HubError as error:
            raise CommandError(
                "\n".join([error.detail, *(f"{e.pointer}: {e.message}" for e in error.errors)])
            ) from None
        self.stderr.write(
            f"Key {issued.key} of {options['namespace']}: {', '.join(issued.key.scopes)}. Shown this once:"
        )
        self.stdout.write(issued.token)
