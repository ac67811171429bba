"""Possible worlds: each assumption drawn from its range, each piece of luck drawn once, the same for every way.

Worlds come in groups: those of a group share the assumptions and differ by luck alone, so that what comes of not
knowing and what comes of chance can be told apart. Every stream of numbers hangs on the seed and on its own name, so
replacing one assumption leaves all other draws as they were. Assumptions are independent of one another but for wages
and rates, which one market sets: they share a factor (a Gaussian copula, whose correlation is an assumption as well).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from heldout.decision.assumptions import Assumption
from heldout.decision.engagement.assumptions import MARKET, TOGETHER

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
SEED = 20261125


class Worlds:
    """`groups` x `lucks` worlds; `world[id]` is an assumption's value in each, shape (worlds,).

    `used` collects the ids that were asked for. `fixed` holds ids whose value is the same in all worlds.
    """

    def __init__(
        self,
        assumptions: Sequence[Assumption],
        groups: int,
        lucks: int = 1,
        seed: int = SEED,
        fixed: Mapping[str, float] | None = None,
    ) -> None:
        self.assumptions = {one.id: one for one in assumptions}
        self.groups, self.lucks, self.seed = groups, lucks, seed
        self.fixed = dict(fixed or {})
        self.used: set[str] = set()
        self._lucks: dict[str, Floats] = {}
        self._ranks: dict[str, Floats] = {}

    def __len__(self) -> int:
        return self.groups * self.lucks

    def __getitem__(self, name: str) -> Floats:
        self.used.add(name)
        if self._shares_the_market(name):
            self.used.add(TOGETHER)
        if name in self.fixed:
            return np.full(len(self), self.fixed[name])
        return np.repeat(quantile(self.assumptions[name], self.rank(name)), self.lucks)

    def rank(self, name: str) -> Floats:
        """(groups,): where each group's value stands in the assumption's range, as a share: a Latin hypercube."""
        if name not in self._ranks:
            own = self._spread(f"assumption {name}")
            self._ranks[name] = self._with_market(own) if self._shares_the_market(name) else own
        return self._ranks[name]

    def _shares_the_market(self, name: str) -> bool:
        return name in MARKET and (TOGETHER in self.assumptions or TOGETHER in self.fixed)

    def _spread(self, stream: str) -> Floats:
        """(groups,): one number from each of as many equal parts of 0 to 1, in an order of the stream's own."""
        generator = self._generator(stream)
        spread: Floats = (generator.permutation(self.groups) + generator.random(self.groups)) / self.groups
        return spread

    def _with_market(self, own: Floats) -> Floats:
        """`own` moved towards the market, dealt out anew so that each part of the range is still drawn once."""
        together = self[TOGETHER][:: self.lucks]
        moved = np.sqrt(together) * ndtri(self._spread("the market")) + np.sqrt(1 - together) * ndtri(own)
        dealt: Floats = np.sort(own)[moved.argsort().argsort()]
        return dealt

    def luck(self, name: str, *shape: int) -> Floats:
        """(worlds, *shape): numbers between 0 and 1 for one kind of chance; the same whoever asks for that name."""
        key = f"{name} {shape}"
        if key not in self._lucks:
            self._lucks[key] = self._generator(f"luck {name}").random((len(self), *shape))
        return self._lucks[key]

    def with_fixed(self, name: str, value: float) -> Worlds:
        """The same worlds, but for one assumption that has this value in all of them."""
        other = Worlds(tuple(self.assumptions.values()), self.groups, self.lucks, self.seed, self.fixed | {name: value})
        other._lucks = self._lucks
        other._ranks = self._ranks if name != TOGETHER else {k: v for k, v in self._ranks.items() if k not in MARKET}
        return other

    def _generator(self, name: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, crc32(name.encode())])


def quantile(one: Assumption, rank: Floats) -> Floats:
    """The values of a triangular range at the shares `rank` of its distribution (its inverse distribution function)."""
    low, mode, high = one.low, one.mode, one.high
    width = high - low
    if width <= 0:
        return np.full_like(rank, mode)
    turn = (mode - low) / width
    rising = low + np.sqrt(rank * width * (mode - low))
    falling = high - np.sqrt((1 - rank) * width * (high - mode))
    return np.where(rank < turn, rising, falling)
