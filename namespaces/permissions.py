"""The one place that says yes or no: 404 for the stranger, 403 for the member with too little."""

from __future__ import annotations

from namespaces.actors import Actor
from namespaces.errors import Forbidden, NotFound, Unauthenticated
from namespaces.models import Namespace
from namespaces.models.namespaces import is_slug

# What a key's scopes must hold for it to act in a role; people have no scopes and are not limited by them.
SCOPE_OF_ROLE = {"reader": "read", "admin": "admin"}


def require_somebody(actor: Actor) -> Actor:
    if actor.kind == "nobody":
        raise Unauthenticated("This needs a signed-in person or an API key: Authorization: Bearer dlh_…")
    return actor


def require_platform_admin(actor: Actor, *, to: str) -> None:
    require_somebody(actor)
    if not actor.is_platform_admin:
        raise Forbidden(f"Only a platform administrator may {to}. Ask one of yours.")


def require_role(actor: Actor, namespace: Namespace, role: str) -> None:
    """Pass when the actor has at least this role in the namespace."""
    require_somebody(actor)
    if not actor.has_role(namespace.pk, "reader"):
        raise NotFound(f"There is no namespace {namespace.name!r} that you can see.")
    scope = SCOPE_OF_ROLE.get(role)
    if scope and not actor.has_scope(scope):
        raise Forbidden(f"The key lacks the scope {scope!r}. Issue one that has it.", code="insufficient_scope")
    if not actor.has_role(namespace.pk, role):
        raise Forbidden(f"This needs the role {role!r} in {namespace.name}. Ask one of its owners.")


def namespace_for(actor: Actor, name: str, *, role: str = "reader") -> Namespace:
    """The namespace of that name, when the actor may act in it in that role."""
    require_somebody(actor)
    namespace = Namespace.objects.filter(name=name).first() if is_slug(name) else None
    if namespace is None:
        raise NotFound(f"There is no namespace {name!r} that you can see.")
    require_role(actor, namespace, role)
    return namespace
