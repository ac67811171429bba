"""Licences: which one a text is, which ones a sentence names, and what they keep back from a company."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

_TEXTS = (
    ("AGPL-3.0", "GNU AFFERO GENERAL PUBLIC LICENSE"),
    ("LGPL", "GNU LESSER GENERAL PUBLIC LICENSE"),
    ("GPL-3.0", "GNU GENERAL PUBLIC LICENSE Version 3"),
    ("GPL-2.0", "GNU GENERAL PUBLIC LICENSE Version 2"),
    ("Apache-2.0", "Apache License Version 2.0"),
    ("MPL-2.0", "Mozilla Public License Version 2.0"),
    ("MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy"),
    ("ISC", "Permission to use, copy, modify, and/or distribute this software for any purpose"),
    ("BSD-3-Clause", "Neither the name"),
    ("BSD-2-Clause", "Redistribution and use in source and binary forms"),
    ("Unlicense", "This is free and unencumbered software released into the public domain"),
    ("CC-BY-NC-SA", "Attribution-NonCommercial-ShareAlike"),
    ("CC-BY-NC-ND", "Attribution-NonCommercial-NoDerivatives"),
    ("CC-BY-NC", "NonCommercial"),
    ("CC0-1.0", "CC0 1.0 Universal"),
    ("CC-BY-SA", "Attribution-ShareAlike"),
    ("CC-BY", "Creative Commons Attribution"),
    ("ODbL-1.0", "Open Database License"),
    ("OpenRAIL", "Use-based restrictions"),
    ("PolyForm-Noncommercial", "PolyForm Noncommercial License"),
    ("BUSL-1.1", "Business Source License 1.1"),
    ("EUPL-1.2", "European Union Public Licence"),
    ("EPL", "Eclipse Public License"),
    ("BSL-1.0", "Boost Software License"),
)
_GNU = 4
"""So many of them, at the beginning, are of the GNU family."""


def recognise_licence(text: str) -> str | None:
    """The SPDX name of a licence by its own words, None for an unknown one."""
    flat = " ".join(text[:40_000].split()).lower()
    # The GNU licences name one another in their later sections: the one named first is the text's own.
    gnu = [(flat.index(words.lower()), name) for name, words in _TEXTS[:_GNU] if words.lower() in flat]
    return min(gnu)[1] if gnu else next((name for name, words in _TEXTS if words.lower() in flat), None)


_VERSION = r"(?:[ \-]?v?(?:ersion ?)?\d(?:\.\d)?)?"
_NAMES = (
    ("CC-BY-NC-SA", rf"CC[ -]BY[ -]NC[ -]SA{_VERSION}|NonCommercial[ -]ShareAlike"),
    ("CC-BY-NC-ND", rf"CC[ -]BY[ -]NC[ -]ND{_VERSION}|NonCommercial[ -]NoDeriv\w*"),
    ("CC-BY-NC", rf"CC[ -]BY[ -]NC(?![ -](?:SA|ND)){_VERSION}|Attribution[ -]NonCommercial(?![ -]\w)"),
    ("CC-BY-ND", rf"CC[ -]BY[ -]ND{_VERSION}|Attribution[ -]NoDeriv\w*"),
    ("CC-BY-SA", rf"CC[ -]BY[ -]SA{_VERSION}|Attribution[ -]ShareAlike"),
    ("CC-BY", rf"CC[ -]BY(?![ -](?:NC|ND|SA)){_VERSION}|Creative Commons Attribution(?![ -](?:Non|No|Share))"),
    ("CC0-1.0", r"CC[ -]?0(?:[ -]1\.0)?\b"),
    ("ODbL-1.0", r"ODbL|Open Database Licen[cs]e|DbCL"),
    ("ODC-BY", r"ODC[ -]By|Open Data Commons Attribution"),
    ("PDDL-1.0", r"PDDL|Public Domain Dedication"),
    ("public domain", r"public[ -]domain"),
    ("AGPL-3.0", rf"(?:GNU )?AGPL{_VERSION}|Affero General Public Licen[cs]e"),
    ("LGPL", rf"(?:GNU )?LGPL{_VERSION}|Lesser General Public Licen[cs]e"),
    ("GPL", rf"(?<![AL])(?:GNU )?GPL{_VERSION}|(?<!Affero )(?<!Lesser )General Public Licen[cs]e"),
    ("Apache-2.0", r"Apache(?: Software)?(?: Licen[cs]e)?,?[ -]?(?:v|version )?2(?:\.0)?|Apache Licen[cs]e"),
    ("MIT", r"MIT(?= ?(?:licen[cs]e|\)|\]|$|[.,\"']))|MIT Licen[cs]e|licen[cs]e[-/: ]{1,3}MIT\b"),
    ("BSD-3-Clause", r"BSD[ -]?3(?:[ -]Clause)?|3-Clause BSD|New BSD|BSD Licen[cs]e"),
    ("BSD-2-Clause", r"BSD[ -]?2(?:[ -]Clause)?|2-Clause BSD|Simplified BSD"),
    ("MPL-2.0", r"MPL[ -]?2(?:\.0)?|Mozilla Public Licen[cs]e"),
    ("ISC", r"ISC Licen[cs]e"),
    ("Unlicense", r"\bThe Unlicense\b|unlicense\.org"),
    ("OpenRAIL", r"(?:Open)?(?-i:RAIL)(?:\+{0,2}-?M)?\b"),
    ("Llama", r"Llama[ -]?\d?(?:\.\d)? Community Licen[cs]e"),
    ("all rights reserved", r"all rights reserved"),
)
_NAMED = re.compile("|".join(f"(?P<n{i}>\\b(?:{pattern}))" for i, (_, pattern) in enumerate(_NAMES)), re.IGNORECASE)

Hold = Literal["non-commercial", "research only", "no changes", "no rights", "conditions of use"]
"""What a licence keeps back from a company that wants to use and change the work."""

_HELD: dict[str, Hold] = {
    "CC-BY-NC": "non-commercial",
    "CC-BY-NC-SA": "non-commercial",
    "CC-BY-NC-ND": "non-commercial",
    "CC-BY-ND": "no changes",
    "PolyForm-Noncommercial": "non-commercial",
    "BUSL-1.1": "conditions of use",
    "OpenRAIL": "conditions of use",
    "Llama": "conditions of use",
    "all rights reserved": "no rights",
}
_COPYLEFT = ("GPL", "AGPL", "LGPL", "EUPL", "MPL", "EPL", "CC-BY-SA", "ODbL")
_PHRASES: tuple[tuple[Hold, str], ...] = (
    ("non-commercial", r"non[- ]?commercial(?:ly)?|not (?:be )?(?:used )?for commercial|no commercial use"),
    (
        "research only",
        r"(?:for|to) (?:academic|research|educational|non-profit|study|personal)(?:[ ,/]+(?:and|or)?[ ]?\w+){0,3}? "
        r"(?:purposes?|use) only"
        r"|(?:only|solely|exclusively|strictly) for (?:academic|research|educational|personal|study)"
        r"|(?:academic|research|educational|personal)[- ]use[- ]only|research[- ]only",
    ),
)
_HOLDS = re.compile("|".join(f"(?P<h{i}>{pattern})" for i, (_, pattern) in enumerate(_PHRASES)), re.IGNORECASE)
_BOTH = re.compile(
    r"\b(?:and|or|as well as|both) (?:for )?(?:non[- ]?)?commercial|commercial (?:and|or) non", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Named:
    """A licence that a text names, and from where to where."""

    licence: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A phrase by which something is kept back, and where it begins."""

    hold: Hold
    words: str
    start: int


def named_licences(text: str) -> Iterator[Named]:
    """The licences that a text names, in order: by their SPDX ids without the version, or in words."""
    for match in _NAMED.finditer(text[:300_000]):
        index = int((match.lastgroup or "n0")[1:])
        yield Named(_NAMES[index][0], match.start(), match.end())


def kept_back(text: str) -> Iterator[Kept]:
    """The phrases of a text that keep a use back: non-commercial, research only. English only."""
    for match in _HOLDS.finditer(text[:300_000]):
        around = text[max(match.start() - 60, 0) : match.end() + 60]
        if not _BOTH.search(around):
            yield Kept(_PHRASES[int((match.lastgroup or "h0")[1:])][0], match[0], match.start())


def hold_of(licence: str) -> Hold | None:
    """What a licence keeps back from a company, None when nothing; versions do not matter."""
    bare = _bare(licence)
    return next((hold for name, hold in _HELD.items() if bare == name.casefold()), None)


def is_copyleft(licence: str) -> bool:
    """Whether changes that are passed on have to be passed on under the same terms."""
    return licence.upper().startswith(tuple(name.upper() for name in _COPYLEFT))


def spdx(expression: str) -> str | None:
    """A licence expression in canonical form when every id in it is a real SPDX id, else None."""
    try:
        return str(canonicalize_license_expression(expression.strip()))
    except InvalidLicenseExpression:
        return None


def _bare(licence: str) -> str:
    return re.sub(r"[ -]v?\d(\.\d)?$", "", licence.strip()).casefold()
