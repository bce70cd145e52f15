"""The walk through the graph: how far, in which direction, how much, and past whom."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.graph import MAX_DEPTH, MAX_NODES, Direction, Graph, graph_of
from catalog.identity import dataset_node, job_node, node_uuid
from catalog.models import Dataset, Edge, Job
from namespaces.actors import SYSTEM, Actor
from namespaces.errors import NotFound
from namespaces.models import Namespace
from tests.catalog.conftest import NOON, Send, dataset, run_event

pytestmark = pytest.mark.django_db
Pairs = set[tuple[str, str]]


def pairs(graph: Graph) -> Pairs:
    return {(edge.source, edge.target) for edge in graph.edges}


def chain(send: Send, length: int) -> None:
    """Draw d0 → j0 → d1 → j1 and so on, up to d<length>."""
    for number in range(length):
        read, written = [dataset(f"d{number}")], [dataset(f"d{number + 1}")]
        send(run_event(job=f"j{number}", run=f"r{number}", inputs=read, outputs=written))


def d(number: int) -> str:
    return dataset_node("db", f"d{number}")


def j(number: int) -> str:
    return job_node("jobs", f"j{number}")


class TestHowFar:
    def test_depth_counts_arrows(self, send: Send, alice: Actor) -> None:
        chain(send, 3)
        assert {node.id for node in graph_of(alice, d(1), depth=0).nodes} == {d(1)}
        assert pairs(graph_of(alice, d(1), depth=1)) == {(j(0), d(1)), (d(1), j(1))}
        assert pairs(graph_of(alice, d(1), depth=2)) == {(d(0), j(0)), (j(0), d(1)), (d(1), j(1)), (j(1), d(2))}

    def test_each_direction_goes_its_way_only(self, send: Send, alice: Actor) -> None:
        chain(send, 3)
        assert pairs(graph_of(alice, d(1), depth=9, direction="upstream")) == {(d(0), j(0)), (j(0), d(1))}
        down = pairs(graph_of(alice, d(2), depth=9, direction="downstream"))
        assert down == {(d(2), j(2)), (j(2), d(3))}

    def test_deeper_than_the_deepest_is_the_deepest(self, send: Send, alice: Actor) -> None:
        chain(send, 12)
        far = graph_of(alice, d(0), depth=10**9)
        assert len(far.edges) == MAX_DEPTH
        assert graph_of(alice, d(0), depth=-1).edges == ()

    def test_the_asked_node_comes_first(self, send: Send, alice: Actor) -> None:
        chain(send, 2)
        assert graph_of(alice, d(1), depth=5).nodes[0].id == d(1)

    def test_a_name_with_colons_is_found_without_being_split(self, send: Send, alice: Actor) -> None:
        send(run_event(outputs=[dataset("a:b:c", namespace="postgres://db:5432")]))
        node = graph_of(alice, "dataset:postgres://db:5432:a:b:c").nodes[0]
        assert (node.namespace, node.name, node.owner) == ("postgres://db:5432", "a:b:c", "team-a")

    @pytest.mark.parametrize("node", ["", "dataset:db:nothing", "job:db:d0", "d0", "restricted:0", "dataset:db:d0\0"])
    def test_a_node_that_is_none_is_not_found(self, send: Send, alice: Actor, node: str) -> None:
        chain(send, 1)
        with pytest.raises(NotFound):
            graph_of(alice, node)


class TestHowMuch:
    def test_more_nodes_than_the_limit_are_cut_and_said_to_be(self, send: Send, alice: Actor) -> None:
        send(run_event(job="j0", inputs=[dataset(f"d{number}") for number in range(10)]))
        whole, cut = graph_of(alice, j(0)), graph_of(alice, j(0), limit=4)
        assert (len(whole.nodes), whole.truncated) == (11, False)
        assert (len(cut.nodes), len(cut.edges), cut.truncated) == (4, 3, True)
        assert cut == graph_of(alice, j(0), limit=4)

    def test_no_limit_goes_beyond_the_most(self, send: Send, alice: Actor) -> None:
        send(run_event(job="j0", inputs=[dataset(f"d{number}") for number in range(MAX_NODES + 5)]))
        graph = graph_of(alice, j(0), limit=10**6)
        assert (len(graph.nodes), graph.truncated) == (MAX_NODES, True)

    def test_exactly_the_limit_is_not_cut(self, send: Send, alice: Actor) -> None:
        send(run_event(job="j0", inputs=[dataset(f"d{number}") for number in range(3)]))
        assert not graph_of(alice, j(0), limit=4, depth=9).truncated

    def test_a_level_costs_the_same_number_of_queries_however_wide(self, send: Send, alice: Actor) -> None:
        send(
            run_event(job="j0", inputs=[dataset("d0")]),
            run_event(job="j1", inputs=[dataset(f"x{n}") for n in range(99)]),
        )

        def queries(node: str) -> int:
            with CaptureQueriesContext(connection) as captured:
                graph_of(alice, node, depth=1)
            return len(captured)

        assert queries(j(0)) == queries(j(1)) <= 5


class TestPastWhom:
    """Charlie's job reads Alice's dataset and writes his own, which Alice's second job reads."""

    @pytest.fixture(autouse=True)
    def _shared(self, send: Send, team_c: Namespace) -> None:
        send(run_event(job="j0", inputs=[dataset("d0")], outputs=[dataset("d1")]))
        foreign = run_event(job="j1", inputs=[dataset("d1")], outputs=[dataset("d2")])
        foreign["job"]["namespace"] = "theirs"
        send(foreign, namespace=team_c)
        send(run_event(job="j2", inputs=[dataset("d2")], outputs=[dataset("d3")]))

    def test_what_is_another_namespaces_has_a_kind_and_nothing_else(self, alice: Actor) -> None:
        (foreign,) = [node for node in graph_of(alice, d(1)).nodes if node.restricted]
        assert (foreign.kind, foreign.namespace, foreign.name, foreign.owner, foreign.uuid) == ("job", "", "", "", None)
        assert foreign.id.startswith("restricted:")
        assert str(node_uuid(job_node("theirs", "j1"))) not in foreign.id

    def test_its_id_is_the_same_each_time_and_another_for_another_node(self, alice: Actor) -> None:
        def opaque(node: str) -> set[str]:
            return {found.id for found in graph_of(alice, node, depth=1).nodes if found.restricted}

        assert opaque(d(1)) == opaque(d(1))
        assert opaque(d(1)).isdisjoint(opaque(job_node("jobs", "j2")))

    def test_nobody_walks_past_it(self, alice: Actor, bob: Actor) -> None:
        for actor in (alice, bob):
            graph = graph_of(actor, d(0), depth=20)
            assert {node.id for node in graph.nodes if not node.restricted} == {d(0), j(0), d(1)}
            assert len(graph.edges) == 3

    def test_its_owner_sees_the_other_side_of_it(self, charlie: Actor) -> None:
        graph = graph_of(charlie, job_node("theirs", "j1"), depth=20)
        kinds = sorted((node.kind, node.restricted) for node in graph.nodes)
        assert kinds == [("dataset", False), ("dataset", True), ("job", False), ("job", True)]

    def test_a_platform_admin_sees_all(self) -> None:
        graph = graph_of(SYSTEM, d(0), depth=20)
        assert len(graph.nodes) == 7
        assert not any(node.restricted for node in graph.nodes)

    def test_a_foreign_node_is_not_found_as_if_it_were_none(self, alice: Actor, charlie: Actor) -> None:
        for actor, node in ((charlie, d(0)), (alice, d(2))):
            with pytest.raises(NotFound) as foreign:
                graph_of(actor, node)
            with pytest.raises(NotFound) as none:
                graph_of(actor, node + "x")
            assert foreign.value.detail.replace(node, "") == none.value.detail.replace(node + "x", "")


NAMES = st.integers(0, 7)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    arrows=st.sets(st.tuples(NAMES, NAMES), max_size=16),
    foreign=st.sets(NAMES, max_size=3),
    depth=st.integers(0, 6),
    direction=st.sampled_from(["both", "upstream", "downstream"]),
)
def test_the_walk_finds_what_a_plain_search_finds(
    arrows: set[tuple[int, int]],
    foreign: set[int],
    depth: int,
    direction: Direction,
    *,
    alice: Actor,
    team_a: Namespace,
    team_c: Namespace,
) -> None:
    """Even numbers are datasets, odd ones jobs; the reference walks over plain numbers."""
    draw_graph(arrows, {number: team_c if number in foreign - {0} else team_a for number in range(8)})
    seen, wanted, frontier = {0}, set(), {0}
    for _ in range(depth):
        touched = {(a, b) for a, b in arrows if a != b and is_touched(a, b, frontier, direction)}
        wanted |= touched
        reached = {end for pair in touched for end in pair} - seen
        seen |= reached
        frontier = reached - foreign
    graph = graph_of(alice, name(0), depth=depth, direction=direction)
    visible = {node.id for node in graph.nodes if not node.restricted}
    assert visible == {name(number) for number in seen if number not in foreign - {0}}
    assert len(graph.nodes) == len(seen)
    assert len(graph.edges) == len(wanted)
    both_seen = {(name(a), name(b)) for a, b in wanted if not {a, b} & (foreign - {0})}
    assert both_seen == {pair for pair in pairs(graph) if set(pair) <= visible}
    assert all({edge.source, edge.target} & visible for edge in graph.edges)


def is_touched(a: int, b: int, frontier: set[int], direction: Direction) -> bool:
    return (direction != "upstream" and a in frontier) or (direction != "downstream" and b in frontier)


def name(number: int) -> str:
    return (job_node if number % 2 else dataset_node)("n", str(number))


def draw_graph(arrows: set[tuple[int, int]], owners: dict[int, Namespace]) -> None:
    Edge.objects.all().delete()
    for model in (Dataset, Job):
        model.objects.all().delete()
    seen = {"first_seen_at": NOON, "last_seen_at": NOON}
    for number, owner in owners.items():
        model = Job if number % 2 else Dataset
        model.objects.create(id=node_uuid(name(number)), namespace="n", name=str(number), owner=owner, **seen)
    kinds = {(0, 1): "read", (1, 0): "write", (0, 0): "derive", (1, 1): "trigger"}
    Edge.objects.bulk_create(
        Edge(source=uuid(a), target=uuid(b), kind=kinds[a % 2, b % 2], **seen) for a, b in arrows if a != b
    )


def uuid(number: int) -> UUID:
    return node_uuid(name(number))
