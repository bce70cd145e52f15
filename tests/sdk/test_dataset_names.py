"""What is written is what is sent; an address is split as OpenLineage names such places."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from openlineage.client.event_v2 import InputDataset
from openlineage.client.naming import dataset as naming

from data_lineage_hub import _datasets

SAME = {
    "s3://bucket/a/b.parquet": naming.S3("bucket", "a/b.parquet"),
    "s3a://bucket/a/b.parquet": naming.S3("bucket", "a/b.parquet"),
    "gs://bucket/a/b.parquet": naming.GCS("bucket", "a/b.parquet"),
    "hdfs://nn:8020/data/a": naming.HDFS("nn", "8020", "/data/a"),
    "abfss://box@account.dfs.core.windows.net/a/b": naming.ABFSS("box", "account", "a/b"),
    "wasbs://box@account.dfs.core.windows.net/a": naming.WASBS("box", "account", "a"),
    "kafka://broker:9092/orders": naming.Kafka("broker", "9092", "orders"),
    "mysql://db:3306/shop.orders": naming.MySQL("db", "3306", "shop", "orders"),
    "postgres://db:5432/shop.public.orders": naming.Postgres("db", "5432", "shop", "public", "orders"),
    "file:///data/a.csv": naming.LocalFileSystem("/data/a.csv"),
    "file://nas/data/a.csv": naming.RemoteFileSystem("nas", "/data/a.csv"),
}


@pytest.mark.parametrize("address", SAME)
def test_an_address_is_named_as_openlineage_itself_names_it(address: str) -> None:
    expected = (SAME[address].get_namespace(), SAME[address].get_name())
    assert _datasets.identity(address, None, "team-a") == expected


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("raw_user_events", ("team-a", "raw_user_events")),
        ("shop/orders 2026", ("team-a", "shop/orders 2026")),
        ({"name": "users"}, ("team-a", "users")),
        (
            {"type": "mysql", "name": "users.table", "format": "table", "namespace": "prod-db"},
            ("prod-db", "users.table"),
        ),
        (
            {"type": "s3", "name": "s3://bucket/output.parquet", "format": "parquet", "namespace": "processed"},
            ("processed", "s3://bucket/output.parquet"),
        ),
        ({"type": "s3", "name": "s3://bucket/output.parquet"}, ("s3://bucket", "output.parquet")),
        ("s3://bucket", ("s3://bucket", "/")),
        (InputDataset("elsewhere", "as it is"), ("elsewhere", "as it is")),
    ],
)
def test_a_spec_is_named(spec: Any, expected: tuple[str, str]) -> None:
    (found,) = _datasets.rendered([spec], "team-a")
    assert (found["namespace"], found["name"]) == expected


@pytest.mark.parametrize(
    "nonsense", ["", "  ", {}, {"namespace": "x"}, {"name": None}, 7, None, {"name": "x", "schema": [1]}]
)
def test_what_is_no_dataset_is_left_out_with_a_warning(nonsense: Any, caplog: pytest.LogCaptureFixture) -> None:
    found = _datasets.rendered(["a", nonsense, "b"], "team-a")
    assert [dataset["name"] for dataset in found] == ["a", "b"]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_nested_columns_and_the_stores_type_are_told() -> None:
    spec = {
        "name": "x",
        "type": "hive",
        "format": "orc",
        "schema": [{"name": "a", "type": "struct", "fields": [("b", "int")]}],
    }
    (found,) = _datasets.rendered([spec], "team-a")
    assert found["facets"]["schema"]["fields"] == [
        {"name": "a", "type": "struct", "fields": [{"name": "b", "type": "int"}]}
    ]
    assert (found["facets"]["storage"]["storageLayer"], found["facets"]["storage"]["fileFormat"]) == ("hive", "orc")


def test_an_address_is_told_as_the_source() -> None:
    (found,) = _datasets.rendered(["postgres://db:5432/shop.public.orders"], "team-a")
    assert found["facets"]["dataSource"]["uri"] == "postgres://db:5432"
    (plain,) = _datasets.rendered(["orders"], "team-a")
    assert plain["facets"] == {}
