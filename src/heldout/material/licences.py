"""Licences by their own words: which one a text is."""

from __future__ import annotations

_LICENCES = (
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
    ("CC-BY-NC", "NonCommercial"),
    ("CC0-1.0", "CC0 1.0 Universal"),
    ("CC-BY", "Creative Commons Attribution"),
    ("EPL", "Eclipse Public License"),
    ("BSL-1.0", "Boost Software License"),
)
_GNU = 4
"""So many of them, at the beginning, are of the GNU family."""


def recognise_licence(text: str) -> str | None:
    """The SPDX name of a licence by its own words, None for an unknown one."""
    flat = " ".join(text[:40_000].split()).lower()
    # The GNU licences name one another in their later sections: the one named first is the text's own.
    gnu = [(flat.index(words.lower()), name) for name, words in _LICENCES[:_GNU] if words.lower() in flat]
    return min(gnu)[1] if gnu else next((name for name, words in _LICENCES if words.lower() in flat), None)
