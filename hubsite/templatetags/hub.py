"""The portal's filters and tags: times, durations, sizes, counts, states and small pictures in any template."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.models import Run, RunState
from hubsite.portal import words
from hubsite.portal.graph_svg import DrawnNode
from hubsite.portal.links import link_of
from hubsite.portal.states import look_of
from hubsite.portal.strip import seconds_of

register = template.Library()
NOTHING = SafeString('<span class="muted">\N{EN DASH}</span>')
FULL = 100.0
NEARLY_FULL = 80.0


@register.filter
def ago(then: datetime | None) -> SafeString:
    """Relative, with the absolute time and its zone in the title."""
    if then is None:
        return NOTHING
    absolute = then.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        absolute.isoformat(),
        f"{absolute:%Y-%m-%d %H:%M:%S} UTC",
        words.ago(then, timezone.now()),
    )


@register.filter
def duration(seconds: float | timedelta | None) -> str:
    return NOTHING if seconds is None else words.duration(seconds)


@register.filter
def count(number: float | None) -> str:
    return NOTHING if number is None else words.count(number)


@register.filter
def size(number_of_bytes: float | None) -> str:
    return NOTHING if number_of_bytes is None else words.size(number_of_bytes)


@register.filter
def shortened(text: str, length: int = 48) -> SafeString:
    """The whole text in the title when it had to be cut."""
    short = words.shortened(text, length)
    return format_html("{}", text) if short == text else format_html('<span title="{}">{}</span>', text, short)


@register.filter
def state(value: str) -> SafeString:
    look = look_of(value)
    return format_html(
        '<span class="state {}"><span aria-hidden="true">{}</span> {}</span>', look.css, look.shape, look.word
    )


@register.filter
def begun(run: Run) -> datetime:
    """When it started, or was first heard of when its producer did not say."""
    return run.started_at or run.first_event_at


@register.filter
def took(run: Run) -> float | None:
    """Seconds; of a run that runs, until now."""
    if run.state == RunState.RUNNING and run.started_at:
        return max(0.0, (timezone.now() - run.started_at).total_seconds())
    return seconds_of(run)


@register.filter
def since(then: datetime, begin: datetime) -> float:
    return (then - begin).total_seconds()


@register.filter
def event_css(event_type: str) -> str:
    """OpenLineage's event types look like the states they lead to."""
    return look_of({"START": "RUNNING"}.get(event_type, event_type)).css


@register.filter
def indent(depth: int) -> str:
    return "\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}" * depth + ("\N{BOX DRAWINGS LIGHT UP AND RIGHT} " if depth else "")


@register.filter
def of_quota(accepted: float | None, quota: int) -> str:
    return f"{words.count(accepted or 0)} of {words.count(quota)} events today"


@register.filter
def node_link(node: DrawnNode) -> str:
    return link_of(node)


@register.filter
def tag_word(tag: Any) -> str:
    """A tag is a word, or OpenLineage's {"key", "value", …}."""
    if not isinstance(tag, dict):
        return str(tag)
    key, value = str(tag.get("key", "")), str(tag.get("value", ""))
    return key if value in {"", "true"} else f"{key}: {value}"


@register.filter
def statistic(item: tuple[str, Any]) -> str:
    """One of OpenLineage's statistics: {"size": 2048} is bytes, any other number a count."""
    name, value = item
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return words.size(value) if name in {"size", "bytes"} else words.count(value)


@register.simple_tag
def gauge(value: float | None, limit: float, label: str) -> SafeString:
    """How much of a limit is used. A picture of attributes alone: a style would break the content security policy."""
    share = min(FULL, FULL * (value or 0) / limit) if limit else FULL
    css = "bad" if share >= FULL else "warn" if share >= NEARLY_FULL else "good"
    return format_html(
        '<svg class="gauge {}" role="img" aria-label="{}"><rect class="track" width="100%" height="100%" rx="3"/>'
        '<rect class="fill" width="{}%" height="100%" rx="3"/></svg>',
        css,
        label,
        f"{share:.2f}",
    )
