"""Values out of files that foreign code may have written: each is what it should be, or left out.

Nothing here raises for what stands in a file. Whoever reads a report of a run through these functions gets texts
without control characters, counts that are none below zero, and numbers that are finite.
"""

from __future__ import annotations

import json
import math
from typing import Any

MOST = 10**13
"""A larger count is nobody's."""


def as_object(content: bytes, largest: int) -> dict[str, Any]:
    """A JSON object of at most so many bytes; empty for anything else."""
    try:
        raw = json.loads(content) if len(content) <= largest else None
    except (ValueError, RecursionError):
        return {}
    return raw if isinstance(raw, dict) else {}


def text(value: object, most: int, keep: str = "") -> str:
    """At most so many printable characters, and those in `keep`; empty for what is no text."""
    if not isinstance(value, str):
        return ""
    return "".join(char for char in value[:most] if char.isprintable() or char in keep)


def texts(value: object, most: int, long: int) -> tuple[str, ...]:
    """At most so many texts of at most so many characters."""
    return tuple(text(part, long) for part in items(value)[:most])


def items(value: object) -> list[Any]:
    """A list, or an empty one."""
    return value if isinstance(value, list) else []


def fields(value: object) -> dict[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def count(value: object, most: int = MOST) -> int | None:
    """A whole number from 0 to `most`, or None."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= most else None


def counts(value: object, most: int, long: int = 100) -> dict[str, int]:
    """At most so many named counts."""
    told = {text(name, long): count(number) for name, number in list(fields(value).items())[:most]}
    return {name: number for name, number in told.items() if number is not None}


def number(value: object) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        told = float(value)
    except OverflowError:
        return None
    return told if math.isfinite(told) else None


def share(value: object) -> float | None:
    """A number from 0 to 1, or None."""
    told = number(value)
    return told if told is not None and 0 <= told <= 1 else None
