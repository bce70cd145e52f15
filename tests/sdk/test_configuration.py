"""Code goes before the environment, the environment before defaults; nothing at all is one warning and no harm."""

from __future__ import annotations

import logging

import pytest

import data_lineage_hub
from data_lineage_hub import _config, lineage_track


@pytest.mark.parametrize("name", ["LINEAGE_HUB_ENDPOINT", "LINEAGE_HUB_HUB_ENDPOINT", "OPENLINEAGE_URL"])
def test_the_address_is_read_from(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "https://hub.example.com/")
    assert _config.current().endpoint == "https://hub.example.com"


@pytest.mark.parametrize("name", ["LINEAGE_HUB_API_KEY", "OPENLINEAGE_API_KEY"])
def test_the_key_is_read_from(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "dlh_x\n")
    assert _config.current().api_key == "dlh_x"


@pytest.mark.parametrize("name", ["LINEAGE_HUB_NAMESPACE", "LINEAGE_NAMESPACE"])
def test_the_namespace_is_read_from(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "team-a")
    assert _config.current().namespace == "team-a"
    assert _config.current().dataset_namespace == "team-a"


def test_the_hubs_own_variables_go_before_those_of_stock_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENLINEAGE_URL", "https://marquez")
    monkeypatch.setenv("LINEAGE_HUB_ENDPOINT", "https://hub")
    assert _config.current().endpoint == "https://hub"


def test_code_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAGE_HUB_ENDPOINT", "https://hub")
    monkeypatch.setenv("LINEAGE_HUB_NAMESPACE", "team-a")
    data_lineage_hub.configure(namespace="team-b", dataset_namespace="lake")
    config = _config.current()
    assert (config.endpoint, config.namespace, config.dataset_namespace) == ("https://hub", "team-b", "lake")


def test_the_key_is_not_in_the_repr() -> None:
    data_lineage_hub.configure(hub_endpoint="https://hub", api_key="dlh_secret")
    assert "dlh_secret" not in repr(_config.current())


def test_without_configuration_there_is_one_warning_and_every_event_is_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @lineage_track("job")
    def double(x: int) -> int:
        return 2 * x

    assert [double(x) for x in range(3)] == [0, 2, 4]
    assert data_lineage_hub.stats() == (6, 0, 6, 0, {"not_configured": 6})
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "LINEAGE_HUB_ENDPOINT" in caplog.text


@pytest.mark.parametrize("address", ["hub.example.com", "file:///etc/passwd", "ftp://hub"])
def test_an_address_that_is_none_is_said_and_not_used(address: str, caplog: pytest.LogCaptureFixture) -> None:
    data_lineage_hub.configure(hub_endpoint=address)
    assert address in caplog.text
    assert lineage_track("job")(lambda: 1)() == 1
    assert data_lineage_hub.stats().reasons == {"not_configured": 2}
