"""The pages that interviewers hold in their hands: whole, labelled, printable, without a fault that axe finds."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from heldout.report.interviews import render_form
from heldout.report.raters import render_raters
from heldout.sources.interview.agreement import agreement
from heldout.sources.interview.form import Blank
from heldout.sources.interview.scorecard import rateable
from heldout.sources.interview.tables import Rated
from heldout.standard import load_standard
from tests.report.test_browser import measured, needs_browser
from tests.report.test_html import check_page
from tests.sources.interview.test_agreement import panel

STANDARD = load_standard()
ROLE = STANDARD.roles_by_id["ml-engineer-mid"]
BLANK = Blank("Ada <b>", "Ann\x1b[1m", "", rateable(STANDARD, ROLE), STANDARD)
RATINGS = [*panel((0.6, 0.0, -0.6), (0.4, 0.4, 0.4), subjects=12, each=2), Rated("Ada <b>", "c0", "Ada <b>", 3.0)]
PAGES = {"form": render_form(BLANK, ROLE), "raters": render_raters(agreement(RATINGS), ["hires"])}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_labelled_and_self_contained(name: str) -> None:
    page = check_page(PAGES[name])
    assert "Ada <b>" in page.text


def test_a_form_holds_every_competency_with_its_anchors_and_the_overall_word_last() -> None:
    text = check_page(PAGES["form"]).text
    for name in rateable(STANDARD, ROLE):
        competency = STANDARD.by_id[name]
        assert " ".join(competency.anchors[1].split()) in text
        assert text.index(competency.name) < text.index("Last, and only if you like")


@needs_browser
@pytest.mark.parametrize("name", PAGES)
def test_nothing_sticks_out_on_a_phone(name: str, tmp_path: Path) -> None:
    assert measured(PAGES[name], 390, tmp_path)["wide"] == 0


@needs_browser
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_fault(name: str, dark: bool, tmp_path: Path) -> None:
    shown = PAGES[name].replace("@media (prefers-color-scheme: dark)", "@media all") if dark else PAGES[name]
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    assert measured(shown, 390 if dark else 1180, tmp_path, axe)["violations"] == []
