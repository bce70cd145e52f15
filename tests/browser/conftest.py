"""Chromium, a live server with real events and spans behind it, and pages that fail on any error in their console."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from backends.telemetry import TelemetryStore, telemetry_store
from backends.telemetry.port import Block
from namespaces.models import Namespace, Usage, User
from tests.fixtures import missing
from tests.portal.conftest import Shop, apply, event, run_id, shop

__all__ = ["shop"]

CHROMIUM = Path("/usr/bin/chromium")
ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 860}
MS = 1_000_000
SPANS = (  # name, service, parent, begin and duration in ms, status
    ("make_orders", "etl", "", 0, 4200, "Unset"),
    ("extract", "etl", "make_orders", 20, 1200, "Ok"),
    ("SELECT raw", "postgres", "extract", 60, 1100, "Ok"),
    ("transform", "etl", "make_orders", 1260, 1400, "Error"),
    ("load", "etl", "make_orders", 2700, 1480, "Ok"),
    ("COPY orders", "postgres", "load", 2800, 900, "Ok"),
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        missing(f"{CHROMIUM} is missing: apt-get install chromium")
    # Playwright keeps an event loop in this thread, and Django takes any loop for a sign of asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def screenshots() -> Path:
    folder = Path(os.environ.get("HUB_TEST_SCREENSHOTS", settings.BASE_DIR / "screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module", autouse=True)
def store() -> Iterator[TelemetryStore]:
    """The real engine in the slot. It opens one folder at a time, so it is closed when this module is done."""
    telemetry_store.close()
    real = telemetry_store.get()
    real.apply_schema()
    yield real
    telemetry_store.close()


def insert_spans(store: TelemetryStore, begin: datetime, run: str) -> None:
    """Once per engine: the token is the same each time."""
    first = int(begin.timestamp()) * 1000 * MS
    ids = {name: f"{number:016x}" for number, (name, *_) in enumerate(SPANS, 1)} | {"": ""}
    columns: dict[str, list[Any]] = {
        "timestamp": [first + at * MS for _, _, _, at, _, _ in SPANS],
        "namespace": ["team-a"] * len(SPANS),
        "trace_id": ["0af7651916cd43dd8448eb211c80319c"] * len(SPANS),
        "span_id": [ids[name] for name, *_ in SPANS],
        "parent_span_id": [ids[parent] for _, _, parent, *_ in SPANS],
        "service_name": [service for _, service, *_ in SPANS],
        "operation_name": [name for name, *_ in SPANS],
        "span_kind": ["Internal"] * len(SPANS),
        "status_code": [status for *_, status in SPANS],
        "duration_ns": [took * MS for *_, took, _ in SPANS],
        "run_id": [run] * len(SPANS),
    }
    store.insert(Block("otel.traces", columns), token="spans")
    metrics: dict[str, list[Any]] = {
        "timestamp": [first],
        "namespace": ["team-a"],
        "metric_name": ["rows_written"],
        "metric_type": ["sum"],
        "value": [12345.0],
        "unit": ["{row}"],
        "service_name": ["etl"],
        "run_id": [run],
    }
    store.insert(Block("otel.metrics", metrics), token="metrics")


STEPS = (  # job, inputs, outputs: a warehouse small enough to be read in a picture
    ("stg_orders", ["raw"], ["staging.orders"]),
    ("stg_customers", ["raw_customers"], ["staging.customers"]),
    ("dim_customers", ["staging.orders", "staging.customers"], ["marts.customers"]),
    ("fct_orders", ["orders", "staging.orders", "staging.customers"], ["marts.orders"]),
    ("churn_model", ["marts.customers", "marts.orders"], ["marts.churn", "analytics.reports.weekly_churn_by_segment"]),
)
STATES = ("COMPLETE", "COMPLETE", "FAIL", "COMPLETE", "ABORT", "COMPLETE", "COMPLETE")


@pytest.fixture
def warehouse(shop: Shop, team_a: Namespace, store: TelemetryStore) -> Shop:
    """The shop with more around it, a history of runs, and the spans of run 2."""
    now = timezone.now()
    Usage.objects.create(namespace=team_a, day=now.date(), accepted=412_345, rejected=12)
    for number, (job, inputs, outputs) in enumerate(STEPS):
        for age, state in enumerate(STATES):
            begin = now - timedelta(minutes=20 * age + 3 * number + 1)
            run = run_id(100 * number + age + 10)
            flow: dict[str, Any] = {"run": run, "job": job, "namespace": "team-a", "inputs": inputs, "outputs": outputs}
            apply(
                team_a,
                event("START", begin, **flow),
                event(state, begin + timedelta(seconds=17 * (age + number + 1)), **flow),
            )
    insert_spans(store, now.astimezone(UTC) - timedelta(seconds=192), run_id(2))
    return shop


class Visitor:
    """A person at the browser; `problems` has what the console said and what a policy refused."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.problems: list[str] = []
        self._address = address
        page.on("console", lambda m: self.problems.append(m.text) if m.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", self._on_request)

    def _on_request(self, request: Any) -> None:
        if not request.url.startswith((self._address, "data:", "blob:")):
            self.problems.append(f"foreign host: {request.url}")

    def go(self, path: str) -> Page:
        answer = self.page.goto(self._address + path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        self.page.wait_for_load_state("load")
        return self.page


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer) -> Iterator[Visit]:
    """`visit(user, color_scheme="dark")` opens a browser of that person's own; None is nobody."""
    contexts = []

    def begin(user: User | None = None, **options: Any) -> Visitor:
        context = browser.new_context(**{"viewport": DESKTOP, **options})
        contexts.append(context)
        context.set_default_timeout(15_000)
        if user is not None:
            client = Client()
            client.force_login(user)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        return Visitor(context.new_page(), live_server.url)

    yield begin
    for context in contexts:
        context.close()


@pytest.fixture
def root_user(db: None) -> User:
    return User.objects.create_superuser("root@example.com", "correct-horse-battery", first_name="Root")
