"""Makes and changes namespaces."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from namespaces import audit, claims
from namespaces.actors import Actor
from namespaces.audit import Action
from namespaces.errors import Conflict, FieldError, Forbidden, Invalid, PreconditionFailed
from namespaces.models import ClaimKind, Namespace, Role
from namespaces.models.namespaces import is_slug
from namespaces.permissions import require_platform_admin, require_role
from namespaces.services.changes import bump, forget_soon, invalid, locked
from namespaces.services.members import ROLE_OF_LIST, people_in, replace_people

# What a caller may set beside the name and the people. `rate_limit_per_s` joins when the door enforces it.
FIELDS = (
    "display_name",
    "description",
    "daily_event_quota",
    "storage_retention_days",
    "slack_webhook",
    "notification_settings",
    "cost_center",
    "compliance_level",
    "properties",
    "claim_policy",
    "is_active",
)
# A limit that its subject can raise is none.
NOT_FOR_OWNERS: Mapping[str, str] = {
    "is_active": "switch a namespace on or off",
    "daily_event_quota": "change a namespace's daily_event_quota",
}


@transaction.atomic
def create_namespace(
    actor: Actor,
    *,
    name: str,
    display_name: str = "",
    owners: Iterable[str] = (),
    viewers: Iterable[str] = (),
    **fields: Any,
) -> Namespace:
    require_platform_admin(actor, to="create namespaces")
    _refuse_unknown(fields)
    _refuse_taken(name)
    namespace = Namespace(name=name, display_name=display_name, **fields)
    _check(namespace)
    try:
        with transaction.atomic():
            namespace.save(force_insert=True)
    except IntegrityError:  # somebody was faster
        _refuse_taken(name)
        raise
    replace_people(namespace, {"owners": owners, "viewers": viewers})
    forget_soon()
    audit.record(actor, Action.NAMESPACE_CREATED, target=name, namespace=name, after=snapshot(namespace))
    return namespace


@transaction.atomic
def update_namespace(actor: Actor, *, namespace: Namespace, if_match: int | None = None, **fields: Any) -> Namespace:
    """Set the given fields, `owners` and `viewers` among them. What is as it was gets no new version and no entry."""
    require_role(actor, namespace, Role.ADMIN)
    current = locked(namespace)
    if if_match is not None and if_match != current.version:
        raise PreconditionFailed(f"{current.name} is at version {current.version} now. Read it again, then change it.")
    _refuse_rename(current, fields.pop("name", current.name))
    lists = {key: fields.pop(key) for key in ROLE_OF_LIST if key in fields}
    _refuse_unknown(fields)
    before = snapshot(current)
    _refuse_above_owners(actor, current, fields)
    for field, value in fields.items():
        setattr(current, field, value)
    _check(current)
    replace_people(current, lists)
    _refuse_ownerless(actor, current, lists)
    after = snapshot(current)
    changed = {key for key in after if after[key] != before[key]}
    if changed:
        current.save()
        bump(current)
        forget_soon()
        audit.record(
            actor,
            Action.NAMESPACE_UPDATED,
            target=current.name,
            namespace=current.name,
            before={key: before[key] for key in changed},
            after={key: after[key] for key in changed},
        )
    return current


def snapshot(namespace: Namespace) -> dict[str, Any]:
    """The namespace as the audit trail may show it: the webhook's address is a secret, so its fingerprint stands in."""
    values = {field: getattr(namespace, field) for field in FIELDS}
    return values | people_in(namespace) | {"slack_webhook": _fingerprint(namespace.slack_webhook)}


def _fingerprint(secret: str) -> str:
    if not secret:
        return ""
    return "hmac:" + hmac.new(settings.HUB_KEY_PEPPER.encode(), secret.encode(), hashlib.sha256).hexdigest()[:12]


def _check(namespace: Namespace) -> None:
    try:
        namespace.full_clean()
    except ValidationError as error:
        raise invalid(error) from None


def _refuse_unknown(fields: Mapping[str, Any]) -> None:
    if unknown := sorted(fields.keys() - set(FIELDS)):
        places = [FieldError(f"/{field}", "unknown", "A namespace has no such field.") for field in unknown]
        raise Invalid(f"Unknown: {', '.join(unknown)}.", errors=places)


def _refuse_taken(name: str) -> None:
    if not is_slug(name.lower()):
        return  # validation says what is wrong with it
    if Namespace.objects.filter(name__iexact=name).exists():
        raise Conflict(f"There is a namespace {name.lower()!r} already. Choose another name.")
    if owner := claims.namespace_claiming(ClaimKind.JOB, name):
        raise Conflict(f"The job namespace {name!r} is claimed by {owner}. Remove that claim first, or choose another.")


def _refuse_rename(namespace: Namespace, name: str) -> None:
    if name != namespace.name:
        message = "A namespace's name never changes: it is in keys, topics and tables. Create a new one instead."
        raise Invalid(message, errors=[FieldError("/name", "immutable", message)])


def _refuse_above_owners(actor: Actor, namespace: Namespace, fields: Mapping[str, Any]) -> None:
    if actor.is_platform_admin:
        return
    for field, what in NOT_FOR_OWNERS.items():
        if fields.get(field, now := getattr(namespace, field)) != now:
            raise Forbidden(f"Only a platform administrator may {what}. Ask one of yours.")


def _refuse_ownerless(actor: Actor, namespace: Namespace, lists: Mapping[str, Iterable[str]]) -> None:
    if lists and not actor.is_platform_admin and not people_in(namespace)["owners"]:
        message = "A namespace needs at least one owner."
        raise Invalid(message, errors=[FieldError("/owners", "empty", message)])
