"""What people do with the pages: by keyboard, by pointer, and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from namespaces.models import Namespace, User
from tests.browser.conftest import Visit
from tests.portal.conftest import Shop, apply, event, run_id

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_slash_brings_you_to_the_search_box_and_enter_searches(
    visit: Visit, alice_user: User, warehouse: Shop
) -> None:
    page = visit(alice_user).go("/")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    expect(page.locator("#search")).to_have_value("")
    page.keyboard.type("a/orders")
    expect(page.locator("#search")).to_have_value("a/orders")
    page.locator("#search").fill("orders")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="orders", exact=True)).to_be_visible()


def test_the_first_tab_stop_skips_to_the_content(visit: Visit, alice_user: User, team_a: Namespace) -> None:
    page = visit(alice_user).go("/status")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_menus_open_by_keyboard_and_close_by_escape(visit: Visit, alice_user: User, team_a: Namespace) -> None:
    page = visit(alice_user).go("/status")
    page.get_by_text("Namespaces", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="team-a")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="team-a")).to_be_hidden()


def test_the_theme_follows_the_system_until_it_is_switched_and_then_stays(visit: Visit, db: None) -> None:
    visitor = visit(color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = visitor.go("/").evaluate(ground)
    visitor.page.get_by_role("button", name="Switch between light and dark").click()
    light = visitor.page.evaluate(ground)
    assert dark != light
    assert visitor.go("/login").evaluate(ground) == light


def test_the_line_that_waits_turns_when_the_first_event_arrives(
    visit: Visit, alice_user: User, team_a: Namespace, team_c: Namespace
) -> None:
    visitor = visit(alice_user)
    page = visitor.go("/")
    expect(page.locator(".wait")).to_contain_text("Waiting for the first event")
    from django.utils import timezone  # noqa: PLC0415

    apply(team_a, event("COMPLETE", timezone.now(), run=run_id(1), job="hello", namespace="team-a", outputs=["clean"]))
    expect(page.locator(".wait")).to_contain_text("✓ Your first event has arrived")
    page.get_by_role("link", name="See it").click()
    expect(page.get_by_role("link", name="hello")).to_be_visible()
    assert visitor.problems == []


def test_pointing_at_a_node_lights_its_path(visit: Visit, alice_user: User, warehouse: Shop) -> None:
    page = visit(alice_user).go(f"/lineage?node={warehouse.node}&depth=6")
    assert page.locator(".edge.is-on").count() == 0
    page.locator(".node.is-focus").hover()
    upstream_and_down = page.locator(".edge.is-on").count()
    assert 0 < upstream_and_down < page.locator(".edge").count()
    page.locator("h1").hover()
    assert page.locator(".edge.is-on").count() == 0


def test_the_graph_zooms_and_moves_and_its_nodes_are_links(visit: Visit, alice_user: User, warehouse: Shop) -> None:
    page = visit(alice_user).go(f"/lineage?node={warehouse.node}&depth=6")
    graph = page.locator("svg.graph")
    begin = graph.get_attribute("viewBox")
    page.get_by_role("button", name="Zoom in").click()
    zoomed = graph.get_attribute("viewBox")
    page.mouse.move(400, 600)
    page.mouse.down()
    page.mouse.move(300, 560, steps=4)
    page.mouse.up()
    moved = graph.get_attribute("viewBox")
    assert len({begin, zoomed, moved}) == 3
    page.get_by_role("button", name="Show all").click()
    page.locator(".node.is-focus").click()
    expect(page).to_have_url(f"{page.url.split('/datasets')[0]}/datasets/{warehouse.dataset}")


def test_choosing_a_depth_shows_it_at_once(visit: Visit, alice_user: User, warehouse: Shop) -> None:
    page = visit(alice_user).go(f"/lineage?node={warehouse.node}&depth=1")
    few = page.locator(".node").count()
    page.get_by_label("Depth").select_option("6")
    page.wait_for_url("**depth=6**")
    assert page.locator(".node").count() > few


def test_everything_works_without_javascript(visit: Visit, alice_user: User, warehouse: Shop) -> None:
    page = visit(alice_user, java_script_enabled=False).go(f"/lineage?node={warehouse.node}&depth=1")
    page.get_by_label("Depth").select_option("6")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("svg.graph .is-focus")).to_be_visible()
    page.locator("summary", has_text="Namespaces").click()
    page.get_by_role("link", name="team-a").click()
    page.get_by_role("link", name="Keys").click()
    page.get_by_label("Name", exact=True).fill("by hand")
    page.get_by_role("button", name="Issue").click()
    expect(page.locator("#token")).to_contain_text("dlh_")
    page.get_by_role("link", name="I have it").click()
    page.get_by_role("button", name="Revoke by hand").click()
    expect(page.get_by_role("status")).to_contain_text("is revoked")
    page.locator("summary", has_text="alice").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("One front door")


def test_a_person_signs_in_by_keyboard(
    visit: Visit, alice_user: User, team_a: Namespace, live_server: LiveServer
) -> None:
    page = visit().go("/login?next=/status")
    page.keyboard.type("alice@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type("correct-horse-battery")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Status")
