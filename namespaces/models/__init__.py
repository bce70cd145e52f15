"""The tables of governance: one file per concept."""

from namespaces.models.audit import AuditEntry
from namespaces.models.claims import Claim, ClaimKind
from namespaces.models.keys import ApiKey, Scope
from namespaces.models.members import Membership, Role
from namespaces.models.namespaces import ClaimPolicy, Namespace
from namespaces.models.usage import Usage
from namespaces.models.users import User

__all__ = [
    "ApiKey",
    "AuditEntry",
    "Claim",
    "ClaimKind",
    "ClaimPolicy",
    "Membership",
    "Namespace",
    "Role",
    "Scope",
    "Usage",
    "User",
]
