"""Numbers and names in sentences, the same wherever a sentence is made."""

from __future__ import annotations

from collections.abc import Sequence

PROPER = frozenset({"Airflow", "Docker", "Git", "Jupyter", "Keras", "Kubernetes", "Prefect", "Python", "Spark"})
"""First words that keep their capital inside a sentence."""


def percent(share: float) -> str:
    """A share (0-1) as people write it; what is not quite nothing or all is not shown as such."""
    if 0 < share < 0.01:
        return "under 1 %"
    if 0.99 < share < 1:
        return "over 99 %"
    return f"{share * 100:.0f} %"


def listed(names: Sequence[str], last: str = "and") -> str:
    """`a, b and c`; empty for none."""
    return f" {last} ".join(part for part in (", ".join(names[:-1]), names[-1]) if part) if names else ""


def capital(text: str) -> str:
    """The text with a capital to begin a sentence."""
    return text[:1].upper() + text[1:]


def within(name: str) -> str:
    """A name inside a sentence: the first letter small, unless it begins a name of its own."""
    first, _, _ = name.partition(" ")
    return name[:1].lower() + name[1:] if first[1:].islower() and first not in PROPER else name


def bare(name: str) -> str:
    """A name without what it explains in brackets: `Data wrangling (pandas, SQL)` -> `Data wrangling`."""
    return name.partition(" (")[0] or name
