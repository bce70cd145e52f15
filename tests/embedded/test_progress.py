"""Progress: plain lines where nobody watches, one living line on a terminal."""

from __future__ import annotations

import io

import pytest

from hubsite.embedded.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_elsewhere_each_step_is_one_plain_line() -> None:
    out = io.StringIO()
    progress = Progress(2, out)
    with progress.step("First"):
        pass
    with progress.step("Second"):
        pass
    first, second = out.getvalue().splitlines()
    assert first.startswith("[1/2] First: done in ")
    assert second.startswith("[2/2] Second: done in ")
    assert "\x1b" not in out.getvalue()


def test_on_a_terminal_a_step_shows_before_it_is_done() -> None:
    out = Terminal()
    with Progress(1, out).step("Migrating"):
        assert out.getvalue().endswith("[1/1] Migrating …")
    assert out.getvalue().endswith("s\n")


def test_a_failing_step_is_not_called_done() -> None:
    out = io.StringIO()

    def fail() -> None:
        with Progress(1, out).step("Migrating"):
            raise RuntimeError("no database")

    with pytest.raises(RuntimeError):
        fail()
    assert "done" not in out.getvalue()
