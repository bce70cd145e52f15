"""Who, may what, how much, did what: namespaces, their people, keys, claims, quotas and the audit trail."""
