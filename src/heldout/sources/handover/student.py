"""Quantiles of Student's t distribution for whole degrees of freedom.

A dozen lines instead of a dependency: SciPy is 40 MB to install for this one number. The distribution function is
the finite sum of Abramowitz and Stegun (1964), 26.7.3 and 26.7.4, and is inverted by halving an interval.
"""

from __future__ import annotations

from functools import cache
from math import atan, cos, pi, sin, sqrt


def cdf(t: float, df: int) -> float:
    """P(T <= t) for `df` >= 1 degrees of freedom; raises ValueError below 1."""
    if df < 1:
        raise ValueError("Student's t needs at least one degree of freedom")
    angle = atan(t / sqrt(df))
    square = cos(angle) ** 2
    term = 1.0
    total = 0.0
    if df % 2:
        # A(t) = 2/pi (angle + sin(angle) (cos + 2/3 cos^3 + ...)): the middle part of the probability, with its sign.
        term = cos(angle)
        for k in range(1, df, 2):
            total += term
            term *= square * (k + 1) / (k + 2)
        middle = 2 / pi * (angle + sin(angle) * total)
    else:
        for k in range(0, df, 2):
            total += term
            term *= square * (k + 1) / (k + 2)
        middle = sin(angle) * total
    return (1 + middle) / 2


@cache
def quantile(p: float, df: int) -> float:
    """The t below which a share `p` (0.5 < p < 1) lies, right to about 12 digits; raises ValueError outside."""
    if not 0.5 < p < 1:
        raise ValueError("the share must lie between one half and one")
    low, high = 0.0, 1.0
    while cdf(high, df) < p:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if cdf(middle, df) < p else (low, middle)
    return (low + high) / 2
