"""Issues and revokes API keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from namespaces import audit, keys
from namespaces.actors import Actor
from namespaces.audit import Action
from namespaces.errors import FieldError, Invalid
from namespaces.models import ApiKey, Namespace, Role, Scope
from namespaces.permissions import require_role
from namespaces.services.changes import forget_soon, invalid


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """The key and, this once, its token."""

    key: ApiKey
    token: str = field(repr=False)


@transaction.atomic
def issue_key(
    actor: Actor, *, namespace: Namespace, name: str, scopes: Sequence[str], expires_at: datetime | None = None
) -> IssuedKey:
    require_role(actor, namespace, Role.ADMIN)
    _check_scopes(scopes)
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid("The expiry is past.", errors=[FieldError("/expires_at", "past", "Choose a time to come.")])
    token, lookup, digest = keys.make_token()
    key = ApiKey(
        namespace=namespace,
        name=name.strip(),
        lookup=lookup,
        digest=digest,
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
        created_by=actor.label[:254],
    )
    try:
        key.full_clean()
    except ValidationError as error:
        raise invalid(error) from None
    key.save(force_insert=True)
    audit.record(actor, Action.API_KEY_ISSUED, target=str(key), namespace=namespace.name, after=_shown(key))
    return IssuedKey(key, token)


@transaction.atomic
def revoke_key(actor: Actor, *, key: ApiKey) -> ApiKey:
    """End the key: here at once, in other processes within 30 s. Revoking it again changes nothing."""
    require_role(actor, key.namespace, Role.ADMIN)
    current = ApiKey.objects.select_for_update().select_related("namespace").get(pk=key.pk)
    if current.revoked_at is None:
        current.revoked_at = timezone.now()
        current.save(update_fields=["revoked_at"])
        forget_soon()
        audit.record(
            actor, Action.API_KEY_REVOKED, target=str(current), namespace=current.namespace.name, before=_shown(current)
        )
    return current


def _shown(key: ApiKey) -> dict[str, object]:
    expires_at = key.expires_at.isoformat() if key.expires_at else None
    return {"name": key.name, "scopes": list(key.scopes), "expires_at": expires_at}


def _check_scopes(scopes: Sequence[str]) -> None:
    allowed = ", ".join(Scope.values)
    places = [
        FieldError(f"/scopes/{index}", "choice", f"One of {allowed}.")
        for index, scope in enumerate(scopes)
        if scope not in Scope.values
    ]
    if not scopes:
        places = [FieldError("/scopes", "empty", f"At least one of {allowed}.")]
    if places:
        raise Invalid("A key needs known scopes.", errors=places)
