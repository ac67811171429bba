"""What a further look would bring, against really looking; and when it is enough."""

import numpy as np
import pytest

from heldout.decision.next_evidence import ENOUGH, Step, outlook
from heldout.decision.observations import Observation
from heldout.decision.posterior import fit
from heldout.decision.ranking import worth
from tests.decision.panels import measure, panel

WEIGHTS = {"c0": 1.0, "c1": 1.0}


def sample(subject: str, se: float = 0.3) -> Step:
    return Step("work sample", subject, ("c0", "c1"), "measure", "worksample", 1.0, 3.0, se=se)


def talk(subject: str) -> Step:
    return Step("interview", subject, ("c0", "c1"), "rating", "interview", 1.5, 1.0)


def test_looking_is_never_expected_to_harm_and_a_sharper_look_saves_more() -> None:
    made = panel(5, 2, 4, 1, measures=False)
    posterior = fit(made.observations, made.subjects, made.competencies)
    found = outlook(posterior, WEIGHTS, [sample("s0"), sample("s0", 3.0), talk("s0")])
    by = {(p.step.name, p.step.se): p.regret for p in found.prospects}
    assert all(regret <= found.regret + 0.01 for regret in by.values())
    assert by["work sample", 0.3] < by["work sample", 3.0]
    deviations = {p.step.se: p.deviation for p in found.prospects if p.step.name == "work sample"}
    assert deviations[0.3] < deviations[3.0] < worth(posterior, WEIGHTS).mixture.deviation[0] + 1e-9


def test_what_is_expected_is_what_comes_about_on_average() -> None:
    """Draw what the sample would show from today's belief, fit again with it, and average the regret that is left."""
    given = [measure(s, c, 3.2 if s == "a" else 3.0, 0.8) for s in ("a", "b") for c in ("c0", "c1")]
    posterior = fit(given, ["a", "b"], ["c0", "c1"])
    (expected,) = outlook(posterior, WEIGHTS, [sample("b")]).prospects
    rng = np.random.default_rng(4)
    left = []
    for _ in range(60):
        solution = posterior.solutions[rng.choice(len(posterior.weights), p=posterior.weights)]
        levels = posterior.levels
        k = posterior.solutions.index(solution)
        shared = rng.standard_normal() * 0.4
        truth = levels.means[k, 1] + levels.deviations[k, 1] * (
            0.8 * rng.standard_normal() + 0.6 * rng.standard_normal(2)
        )
        new = [
            Observation("b", c, float(y), "measure", "worksample", group="task", se=0.3)
            for c, y in zip(("c0", "c1"), truth + shared + 0.3 * rng.standard_normal(2), strict=True)
        ]
        left.append(worth(fit([*given, *new], ["a", "b"], ["c0", "c1"]), WEIGHTS).regret.min())
    assert expected.regret == pytest.approx(np.mean(left), abs=0.06)


def test_the_two_likeliest_are_looked_at_further_until_it_is_enough() -> None:
    given = [measure("a", "c0", 3.6, 0.6), measure("b", "c0", 3.5, 0.6), measure("far", "c0", 1.2, 0.3)]
    open_case = outlook(fit(given, ["a", "b", "far"], ["c0", "c1"]), WEIGHTS, [talk(s) for s in ("a", "b", "far")])
    assert not open_case.enough
    assert {p.step.subject for p in open_case.advised} == {"a", "b"}
    settled = [measure(s, c, y, 0.2) for s, y in (("a", 4.6), ("b", 1.8)) for c in ("c0", "c1")]
    closed = outlook(fit(settled, ["a", "b"], ["c0", "c1"]), WEIGHTS, [talk("a"), talk("b")])
    assert closed.enough
    assert closed.regret < ENOUGH
    assert closed.advised == ()
    alone = outlook(fit(given[:1], ["a"], ["c0"]), {"c0": 1.0}, [])
    assert alone.enough
