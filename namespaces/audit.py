"""The audit trail: writes who did what, each entry bound to the one before it by a hash, and proves it unbroken.

An entry is written in the transaction of the deed, as its last statement: the trail's lock is held to the commit, so
taking it late keeps writers from waiting for each other and from deadlock.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from namespaces.actors import Actor
from namespaces.models import AuditEntry

LOCK = 0x646C685F  # any number that nothing else in this database locks
FIRST = ""  # the previous hash of the first entry


class Action(StrEnum):
    """Everything that the trail can say."""

    NAMESPACE_CREATED = "namespace.created"
    NAMESPACE_UPDATED = "namespace.updated"
    MEMBER_SET = "member.set"
    MEMBER_REMOVED = "member.removed"
    API_KEY_ISSUED = "api_key.issued"
    API_KEY_REVOKED = "api_key.revoked"
    CLAIM_CREATED = "claim.created"
    CLAIM_REMOVED = "claim.removed"
    PERSON_SIGNED_IN = "person.signed_in"
    PERSON_SIGN_IN_FAILED = "person.sign_in_failed"
    PERSON_CREATED = "person.created"
    PERSON_UPDATED = "person.updated"


@transaction.atomic
def record(
    actor: Actor,
    action: Action,
    *,
    target: str,
    namespace: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Append one entry. `before` and `after` never hold secrets: callers give names, states and fingerprints."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = AuditEntry.objects.order_by("-id").values_list("hash", flat=True).first()
    entry = AuditEntry(
        at=timezone.now(),
        action=action.value,
        actor=actor.label[:300],
        namespace=namespace,
        target=target[:300],
        before=_plain(before),
        after=_plain(after),
        request_id=actor.request_id[:64],
        previous_hash=last or FIRST,
    )
    entry.hash = hash_of(entry)
    entry.save(force_insert=True)
    return entry


def verify() -> int | None:
    """Walk the whole trail; the id of the first entry that was altered or whose predecessor is missing, else None."""
    previous = FIRST
    for entry in AuditEntry.objects.order_by("id").iterator():
        if entry.previous_hash != previous or entry.hash != hash_of(entry):
            return int(entry.pk)
        previous = entry.hash
    return None


def hash_of(entry: AuditEntry) -> str:
    text = json.dumps(
        {
            "at": _moment(entry.at),
            "action": entry.action,
            "actor": entry.actor,
            "namespace": entry.namespace,
            "target": entry.target,
            "before": _plain(entry.before),
            "after": _plain(entry.after),
            "request_id": entry.request_id,
            "previous_hash": entry.previous_hash,
        },
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _plain(value: Any) -> Any:
    """The value as PostgreSQL's jsonb gives it back: 1e22 comes back as an integer, and 1.0 equals 1."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value
