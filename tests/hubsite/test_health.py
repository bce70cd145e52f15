"""Health tells the real state of each component, in time, whatever they do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from backends.health import Health
from hubsite import health
from namespaces.models import User
from tests.conftest import PASSWORD


@pytest.fixture
def release() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_check_that_fails_is_a_component_that_is_down() -> None:
    def broken() -> Health:
        raise RuntimeError("no route to host")

    answer = health.ask(broken)
    assert answer.status == "down"
    assert "no route to host" in answer.detail


def test_a_check_that_hangs_is_down_and_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch, release: threading.Event
) -> None:
    def hangs() -> Health:
        release.wait(20)
        return Health("ok")

    monkeypatch.setattr(health, "COMPONENTS", {"slow": hangs, "quick": lambda: Health("ok")})
    monkeypatch.setattr(health, "ASK_TIMEOUT_S", 0.2)
    answers = health.components()
    assert (answers["slow"].status, answers["quick"].status) == ("down", "ok")


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ({"database": "ok", "event_log": "ok", "lineage_backend": "off"}, "ok"),
        ({"database": "ok", "event_log": "ok", "lineage_backend": "down"}, "degraded"),
        ({"database": "ok", "event_log": "down", "lineage_backend": "ok"}, "down"),
        ({"database": "down", "event_log": "ok", "lineage_backend": "ok"}, "down"),
    ],
)
def test_the_whole_is_down_only_with_an_essential_part(statuses: dict[str, str], expected: str) -> None:
    assert health.overall({name: Health(status) for name, status in statuses.items()}) == expected  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
def test_health_names_every_component(client: Client) -> None:
    client.force_login(User.objects.create_superuser("root@example.com", PASSWORD))
    response = client.get("/api/v1/health")
    assert response.status_code == 200
    components = response.json()["components"]
    assert set(components) == set(health.COMPONENTS)
    assert components["database"]["status"] == "ok"
    assert components["database"]["version"].startswith("PostgreSQL ")
    assert components["cache"]["status"] == "off"


@pytest.mark.django_db(transaction=True)
def test_ready_is_503_when_the_log_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/health/ready").status_code == 200
    down = health.COMPONENTS | {"event_log": lambda: Health("down")}  # type: ignore[operator]
    monkeypatch.setattr(health, "COMPONENTS", down)
    response = client.get("/health/ready")
    assert (response.status_code, response["Retry-After"]) == (503, "1")
    assert client.get("/health/live").status_code == 200


@pytest.mark.parametrize("who", ["nobody", "alice", "read", "admin", "a wrong key"])
def test_hosts_paths_versions_and_lags_are_the_platform_admins_alone(
    who: str, client: Client, alice_user: User, issue_token: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling = Health("down", version="9.9", detail="refused by secret-host:9000", advice="look into /srv/secret")
    monkeypatch.setattr(health, "COMPONENTS", dict.fromkeys(health.ESSENTIAL, lambda: telling))
    if who == "alice":
        client.force_login(alice_user)
    token = {"read": "read", "admin": "admin"}.get(who)
    headers = {"X-API-Key": issue_token(token)} if token else {"X-API-Key": "dlh_no"} if "wrong" in who else {}
    answer = client.get("/api/v1/health", headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (200, "down")
    for word in ("secret", "9.9", "9000"):
        assert word not in answer.content.decode()
