"""The pages that interviewers hold in their hands: whole, labelled, printable, without a fault that axe finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from heldout.cli.scorecard import blank_for
from heldout.evidence import Case, Location
from heldout.report.interviews import JOINED, render_form
from heldout.report.kits import render_kit
from heldout.report.raters import render_raters
from heldout.runs.kits import ForSubject, kit_for, made_out
from heldout.sources.interview.agreement import agreement
from heldout.sources.interview.bank import load_bank
from heldout.sources.interview.form import Blank
from heldout.sources.interview.kit import Kit, Need, Part, Plan
from heldout.sources.interview.personal import PersonalPart, PersonalQuestion
from heldout.sources.interview.scorecard import rateable
from heldout.sources.interview.tables import Rated
from heldout.standard import load_standard
from tests.report.test_browser import A4, EXAMPLE, measured, needs_browser, printed, widest_on_paper
from tests.report.test_html import check_page
from tests.sources.interview.test_agreement import panel

STANDARD = load_standard()
ROLE = STANDARD.roles_by_id["ml-engineer-mid"]
BLANK = Blank("Ada <b>", "Ann\x1b[1m", "", rateable(STANDARD, ROLE), STANDARD)
RATINGS = [*panel((0.6, 0.0, -0.6), (0.4, 0.4, 0.4), subjects=12, each=2), Rated("Ada <b>", "c0", "Ada <b>", 3.0)]
KIT_NEEDS = tuple(Need(competency=n, weight=w, unknown=0.8) for n, w in sorted(ROLE.weights.items()))
PARTS = (Part(interviewer="Ann", questions=("slow-matching", "failed-project")), Part(interviewer="Bob"))
PLAN = Plan(aim="person", needs=KIT_NEEDS, parts=PARTS, proven=False, gap=0.03)
KIT = Kit(
    schema=1, made_at=datetime(2026, 11, 24, tzinfo=UTC), role="r", bank="1", minutes=45, opening=5, personal=8,
    plans=(PLAN,), questions=load_bank().questions, unseen=("domain",),
)  # fmt: skip
HOSTILE = PersonalQuestion(
    code="LEK108",
    about="statistics",
    question="Why <script>alert(1)</script> `fit`?\u202e",
    fact="Ada <b> fitted first.",
    where=(Location(path="a\x1b[1m.py", line=1, snippet="</code><script>"), Location(path="b.py", snippet="y")),
    good_answer=("Sees it: </ul>",),
)
MADE = (
    ForSubject(PLAN, "", (PersonalPart("Ann", (), 0), PersonalPart("Bob", (), 0))),
    ForSubject(PLAN, "Ada <b>", (PersonalPart("Ann", (HOSTILE,), 4), PersonalPart("Bob", (), 0))),
)
PAGES = {
    "kit": render_kit(KIT, MADE, STANDARD, ROLE),
    "form": render_form(BLANK, ROLE),
    "raters": render_raters(agreement(RATINGS), ["hires"]),
}


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


def test_a_form_of_a_part_holds_the_anchors_of_its_own_questions() -> None:
    """The sheet and the form rate one answer on the same words; only what shows besides is on the standard's."""
    question = KIT.by_id["failed-project"]
    blank = replace(BLANK, competencies=question.competencies, questions=(question,))
    text = check_page(render_form(blank, ROLE)).text
    for level in range(1, 6):
        assert " ".join(question.anchors[level].split()) in text
        assert " ".join(STANDARD.by_id[question.main].anchors[level].split()) not in text
        assert " ".join(STANDARD.by_id[question.competencies[1]].anchors[level].split()) in text
    assert "where the answer to failed-project shows it" in text
    assert JOINED in text


def test_a_sheet_has_a_line_of_levels_for_each_competency_besides() -> None:
    needed = {need.competency for need in KIT_NEEDS}
    questions = [KIT.by_id[id_] for id_ in PARTS[0].questions]
    lines = sum(1 + sum(name in needed for name in q.competencies[1:]) for q in questions)
    assert lines > len(questions)
    page = render_kit(KIT, MADE[:1], STANDARD, ROLE)
    assert page.count('class="ring"') == lines
    assert JOINED in page


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


@needs_browser
def test_an_interviewer_gets_one_page_and_a_second_to_look_things_up(tmp_path: Path) -> None:
    """Of the shipped example, for everybody and for each subject; what a subject has to read is a page by itself."""
    example = Case.open(EXAMPLE)
    kit, _ = kit_for(example, None, None, renew=False)
    people = [one for one in example.subjects if one.name in ("Bea Invented", "Eli Nobody")]
    for made in (made_out(example, kit, ()), made_out(example, kit, people)):
        page = render_kit(kit, made, example.standard, example.role)
        assert printed(page, tmp_path, "A4") == page.count('class="plan"') + page.count('class="sheet')


@needs_browser
def test_a_scorecard_with_a_kit_is_one_sheet_of_two_sides(tmp_path: Path) -> None:
    """Of the shipped example, for whoever rates most: questions of their own, what shows besides, a personal one."""
    example = Case.open(EXAMPLE)
    kit, _ = kit_for(example, None, None, renew=False)
    for subject in example.subjects[:2]:
        for rater in kit.interviewers:
            blank = blank_for(example, subject, rater, None)
            assert len(blank.competencies) > 4
            assert printed(render_form(blank, example.role), tmp_path, "A4") == 2


@needs_browser
def test_the_longest_questions_of_the_bank_fit_one_page_as_well(tmp_path: Path) -> None:
    bank = load_bank()
    longest = sorted((q for q in bank.questions if q.minutes == 8), key=lambda q: len(str(q.anchors)), reverse=True)
    plan = PLAN.model_copy(
        update={
            "parts": tuple(Part(interviewer=f"I{k}", questions=tuple(q.id for q in longest[k : k + 4])) for k in (0, 4))
        }
    )
    kit = KIT.model_copy(update={"plans": (plan,)})
    asked = replace(
        HOSTILE, question="What would the score be if these rows had taken no part in it, and how can one tell?"
    )
    made = [ForSubject(plan, "Ada", tuple(PersonalPart(p.interviewer, (asked, asked), 8) for p in plan.parts))]
    page = render_kit(kit, made, STANDARD, ROLE)
    assert printed(page, tmp_path, "A4") == page.count('class="plan"') + page.count('class="sheet')


@needs_browser
@pytest.mark.parametrize("name", ["kit", "raters"])
def test_no_table_is_cut_off_on_paper(name: str, tmp_path: Path) -> None:
    assert widest_on_paper(PAGES[name], tmp_path) <= A4
