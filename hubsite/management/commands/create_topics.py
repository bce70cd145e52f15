"""`manage.py create_topics`: makes the topics of the event log, or with `--check` only looks whether all are there."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backends.errors import BackendError
from backends.eventlog import EventLog, event_log
from backends.eventlog.topics import DAY_S, HOUR_S, TOPICS, Topic


class Command(BaseCommand):
    help = "Make the topics that do not exist; print all with their partitions and retention."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="make nothing; exit 1 when a topic is missing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.work(event_log.get(), only_check=options["check"])
        except BackendError as error:
            raise CommandError(f"{error}\nIs the event log up? `manage.py doctor` asks every component.") from error

    def work(self, log: EventLog, *, only_check: bool) -> None:
        if not only_check:
            for name in log.create_topics(TOPICS):
                self.stdout.write(f"created {name}")
        found = {topic.name: topic for topic in log.describe_topics([topic.name for topic in TOPICS])}
        self.stdout.write(f"{'TOPIC':<24} {'PARTITIONS':>10} {'RETENTION':>10}")
        for wanted in TOPICS:
            self.stdout.write(line(wanted, found.get(wanted.name)))
        missing = [topic.name for topic in TOPICS if topic.name not in found]
        if missing:
            raise CommandError(f"{len(missing)} of {len(TOPICS)} topics are missing. Run manage.py create_topics.")


def line(wanted: Topic, found: Topic | None) -> str:
    if found is None:
        return f"{wanted.name:<24} {'missing':>10}"
    told = f"{found.name:<24} {found.partitions:>10} {duration(found.retention_s):>10}"
    if found != wanted:  # left as it is: somebody may have had a reason
        told += f"  (the hub would make {wanted.partitions} partitions, {duration(wanted.retention_s)})"
    return told


def duration(seconds: int) -> str:
    return f"{seconds // DAY_S} d" if seconds % DAY_S == 0 else f"{seconds / HOUR_S:g} h"
