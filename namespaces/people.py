"""Turns a signed-in person into the actor that services and queries take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from namespaces.actors import NOBODY, Actor
from namespaces.models import Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from namespaces.models import User


def actor_of(user: User | AnonymousUser, *, request_id: str = "") -> Actor:
    """The person's roles by e-mail, read anew for each request: a right withdrawn is withdrawn at once."""
    if not user.is_authenticated or not user.is_active:
        return NOBODY
    email = user.email.lower()
    return Actor(
        kind="person",
        label=email,
        id=str(user.pk),
        roles=dict(Membership.objects.filter(email=email).values_list("namespace_id", "role")),
        is_platform_admin=user.is_superuser,
        request_id=request_id,
    )
