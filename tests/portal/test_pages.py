"""Each page answers its question: what it shows of real events, and what it says when there is nothing to show."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from backends.telemetry import TelemetryStore
from namespaces import services
from namespaces.actors import SYSTEM
from namespaces.models import Namespace, Usage, User
from tests.conftest import PASSWORD
from tests.portal.conftest import QuietStore, Shop


def text_of(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def test_nobody_is_told_what_the_hub_is_and_where_to_sign_in(db: None) -> None:
    text = text_of(Client(), "/")
    assert "One front door" in text
    assert 'href="/login"' in text
    assert 'href="/docs"' in text


def test_a_person_signs_in_by_e_mail_and_out_by_a_form(alice_user: User) -> None:
    client = Client()
    assert client.post("/login", {"username": alice_user.email, "password": PASSWORD}).headers["Location"] == "/"
    assert "Signed in as alice@example.com" in text_of(client, "/")
    assert client.get("/logout").status_code == 405
    client.post("/logout")
    assert "One front door" in text_of(client, "/")


def test_a_wrong_password_is_explained_and_tells_no_more(alice_user: User) -> None:
    wrong, unknown = (
        Client().post("/login", {"username": name, "password": "wrong"}).content.decode()
        for name in (alice_user.email, "who@example.com")
    )
    assert "do not belong together" in wrong
    assert "do not belong together" in unknown


def test_home_has_a_card_with_the_quota_used_and_the_failures_of_today(
    alice_client: Client, shop: Shop, team_a: Namespace
) -> None:
    Usage.objects.create(namespace=team_a, day=timezone.now().date(), accepted=250_000)
    text = text_of(alice_client, "/").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "250 000 of 1 000 000 events today" in text
    assert 'width="25.00%"' in text
    assert "1 failed" in text
    assert "boom &amp; &lt;b&gt;bust&lt;/b&gt;" in text


def test_home_of_a_silent_namespace_shows_how_to_send_and_waits(alice_client: Client) -> None:
    text = text_of(alice_client, "/")
    assert "team-a waits for its first event" in text
    assert 'data-wait="/namespaces/team-a/first-event"' in text
    for snippet in (
        "http://testserver/api/v1/lineage",
        "OPENLINEAGE_URL",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "lineage_track",
    ):
        assert snippet in text


def test_the_line_that_waits_learns_of_the_first_event(alice_client: Client, request: pytest.FixtureRequest) -> None:
    path = "/namespaces/team-a/first-event"
    assert alice_client.get(path).json() == {"arrived": False}
    request.getfixturevalue("shop")
    assert alice_client.get(path).json() == {"arrived": True}
    assert "waits for its first event" not in text_of(alice_client, "/")


def test_home_of_a_person_without_a_namespace_says_whom_to_ask(db: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("new@example.com", PASSWORD))
    assert "Ask an administrator" in text_of(client, "/")


def test_doors_out_stand_where_configured_and_marquez_only_for_administrators(
    alice_client: Client, root_client: Client, settings: object
) -> None:
    settings.HUB_MARQUEZ_WEB_URL = "http://marquez.example"  # type: ignore[attr-defined]
    settings.HUB_GRAFANA_URL = "http://grafana.example"  # type: ignore[attr-defined]
    mine, roots = text_of(alice_client, "/"), text_of(root_client, "/")
    assert "grafana.example" in mine
    assert "grafana.example" in roots
    assert "marquez.example" not in mine
    assert "marquez.example" in roots


def test_a_dataset_shows_its_columns_neighbours_and_writers(alice_client: Client, shop: Shop) -> None:
    text = text_of(alice_client, f"/datasets/{shop.dataset}")
    assert "in &lt;euro&gt;" in text
    assert f'href="/jobs/{shop.job}"' in text
    assert "job: restricted" in text
    assert f'href="/runs/{shop.completed}"' in text
    assert f'href="/runs/{shop.failed}"' not in text


def test_a_job_shows_its_runs_as_a_strip_its_success_rate_and_its_sql(alice_client: Client, shop: Shop) -> None:
    text = text_of(alice_client, f"/jobs/{shop.job}").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "50 % of 2 succeeded" in text
    assert "completed in 1 m 12 s" in text
    assert "select &#x27;&lt;amount&gt;&#x27; from raw" in text


def test_a_run_shows_when_it_did_what_and_its_statistics(alice_client: Client, shop: Shop) -> None:
    text = text_of(alice_client, f"/runs/{shop.completed}").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert text.index("<b>start</b>") < text.index("<b>complete</b>")
    assert "1 m 12 s" in text
    assert "rowCount 12 345" in text
    assert "size 4.0 KiB" in text
    assert "No span carries this run" in text


def test_a_failed_run_shows_its_error_and_trace_as_text(alice_client: Client, shop: Shop) -> None:
    text = text_of(alice_client, f"/runs/{shop.failed}")
    assert "boom &amp; &lt;b&gt;bust&lt;/b&gt;" in text
    assert "line 1\nline 2" in text


def test_a_run_is_shown_though_the_telemetry_store_is_away(
    alice_client: Client, shop: Shop, plug_store: Callable[[TelemetryStore], None]
) -> None:
    plug_store(QuietStore(is_away=True))
    text = text_of(alice_client, f"/runs/{shop.completed}")
    assert "The telemetry store does not answer" in text
    assert "secret-host" not in text
    assert "<b>complete</b>" in text


def test_lineage_is_a_picture_and_the_same_in_words(alice_client: Client, shop: Shop) -> None:
    text = text_of(alice_client, f"/lineage?node={shop.node}")
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="graph"' in text
    assert "feeds orders" in text
    assert "feeds a restricted job" in text


def test_lineage_goes_as_far_as_asked(alice_client: Client, shop: Shop) -> None:
    assert "make_orders" in text_of(alice_client, f"/lineage?node={shop.node}&depth=1")
    assert "raw" not in text_of(alice_client, f"/lineage?node={shop.node}&depth=1").split('class="lineage"')[1]
    assert "make_orders" not in text_of(alice_client, f"/lineage?node={shop.node}&direction=downstream")


def test_lineage_downloads_as_a_picture_that_stands_alone(alice_client: Client, shop: Shop) -> None:
    answer = alice_client.get(f"/lineage.svg?node={shop.node}")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert b"--accent" in answer.content
    assert b'href="http://testserver/jobs/' in answer.content


def test_search_finds_by_name_and_filters_by_kind(alice_client: Client, shop: Shop) -> None:
    assert f'href="/datasets/{shop.dataset}"' in text_of(alice_client, "/search?q=orders")
    only_jobs = text_of(alice_client, "/search?q=orders&kind=job")
    assert f'href="/datasets/{shop.dataset}"' not in only_jobs
    assert f'href="/jobs/{shop.job}"' in only_jobs
    assert "Nothing you may see" in text_of(alice_client, "/search?q=zzzz")
    assert "Type a part of a name" in text_of(alice_client, "/search")


def test_status_shows_states_to_all_and_details_to_administrators(
    alice_client: Client, root_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backends.health import Health  # noqa: PLC0415
    from hubsite import health  # noqa: PLC0415

    away = Health("down", detail="secret-host refused", advice="Start it.")
    answers = {name: Health("ok") for name in health.COMPONENTS} | {"cache": away}
    monkeypatch.setattr(health, "components", lambda: answers)
    mine, roots = text_of(alice_client, "/status"), text_of(root_client, "/status")
    assert "down" in mine
    assert "secret-host" not in mine
    assert "secret-host" in roots
    assert "Start it." in roots


def test_a_token_is_shown_once(alice_client: Client, team_a: Namespace) -> None:
    issue = {"name": "airflow", "scopes": ["lineage:write"]}
    answer = alice_client.post("/namespaces/team-a/keys/issue", issue).content.decode()
    key = team_a.api_keys.get()
    token = answer.split('id="token">')[1].split("<")[0]
    assert token.startswith(f"dlh_{key.lookup}")
    assert answer.count(token) > 3, "the snippets are filled in with it"
    assert token not in text_of(alice_client, "/namespaces/team-a/keys")


@pytest.mark.parametrize(
    "form",
    [
        {"name": "", "scopes": ["read"]},
        {"name": "k", "scopes": []},
        {"name": "k", "scopes": ["everything"]},
        {"name": "k", "scopes": ["read"], "expires": "tomorrow"},
        {"name": "k", "scopes": ["read"], "expires": "2001-01-01"},
    ],
)
def test_a_wrong_form_is_explained_on_the_keys_tab(
    alice_client: Client, team_a: Namespace, form: dict[str, str]
) -> None:
    answer = alice_client.post("/namespaces/team-a/keys/issue", form, follow=True)
    assert answer.status_code == 200
    assert 'class="alert error"' in answer.content.decode()
    assert not team_a.api_keys.exists()


def test_a_revoked_key_says_so(alice_client: Client, team_a: Namespace) -> None:
    key = services.issue_key(SYSTEM, namespace=team_a, name="old", scopes=["read"]).key
    text = alice_client.post(f"/namespaces/team-a/keys/{key.pk}/revoke", follow=True).content.decode()
    assert "is revoked" in text
    assert "revoked</span>" in text


def test_lists_are_filtered_and_paged(alice_client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "raw" not in text_of(alice_client, "/namespaces/team-a/datasets?name=orders").split("<tbody>")[1]
    assert "completed" not in text_of(alice_client, "/namespaces/team-a/runs?state=FAIL").split("<tbody>")[1]
    monkeypatch.setattr("hubsite.portal.tabs.PAGE", 1)
    first = text_of(alice_client, "/namespaces/team-a/runs?state=")
    second = text_of(alice_client, "/namespaces/team-a/runs?page=2")
    assert 'rel="next"' in first
    assert 'rel="next"' not in second
    assert 'rel="prev"' in second
    assert text_of(alice_client, "/namespaces/team-a/runs?page=x").count("<tr>") == 2


def test_an_unknown_page_is_a_page_and_an_unknown_route_of_the_api_is_a_problem(alice_client: Client) -> None:
    assert "Nothing here for you" in text_of(alice_client, "/nothing", 404)
    answer = alice_client.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_a_fault_of_ours_is_a_page_with_the_request_id(
    alice_user: User, team_a: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("catalog.overview.latest_runs", broken)
    client = Client(raise_request_exception=False)
    client.force_login(alice_user)
    answer = client.get("/", headers={"X-Request-ID": "request-0815"})
    assert answer.status_code == 500
    assert "Something broke in the hub" in answer.content.decode()
    assert "request-0815" in answer.content.decode()
    assert "ZeroDivisionError" not in answer.content.decode()
