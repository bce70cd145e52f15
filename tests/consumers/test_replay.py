"""A replay sends each chosen letter back once, leaves the others for later, and survives being killed."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from backends.errors import BackendUnavailable
from backends.eventlog import Delivery, Envelope, Partition, event_log, headers
from backends.eventlog.topics import LINEAGE, dead_letter_topic
from consumers.dead_letters import letter_of
from consumers.replay import GROUP, Choice, Counts, Replay
from tests.consumers.memory_log import MemoryEventLog
from tests.consumers.workshop import TOPIC, Clock

DLQ = dead_letter_topic(TOPIC)


def put_aside(log: MemoryEventLog, *values: bytes, namespace: str = "team-a", reason: str = "invalid") -> None:
    for offset, value in enumerate(values):
        source = Delivery(Envelope(TOPIC, b"key", value, {headers.NAMESPACE: namespace}), Partition(TOPIC, 0), offset)
        log.append([letter_of(source, carrier="marquez", reason=reason, error="no")], timeout_s=1)


def replayed(log: MemoryEventLog) -> list[bytes]:
    return [delivery.envelope.value for delivery in log.everything(TOPIC)]


def open_letters(log: MemoryEventLog) -> int:
    return sum(log.lag([DLQ], group=GROUP).values())


def test_all_letters_go_back_in_order_and_only_once() -> None:
    log = MemoryEventLog()
    put_aside(log, b"a", b"b", b"c")
    assert Replay(log, topic=TOPIC).run() == Counts(replayed=3)
    assert Replay(log, topic=TOPIC).run() == Counts()
    assert replayed(log) == [b"a", b"b", b"c"]
    assert open_letters(log) == 0


def test_a_replayed_envelope_is_the_original() -> None:
    log = MemoryEventLog()
    put_aside(log, b"a")
    Replay(log, topic=TOPIC).run()
    (delivery,) = log.everything(TOPIC)
    assert delivery.envelope == Envelope(
        TOPIC, b"key", b"a", {headers.NAMESPACE: "team-a", headers.DLQ_ATTEMPTS: "1"}
    )  # fmt: skip


@pytest.mark.parametrize("choice", [Choice(namespace="team-a"), Choice(reason="invalid"), Choice("team-a", "invalid")])
def test_what_the_filter_leaves_out_stays_open_for_later(choice: Choice) -> None:
    log = MemoryEventLog()
    put_aside(log, b"other", namespace="team-b", reason="fault")
    put_aside(log, b"mine")
    assert Replay(log, topic=TOPIC, choice=choice).run() == Counts(replayed=1, kept=1)
    assert replayed(log) == [b"mine"]
    assert open_letters(log) == 1
    assert Replay(log, topic=TOPIC).run() == Counts(replayed=1)
    assert replayed(log) == [b"mine", b"other"]


def test_a_limit_leaves_the_rest_open() -> None:
    log = MemoryEventLog()
    put_aside(log, b"a", b"b", b"c")
    Replay(log, topic=TOPIC, limit=2).run()
    assert replayed(log) == [b"a", b"b"]
    assert open_letters(log) == 1


def test_a_dry_run_counts_and_changes_nothing() -> None:
    log = MemoryEventLog()
    put_aside(log, b"a", b"b")
    assert Replay(log, topic=TOPIC, dry_run=True).run() == Counts(replayed=2)
    assert replayed(log) == []
    assert open_letters(log) == 2


def test_a_letter_that_a_crash_put_aside_twice_is_replayed_once() -> None:
    log = MemoryEventLog()
    put_aside(log, b"a")
    put_aside(log, b"a")
    assert Replay(log, topic=TOPIC).run() == Counts(replayed=1, repeated=1)
    assert replayed(log) == [b"a"]


def test_the_same_place_with_another_value_is_another_letter() -> None:
    log = MemoryEventLog()
    put_aside(log, b"before the topic was made anew")
    put_aside(log, b"after")
    assert Replay(log, topic=TOPIC).run() == Counts(replayed=2)


@pytest.mark.parametrize("operation", ["append", "commit"])
def test_a_replay_that_fails_in_the_middle_loses_no_letter(operation: str) -> None:
    log = MemoryEventLog()
    put_aside(log, b"a", b"b")
    log.down = {operation}
    with pytest.raises(BackendUnavailable):
        Replay(log, topic=TOPIC).run()
    assert open_letters(log) == 2
    log.down = set()
    Replay(log, topic=TOPIC).run()
    assert set(replayed(log)) == {b"a", b"b"}
    assert open_letters(log) == 0


def test_a_log_that_holds_less_than_it_said_ends_the_replay_after_some_silence() -> None:
    clock = Clock()

    class Boastful(MemoryEventLog):
        def lag(self, topics: object, *, group: str) -> dict[Partition, int]:
            return {Partition(DLQ, 0): 5}

    def ticking() -> float:
        clock.advance(1.0)
        return clock.now

    assert Replay(Boastful(), topic=TOPIC, clock=ticking).run() == Counts()


def test_progress_is_reported() -> None:
    log = MemoryEventLog()
    put_aside(log, *[b"%d" % n for n in range(250)])
    seen: list[int] = []
    Replay(log, topic=TOPIC, report=lambda counts: seen.append(counts.seen)).run()
    assert seen == [100, 200, 250]


# The command


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> MemoryEventLog:
    made = MemoryEventLog()
    monkeypatch.setattr(event_log, "get", lambda: made)
    return made


def printed(*words: str) -> str:
    out = io.StringIO()
    call_command("replay_dead_letters", *words, stdout=out)
    return out.getvalue()


def test_the_command_tells_what_became_of_each_topics_letters(log: MemoryEventLog) -> None:
    put_aside(log, b"a", b"b")
    put_aside(log, b"c", namespace="team-b")
    assert printed("--namespace", "team-a") == (
        "openlineage-events: 2 replayed, 1 kept by the filter.\n"
        "otel-spans: 0 replayed, 0 kept by the filter.\n"
        "otel-metrics: 0 replayed, 0 kept by the filter.\n"
    )


def test_the_command_can_only_look(log: MemoryEventLog) -> None:
    put_aside(log, b"a")
    assert (
        printed("--topic", LINEAGE.name, "--dry-run")
        == "openlineage-events: 1 would be replayed, 0 kept by the filter.\n"
    )
    assert open_letters(log) == 1


def test_the_command_says_what_to_do_when_the_log_is_away(log: MemoryEventLog) -> None:
    put_aside(log, b"a")
    log.down = {"append"}
    with pytest.raises(CommandError, match="Nothing is lost; run it again"):
        printed()
