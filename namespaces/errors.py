"""Domain errors: they name decisions and know no HTTP; `hubsite.problems` alone maps them to answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong at one place of the input. `pointer` is an RFC 6901 JSON pointer, "" being the whole."""

    pointer: str
    code: str
    message: str


class HubError(Exception):
    """Base: `code` is stable and listed in the reference, `detail` says what happened, why, and what to do."""

    code = "error"

    def __init__(self, detail: str, *, code: str = "", errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.errors = tuple(errors)


class Unauthenticated(HubError):
    """No key or person, or one that does not count: the same words for an unknown, a wrong and an expired key."""

    code = "unauthenticated"


class Forbidden(HubError):
    """Known here, but with too little right for this."""

    code = "forbidden"


class NotFound(HubError):
    """Does not exist, or the actor may not know that it does."""

    code = "not_found"


class Conflict(HubError):
    """Against what exists already."""

    code = "conflict"


class Invalid(HubError):
    """The input breaks a rule; `errors` names the places."""

    code = "invalid"


class PreconditionFailed(HubError):
    """Somebody else has changed it since it was read (If-Match)."""

    code = "precondition_failed"


class Malformed(HubError):
    """Cannot be read at all: not JSON, not UTF-8, broken compression."""

    code = "malformed"


class TooLarge(HubError):
    """Over a limit of size; `detail` names the limit."""

    code = "too_large"


class UnsupportedEncoding(HubError):
    """A content type or content encoding that this route does not take; `detail` lists those it does."""

    code = "unsupported_encoding"


class QuotaExceeded(HubError):
    """The daily quota is used up: ask again after `retry_after_s`; it is renewed in `reset_s` seconds."""

    code = "quota_exceeded"

    def __init__(self, detail: str, *, limit: int, retry_after_s: int, reset_s: int | None = None) -> None:
        super().__init__(detail)
        self.limit = limit
        self.retry_after_s = retry_after_s
        self.reset_s = retry_after_s if reset_s is None else reset_s
