"""What an actor may see of the tables of governance: one method, that returns nothing by default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from namespaces.actors import Actor

if TYPE_CHECKING:
    from namespaces.models import Namespace  # noqa: F401 -- mypy reads the quoted name


class NamespaceQuerySet(models.QuerySet["Namespace"]):
    def visible_to(self, actor: Actor) -> Self:
        """Namespaces in which the actor has a role; for a platform admin all."""
        if actor.is_platform_admin:
            return self
        return self.filter(pk__in=actor.namespace_ids) if actor.has_scope("read") else self.none()
