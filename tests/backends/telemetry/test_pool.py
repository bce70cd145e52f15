"""Connections are lent to one borrower at a time, kept for the next one, and all closed in the end."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from backends.telemetry.pool import Pool


class Door:
    """A connection that knows whether it is closed."""

    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def made() -> list[Door]:
    return []


@pytest.fixture
def pool(made: list[Door]) -> Pool[Door]:
    def connect() -> Door:
        made.append(Door())
        return made[-1]

    return Pool(connect)


def test_one_after_the_other_shares_a_connection(pool: Pool[Door], made: list[Door]) -> None:
    for _ in range(3):
        with pool.connection():
            pass
    assert len(made) == 1


def test_borrowers_at_once_get_one_each(pool: Pool[Door], made: list[Door]) -> None:
    with ExitStack() as borrowed:
        lent = [borrowed.enter_context(pool.connection()) for _ in range(3)]
    assert len(set(map(id, lent))) == 3
    pool.close()
    assert [door.closed for door in made] == [1, 1, 1]


def test_close_waits_for_who_still_works(pool: Pool[Door], made: list[Door]) -> None:
    borrowed, done = threading.Event(), threading.Event()

    def work() -> None:
        with pool.connection():
            borrowed.set()
            done.wait(10)
            assert made[0].closed == 0

    worker = threading.Thread(target=work)
    worker.start()
    borrowed.wait(10)
    closing = threading.Thread(target=pool.close)
    closing.start()
    closing.join(0.1)
    assert closing.is_alive(), "it waits"
    done.set()
    closing.join(10)
    worker.join(10)
    assert made[0].closed == 1


def test_what_comes_back_too_late_is_closed_then(pool: Pool[Door], made: list[Door]) -> None:
    with pool.connection():
        pool.close(timeout_s=0)
        assert made[0].closed == 0
    assert made[0].closed == 1


def test_a_connection_that_cannot_be_made_leaves_nothing_behind() -> None:
    def connect() -> Door:
        raise ConnectionError

    pool = Pool(connect)
    with pytest.raises(ConnectionError), pool.connection():
        pass
    waited = threading.Thread(target=pool.close)
    waited.start()
    waited.join(2)
    assert not waited.is_alive(), "nobody is waited for"
