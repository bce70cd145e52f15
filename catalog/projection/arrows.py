"""Keeps the arrows that events declare; once declared, an arrow stays, with when it was last seen."""

from __future__ import annotations

from django.db import connection

from catalog.models import EdgeKind
from catalog.projection.reading import Told

KIND_OF = {
    ("dataset", "job"): EdgeKind.READ,
    ("job", "dataset"): EdgeKind.WRITE,
    ("dataset", "dataset"): EdgeKind.DERIVE,
    ("job", "job"): EdgeKind.TRIGGER,
}
# One statement for any number of arrows, in a fixed order so that events that share some cannot deadlock.
KEEP = """
INSERT INTO catalog_edge (source, target, kind, first_seen_at, last_seen_at)
SELECT source, target, kind, %s, %s FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS told (source, target, kind)
ORDER BY source, target
ON CONFLICT (source, target) DO UPDATE SET
    first_seen_at = least(catalog_edge.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(catalog_edge.last_seen_at, excluded.last_seen_at)
WHERE excluded.first_seen_at < catalog_edge.first_seen_at OR excluded.last_seen_at > catalog_edge.last_seen_at
"""


def keep(told: Told) -> None:
    if not told.pairs:
        return
    pairs = list(told.pairs)
    sources, targets = [source.id for source, _ in pairs], [target.id for _, target in pairs]
    kinds = [KIND_OF[source.kind, target.kind].value for source, target in pairs]
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [told.at, told.at, sources, targets, kinds])
