"""The pages in a real browser: nothing sticks out on a phone, and axe finds no fault.

Needs a Chromium on the path. Without one these tests are skipped on a desk, with the reason, and fail in CI;
`test_html.py` checks structure and labels everywhere.
"""

from __future__ import annotations

import html as markup
import json
import os
import re
import shutil
import subprocess
from datetime import date
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from heldout.decision.decide import decide
from heldout.decision.engagement import Need, engage
from heldout.decision.engagement.assumptions import builtin
from heldout.evidence import Case
from heldout.report.audit_html import render_audit
from heldout.report.decision_html import render_decision
from heldout.report.engagement_html import render_engagement
from heldout.report.fairness_html import render_fairness
from heldout.report.html import render_case, render_dossier
from heldout.report.record_html import render_explanation, render_record
from heldout.runs.dossiers import everything
from heldout.runs.recording import record_of
from heldout.standard import load_standard
from tests.decision.impact.samples import funnel, report
from tests.decision.memos import many, memo, settled, undecided
from tests.decision.record.samples import case
from tests.report import samples
from tests.report.audit_samples import AUDITS

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
needs_browser = pytest.mark.skipif(not CHROMIUM and not os.environ.get("CI"), reason="no Chromium on the path")
STANDARD = load_standard()
EXAMPLE = Path(__file__).parents[2] / "examples" / "decision"
SENIOR = STANDARD.roles_by_id["ml-engineer-senior"]
with TemporaryDirectory() as folder:
    FAIRNESS = report(funnel(Path(folder)))
    RECORD = record_of(case(Path(folder) / "case"), date(2026, 5, 1))
MEMO, DECIDED, OUTCOME = settled()
PAGES = {
    "fairness": render_fairness(FAIRNESS),
    "engagement": render_engagement(engage(Need(), builtin().assumptions)),
    "record": render_record(RECORD),
    "explanation": render_explanation(RECORD.explanations[0], RECORD.title),
    "memo": render_decision(MEMO, [(DECIDED, (OUTCOME,))]),
    "memo-open": render_decision(undecided()),
    "memo-of-nobody": render_decision(memo()),
    "memo-of-many": render_decision(many()),
    "strong": render_dossier(samples.strong(), STANDARD, SENIOR),
    "weak": render_dossier(samples.weak(), STANDARD),
    "case": render_case("Churn team", SENIOR, [make() for make in samples.ALL.values()], STANDARD),
    **{f"audit-{name}": render_audit(one) for name, one in AUDITS.items()},
}
A4 = 718
"""Pixels of the text of an A4 page with margins of a centimetre."""
MEASURE = """
document.querySelectorAll('details').forEach(d => d.open = true);
const out = {wide: document.documentElement.scrollWidth - document.documentElement.clientWidth};
out.tables = [...document.querySelectorAll('table')].map(t => Math.ceil(t.getBoundingClientRect().right - 1));
const card = document.querySelector('.first');
out.first = card ? Math.round(card.getBoundingClientRect().bottom + window.scrollY) : 0;
const say = () => { document.body.dataset.out = JSON.stringify(out); };
say();
"""
RUN_AXE = """
axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(r => {
  out.violations = r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).slice(0, 3).join(' | ')); say();
});
"""


def measured(page: str, width: int, folder: Path, axe: str = "") -> dict[str, object]:
    """Frame the page at a width (the browser has a least one of its own), run the script in it, read what it says."""
    script = f"{axe}\n{MEASURE}\n{RUN_AXE if axe else ''}".replace("</script", "<\\/script")
    without_policy = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    inner = without_policy.replace("</body>", f"<script>{script}</script></body>")
    report = "const d = f.contentDocument; const t = setInterval(() => { const o = d.body && d.body.dataset.out;"
    report += f" if (o && (!{json.dumps(bool(axe))} || o.includes('violations')))"
    report += " { document.body.dataset.out = o; clearInterval(t); } }, 50);"
    frame = f'<iframe id="f" title="page" width="{width}" height="900" srcdoc="{markup.escape(inner)}"></iframe>'
    outer = (
        f'<!doctype html><body>{frame}<script>const f = document.getElementById("f"); f.onload = () => {{{report}}};'
    )
    (folder / "outer.html").write_text(outer + "</script></body>", encoding="utf-8")
    done = subprocess.run(
        [
            *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=30000", "--dump-dom"),
            *(f"--user-data-dir={folder}/profile", "--window-size=1400,1000", f"file://{folder}/outer.html"),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = re.search(r'<body data-out="([^"]*)"', done.stdout)
    assert said, done.stderr[-2000:]
    return json.loads(markup.unescape(said[1]))


def widest_on_paper(page: str, folder: Path) -> int:
    """The right edge of the widest table under the rules for print, laid out as wide as the text of an A4 page."""
    paper = page.replace("@media screen", "@media not all").replace("@media print", "@media all")
    assert paper != page
    tables = measured(paper, A4, folder)["tables"]
    assert isinstance(tables, list)
    assert tables
    return max(tables)


def printed(page: str, folder: Path, paper: str = "letter") -> int:
    """On how many pages of `paper` it prints, as the browser does it by itself."""
    without_policy = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    sized = without_policy.replace("</head>", f"<style>@page {{ size: {paper}; }}</style></head>")
    (folder / "page.html").write_text(sized, encoding="utf-8")
    subprocess.run(
        [
            *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"),
            *(f"--user-data-dir={folder}/profile", f"--print-to-pdf={folder}/page.pdf", f"{folder}/page.html"),
        ],
        capture_output=True,
        timeout=120,
        check=True,
    )
    return len(re.findall(rb"/Type\s*/Page\b", (folder / "page.pdf").read_bytes()))


@needs_browser
@pytest.mark.parametrize("name", PAGES)
def test_nothing_sticks_out_on_a_phone(name: str, tmp_path: Path) -> None:
    assert measured(PAGES[name], 390, tmp_path)["wide"] == 0


@needs_browser
@pytest.mark.parametrize("name", ["record", "fairness", "engagement", "explanation", "audit-good"])
def test_no_table_is_cut_off_on_paper(name: str, tmp_path: Path) -> None:
    assert widest_on_paper(PAGES[name], tmp_path) <= A4


@needs_browser
@pytest.mark.parametrize("width", [390, 1180])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_fault(name: str, width: int, tmp_path: Path) -> None:
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    assert measured(PAGES[name], width, tmp_path, axe)["violations"] == []


@needs_browser
@pytest.mark.parametrize("name", ["strong", "audit-good", "audit-rented", "fairness", "engagement", "memo"])
def test_axe_finds_no_fault_in_the_dark(name: str, tmp_path: Path) -> None:
    dark = PAGES[name].replace("@media (prefers-color-scheme: dark)", "@media all")
    assert dark != PAGES[name]
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    assert measured(dark, 1180, tmp_path, axe)["violations"] == []


@needs_browser
@pytest.mark.parametrize("name", ["good", "rented", "broken"])
def test_the_first_screen_of_an_audit_fits_a_screen(name: str, tmp_path: Path) -> None:
    """Verdict, both answers, the four questions and three clauses stand above the fold of a small laptop."""
    assert measured(PAGES[f"audit-{name}"], 1180, tmp_path)["first"] <= 900


@needs_browser
def test_the_memo_itself_prints_on_one_page(tmp_path: Path) -> None:
    """The shipped example: six subjects, reasons, limits, what no number holds, room to decide; then its annex."""
    example = Case.open(EXAMPLE)
    seen = [(one, everything(example, one)) for one in example.subjects]
    page = render_decision(decide(example.title, example.role, example.standard, seen))
    first = page[: page.index('<section class="annex"')] + "</main></body></html>"
    assert printed(first, tmp_path) == 1


@needs_browser
@pytest.mark.parametrize("paper", ["letter", "A4"])
def test_the_memo_of_many_prints_on_one_page_as_well(paper: str, tmp_path: Path) -> None:
    """The first ten stand on it, the others in the annex; an open decision, so with room to decide."""
    page = PAGES["memo-of-many"]
    first = page[: page.index('<section class="annex"')] + "</main></body></html>"
    assert printed(first, tmp_path, paper) == 1
    assert "14 others" in first
    assert first.count("Candidate Number") < page.count("Candidate Number")
