"""Seats and who sits in them: search, ramp-up, work, leaving, the next one. In closed form, for many worlds at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heldout.decision.engagement.worlds import Floats


@dataclass(frozen=True)
class Tally:
    """What has come about in the seats of each world until a time; seat-months, or counts of people."""

    paid: Floats
    ramp: Floats
    """Paid months that ramp-up took."""
    failed: Floats
    """Paid months of people whose work could not be used."""
    gross: Floats
    """Months of full output; `paid = ramp + failed + gross`."""
    done: Floats
    """What of it is still there: those who left took a share of their unfinished work with them."""
    begun: Floats
    left: Floats
    filled: Floats


@dataclass(frozen=True)
class Seats:
    """The people of each world, seat by seat and one after the other.

    `start`, `life` and `works` have the shape (worlds, seats, people); times are months from the decision. `ramp`,
    `ramp_output` and `kept` have the shape (worlds,): months of ramp-up, output in it as a share of full output, and
    the share of a seat's unfinished work that stays when its holder leaves. `works` is 0 for somebody whose work
    cannot be used, else 1.
    """

    start: Floats
    life: Floats
    works: Floats
    ramp: Floats
    ramp_output: Floats
    kept: Floats

    def tally(self, time: Floats) -> Tally:
        """What came about until `time`, shape (worlds,) or (worlds, times)."""
        wide = (slice(None), None) if time.ndim == 2 else (slice(None),)
        zero = np.zeros(np.broadcast_shapes(time.shape, (len(self.start), *time.shape[1:])))
        paid, ramp, failed, gross, done = (zero.copy() for _ in range(5))
        begun, left, filled = (zero.copy() for _ in range(3))
        short, slow, kept = self.ramp[wide], 1 - self.ramp_output[wide], self.kept[wide]
        for seat in range(self.start.shape[1]):
            mine = zero.copy()
            for person in range(self.start.shape[2]):
                start = self.start[:, seat, person][wide]
                if start.min() > time.max():
                    break
                life, works = self.life[:, seat, person][wide], self.works[:, seat, person][wide]
                inside = np.clip(time - start, 0, life)
                lost = slow * np.minimum(inside, short) * works
                out = inside * works - lost
                gone = time >= start + life
                mine = (mine + out) * np.where(gone, kept, 1)
                paid += inside
                ramp += lost
                failed += inside * (1 - works)
                gross += out
                begun += time >= start
                left += gone
                filled += (time >= start) & ~gone
            done += mine
        return Tally(paid, ramp, failed, gross, done, begun, left, filled)


def one_after_the_other(search: Floats, life: Floats) -> Floats:
    """When each person of a seat starts, after the one before and a search; shapes (worlds, seats, people)."""
    before = np.concatenate([np.zeros_like(life[..., :1]), life[..., :-1]], axis=-1)
    return np.cumsum(search + before, axis=-1)


def exponential(luck: Floats, rate: Floats) -> Floats:
    """Times until something that happens at `rate` a month, from numbers between 0 and 1; never, at rate 0."""
    with np.errstate(divide="ignore"):
        return np.where(rate > 0, -np.log1p(-luck) / np.where(rate > 0, rate, 1), np.inf)
