"""Numbers and names in sentences, the same on every medium."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import isfinite

from heldout.evidence.types import Gap, Measured
from heldout.wording import listed as all_listed
from heldout.wording import percent

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def level(value: float) -> str:
    """A level to one decimal."""
    return f"{value:.1f}"


def points(value: float) -> str:
    """Level points with their sign, a true minus among them."""
    return f"{0.0 if abs(value) < 0.005 else value:+.2f}".replace("+0.00", "0.00").replace("-", "\u2212")


def pull(value: float) -> str:
    """The side to which points pull; what is shown as 0.00 pulls to none."""
    return "none" if abs(value) < 0.005 else "up" if value > 0 else "down"


def count(number: int, one: str, many: str = "") -> str:
    """`1 file`, `2 files`; `no files` for none."""
    return f"{number or 'no'} {one if number == 1 else many or one + 's'}"


def heading(number: int, one: str, many: str) -> str:
    """`Three facts that count`: a small count as a word, to begin a heading."""
    return f"{('No', 'One', 'Two', 'Three')[number] if number < 4 else number} {one if number == 1 else many}"


def listed(names: Sequence[str], most: int = 3, last: str = "or") -> str:
    """`a, b or c`; beyond `most` the rest is counted."""
    shown = list(names[:most])
    if rest := len(names) - len(shown):
        return f"{', '.join(shown)} {'and' if last == 'or' else last} {rest} more"
    return all_listed(shown, last)


def together(gaps: Iterable[Gap], most: int = 3) -> list[Gap]:
    """Gaps of one reason as one gap, ours first: `a.py, b.py, c.py and 14 more`."""
    by_reason: dict[tuple[bool, str], list[str]] = {}
    for gap in gaps:
        by_reason.setdefault((gap.ours, gap.why), []).append(gap.what)
    ordered = sorted(by_reason.items(), key=lambda item: not item[0][0])
    return [Gap(what=_some(names, most), why=why, ours=ours) for (ours, why), names in ordered]


def _some(names: Sequence[str], most: int) -> str:
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest:,} more" if rest > 0 else "")


def named(key: str) -> str:
    """A measured value's name as words: `long_share` -> `long share`."""
    words = key.replace("_", " ").strip()
    return "Python" + words[len("python") :] if words.startswith("python ") else words


def measured(value: Measured, key: str = "") -> str:
    """A measured value: yes or no, thousands apart, shares as per cent, `not known` for None."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and isfinite(value):
        if key.endswith("share") and 0 <= value <= 1:
            return percent(value)
        return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def day(moment: datetime | None) -> str:
    """`22 November 2026`, whatever the machine's language."""
    if moment is None:
        return "date not recorded"
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"
