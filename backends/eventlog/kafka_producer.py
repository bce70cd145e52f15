"""Sends envelopes to Kafka and waits for the acknowledgement of each.

Any number of threads append; one thread of this module polls for acknowledgements. A batch counts its own down and
wakes its caller once: never `flush` (waits for everybody's) and never `produce_batch` (drops headers).

Fed by backends/eventlog/kafka.py
Feeds Kafka
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from threading import Event, Lock, Thread
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from backends.errors import BackendRefused, BackendUnavailable
from backends.eventlog.kafka_settings import COMPONENT, PRODUCER, UNKNOWN_TOPIC, librdkafka_logger, translated
from backends.eventlog.port import Envelope
from backends.eventlog.topics import MAX_VALUE_BYTES

logger = logging.getLogger(__name__)

CLOSE_S = 3.0


class Acknowledgements:
    """Counts down the messages of one batch; called by the polling thread alone."""

    def __init__(self, count: int) -> None:
        self._open = count
        self._all_in = Lock()  # cheaper than an Event, and there is one waiter
        self._all_in.acquire()
        self.error: KafkaError | None = None
        self.topic = ""

    def __call__(self, error: KafkaError | None, message: Any) -> None:
        if error is not None and self.error is None:
            self.error, self.topic = error, message.topic()
        self._open -= 1
        if not self._open:
            self._all_in.release()

    def wait(self, timeout_s: float) -> bool:
        return self._all_in.acquire(timeout=max(timeout_s, 0.0))


class PolledProducer:
    """librdkafka's producer with the thread that polls it. `on_fatal` is told when it can never send again."""

    def __init__(self, settings: Mapping[str, Any], *, on_fatal: Callable[[PolledProducer], None]) -> None:
        def on_error(error: KafkaError) -> None:
            if error.fatal():
                on_fatal(self)

        self.producer = Producer({**settings, "error_cb": on_error}, logger=librdkafka_logger)
        self._stopping = Event()
        self._flush_s = 0.0
        self._thread = Thread(target=self._serve, name="kafka-producer", daemon=True)
        self._thread.start()

    def stop(self, *, flush_s: float) -> None:
        """End soon; what is not acknowledged within `flush_s` fails at once."""
        self._flush_s = flush_s
        self._stopping.set()

    def join(self) -> None:
        self._thread.join(CLOSE_S + 1.0)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self.producer.poll(0.1)
        self.producer.flush(self._flush_s)
        self.producer.purge()
        self.producer.flush(0.5)


class DurableProducer:
    """The hub's producer: connects when first needed, and is made anew after a fatal error."""

    def __init__(self, common: Mapping[str, Any], *, topic_name: Callable[[str], str]) -> None:
        self._settings = {**PRODUCER, **common}
        self._topic_name = topic_name
        self._lock = Lock()
        self._current: PolledProducer | None = None

    def send(self, envelopes: Sequence[Envelope], *, timeout_s: float) -> None:
        """Return when all are acknowledged; raise the port's errors otherwise."""
        if not envelopes:
            return
        refuse_what_never_fits(envelopes)
        deadline = time.monotonic() + timeout_s
        polled = self._get()
        acknowledgements = Acknowledgements(len(envelopes))
        try:
            for envelope in envelopes:
                polled.producer.produce(
                    self._topic_name(envelope.topic),
                    value=envelope.value,
                    key=envelope.key,
                    headers=list(envelope.headers.items()),
                    on_delivery=acknowledgements,
                )
        except BufferError as error:
            detail = "the queue to Kafka is full: it takes less than comes in, or is away."
            raise BackendUnavailable(COMPONENT, detail) from error
        except KafkaException as exception:
            self._fail(polled, exception.args[0], self._topic_name(envelope.topic), deadline)
        if not acknowledgements.wait(deadline - time.monotonic()):
            raise BackendUnavailable(COMPONENT, f"Kafka did not acknowledge within {timeout_s:g} s.")
        if acknowledgements.error is not None:
            self._fail(polled, acknowledgements.error, acknowledgements.topic, deadline)

    def replace(self, polled: PolledProducer) -> None:
        """Let the next append make another producer; this one has had a fatal error."""
        with self._lock:
            if self._current is polled:
                logger.error("Kafka's producer had a fatal error and is made anew")
                self._current = None
        polled.stop(flush_s=0.0)

    def close(self) -> None:
        with self._lock:
            polled, self._current = self._current, None
        if polled is not None:
            polled.stop(flush_s=CLOSE_S)
            polled.join()

    def refresh(self, timeout_s: float) -> Any:
        """Ask Kafka for its topics, and return them: it ends the producer's belief that a new one does not exist."""
        return self._get().producer.list_topics(timeout=timeout_s)

    def _get(self) -> PolledProducer:
        polled = self._current
        return polled if polled is not None else self._make()

    def _make(self) -> PolledProducer:
        with self._lock:
            if self._current is None:
                try:
                    self._current = PolledProducer(self._settings, on_fatal=self.replace)
                except KafkaException as exception:  # a setting that librdkafka does not know
                    raise translated(exception.args[0]) from exception
            return self._current

    def _fail(self, polled: PolledProducer, error: KafkaError, topic: str, deadline: float) -> None:
        if error.fatal() or error.code() == KafkaError._FATAL:  # noqa: SLF001 -- librdkafka's own codes begin so
            self.replace(polled)
        if error.code() in UNKNOWN_TOPIC and self._exists(topic, deadline - time.monotonic()):
            raise BackendUnavailable(COMPONENT, f"topic {topic} was made just now: try again.")
        raise translated(error)

    def _exists(self, topic: str, timeout_s: float) -> bool:
        """Ask again before refusing for good."""
        try:
            return topic in self.refresh(max(timeout_s, 0.2)).topics
        except KafkaException as exception:
            raise translated(exception.args[0]) from exception


def refuse_what_never_fits(envelopes: Sequence[Envelope]) -> None:
    """Before the first is sent, so that a refused batch leaves nothing behind."""
    for envelope in envelopes:
        if len(envelope.value) > MAX_VALUE_BYTES:
            detail = f"a value of {len(envelope.value):,} bytes exceeds the {MAX_VALUE_BYTES:,} that fit."
            raise BackendRefused(COMPONENT, detail, code="too_large")
