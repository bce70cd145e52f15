"""What every change has in common: the namespace's row is locked, its version grows, memory is dropped."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from namespaces.errors import FieldError, Invalid
from namespaces.memory import Memory
from namespaces.models import Namespace


def locked(namespace: Namespace) -> Namespace:
    """Load the row anew and hold it, so that changes of one namespace happen one after the other."""
    return Namespace.objects.select_for_update().get(pk=namespace.pk)


def bump(namespace: Namespace) -> None:
    """Give the namespace its next version: owners and viewers are part of what the ETag stands for."""
    namespace.version += 1
    namespace.updated_at = timezone.now()
    Namespace.objects.filter(pk=namespace.pk).update(version=namespace.version, updated_at=namespace.updated_at)


def forget_soon() -> None:
    """Drop what this process remembers, now and once more when the change is there for all to read."""
    Memory.forget_all()
    transaction.on_commit(Memory.forget_all)


def invalid(error: ValidationError) -> Invalid:
    """Django's list of complaints as pointers into the input."""
    places = [
        FieldError("" if field == "__all__" else f"/{field}", complaint.code or "invalid", text)
        for field, complaints in error.error_dict.items()
        for complaint in complaints
        for text in complaint.messages
    ]
    return Invalid("The input breaks a rule; errors says where.", errors=places)
