"""Who people are never meets what decides on them: held by the imports of the code itself."""

from __future__ import annotations

import grimp

IMPACT = "heldout.decision.impact"
PEOPLE_MAY_READ = {
    "heldout.cli.fairness",
    "heldout.report.fairness_html",
    "heldout.report.fairness_view",
    "heldout.report.terminal_fairness",
}
GRAPH = grimp.build_graph("heldout")


def test_only_the_report_on_fairness_knows_demographics() -> None:
    importers = {
        name
        for module in GRAPH.find_descendants(IMPACT) | {IMPACT}
        for name in GRAPH.find_modules_that_directly_import(module)
    }
    assert {name for name in importers if not name.startswith(IMPACT)} == PEOPLE_MAY_READ


def test_the_report_on_fairness_knows_nothing_that_decides() -> None:
    known = {
        name for module in GRAPH.find_descendants(IMPACT) for name in GRAPH.find_modules_directly_imported_by(module)
    }
    assert {name for name in known if not name.startswith(IMPACT)} == {
        "heldout.errors",
        "heldout.evidence.files",
        "heldout.evidence.types",
    }
