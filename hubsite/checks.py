"""System checks with stable ids: settings that contradict each other are refused before anything starts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

MIN_SECRET_LENGTH = 32


@register
def secret_is_set(**_: Any) -> list[CheckMessage]:
    if len(settings.SECRET_KEY) >= MIN_SECRET_LENGTH:
        return []
    hint = "python -c 'import secrets; print(secrets.token_urlsafe(50))' makes one."
    return [Error("HUB_SECRET_KEY is missing or shorter than 32 characters.", hint=hint, id="hub.E001")]


@register
def log_and_store_belong_together(**_: Any) -> list[CheckMessage]:
    """The embedded telemetry store belongs to one process, a Kafka deployment has many."""
    if bool(settings.HUB_KAFKA_BOOTSTRAP_SERVERS) == bool(settings.HUB_CLICKHOUSE_URL):
        return []
    return [
        Error(
            "HUB_KAFKA_BOOTSTRAP_SERVERS and HUB_CLICKHOUSE_URL must be set together or not at all.",
            hint="The embedded log and store live in one process; production has many. Set the missing one.",
            id="hub.E002",
        )
    ]
