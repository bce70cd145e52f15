"""What the door needs to know of a namespace, as one small value that outlives its database row in memory."""

from __future__ import annotations

from dataclasses import dataclass

from namespaces.memory import Memory
from namespaces.models import Namespace
from namespaces.models.namespaces import is_slug


@dataclass(frozen=True, slots=True)
class NamespaceFacts:
    id: int
    name: str
    claim_policy: str
    daily_event_quota: int
    rate_limit_per_s: int
    storage_retention_days: int


_facts: Memory[str, tuple[NamespaceFacts | None]] = Memory(size=10_000)


def of(namespace: Namespace) -> NamespaceFacts:
    return NamespaceFacts(
        id=namespace.pk,
        name=namespace.name,
        claim_policy=namespace.claim_policy,
        daily_event_quota=namespace.daily_event_quota,
        rate_limit_per_s=namespace.rate_limit_per_s,
        storage_retention_days=namespace.storage_retention_days,
    )


def facts_of(name: str) -> NamespaceFacts | None:
    """The active namespace of that name, or None; at most 30 s old."""
    known = _facts.get(name)
    if known is None:
        row = Namespace.objects.filter(name=name, is_active=True).first() if is_slug(name) else None
        known = (of(row) if row else None,)
        _facts.put(name, known)
    return known[0]
