"""Puts aside what can never be handled: the original bytes, with the reason beside them, in `<topic>.dlq`.

Fed by consumers/carrying.py (a delivery and why)
Feeds consumers/replay.py (through the log)
"""

from __future__ import annotations

from backends.eventlog import Delivery, Envelope, EventLog, headers
from backends.eventlog.topics import dead_letter_topic

MAX_ERROR_BYTES = 2048
APPEND_TIMEOUT_S = 10.0  # nobody waits for a carrier: it may be patient


def letter_of(delivery: Delivery, *, carrier: str, reason: str, error: str) -> Envelope:
    """The envelope for the dead-letter topic; `attempts` counts over replays, which keep that header."""
    source = delivery.envelope
    before = source.headers.get(headers.DLQ_ATTEMPTS, "")
    more = {
        headers.DLQ_REASON: reason,
        headers.DLQ_ERROR: text_of(error),
        headers.DLQ_ATTEMPTS: str((int(before) if before.isdecimal() else 0) + 1),
        headers.DLQ_CARRIER: carrier,
        headers.DLQ_TOPIC: delivery.partition.topic,
        headers.DLQ_PARTITION: str(delivery.partition.number),
        headers.DLQ_OFFSET: str(delivery.offset),
    }
    return Envelope(dead_letter_topic(delivery.partition.topic), source.key, source.value, {**source.headers, **more})


def original_of(letter: Envelope) -> Envelope:
    """The envelope as it was before it was put aside, but for the count of attempts."""
    added = {
        headers.DLQ_REASON, headers.DLQ_ERROR, headers.DLQ_CARRIER,
        headers.DLQ_TOPIC, headers.DLQ_PARTITION, headers.DLQ_OFFSET,
    }  # fmt: skip
    kept = {name: text for name, text in letter.headers.items() if name not in added}
    topic = letter.headers.get(headers.DLQ_TOPIC) or letter.topic.removesuffix(dead_letter_topic(""))
    return Envelope(topic, letter.key, letter.value, kept)


def text_of(error: str) -> str:
    """Header text: no NUL, encodable, short."""
    clean = error.replace("\0", "").encode("utf-8", "replace")[:MAX_ERROR_BYTES]
    return clean.decode("utf-8", "ignore")


class DeadLetters:
    """Writes for one carrier; returns when the log has acknowledged, so the offset may move."""

    def __init__(self, log: EventLog, *, carrier: str, timeout_s: float = APPEND_TIMEOUT_S) -> None:
        self._log = log
        self._carrier = carrier
        self._timeout_s = timeout_s

    def append(self, delivery: Delivery, *, reason: str, error: str) -> None:
        letter = letter_of(delivery, carrier=self._carrier, reason=reason, error=error)
        self._log.append([letter], timeout_s=self._timeout_s)
