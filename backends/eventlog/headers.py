"""The closed list of header names that an envelope may carry, and what each means."""

NAMESPACE = "namespace"  # slug of the hub namespace that the key belongs to; the tenant, on every envelope
CONTENT_TYPE = "content-type"  # application/json or application/x-protobuf
SCHEMA = "schema"  # openlineage/run, openlineage/job, openlineage/dataset, otlp/traces, otlp/metrics
RECEIVED_AT = "received-at"  # RFC 3339, UTC: when the door read the request
EVENT_ID = "event-id"  # hex SHA-256 of the value: identity of an event and its duplicates
KEY_ID = "key-id"  # id of the API key, for audit
REQUEST_ID = "request-id"  # of the HTTP request that brought it
JOB_NAMESPACE = "job-namespace"  # present when the namespace rule rewrote job.namespace: read this one instead
COUNT = "count"  # spans or data points in the value
RETENTION_DAYS = "retention-days"  # of the namespace when the door took it, so that repeating it gives equal rows

# Added when an envelope is put aside.
DLQ_REASON = "dlq-reason"  # stable code
DLQ_ERROR = "dlq-error"  # the message, at most 2 KiB
DLQ_ATTEMPTS = "dlq-attempts"
DLQ_CARRIER = "dlq-carrier"  # which carrier gave up
DLQ_TOPIC = "dlq-topic"  # where it came from
DLQ_PARTITION = "dlq-partition"
DLQ_OFFSET = "dlq-offset"
