"""Claims and gives up job and dataset namespaces."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from namespaces import audit, claims
from namespaces.actors import Actor
from namespaces.audit import Action
from namespaces.errors import Conflict, FieldError, Invalid
from namespaces.models import Claim, Namespace, Role
from namespaces.permissions import require_role
from namespaces.services.changes import forget_soon, invalid


@transaction.atomic
def claim(actor: Actor, *, namespace: Namespace, kind: str, pattern: str, is_prefix: bool = False) -> Claim:
    """Claim a text, or all that begin with it. A longer claim of another namespace inside a prefix stays theirs.

    Only a platform administrator may take what lies inside another's claim or is in use by others, or a short prefix.
    """
    require_role(actor, namespace, Role.ADMIN)
    wanted = Claim(
        namespace=namespace,
        kind=kind,
        pattern=claims.comparable(kind, pattern),
        is_prefix=is_prefix,
        created_by=actor.label[:254],
    )
    try:
        wanted.clean_fields()
    except ValidationError as error:
        raise invalid(error) from None
    existing = _same(wanted)
    if existing and existing.namespace_id == namespace.pk:
        return existing
    holder = existing.namespace_id if existing else claims.owner_by_slug(wanted.pattern)
    if holder not in {None, namespace.pk}:
        raise _taken(pattern)
    if not actor.is_platform_admin:
        _refuse_greed(wanted)
    try:
        with transaction.atomic():
            wanted.save(force_insert=True)
    except IntegrityError:  # somebody was faster
        raise _taken(pattern) from None
    forget_soon()
    audit.record(actor, Action.CLAIM_CREATED, target=str(wanted), namespace=namespace.name)
    return wanted


@transaction.atomic
def unclaim(actor: Actor, *, claim: Claim) -> None:
    require_role(actor, claim.namespace, Role.ADMIN)
    target = str(claim)
    if Claim.objects.filter(pk=claim.pk).delete()[0]:
        forget_soon()
        audit.record(actor, Action.CLAIM_REMOVED, target=target, namespace=claim.namespace.name)


def _refuse_greed(wanted: Claim) -> None:
    if wanted.is_prefix and not claims.is_sensible_prefix(wanted.pattern):
        message = (
            "A prefix has at least 3 characters, is more than a scheme and ends in one of : / . - _ "
            "Ask a platform administrator for a wider one."
        )
        raise Invalid(message, errors=[FieldError("/pattern", "prefix", message)])
    others = claims.holder_of(wanted.kind, wanted.pattern) not in {None, wanted.namespace_id}
    if others or any(is_used(wanted) for is_used in claims.used_by_others):
        raise _taken(wanted.pattern)


def _taken(pattern: str) -> Conflict:
    return Conflict(f"{pattern!r} belongs to another namespace. Ask your platform administrators to sort it out.")


def _same(wanted: Claim) -> Claim | None:
    return Claim.objects.filter(kind=wanted.kind, pattern=wanted.pattern, is_prefix=wanted.is_prefix).first()
