"""Decisions that only the door takes; `hubsite.problems` maps them to answers."""

from __future__ import annotations

from namespaces.errors import HubError


class MethodNotAllowed(HubError):
    """The door takes POST only, and never redirects."""

    code = "method_not_allowed"
    allow = "POST"
