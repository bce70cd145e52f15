"""The closed list of codes that an error answer may carry: what each means and what to do.

A problem's `type` leads to its line on the page `/docs/errors`; `docs/reference.md` shows the same list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@dataclass(frozen=True, slots=True)
class Code:
    status: int
    meaning: str


CODES: Mapping[str, Code] = {
    "malformed": Code(
        400, "It cannot be read: not JSON, not UTF-8, broken gzip. Send it as the route's documentation says."
    ),
    "unauthenticated": Code(
        401, "No key or sign-in, or one that does not count. Unknown, expired and revoked look the same."
    ),
    "forbidden": Code(403, "You are known here, but your role is too small for this. Ask an owner."),
    "insufficient_scope": Code(403, "The key lacks the scope for this. Ask for a key that has it."),
    "namespace_mismatch": Code(
        403, "The body names another namespace than the key's. Leave it out, or use the other key."
    ),
    "namespace_not_allowed": Code(403, "The job namespace is another's, or not claimed. Rename, or have it claimed."),
    "csrf": Code(403, "A signed-in write without its X-CSRFToken header. Reload the page."),
    "not_found": Code(404, "It does not exist, or you may not know that it does."),
    "method_not_allowed": Code(405, "The route takes another method: see the header Allow."),
    "conflict": Code(409, "Against what exists already. Read it again."),
    "last_owner": Code(409, "A namespace keeps at least one owner. Name another one first."),
    "precondition_failed": Code(412, "Somebody has changed it since you read it (If-Match). Read it again."),
    "too_large": Code(413, "Over a limit of size; the answer names the limit. Send less at once."),
    "unsupported_encoding": Code(
        415, "A content type or encoding that the route does not take; the answer lists those it does."
    ),
    "invalid": Code(422, "The input breaks a rule; errors names each place by pointer."),
    "invalid_event": Code(422, "The event breaks a rule; errors names each place by pointer."),
    "one_event": Code(422, "A list where one event belongs. Send lists to /api/v1/lineage/batch."),
    "required": Code(422, "A member that gives identity is missing."),
    "wrong_type": Code(422, "A text, list or object stands where another kind belongs."),
    "not_an_object": Code(422, "Something else stands where a JSON object belongs."),
    "blank": Code(422, "Identity made of nothing or white space."),
    "nul": Code(422, "U+0000 in identity: no database can hold it."),
    "too_long": Code(422, "A name over its limit."),
    "too_many": Code(422, "More events, inputs or outputs than the limit."),
    "too_deep": Code(422, "Nested deeper than the limit."),
    "invalid_time": Code(422, "A time that cannot be read, or outside of the window that is kept."),
    "invalid_id": Code(422, "A trace or span id of the wrong length, or zero."),
    "quota_exceeded": Code(429, "The namespace's daily quota is used up. Wait, or ask for more."),
    "internal": Code(500, "A mistake of the hub. Its log tells more under the request id."),
    "unavailable": Code(503, "The hub cannot make it durable right now. Send it again after Retry-After."),
}


def page(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/codes.html", {"codes": CODES})
