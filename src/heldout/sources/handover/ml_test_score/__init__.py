"""The ML Test Score (Breck et al., 2017): 28 tests in four sections, as far as a delivery lets them be measured.

A test earns one point when the delivery does it by a machine again and again, a half when it is written down or was
shown by hand, by its makers or by this audit. A section is the sum of its seven tests; the score is the lowest of the
four sections, so that a strong one cannot hide a weak one. What could not be assessed earns nothing and costs nothing:
it is the difference between the least and the most that the score may be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import get_args

from heldout.material import Material
from heldout.sources.handover.ml_test_score import special
from heldout.sources.handover.ml_test_score.looking import Looking
from heldout.sources.handover.ml_test_score.rules import Rule, rules
from heldout.sources.handover.own.delivered import Delivered
from heldout.sources.handover.plan import Plan
from heldout.sources.handover.record import Ran
from heldout.sources.handover.redaction import redacted, redactor_of
from heldout.sources.handover.result import Check, Section, TestScore

__all__ = ["Sum", "Total", "ml_test_score", "total"]

_SPECIAL: dict[str, Callable[[Rule, Looking], TestScore]] = {
    "Data 4": special.forbidden_inputs,
    "Data 5": special.privacy,
    "Model 1": special.reviews,
    "Model 4": special.staleness,
}

SECTIONS: dict[Section, str] = {
    "data": "Inputs and data",
    "model": "Making the model",
    "infrastructure": "The machinery around it",
    "monitoring": "Watching it in use",
}
"""The sections as people read them."""

_BANDS = (
    (0.0, "A research project more than something to rely on."),
    (1.0, "Something is tested, and serious holes must be expected."),
    (2.0, "A first pass at making it fit for use; more is needed."),
    (3.0, "Reasonably tested; more of it could run by itself."),
    (5.0, "Well tested and watched: fit for what matters."),
    (7.0, "Exceptionally well tested and watched."),
)
"""Upper end of each band of the paper, and what it means in our words."""


def ml_test_score(
    plan: Plan, material: Material, runs: Sequence[Ran], checks: Sequence[Check]
) -> tuple[TestScore, ...]:
    """All 28 tests, in the order of the paper, each with its place or with the reason why it could not be told."""
    looking = Looking(Delivered(material, plan), plan, runs, checks)
    redactor = redactor_of(material)
    return tuple(redacted(_SPECIAL.get(rule.id, _by_signs)(rule, looking), redactor) for rule in rules())


def _by_signs(rule: Rule, looking: Looking) -> TestScore:
    failed = next((c for id_ in rule.sure + rule.checks if (c := looking.check(id_)) and c.state == "fail"), None)
    if failed is not None:
        return looking.missing(rule, failed.message, failed.locations[:1])
    if place := looking.signs(rule.automated):
        return looking.automated(rule, "Its own code, tests or workflows do it.", place)
    passed = next((c for id_ in rule.checks if (c := looking.check(id_)) and c.state == "pass"), None)
    if passed is not None:
        return looking.by_hand(rule, f"Shown by this audit: {passed.message}", passed.locations[:1])
    if place := looking.signs(rule.by_hand):
        return looking.by_hand(rule, "It is written down, or was done once.", place)
    return _nothing(rule, looking)


def _nothing(rule: Rule, looking: Looking) -> TestScore:
    """No sign of it: open where the audit could not look or nobody can, missing otherwise."""
    if rule.open:
        return looking.open(rule, rule.open)
    if rule.needs_service and not looking.plan.of("serve"):
        return looking.open(rule, "Nothing that serves users was found in it.")
    looked = [check for id_ in rule.checks if (check := looking.check(id_))]
    if rule.checks and all(check.state == "not_assessable" for check in looked):
        return looking.open(rule, looked[0].message if looked else "The audit did not come to look at it.")
    return looking.missing(rule, rule.missing)


@dataclass(frozen=True)
class Sum:
    """The sum of one section: what it earned, and what it would earn if everything open held."""

    section: Section
    title: str
    points: float
    most: float
    assessed: int
    of: int


@dataclass(frozen=True)
class Total:
    """The score: the lowest section; and what that says, by the bands of the paper."""

    sums: tuple[Sum, ...]
    points: float
    most: float
    says: str


def total(tests: Sequence[TestScore]) -> Total:
    """The sections' sums and the final score of all the tests."""
    sums = tuple(_sum(section, [test for test in tests if test.section == section]) for section in get_args(Section))
    points = min(one.points for one in sums)
    return Total(sums, points, min(one.most for one in sums), next(says for end, says in _BANDS if points <= end))


def _sum(section: Section, tests: Sequence[TestScore]) -> Sum:
    points = [test.points for test in tests if test.points is not None]
    earned = sum(points)
    return Sum(section, SECTIONS[section], earned, earned + len(tests) - len(points), len(points), len(tests))
