"""Sorts what ClickHouse says into the two ways a backend can fail: later, or never."""

from __future__ import annotations

import re
import struct

from backends.errors import BackendError, BackendRefused, BackendUnavailable

COMPONENT = "telemetry_store"

# Codes that say nothing about the block or the query: the same call may succeed later, or after a person has acted.
LATER = {
    74: "cannot read from a file",
    75: "cannot write to a file",
    76: "cannot open a file",
    81: "the database does not exist: run `manage.py apply_telemetry_schema`",
    115: "this server does not know a setting that exactly-once needs: ClickHouse 24 or newer is required",
    159: "timeout exceeded",
    160: "too slow",
    164: "the account may only read",
    173: "cannot allocate memory",
    192: "unknown user",
    193: "wrong password",
    201: "quota exceeded",
    202: "too many simultaneous queries",
    203: "no free connection",
    209: "socket timeout",
    210: "network error",
    225: "no keeper",
    236: "aborted: the server is being stopped",
    241: "memory limit exceeded",
    242: "table is read-only",
    243: "not enough space",
    252: "too many parts: merges do not keep up",
    279: "no replica can be reached",
    285: "too few live replicas",
    286: "the quorum of an earlier write is not reached",
    319: "unknown status of an insert",
    394: "query was cancelled",
    425: "system error",
    439: "cannot start a thread",
    497: "access denied",
    499: "object storage failed",
    516: "authentication failed",
    999: "keeper failed",
}

# What servers and drivers put around the sentence that counts.
AROUND = re.compile(r"^(Code: \d+\. )?(DB::Exception: )+|\.? ?Stack trace:.*$", re.DOTALL)

# What a column writer raises when it is given a value that its type cannot hold.
UNWRITABLE = (TypeError, ValueError, AttributeError, KeyError, IndexError, OverflowError, struct.error)


def failure(code: int, message: str) -> BackendError:
    """Make the exception for an answer of the engine; the text is cut to what a log line and a page can hold."""
    said = " ".join(AROUND.sub("", message).split())[:500]
    if code in LATER:
        return BackendUnavailable(COMPONENT, f"{LATER[code]} (code {code}): {said}")
    return BackendRefused(COMPONENT, f"code {code}: {said}", code=f"clickhouse_{code}")


def unwritable(table: str, error: Exception) -> BackendRefused:
    return BackendRefused(COMPONENT, f"a value does not fit its column of {table}: {error!r}", code="unwritable")
