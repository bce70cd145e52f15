"""CONTRACT.md, "Events: accept and reject": each rule with its place and stable code, each oddity with its warning."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingest import limits
from ingest.events import judge, read_time
from namespaces.errors import Invalid, Malformed, TooLarge
from tests.ingest.sender import RUN_ID, body_of, event


def faults(value: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        judge(body_of(value))
    return [(error.pointer, error.code) for error in refused.value.errors]


def oddities(value: Any) -> list[tuple[str, str]]:
    return [(warning.pointer, warning.code) for warning in judge(body_of(value)).warnings]


def dataset(**changes: Any) -> dict[str, Any]:
    return {"namespace": "pg", "name": "orders"} | changes


def test_a_sound_event_has_no_warnings() -> None:
    assert oddities(event()) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (event(eventTime=None), [("/eventTime", "required")]),
        (event(eventTime=17), [("/eventTime", "wrong_type")]),
        (event(eventTime=""), [("/eventTime", "blank")]),
        (event(eventTime="yesterday"), [("/eventTime", "invalid_time")]),
        (event(eventTime="0001-01-01T00:00:00+14:00"), [("/eventTime", "invalid_time")]),
        (event(run={}), [("/run/runId", "required")]),
        (event(run={"runId": None}), [("/run/runId", "required")]),
        (event(run={"runId": 5}), [("/run/runId", "wrong_type")]),
        (event(run={"runId": " \t"}), [("/run/runId", "blank")]),
        (event(run={"runId": "r" * 257}), [("/run/runId", "too_long")]),
        (event(run={"runId": "a\0b"}), [("/run/runId", "nul")]),
        (event(run=[]), [("/run", "wrong_type")]),
        (event(job=None), [("/job", "required")]),
        (event(job="etl"), [("/job", "wrong_type")]),
        (event(job={"namespace": "n"}), [("/job/name", "required")]),
        (event(job={"name": "n"}), [("/job/namespace", "required")]),
        (event(job={"namespace": "", "name": "\0"}), [("/job/namespace", "blank"), ("/job/name", "nul")]),
        (
            event(job={"namespace": "n" * 1025, "name": "n" * 4001}),
            [("/job/namespace", "too_long"), ("/job/name", "too_long")],
        ),
        (event(inputs=[dataset(name=None)]), [("/inputs/0/name", "required")]),
        (event(inputs=[dataset(), dataset(name=7)]), [("/inputs/1/name", "wrong_type")]),
        (event(outputs=[dataset(namespace=" ")]), [("/outputs/0/namespace", "blank")]),
        (event(outputs=["orders"]), [("/outputs/0", "wrong_type")]),
        (event(inputs={"0": dataset()}), [("/inputs", "wrong_type")]),
        (event(inputs=[dataset()] * 1001), [("/inputs", "too_many")]),
        (event(run=None, job=None), [("", "required")]),
        (event(run=None, job=None, dataset={"name": "x"}), [("/dataset/namespace", "required")]),
        (event(run=None, job=None, dataset=[]), [("/dataset", "wrong_type")]),
        ([], [("", "not_an_object")]),
        (17, [("", "not_an_object")]),
        (event(run={"runId": RUN_ID, "x": json.loads("[" * 64 + "]" * 64)}), [("", "too_deep")]),
        (b'{"eventTime":' + b"[" * 100_000 + b"]" * 100_000 + b"}", [("", "too_deep")]),
    ],
)
def test_what_makes_an_edge_unusable_is_refused_with_its_place(value: Any, expected: list[tuple[str, str]]) -> None:
    assert faults(value) == expected


def test_every_fault_is_told_at_once() -> None:
    wrong = {"eventTime": 1, "run": {"runId": ""}, "job": {"name": []}, "inputs": [{}, 3]}
    assert faults(wrong) == [
        ("/eventTime", "wrong_type"),
        ("/job/namespace", "required"),
        ("/job/name", "wrong_type"),
        ("/inputs/0/namespace", "required"),
        ("/inputs/0/name", "required"),
        ("/inputs/1", "wrong_type"),
        ("/run/runId", "blank"),
    ]


def test_an_event_with_a_thousand_faults_gets_a_short_answer() -> None:
    assert len(faults(event(inputs=[{}] * 1000))) == limits.REPORTED_ERRORS
    assert len(faults(event(inputs=[dataset(name="")] * 1000))) == limits.REPORTED_ERRORS


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (event(schemaURL=None), [("/schemaURL", "odd_schema_url")]),
        (event(schemaURL=[1]), [("/schemaURL", "odd_schema_url")]),
        (event(producer=None), [("/producer", "odd_producer")]),
        (event(producer="producer"), [("/producer", "odd_producer")]),
        (event(producer={"a": 1}), [("/producer", "odd_producer")]),
        (event(eventType=None), [("/eventType", "unknown_event_type")]),
        (event(eventType="start"), [("/eventType", "unknown_event_type")]),
        (event(eventType={}), [("/eventType", "unknown_event_type")]),
        (event(run={"runId": "run_id"}), [("/run/runId", "run_id_not_uuid")]),
        (event(eventTime="2026-01-31T12:00:00"), [("/eventTime", "odd_time")]),
        (event(eventTime="2026-01-31T12:00:00Z[Europe/London]"), [("/eventTime", "odd_time")]),
        (event(eventTime="2026-01-31T12:00:00.123456789Z"), [("/eventTime", "odd_time")]),
        (event(run={"runId": RUN_ID, "facets": None}), []),
        (event(run={"runId": RUN_ID, "facets": "x"}), [("/run/facets", "malformed_facet")]),
        (event(run={"runId": RUN_ID, "facets": {"a/b": None}}), [("/run/facets/a~1b", "malformed_facet")]),
        (event(job={"namespace": "n", "name": "j", "facets": {"sql": []}}), [("/job/facets/sql", "malformed_facet")]),
        (event(inputs=[dataset(inputFacets=3)]), [("/inputs/0/inputFacets", "malformed_facet")]),
        (event(outputs=[dataset(outputFacets={"s": "x"})]), [("/outputs/0/outputFacets/s", "malformed_facet")]),
        (event() | {"inputs": None}, [("/inputs", "null_datasets")]),
        (event(dataset="not the shape of this event"), []),
        (event(dataset={"namespace": 1}, somethingElse=[1, {}]), []),
    ],
)
def test_what_stock_integrations_send_comes_in_with_a_warning(value: Any, expected: list[tuple[str, str]]) -> None:
    assert oddities(value) == expected


@pytest.mark.parametrize(
    "time",
    [
        "20260131T120000Z",
        "2026-01-31T12:00:00+00:00",
        "2026-01-31 13:00:00+01:00",
        "2026-01-31T12:00:00+0000",
        "2026-01-31T12:00:00.000000001Z",
        "2026-01-31T12:00:00",
        "2026-01-31T12:00:00Z[UTC]",
    ],
)
def test_every_way_to_write_a_time_is_read_in_utc(time: str) -> None:
    read = read_time(time)
    assert read is not None
    assert read.isoformat() == "2026-01-31T12:00:00+00:00"


def test_shape_decides_run_before_dataset_before_job() -> None:
    assert judge(body_of(event(dataset=dataset()))).kind == "run"
    assert judge(body_of(event(run=None, dataset=dataset()))).kind == "dataset"
    assert judge(body_of(event(run=None))).kind == "job"
    assert judge(body_of(event() | {"run": None, "dataset": None})).kind == "job"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b'{"eventTime":NaN}',
        b'{"a":Infinity}',
        b"\xef\xbb\xbf{}",
        b'{"a":"\\ud800"}',
        b'{"a":"\\udc00"}',
        b"{} {}",
        b"{'a':1}",
    ],
)
def test_what_is_not_json_is_malformed(text: bytes) -> None:
    with pytest.raises(Malformed):
        judge(text)


def test_the_last_of_duplicate_keys_counts() -> None:
    text = body_of(event()).replace(b'"name": "etl"', b'"name": "", "name": "etl"')
    assert judge(text).name == "team-a/etl"


def test_depth_counts_brackets_and_not_those_in_strings() -> None:
    brackets = "[{" * 500 + '\\"'
    judge(body_of(event(run={"runId": RUN_ID, "facets": {"f": {"text": brackets, "more": [[]] * 100}}})))
    deepest = json.loads("[" * 62 + "]" * 62)
    judge(body_of(event(run={"runId": RUN_ID, "x": deepest})))


def test_an_event_over_five_mib_is_too_large() -> None:
    padding = "x" * (limits.EVENT_BYTES - len(body_of(event(x=""))))
    judge(body_of(event(x=padding)))
    with pytest.raises(TooLarge):
        judge(body_of(event(x=padding + "x")))


def test_the_limit_of_datasets_is_what_the_contract_says() -> None:
    judge(body_of(event(inputs=[dataset()] * 1000, outputs=[dataset()] * 1000)))
