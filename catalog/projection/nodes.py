"""A node as an event names it, before it is a row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal
from uuid import UUID

from catalog.identity import dataset_node, job_node, node_uuid
from catalog.projection.errors import Unprojectable

MAX_NAMESPACE = 1024
MAX_NAME = 4000


@dataclass(frozen=True)
class Ref:
    """Which node: two of the same kind, namespace and name are one."""

    kind: Literal["dataset", "job"]
    namespace: str
    name: str

    @cached_property
    def node_id(self) -> str:
        return (dataset_node if self.kind == "dataset" else job_node)(self.namespace, self.name)

    @cached_property
    def id(self) -> UUID:
        return node_uuid(self.node_id)

    @property
    def is_storable(self) -> bool:
        blank = not self.namespace.strip() or not self.name.strip()
        return not blank and len(self.namespace) <= MAX_NAMESPACE and len(self.name) <= MAX_NAME

    def checked(self) -> Ref:
        """The door refuses such a node, so whatever comes here with one came past the door."""
        if not self.is_storable:
            raise Unprojectable("invalid_event", f"A {self.kind} has a namespace or name that is missing or too long.")
        return self
