"""The management routes under /api/v1/namespaces: thin, every rule is in the services.

Errors are domain errors; `hubsite.api` turns them into problem JSON. Versions travel as ETag and If-Match.
"""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from ninja import Field, Query, Router, Schema

from namespaces import services
from namespaces.actors import Actor
from namespaces.errors import FieldError, Invalid, NotFound, PreconditionFailed
from namespaces.models import ApiKey, AuditEntry, Claim, Membership, Namespace, Usage
from namespaces.pages import DEFAULT_LIMIT, MAX_LIMIT, Page, order_by, page_of
from namespaces.permissions import namespace_for
from namespaces.requests import ActorRequest, somebody
from namespaces.schemas import (
    AuditPage,
    ClaimIn,
    ClaimOut,
    ClaimPage,
    IssuedKeyOut,
    KeyIn,
    KeyOut,
    KeyPage,
    MemberIn,
    MemberOut,
    MemberPage,
    NamespaceOut,
    NamespacePage,
    NamespacePatch,
    NamespacePut,
    NewNamespace,
    ReadOnly,
    UsagePage,
)

router = Router(tags=["namespaces"], auth=somebody)

MASK = "********"
ETAG = re.compile(r'(?:W/)?"(\d{1,18})"')


class PageQuery(Schema):
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: str = Field("", max_length=1_024)


def shown(actor: Actor, namespace: Namespace) -> dict[str, Any]:
    """A namespace as this actor may see it."""
    row = {name: getattr(namespace, name) for name in NamespaceOut.model_fields if hasattr(namespace, name)}
    if not (actor.has_role(namespace.pk, "admin") and actor.has_scope("admin")):
        row["slack_webhook"] = MASK if namespace.slack_webhook else ""
    return row | services.people_in(namespace)


def version_wanted(request: ActorRequest) -> int | None:
    """The version that If-Match asks for; None when any will do."""
    header = request.headers.get("If-Match", "*").strip()
    if header == "*":
        return None
    match = ETAG.fullmatch(header)
    if match is None:
        raise PreconditionFailed("If-Match must be the ETag of an earlier answer, quotes included.")
    return int(match[1])


def changed(request: ActorRequest, response: HttpResponse, name: str, fields: dict[str, Any]) -> dict[str, Any]:
    for ignored in ReadOnly.model_fields:
        fields.pop(ignored, None)
    namespace = services.update_namespace(
        request.actor,
        namespace=namespace_for(request.actor, name, role="admin"),
        if_match=version_wanted(request),
        **fields,
    )
    response["ETag"] = f'"{namespace.version}"'
    return shown(request.actor, namespace)


@router.post("", response={201: NamespaceOut}, summary="Create a namespace (platform administrators)")
def create_namespace(request: ActorRequest, response: HttpResponse, payload: NewNamespace) -> Any:
    namespace = services.create_namespace(request.actor, **payload.model_dump(mode="json"))
    response["ETag"] = f'"{namespace.version}"'
    response["Location"] = f"/api/v1/namespaces/{namespace.name}"
    return shown(request.actor, namespace)


@router.get("", response=NamespacePage, summary="The namespaces you can see")
def list_namespaces(request: ActorRequest, page: Query[PageQuery]) -> dict[str, Any]:
    visible = Namespace.objects.visible_to(request.actor).prefetch_related("memberships")
    found: Page[Namespace] = page_of(visible, order_by(Namespace, "name"), cursor=page.cursor, limit=page.limit)
    return {"items": [shown(request.actor, namespace) for namespace in found.items], "next": found.next}


@router.get("/{name}", response=NamespaceOut, summary="One namespace; its ETag goes into If-Match")
def get_namespace(request: ActorRequest, response: HttpResponse, name: str) -> dict[str, Any]:
    namespace = namespace_for(request.actor, name)
    response["ETag"] = f'"{namespace.version}"'
    return shown(request.actor, namespace)


@router.put("/{name}", response=NamespaceOut, summary="Replace the configuration; what is left out gets its default")
def put_namespace(request: ActorRequest, response: HttpResponse, name: str, payload: NamespacePut) -> dict[str, Any]:
    fields = payload.model_dump(mode="json")
    if payload.daily_event_quota is None:
        del fields["daily_event_quota"]
    return changed(request, response, name, fields | {"name": name if payload.name is None else payload.name})


@router.patch("/{name}", response=NamespaceOut, summary="Change what is given")
def patch_namespace(
    request: ActorRequest, response: HttpResponse, name: str, payload: NamespacePatch
) -> dict[str, Any]:
    fields = payload.model_dump(mode="json", exclude_unset=True, exclude=set(ReadOnly.model_fields))
    nothing = [
        FieldError(f"/{field}", "null", "Leave it out or give a value.") for field in fields if fields[field] is None
    ]
    if nothing:
        raise Invalid("null is no value here.", errors=nothing)
    return changed(request, response, name, fields)


@router.get("/{name}/members", response=MemberPage, summary="Who belongs to it")
def list_members(request: ActorRequest, name: str, page: Query[PageQuery]) -> Any:
    members = namespace_for(request.actor, name).memberships.all()
    return page_of(members, order_by(Membership, "email"), cursor=page.cursor, limit=page.limit)


@router.put("/{name}/members/{email}", response=MemberOut, summary="Give a person or group a role")
def set_member(request: ActorRequest, name: str, email: str, payload: MemberIn) -> Any:
    namespace = namespace_for(request.actor, name, role="admin")
    return services.set_member(request.actor, namespace=namespace, email=email, role=payload.role)


@router.delete("/{name}/members/{email}", response={204: None}, summary="Take a person or group out")
def remove_member(request: ActorRequest, name: str, email: str) -> None:
    namespace = namespace_for(request.actor, name, role="admin")
    services.remove_member(request.actor, namespace=namespace, email=email)


@router.get("/{name}/keys", response=KeyPage, summary="Its API keys, newest first")
def list_keys(request: ActorRequest, name: str, page: Query[PageQuery]) -> Any:
    keys = namespace_for(request.actor, name, role="admin").api_keys.all()
    return page_of(keys, order_by(ApiKey, "id", is_descending=True), cursor=page.cursor, limit=page.limit)


@router.post("/{name}/keys", response={201: IssuedKeyOut}, summary="Issue an API key; its token is shown this once")
def issue_key(request: ActorRequest, name: str, payload: KeyIn) -> Any:
    namespace = namespace_for(request.actor, name, role="admin")
    return services.issue_key(request.actor, namespace=namespace, **payload.model_dump())


@router.delete("/{name}/keys/{int:key_id}", response=KeyOut, summary="Revoke an API key")
def revoke_key(request: ActorRequest, name: str, key_id: int) -> ApiKey:
    key = namespace_for(request.actor, name, role="admin").api_keys.filter(pk=key_id).first()
    if key is None:
        raise NotFound(f"{name} has no key {key_id}.")
    return services.revoke_key(request.actor, key=key)


@router.get("/{name}/claims", response=ClaimPage, summary="The job and dataset namespaces that are its own")
def list_claims(request: ActorRequest, name: str, page: Query[PageQuery]) -> Any:
    claims = namespace_for(request.actor, name).claims.all()
    return page_of(claims, order_by(Claim, "id"), cursor=page.cursor, limit=page.limit)


@router.post("/{name}/claims", response={201: ClaimOut}, summary="Claim a job or dataset namespace")
def claim(request: ActorRequest, name: str, payload: ClaimIn) -> Claim:
    namespace = namespace_for(request.actor, name, role="admin")
    return services.claim(request.actor, namespace=namespace, **payload.model_dump())


@router.delete("/{name}/claims/{int:claim_id}", response={204: None}, summary="Give a claim up")
def unclaim(request: ActorRequest, name: str, claim_id: int) -> None:
    found = namespace_for(request.actor, name, role="admin").claims.filter(pk=claim_id).first()
    if found is None:
        raise NotFound(f"{name} has no claim {claim_id}.")
    services.unclaim(request.actor, claim=found)


@router.get("/{name}/usage", response=UsagePage, summary="Items per UTC day, newest first, as last flushed")
def list_usage(request: ActorRequest, name: str, page: Query[PageQuery]) -> Any:
    days = namespace_for(request.actor, name).usage.all()
    return page_of(days, order_by(Usage, "day", is_descending=True), cursor=page.cursor, limit=page.limit)


@router.get("/{name}/audit", response=AuditPage, summary="Who did what, newest first")
def list_audit(request: ActorRequest, name: str, page: Query[PageQuery]) -> Any:
    namespace = namespace_for(request.actor, name, role="admin")
    entries = AuditEntry.objects.filter(namespace=namespace.name)
    return page_of(entries, order_by(AuditEntry, "id", is_descending=True), cursor=page.cursor, limit=page.limit)
