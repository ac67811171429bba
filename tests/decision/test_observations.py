"""Evidence becomes observations: what is missing stays missing, what is not known well gets a wider error."""

from datetime import UTC, datetime

import pytest

from heldout.decision.observations import (
    ASSUMED_WIDENING,
    LEAST_ERROR,
    SPREAD,
    Observation,
    latest_states,
    observations_of,
)
from heldout.evidence import Artifact, Dossier, Evidence


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


def test_a_level_that_hardly_tells_people_apart_is_left_out() -> None:
    doubted = evidence(reason="It hardly tells people apart.")
    assert observations_of("ada", [doubted], delivers=False) == []
    told = evidence(source="handover", reason="One training of two.")
    assert len(observations_of("ada", [told], delivers=True)) == 1


def test_a_calibrated_level_is_a_forecast_and_holds_less_news_than_its_error_says() -> None:
    own = one()
    assert (own.loading, own.offset) == (1.0, 0.0)
    assert own.se == pytest.approx(0.4 / (1 - (0.4 / SPREAD) ** 2) ** 0.5)
    assert one(se=0.79).se > 3  # as wide as people differ: hardly any


def test_an_assumed_error_is_widened() -> None:
    assert one(basis="assumed").se == pytest.approx(0.4 * ASSUMED_WIDENING)


def test_no_file_is_believed_to_be_surer_than_people_can_be() -> None:
    assert one(source="handover", share=None, se=1e-9).se == LEAST_ERROR


def test_a_part_of_the_work_tells_of_a_part_of_the_level() -> None:
    half = one(share=0.5)
    assert (half.loading, half.offset) == (0.5, 1.0)  # the other half stands at the rule's start
    assert half.se > one().se


def test_a_share_that_nobody_knows_tells_less_than_a_known_one() -> None:
    assert one(share=None).se > one(share=0.5).se


def test_what_is_delivered_is_the_vendors() -> None:
    assert one(source="handover", share=None).loading == 1.0
    assert one(delivers=True, source="handover", share=0.3).loading == 1.0
    assert one(source="handover", share=0.3).loading == 0.3


def test_a_rating_carries_its_rater_and_no_error_of_its_own() -> None:
    rating = one(source="interview", rater="Grace", share=None)
    assert (rating.kind, rating.rater, rating.group, rating.loading) == ("rating", "Grace", "Grace", 1.0)


def seen_on(day: int, digest: str, origin: str = "https://example.org/churn") -> tuple[Artifact, Evidence]:
    taken = datetime(2026, 11, day, tzinfo=UTC)
    artifact = Artifact(name="churn", kind="git", origin=origin, digest=digest)
    return artifact, evidence(subject_digest=digest, taken_at=taken, level=1.0 + day / 10)


def dossier(*looks: tuple[Artifact, Evidence]) -> Dossier:
    return Dossier(subject="Ada", artifacts=tuple(a for a, _ in looks), evidence=tuple(e for _, e in looks))


def test_of_one_repository_only_the_latest_state_counts_whatever_the_order() -> None:
    for looks in ((seen_on(1, "a"), seen_on(9, "b")), (seen_on(9, "b"), seen_on(1, "a"))):
        assert [one.subject_digest for one in latest_states(dossier(*looks)).evidence] == ["b"]


def test_two_works_and_two_ways_to_look_both_count() -> None:
    other = seen_on(1, "b", "https://example.org/other")
    assert len(latest_states(dossier(seen_on(9, "a"), other)).evidence) == 2
    artifact, read = seen_on(1, "a")
    run = read.model_copy(update={"source": "handover", "subject_digest": "b"})
    delivery = artifact.model_copy(update={"kind": "delivery", "digest": "b"})
    assert len(latest_states(dossier((artifact, read), (delivery, run))).evidence) == 2
