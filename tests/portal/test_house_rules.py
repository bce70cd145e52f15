"""What every page keeps: nothing inline, nothing foreign, light, a fixed number of queries, one accent, good contrast."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from namespaces import services
from namespaces.actors import SYSTEM
from namespaces.models import Namespace
from tests.portal.conftest import Shop, apply, event

STATIC = Path(settings.BASE_DIR) / "templates" / "static" / "hub"
TABS = ("jobs", "datasets", "runs", "keys", "members", "usage", "settings", "audit")
MAX_PAGE, MAX_CSS = 100_000, 25_000
LINKS = {"href", "src", "action", "data-wait", "formaction", "poster", "srcset"}


def paths(shop: Shop) -> list[str]:
    return [
        "/",
        "/status",
        "/docs",
        "/search?q=orders",
        "/lineage",
        f"/lineage?node={shop.node}",
        f"/datasets/{shop.dataset}",
        f"/jobs/{shop.job}",
        f"/runs/{shop.completed}",
        f"/runs/{shop.failed}",
        "/namespaces/team-a",
        *(f"/namespaces/team-a/{tab}" for tab in TABS),
        "/nothing",
    ]


class Inspector(HTMLParser):
    """Collects what a strict policy would refuse, and what a screen reader would miss."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.headings: list[str] = []
        self.in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or "style" in given:
            self.faults.append(f"style at {self.get_starttag_text()}")
        if tag == "script":
            self.in_script = True
            if "src" not in given:
                self.faults.append("inline script")
        self.faults += [f"{name} at {self.get_starttag_text()}" for name in given if name.startswith("on")]
        for name in LINKS & given.keys():
            if re.match(r"(?i)\s*(https?:)?//|data:|javascript:", given[name] or "") and tag != "a":
                self.faults.append(f"foreign {given[name]}")
        if tag == "img" and "alt" not in given:
            self.faults.append("img without alt")
        if tag == "h1":
            self.headings.append(tag)
        if value := given.get("id"):
            self.ids.append(value)

    def handle_data(self, data: str) -> None:
        if self.in_script and data.strip():
            self.faults.append("inline script")

    def handle_endtag(self, tag: str) -> None:
        self.in_script = self.in_script and tag != "script"


def test_no_page_has_anything_inline_or_foreign(alice_client: Client, shop: Shop) -> None:
    pages = {path: alice_client.get(path).content.decode() for path in paths(shop)} | {
        "welcome": Client().get("/").content.decode(),
        "login": Client().get("/login").content.decode(),
        "issued": alice_client.post(
            "/namespaces/team-a/keys/issue", {"name": "k", "scopes": ["read"]}
        ).content.decode(),
    }
    faults = {}
    for path, text in pages.items():
        inspector = Inspector()
        inspector.feed(text)
        faults[path] = inspector.faults
        assert len(inspector.headings) == 1, f"{path} has one main heading"
        assert len(inspector.ids) == len(set(inspector.ids)), f"{path} has each id once"
    assert faults == {path: [] for path in pages}


def test_every_page_sends_a_strict_policy(alice_client: Client, shop: Shop) -> None:
    for path in paths(shop):
        policy = alice_client.get(path).headers["Content-Security-Policy"]
        assert "unsafe" not in policy, path
        assert "default-src 'self'" in policy, path


def test_pages_are_light(alice_client: Client, shop: Shop) -> None:
    weights = {path: len(alice_client.get(path).content) for path in paths(shop)}
    own = sum(path.stat().st_size for path in STATIC.iterdir() if path.suffix in {".css", ".js"})
    assert {path: weight for path, weight in weights.items() if weight + own > MAX_PAGE} == {}
    assert sum(path.stat().st_size for path in STATIC.glob("*.css")) <= MAX_CSS


def queries(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_the_data(
    alice_client: Client, shop: Shop, team_a: Namespace, alice_user: object
) -> None:
    before = {path: queries(alice_client, path) for path in paths(shop) if path != "/status"}
    now = timezone.now()
    for i in range(12):
        apply(
            team_a,
            event("START", now, run=f"more-{i}", job=f"more_{i}", namespace="team-a", inputs=["orders", f"i{i}"]),
            event(
                "COMPLETE" if i % 2 else "FAIL", now + timedelta(seconds=i), run=f"more-{i}", job="make_orders",
                namespace="team-a", inputs=["raw", f"i{i}"], outputs=["orders", f"o{i}"],
            ),
        )  # fmt: skip
        services.issue_key(SYSTEM, namespace=team_a, name=f"k{i}", scopes=["read"])
        services.create_namespace(SYSTEM, name=f"more-{i}", owners=["alice@example.com"])
    after = {path: queries(alice_client, path) for path in before}
    assert after == before
    assert max(after.values()) <= 20


def test_the_accent_is_that_of_the_settings() -> None:
    tokens = (STATIC / "tokens.css").read_text()
    accent = re.search(r"--accent: light-dark\(rgb\(([\d ]+)\), rgb\(([\d ]+)\)\)", tokens)
    assert accent is not None
    assert accent.groups() == (settings.ACCENT["700"], settings.ACCENT["400"])


def colour(text: str) -> tuple[float, float, float]:
    if text.startswith("#"):
        r, g, b = (int(text[i : i + 2], 16) for i in (1, 3, 5))
    else:
        r, g, b = (int(part) for part in re.findall(r"\d+", text)[:3])
    linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in (r, g, b)]
    return linear[0], linear[1], linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted(
        (0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (colour(one), colour(other))), reverse=True
    )
    return (bright + 0.05) / (dark + 0.05)


TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\((#\w+|rgb\([^)]*\)), (#\w+|rgb\([^)]*\))\)", (STATIC / "tokens.css").read_text()
    )
}
PAIRS = [
    *(
        (word, ground)
        for word in ("text", "muted", "accent", "bad")
        for ground in ("page", "surface", "sunken", "hover")
    ),
    *((state, f"{state}-soft") for state in ("good", "busy", "bad", "warn")),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("accent", "accent-soft"),
    ("text", "accent-soft"),
]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("word", "ground"), PAIRS)
def test_words_stand_out_from_their_ground(word: str, ground: str, scheme: int) -> None:
    assert contrast(TOKENS[word][scheme], TOKENS[ground][scheme]) >= 4.5
