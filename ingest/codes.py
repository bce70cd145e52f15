"""The closed vocabulary of the door: why an event is refused, and what is odd about one that is taken."""

from __future__ import annotations

from enum import StrEnum


class Reject(StrEnum):
    """An event with one of these does not come in."""

    REQUIRED = "required"  # a member that gives identity is missing
    WRONG_TYPE = "wrong_type"  # a text, list or object stands where another kind belongs
    NOT_AN_OBJECT = "not_an_object"  # the event is no JSON object
    MALFORMED = "malformed"  # not JSON at all
    BLANK = "blank"  # identity made of nothing or white space
    NUL = "nul"  # U+0000 in identity: no database can hold it
    TOO_LONG = "too_long"  # a name over its limit
    TOO_MANY = "too_many"  # more events, inputs or outputs than the limit
    TOO_DEEP = "too_deep"  # nested deeper than the limit
    TOO_LARGE = "too_large"  # more bytes than the limit
    INVALID_TIME = "invalid_time"  # a time that cannot be read, or outside of the window
    INVALID_ID = "invalid_id"  # a trace or span id of the wrong length, or zero
    ONE_EVENT = "one_event"  # a list where one event belongs
    NAMESPACE_MISMATCH = "namespace_mismatch"  # the body names another namespace than the key
    INSUFFICIENT_SCOPE = "insufficient_scope"  # the key may not do this


class Odd(StrEnum):
    """An event with one of these comes in, with a warning."""

    SCHEMA_URL = "odd_schema_url"  # missing or no text
    PRODUCER = "odd_producer"  # missing or no URI
    EVENT_TYPE = "unknown_event_type"  # missing or none of the six: counts as OTHER
    RUN_ID = "run_id_not_uuid"  # kept as it is; a UUID is derived from namespace, job and run
    TIME = "odd_time"  # no zone (UTC is assumed), a zone name in brackets, more than microseconds
    FACET = "malformed_facet"  # null or no object: kept, but not read
    DATASETS = "null_datasets"  # inputs or outputs are null: read as none
    JOB_NAMESPACE = "job_namespace_rewritten"  # the namespace rule gave the job another namespace
