"""What the door decides about a request's content: the envelopes to make durable, and what is refused of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from backends.eventlog import Envelope
from ingest.codes import Reject
from namespaces.errors import FieldError, Forbidden, HubError
from namespaces.facts import NamespaceFacts
from namespaces.keys import Credential


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who stands at the door, since when (Unix seconds), under which request id."""

    credential: Credential
    request_id: str
    arrived_at_s: float

    @property
    def namespace(self) -> NamespaceFacts:
        return self.credential.namespace

    @property
    def received_at(self) -> str:
        return datetime.fromtimestamp(self.arrived_at_s, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

    def may_speak_for(self, namespace: str | None) -> None:
        """The namespace comes from the key; the body may only repeat it."""
        if namespace not in {None, "", self.namespace.name}:
            message = (
                f"This key belongs to another namespace than {namespace!r}. Leave namespace out, or use its own key."
            )
            errors = [FieldError("/namespace", Reject.NAMESPACE_MISMATCH, message)]
            raise Forbidden(message, code=Reject.NAMESPACE_MISMATCH, errors=errors)


@dataclass(frozen=True, slots=True)
class Rejection:
    """One item of many that does not come in, and every reason."""

    index: int
    reasons: tuple[FieldError, ...]

    @classmethod
    def of(cls, index: int, error: HubError) -> Rejection:
        return cls(index, error.errors or (FieldError("", error.code, error.detail),))


@dataclass(frozen=True, slots=True)
class Verdict:
    """`accepted` and `rejected` count items: events, spans, data points."""

    namespace: str
    envelopes: tuple[Envelope, ...]
    accepted: int
    rejections: tuple[Rejection, ...] = ()
    rejected: int = 0
    warnings: tuple[FieldError, ...] = ()


def joined(namespace: str, parts: Sequence[Verdict]) -> Verdict:
    return Verdict(
        namespace,
        tuple(envelope for part in parts for envelope in part.envelopes),
        sum(part.accepted for part in parts),
        tuple(rejection for part in parts for rejection in part.rejections),
        sum(part.rejected for part in parts),
    )
