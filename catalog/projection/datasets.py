"""Keeps the datasets that events name.

Anyone may name any dataset; that is lineage. Its owner is whoever claims its namespace, else the first hub namespace
that writes it, else the first that names it. Once there is a claim or a writer, only the owner's facets count.
"First" is first to arrive, not first by event time: a backdated event must not take a dataset away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from catalog.models import Dataset
from catalog.projection.facets import TYPE_OF
from catalog.projection.nodes import Ref
from catalog.projection.reading import Mention, Told
from catalog.projection.rows import locked
from catalog.projection.statements import Statements, newest, said, value_of
from namespaces import claims


def keep(told: Told, owner_id: int) -> None:
    refs = told.refs("dataset")
    if not refs:
        return
    claimed = {namespace: claims.owner_of("dataset", namespace) for namespace in {ref.namespace for ref in refs}}
    mentions: dict[UUID, list[Mention]] = defaultdict(list)
    for mention in told.mentions:
        mentions[mention.ref.id].append(mention)
    with locked(Dataset, [blank(ref, told, claimed[ref.namespace] or owner_id) for ref in refs]) as rows:
        for row in rows.values():
            hear(row, mentions[row.pk], told, owner_id=owner_id, claim=claimed[row.namespace])


def blank(ref: Ref, told: Told, owner_id: int) -> Dataset:
    return Dataset(
        id=ref.id,
        namespace=ref.namespace,
        name=ref.name,
        owner_id=owner_id,
        first_seen_at=told.at,
        last_seen_at=told.at,
    )


def hear(row: Dataset, mentions: Iterable[Mention], told: Told, *, owner_id: int, claim: int | None) -> None:
    """Take in what one event says of one dataset."""
    is_written = any(mention.role == "outputs" for mention in mentions)
    row.first_seen_at = min(row.first_seen_at, told.at)
    row.last_seen_at = max(row.last_seen_at, told.at)
    if is_written and told.run:
        row.written_at = max(row.written_at or told.at, told.at)
    own(row, owner_id, is_written=is_written, claim=claim)
    by_namespace = {**row.facets}
    if says := newest(said(mention.says, told.at) for mention in mentions):
        by_namespace[str(owner_id)] = newest((by_namespace.get(str(owner_id), {}), says))
    if row.has_writer or claim is not None:
        by_namespace = {key: by_namespace[key] for key in by_namespace if key == str(row.owner_id)}
    row.facets = by_namespace
    show(row, newest(by_namespace.values()))


def own(row: Dataset, namespace_id: int, *, is_written: bool, claim: int | None) -> None:
    before = row.owner_id
    if claim is not None:
        row.owner_id = claim
    elif is_written and not row.has_writer:
        row.owner_id = namespace_id
    row.has_writer = (row.has_writer and row.owner_id == before) or (is_written and row.owner_id == namespace_id)


def show(row: Dataset, facets: Statements) -> None:
    """What people read follows from the statements; a column keeps the type that any event gave it."""
    row.description = value_of(facets, "description", "")
    row.tags = value_of(facets, "tags", [])
    row.source = value_of(facets, "source", "")
    row.fields = [
        {**field, "type": field["type"] or value_of(facets, TYPE_OF + field["name"], "")}
        for field in value_of(facets, "columns", [])
    ]
