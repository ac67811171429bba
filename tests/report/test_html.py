from __future__ import annotations

import base64
import hashlib
import re
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heldout.evidence import Artifact, Dossier, Evidence, Finding, Location
from heldout.report.html import render_case, render_dossier
from heldout.standard import load_standard
from tests.report import samples
from tests.report.page import Page
from tests.report.strategies import NASTY, dossiers

STANDARD = load_standard()
SENIOR = STANDARD.roles_by_id["ml-engineer-senior"]
PAGES = {name: render_dossier(make(), STANDARD, SENIOR) for name, make in samples.ALL.items()}
PAGES["no role"] = render_dossier(samples.strong(), STANDARD)
PAGES["case"] = render_case("Churn team", SENIOR, [make() for make in samples.ALL.values()], STANDARD)
PAGES["empty case"] = render_case("Nobody yet", None, [], STANDARD)
ALLOWED = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "a",
        "header",
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "strong",
        "code",
        "pre",
    ),
    *(
        "span",
        "main",
        "div",
        "section",
        "ol",
        "ul",
        "li",
        "nav",
        "svg",
        "line",
        "rect",
        "circle",
        "path",
        "text",
        "article",
    ),
    *(
        "details",
        "summary",
        "figure",
        "figcaption",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "th",
        "td",
        "dl",
        "dt",
        "dd",
    ),
}


def check_page(html: str, beside: re.Pattern[str] | None = None) -> Page:
    """What holds for every page, whatever it shows; `beside` are files that it may link to in its own folder."""
    page = Page(html)
    assert not page.wrong
    assert not page.open
    assert page.tags() <= ALLOWED
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    links = [link for link in page.all("href") if not (beside and beside.fullmatch(link))]
    assert all(link.startswith("#") for link in links)
    assert {link[1:] for link in links} <= set(ids)
    assert {name for names in page.all("aria-labelledby") for name in names.split()} <= set(ids)
    attributes = {name for _, attrs in page.elements for name in attrs}
    assert not {name for name in attributes if name.startswith("on")}
    assert not attributes & {"src", "style", "srcset", "action", "xlink:href"}
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html)
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for tag, attrs in page.elements:
        if tag == "svg" and attrs.get("role") != "img" and "overflow" not in attrs:
            assert attrs.get("aria-hidden") == "true"
        if attrs.get("role") in ("img", "region", "group"):
            assert attrs["aria-label"]
    regions = [attrs["aria-label"] for _, attrs in page.elements if attrs.get("role") in ("region", "group")]
    assert len(regions) == len(set(regions))
    return page


@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole_labelled_and_self_contained(name: str) -> None:
    page = check_page(PAGES[name])
    assert ("html", {"lang": "en"}) in page.elements


@pytest.mark.parametrize("name", PAGES)
def test_policy_allows_the_own_style_sheet_and_nothing_else(name: str) -> None:
    html = PAGES[name]
    style = html[html.index("<style>") + 7 : html.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(attrs["content"] or "" for tag, attrs in Page(html).elements if "http-equiv" in attrs)
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in style
    assert "@import" not in style


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(dossiers, st.booleans())
def test_any_dossier_renders(dossier: Dossier, with_role: bool) -> None:
    check_page(render_dossier(dossier, STANDARD, SENIOR if with_role else None))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(dossiers, max_size=3), st.text(max_size=20))
def test_any_case_renders(several: list[Dossier], title: str) -> None:
    check_page(render_case(title, None, several, STANDARD))


@pytest.mark.parametrize("bad", NASTY)
def test_hostile_text_stays_text(bad: str) -> None:
    place = Location(artifact=bad, path=bad, line=1, snippet=bad)
    finding = Finding(
        code=bad, polarity="against", message=bad, locations=(place,), measured={bad: bad}, why=bad, mend=bad, ask=bad
    )
    dossier = Dossier(
        subject=bad,
        artifacts=(Artifact(name=bad, kind=bad, origin=bad, digest=bad, measured={bad: bad}),),
        evidence=(samples.seen("craft", findings=[finding], moves={bad: -0.3}, group=bad),),
        findings=(finding.model_copy(update={"message": f"other {bad}"}),),
    )
    check_page(render_dossier(dossier, STANDARD))
    check_page(render_case(bad, None, [dossier, dossier], STANDARD))


def test_first_screen_comes_before_everything_else() -> None:
    text = Page(PAGES["strong"]).text
    order = ("Ada Okafor", "4f1c2d9e0b6a", "20 November 2026", "Three facts that count", "Three questions to ask")
    places = [text.index(part) for part in (*order, "One thing that it cannot tell", "Levels Evidence")]
    assert places[1:] == sorted(places[1:])


def test_levels_stand_beside_their_chart_in_numbers() -> None:
    page = Page(PAGES["strong"])
    label = next(text for text in page.all("aria-label") if text.startswith("Craft"))
    assert label.endswith("repository: level 3.5, 90 % interval 2.9 to 4.2; the role asks for 4.0.")
    assert "3.5 2.9–4.2 , measured error the role asks for 4.0" in page.text
    assert "assumed error" in page.text


def test_a_level_that_hardly_tells_people_apart_says_so_beside_it_and_claims_no_words_of_the_scale() -> None:
    told = "It came no nearer than the mean."
    careful = samples.seen("statistics").model_copy(update={"reason": told})
    dossier = Dossier(subject="Ada", evidence=(careful, samples.seen("craft")))
    page = Page(render_dossier(dossier, STANDARD)).text
    levels = page[page.index("Levels") : page.index("Without a level")]
    assert f"Take care: {told}" in levels
    assert levels.count("Nearest to level") == 1
    assert "hardly tells people apart" in Page(render_case("A case", None, [dossier], STANDARD)).text


def test_what_moved_a_level_adds_up() -> None:
    page = Page(PAGES["strong"]).text
    assert "Start, before any finding 2.20" in page
    assert "+0.85" in page
    assert "−0.22" in page
    assert "Level 3.53" in page


def test_what_the_scale_cut_off_is_said() -> None:
    evidence = samples.seen("craft", moves={"CRF101": 4.0})
    text = Page(render_dossier(Dossier(subject="Ada", evidence=(evidence,)), STANDARD)).text
    assert "The ends of the scale and rounding −1.20" in text


def test_a_flow_is_told_line_by_line() -> None:
    text = Page(PAGES["strong"]).text
    steps = ("churn/train.py:33 All rows are read.", "churn/train.py:41 Mean and spread", "churn/train.py:44 Only here")
    places = [text.index(step) for step in steps]
    assert places == sorted(places)
    assert "X = scaler.fit_transform(X)" in text


def test_suppressed_findings_are_shown_with_reason_and_place() -> None:
    text = Page(PAGES["strong"]).text
    assert "Set aside: The address is our own server" in text
    assert "churn/legacy.py:29" in text


def test_gaps_of_ours_stand_apart() -> None:
    text = Page(PAGES["strong"]).text
    assert "data/customers.parquet : larger than 4 MiB" in text
    assert text.index("by our own fault; counts against nobody") < text.index("STA107 on notebooks")


def test_share_is_said_and_never_claimed_without_an_author() -> None:
    assert "100 % of these lines go back to Ada Okafor" in Page(PAGES["strong"]).text
    weak = Page(PAGES["weak"]).text
    assert "of these lines go back to Ben" not in weak
    assert "Whose lines they point at was not assessed" in weak
    unnamed = samples.LEAK.model_copy(update={"share": None, "message": "Another"})
    mixed = Dossier(subject="Ben", findings=(samples.LEAK, unnamed))
    assert "whose lines: not assessed" in Page(render_dossier(mixed, STANDARD)).text


def test_numerous_findings_are_counted_with_their_places() -> None:
    page = Page(PAGES["weak"])
    assert "REP110-40" in page.all("id")
    assert "REP110-41" not in page.all("id")
    assert "19 further findings of REP110" in page.text
    assert "final_v59.ipynb, cell 59:2" in page.text


def test_missing_levels_give_state_and_reason() -> None:
    text = Page(PAGES["weak"]).text
    assert "This material cannot show it. Too little code: 240 lines." in text
    assert "Nothing of the kind was there. Nothing of the kind was found." in text


def test_several_artifacts_give_one_row_with_a_mark_each() -> None:
    page = Page(render_dossier(samples.framework(), STANDARD))
    label = next(text for text in page.all("aria-label") if text.startswith("Python"))
    assert "paddle: level 3.7" in label
    assert "paddle-admin: level 3.1" in label


def test_a_finding_under_two_competencies_is_shown_once_and_linked() -> None:
    page = Page(PAGES["strong"])
    assert page.all("id").count("CRF101-1") == 1
    assert "speaks also for" in page.text


def test_case_compares_and_ranks_nobody() -> None:
    page = Page(PAGES["case"])
    label = next(text for text in page.all("aria-label") if text.startswith("Python"))
    assert "Ada Okafor: level 3.0" in label
    assert "Chidi: level 3.7" in label
    assert "Dana : nothing of the kind was there" in page.text.replace("Dana:", "Dana :")
    assert "Nobody is ranked here" in page.text


def test_two_subjects_of_one_name_are_told_apart() -> None:
    text = Page(render_case("Twins", None, [samples.strong(), samples.strong()], STANDARD)).text
    assert "Ada Okafor (1)" in text
    assert "Ada Okafor (2)" in text


def test_no_page_holds_a_verdict_or_a_score() -> None:
    for name, html in PAGES.items():
        text = Page(html).text.lower()
        for word in ("recommended", "overall score:", "hire ", "reject", "passed", "failed"):
            assert word not in text, (name, word)


def test_pages_stay_small() -> None:
    finding = samples.BROAD[0]
    many = tuple(finding.model_copy(update={"message": f"Number {n}."}) for n in range(5_000))
    evidence = Evidence.model_validate(samples.seen("craft", moves={"CRF104": -0.4}).model_dump() | {"findings": many})
    assert len(render_dossier(Dossier(subject="Ada", evidence=(evidence,)), STANDARD)) < 150_000
