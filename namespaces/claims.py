"""Decides which job and dataset namespaces belong to whom, and what becomes of an event's job namespace.

Two hub namespaces never share one: a namespace's own name and what begins with `name.` or `name/` is always its own,
beyond that the longest claim wins. Job namespaces are compared as Marquez writes them, because there `team a` and
`team_a` are one.

Fed by the door, once per event.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Length
from django.db.models.query import QuerySet

from namespaces import audit
from namespaces.actors import SYSTEM
from namespaces.audit import Action
from namespaces.errors import Forbidden
from namespaces.facts import NamespaceFacts
from namespaces.memory import Memory
from namespaces.models import Claim, ClaimKind, ClaimPolicy, Namespace
from namespaces.models.namespaces import MAX_NAME_LENGTH

UNNAMED = frozenset({"", "default"})  # what clients send that were told no namespace
MAX_LENGTH = 1_024
MAX_FIRST_USES = 1_000  # a producer that makes up names must not fill the table
_SANITIZED = re.compile(r"[^a-z:/A-Z0-9\-_.@+]")
_BOUNDARY = re.compile(r"[./]")
_WHOLE_PARTS = re.compile(r"(?![^:/]*:/*\Z).{2,}[:/._-]", re.DOTALL)

_owners: Memory[tuple[str, str], tuple[int | None]] = Memory(size=20_000)
# What else says that others live there already: the catalog plugs itself in, which this room may not import.
used_by_others: list[Callable[[Claim], bool]] = []


class NamespaceNotAllowed(Forbidden):
    """The key's namespace may not write jobs under this job namespace."""

    code = "namespace_not_allowed"


def job_namespace_for(namespace: NamespaceFacts, job_namespace: str) -> str:
    """The job namespace under which the event is known: the same text, or the namespace's name instead of it."""
    if job_namespace in UNNAMED:
        return namespace.name
    owner = owner_of(ClaimKind.JOB, job_namespace)
    if owner is None:
        return _unclaimed(namespace, job_namespace)
    if owner != namespace.id:
        raise _claimed_by_another(namespace, job_namespace)
    return job_namespace


def _unclaimed(namespace: NamespaceFacts, job_namespace: str) -> str:
    if namespace.claim_policy == ClaimPolicy.REWRITE:
        return namespace.name
    if namespace.claim_policy == ClaimPolicy.REJECT:
        raise NamespaceNotAllowed(
            f"{namespace.name} has not claimed the job namespace {job_namespace!r}. "
            f"Send jobs as {namespace.name!r}, or let an owner of {namespace.name} claim it."
        )
    if _claim_by_first_use(namespace, job_namespace) != namespace.id:
        raise _claimed_by_another(namespace, job_namespace)
    return job_namespace


def _claimed_by_another(namespace: NamespaceFacts, job_namespace: str) -> NamespaceNotAllowed:
    return NamespaceNotAllowed(
        f"The job namespace {job_namespace!r} is claimed by another namespace. "
        f"Send jobs as {namespace.name!r} (or {namespace.name}.something), or use a key of the namespace that owns it."
    )


def _claim_by_first_use(namespace: NamespaceFacts, job_namespace: str) -> int | None:
    """Claim it for the namespace; of two that try at once, one wins and both learn who."""
    pattern = comparable(ClaimKind.JOB, job_namespace)
    label = "first use"
    if (
        len(pattern) > MAX_LENGTH
        or Claim.objects.filter(namespace_id=namespace.id, created_by=label).count() >= MAX_FIRST_USES
    ):
        raise NamespaceNotAllowed(
            f"{namespace.name} cannot claim more job namespaces by first use: {MAX_FIRST_USES} of at most {MAX_LENGTH} "
            f"characters. Let an owner claim a prefix, or send jobs as {namespace.name!r}."
        )
    try:
        with transaction.atomic():
            claim = Claim.objects.create(
                namespace_id=namespace.id, kind=ClaimKind.JOB, pattern=pattern, created_by=label
            )
            audit.record(SYSTEM, Action.CLAIM_CREATED, target=str(claim), namespace=namespace.name)
    except IntegrityError:
        _owners.forget()
        return owner_of(ClaimKind.JOB, job_namespace)
    _owners.put((ClaimKind.JOB, pattern), (namespace.id,))
    return namespace.id


def owner_of(kind: str, text: str) -> int | None:
    """The id of the namespace that this job or dataset namespace belongs to; at most 30 s old."""
    pattern = comparable(kind, text)
    known = _owners.get((kind, pattern))
    if known is None:
        known = (_find_owner(kind, pattern),)
        _owners.put((kind, pattern), known)
    return known[0]


def _find_owner(kind: str, pattern: str) -> int | None:
    by_slug = owner_by_slug(pattern)
    return by_slug if by_slug is not None else _matching(kind, pattern).values_list("namespace_id", flat=True).first()


def owner_by_slug(pattern: str) -> int | None:
    """The namespace with the longest name that is this text or stands before a `.` or `/` in it."""
    ends = [match.start() for match in _BOUNDARY.finditer(pattern)] + [len(pattern)]
    names = [pattern[:end] for end in ends if end <= MAX_NAME_LENGTH]
    namespaces = Namespace.objects.filter(name__in=names).order_by(Length("name").desc())
    return namespaces.values_list("pk", flat=True).first()


def namespace_claiming(kind: str, text: str) -> str | None:
    """The name of the namespace whose claim matches, for those who may know."""
    return _matching(kind, comparable(kind, text)).values_list("namespace__name", flat=True).first()


def is_sensible_prefix(pattern: str) -> bool:
    """Whether it ends where a name does, and begins with more than a scheme: `s3://` would be everybody's buckets."""
    return _WHOLE_PARTS.fullmatch(pattern) is not None


def holder_of(kind: str, pattern: str) -> int | None:
    """The id of the namespace that this text belongs to, as the database knows it now."""
    return _find_owner(kind, comparable(kind, pattern))


def _matching(kind: str, pattern: str) -> QuerySet[Claim]:
    exact = Q(is_prefix=False, pattern=pattern)
    begins = Q(is_prefix=True, asked__startswith=F("pattern"))
    return (
        Claim.objects.alias(asked=Value(pattern))
        .filter(exact | begins, kind=kind)
        .order_by(Length("pattern").desc(), "is_prefix")
    )


def comparable(kind: str, text: str) -> str:
    return _SANITIZED.sub("_", text) if kind == ClaimKind.JOB else text
