"""Says who already lives where: a dataset namespace that one team writes is not for another team to claim.

Jobs need no such question: the first use of a job namespace is a claim.
"""

from __future__ import annotations

from catalog.models import Dataset
from namespaces.models import Claim, ClaimKind


def is_written_by_others(wanted: Claim) -> bool:
    """Whether another hub namespace writes a dataset that this claim would take from it."""
    if wanted.kind != ClaimKind.DATASET:
        return False
    named = {"namespace__startswith" if wanted.is_prefix else "namespace": wanted.pattern}
    return Dataset.objects.filter(**named, has_writer=True).exclude(owner_id=wanted.namespace_id).exists()
