"""What a word, a dict or a Dataset means in OpenLineage: namespace, name, facets.

The rule: what is written is what is sent. Without a namespace, an address (`s3://bucket/key`) is split as OpenLineage
names such places, and any other word belongs to the configured dataset namespace.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from openlineage.client.event_v2 import Dataset
from openlineage.client.facet_v2 import DatasetFacet, datasource_dataset, schema_dataset, storage_dataset
from openlineage.client.serde import Serde

from data_lineage_hub import _log
from data_lineage_hub._runs import DatasetSpec
from data_lineage_hub._version import PRODUCER

ADDRESS = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://([^/]*)(.*)", re.DOTALL)
SAME_SCHEME = {"s3a": "s3", "s3n": "s3"}  # clients of one store
ROOTED = {"file", "hdfs"}  # their names are paths, with the slash


class Identity(NamedTuple):
    namespace: str
    name: str


def rendered(datasets: Iterable[DatasetSpec], namespace: str) -> list[dict[str, Any]]:
    """The datasets as they go into an event; what is no dataset is left out, with a warning."""
    found = []
    for spec in datasets:
        try:
            found.append(one(spec, namespace))
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            _log.warn_once(f"dataset {spec!r:.200}", "Not a dataset, left out: %.200r (%s)", spec, error)
    return found


def one(spec: DatasetSpec, namespace: str) -> dict[str, Any]:
    if isinstance(spec, str):
        return dataset(identity(spec, None, namespace))
    if isinstance(spec, Dataset):
        return Serde.to_dict(spec)
    where = identity(spec["name"], spec.get("namespace"), namespace)
    return dataset(where, facets(spec, where))


def identity(name: str, given: str | None, default: str) -> Identity:
    if not name.strip():
        raise ValueError("its name is blank")
    if given:
        return Identity(given, name)
    match = ADDRESS.fullmatch(name)
    if not match:
        return Identity(default, name)
    scheme, authority, path = match.groups()
    scheme = SAME_SCHEME.get(scheme.lower(), scheme.lower())
    path = path if scheme in ROOTED else path.lstrip("/")
    return Identity(f"{scheme}://{authority}" if authority else scheme, path or "/")


def dataset(where: Identity, more: dict[str, DatasetFacet] | None = None) -> dict[str, Any]:
    found: dict[str, DatasetFacet] = dict(more or {})
    if "://" in where.namespace:
        found["dataSource"] = datasource_dataset.DatasourceDatasetFacet(
            name=where.namespace, uri=where.namespace, producer=PRODUCER
        )
    return Serde.to_dict(Dataset(where.namespace, where.name, facets=found))


def facets(spec: dict[str, Any], where: Identity) -> dict[str, DatasetFacet]:
    found: dict[str, DatasetFacet] = {}
    if spec.get("schema"):
        found["schema"] = schema_dataset.SchemaDatasetFacet(
            fields=[column(each) for each in spec["schema"]], producer=PRODUCER
        )
    if spec.get("type") or spec.get("format"):
        found["storage"] = storage_dataset.StorageDatasetFacet(
            storageLayer=str(spec.get("type") or "unknown"), fileFormat=spec.get("format"), producer=PRODUCER
        )
    return found


def column(spec: str | tuple[str, str] | dict[str, Any]) -> schema_dataset.SchemaDatasetFacetFields:
    """A column is a name, a pair of name and type, or a dict with `name`, `type` and `description`."""
    if isinstance(spec, str):
        spec = {"name": spec}
    elif not isinstance(spec, dict):
        name, type_ = spec
        spec = {"name": name, "type": type_}
    nested = [column(each) for each in spec["fields"]] if spec.get("fields") else None
    return schema_dataset.SchemaDatasetFacetFields(
        name=spec["name"], type=spec.get("type"), description=spec.get("description"), fields=nested
    )
