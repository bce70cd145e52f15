"""Who belongs to a namespace, and with which role."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower


class Role(models.TextChoices):
    """Each role may do what the ones before it may."""

    READER = "reader", "reads"
    WRITER = "writer", "reads and writes"
    ADMIN = "admin", "governs"


class Membership(models.Model):
    """A person's or a group's e-mail in a namespace. `owners` are written here as admins, `viewers` as readers.

    The e-mail need not belong to a user yet: the right waits for the person's first sign-in.
    """

    namespace = models.ForeignKey("namespaces.Namespace", on_delete=models.CASCADE, related_name="memberships")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["email"]
        constraints: ClassVar = [
            models.UniqueConstraint("namespace", Lower("email"), name="membership_once_per_email"),
        ]

    def __str__(self) -> str:
        return f"{self.email} {self.get_role_display()} in {self.namespace}"
