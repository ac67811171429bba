"""How often the intervals of `heldout interview raters` hold the truth, on panels of which everything is known.

Four interviewers of unequal severity (SD 0.3) and error (0.4 to 0.8), each subject seen by two or three of them by lot,
four competencies, halo (SD 0.4), levels in halves from 1 to 5. Six sets of interviewers a setting, fifty panels each;
the truth is what the same estimate gives on 1,500 subjects of the same interviewers, so that only the interval counts.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from benchmarks.decision.figures import table

from heldout.sources.interview.agreement import Agreement, Measure, agreement
from heldout.sources.interview.tables import Rated

SETS, PANELS, SEED = 6, 50, 1
LARGE = 1500
RATERS, COMPETENCIES = 4, 4
ABILITY, HALO, SEVERITY = 0.8, 0.4, 0.3


@dataclass(frozen=True)
class Makers:
    """Interviewers of whom everything is known."""

    severities: np.ndarray
    errors: np.ndarray

    def panel(self, rng: np.random.Generator, subjects: int, each: int) -> list[Rated]:
        """Their ratings of so many new subjects, each seen by `each` of them."""
        made = []
        for s in range(subjects):
            common = rng.normal(0, ABILITY * np.sqrt(0.5))
            level = 3 + common + rng.normal(0, ABILITY * np.sqrt(0.5), COMPETENCIES)
            for r in rng.permutation(RATERS)[:each]:
                seen = level - self.severities[r] + rng.normal(0, HALO)
                seen = seen + rng.normal(0, self.errors[r], COMPETENCIES)
                rated = np.clip(np.round(2 * seen) / 2, 1, 5)
                made += [Rated(f"s{s}", f"c{c}", f"r{r}", float(one)) for c, one in enumerate(rated)]
        return made


def measures(found: Agreement) -> Iterable[tuple[str, str, Measure]]:
    """(kind, name, measure) of everything that is stated."""
    yield from (("alpha", "numbers", found.alpha_interval), ("alpha", "order", found.alpha_ordinal))
    yield from (("icc", "1", found.icc_1), ("icc", "2,1", found.icc_2_1))
    for one in found.raters:
        yield from (("severity", one.rater, one.severity), ("error", one.rater, one.error))


def run(options: argparse.Namespace) -> None:
    """Print the shares of intervals that hold the truth."""
    rng = np.random.default_rng(SEED)
    rows = []
    for subjects in (6, 8, 12, 20):
        for each in (2, 3):
            held: dict[str, list[bool]] = defaultdict(list)
            for _ in range(SETS):
                makers = Makers(rng.normal(0, SEVERITY, RATERS), rng.uniform(0.4, 0.8, RATERS))
                large = agreement(makers.panel(rng, LARGE, each))
                truth = {(kind, name): one.value for kind, name, one in measures(large)}
                for _ in range(PANELS):
                    for kind, name, one in measures(agreement(makers.panel(rng, subjects, each))):
                        value = truth[kind, name]
                        if one.low is not None and one.high is not None and value is not None:
                            held[kind].append(one.low <= value <= one.high)
            rows += [(str(subjects), str(each), kind, f"{np.mean(of):.0%}", str(len(of))) for kind, of in held.items()]
    table("Intervals of interviewers' figures", ("subjects", "seen by", "figure", "hold the truth", "of"), rows)
