"""Says numbers, times and names the way people read them: `1 m 12 s`, `3.2 MiB`, `12 345`, `2 h ago`, `long…name`."""

from __future__ import annotations

from datetime import datetime, timedelta

THIN = "\N{NARROW NO-BREAK SPACE}"
MINUTE, HOUR, DAY = 60, 3600, 86400
KIBI = 1024
SIZES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
UNTIL_WEEKS, UNTIL_YEARS = 14 * DAY, 730 * DAY
SHORT_S = 10
SMALL = 0.001
FEW_LETTERS = 4

# Widths of letters in system fonts, in parts of the type size: good enough to know what fits into a box.
NARROW, WIDE = frozenset("iljtfrI.,:;|!'()[]/- "), frozenset("mwMW@%")
NARROW_EM, WIDE_EM, UPPER_EM, OTHER_EM = 0.34, 0.9, 0.7, 0.57


def count(number: float) -> str:
    """Whole numbers whole, others with three digits after the point at most; very small ones as powers of ten."""
    if number % 1 == 0:
        said = f"{int(number):,}"
    else:
        said = f"{number:,.3f}".rstrip("0") if abs(number) >= SMALL else f"{number:.3g}"
    return said.replace(",", THIN)


def size(number_of_bytes: float) -> str:
    """Bytes as B, KiB, MiB …, with one digit after the point from KiB on."""
    value, unit = float(number_of_bytes), 0
    while abs(value) >= KIBI and unit < len(SIZES) - 1:
        value, unit = value / KIBI, unit + 1
    return f"{value:.1f}{THIN}{SIZES[unit]}" if unit else f"{int(value)}{THIN}B"


def duration(seconds: float | timedelta) -> str:
    """The two largest units: `850 ms`, `4.2 s`, `1 m 12 s`, `2 h 05 m`, `3 d 4 h`."""
    s = seconds.total_seconds() if isinstance(seconds, timedelta) else float(seconds)
    if s < 1:
        return f"{max(0, round(s * 1000))}{THIN}ms" if s >= 0.001 or s <= 0 else f"{round(s * 1e6)}{THIN}µs"  # noqa: PLR2004
    if s < SHORT_S:
        return f"{s:.1f}{THIN}s"
    whole = round(s)
    if whole < MINUTE:
        return f"{whole}{THIN}s"
    if whole < HOUR:
        return f"{whole // MINUTE}{THIN}m {whole % MINUTE}{THIN}s"
    if whole < DAY:
        return f"{whole // HOUR}{THIN}h {whole % HOUR // MINUTE:02}{THIN}m"
    return f"{whole // DAY}{THIN}d {whole % DAY // HOUR}{THIN}h"


def ago(then: datetime, now: datetime) -> str:
    """One unit, towards the past or the future: `just now`, `5 min ago`, `in 3 h`."""
    seconds = (now - then).total_seconds()
    amount = abs(seconds)
    if amount < SHORT_S:
        return "just now"
    said = one_unit(amount)
    return f"{said} ago" if seconds > 0 else f"in {said}"


def one_unit(seconds: float) -> str:
    steps = (
        (MINUTE, 1, "s"), (HOUR, MINUTE, "min"), (DAY, HOUR, "h"),
        (UNTIL_WEEKS, DAY, "d"), (UNTIL_YEARS, 7 * DAY, "weeks"),
    )  # fmt: skip
    for limit, unit, word in steps:
        if seconds < limit:
            return f"{int(seconds // unit)}{THIN}{word}"
    return f"{int(seconds // (365 * DAY))}{THIN}years"


def shortened(text: str, length: int) -> str:
    """Cut in the middle: a name's beginning says where, its end says what and gets the larger part."""
    if len(text) <= length:
        return text
    tail = max(1, (length - 1) * 3 // 5)
    return f"{text[: length - 1 - tail]}…{text[-tail:]}"


def fitted(text: str, width_px: float, type_px: float) -> str:
    """Cut in the middle until it fits the width in a proportional font."""
    length = min(len(text), int(width_px / (NARROW_EM * type_px)) + 1)  # more letters fit nowhere
    shown = shortened(text, length)
    while width(shown) * type_px > width_px and length > FEW_LETTERS:
        length -= 1
        shown = shortened(text, length)
    return shown


def width(text: str) -> float:
    """In parts of the type size."""
    return sum(map(letter_width, text))


def letter_width(letter: str) -> float:
    if letter in NARROW:
        return NARROW_EM
    if letter in WIDE or ord(letter) > 0x2E7F:  # noqa: PLR2004 -- from there on scripts fill a square
        return WIDE_EM if letter in WIDE else 1.0
    return UPPER_EM if letter.isupper() else OTHER_EM
