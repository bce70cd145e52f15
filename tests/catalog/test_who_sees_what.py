"""Every read path of the catalog, for every kind of reader: Alice, Bob, Charlie, keys, nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from catalog import overview
from catalog.models import Dataset, Job, Run
from catalog.search import search
from namespaces.actors import NOBODY, SYSTEM, Actor
from namespaces.models import Namespace, User
from tests.catalog.conftest import Send, dataset, run_event

pytestmark = pytest.mark.django_db

LISTS = ("datasets", "jobs", "runs")
WORD = "secret"


@dataclass(frozen=True)
class Ids:
    dataset: str
    job: str
    run: str

    def paths(self) -> list[str]:
        """Every route that tells of one of team-a's things."""
        nodes = [f"graph?node=dataset:db:{WORD}_table", f"graph?node=job:jobs:{WORD}_job"]
        return [f"datasets/{self.dataset}", f"jobs/{self.job}", f"runs/{self.run}", *nodes]


@pytest.fixture
def ids(send: Send) -> Ids:
    send(run_event(run=f"{WORD}-run", job=f"{WORD}_job", inputs=[dataset("raw")], outputs=[dataset(f"{WORD}_table")]))
    table = Dataset.objects.get(name=f"{WORD}_table")
    return Ids(str(table.pk), str(Job.objects.get().pk), str(Run.objects.get().pk))


def get(client: Client, path: str, token: str = "") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return client.get(f"/api/v1/{path}", headers=headers)


def see_all(client: Client, ids: Ids, token: str = "") -> None:
    for path in ids.paths():
        assert get(client, path, token).status_code == 200, path
    for name in LISTS:
        assert get(client, name, token).json()["items"], name
    assert len(get(client, f"search?q={WORD}", token).json()["items"]) == 3


def see_nothing(client: Client, ids: Ids, token: str = "") -> None:
    for path in ids.paths():
        answer = get(client, path, token)
        assert answer.status_code == 404, path
        asked = path.partition("=")[2]
        assert WORD not in answer.content.decode().replace(asked, "")
    for name in (*LISTS, f"search?q={WORD}", "datasets?namespace=team-a", "runs?namespace=jobs"):
        answer = get(client, name, token)
        assert answer.json()["items"] == [], name
        assert WORD not in answer.content.decode()


@pytest.mark.parametrize("person", ["alice_user", "bob_user"])
def test_members_see_what_is_theirs(client: Client, ids: Ids, person: str, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(person))
    see_all(client, ids)


def test_a_stranger_learns_nothing(client: Client, ids: Ids, charlie_user: User, team_c: Namespace) -> None:
    client.force_login(charlie_user)
    see_nothing(client, ids)


def test_a_key_of_the_namespace_that_may_read_sees_it(client: Client, ids: Ids, issue_token: Any) -> None:
    see_all(client, ids, issue_token("read"))


def test_a_key_of_another_namespace_learns_nothing(
    client: Client, ids: Ids, issue_token: Any, team_c: Namespace
) -> None:
    see_nothing(client, ids, issue_token("read", namespace=team_c))


def test_a_key_without_the_scope_read_is_told_so(client: Client, ids: Ids, issue_token: Any) -> None:
    token = issue_token("lineage:write", "telemetry:write")
    for path in (*ids.paths(), *LISTS, f"search?q={WORD}"):
        answer = get(client, path, token)
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope"), path


def test_nobody_is_asked_who_they_are(client: Client, ids: Ids) -> None:
    for path in (*ids.paths(), *LISTS, f"search?q={WORD}"):
        assert get(client, path).status_code == 401, path
        assert get(client, path, "dlh_wrong").status_code == 401, path


def test_a_stranger_who_reads_the_dataset_sees_only_that_it_is_there(
    client: Client, ids: Ids, send: Send, charlie_user: User, team_c: Namespace
) -> None:
    reader = run_event(job="reader", run="reader-run", inputs=[dataset(f"{WORD}_table")])
    reader["job"]["namespace"] = "theirs"
    send(reader, namespace=team_c)
    client.force_login(charlie_user)
    run = Run.objects.get(run_id="reader-run")
    for path in ("graph?node=job:theirs:reader&depth=20", f"runs/{run.pk}"):
        answer = get(client, path)
        assert answer.status_code == 200
        assert WORD not in answer.content.decode()
        assert "restricted:" in answer.content.decode()


class TestTheReadsOfThePortal:
    @pytest.mark.parametrize("who", ["alice", "bob"])
    def test_members(self, ids: Ids, who: str, request: pytest.FixtureRequest) -> None:
        actor: Actor = request.getfixturevalue(who)
        assert (
            len(overview.latest_runs(actor)) == len(overview.last_event_at(actor)) == len(overview.counts(actor)) == 1
        )
        assert len(search(actor, WORD)) == 3

    def test_others(self, ids: Ids, charlie: Actor) -> None:
        scopeless = Actor("key", "key", roles={1: "writer"}, scopes=frozenset({"lineage:write"}))
        for actor in (charlie, NOBODY, scopeless):
            assert overview.latest_runs(actor) == search(actor, WORD) == []
            assert overview.last_event_at(actor) == overview.counts(actor) == overview.failed_today(actor) == {}

    def test_a_platform_admin_sees_all(self, ids: Ids) -> None:
        assert len(search(SYSTEM, WORD)) == 3
        assert len(overview.latest_runs(SYSTEM)) == 1
