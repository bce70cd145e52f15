"""The addresses of the pages of nodes."""

from __future__ import annotations

from django.urls import reverse

from hubsite.portal.graph_svg import DrawnNode


def link_of(node: DrawnNode) -> str:
    """The page of a dataset or job; "" for one that the reader may not see."""
    uuid = getattr(node, "uuid", None)
    return "" if node.restricted or uuid is None else reverse(node.kind, args=[uuid])
