"""Which Python a delivery was written for, and in which order to try those of this machine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from heldout.sandbox.interpreters import Interpreter

RELEASED = {
    (3, 7): date(2018, 6, 27),
    (3, 8): date(2019, 10, 14),
    (3, 9): date(2020, 10, 5),
    (3, 10): date(2021, 10, 4),
    (3, 11): date(2022, 10, 24),
    (3, 12): date(2023, 10, 2),
    (3, 13): date(2024, 10, 7),
    (3, 14): date(2025, 10, 7),
}
"""Day of the first release of each Python (PEP 537, 569, 596, 619, 664, 693, 719, 745)."""

_ADOPTED = timedelta(days=365)
"""After so long most packages of the field had wheels for a new Python; until then people used the one before."""

MOST = 4
"""Pythons that are tried for one environment."""


def allowed(declared: str | None, python: Interpreter) -> bool:
    """Whether a declared version (`3.9`, `3.9.18`, `>=3.8,<3.12`, `^3.8`, `~3.9`) allows a Python; None allows all.

    A full version allows its whole minor: patch releases are made to be exchanged.
    """
    if not declared:
        return True
    text = declared.strip().strip("'\"").removeprefix("python-").removeprefix("python").strip(" =")
    if match := re.fullmatch(r"v?(\d+)\.(\d+)(?:\.(?:\d+|\*|x))?", text):
        return (int(match[1]), int(match[2])) == python.version[:2]
    if re.fullmatch(r"v?3(?:\.(?:x|\*))?", text):
        return True
    text = re.sub(r"\^(\d+)\.(\d+)(?:\.\d+)?", r">=\1.\2,<4", text)
    text = re.sub(r"(?<![=!<>~])~(?!=)(\d+)\.(\d+)(?:\.\d+)?", r"==\1.\2.*", text)
    text = re.sub(r"(?<![<>=!~])=(?!=)(\d+(?:\.\d+)*)(?:\.\*)?", r"==\1.*", text)
    text = re.sub(r"(==\s*\d+\.\d+)\.\d+(?!\.\*)", r"\1.*", text.replace("||", ","))
    try:
        return SpecifierSet(text).contains(str(python))
    except InvalidSpecifier:
        return True


def usual(day: date | None, pythons: Sequence[Interpreter]) -> Interpreter:
    """The Python that people used on a day (None: today), among those given, oldest first."""
    limit = (day or date.today()) - _ADOPTED  # noqa: DTZ011 - a day is all that is meant
    known = [python for python in pythons if RELEASED.get(python.version[:2], date.max) <= limit]
    return known[-1] if known else pythons[0]


def ordered(declared: str | None, day: date | None, pythons: Sequence[Interpreter]) -> tuple[Interpreter, ...]:
    """The Pythons to try: what is declared allows them and they are near the usual one of the day, best first.

    When none of the machine's is allowed, the usual one and its neighbours are tried all the same.
    """
    usable = [python for python in pythons if allowed(declared, python)] or list(pythons)
    first = usual(day, usable)
    place = usable.index(first)
    near = sorted(range(len(usable)), key=lambda i: (abs(i - place), i > place))
    return tuple(usable[i] for i in near[:MOST])


def others(tried: Sequence[Interpreter], pythons: Sequence[Interpreter]) -> tuple[Interpreter, ...]:
    """The two Pythons beside those that are tried, older ones first: pins of a day often have nothing for a newer."""
    place = pythons.index(tried[0])
    left = [i for i, python in enumerate(pythons) if python not in tried]
    return tuple(pythons[i] for i in sorted(left, key=lambda i: (i > place, abs(i - place)))[:2])
