"""What a further look would bring, against really looking; and when it is enough."""

import numpy as np
import pytest

from heldout.decision.next_evidence import ENOUGH, Cost, Step, outlook
from heldout.decision.observations import Observation
from heldout.decision.posterior import fit
from heldout.decision.ranking import worth
from tests.decision.panels import measure, panel

WEIGHTS = {"c0": 1.0, "c1": 1.0}


def sample(subject: str, se: float = 0.3, price: float = 400.0, loading: float = 1.0) -> Step:
    looks = tuple(
        Observation(subject, c, 3.0, "measure", "worksample", group="new", work="new", se=se, loading=loading)
        for c in ("c0", "c1")
    )
    return Step("work sample", subject, looks, Cost(1.0, 3.0, whole=price))


def talk(subject: str, price: float = 200.0) -> Step:
    looks = tuple(Observation(subject, c, 3.0, "rating", "interview", rater="new", group="new") for c in ("c0", "c1"))
    return Step("interview", subject, looks, Cost(1.5, 1.0, whole=price))


def test_looking_is_never_expected_to_harm_and_a_sharper_look_saves_more() -> None:
    made = panel(5, 2, 4, 1, measures=False)
    posterior = fit(made.observations, made.subjects, made.competencies)
    found = outlook(posterior, WEIGHTS, [sample("s0"), sample("s0", 3.0), talk("s0")])
    by = {(p.step.name, p.step.looks[0].se): p.regret for p in found.prospects}
    assert all(regret <= found.regret + 0.01 for regret in by.values())
    assert by["work sample", 0.3] < by["work sample", 3.0]
    deviations = {p.step.looks[0].se: p.deviation for p in found.prospects if p.step.name == "work sample"}
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


def test_what_is_theirs_in_part_only_tells_less() -> None:
    made = panel(5, 2, 4, 1, measures=False)
    posterior = fit(made.observations, made.subjects, made.competencies)
    whole, half = outlook(posterior, WEIGHTS, [sample("s0"), sample("s0", loading=0.5)]).prospects
    assert whole.step.looks[0].loading == 1.0
    assert whole.deviation < half.deviation


def test_a_dearer_look_is_advised_only_where_it_brings_far_more() -> None:
    given = [measure("a", "c0", 3.6, 0.6), measure("b", "c0", 3.5, 0.6)]
    posterior = fit(given, ["a", "b"], ["c0", "c1"])
    alike = outlook(posterior, WEIGHTS, [sample("a", 0.8), sample("a", 0.79, price=9000.0)])
    assert [p.step.cost.whole for p in alike.advised] == [400.0]
    apart = outlook(posterior, WEIGHTS, [sample("a", 4.0), sample("a", 0.3, price=9000.0)])
    assert [p.step.cost.whole for p in apart.advised] == [9000.0]


def test_expected_to_be_as_wide_as_it_then_is() -> None:
    """A review has the error, and what its levels have in common, that the posterior gives it once it is there."""
    given = [measure(s, c, 3.0, 0.5) for s in ("a", "b") for c in ("c0", "c1")]
    posterior = fit(given, ["a", "b"], ["c0", "c1"])
    looks = tuple(
        Observation("b", c, 3.0, "measure", "repository", group="new", work="new", se=0.6) for c in ("c0", "c1")
    )
    (expected,) = outlook(posterior, WEIGHTS, [Step("review", "b", looks, Cost(1.0, 1.0))]).prospects
    then = worth(fit([*given, *looks], ["a", "b"], ["c0", "c1"]), WEIGHTS).mixture.deviation[1]
    assert expected.deviation == pytest.approx(then, rel=0.05)
