"""Evidence becomes observations: what is missing stays missing, what is not known well gets a wider error."""

import pytest

from heldout.decision.observations import ASSUMED_WIDENING, Observation, observations_of
from heldout.evidence import Evidence


def evidence(**more: object) -> Evidence:
    fields: dict[str, object] = {
        "competency": "craft", "level": 4.0, "se": 0.4, "basis": "calibrated", "source": "repository",
        "instrument": "review", "version": "1", "share": 1.0, "start": 2.0,
    }  # fmt: skip
    return Evidence.model_validate(fields | more)


def one(delivers: bool = False, **more: object) -> Observation:
    (found,) = observations_of("ada", [evidence(**more)], delivers=delivers)
    return found


def test_what_was_not_observed_is_left_out() -> None:
    missing = evidence(level=None, se=None, state="not_observed", reason="no such work")
    assert observations_of("ada", [missing], delivers=False) == []


def test_their_own_work_counts_as_it_is() -> None:
    assert (one().loading, one().offset, one().se) == (1.0, 0.0, 0.4)


def test_an_assumed_error_is_widened() -> None:
    assert one(basis="assumed").se == pytest.approx(0.4 * ASSUMED_WIDENING)


def test_a_part_of_the_work_tells_of_a_part_of_the_level() -> None:
    half = one(share=0.5)
    assert (half.loading, half.offset) == (0.5, 1.0)  # the other half stands at the rule's start
    assert half.se > 0.4


def test_a_share_that_nobody_knows_tells_less_than_a_known_one() -> None:
    assert one(share=None).se > one(share=0.5).se


def test_what_is_delivered_is_the_vendors() -> None:
    assert one(source="handover", share=None).loading == 1.0
    assert one(delivers=True, source="handover", share=0.3).loading == 1.0
    assert one(source="handover", share=0.3).loading == 0.3


def test_a_rating_carries_its_rater_and_no_error_of_its_own() -> None:
    rating = one(source="interview", rater="Grace", share=None)
    assert (rating.kind, rating.rater, rating.group, rating.loading) == ("rating", "Grace", "Grace", 1.0)
