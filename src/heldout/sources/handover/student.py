"""Student's t distribution, with what it refuses. SciPy is loaded when a number is asked for, not before."""

from __future__ import annotations

from functools import cache


def cdf(t: float, df: int) -> float:
    """P(T <= t) for `df` >= 1 degrees of freedom; raises ValueError below 1."""
    from scipy.special import stdtr

    if df < 1:
        raise ValueError("Student's t needs at least one degree of freedom")
    return float(stdtr(df, t))


@cache
def quantile(p: float, df: int) -> float:
    """The t below which a share `p` (0.5 < p < 1) lies; raises ValueError outside, and below one degree of freedom."""
    from scipy.special import stdtrit

    if not 0.5 < p < 1:
        raise ValueError("the share must lie between one half and one")
    if df < 1:
        raise ValueError("Student's t needs at least one degree of freedom")
    return float(stdtrit(df, p))
