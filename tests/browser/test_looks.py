"""Pictures of the pages, light and dark, for people to look at; no page says anything to the console."""

from __future__ import annotations

from pathlib import Path

import pytest

from namespaces.models import User
from tests.browser.conftest import PHONE, Visit
from tests.portal.conftest import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def routes(shop: Shop) -> dict[str, str]:
    return {
        "home": "/",
        "lineage": f"/lineage?node={shop.node}&depth=6",
        "run": f"/runs/{shop.completed}",
        "docs": "/docs",
        "dataset": f"/datasets/{shop.dataset}",
        "job": f"/jobs/{shop.job}",
        "namespace": "/namespaces/team-a",
        "keys": "/namespaces/team-a/keys",
        "search": "/search?q=orders",
        "status": "/status",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_look_well_and_say_nothing_to_the_console(
    visit: Visit, alice_user: User, warehouse: Shop, screenshots: Path, scheme: str
) -> None:
    visitor = visit(alice_user, color_scheme=scheme)
    for name, path in routes(warehouse).items():
        page = visitor.go(path)
        if name == "docs":
            page.locator(".opblock").first.wait_for()
        page.screenshot(path=screenshots / f"{name}-{scheme}.png", full_page=name != "docs")
    assert visitor.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_administration_looks_like_the_same_product(
    visit: Visit, root_user: User, warehouse: Shop, screenshots: Path, scheme: str
) -> None:
    visitor = visit(root_user, color_scheme=scheme)
    visitor.go("/admin/").screenshot(path=screenshots / f"admin-{scheme}.png")
    visitor.go("/admin/namespaces/namespace/").screenshot(path=screenshots / f"admin-namespaces-{scheme}.png")
    assert visitor.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_visit_looks_well(visit: Visit, db: None, screenshots: Path, scheme: str) -> None:
    visitor = visit(color_scheme=scheme)
    for name, path in {"welcome": "/", "login": "/login"}.items():
        visitor.go(path).screenshot(path=screenshots / f"{name}-{scheme}.png")
    assert visitor.problems == []


def test_a_phone_shows_one_column_and_never_scrolls_sideways(
    visit: Visit, alice_user: User, warehouse: Shop, screenshots: Path
) -> None:
    visitor = visit(alice_user, viewport=PHONE)
    wide = {}
    for name, path in routes(warehouse).items():
        page = visitor.go(path)
        page.screenshot(path=screenshots / f"{name}-phone.png", full_page=True)
        if name != "docs":  # Swagger UI's own tables
            wide[name] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert {name: extra for name, extra in wide.items() if extra > 0} == {}
