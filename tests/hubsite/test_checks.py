"""Settings that contradict each other are refused before anything starts."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from hubsite import checks


def test_a_short_secret_is_refused(settings: Settings) -> None:
    settings.SECRET_KEY = "short"
    assert [message.id for message in checks.secret_is_set()] == ["hub.E001"]


@pytest.mark.parametrize(
    ("kafka", "clickhouse", "ids"),
    [
        ("", "", []),
        ("kafka:9092", "clickhouse://ch:9000", []),
        ("kafka:9092", "", ["hub.E002"]),
        ("", "clickhouse://ch:9000", ["hub.E002"]),
    ],
)
def test_log_and_store_are_set_together(settings: Settings, kafka: str, clickhouse: str, ids: list[str]) -> None:
    settings.HUB_KAFKA_BOOTSTRAP_SERVERS = kafka
    settings.HUB_CLICKHOUSE_URL = clickhouse
    assert [message.id for message in checks.log_and_store_belong_together()] == ids
