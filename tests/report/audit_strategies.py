"""Any valid audit, hostile ones among them."""

from __future__ import annotations

from typing import get_args

from hypothesis import strategies as st

from heldout.sandbox.base import Verdict
from heldout.sources.handover.ml_test_score.rules import rules
from heldout.sources.handover.plan import Claim, Data, Model, Plan, Split, Step
from heldout.sources.handover.record import Attempt, Cause, Ran, Rung
from heldout.sources.handover.result import Audit, Check, ClaimResult, Growth, GrowthPoint, TestScore
from heldout.sources.handover.rubric import rubric, score
from tests.report.strategies import locations, measured, text

finite = st.floats(allow_nan=False, allow_infinity=False, width=32)
places = st.lists(locations, max_size=2).map(tuple)
logs = st.one_of(text, st.sampled_from(["logs/run-1.txt", "../../etc/passwd", "javascript:alert(1)", "/etc/passwd"]))


@st.composite
def checks(draw: st.DrawFn) -> Check:
    item = rubric().items[draw(st.sampled_from(list(rubric().items)))]
    return Check(
        id=item.id,
        area=item.area,
        state=draw(st.sampled_from(["pass", "fail", "not_assessable"])),
        message=draw(text),
        credit=draw(st.floats(0, 1)),
        command=draw(text),
        locations=draw(places),
        measured=draw(measured),
        why=draw(text),
        mend=draw(text),
        clause=draw(text),
        cost=draw(st.sampled_from([None, "hours", "days", "weeks"])),
        log=draw(logs),
    )


claims = st.builds(
    Claim,
    id=text,
    metric=st.one_of(text, st.sampled_from(["accuracy", "mae"])),
    value=finite,
    written=st.one_of(text, st.just("91 %")),
    half_digit=st.floats(0, 1),
    split=st.sampled_from(get_args(Split)),
    model=text,
    label=text,
    location=locations,
)
results = st.builds(
    ClaimResult,
    claim=claims,
    verdict=st.sampled_from(["match", "within_noise", "contradicted", "absent", "ambiguous"]),
    got=st.lists(st.floats(), max_size=4).map(tuple),
    message=text,
)
growths = st.builds(
    Growth,
    points=st.lists(
        st.builds(
            GrowthPoint,
            rows=st.integers(0, 10**9),
            cpu_s=st.floats(0, 1e6),
            memory_bytes=st.one_of(st.none(), st.integers(0, 10**12)),
        ),
        max_size=4,
    ).map(tuple),
    exponent=st.floats(-3, 4),
    low=st.floats(-3, 4),
    high=st.floats(-3, 4),
    fixed_s=st.floats(0, 100),
)
causes = st.builds(Cause, code=text, message=text, subject=text, location=st.one_of(st.none(), locations))
runs = st.builds(
    Ran,
    step=text,
    command=text,
    folder=text,
    verdict=st.sampled_from(Verdict),
    why=text,
    wall_s=st.floats(0, 1e6),
    peak_memory_bytes=st.one_of(st.none(), st.integers(0, 10**12)),
    made=st.lists(text, max_size=2).map(tuple),
    cause=st.one_of(st.none(), causes),
    log=logs,
)
attempts = st.builds(
    Attempt,
    rung=st.sampled_from(get_args(Rung)),
    recipe=text,
    worked=st.booleans(),
    cause=st.one_of(st.none(), causes),
    seconds=st.one_of(st.none(), st.floats(0, 1e5)),
    log=logs,
)
plans = st.builds(
    Plan,
    steps=st.lists(
        st.builds(
            Step, id=text, purpose=st.sampled_from(["train", "serve"]), command=text, folder=text, locations=places
        ),
        max_size=2,
    ).map(tuple),
    data=st.lists(
        st.builds(Data, path=text, present=st.booleans(), rows=st.none() | st.integers(0, 9), source=text), max_size=2
    ).map(tuple),
    models=st.lists(st.builds(Model, path=text, format=text, documented=text), max_size=2).map(tuple),
    open_questions=st.lists(text, max_size=2).map(tuple),
)


@st.composite
def tests(draw: st.DrawFn) -> tuple[TestScore, ...]:
    states = ["automated", "by_hand", "missing", "not_assessable"]
    return tuple(
        TestScore(
            id=rule.id,
            section=rule.section,
            title=draw(text),
            state=draw(st.sampled_from(states)),
            message=draw(text),
            locations=draw(places),
        )
        for rule in rules()
    )


@st.composite
def audits(draw: st.DrawFn) -> Audit:
    made = tuple(draw(st.lists(checks(), max_size=6)))
    return Audit(
        delivery=draw(text),
        origin=draw(text),
        digest=draw(text),
        plan=draw(plans),
        checks=made,
        scores=score(made),
        claims=draw(st.lists(results, max_size=3).map(tuple)),
        growth=draw(st.one_of(st.none(), growths)),
        runs=draw(st.lists(runs, max_size=2).map(tuple)),
        attempts=draw(st.lists(attempts, max_size=2).map(tuple)),
        tests=draw(st.one_of(st.just(()), tests())),
        provider=draw(text),
        seconds=draw(st.floats(0, 1e6)),
        measured=draw(measured),
    )
