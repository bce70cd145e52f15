"""The one decision that the projection takes: this event can never be shown."""

from __future__ import annotations


class Unprojectable(Exception):
    """`reason` is a stable code, `error` a sentence.

    * `unknown_namespace`: the hub has no such namespace.
    * `invalid_event`: its core cannot be read; the door refuses such events.
    * `foreign_job`: the job is another namespace's.
    """

    def __init__(self, reason: str, error: str) -> None:
        super().__init__(f"{reason}: {error}")
        self.reason = reason
        self.error = error
