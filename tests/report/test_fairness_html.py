"""The page of a report on fairness: whole, safe, and with its law and its limits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from heldout.report.fairness_html import render_fairness
from tests.decision.impact.samples import funnel, one_stage, report
from tests.report.page import Page
from tests.report.test_html import check_page


@pytest.fixture
def page(tmp_path: Path) -> str:
    return render_fairness(report(funnel(tmp_path, people=600)))


def test_page_is_whole_labelled_and_self_contained(page: str) -> None:
    check_page(page)


def test_page_tells_what_it_cannot(page: str) -> None:
    text = Page(page).text
    for part in (
        "A gap does not show that anybody was treated unfairly, and no gap does not show that nobody was;",
        "why a gap is there, the numbers do not tell.",
        "less than four times in five",
        "adjusted for all these pairs (Holm)",
        "Four fifths is printed here as a convention, not as the law.",
        "weak: read only in accounts of it",
        "The audit itself must be made by somebody independent",
        "Where on the way a gap arises",
    ):
        assert part in text


def test_every_rate_that_is_shown_has_its_interval_as_a_labelled_chart(page: str) -> None:
    labels = [label for label in Page(page).all("aria-label") if "95 % interval" in label and ":" in label]
    result_rows = page.count('<td class="chart"><svg')
    assert result_rows == len(labels) > 10


def test_the_column_of_four_fifths_holds_two_words_at_most(tmp_path: Path) -> None:
    html = render_fairness(report(one_stage(tmp_path, {"f": (4, 10), "m": (5, 10)}, "team")))
    assert re.findall(r'<td class="fifths">([^<]*)</td>', html) == ["not under"]
    assert "One person's outcome would turn whether it is under four fifths." in Page(html).text


def test_comparisons_and_pairs_are_told_apart(page: str) -> None:
    text = Page(page).text
    shown = re.search(r"(\d+) comparisons are shown: each group beside the one with the highest rate", text)
    assert shown
    assert re.search(rf"of {shown[1]} comparisons", text)


def test_hostile_names_are_shown_and_not_run(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    html = render_fairness(report(one_stage(tmp_path, {evil: (4, 10), "m\u202e": (5, 10)}, "team")))
    check_page(html)
    assert "script" not in Page(html).tags()
    assert evil in Page(html).text


def test_too_few_people_to_judge_come_first_in_the_headline(tmp_path: Path) -> None:
    groups = {"a": (100, 200), "b": (98, 200), "c": (10, 20)}
    text = Page(render_fairness(report(one_stage(tmp_path, groups, "team")))).text
    assert "In 1 of 2 comparisons there are too few people to judge. In the others no gap was found" in text
    assert "with so few people, that says little" in text
