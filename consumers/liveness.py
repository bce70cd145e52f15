"""Whether the carriers carry: how long ago each made its last turn, what holds it up, and how far it is behind.

Fed by consumers/heartbeats.py (a sign of life each)
Feeds the health routes, the status page and `doctor`
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from backends.errors import BackendUnavailable
from backends.eventlog import event_log
from backends.health import Health
from consumers.carriers import CARRIERS
from consumers.loop import group_of
from consumers.models import Heartbeat

SILENT_AFTER = timedelta(seconds=60)


def carriers_health() -> Health:
    """Degraded when a carrier is silent or held up; the door goes on taking events meanwhile."""
    beats = {beat.carrier: beat for beat in Heartbeat.objects.all()}
    silent = [name for name in CARRIERS if name not in beats or timezone.now() - beats[name].at > SILENT_AFTER]
    held_up = [f"{name}: {beat.detail}" for name, beat in beats.items() if beat.detail and name not in silent]
    detail = "; ".join([*held_up, *(f"{name} {behind(name)}" for name in CARRIERS)])
    if silent:
        advice = f"Start {', '.join(f'manage.py consume_{name}' for name in silent)} (or manage.py consume_all)."
        return Health("degraded", detail=f"No turn for a minute: {', '.join(silent)}; {detail}", advice=advice)
    return Health("degraded" if held_up else "ok", detail=detail)


def behind(name: str) -> str:
    """How many envelopes the carrier has not handled yet, in words."""
    try:
        lag = sum(event_log.get().lag(CARRIERS[name].topics, group=group_of(name)).values())
    except BackendUnavailable:
        return "cannot be told: the log is away"
    return f"{lag} behind" if lag else "up to date"
