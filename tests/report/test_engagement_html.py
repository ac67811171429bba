"""The page of `heldout engage`: whole, safe, with a source for every number and no surer than its sources."""

from __future__ import annotations

import pytest

from heldout.decision.engagement import Engagement, Need, engage
from heldout.decision.engagement.assumptions import builtin
from heldout.report.engagement_html import render_engagement
from tests.report.page import Page
from tests.report.test_html import check_page


@pytest.fixture(scope="module")
def result() -> Engagement:
    return engage(Need(), builtin().assumptions, ("the need lasts 24 months from today",))


def test_page_is_whole_labelled_and_self_contained(result: Engagement) -> None:
    check_page(render_engagement(result))


def test_page_tells_sources_limits_and_what_nobody_said(result: Engagement) -> None:
    text = Page(render_engagement(result)).text
    for part in (
        "the need lasts 24 months from today",
        "weak: read only in accounts of it",
        "they are not averaged, and the same rate holds for every way",
        "Until then no probability is given",
        f"Seed {result.seed}",
        "How good the people are",
        "heldout audit DELIVERY",
        *(one.what for one in builtin().assumptions),
    ):
        assert part.casefold() in text.casefold()


def test_every_way_has_its_interval_and_every_map_its_letters(result: Engagement) -> None:
    labels = Page(render_engagement(result)).all("aria-label")
    assert sum("8 in 10 worlds" in label for label in labels) == len(result.ways)
    assert sum("by length of the need and hourly rate" in label for label in labels) == len(result.maps)
    assert sum("the lead is" in label for label in labels) == 10


@pytest.mark.parametrize(
    "need",
    [Need(horizon_months=2), Need(stays_in_house=("knowledge",)), Need(kind="one-off", firm_deadline=True)],
    ids=["none", "knowledge", "firm"],
)
def test_every_need_has_a_page(need: Need) -> None:
    check_page(render_engagement(engage(need, builtin().assumptions), "<script>alert(1)</script>"))
