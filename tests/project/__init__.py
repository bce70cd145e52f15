"""Guards what rots: docs, sizes, names, contracts."""
