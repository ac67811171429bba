"""The claims and the repeats, as lines of the rubric."""

from __future__ import annotations

from heldout.sandbox.base import Verdict
from heldout.sources.handover.claims import claims_checks, compare, read_numbers, readings_of
from heldout.sources.handover.plan import Claim
from heldout.sources.handover.record import Ran
from heldout.sources.handover.result import Check


def ran(output: str, digests: dict[str, str] | None = None, exit_code: int = 0) -> list[Ran]:
    verdict = Verdict.OK if exit_code == 0 else Verdict.FAILED
    readings = read_numbers(output, "stdout", "log")
    return [
        Ran(
            step="train",
            command="python train.py",
            verdict=verdict,
            exit_code=exit_code,
            wall_s=1.0,
            readings=readings,
            digests=digests or {},
        )
    ]


def claims(text: str, path: str = "README.md", kind: str = "markdown") -> list[Claim]:
    return [Claim(**dict(r), id=f"c{i}") for i, r in enumerate(read_numbers(text, path, kind), start=1)]


def checked(stated: list[Claim], *repeats: list[Ran]) -> tuple[Check, Check]:
    results = compare(stated, [readings_of(repeat) for repeat in repeats])
    t2, t3 = claims_checks(stated, results, repeats)
    return t2, t3


def test_claims_that_hold_pass() -> None:
    t2, t3 = checked(claims("accuracy of 0.86"), *[ran("accuracy: 0.8590", {"model.pkl": "a"})] * 5)
    assert (t2.state, t2.credit) == ("pass", 1.0)
    assert t3.state == "pass"
    assert t3.measured["files_equal"] == 1


def test_a_contradicted_claim_fails_with_both_numbers_and_its_place() -> None:
    t2, _ = checked(claims("accuracy of 91.67%"), *[ran("accuracy: 0.8833")] * 5)
    assert t2.state == "fail"
    assert "91.67%" in t2.message
    assert "88.33" in t2.message
    assert t2.locations[0].line == 1


def test_better_than_claimed_is_said_and_earns_half() -> None:
    t2, _ = checked(claims("accuracy of 0.80"), *[ran("accuracy: 0.9300")] * 5)
    assert (t2.state, t2.credit) == ("pass", 0.5)
    assert "better than claimed" in t2.message


def test_where_not_one_of_several_comes_out_they_are_about_something_else() -> None:
    stated = claims("accuracy of 0.81, recall of 0.72 and precision of 0.78")
    output = "accuracy: 1.0000\nrecall: 1.0000\nprecision: 1.0000"
    t2, _ = checked(stated, *[ran(output)] * 5)
    assert t2.state == "fail"
    assert "Not one of its 3 claims" in t2.message
    t2, _ = checked(stated, *[ran(output.replace("accuracy: 1.0000", "accuracy: 0.8100"))] * 5)
    assert t2.state == "pass"


def test_an_error_that_is_lower_than_claimed_is_better() -> None:
    t2, _ = checked(claims("RMSE of 0.80"), *[ran("rmse: 0.6100")] * 5)
    assert (t2.state, t2.credit) == ("pass", 0.5)


def test_a_tenth_of_a_point_fails_nobody() -> None:
    t2, _ = checked(claims("accuracy of 91.67%"), *[ran("accuracy: 0.9153")] * 5)
    assert (t2.state, t2.credit) == ("pass", 0.8)


def test_nothing_claimed_is_not_assessable() -> None:
    t2, _ = checked([], *[ran("accuracy: 0.9")] * 5)
    assert t2.state == "not_assessable"
    assert "states no number" in t2.message


def test_nothing_measured_is_not_assessable() -> None:
    t2, t3 = checked(claims("accuracy of 91.67%"), ran("ModuleNotFoundError", exit_code=1))
    assert t2.state == "not_assessable"
    assert t3.state == "not_assessable"


def test_an_attempt_in_a_comment_does_not_fail_documents_that_hold() -> None:
    stated = claims("accuracy of 0.91. The recall is 0.88. F1 of 0.89. The AUC is 0.95. Precision of 0.90") * 2
    stated += claims("# log loss 0.30 with the old features", "train.py", "python")
    output = "accuracy: 0.91\nrecall: 0.88\nf1: 0.89\nauc: 0.95\nprecision: 0.90\nlog loss: 0.4100"
    t2, _ = checked(stated, *[ran(output)] * 5)
    assert t2.state == "pass"
    assert "10 of 11" in t2.message


def test_a_wide_spread_fails_even_below_five_runs() -> None:
    _, t3 = checked([], ran("f1: 0.705"), ran("f1: 0.757"), ran("f1: 0.772"))
    assert t3.state == "fail"
    assert "0.705" in t3.message


def test_a_spread_that_the_delivery_states_is_known() -> None:
    values = (0.80, 0.83, 0.85, 0.86, 0.82)
    _, t3 = checked(claims("F1 of 0.83 +/- 0.05"), *[ran(f"f1: {v}0") for v in values])
    assert t3.state == "pass"
    assert "states such a spread" in t3.message


def test_fewer_than_five_equal_runs_are_too_few_to_pass() -> None:
    _, t3 = checked([], *[ran("f1: 0.705")] * 3)
    assert t3.state == "not_assessable"
    assert "5 are needed" in t3.message


def test_what_varies_is_named() -> None:
    repeats = [ran("f1: 0.705", {"model.pkl": str(i), "out.csv": "same"}) for i in range(5)]
    _, t3 = checked([], *repeats)
    assert t3.state == "pass"
    assert "model.pkl" in t3.message
    assert t3.measured["files_that_vary"] == 1
