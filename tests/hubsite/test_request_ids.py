"""Each request has an id that the answer carries."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from hubsite.request_ids import request_id_of


@pytest.mark.parametrize("given", ["deploy-2026.01_a", "a" * 64])
def test_a_sane_id_of_the_caller_is_kept(given: str) -> None:
    assert request_id_of(RequestFactory().get("/", headers={"X-Request-ID": given})) == given


@pytest.mark.parametrize("given", ["", "short", "a" * 65, "line\nbreak", "<script>alert</script>", "ümlaut-id"])
def test_any_other_is_replaced(given: str) -> None:
    made = request_id_of(RequestFactory().get("/", headers={"X-Request-ID": given}))
    assert made != given
    assert len(made) == 32


def test_two_requests_have_two_ids() -> None:
    request = RequestFactory().get("/")
    assert request_id_of(request) != request_id_of(request)
