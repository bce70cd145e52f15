"""A fresh SDK for each test, a hub to send to, and a quick configuration."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import data_lineage_hub
from data_lineage_hub import _config, _context, _log, _sender
from tests.sdk import stub_hub
from tests.sdk.stub_hub import StubHub

QUICK = {"batch_age_s": 0.02, "retry_for_s": 5.0, "request_timeout_s": 5.0, "exit_timeout_s": 2.0}


@pytest.fixture(autouse=True)
def fresh_sdk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [*os.environ]:
        if name.startswith(("LINEAGE_", "OPENLINEAGE_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr(_config, "_current", None)
    monkeypatch.setattr(_sender, "_sender", _sender.Sender())
    _log.forget()
    _context.enter(None)
    yield
    thread = _sender._sender._thread
    data_lineage_hub.close(0)
    if thread:
        thread.join(20)
        assert not thread.is_alive(), "a sender outlives its test"


@pytest.fixture
def hub() -> Iterator[StubHub]:
    with stub_hub.running() as hub:
        yield hub
        data_lineage_hub.close(5)


@pytest.fixture
def configure(hub: StubHub) -> Callable[..., None]:
    """`configure(...)` of the SDK, for the stub hub and in a hurry."""

    def configure_quickly(**more: Any) -> None:
        data_lineage_hub.configure(
            **({"hub_endpoint": hub.url, "namespace": "team-a", "api_key": "dlh_test"} | QUICK | more)
        )

    configure_quickly()
    return configure_quickly


@pytest.fixture
def sent(hub: StubHub, configure: Callable[..., None]) -> Callable[[], list[dict[str, Any]]]:
    """`sent()` waits until all is delivered and returns the events the hub has got."""

    def wait() -> list[dict[str, Any]]:
        assert data_lineage_hub.flush(20)
        return hub.events

    return wait
