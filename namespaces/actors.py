"""Who asks: a person, a key or the hub itself, as one small value that every service and query takes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

RANK: Mapping[str, int] = {"reader": 1, "writer": 2, "admin": 3}


@dataclass(frozen=True, slots=True)
class Actor:
    """`roles` maps the id of a namespace to a role in it; `scopes` limits what a key may do, None limits nothing.

    `label` is what the audit trail shows: an e-mail, `key <name> (dlh_…)` or `system`.
    """

    kind: Literal["person", "key", "system", "nobody"]
    label: str
    id: str = ""
    roles: Mapping[int, str] = field(default_factory=dict)
    scopes: frozenset[str] | None = None
    is_platform_admin: bool = False
    request_id: str = ""

    @property
    def namespace_ids(self) -> frozenset[int]:
        """The namespaces this actor can read; meaningless for a platform admin, who can read all."""
        return frozenset(self.roles)

    def has_role(self, namespace_id: int, role: str) -> bool:
        return self.is_platform_admin or RANK.get(self.roles.get(namespace_id, ""), 0) >= RANK[role]

    def has_scope(self, scope: str) -> bool:
        return self.scopes is None or scope in self.scopes


SYSTEM = Actor("system", "system", is_platform_admin=True)
NOBODY = Actor("nobody", "nobody", scopes=frozenset())
