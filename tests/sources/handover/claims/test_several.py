"""Several numbers of one name in one place, of which a run measures one."""

from __future__ import annotations

from heldout.evidence.types import Location
from heldout.sources.handover.claims import compare
from heldout.sources.handover.plan import Claim, Reading


def claim(id_: str, value: float, line: int) -> Claim:
    place = Location(path="report.ipynb", cell=8, line=line)
    return Claim(
        id=id_,
        metric="f1",
        name="f1",
        value=value,
        written=f"{value}",
        half_digit=5e-7,
        split="test",
        label=f"param_C {line}.5",
        location=place,
    )


def measured(value: float) -> Reading:
    return Reading(
        metric="f1", name="f1", value=value, written=f"{value}", half_digit=5e-7, location=Location(path="stdout")
    )


def test_one_measured_number_contradicts_none_of_a_table_of_settings() -> None:
    claims = [claim("c1", 0.870002, 1), claim("c2", 0.864217, 2), claim("c3", 0.857567, 3)]
    results = compare(claims, [[measured(0.813559)]] * 5)
    assert {result.verdict for result in results} == {"ambiguous"}


def test_a_single_stated_number_is_still_contradicted() -> None:
    assert compare([claim("c1", 0.870002, 1)], [[measured(0.813559)]] * 5)[0].verdict == "contradicted"
