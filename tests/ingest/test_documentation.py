"""The door's OpenAPI: every route with bodies and answers, and nothing that the generator had to guess."""

from __future__ import annotations

from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from ingest import urls


@pytest.fixture
def document(capsys: pytest.CaptureFixture[str]) -> Any:
    with GENERATOR_STATS.silence():
        made = SchemaGenerator(patterns=urls.urlpatterns).get_schema(request=None, public=True)
    assert not GENERATOR_STATS, GENERATOR_STATS.__dict__
    return made


def test_the_document_is_valid_and_names_every_route(document: Any) -> None:
    validate_schema(document)
    assert set(document["paths"]) == set(urls.DOCUMENTED)


def test_every_route_tells_its_body_its_answers_and_its_errors(document: Any) -> None:
    for operations in document["paths"].values():
        assert set(operations) == {"post"}
        operation = operations["post"]
        assert operation["summary"]
        assert operation["requestBody"]["content"]
        assert {"400", "401", "403", "413", "415", "429", "503"} <= set(operation["responses"])
        assert {"200", "201"} & set(operation["responses"])


def test_otlp_is_documented_in_both_encodings(document: Any) -> None:
    traces = document["paths"]["/v1/traces"]["post"]
    assert set(traces["requestBody"]["content"]) == {"application/x-protobuf", "application/json"}
    assert set(traces["responses"]["200"]["content"]) == {"application/x-protobuf", "application/json"}
