"""`manage.py replay_dead_letters`: sends dead letters back to where they came from, after the fault is mended."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backends.errors import BackendError
from backends.eventlog import event_log
from backends.eventlog.topics import SOURCES
from consumers.replay import Choice, Counts, Replay


class Command(BaseCommand):
    help = "Sends dead letters back to their source topic, where the carriers find them as if new."

    def add_arguments(self, parser: ArgumentParser) -> None:
        names = [topic.name for topic in SOURCES]
        parser.add_argument("--topic", action="append", choices=names, help="source topic; all when not given")
        parser.add_argument("--namespace", default="", help="only letters of this namespace")
        parser.add_argument("--reason", default="", help="only letters with this reason code")
        parser.add_argument("--limit", type=int, help="replay at most so many per topic")
        parser.add_argument("--dry-run", action="store_true", help="count what would be replayed, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        choice = Choice(options["namespace"], options["reason"])
        for topic in options["topic"] or [topic.name for topic in SOURCES]:
            try:
                counts = self.replay(topic, choice, limit=options["limit"], dry_run=options["dry_run"])
            except BackendError as error:
                raise CommandError(f"{topic}: {error}. Nothing is lost; run it again when the log is back.") from error
            would = "would be replayed" if options["dry_run"] else "replayed"
            self.stdout.write(f"{topic}: {counts.replayed} {would}, {counts.kept} kept by the filter{twice(counts)}.")

    def replay(self, topic: str, choice: Choice, *, limit: int | None, dry_run: bool) -> Counts:
        """Run with a count that moves on a terminal and is silent elsewhere."""

        def show(counts: Counts) -> None:
            if self.stdout.isatty():
                self.stdout.write(f"\r{topic}: {counts.seen} letters read, {counts.replayed} replayed", ending="\r")

        return Replay(event_log.get(), topic=topic, choice=choice, limit=limit, dry_run=dry_run, report=show).run()


def twice(counts: Counts) -> str:
    return f", {counts.repeated} put aside twice and replayed once" if counts.repeated else ""
