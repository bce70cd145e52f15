"""The LineageBackend port: takes prepared OpenLineage events, one at a time, in the order given.

A backend may be slow, but `send` returns only when the event is stored. Sending an event twice is harmless to what people
see (it converges). The copy that is sent has been prepared for the backend (`consumers.handlers`); the port does not look
into it.

Errors. `BackendUnavailable`: away, overloaded or misconfigured; nothing may be concluded about the event.
`BackendRefused`: this event will never be taken; `code` says why (`invalid`, `unparsable`, `too_large`, `suspected_poison`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from backends.health import Health


class LineageBackend(ABC):
    @abstractmethod
    def send(self, event: bytes) -> None:
        """Store one OpenLineage event (JSON, UTF-8)."""

    @abstractmethod
    def health(self) -> Health:
        """Ask the backend how it is; answers within two seconds and never raises."""

    @abstractmethod
    def close(self) -> None: ...
