"""The pages of a record: whole, safe, with the source of each requirement, and a word about nobody else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from heldout.decision.record import Record
from heldout.decision.record.requirements import requirements
from heldout.report.record_html import render_explanation, render_record
from heldout.runs.recording import record_of
from tests.decision.record.samples import FULL, case
from tests.decision.record.test_fill import turned_down
from tests.report.page import Page
from tests.report.test_html import check_page


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return record_of(case(tmp_path / "case", FULL), date(2026, 5, 1))


def test_pages_are_whole_labelled_and_self_contained(record: Record) -> None:
    check_page(render_record(record))
    for told in record.explanations:
        check_page(render_explanation(told, record.title))


def test_every_requirement_stands_there_with_who_asks_and_since_when(record: Record) -> None:
    text = Page(render_record(record)).text
    for one in requirements():
        assert one.what in text
        for asked in one.laws:
            assert f"{asked.place}. Since {asked.since}." in text


def test_an_overdue_case_shows_the_commands_that_delete_it(tmp_path: Path) -> None:
    late = render_record(record_of(case(tmp_path / "case", FULL), date(2028, 1, 1)))
    check_page(late)
    assert "That day has passed: delete it." in Page(late).text
    assert "heldout case delete-subject" in Page(late).text


def test_the_page_of_a_candidate_tells_how_to_object(record: Record) -> None:
    text = Page(render_explanation(record.explanations[0], record.title)).text
    for part in ("A person decides, not a program.", "Write to hiring@example.org.", "deleted after 2027-06-30"):
        assert part in text


def test_the_page_of_who_was_turned_down_gives_reasons_and_says_what_may_be_asked_for(tmp_path: Path) -> None:
    kept, ada = turned_down(tmp_path, Ada="We need somebody who has run such a service before.")
    html = render_explanation(ada, kept.title)
    check_page(html)
    text = Page(html).text
    for part in (
        "We need somebody who has run such a service before.",
        "The reason that was written down with the decision is kept.",
        "A mean is taken over rows that are judged (a.py:2, LEK101)",
        "you may ask for what was noted of you",
        "The role asks for",
    ):
        assert part in text
    _, untold = turned_down(tmp_path / "untold")
    assert "Nobody wrote a sentence for you on this page." in Page(render_explanation(untold, "A case")).text


def test_what_hardly_counted_is_said_once_with_why_and_not_as_a_bare_zero(tmp_path: Path) -> None:
    kept, ada = turned_down(tmp_path)
    assert ada.weighed is not None
    pieces = (("where everybody starts", 3.0), ("what was seen of you: past work", 0.002))
    slight = ada.model_copy(update={"weighed": ada.weighed.model_copy(update={"pieces": pieces})})
    text = Page(render_explanation(slight, kept.title)).text
    assert "by less than a hundredth of a level: what was seen of you: past work. That is so where" in text
    assert "0.00" not in text


def test_hostile_words_are_shown_and_not_run(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    html = render_record(record_of(case(tmp_path / "case", f'[contest]\nhow = "{evil}"\n'), date(2026, 5, 1)))
    check_page(html)
    assert "script" not in Page(html).tags()
    assert evil in Page(html).text
