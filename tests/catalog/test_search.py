"""Finding things by name: the closest first, then the most used, and only what the actor may see."""

from __future__ import annotations

import pytest

from catalog.search import search
from namespaces.actors import NOBODY, SYSTEM, Actor
from namespaces.models import Namespace
from tests.catalog.conftest import Send, dataset, run_event

pytestmark = pytest.mark.django_db


def names(actor: Actor, q: str, **more: object) -> list[str]:
    return [hit.name for hit in search(actor, q, **more)]  # type: ignore[arg-type]


@pytest.fixture
def _orders(send: Send) -> None:
    send(
        run_event(
            job="load",
            inputs=[dataset("reorders"), dataset("old_orders_archive")],
            outputs=[dataset("orders_daily"), dataset("shop.public.orders"), dataset("Orders"), dataset("people")],
        )
    )


@pytest.mark.usefixtures("_orders")
class TestCloseness:
    def test_the_whole_name_then_its_last_part_then_its_beginning_then_any_part(self, alice: Actor) -> None:
        found = names(alice, "orders")
        assert found[:3] == ["Orders", "shop.public.orders", "orders_daily"]
        assert set(found[3:]) == {"reorders", "old_orders_archive"}

    def test_a_typing_error_is_forgiven(self, alice: Actor) -> None:
        assert "orders_daily" in names(alice, "orders_dialy")

    def test_a_node_id_finds_its_node_alone_at_the_top(self, alice: Actor) -> None:
        assert names(alice, "dataset:db:people")[0] == "people"

    @pytest.mark.parametrize("q", ["%", "_", "\\", "'", "\0", "orders%"])
    def test_signs_that_mean_something_to_the_database_mean_nothing_here(self, alice: Actor, q: str) -> None:
        assert all(q in name or q == "orders%" for name in names(alice, q))

    @pytest.mark.parametrize("q", ["", "  ", "\0", "xyzzy"])
    def test_nothing_finds_nothing(self, alice: Actor, q: str) -> None:
        assert names(alice, q) == []

    def test_a_longer_question_than_any_name_is_answered(self, alice: Actor) -> None:
        assert names(alice, "xyzzy" * 10_000) == []


def test_of_equally_close_names_the_more_used_comes_first(send: Send, alice: Actor) -> None:
    send(
        run_event(job="j1", inputs=[dataset("a_orders"), dataset("b_orders")]),
        run_event(job="j2", inputs=[dataset("b_orders")]),
    )
    hits = search(alice, "orders")
    assert [(hit.name, hit.uses) for hit in hits] == [("b_orders", 2), ("a_orders", 1)]


@pytest.mark.usefixtures("_orders")
def test_kinds_and_namespaces_narrow_it(send: Send, alice: Actor) -> None:
    send(run_event(job="orders_job", run="orders-run-1", outputs=[dataset("orders", namespace="lake")]))
    assert {hit.kind for hit in search(alice, "orders")} == {"dataset", "job", "run"}
    assert names(alice, "orders", kinds=["job"]) == ["orders_job"]
    assert names(alice, "orders", kinds=["run"]) == ["orders-run-1"]
    assert names(alice, "orders", namespaces=["lake"]) == ["orders"]
    assert len(names(alice, "orders", namespaces=["team-a"])) == 8
    assert names(alice, "orders", namespaces=["elsewhere"]) == []
    assert len(names(alice, "orders", limit=2)) == 2


@pytest.mark.usefixtures("_orders")
def test_each_finds_what_is_theirs_and_nothing_else(
    send: Send, alice: Actor, bob: Actor, charlie: Actor, team_c: Namespace
) -> None:
    foreign = run_event(job="their_orders", outputs=[dataset("their_orders")], run="orders-2")
    foreign["job"]["namespace"] = "theirs"
    send(foreign, namespace=team_c)
    assert "their_orders" not in names(alice, "orders")
    assert names(alice, "orders") == names(bob, "orders")
    assert set(names(charlie, "orders")) == {"their_orders", "orders-2"}
    assert names(charlie, "dataset:db:people") == []
    assert len(names(SYSTEM, "orders")) == 8
    assert names(NOBODY, "orders") == []
