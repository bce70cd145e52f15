"""Who belongs to a namespace. Membership is the only place where this is kept: owners are its admins, viewers its readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from namespaces import audit
from namespaces.actors import Actor
from namespaces.audit import Action
from namespaces.errors import Conflict, FieldError, Invalid, NotFound
from namespaces.models import Membership, Namespace, Role
from namespaces.permissions import require_role
from namespaces.services.changes import bump, locked

ROLE_OF_LIST: Mapping[str, Role] = {"owners": Role.ADMIN, "viewers": Role.READER}


@transaction.atomic
def set_member(actor: Actor, *, namespace: Namespace, email: str, role: str) -> Membership:
    """Give a person or group this role, whatever they had before. The same again changes nothing."""
    require_role(actor, namespace, Role.ADMIN)
    if role not in Role.values:
        raise Invalid("No such role.", errors=[FieldError("/role", "choice", f"One of {', '.join(Role.values)}.")])
    email, namespace = checked_email(email, "/email"), locked(namespace)
    member = Membership.objects.filter(namespace=namespace, email=email).first()
    before = member.role if member else None
    if member and before == role:
        return member
    if before == Role.ADMIN:
        _keep_an_owner(actor, namespace, without=email)
    member, _ = Membership.objects.update_or_create(namespace=namespace, email=email, defaults={"role": role})
    bump(namespace)
    audit.record(
        actor,
        Action.MEMBER_SET,
        target=email,
        namespace=namespace.name,
        before={"role": before} if before else None,
        after={"role": role},
    )
    return member


@transaction.atomic
def remove_member(actor: Actor, *, namespace: Namespace, email: str) -> None:
    require_role(actor, namespace, Role.ADMIN)
    email, namespace = checked_email(email, "/email"), locked(namespace)
    member = Membership.objects.filter(namespace=namespace, email=email).first()
    if member is None:
        raise NotFound(f"{email!r} is no member of {namespace.name}.")
    if member.role == Role.ADMIN:
        _keep_an_owner(actor, namespace, without=email)
    before = {"role": member.role}
    member.delete()
    bump(namespace)
    audit.record(actor, Action.MEMBER_REMOVED, target=email, namespace=namespace.name, before=before)


def people_in(namespace: Namespace) -> dict[str, list[str]]:
    """Owners and viewers as lists of e-mails, as the API and the audit trail show them."""
    members = list(namespace.memberships.all())
    return {
        name: sorted(member.email for member in members if member.role == role) for name, role in ROLE_OF_LIST.items()
    }


def replace_people(namespace: Namespace, lists: Mapping[str, Iterable[str]]) -> None:
    """Make the given lists (owners, viewers or both) the whole truth of their role. Writers stay unless named."""
    wanted = checked_lists(lists)
    roles = [ROLE_OF_LIST[name] for name in lists]
    Membership.objects.filter(namespace=namespace, role__in=roles).exclude(email__in=wanted).delete()
    for email, role in wanted.items():
        Membership.objects.update_or_create(namespace=namespace, email=email, defaults={"role": role})


def checked_lists(lists: Mapping[str, Iterable[str]]) -> dict[str, Role]:
    """E-mail to role; nobody may stand in both lists, because one of the two would silently lose."""
    roles: dict[str, Role] = {}
    for name, emails in lists.items():
        for index, given in enumerate(emails):
            pointer = f"/{name}/{index}"
            email = checked_email(given, pointer)
            if roles.setdefault(email, ROLE_OF_LIST[name]) != ROLE_OF_LIST[name]:
                message = f"{email} is an owner already; owners see everything that viewers see."
                raise Invalid(message, errors=[FieldError(pointer, "duplicate", message)])
    return roles


def checked_email(given: str, pointer: str) -> str:
    email = given.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        message = f"{given!r} is no e-mail address."
        raise Invalid(message, errors=[FieldError(pointer, "email", message)]) from None
    return email


def _keep_an_owner(actor: Actor, namespace: Namespace, *, without: str) -> None:
    """A namespace that nobody governs can only be mended by a platform admin, so only they may leave one behind."""
    others = Membership.objects.filter(namespace=namespace, role=Role.ADMIN).exclude(email=without)
    if not actor.is_platform_admin and not others.exists():
        raise Conflict(f"{without} is the last owner of {namespace.name}. Name another owner first.", code="last_owner")
