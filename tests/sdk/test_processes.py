"""Children send their own events, programs that end send what waits, and none of it takes longer than promised."""

from __future__ import annotations

import time

from tests.sdk.programs import run_program
from tests.sdk.stub_hub import Reply, StubHub

TRACKED = """
import os, sys, data_lineage_hub as d
d.configure(hub_endpoint={url!r}, namespace="team-a", exit_timeout_s={exit_timeout_s}, batch_age_s=30)

def tracked(name):
    return d.lineage_track(name)(lambda: os.getpid())
"""


def program(hub: StubHub, code: str, exit_timeout_s: float = 20) -> str:
    return TRACKED.format(url=hub.url, exit_timeout_s=exit_timeout_s) + code


def test_a_program_that_ends_sends_what_waits(hub: StubHub) -> None:
    result = run_program(program(hub, "tracked('last words')()"))
    assert (result.returncode, result.stderr) == (0, "")
    assert hub.kinds() == [("last words", "START"), ("last words", "COMPLETE")]


def test_a_program_that_fails_ends_as_it_would(hub: StubHub) -> None:
    result = run_program(program(hub, "d.lineage_track('failing')(lambda: 1 / 0)()"))
    assert result.returncode == 1
    assert "ZeroDivisionError" in result.stderr
    assert hub.kinds() == [("failing", "START"), ("failing", "FAIL")]


def test_a_program_does_not_wait_for_a_hub_that_is_away(hub: StubHub) -> None:
    hub.always = Reply(503, {}, {"Retry-After": "1"})
    begun = time.monotonic()
    result = run_program(program(hub, "tracked('lost')(); print('done')", exit_timeout_s=0.5))
    assert (result.returncode, result.stdout) == (0, "done\n")
    assert "2 lineage events were not delivered within 0.5 s" in result.stderr
    assert time.monotonic() - begun < 20


def test_a_forked_child_sends_its_own_events_and_only_those(hub: StubHub) -> None:
    code = """
tracked("before")()
child = os.fork()
if child == 0:
    tracked("in the child")()
    assert d.stats().emitted == 2, d.stats()
    sys.exit(0 if d.flush(20) else 1)
tracked("after")()
assert os.waitpid(child, 0)[1] == 0
assert d.flush(20)
assert d.stats() == (4, 4, 0, 0, {}), d.stats()
"""
    result = run_program(program(hub, code))
    assert (result.returncode, result.stderr) == (0, "")
    assert sorted(hub.kinds()) == sorted(
        (name, kind) for name in ("before", "in the child", "after") for kind in ("START", "COMPLETE")
    )
    assert len({event["run"]["runId"] for event in hub.events}) == 3


def test_a_fork_inside_a_run_keeps_the_run_as_parent(hub: StubHub) -> None:
    code = """
with d.lineage_track("parent"):
    child = os.fork()
    if child == 0:
        tracked("child")()
        os._exit(0 if d.flush(20) else 1)
    assert os.waitpid(child, 0)[1] == 0
"""
    assert run_program(program(hub, code)).returncode == 0
    child = next(event for event in hub.events if event["job"]["name"] == "child")
    assert child["run"]["facets"]["parent"]["job"]["name"] == "parent"


def test_children_of_multiprocessing_send_what_waits(hub: StubHub) -> None:
    """Such children end by os._exit, which runs no atexit."""
    code = """
import multiprocessing
context = multiprocessing.get_context("fork")
children = [context.Process(target=tracked(f"child {n}")) for n in range(2)]
tracked("main")()
for child in children:
    child.start()
for child in children:
    child.join()
assert [child.exitcode for child in children] == [0, 0]
"""
    result = run_program(program(hub, code))
    assert (result.returncode, result.stderr) == (0, "")
    assert {name for name, kind in hub.kinds() if kind == "COMPLETE"} == {"main", "child 0", "child 1"}


def test_a_fork_in_the_middle_of_loading_leaves_both_sides_able_to_send(hub: StubHub) -> None:
    """Forking at once after the first event: without waiting, the child would inherit half-loaded modules."""
    code = """
for n in range(3):
    tracked("parent")()
    child = os.fork()
    if child == 0:
        tracked("child")()
        os._exit(0 if d.flush(20) else 1)
    assert os.waitpid(child, 0)[1] == 0
"""
    result = run_program(program(hub, code))
    assert (result.returncode, result.stderr) == (0, "")
    assert [name for name, _ in hub.kinds()].count("child") == 6
