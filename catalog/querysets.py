"""What an actor may see of the catalog: one method, that returns nothing by default."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from namespaces.actors import Actor


class OwnedQuerySet(models.QuerySet[Any]):
    """Rows that carry `owner`, the hub namespace that governs them."""

    def visible_to(self, actor: Actor) -> Self:
        """Rows of the namespaces the actor can read; a key needs the scope `read`."""
        if not actor.has_scope("read"):
            return self.none()
        return self if actor.is_platform_admin else self.filter(owner_id__in=actor.namespace_ids)
