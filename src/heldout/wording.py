"""Numbers in sentences, the same wherever a sentence is made."""

from __future__ import annotations


def percent(share: float) -> str:
    """A share (0-1) as people write it; what is not quite nothing or all is not shown as such."""
    if 0 < share < 0.01:
        return "under 1 %"
    if 0.99 < share < 1:
        return "over 99 %"
    return f"{share * 100:.0f} %"
