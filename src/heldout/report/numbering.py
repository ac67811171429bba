"""Gives every finding a number that people can quote, `CRF101-2`, and a home on the page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from heldout.evidence import Dossier, Finding

FULL = 40
"""Findings of one code that are shown in full; the rest is counted, with its places."""

_NOT_IN_A_LINK = re.compile(r"[^A-Za-z0-9_.-]+")

Key = tuple[object, ...]


@dataclass(frozen=True)
class Numbered:
    """A finding with its number; `home` is the competency under which it is shown in full, None for none."""

    number: str
    finding: Finding
    home: str | None
    also: tuple[str, ...]
    full: bool


def key(finding: Finding) -> Key:
    """What makes two findings the same one: as in `Dossier.all_findings`."""
    return (finding.code, finding.message, finding.locations)


def number(dossier: Dossier, moved: Sequence[str] = ()) -> tuple[Numbered, ...]:
    """Number all findings in the dossier's order, per code from 1.

    `moved` lists competencies in the order of the page: the first one that a finding speaks for is its home.
    """
    speaks: dict[Key, list[str]] = {}
    for e in dossier.evidence:
        for finding in e.findings:
            homes = speaks.setdefault(key(finding), [])
            if e.competency not in homes:
                homes.append(e.competency)
    order = {name: index for index, name in enumerate(moved)}
    counter: Counter[str] = Counter()
    numbered = []
    for finding in dossier.all_findings():
        code = _NOT_IN_A_LINK.sub("-", finding.code) or "finding"
        counter[code] += 1
        homes = sorted(speaks.get(key(finding), []), key=lambda name: order.get(name, len(order)))
        home = homes[0] if homes else None
        numbered.append(Numbered(f"{code}-{counter[code]}", finding, home, tuple(homes[1:]), counter[code] <= FULL))
    return tuple(numbered)
