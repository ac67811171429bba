"""Rates, ratios and tests for small numbers: exact where an exact method is at hand, and said where it is not.

Clopper and Pearson (1934) for one rate; the score interval of Koopman (1984) with the variance of Miettinen and
Nurminen (1985) for the ratio of two; Fisher's exact test, two-sided by the sum of the tables that are no likelier.
How often the interval of the ratio holds the truth is measured in the tests, over a grid of group sizes and rates.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CONFIDENCE = 0.95
ALPHA = 0.05
_TIE = 1e-7
"""Tables whose probabilities differ by less, relatively, count as equally likely: as R and scipy have it."""
_EXACT_UP_TO = 400
"""People in both groups together up to which the power is counted out; beyond, a normal approximation is close."""


def rate_interval(selected: int, people: int) -> tuple[float, float]:
    """The 95 % interval of Clopper and Pearson for `selected` of `people` (at least one): never too narrow."""
    from scipy.stats import beta

    tail = (1 - CONFIDENCE) / 2
    low = 0.0 if selected == 0 else float(beta.ppf(tail, selected, people - selected + 1))
    high = 1.0 if selected == people else float(beta.ppf(1 - tail, selected + 1, people - selected))
    return low, high


def ratio_interval(selected: int, people: int, best_selected: int, best_people: int) -> tuple[float, float]:
    """The 95 % score interval of the ratio of the two rates; the upper end may be infinite, as for 0 of 10 by 0 of 10.

    Koopman, Biometrics 40 (1984), with the variance of Miettinen and Nurminen, Statistics in Medicine 4 (1985): all
    ratios that a score test at 5 % does not refuse.
    """
    observed = math.inf if best_selected == 0 else (selected / people) / (best_selected / best_people)

    def accepted(ratio: float) -> bool:
        return abs(_score(ratio, selected, people, best_selected, best_people)) <= _Z

    low = 0.0 if selected == 0 else _edge(accepted, inside=observed, outward=-1, farthest=1e-9)
    high = math.inf if best_selected == 0 else _edge(accepted, inside=observed, outward=+1, farthest=1e9)
    return low, high


_Z = 1.959963984540054
"""The normal quantile of 97.5 %."""


def _edge(accepted: Callable[[float], bool], *, inside: float, outward: int, farthest: float) -> float:
    """The last ratio that is still accepted on the way from `inside` outwards, by halving on a logarithmic scale."""
    near = math.log(min(max(inside, 1e-9), 1e9))
    far = near
    while accepted(math.exp(far)):
        far += outward
        if far * outward > math.log(farthest) * outward:
            return math.inf if outward > 0 else 0.0
    for _ in range(60):
        middle = (near + far) / 2
        near, far = (middle, far) if accepted(math.exp(middle)) else (near, middle)
    return math.exp(near)


def _score(ratio: float, x1: int, n1: int, x0: int, n0: int) -> float:
    """The score statistic of `rate1 = ratio * rate0` (x1 of n1 against x0 of n0)."""
    total, both = n1 + n0, x1 + x0
    # The likeliest rate0 under the hypothesis is the smaller root of a p^2 + b p + both = 0.
    a = total * ratio
    b = -(n1 * ratio + x1 + n0 + x0 * ratio)
    root = (-b - math.sqrt(max(b * b - 4 * a * both, 0.0))) / (2 * a)
    rate0 = min(max(root, 0.0), 1.0, 1.0 / ratio)
    rate1 = min(rate0 * ratio, 1.0)
    variance = rate1 * (1 - rate1) / n1 + ratio**2 * rate0 * (1 - rate0) / n0
    variance *= total / (total - 1)
    difference = x1 / n1 - ratio * x0 / n0
    if variance <= 0:
        return 0.0 if abs(difference) < 1e-12 else math.copysign(math.inf, difference)
    return difference / math.sqrt(variance)


def fisher(selected: int, people: int, best_selected: int, best_people: int) -> float:
    """Two-sided p of Fisher's exact test: how often chance alone makes a table no likelier than this one."""
    import numpy as np
    from scipy.stats import fisher_exact

    table = np.array([[selected, people - selected], [best_selected, best_people - best_selected]])
    return min(float(fisher_exact(table).pvalue), 1.0)


def holm(chances: Sequence[float]) -> list[float]:
    """The p-values adjusted for their number by Holm (1979), in the order given; valid however they hang together."""
    order = sorted(range(len(chances)), key=lambda index: chances[index])
    adjusted, worst = [0.0] * len(chances), 0.0
    for rank, index in enumerate(order):
        worst = max(worst, min(1.0, (len(chances) - rank) * chances[index]))
        adjusted[index] = worst
    return adjusted


def power(people: int, best_people: int, rate: float, best_rate: float) -> float:
    """How often Fisher's exact test (5 %) would see it if the two true rates were `rate` and `best_rate`.

    Counted out for up to 400 people; beyond, the normal approximation with Yates's correction of Casagrande, Pike
    and Smith, Biometrics 34 (1978).
    """
    if people + best_people > _EXACT_UP_TO:
        return _approximate_power(people, best_people, rate, best_rate)
    from scipy.stats import binom

    ours = binom.pmf(range(people + 1), people, rate)
    theirs = binom.pmf(range(best_people + 1), best_people, best_rate)
    return float(ours @ _refused(people, best_people) @ theirs)


@lru_cache(maxsize=256)
def _refused(people: int, best_people: int) -> NDArray[np.float64]:
    """1 where Fisher's test finds a difference: rows are the selected of one group, columns those of the other."""
    import numpy as np
    from scipy.stats import hypergeom

    refused = np.zeros((people + 1, best_people + 1))
    for both in range(people + best_people + 1):
        ours = np.arange(max(0, both - best_people), min(people, both) + 1)
        chance = hypergeom.pmf(ours, people + best_people, both, people)
        order = np.sort(chance)
        below = np.concatenate([[0.0], np.cumsum(order)])
        p = below[np.searchsorted(order, chance * (1 + _TIE), side="right")]
        refused[ours, both - ours] = p < ALPHA
    return refused


def _approximate_power(people: int, best_people: int, rate: float, best_rate: float) -> float:
    from scipy.stats import norm

    both = (people * rate + best_people * best_rate) / (people + best_people)
    inverse = 1 / people + 1 / best_people
    under_none = math.sqrt(both * (1 - both) * inverse)
    under_this = math.sqrt(rate * (1 - rate) / people + best_rate * (1 - best_rate) / best_people)
    if under_this == 0:
        return float(rate != best_rate)
    beyond = abs(rate - best_rate) - inverse / 2 - _Z * under_none
    return float(norm.cdf(beyond / under_this))


WANTED_POWER = 0.8


def seen_below(people: int, best_people: int, best_rate: float) -> float | None:
    """The highest rate under `best_rate` that would be seen in four of five such comparisons; None when none would."""
    if best_rate <= 0 or power(people, best_people, 0.0, best_rate) < WANTED_POWER:
        return None
    low, high = 0.0, best_rate
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if power(people, best_people, middle, best_rate) >= WANTED_POWER else (low, middle)
    return low


def chances_of_pairs(counts: Iterable[tuple[int, int]]) -> list[float]:
    """Fisher's p of every pair of groups (selected, people), in order of (0, 1), (0, 2), ... (1, 2) ..."""
    groups = list(counts)
    return [fisher(*one, *other) for index, one in enumerate(groups) for other in groups[index + 1 :]]
