"""What the carriers leave in the hub's database: a sign of life each."""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """The last turn of a carrier, whichever of its processes made it."""

    carrier = models.CharField(max_length=50, primary_key=True)
    at = models.DateTimeField(help_text="When it made its last turn, to a few seconds.")
    detail = models.TextField(blank=True, help_text="What holds it up; empty while it carries.")

    def __str__(self) -> str:
        return f"{self.carrier} at {self.at:%Y-%m-%d %H:%M:%S}"
