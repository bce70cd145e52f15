-- Spans, one row each, and the index that finds a trace without reading the whole table.
-- Ids are lower-case hex, times UTC. status_code: Unset | Ok | Error.
-- span_kind: Unspecified | Internal | Server | Client | Producer | Consumer.
CREATE TABLE IF NOT EXISTS otel.traces
(
    timestamp            DateTime64(9, 'UTC')                 CODEC(Delta(8), ZSTD(1)),  -- start of the span
    namespace            LowCardinality(String)               CODEC(ZSTD(1)),            -- the tenant, from the key
    trace_id             String                               CODEC(ZSTD(1)),
    span_id              String                               CODEC(ZSTD(1)),
    parent_span_id       String                               CODEC(ZSTD(1)),            -- '' for a root
    trace_state          String                               CODEC(ZSTD(1)),
    service_name         LowCardinality(String)               CODEC(ZSTD(1)),
    operation_name       LowCardinality(String)               CODEC(ZSTD(1)),
    span_kind            LowCardinality(String)               CODEC(ZSTD(1)),
    status_code          LowCardinality(String)               CODEC(ZSTD(1)),
    status_message       String                               CODEC(ZSTD(1)),
    duration_ns          UInt64                               CODEC(T64, ZSTD(1)),
    attributes           Map(LowCardinality(String), String)  CODEC(ZSTD(1)),
    resource_attributes  Map(LowCardinality(String), String)  CODEC(ZSTD(1)),
    scope_name           LowCardinality(String)               CODEC(ZSTD(1)),
    scope_version        LowCardinality(String)               CODEC(ZSTD(1)),
    events               Array(Tuple(timestamp DateTime64(9, 'UTC'), name LowCardinality(String), attributes Map(LowCardinality(String), String))) CODEC(ZSTD(1)),
    links                Array(Tuple(trace_id String, span_id String, trace_state String, attributes Map(LowCardinality(String), String))) CODEC(ZSTD(1)),
    run_id               String  DEFAULT attributes['lineage.run_id']  CODEC(ZSTD(1)),   -- the OpenLineage run it belongs to
    retention_days       UInt16  DEFAULT 90     CODEC(ZSTD(1)),                          -- of the namespace, when written
    ingested_at          DateTime('UTC')  DEFAULT now()  CODEC(Delta(4), ZSTD(1)),
    kafka_partition      UInt16  DEFAULT 0      CODEC(ZSTD(1)),                          -- where the row came from: evidence
    kafka_offset         UInt64  DEFAULT 0      CODEC(Delta(8), ZSTD(1)),

    INDEX by_trace_id trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_run_id   run_id   TYPE bloom_filter(0.01)  GRANULARITY 1
)
ENGINE = MergeTree
-- A part holds one day of one retention class: expiry deletes files and never rewrites them.
PARTITION BY (toDate(timestamp), retention_days)
ORDER BY (namespace, service_name, timestamp)
TTL toDateTime(timestamp) + toIntervalDay(retention_days)
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS otel.trace_index
(
    trace_id        String                                        CODEC(ZSTD(1)),
    namespace       LowCardinality(String)                        CODEC(ZSTD(1)),
    start_time      SimpleAggregateFunction(min, DateTime('UTC')) CODEC(ZSTD(1)),
    end_time        SimpleAggregateFunction(max, DateTime('UTC')) CODEC(ZSTD(1)),
    retention_days  UInt16                                        CODEC(ZSTD(1)),
    day             Date                                          CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY (toMonday(day), retention_days)
ORDER BY (trace_id, namespace, day)
TTL day + toIntervalDay(retention_days + 1)
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS otel.trace_index_mv TO otel.trace_index AS
SELECT
    trace_id,
    namespace,
    toDateTime(min(timestamp))      AS start_time,
    toDateTime(max(timestamp)) + 1  AS end_time,
    retention_days,
    toDate(timestamp)               AS day
FROM otel.traces
WHERE trace_id != ''
GROUP BY trace_id, namespace, retention_days, day;
