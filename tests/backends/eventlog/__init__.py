"""The EventLog port: one contract, held by every adapter."""

import pytest

pytest.register_assert_rewrite("tests.backends.eventlog.contract")
