"""The page of an audit: whole and safe whatever it holds, and its first screen tells a buyer what matters."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings

from heldout.report.audit_html import render_audit
from heldout.sandbox.base import Verdict
from heldout.sources.handover.record import Attempt, Ran
from heldout.sources.handover.result import Audit, Check
from tests.report.audit_samples import AUDITS, BROKEN, GOOD, RENTED, audit, check
from tests.report.audit_strategies import audits
from tests.report.page import Page
from tests.report.test_html import check_page

PAGES = {name: render_audit(one) for name, one in AUDITS.items()}


def first_screen(html: str) -> str:
    """The words above the links to the parts of the page."""
    return Page(html[: html.index("<nav")]).text


@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole_labelled_and_self_contained(name: str) -> None:
    check_page(PAGES[name], beside=re.compile(r"logs/[\w.-]+"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(audits())
def test_any_audit_renders(one: Audit) -> None:
    check_page(render_audit(one), beside=re.compile(r"[\w][\w.-]*(/[\w][\w.-]*)*"))


@pytest.mark.parametrize(
    "log",
    ["../secret.txt", "/etc/passwd", "javascript:alert(1)", "https://example.org/x", "a/../../b", "//example.org"],
)
def test_only_logs_below_the_audits_folder_are_linked(log: str) -> None:
    page = Page(render_audit(audit("x", (check("B4", "fail", "No.", log=log),))))
    assert log not in page.all("href")
    assert log in page.text


def test_first_screen_of_a_rented_delivery() -> None:
    text = first_screen(PAGES["rented"])
    for part in (
        "It runs, but you cannot retrain it: you would be renting a black box.",
        "Training stops: data/raw/hourly.csv is not part of the delivery.",
        "Are its numbers true? ◇ Not shown",
        "Is it yours? ✖ No You can build it and predict with it without its makers, but you cannot retrain it.",
        "Can it be built? ✔ Yes",
        "Can you retrain it, and are its claims true? ✖ No",
        "The training code, and the training data or a lasting right of access to it, are delivered",
        "Without it: weeks of your own work.",
        "All 8, dearest first",
    ):
        assert part in text


def test_what_retrains_on_the_clients_data_alone_is_theirs_in_part() -> None:
    without = tuple(c for c in RENTED.checks if c.id != "T5")
    text = first_screen(render_audit(audit("x", (*without, check("T5", "pass", "It trained on yours.")))))
    assert "Is it yours? ◇ In part" in text
    assert (
        "retrain it on your own data without its makers, but you cannot retrain it on the data that they used" in text
    )
    neither = first_screen(render_audit(audit("x", (*without, check("T5", "fail", "It did not.")))))
    assert "Is it yours? ✖ No" in neither
    assert "you cannot retrain it, on its own data or on yours" in neither


def test_a_training_on_parts_of_their_rows_is_none_on_yours() -> None:
    parts = check("T5", "pass", "It trained on parts of its rows.").model_copy(update={"credit": 0.5})
    checks = tuple(c for c in GOOD.checks if c.id != "T5")
    text = first_screen(render_audit(audit("x", (*checks, parts))))
    assert "retrain it without its makers" in text
    assert "yours without its makers" not in text
    assert "your own data" not in text.partition("Four questions")[0]


def test_one_claim_is_spoken_of_as_one() -> None:
    claims = tuple(c for c in RENTED.claims if c.verdict == "absent")[:1]
    text = first_screen(render_audit(RENTED.model_copy(update={"claims": claims})))
    assert "Its one stated number could not be measured here." in text


def test_first_screen_of_a_good_delivery() -> None:
    text = first_screen(PAGES["good"])
    assert "✔ You can build, run, retrain and own this without its makers." in text
    assert "3 of 4 stated numbers came out as stated and 1 could not be measured." in text
    assert text.count("✔ Yes") == 6


def test_first_screen_of_a_broken_delivery() -> None:
    text = first_screen(PAGES["broken"])
    assert "It cannot be built, so there is nothing here that you could run without its makers." in text
    assert text.count("◇ Could not tell") == 2


def test_true_but_not_yours_is_said_in_words() -> None:
    checks = (*RENTED.checks, check("T2", "pass", "Rebuilt from public data, all numbers came out as stated."))
    kept = tuple(c for c in checks if not (c.id == "T2" and c.state == "not_assessable"))
    assert "True but not yours." in first_screen(render_audit(audit("x", kept)))


def test_three_clauses_stand_on_the_first_screen_and_all_below_dearest_first() -> None:
    page = PAGES["rented"]
    assert first_screen(page).count("Because:") == 3
    whole = Page(page[page.index('id="contract"') : page.index('id="claims"')]).text
    costs = re.findall(r"Without it: (\w+) of your own work", whole[: whole.index("Not assessed: have it shown")])
    assert costs == sorted(costs, key=["weeks", "days", "hours"].index)
    assert len(costs) == 8


def test_every_check_of_the_rubric_that_was_made_is_on_the_page_once_as_a_target() -> None:
    ids = Page(PAGES["good"]).all("id")
    for one in GOOD.checks:
        assert ids.count(one.id) == 1


def test_what_ran_stands_with_its_end_seconds_memory_and_log() -> None:
    page = PAGES["rented"]
    table = Page(page[page.index('aria-label="Runs"') : page.index('aria-label="Steps of the plan"')])
    assert (
        "python -m src.pipeline ✖ failed data/raw/hourly.csv is not part of the delivery. src/data.py:14 3.2 432 log"
        in table.text
    )
    assert table.all("href") == ["logs/tests.txt", "logs/serve.txt", "logs/train-1.txt"]


def test_a_long_command_is_shown_short_and_whole_on_demand() -> None:
    flags = " --only-binary numpy --only-binary torch"
    command = f"uv pip install --python 3.13 -r requirements.txt{flags}"
    run = Ran(
        step="look",
        command="python /opt/tools/notebook.py 'a look.ipynb' --out /work/notebook.json --plain",
        verdict=Verdict.OK,
        wall_s=1.0,
    )
    attempt = Attempt(rung="R0", recipe="requirements.txt, by uv, on Python 3.13", worked=True, command=command)
    built = Check(id="B4", area="build", state="pass", message="It builds.", command=command)
    page = render_audit(GOOD.model_copy(update={"checks": (built,), "runs": (run,), "attempts": (attempt,)}))
    shown = Page(re.sub(r"<details.*?</details>", "", page, flags=re.DOTALL)).text
    assert "--only-binary" not in shown
    assert "notebook.py" not in shown
    assert "a look.ipynb, from its first cell to its last, without IPython" in shown
    assert Page(page).text.count(flags.strip()) == 2, "in the check and in the table of builds"
    assert "requirements.txt, by uv, on Python 3.13" in shown


def test_what_ran_on_the_clients_data_stands_by_itself() -> None:
    assert "On your data" not in PAGES["rented"]
    page = render_audit(RENTED.model_copy(update={"on_yours": RENTED.runs[:1]}))
    table = Page(page[page.index('aria-label="Runs on your data"') : page.index('aria-label="Steps of the plan"')])
    assert RENTED.runs[0].command in table.text
    assert table.all("href") == [RENTED.runs[0].log]


def test_every_try_to_build_is_shown_with_its_cause() -> None:
    text = Page(PAGES["broken"]).text
    for attempt in BROKEN.attempts:
        assert attempt.recipe in text
    assert text.count("cannot stand beside pandas==0.24.2 on any Python") >= len(BROKEN.attempts)


def test_what_was_not_measured_of_the_growth_is_marked_as_such() -> None:
    text = Page(PAGES["good"]).text
    assert "50,000 102 s 3,000 extrapolated , not measured: 70.4 s to 171 s, 2,597 to 4,291 MB (95 % interval)" in text
    assert text.count("extrapolated , not measured") == 2


def test_what_could_not_be_assessed_stands_with_its_reason_and_a_question() -> None:
    page = PAGES["rented"]
    text = Page(page[page.index('id="gaps"') : page.index('id="annex"')]).text
    for one in RENTED.checks:
        if one.state == "not_assessable":
            assert one.message.partition("`")[0].strip() in text
    assert "Which of the two notebooks makes the delivered model?" in text
    assert "How do we put our own data in the place of yours?" in text


def test_the_annex_gives_the_lowest_section_and_what_it_may_be_at_most() -> None:
    text = Page(PAGES["good"]).text
    assert "Annex: the ML Test Score 2, at most 2 if" not in text
    assert "Annex: the ML Test Score 2." in text
    assert "Monitor 7" in text


def test_a_page_without_runs_claims_or_scores_says_so_and_nothing_more() -> None:
    text = Page(PAGES["bare"]).text
    assert "a <b>bare</b> one" in text
    assert "no code was run" in text
    assert "ML Test Score" not in text
    assert "What it claims" not in text


def test_a_page_that_lies_elsewhere_finds_the_logs() -> None:
    page = Page(render_audit(GOOD, logs="../kept here"))
    assert "../kept%20here/logs/tests.txt" in page.all("href")


def test_what_works_and_cannot_be_kept_is_yours_in_part() -> None:
    failing = tuple(check(c.id, "fail", "Not there.") if c.id in ("O1", "O2", "O6", "O8") else c for c in GOOD.checks)
    text = first_screen(render_audit(audit("x", failing)))
    assert "It works and its numbers are true, but it is not yours to keep running." in text
    assert "Is it yours? ◇ In part" in text
    assert "to keep it you lack documents, freedom from what only they have, rights and 2 more" in text


def test_a_folder_of_this_machine_is_named_without_its_path() -> None:
    page = render_audit(audit("x", (), origin="/home/ada/secret-client/x"))
    assert "secret-client" not in page


def test_what_predicts_though_its_notebooks_fail_is_rented_and_not_dead() -> None:
    checks = tuple(
        check("U4", "fail", "3 of 6 commands and notebooks ran to a result.") if c.id == "U4" else c
        for c in RENTED.checks
    )
    assert "It predicts, but you cannot retrain it" in first_screen(render_audit(audit("x", checks)))


def test_claims_that_nothing_gave_stand_apart_and_abbreviations_are_told() -> None:
    text = Page(PAGES["rented"]).text
    assert "Nothing that ran gave any of 3 stated numbers." in text
    assert "MAPE : mean absolute error in per cent of the true value." in text
    assert "1 stated number not measured" in Page(PAGES["good"]).text
