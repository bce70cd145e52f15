"""The log: what the door made durable and the carriers read, in order, at least once."""

from backends.eventlog.port import Delivery, Envelope, EventLog, Mark, Partition, Subscription
from backends.slot import Slot

event_log: Slot[EventLog] = Slot("EventLog")

__all__ = ["Delivery", "Envelope", "EventLog", "Mark", "Partition", "Subscription", "event_log"]
