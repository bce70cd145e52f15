"""Stock OpenTelemetry of the demo: a span per job, bound to its run by `lineage.run_id`, and a few metrics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span

from data_lineage_hub import current_run_id

RUN_ID = "lineage.run_id"
TIMEOUT_S = 5
NEVER_BY_ITSELF_MS = float("inf")  # metrics are exported once, at the end


class Telemetry:
    """Tracer and meter of one team; what they made is sent when the `with` block ends."""

    def __init__(self, endpoint: str, team: str, key: str) -> None:
        resource = Resource.create({"service.name": f"{team}-etl", "deployment.environment.name": "demo"})
        headers = {"authorization": f"Bearer {key}"}
        self._traces = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._traces.add_span_processor(
            BatchSpanProcessor(OTLPSpanExporter(f"{endpoint}/v1/traces", headers=headers, timeout=TIMEOUT_S))
        )
        exporter = OTLPMetricExporter(f"{endpoint}/v1/metrics", headers=headers, timeout=TIMEOUT_S)
        reader = PeriodicExportingMetricReader(exporter, export_interval_millis=NEVER_BY_ITSELF_MS)
        self._metrics = MeterProvider([reader], resource=resource, shutdown_on_exit=False)
        meter = self._metrics.get_meter("hubsite.demo")
        self._records = meter.create_counter("etl.records", unit="{record}", description="Records written")
        self._size = meter.create_gauge("etl.warehouse.size", unit="By", description="Size of the warehouse's files")
        self._tracer = self._traces.get_tracer("hubsite.demo")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._traces.shutdown()
        self._metrics.force_flush()  # without an interval, shutdown alone exports nothing
        self._metrics.shutdown()

    @contextmanager
    def span(self, name: str) -> Iterator[Span]:
        """A span of the present run; an exception is recorded on it and goes on."""
        with self._tracer.start_as_current_span(name, attributes={RUN_ID: current_run_id() or ""}) as span:
            yield span

    def written(self, job: str, records: int, size_bytes: int) -> None:
        attributes = {"job": job, RUN_ID: current_run_id() or ""}
        self._records.add(records, attributes)
        self._size.set(size_bytes, attributes)
