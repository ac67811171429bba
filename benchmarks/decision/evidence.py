"""Panels written as a case - scorecards and evidence - and decided as `heldout decide` does.

The other parts give the model its observations. Here the same panels go the whole way: into the files of a case, out of
them again, through `decide`. The figures must be the same; the seconds are those of a user.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np
from benchmarks.decision.figures import number, table
from benchmarks.decision.simulator import BAR, COMPETENCIES, SCENARIOS, Truth, draw
from numpy.typing import NDArray

from heldout.decision.decide import decide
from heldout.decision.observations import ASSUMED_WIDENING, MIDDLE, SHARE_ERROR, SPREAD, Observation
from heldout.decision.posterior import fit
from heldout.decision.ranking import worth
from heldout.decision.result import Decision
from heldout.evidence import Case, Dossier, Evidence, Subject
from heldout.runs.dossiers import everything
from heldout.sources.interview.scorecard import Rating, Scorecard
from heldout.sources.interview.store import keep
from heldout.standard import Role, Standard, select_role
from heldout.standard.models import Requirement

HELD = datetime(2026, 1, 1, tzinfo=UTC)


def role_of(weights: NDArray[np.float64]) -> tuple[Standard, Role]:
    """A role that asks for the simulated competencies, under the names of real ones that interviews can see."""
    standard, role = select_role("ml-engineer-mid")
    asked = {names()[c]: Requirement(weight=float(w), bar=BAR) for c, w in zip(COMPETENCIES, weights, strict=True)}
    return standard, role.model_copy(update={"requires": asked})


def names() -> dict[str, str]:
    """The real competency behind each simulated one."""
    standard, _ = select_role("ml-engineer-mid")
    seen = [one.id for one in standard.competencies if "interview" in one.sources]
    return dict(zip(COMPETENCIES, seen, strict=False))


def subject_of(name: str) -> Subject:
    """A simulated subject."""
    return Subject(slug=name, name=name, kind="person")


def by_subject(subjects: Sequence[str], given: Iterable[Observation]) -> list[tuple[str, list[Observation]]]:
    """What was observed of each subject."""
    of: dict[str, list[Observation]] = {name: [] for name in subjects}
    for one in given:
        of[one.subject].append(one)
    return list(of.items())


def cards(given: Iterable[Observation]) -> list[Scorecard]:
    """One subject's ratings as scorecards, one an interviewer."""
    real = names()
    of: dict[str, list[Observation]] = {}
    for one in given:
        if one.kind == "rating":
            of.setdefault(one.rater, []).append(one)
    return [
        Scorecard(
            schema=1, subject=mine[0].subject, rater=rater, role="simulated", standard="simulated",
            held_on=date(2026, 1, 1), handed_in_at=HELD, seen_before=("nothing",),
            ratings=tuple(Rating(competency=real[one.competency], level=one.level) for one in mine),
        )
        for rater, mine in of.items()
    ]  # fmt: skip


def measured(given: Iterable[Observation]) -> tuple[Evidence, ...]:
    """One subject's measures as evidence, with the error and share that lead back to the same observation."""
    real = names()
    found = []
    for one in given:
        if one.kind == "measure":
            own = one.source == "worksample"
            counted = 0.0 if one.loading >= 1 else SHARE_ERROR * SPREAD
            found.append(
                Evidence(
                    competency=real[one.competency], level=one.level, source=one.source, instrument="simulated",
                    version="1", basis="calibrated" if own else "assumed", share=one.loading, start=MIDDLE,
                    se=one.se if own else math.sqrt(one.se**2 - counted**2) / ASSUMED_WIDENING,
                    group=one.group, subject_digest=one.work or one.group, taken_at=HELD,
                )
            )  # fmt: skip
    return tuple(found)


def write(panel: Truth, folder: Path) -> Case:
    """The panel as a case in `folder`."""
    standard, role = role_of(panel.weights)
    case = Case.create(folder, standard=standard, role=role, title="Simulated")
    for name, given in by_subject(panel.subjects, panel.observations):
        subject = case.add_subject(name)
        case.write_dossier(Dossier(subject=name, evidence=measured(given)))
        for card in cards(given):
            keep(case, subject, card)
    return case


def decided(case: Case) -> Decision:
    """What `heldout decide` says of a case."""
    return decide(case.title, case.role, case.standard, [(one, everything(case, one)) for one in case.subjects])


def gaps(panel: Truth, memo: Decision) -> tuple[float, float, float]:
    """How far a memo lies from the model on the panel's observations: at most in a level (mean or end of its interval,
    within the scale), in a chance of reaching the bar, and in an expected regret."""
    posterior = fit(panel.observations, panel.subjects, COMPETENCIES)
    levels, chances = posterior.levels, posterior.levels.above(BAR)
    told = np.clip(np.stack([levels.mean, *levels.interval(0.9)]), 1, 5)
    regret = worth(posterior, dict(zip(COMPETENCIES, panel.weights, strict=True))).regret
    simulated = {real: c for c, real in enumerate(names().values())}
    apart = []
    for one in memo.subjects:
        s = panel.subjects.index(one.slug)
        for row in one.levels:
            c, said = simulated[row.competency], row.estimate
            level = np.abs(told[:, s, c] - [said.mean, said.low, said.high]).max()
            apart.append((level, abs(chances[s, c] - said.above), abs(regret[s] - one.regret)))
    level, chance, lost = np.max(apart, axis=0)
    return float(level), float(chance), float(lost)


def run(options: argparse.Namespace) -> None:
    """Print how far the two ways lie apart, and what the whole way takes, by kind of panel."""
    rows = []
    for scenario in SCENARIOS:
        apart, writing, deciding = [], [], []
        for seed in range(options.first, options.first + options.written):
            panel = draw(scenario, seed)
            with TemporaryDirectory() as folder:
                start = process_time()
                case = write(panel, Path(folder) / "case")
                writing.append(process_time() - start)
                start = process_time()
                memo = decided(Case.open(case.path))
                deciding.append(process_time() - start)
            apart.append(gaps(panel, memo))
        most = [f"{one:.0e}" for one in np.max(apart, axis=0)]
        rows.append((scenario, *most, number(float(np.mean(writing)), 2), number(float(np.mean(deciding)), 2)))
    table(
        f"The same panels as cases, {options.written} of each kind: largest differences, and processor seconds a case",
        ("panels", "level", "chance", "regret", "writing", "reading and deciding"),
        rows,
    )
