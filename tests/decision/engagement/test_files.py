"""The files of `heldout engage`: what ships is whole, a user's is read strictly and told with its lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from heldout.decision.assumptions import MARK_WORDS
from heldout.decision.engagement import load_assumptions, read_need
from heldout.decision.engagement import need as needs
from heldout.decision.engagement.assumptions import builtin, template
from heldout.decision.engagement.stopping import stages
from heldout.errors import InputError


def written(folder: Path, text: str) -> Path:
    path = folder / "own.yaml"
    path.write_text(text)
    return path


def test_every_assumption_has_its_range_source_date_and_mark() -> None:
    shipped = builtin().assumptions
    assert len({one.id for one in shipped}) == len(shipped) > 30
    assert all(one.low < one.high and one.mark in MARK_WORDS and one.mark != "own" for one in shipped)
    assert all(one.high <= 1 for one in shipped if one.unit.startswith("share"))
    assert {one.id for one in shipped if not one.weak} == {"load"}


def test_the_facts_are_taken_over_as_they_stand() -> None:
    ranges = {one.id: (one.low, one.mode, one.high) for one in builtin().assumptions}
    assert ranges["load"] == (1.35, 1.42, 1.50)
    assert ranges["search_hire"] == (36, 48, 90)
    assert ranges["attrition"] == (0.10, 0.13, 0.25)
    assert ranges["freelancer_rate"] == (75, 120, 200)
    assert ranges["agency_rate"] == (150, 250, 400)
    assert ranges["abandoned_freelancer"] == (0.10, 0.25, 0.40)
    assert ranges["no_value"] == (0.3, 0.5, 0.8)


def test_the_template_changes_nothing_until_something_is_made_ones_own(tmp_path: Path) -> None:
    path = written(tmp_path, template())
    assert load_assumptions(path, None, "USD") == builtin().assumptions
    lines = path.read_text().splitlines()
    start = lines.index("  # - id: wage")
    own = [line.replace("# ", "", 1) for line in lines[start : start + 5]]
    own[4] = own[4].replace('""', "our payroll")
    path.write_text("\n".join([*lines[:start], *own, *lines[start + 5 :]]))
    wage = next(one for one in load_assumptions(path, None, "USD") if one.id == "wage")
    assert (wage.mark, wage.weak, wage.source, wage.mode) == ("own", False, "our payroll", 133_100)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("- {id: wages, low: 1, mode: 2, high: 3, source: x}", ":3:10: there is no assumption `wages` (did you mean"),
        ("- {id: wage, low: 3, mode: 2, high: 3, source: x}", "do not rise"),
        ("- {id: wage, low: 1, mode: 2, high: 3}", "`source` is missing"),
        ("- {id: wage, low: 1, mode: 2, high: 3, source: ''}", "is empty"),
        ("- {id: wage, low: -1, mode: 2, high: 3, source: x}", "no assumption is negative"),
        ("- {id: attrition, low: 5, mode: 10, high: 20, source: x}", "write 25 % as 0.25"),
        ("- {id: hours, low: 0, mode: 10, high: 20, source: x}", "must be more than 0"),
        ("- {id: wage, low: .inf, mode: 2, high: 3, source: x}", "or less"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, entry: str, said: str) -> None:
    path = written(tmp_path, f'version: "1"\nassumptions:\n  {entry}\n')
    with pytest.raises(InputError, match=r"own\.yaml:3:") as told:
        load_assumptions(path, None, "USD")
    assert said in str(told.value)


def test_an_assumption_is_given_once(tmp_path: Path) -> None:
    one = "  - {id: wage, low: 1, mode: 2, high: 3, source: x}\n"
    with pytest.raises(InputError, match=r"own\.yaml:3:.*defined twice"):
        load_assumptions(written(tmp_path, f"assumptions:\n{one}{one}"), None, "USD")


def test_other_currencies_need_a_rate_unless_every_amount_is_ones_own(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="how many EUR a dollar is"):
        load_assumptions(None, None, "EUR")
    changed = {one.id: one for one in load_assumptions(None, 0.5, "EUR")}
    assert changed["wage"].mode == 133_100 / 2
    assert changed["attrition"].mode == 0.13
    assert "prices of the US" in changed["wage"].source
    amounts = [one.id for one in builtin().assumptions if one.is_money]
    own = "".join(f"  - {{id: {name}, low: 1, mode: 2, high: 3, source: x}}\n" for name in amounts)
    assert load_assumptions(written(tmp_path, f"assumptions:\n{own}"), None, "EUR")


def test_a_need_is_read_from_its_template_and_options_go_over_it(tmp_path: Path) -> None:
    path = written(tmp_path, needs.template())
    need, said = read_need(path, {"horizon_months": 36.0, "domain": None, "stays_in_house": ()})
    assert (need.horizon_months, need.deadline_months, need.domain, said) == (36, 12, "medium", ())


def test_what_nobody_said_is_said_out_loud() -> None:
    need, said = read_need(None, {"horizon_months": 10.0, "kind": "one-off"})
    assert need.deadline_months == 5
    assert not any("lasting" in one or "24 months" in one for one in said)
    assert any("8 person-months" in one for one in said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("horizon: 12\n", "own.yaml:1:1: `horizon` is not a known key (did you mean `horizon_months`?)"),
        ("kind: forever\n", "own.yaml:1:7"),
        ("horizon_months: 600\n", "must be 60.0 or less"),
        ("horizon_months: 6\ndeadline_months: 9\n", "lies after the end of the need"),
        ("currency: dollars\n", "own.yaml:1:11"),
    ],
)
def test_a_mistake_in_a_need_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as told:
        read_need(written(tmp_path, text), {})
    assert said in str(told.value)


def test_options_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="lies after the end of the need"):
        read_need(None, {"horizon_months": 6.0, "deadline_months": 9.0})
    with pytest.raises(InputError, match="less than or equal to 60"):
        read_need(None, {"horizon_months": 600.0})


def test_every_stage_says_what_must_be_seen_and_which_command_shows_it() -> None:
    assert [stage.id for stage in stages()] == ["discovery", "pilot", "build", "hand-over"]
    assert all(stage.seen and any("heldout " in one for one in stage.shown_by) for stage in stages())
