"""The administration pages of governance, for platform administrators; one file per concept."""

from namespaces.admin import keys, namespaces, people, records

__all__ = ["keys", "namespaces", "people", "records"]
