"""`heldout record`: what is kept, what is missing, and what a candidate is told."""

import json
from pathlib import Path

import pytest

from tests.cli.test_case import run
from tests.decision.record.samples import FULL, case


def test_what_is_missing_is_named_with_how_to_supply_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = case(tmp_path / "c").path
    code, out, _ = run(capsys, "record", folder)
    words = " ".join(out.split())
    assert code == 0
    assert "10 things are missing, in part or whole" in words
    assert "missing: [retention] until; [retention] reason" in words
    assert "Write `[retention]` with `until` (a day) and `reason` into record.toml." in words
    assert "no legal advice and no certificate" in words


def test_page_and_json_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = case(tmp_path / "c", FULL).path
    page = tmp_path / "r.html"
    code, out, _ = run(capsys, "record", folder, "--json", "-", "--html", page)
    assert code == 0
    content = json.loads(out)
    assert len(content["scores"]) == 4
    assert all(answer["requirement"]["laws"] for answer in content["answers"])
    assert "weak: from memory" in page.read_text()


def test_a_template_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = case(tmp_path / "c").path
    assert run(capsys, "record", folder, "--template", folder / "record.toml")[0] == 0
    assert run(capsys, "record", folder)[0] == 0
    code, _, err = run(capsys, "record", folder, "--template", folder / "record.toml")
    assert (code, "is not overwritten" in err) == (2, True)
    assert "[subjects.bob]" in run(capsys, "record", folder, "--template", "-")[1]


def test_what_a_candidate_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = case(tmp_path / "c", FULL).path
    page = tmp_path / "ada.html"
    assert run(capsys, "record", folder, "--candidate", "Ada", "--html", page)[0] == 0
    assert "somebody else looks again within two weeks" in page.read_text()
    assert "Bob" not in page.read_text()
    assert "How Ada is looked at" in run(capsys, "record", folder, "--candidate", "Ada")[1]
    both = run(capsys, "record", folder, "--candidate", "Ada", "--html", page, "--json", tmp_path / "ada.json")[1]
    assert "How Ada is looked at" in both
    assert str(page) in "".join(both.split())
    code, _, err = run(capsys, "record", folder, "--candidate", "Eve")
    assert (code, "no subject 'Eve'" in err) == (2, True)


def test_a_case_that_is_overdue_says_so_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = case(tmp_path / "c", "[retention]\nuntil = 2020-01-31\nreason = 'x'\n").path
    out = run(capsys, "record", folder)[1]
    assert "was to be kept until 2020-01-31. That day has passed: delete it." in " ".join(out.split())
    assert "heldout case delete-subject" in out


def test_what_is_noted_of_a_subject_goes_with_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = case(tmp_path / "c", FULL).path
    code, out, _ = run(capsys, "case", "delete-subject", folder, "Ada", "--yes")
    assert (code, "the entries in case.toml and record.toml" in out) == (0, True)
    assert "ada" not in (folder / "record.toml").read_text()
    assert run(capsys, "record", folder)[0] == 0


def test_a_recorded_decision_stands_there_with_its_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = case(tmp_path / "c", FULL).path
    why = "Her second project shows what the first did not."
    assert run(capsys, "decide", folder, "--choose", "Bob", "--by", "Grace", "--reason", why)[0] == 0
    answers = {
        a["requirement"]["id"]: a for a in json.loads(run(capsys, "record", folder, "--json", "-")[1])["answers"]
    }
    assert f"Grace: Bob. {why}" in answers["decision"]["found"][0]["text"]
    assert answers["decision"]["found"][0]["where"].startswith("decision/")
    assert answers["overrides"]["found"][0]["text"] == "1 of 1 decisions differ from the memo"
    assert answers["model"]["held"] == "kept"


def test_a_sentence_for_a_candidate_is_taken_with_the_decision(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = case(tmp_path / "c", FULL).path
    given = ("--choose", "Bob", "--by", "Grace", "--reason", "His second project shows what the first did not.")
    words = "We need somebody who has run such a service = a live one."
    code, _, err = run(capsys, "decide", folder, *given, "--for-candidate", "Ada: no")
    assert (code, "is to be NAME=TEXT" in err) == (2, True)
    assert run(capsys, "decide", folder, "--for-candidate", f"Ada={words}")[0] == 2
    assert run(capsys, "decide", folder, *given, "--for-candidate", f"Ada={words}")[0] == 0
    out = " ".join(run(capsys, "record", folder, "--candidate", "Ada")[1].split())
    assert words in out
    assert "Write to hiring@example.org." in out
    assert "churn (past work, looked at on 2026-03-20)" in out
    assert "Bob" not in out


def test_a_mistake_in_record_toml_has_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = case(tmp_path / "c", "[retention]\nuntil = 7\n").path
    code, out, err = run(capsys, "record", folder)
    assert (code, "record.toml:2:1: `retention.until`" in err) == (2, True)
    assert "nothing of record.toml counts" in err
    assert "things are missing" in " ".join(out.split())
    page = tmp_path / "r.html"
    assert run(capsys, "record", folder, "--html", page)[0] == 2
    assert not page.exists()
