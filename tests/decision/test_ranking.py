"""Chances, regret and reasons: they follow from the levels and add up."""

import numpy as np
import pytest

from heldout.decision.explain import explain
from heldout.decision.posterior import fit
from heldout.decision.ranking import sensitivity, worth
from tests.decision.panels import measure, panel

WEIGHTS = {"c0": 4.0, "c1": 1.0, "c2": 2.0, "c3": 1.0}


def test_draws_have_the_moments_that_the_formulas_give() -> None:
    made = panel()
    found = worth(fit(made.observations, made.subjects, made.competencies), WEIGHTS)
    assert found.draws.mean(axis=0) == pytest.approx(found.mixture.mean, abs=0.03)
    assert found.draws.std(axis=0) == pytest.approx(found.mixture.deviation, rel=0.05)
    assert found.best.sum() == pytest.approx(1.0)


def test_regret_is_least_for_the_likeliest_best_and_none_for_the_only_one() -> None:
    made = panel()
    posterior = fit(made.observations, made.subjects, made.competencies)
    found = worth(posterior, WEIGHTS)
    assert found.regret.argmin() == found.mixture.mean.argmax()
    assert (found.regret > 0).all()
    alone = worth(fit(made.observations[:16], ["s0"], made.competencies), WEIGHTS)
    assert alone.regret == pytest.approx([0.0])


def test_two_equals_have_equal_chances() -> None:
    given = [measure(s, c, 4.0, 0.5) for s in ("a", "b") for c in ("c0", "c1")]
    found = worth(fit(given, ["a", "b"], ["c0", "c1"]), {"c0": 1, "c1": 1})
    assert found.best == pytest.approx([0.5, 0.5], abs=0.02)


def test_reasons_add_up_to_what_they_explain() -> None:
    made = panel()
    posterior = fit(made.observations[3:], made.subjects, [*made.competencies, "unseen"])
    found = worth(posterior, WEIGHTS)
    for row, subject in enumerate(made.subjects):
        whole, levels = explain(posterior, subject, WEIGHTS)
        assert sum(piece.points for piece in whole) == pytest.approx(found.mixture.mean[row], abs=1e-12)
        for column, competency in enumerate(posterior.design.competencies):
            pieces = levels[competency]
            assert sum(piece.points for piece in pieces) == pytest.approx(posterior.levels.mean[row, column], abs=1e-12)
            of = {made.observations[3:][p.observation].subject for p in pieces if p.observation is not None}
            assert of <= {subject}


def test_a_reason_has_the_sign_of_what_was_seen() -> None:
    given = [measure("s", "c", 5.0, 0.4), measure("t", "c", 1.0, 0.4)]
    posterior = fit(given, ["s", "t"], ["c"])
    (up,) = (p.points for p in explain(posterior, "s", {"c": 1.0})[1]["c"] if p.kind == "observation")
    (down,) = (p.points for p in explain(posterior, "t", {"c": 1.0})[1]["c"] if p.kind == "observation")
    assert up == pytest.approx(-down)
    assert up > 0.5


def test_weights_that_change_the_choice_are_named() -> None:
    given = [measure("deep", "c0", 5.0, 0.3), measure("deep", "c1", 2.0, 0.3)]
    given += [measure("broad", "c0", 3.4, 0.3), measure("broad", "c1", 3.4, 0.3)]
    posterior = fit(given, ["deep", "broad"], ["c0", "c1"])
    found = sensitivity(posterior, {"c0": 1.0, "c1": 1.0}, ["deep", "broad"])
    assert found.dropped == {"c0": "broad", "c1": "deep"}
    assert sum(found.leads.values()) == pytest.approx(1.0)
    assert 0.05 < found.leads["broad"] < 0.95
    one_sided = sensitivity(posterior, {"c0": 1.0}, ["deep", "broad"])
    assert one_sided.leads == {"deep": 1.0, "broad": 0.0}


def test_the_same_evidence_gives_the_same_chances() -> None:
    made = panel()
    one, other = (worth(fit(made.observations, made.subjects, made.competencies), WEIGHTS) for _ in range(2))
    assert np.array_equal(one.best, other.best)
