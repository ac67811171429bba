"""Who asks what: a small integer program, solved to the end, so that "no choice covers more" is a fact.

What is best is said in steps, each fixed before the next:
1. the most urgency (weight x unknown) in competencies that two people rate, one of them on a question of its own;
2. then the most urgency in competencies that at least one person rates;
3. then the most urgency on questions of its own, up to two people a competency;
4. then the fewest minutes; what is still equal is settled by a fixed number made of the names, so that the same kit
   comes out everywhere.
Nobody asks a question that another asks, and nobody has more than the given minutes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from heldout.sources.interview.bank import Question
from heldout.sources.interview.kit import TWO, Need

Floats = NDArray[np.float64]

_NODES = 5_000
"""Steps of the solver for one stage, a count and not a time: the same kit comes out on a slow machine."""
_SOLVED = 0
_STEPS = 10_000
"""Urgency is counted in whole steps of so many: what was reached is then kept exactly, without a tolerance."""


@dataclass(frozen=True)
class Assigned:
    """The ids of each person's questions, in the bank's order; `gap` (0-1) is what a better first step could add."""

    questions: tuple[tuple[str, ...], ...]
    proven: bool
    gap: float


def assign(questions: Sequence[Question], needs: Sequence[Need], people: int, minutes: int) -> Assigned:
    """Share out `questions` among so many people of so many minutes each; nothing to ask or no time: empty parts."""
    questions = [q for q in questions if q.minutes <= minutes]
    if not questions or not needs:
        return Assigned(((),) * people, proven=True, gap=0.0)
    program = _Program(questions, needs, people, minutes)
    urgency = np.array([round(_STEPS * need.urgency) for need in needs], dtype=np.float64)
    more = program.most(program.two, urgency)
    program.most(program.one, urgency)
    program.most(program.own, np.repeat(urgency, people))
    chosen = program.settle()
    parts = tuple(tuple(q.id for q, taken in zip(questions, row, strict=True) if taken) for row in chosen)
    return Assigned(parts, program.proven, more / max(float(urgency.sum()), 1.0))


class _Program:
    """The variables: asks (people x questions); rates and own (competencies x people); two and one (competencies)."""

    def __init__(self, questions: Sequence[Question], needs: Sequence[Need], people: int, minutes: int) -> None:
        self.questions, self.people = questions, people
        q, c = len(questions), len(needs)
        sizes = (people * q, c * people, c * people, c, c)
        ends = np.cumsum(sizes)
        self.asks, self.rates, self.own, self.two, self.one = (
            np.arange(end - size, end) for size, end in zip(sizes, ends, strict=True)
        )
        self.count = int(ends[-1])
        self.rows: list[tuple[NDArray[np.int64], Floats, float]] = []
        self.best: Floats = np.zeros(self.count)
        self.fixed: list[tuple[Floats, float]] = []
        self.proven = True
        self._constrain(needs, minutes)

    def _at_most(self, terms: Sequence[tuple[int, float]], limit: float) -> None:
        self.rows.append((np.array([t for t, _ in terms]), np.array([f for _, f in terms]), limit))

    def _constrain(self, needs: Sequence[Need], minutes: int) -> None:
        q = len(self.questions)
        asks = self.asks.reshape(self.people, q)
        for person in range(self.people):
            self._at_most([(asks[person, k], self.questions[k].minutes) for k in range(q)], minutes)
        for person in range(self.people - 1):  # the earlier one has no less to do: else each answer is there many times
            more = [(asks[person + 1, k], float(self.questions[k].minutes)) for k in range(q)]
            self._at_most([*more, *((asks[person, k], -float(self.questions[k].minutes)) for k in range(q))], 0.0)
        for k in range(q):
            self._at_most([(asks[person, k], 1.0) for person in range(self.people)], 1.0)
        rates, own = (group.reshape(len(needs), self.people) for group in (self.rates, self.own))
        for c, need in enumerate(needs):
            speaking = [k for k, one in enumerate(self.questions) if need.competency in one.competencies]
            mainly = [k for k in speaking if self.questions[k].main == need.competency]
            for person in range(self.people):
                self._at_most([(rates[c, person], 1.0), *((asks[person, k], -1.0) for k in speaking)], 0.0)
                self._at_most([(own[c, person], 1.0), *((asks[person, k], -1.0) for k in mainly)], 0.0)
            everybody = [(one, -1.0) for one in rates[c]]
            self._at_most([(self.two[c], float(TWO)), *everybody], 0.0)
            self._at_most([(self.two[c], 1.0), *((one, -1.0) for one in own[c])], 0.0)
            self._at_most([(self.one[c], 1.0), *everybody], 0.0)
            self._at_most([(one, 1.0) for one in own[c]], float(TWO))

    def most(self, group: NDArray[np.int64], worth: Floats) -> float:
        """Maximise the worth (whole numbers) of a group of variables and keep it; returns what more there could be."""
        cost = np.zeros(self.count)
        cost[group] = -worth
        reached, bound = self._solve(cost)
        self.fixed.append((cost, round(reached) + 0.5))
        return max(round(reached - bound), 0)

    def settle(self) -> NDArray[np.bool_]:
        """Minimise the minutes, then a fixed number of each pair of person and question: (people, questions)."""
        cost = np.zeros(self.count)
        minutes = np.array([one.minutes for one in self.questions], dtype=np.float64)
        cost[self.asks] = np.concatenate(
            [minutes + [_number(f"{person} {one.id}") for one in self.questions] for person in range(self.people)]
        )
        self._solve(cost)
        taken: NDArray[np.bool_] = self.best[self.asks].reshape(self.people, -1) > 0.5
        return taken

    def _solve(self, cost: Floats) -> tuple[float, float]:
        """The least cost found and the least that could be; keeps the earlier answer when none is found in time."""
        rows = [row for row, _ in self.fixed]
        limits = [limit for _, limit in self.fixed]
        matrix = vstack([self._matrix(), csr_array(np.array(rows).reshape(len(rows), self.count))])
        upper = np.concatenate([[limit for *_, limit in self.rows], limits])
        whole = np.zeros(self.count, dtype=np.int64)
        whole[np.concatenate([self.asks, self.two, self.one])] = 1
        for presolve in (True, False):  # the solver's own simplification fails on a few programs that it solves without
            found = milp(
                cost,
                constraints=LinearConstraint(matrix, -np.inf, upper),
                integrality=whole,
                bounds=Bounds(0, 1),
                options={"node_limit": _NODES, "mip_rel_gap": 0.0, "presolve": presolve},
            )
            if found.x is not None:
                self.best = np.asarray(found.x)
                break
        self.proven = self.proven and found.status == _SOLVED
        bound = found.mip_dual_bound if found.mip_dual_bound is not None else float(cost.clip(max=0).sum())
        return float(cost @ self.best), float(bound)

    def _matrix(self) -> csr_array:
        at = np.concatenate([np.full(len(where), row) for row, (where, _, _) in enumerate(self.rows)])
        where = np.concatenate([one for one, _, _ in self.rows])
        factors = np.concatenate([one for _, one, _ in self.rows])
        return csr_array((factors, (at, where)), shape=(len(self.rows), self.count))


def _number(name: str) -> float:
    """A number below 0.01 that the name alone determines."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) / 2**32 / 100
