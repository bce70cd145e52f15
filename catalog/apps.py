"""Registers the app, and tells the claims which dataset namespaces are in use."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from catalog.tenancy import is_written_by_others  # noqa: PLC0415 -- models are there by now
        from namespaces import claims  # noqa: PLC0415 -- the same

        claims.used_by_others[:] = [is_written_by_others]
