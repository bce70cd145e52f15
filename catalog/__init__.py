"""What exists and what depends on what: the hub's own, permission-aware view of the lineage."""
