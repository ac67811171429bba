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
    works,
)
from heldout.evidence import HANDED_OVER, Artifact, Dossier, Evidence


def evidence(**more: object) -> Evidence:
    fields: dict[str, object] = {
        "competency": "craft", "level": 4.0, "se": 0.4, "basis": "calibrated", "source": "repository",
        "instrument": "review", "version": "1", "share": 1.0, "start": 2.0,
    }  # fmt: skip
    return Evidence.model_validate(fields | more)


def of(*found: Evidence, artifacts: tuple[Artifact, ...] = ()) -> Dossier:
    return Dossier(subject="Ada", artifacts=artifacts, evidence=found)


def one(delivers: bool = False, **more: object) -> Observation:
    (found,) = observations_of("ada", of(evidence(**more)), delivers=delivers)
    return found


def test_what_was_not_observed_is_left_out() -> None:
    missing = evidence(level=None, se=None, state="not_observed", reason="no such work")
    assert observations_of("ada", of(missing), delivers=False) == []


def test_a_level_that_hardly_tells_people_apart_is_left_out() -> None:
    doubted = evidence(reason="It hardly tells people apart.")
    assert observations_of("ada", of(doubted), delivers=False) == []
    told = evidence(source="handover", reason="One training of two.")
    assert len(observations_of("ada", of(told), delivers=True)) == 1


def test_a_calibrated_level_is_a_forecast_and_holds_less_news_than_its_error_says() -> None:
    own = one()
    assert (own.loading, own.offset) == (1.0, 0.0)
    assert own.se == pytest.approx(0.4 / (1 - (0.4 / SPREAD) ** 2) ** 0.5)
    assert one(se=0.79).se > 3  # as wide as people differ: hardly any


def test_an_assumed_error_is_widened() -> None:
    assert one(basis="assumed").se == pytest.approx(0.4 * ASSUMED_WIDENING)


def test_no_file_is_believed_to_be_surer_than_people_can_be() -> None:
    assert one(delivers=True, source="handover", share=None, se=1e-9).se == LEAST_ERROR


def test_a_part_of_the_work_tells_of_a_part_of_the_level() -> None:
    half = one(share=0.5)
    assert (half.loading, half.offset) == (0.5, 1.0)  # the other half stands at the rule's start
    assert half.se > one().se


def test_a_share_that_nobody_knows_tells_less_than_a_known_one() -> None:
    assert one(share=None).se > one(share=0.5).se


def test_what_is_delivered_is_the_vendors() -> None:
    assert one(delivers=True, source="handover", share=0.3).loading == 1.0
    assert one(source="handover", share=0.3).loading == 0.3


def test_a_persons_audit_of_which_nobody_told_whose_it_is_tells_less_than_a_vendors() -> None:
    untold, vendors = one(source="handover", share=None), one(delivers=True, source="handover", share=None)
    assert (untold.whose, vendors.whose) == ("untold", "theirs")
    assert 0.5 < untold.loading < 1.0
    assert untold.loading + untold.offset / 3 == pytest.approx(1.0)  # the rest is a team's, expected in the middle
    assert untold.se > vendors.se


@pytest.mark.parametrize(("share", "whose", "loading"), [(0.6, "counted", 0.6), (1.0, "theirs", 1.0)])
def test_an_audit_takes_the_share_that_a_review_of_the_same_work_counted(
    share: float, whose: str, loading: float
) -> None:
    read = evidence(subject_digest="c1", share=share)
    run = evidence(source="handover", share=None, subject_digest="c1", group="churn")
    code = Artifact(name="churn", kind="git", origin="https://example.org/churn", digest="c1")
    _, audited = observations_of("ada", of(read, run, artifacts=(code,)), delivers=False)
    assert (audited.whose, audited.loading) == (whose, loading)


def test_an_audit_knows_no_more_of_whose_work_it_is_than_a_review_of_it() -> None:
    read = evidence(subject_digest="c1", share=None)
    run = evidence(source="handover", share=None, subject_digest="c1", group="churn")
    code = Artifact(name="churn", kind="git", origin="https://example.org/churn", digest="c1")
    reviewed, audited = observations_of("ada", of(read, run, artifacts=(code,)), delivers=False)
    assert (audited.whose, audited.loading) == (reviewed.whose, reviewed.loading) == ("untold", 0.5)


def test_what_was_handed_over_is_theirs_by_their_own_claim_alone() -> None:
    made = evidence(subject_digest="c1", share=0.8, start=2.0)
    artifact = Artifact(name="churn", kind="git", origin="churn", digest="c1", gaps=(HANDED_OVER,))
    (claimed,) = observations_of("ada", of(made, artifacts=(artifact,)), delivers=False)
    counted = one(share=0.8, start=2.0)
    assert (claimed.whose, counted.whose) == ("claimed", "counted")
    assert claimed.loading < counted.loading
    assert claimed.se > counted.se


def test_two_looks_at_one_content_or_one_origin_are_of_one_work() -> None:
    def looked(kind: str, origin: str, digest: str) -> Artifact:
        return Artifact(name=origin, kind=kind, origin=origin, digest=digest)

    found = works(
        of(
            artifacts=(
                looked("git", "https://example.org/churn", "c1"),
                looked("delivery", "local: churn", "c1"),
                looked("delivery", "https://example.org/churn", "c2"),
                looked("git", "https://example.org/other", "c3"),
            )
        )
    )
    assert found["c1"] == found["c2"] != found["c3"]


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
