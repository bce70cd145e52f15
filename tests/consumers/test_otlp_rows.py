"""Each OTLP message becomes the rows that the Collector's own tables would show."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality, Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from consumers.otlp_points import METRIC_COLUMNS, point_rows
from consumers.otlp_rows import MAX_TIME_NS, SPAN_COLUMNS, Origin, Undecodable, columns_of, span_rows, text_of

ORIGIN = Origin("team-a", 90, 7, 1234)


def attribute(key: str, value: str) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(string_value=value))


def row_of_span(span: Span, **resource: str) -> dict[str, Any]:
    request = ExportTraceServiceRequest()
    of_resource = request.resource_spans.add()
    of_resource.resource.attributes.extend(attribute(key.replace("_", ".", 1), text) for key, text in resource.items())
    of_scope = of_resource.scope_spans.add()
    of_scope.scope.name, of_scope.scope.version = "lib", "1.2"
    of_scope.spans.append(span)
    (row,) = span_rows(request.SerializeToString(), ORIGIN)
    return dict(zip(SPAN_COLUMNS, row, strict=True))


def rows_of_metric(metric: Metric, **resource: str) -> list[dict[str, Any]]:
    request = ExportMetricsServiceRequest()
    of_resource = request.resource_metrics.add()
    of_resource.resource.attributes.extend(attribute(key.replace("_", ".", 1), text) for key, text in resource.items())
    of_resource.scope_metrics.add().metrics.append(metric)
    return [dict(zip(METRIC_COLUMNS, row, strict=True)) for row in point_rows(request.SerializeToString(), ORIGIN)]


def test_a_span_keeps_everything() -> None:
    span = Span(
        trace_id=bytes(range(16)), span_id=b"\xab" * 8, parent_span_id=b"\x01" * 8, trace_state="a=b", name="load",
        kind=Span.SPAN_KIND_SERVER, start_time_unix_nano=1_700_000_000_123_456_789,
        end_time_unix_nano=1_700_000_001_123_456_790, attributes=[attribute("db", "x")],
        status=Status(code=Status.STATUS_CODE_ERROR, message="no"),
        events=[Span.Event(time_unix_nano=5, name="exception", attributes=[attribute("k", "v")])],
        links=[Span.Link(trace_id=b"\x02" * 16, span_id=b"\x03" * 8, trace_state="s", attributes=[attribute("l", "m")])],
    )  # fmt: skip
    assert row_of_span(span, service_name="etl") == {
        "timestamp": 1_700_000_000_123_456_789,
        "namespace": "team-a",
        "trace_id": "000102030405060708090a0b0c0d0e0f",
        "span_id": "ab" * 8,
        "parent_span_id": "01" * 8,
        "trace_state": "a=b",
        "service_name": "etl",
        "operation_name": "load",
        "span_kind": "Server",
        "status_code": "Error",
        "status_message": "no",
        "duration_ns": 1_000_000_001,
        "attributes": {"db": "x"},
        "resource_attributes": {"service.name": "etl"},
        "scope_name": "lib",
        "scope_version": "1.2",
        "events": [(5, "exception", {"k": "v"})],
        "links": [("02" * 16, "03" * 8, "s", {"l": "m"})],
        "run_id": "",
        "retention_days": 90,
        "kafka_partition": 7,
        "kafka_offset": 1234,
    }


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (0, "Unspecified"),
        (1, "Internal"),
        (2, "Server"),
        (3, "Client"),
        (4, "Producer"),
        (5, "Consumer"),
        (99, "Unspecified"),
    ],
)
def test_kinds_are_the_collectors_words(kind: Any, word: str) -> None:
    assert row_of_span(Span(kind=kind))["span_kind"] == word


@pytest.mark.parametrize(("code", "word"), [(0, "Unset"), (1, "Ok"), (2, "Error"), (-1, "Unset")])
def test_statuses_are_the_collectors_words(code: Any, word: str) -> None:
    assert row_of_span(Span(status=Status(code=code)))["status_code"] == word


def test_the_run_is_named_by_the_span_before_its_resource() -> None:
    named = Span(attributes=[attribute("lineage.run_id", "mine")])
    assert row_of_span(named, lineage_run_id="the resource's")["run_id"] == "mine"
    assert row_of_span(Span(), lineage_run_id="the resource's")["run_id"] == "the resource's"


def test_a_clock_that_steps_back_makes_no_negative_duration() -> None:
    assert row_of_span(Span(start_time_unix_nano=10, end_time_unix_nano=3))["duration_ns"] == 0


def test_times_beyond_the_stores_dates_are_cut() -> None:
    row = row_of_span(Span(start_time_unix_nano=2**64 - 1, events=[Span.Event(time_unix_nano=2**64 - 1)]))
    assert row["timestamp"] == MAX_TIME_NS
    assert row["events"][0][0] == MAX_TIME_NS


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (AnyValue(string_value="a\n'"), "a\n'"),
        (AnyValue(bool_value=True), "true"),
        (AnyValue(bool_value=False), "false"),
        (AnyValue(int_value=-(2**63)), str(-(2**63))),
        (AnyValue(double_value=1.5), "1.5"),
        (AnyValue(double_value=3.0), "3"),
        (AnyValue(bytes_value=b"\x00\xff"), "AP8="),
        (AnyValue(), ""),
        (AnyValue(array_value=ArrayValue(values=[AnyValue(string_value="é"), AnyValue(int_value=1)])), '["é", 1]'),
        (AnyValue(array_value=ArrayValue()), "[]"),
        (AnyValue(kvlist_value=KeyValueList(values=[attribute("a", "b")])), '{"a": "b"}'),
    ],
)
def test_attribute_values_become_text(value: AnyValue, text: str) -> None:
    assert text_of(value) == text


@given(
    st.recursive(
        st.text() | st.integers(-(2**63), 2**63 - 1) | st.booleans(), lambda inner: st.lists(inner, max_size=3)
    )
)
def test_lists_become_json_that_reads_back(value: Any) -> None:
    def any_value(item: Any) -> AnyValue:
        if isinstance(item, bool):
            return AnyValue(bool_value=item)
        if isinstance(item, int):
            return AnyValue(int_value=item)
        if isinstance(item, str):
            return AnyValue(string_value=item)
        return AnyValue(array_value=ArrayValue(values=[any_value(one) for one in item]))

    text = text_of(any_value(value))
    assert text == value if isinstance(value, str) else json.loads(text) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_rows_or_undecodable(value: bytes) -> None:
    for rows in (span_rows, point_rows):
        try:
            assert all(isinstance(row, tuple) for row in rows(value, ORIGIN))
        except Undecodable as error:
            assert "Not a" in str(error)  # noqa: PT017 -- either outcome is right


def test_a_text_that_is_not_utf_8_is_undecodable() -> None:
    with pytest.raises(Undecodable):
        list(span_rows(b"\x0a\x0a\x0a\x08\x0a\x06\x0a\x04\xff\xff\xff\xff", ORIGIN))


def number(**of: Any) -> Metric:
    """A sum with one point."""
    made = Metric(name="rows", unit="1", description="rows read")
    made.sum.aggregation_temporality = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE
    made.sum.is_monotonic = True
    made.sum.data_points.add(time_unix_nano=7, start_time_unix_nano=3, flags=1, attributes=[attribute("a", "b")], **of)
    return made


@pytest.mark.parametrize(("of", "value"), [({"as_int": 5}, 5.0), ({"as_double": 2.5}, 2.5), ({}, 0.0)])
def test_a_sum_has_its_value_temporality_and_direction(of: dict[str, Any], value: float) -> None:
    (row,) = rows_of_metric(number(**of), service_name="etl")
    assert (row["value"], row["metric_type"], row["temporality"], row["is_monotonic"]) == (
        value,
        "sum",
        "cumulative",
        True,
    )
    assert isinstance(row["value"], float)
    assert (row["timestamp"], row["start_timestamp"], row["flags"], row["attributes"]) == (7, 3, 1, {"a": "b"})
    assert (row["metric_name"], row["unit"], row["description"], row["service_name"]) == (
        "rows",
        "1",
        "rows read",
        "etl",
    )
    assert (row["namespace"], row["retention_days"], row["kafka_partition"], row["kafka_offset"]) == (
        "team-a",
        90,
        7,
        1234,
    )


def test_a_gauge_has_no_temporality_and_each_point_is_a_row() -> None:
    made = Metric(name="load")
    for value in (1.0, 2.0):
        made.gauge.data_points.add(as_double=value, attributes=[attribute("lineage.run_id", "r")])
    rows = rows_of_metric(made)
    assert [(row["value"], row["temporality"], row["is_monotonic"], row["run_id"]) for row in rows] == [
        (1.0, "", False, "r"), (2.0, "", False, "r"),
    ]  # fmt: skip


def test_a_histogram_shows_its_average_and_keeps_its_buckets() -> None:
    made = Metric(name="latency")
    made.histogram.aggregation_temporality = AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA
    made.histogram.data_points.add(count=4, sum=10.0, min=1.0, max=5.0, bucket_counts=[1, 3], explicit_bounds=[2.0])
    made.histogram.data_points.add(count=0)
    first, second = rows_of_metric(made)
    assert (first["value"], first["count"], first["sum"], first["min"], first["max"]) == (2.5, 4, 10.0, 1.0, 5.0)
    assert (first["bucket_counts"], first["explicit_bounds"], first["temporality"]) == ([1, 3], [2.0], "delta")
    assert second["value"] == 0.0


def test_an_exponential_histogram_keeps_its_buckets() -> None:
    made = Metric(name="latency")
    point = made.exponential_histogram.data_points.add(count=2, sum=3.0, scale=-1, zero_count=1)
    point.positive.offset, point.negative.offset = -2, 4
    point.positive.bucket_counts.extend([1, 2])
    point.negative.bucket_counts.extend([3])
    (row,) = rows_of_metric(made)
    assert (row["metric_type"], row["value"], row["exp_scale"], row["exp_zero_count"]) == (
        "exponential_histogram",
        1.5,
        -1,
        1,
    )
    assert (row["exp_pos_offset"], row["exp_pos_counts"]) == (-2, [1, 2])
    assert (row["exp_neg_offset"], row["exp_neg_counts"]) == (4, [3])


def test_a_summary_keeps_its_quantiles() -> None:
    made = Metric(name="latency")
    point = made.summary.data_points.add(count=2, sum=3.0)
    point.quantile_values.add(quantile=0.5, value=1.0)
    point.quantile_values.add(quantile=0.99, value=2.0)
    (row,) = rows_of_metric(made)
    assert (row["metric_type"], row["quantile_keys"], row["quantile_values"]) == ("summary", [0.5, 0.99], [1.0, 2.0])


def test_a_metric_without_data_has_no_rows() -> None:
    assert rows_of_metric(Metric(name="of a future kind")) == []


def test_columns_are_the_rows_turned_on_their_side() -> None:
    assert columns_of(("a", "b"), [(1, 2), (3, 4)]) == {"a": [1, 3], "b": [2, 4]}
    assert columns_of(("a", "b"), []) == {"a": [], "b": []}
