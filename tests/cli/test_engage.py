"""`heldout engage`: the answer on the terminal, as page and as JSON; templates; mistakes with their lines."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.test_case import run


def test_the_answer_begins_with_a_sentence_and_says_what_is_assumed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "engage", "--one-off", "--horizon", "18", "--scope", "4")
    words = " ".join(out.split())
    assert code == 0
    assert "over 18 months" in words.split("Assumed")[0]
    assert "Assumed, since nobody said otherwise: something has to work" in words
    for part in ("Nothing by itself turns it", "Under which conditions", "In stages", "Replace first", "weak:"):
        assert part in words


def test_page_and_json_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "e.html"
    code, out, _ = run(capsys, "engage", "--json", "-", "--html", page)
    assert code == 0
    content = json.loads(out)
    assert content["probability"] is None
    assert content["seed"]
    assert "Full-time, freelancer, agency or team?" in page.read_text()


def test_templates_are_written_once_and_read_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    need, own = tmp_path / "need.yaml", tmp_path / "own.yaml"
    assert run(capsys, "engage", "--need-template", need, "--assumptions-template", own)[0] == 0
    assert run(capsys, "engage", "--need", need, "--assumptions", own)[0] == 0
    code, _, err = run(capsys, "engage", "--need-template", need)
    assert (code, "is not overwritten" in err) == (2, True)
    assert "- id: wage" in run(capsys, "engage", "--assumptions-template", "-")[1]


def test_mistakes_are_told_with_their_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    need = tmp_path / "need.yaml"
    need.write_text("kind: lasting\nhorizon: 3\n")
    code, _, err = run(capsys, "engage", "--need", need)
    assert (code, "need.yaml:2:1: `horizon` is not a known key" in err) == (2, True)
    code, _, err = run(capsys, "engage", "--currency", "EUR")
    assert (code, "--per-dollar" in err) == (2, True)


def test_a_case_gives_its_title(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "c"
    assert run(capsys, "case", "new", case, "--role", "vendor-team", "--title", "Churn, built or bought")[0] == 0
    assert "Churn, built or bought" in run(capsys, "engage", "--case", case)[1]


def test_the_need_of_the_shipped_case_is_found_and_options_go_over_it(capsys: pytest.CaptureFixture[str]) -> None:
    example = Path(__file__).parents[2] / "examples" / "decision"
    told = json.loads(run(capsys, "engage", "--case", example, "--deadline", "10", "--json", "-")[1])
    assert told["need"]["scope_person_months"] == 4
    assert (told["need"]["deadline_months"], told["said"]) == (10, [])


def test_what_was_looked_at_does_not_say_what_an_audit_did_not_find(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    example, page = Path(__file__).parents[2] / "examples" / "decision", tmp_path / "e.html"
    assert run(capsys, "engage", "--case", example, "--html", page)[0] == 0
    told = page.read_text().split("Before you sign")[1].split("Words are claims")[0]
    assert "you cannot retrain it" in told
    assert "a delivery audited" in told
    assert "run and retrained" not in told


def test_amounts_in_other_currencies_stay_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "engage", "--currency", "EUR", "--per-dollar", "0.9")
    rows = out.split("spent, EUR")[1].split("What would turn it")[0].splitlines()
    assert sum(bool(re.search(r"[\d,]{5,} +[\d,]{5,} to [\d,]{5,} +\d", row)) for row in rows) == 5
    assert "deadline at half its length" in " ".join(out.split())


def test_a_vendors_answers_go_into_a_case_as_claims(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case, answers, page = tmp_path / "c", tmp_path / "a.yaml", tmp_path / "e.html"
    run(capsys, "case", "new", case, "--role", "vendor-team")
    assert run(capsys, "engage", "--vetting-template", answers)[0] == 0
    answers.write_text(answers.read_text().replace('answer: ""', 'answer: "It will certainly work."', 1))
    code, out, _ = run(capsys, "engage", "--vetting", answers, "--into", case, "--subject", "Acme")
    assert (code, "1 answer as claims to check, 8 open questions" in " ".join(out.split())) == (0, True)
    shown = run(capsys, "case", "show", case, "--subject", "Acme")[1]
    assert "It will certainly work." in " ".join(shown.split())
    assert run(capsys, "engage", "--case", case, "--html", page)[0] == 0
    assert "<strong>Acme</strong> (agency)" in page.read_text()
    code, _, err = run(capsys, "engage", "--vetting", answers, "--into", case)
    assert (code, "--subject NAME" in err) == (2, True)
