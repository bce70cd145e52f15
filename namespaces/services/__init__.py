"""Everything that changes governance: actor first, checked, done and audited in one transaction.

API, admin and commands call these and nothing else; whoever may not gets NotFound or Forbidden from here.
"""

from namespaces.services.claims import claim, unclaim
from namespaces.services.keys import IssuedKey, issue_key, revoke_key
from namespaces.services.members import people_in, remove_member, set_member
from namespaces.services.namespaces import create_namespace, update_namespace

__all__ = [
    "IssuedKey",
    "claim",
    "create_namespace",
    "issue_key",
    "people_in",
    "remove_member",
    "revoke_key",
    "set_member",
    "unclaim",
    "update_namespace",
]
