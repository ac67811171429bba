"""The observations laid out for the model: who rated whom on what, as arrays in blocks of subjects of like size.

The model of one observation i, of competency c of subject s, as rater r or an instrument saw it:

    level_i = m_i * theta[s, c] + offset_i + leniency[source] - severity[r] + shared[s, group] + error_i
    theta[s, c] = 3 + pool + pool[c] + u[s, c],   Cov u[s, c], u[s, d] = ability² * (1 if c = d else correlation)

Given the global effects (pool, leniency, severity) the subjects are independent of one another, so that all work is
done in small blocks, one a subject: the covariance of their observations is a sum of fixed arrays times variances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from heldout.decision.observations import MIDDLE, Observation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SHARED_ERROR = 0.3
"""The part of the error variance of measures that those of one look (one review, one audit) have in common."""
WORK, WORK_MOST = 0.32, 0.35
"""How far one work lies from what its maker does otherwise: standard deviation, in level points, in all competencies
alike and again in each by itself; at most this part of a measure's own error. It is in that error, not beside it, and
is what two looks at one work share. Assumed, from .40 and .39 of the deviation of people (.8) that 438 writers of two
texts each showed, as rated by different raters (the writing set of the benchmark)."""
_PADDING = 1.5
"""Subjects stand in one block while the largest has at most this many times the observations of the smallest."""


@dataclass(frozen=True)
class Block:
    """Subjects with about as many observations each: `s` of them, padded to `n` observations.

    `rows` (s, n) numbers the observations, those beyond a subject's own being padding (`inside` (s, n) tells). The
    other arrays are (s, n, n), the pieces of the covariance: `same` and `all` for the ability's own and common part,
    `halo` for ratings by one rater, `fixed` for the known errors of measures.
    """

    subjects: Ints
    rows: Ints
    inside: NDArray[np.bool_]
    same: Floats
    all: Floats
    halo: Floats
    fixed: Floats

    @cached_property
    def cells(self) -> NDArray[np.bool_]:
        """Which entries of the (s, n, n) arrays are of two real observations."""
        return self.inside[:, :, None] & self.inside[:, None, :]


@dataclass(frozen=True)
class Design:
    """The observations in the order of the blocks; `order[i]` is the place in what was given of the i-th of N here.

    `effects` (N, G) has a column for each global effect: the pool's mean, each competency's, each source's leniency,
    each rater's severity, in this order; `truth` (K, G) is what of them belongs to the level of each competency.
    """

    subjects: tuple[str, ...]
    competencies: tuple[str, ...]
    sources: tuple[str, ...]
    raters: tuple[str, ...]
    order: Ints
    subject: Ints
    competency: Ints
    residual: Floats
    """level - offset - 3 * loading"""
    level: Floats
    loading: Floats
    rating: NDArray[np.bool_]
    effects: sparse.csr_array
    truth: Floats
    blocks: tuple[Block, ...]

    @cached_property
    def pattern(self) -> tuple[Ints, Ints]:
        """Columns and row starts of the (N, N) matrix that has the blocks on its diagonal."""
        columns = [np.broadcast_to(b.rows[:, None, :], b.cells.shape)[b.cells] for b in self.blocks]
        each = [np.repeat(b.inside.sum(axis=1), b.inside.sum(axis=1)) for b in self.blocks]
        empty = [np.zeros(0, dtype=np.int64)]
        return np.concatenate(columns or empty), np.concatenate([[0], np.cumsum(np.concatenate(each or empty))])

    @property
    def first_source(self) -> int:
        """The column of the first source's leniency."""
        return 1 + len(self.competencies)

    @property
    def first_rater(self) -> int:
        """The column of the first rater's severity."""
        return self.first_source + len(self.sources)


def lay_out(observations: Sequence[Observation], subjects: Sequence[str], competencies: Sequence[str]) -> Design:
    """The design of `observations`; subjects and competencies without any have their prior.

    Competencies that were observed and not asked for are added: they tell of the others. Raises ValueError for an
    observation of a subject that is not in `subjects`.
    """
    names = tuple(dict.fromkeys([*competencies, *(one.competency for one in observations)]))
    sources = tuple(dict.fromkeys(one.source for one in observations))
    raters = tuple(dict.fromkeys(one.rater for one in observations if one.kind == "rating"))
    who = _index([one.subject for one in observations], subjects)
    counts = np.bincount(who, minlength=len(subjects))
    by_size = np.argsort(counts, kind="stable")
    place = np.empty(len(subjects), dtype=np.int64)
    place[by_size] = np.arange(len(subjects))
    order = np.argsort(place[who], kind="stable")
    given = [observations[i] for i in order]
    loading = np.array([one.loading for one in given], dtype=float)
    level = np.array([one.level for one in given], dtype=float)
    offset = np.array([one.offset for one in given], dtype=float)
    competency = _index([one.competency for one in given], names)
    pool = np.eye(1, 1 + len(names) + len(sources) + len(raters))  # each level has the mean of the pool in it
    design = Design(
        tuple(subjects), names, sources, raters, order,
        subject=who[order],
        competency=competency,
        residual=level - offset - MIDDLE * loading,
        level=level,
        loading=loading,
        rating=np.array([one.kind == "rating" for one in given], dtype=bool),
        effects=_effects(given, competency, loading, sources, raters, len(names)),
        truth=np.eye(len(names), 1 + len(names) + len(sources) + len(raters), 1) + pool,
        blocks=(),
    )  # fmt: skip
    blocks = _blocks(given, competency, loading, by_size, counts[by_size])
    return Design(**{**design.__dict__, "blocks": blocks})


def _index(values: Sequence[str], among: Sequence[str]) -> Ints:
    number = {name: i for i, name in enumerate(among)}
    try:
        return np.array([number[value] for value in values], dtype=np.int64)
    except KeyError as error:
        raise ValueError(f"an observation is of {error.args[0]!r}, which is not among those asked about") from error


def _effects(
    given: Sequence[Observation],
    competency: Ints,
    loading: Floats,
    sources: Sequence[str],
    raters: Sequence[str],
    competencies: int,
) -> sparse.csr_array:
    """(N, G): how each global effect enters each observation."""
    rows = np.arange(len(given))
    first_source = 1 + competencies
    first_rater = first_source + len(sources)
    rated = np.array([i for i, one in enumerate(given) if one.kind == "rating"], dtype=np.int64)
    seen_by = _index([one.source for one in given], sources)
    by = _index([given[i].rater for i in rated], raters)
    at = np.concatenate([rows, rows, rows, rated])
    columns = np.concatenate(
        [
            np.zeros(len(given)),
            1 + competency,
            first_source + seen_by,
            first_rater + by,
        ]
    ).astype(np.int64)
    values = np.concatenate([loading, loading, np.ones(len(given)), -np.ones(len(rated))])
    shape = (len(given), first_rater + len(raters))
    return sparse.csr_array((values, (at, columns)), shape=shape)


def _blocks(
    given: Sequence[Observation], competency: Ints, loading: Floats, by_size: Ints, counts: Ints
) -> tuple[Block, ...]:
    """The subjects that have observations, in blocks; `counts` ascend, and the observations stand in their order."""
    starts = np.concatenate([[0], np.cumsum(counts)])
    cuts = [int(np.searchsorted(counts, 1))]
    while cuts[-1] < len(counts):
        cuts.append(int(np.searchsorted(counts, int(counts[cuts[-1]] * _PADDING), side="right")))
    group = _numbered([(one.source, one.group) for one in given])
    work = _numbered([(one.work,) if one.work else (one.source, one.group) for one in given])
    rating = np.array([one.kind == "rating" for one in given], dtype=bool)
    error = np.array([one.se for one in given], dtype=float)
    result = []
    for first, last in pairwise(cuts):
        size = int(counts[last - 1])
        steps = np.arange(size)[None, :]
        inside = steps < counts[first:last, None]
        rows = np.where(inside, starts[first:last, None] + steps, starts[first])
        m = np.where(inside, loading[rows], 0.0)
        measure = inside & ~rating[rows]
        rated = inside & rating[rows]
        together = group[rows][:, :, None] == group[rows][:, None, :]
        alike = competency[rows][:, :, None] == competency[rows][:, None, :]
        one_work = work[rows][:, :, None] == work[rows][:, None, :]
        se = np.where(measure, error[rows], 0.0)
        diagonal = np.eye(size)
        fixed = _errors(se, together, one_work, alike) + diagonal * (~inside)[:, None, :]
        product = m[:, :, None] * m[:, None, :]
        halo = together & rated[:, :, None] & rated[:, None, :]
        result.append(
            Block(by_size[first:last], rows, inside, product * alike, product, halo.astype(float), fixed)
        )  # fmt: skip
    return tuple(result)


def _numbered(keys: Sequence[tuple[str, ...]]) -> Ints:
    """A number for each key, the same for the same."""
    numbers = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    return np.array([numbers[key] for key in keys], dtype=np.int64)


def _errors(se: Floats, look: NDArray[np.bool_], work: NDArray[np.bool_], alike: NDArray[np.bool_]) -> Floats:
    """(s, n, n): the covariance of the measures' errors, from their standard errors (s, n) and from which of them are
    of one look, of one work and of one competency. Its pieces are: the work's in all competencies, the work's in each,
    the look's, and what is left; they sum to se² for each by itself."""
    of_work = np.minimum(WORK, WORK_MOST * se)
    of_look = np.sqrt(SHARED_ERROR * se**2 - of_work**2)
    left = (1 - SHARED_ERROR) * se**2 - of_work**2
    errors: Floats = work * (1.0 + alike) * of_work[:, :, None] * of_work[:, None, :]
    errors += look * of_look[:, :, None] * of_look[:, None, :]
    errors += np.eye(se.shape[1]) * left[:, None, :]
    return errors


def errors_of_one_look(se: Floats) -> Floats:
    """(n, n): the covariance of the errors of measures of different competencies in one look at a work that nobody
    looked at before, from their standard errors (n,)."""
    together = np.ones((1, len(se), len(se)), dtype=bool)
    errors: Floats = _errors(se[None, :], together, together, np.eye(len(se), dtype=bool)[None])[0]
    return errors
