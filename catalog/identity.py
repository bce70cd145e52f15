"""How nodes and runs are named: readable node ids as Marquez writes them, and the UUIDs that follow from them.

A node's UUID is derived from its id, so that writing a node twice is writing it once, and a node is found without
splitting its id (namespaces hold colons).
"""

from __future__ import annotations

from uuid import UUID, uuid5

HUB = UUID("6f1d2d0e-6d0c-5d7a-9c53-0b1f3c1f5a11")


def dataset_node(namespace: str, name: str) -> str:
    return f"dataset:{namespace}:{name}"


def job_node(namespace: str, name: str) -> str:
    return f"job:{namespace}:{name}"


def node_uuid(node_id: str) -> UUID:
    return uuid5(HUB, node_id)


def run_uuid(hub_namespace: str, job_namespace: str, run_id: str) -> UUID:
    """A run's identity: of a namespace, so that a run id used by two teams is two runs.

    A UUID is a run's own name whichever job sent it; any other text counts only within its job namespace.
    """
    try:
        canonical = str(UUID(run_id))
    except ValueError:
        return uuid5(HUB, f"run:{hub_namespace}:{job_namespace}:{run_id}")
    return uuid5(HUB, f"run:{hub_namespace}:{canonical}")
