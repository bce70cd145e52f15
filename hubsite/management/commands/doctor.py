"""`manage.py doctor`: asks every component how it is and says what to do."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from backends.health import Health
from hubsite import health

MARKS = {"ok": "●", "degraded": "◐", "down": "▲", "off": "○"}


class Command(BaseCommand):
    help = "Ask every component how it is and say what to do; exit 1 when one is down."

    def handle(self, *args: Any, **options: Any) -> None:
        answers = health.components()
        for name, answer in answers.items():
            self.stdout.write(line(name, answer))
            if answer.advice:
                self.stdout.write(f"    → {answer.advice}")
        if any(answer.status == "down" for answer in answers.values()):
            sys.exit(1)


def line(name: str, answer: Health) -> str:
    facts = ", ".join(fact for fact in (answer.version, answer.detail, f"{answer.latency_ms:.0f} ms") if fact)
    return f"{MARKS[answer.status]} {name:<16} {answer.status:<9} {facts}"
