-- Metric points of every OTLP kind in one table: a column that a kind does not use is empty and costs nothing.
-- metric_type: gauge | sum | histogram | exponential_histogram | summary. temporality: '' | delta | cumulative.
CREATE TABLE IF NOT EXISTS otel.metrics
(
    timestamp            DateTime64(9, 'UTC')                 CODEC(Delta(8), ZSTD(1)),
    start_timestamp      DateTime64(9, 'UTC')                 CODEC(Delta(8), ZSTD(1)),
    namespace            LowCardinality(String)               CODEC(ZSTD(1)),            -- the tenant, from the key
    metric_name          LowCardinality(String)               CODEC(ZSTD(1)),
    metric_type          LowCardinality(String)               CODEC(ZSTD(1)),
    value                Float64                              CODEC(ZSTD(1)),            -- gauge, sum; of other kinds the average
    unit                 LowCardinality(String)               CODEC(ZSTD(1)),
    description          LowCardinality(String)               CODEC(ZSTD(1)),
    service_name         LowCardinality(String)               CODEC(ZSTD(1)),
    attributes           Map(LowCardinality(String), String)  CODEC(ZSTD(1)),
    resource_attributes  Map(LowCardinality(String), String)  CODEC(ZSTD(1)),
    scope_name           LowCardinality(String)               CODEC(ZSTD(1)),
    temporality          LowCardinality(String)               CODEC(ZSTD(1)),
    is_monotonic         Bool                                 CODEC(ZSTD(1)),
    flags                UInt32                               CODEC(ZSTD(1)),
    count                UInt64                               CODEC(ZSTD(1)),            -- histograms and summaries from here
    sum                  Float64                              CODEC(ZSTD(1)),
    min                  Float64                              CODEC(ZSTD(1)),
    max                  Float64                              CODEC(ZSTD(1)),
    bucket_counts        Array(UInt64)                        CODEC(ZSTD(1)),
    explicit_bounds      Array(Float64)                       CODEC(ZSTD(1)),
    exp_scale            Int32                                CODEC(ZSTD(1)),
    exp_zero_count       UInt64                               CODEC(ZSTD(1)),
    exp_pos_offset       Int32                                CODEC(ZSTD(1)),
    exp_pos_counts       Array(UInt64)                        CODEC(ZSTD(1)),
    exp_neg_offset       Int32                                CODEC(ZSTD(1)),
    exp_neg_counts       Array(UInt64)                        CODEC(ZSTD(1)),
    quantile_keys        Array(Float64)                       CODEC(ZSTD(1)),
    quantile_values      Array(Float64)                       CODEC(ZSTD(1)),
    series_id            UInt64  DEFAULT cityHash64(namespace, service_name, metric_name, toString(attributes), toString(resource_attributes)) CODEC(ZSTD(1)),
    run_id               String  DEFAULT attributes['lineage.run_id']  CODEC(ZSTD(1)),   -- the OpenLineage run it belongs to
    retention_days       UInt16  DEFAULT 90     CODEC(ZSTD(1)),
    ingested_at          DateTime('UTC')  DEFAULT now()  CODEC(Delta(4), ZSTD(1)),
    kafka_partition      UInt16  DEFAULT 0      CODEC(ZSTD(1)),
    kafka_offset         UInt64  DEFAULT 0      CODEC(Delta(8), ZSTD(1)),

    INDEX by_run_id run_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY (toDate(timestamp), retention_days)
ORDER BY (namespace, metric_name, service_name, series_id, timestamp)
TTL toDateTime(timestamp) + toIntervalDay(retention_days)
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000;
