"""Registers the app and what it listens to."""

from django.apps import AppConfig


class NamespacesConfig(AppConfig):
    name = "namespaces"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from namespaces import signals  # noqa: F401, PLC0415 -- connects the receivers
