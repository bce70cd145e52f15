"""Writes a carrier's sign of life into the database, often enough to be believed and seldom enough to cost nothing.

Fed by consumers/loop.py (every turn)
Feeds consumers/liveness.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.utils import timezone

from backends.errors import BackendUnavailable
from consumers.database import database
from consumers.models import Heartbeat

log = structlog.get_logger(__name__)

EVERY_S = 5.0


class Pulse:
    """Called every turn with what is wrong. A database that is away must not stop who carries elsewhere."""

    def __init__(self, carrier: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._carrier = carrier
        self._clock = clock
        self._next_at = 0.0
        self._detail = ""
        self._is_failing = False

    def __call__(self, detail: str) -> None:
        now = self._clock()
        if now >= self._next_at or (detail != self._detail and not self._is_failing):
            self._next_at, self._detail = now + EVERY_S, detail
            self._write(detail)

    def _write(self, detail: str) -> None:
        try:
            with database():
                values = {"at": timezone.now(), "detail": detail.replace("\0", "")}
                Heartbeat.objects.update_or_create(carrier=self._carrier, defaults=values)
        except BackendUnavailable as error:
            if not self._is_failing:
                log.warning("heartbeat not written", carrier=self._carrier, error=error.detail)
            self._is_failing = True
        else:
            self._is_failing = False
