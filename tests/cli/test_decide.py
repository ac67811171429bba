"""`heldout decide` and `heldout outcome`, as they are used."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from heldout.cli import heldout, main
from heldout.evidence import Artifact, Case, Dossier, Evidence
from heldout.standard import select_role

REASON = "Her code holds on data that it had not seen, and the panel agrees."


@pytest.fixture
def case(tmp_path: Path) -> Case:
    standard, role = select_role("ml-engineer-mid")
    made = Case.create(tmp_path / "case", standard=standard, role=role, title="Churn hire")
    for name, level in (("Ada Lovelace", 4.5), ("Bob", 2.5)):
        evidence = tuple(
            Evidence(
                competency=competency, level=level, se=0.5, basis="calibrated", source="repository",
                instrument="review", version="1", share=1.0, start=2.5, group="churn",
            )
            for competency in role.weights
        )  # fmt: skip
        artifact = Artifact(name="churn", kind="repository", origin="churn", digest=name)
        made.write_dossier(Dossier(subject=name, artifacts=(artifact,), evidence=evidence))
    return made


def run(*arguments: object) -> str:
    result = CliRunner().invoke(heldout, [str(part) for part in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stop:
        main([str(part) for part in arguments])
    return int(str(stop.value.code))


def test_the_memo_on_the_terminal_says_who_leads_and_that_people_decide(case: Case) -> None:
    text = run("decide", case.path)
    assert "Ada Lovelace is likeliest to be the best of 2" in text
    assert "Why Ada Lovelace before " in text
    assert "reviews: Ada Lovelace, " in text
    assert "People decide" in text


def test_the_page_and_the_json_say_the_same(case: Case, tmp_path: Path) -> None:
    page = tmp_path / "memo.html"
    told = json.loads(run("decide", case.path, "--json", "-", "--html", page))
    assert told["headline"] in page.read_text().replace("&#39;", "'")
    assert told["subjects"][0]["slug"] == "ada-lovelace"


def test_a_decision_is_kept_with_the_memo_it_was_made_on_and_shown(case: Case, tmp_path: Path) -> None:
    run("decide", case.path, "--choose", "Ada Lovelace", "--by", "Grace", "--reason", REASON)
    (path,) = (case.path / "decision").glob("*.json")
    kept = json.loads(path.read_text())
    assert (kept["choice"], kept["by"], kept["follows"]) == ("ada-lovelace", "Grace", True)
    assert kept["memo"]["leader"] == "ada-lovelace"
    run(
        "decide", case.path, "--choose", "later", "--by", "Grace", "--reason", "Two more interviews are worth it first."
    )
    assert len(list((case.path / "decision").glob("*.json"))) == 2
    run("outcome", case.path, "--subject", "ada-lovelace", "--months", 6, "--by", "Mei", "--level", 4, "--competency",
        "craft=4.5", "--note", "Ships.")  # fmt: skip
    page = tmp_path / "memo.html"
    assert REASON in run("decide", case.path, "--html", page)
    told = json.loads(run("decide", case.path, "--json", "-"))["recorded"]
    assert [(one["by"], one["choice"], len(one["outcomes"])) for one in told] == [
        ("Grace", "ada-lovelace", 1), ("Grace", "later", 0)
    ]  # fmt: skip
    assert "After 6 months, by Mei: works at level 4.0; still there" in page.read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--choose", "Ada Lovelace", "--by", "Grace", "--reason", "good"),
        ("--choose", "Ada Lovelace", "--by", " ", "--reason", REASON),
        ("--choose", "Eve", "--by", "Grace", "--reason", REASON),
        ("--by", "Grace"),
        ("--hours", "-1"),
        ("--html", "/no/such/folder/memo.html"),
    ],
)
def test_what_cannot_be_recorded_is_refused_and_nothing_is_kept(case: Case, arguments: tuple[str, ...]) -> None:
    assert refused("decide", case.path, *arguments) == 2
    assert not (case.path / "decision").exists()


def test_an_unknown_name_is_told_together_with_a_short_reason(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused("decide", case.path, "--choose", "Zed", "--by", "Grace", "--reason", "x") == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "no subject 'Zed'" in told
    assert "too short" in told


@pytest.mark.parametrize("name", ["nobody", "Later", "Nobody!"])
def test_a_subject_cannot_be_called_as_a_decision_without_a_name(case: Case, name: str) -> None:
    assert refused("case", "add-subject", case.path, name) == 2
    run("case", "add-subject", case.path, f"Eli {name}")


def test_a_subject_that_was_given_such_a_name_by_hand_is_not_taken_for_nobody(case: Case) -> None:
    path = case.path / "case.toml"
    path.write_text(path.read_text().replace("Bob", "Nobody").replace("bob", "nobody"))
    (case.path / "subjects" / "bob").rename(case.path / "subjects" / "nobody")
    assert refused("decide", case.path, "--choose", "nobody", "--by", "Grace", "--reason", REASON) == 2
    run("decide", case.path, "--choose", "later", "--by", "Grace", "--reason", REASON)


def test_of_two_outcomes_of_one_month_by_one_observer_the_later_counts(case: Case, tmp_path: Path) -> None:
    run("decide", case.path, "--choose", "Ada Lovelace", "--by", "Grace", "--reason", REASON)
    about = ("outcome", case.path, "--subject", "Ada Lovelace", "--months", 6, "--level")
    assert "beside it" not in run(*about, 3, "--by", "Mei")
    assert "by Mei is kept beside it; this one counts" in " ".join(run(*about, 4, "--by", "mei").split())
    assert "both count" in " ".join(run(*about, 2, "--by", "Linus").split())
    page = tmp_path / "memo.html"
    run("decide", case.path, "--html", page)
    assert page.read_text().count("the later one counts") == 1
    told = json.loads(run("decide", case.path, "--json", "-"))["recorded"][0]["outcomes"]
    assert [(one["level"], one["superseded"]) for one in told] == [(3, True), (4, False), (2, False)]


def test_an_outcome_needs_a_decision_and_figures_within_the_scale(case: Case) -> None:
    common = ("--subject", "Ada Lovelace", "--by", "Mei")
    assert refused("outcome", case.path, *common, "--months", 6) == 2
    run("decide", case.path, "--choose", "Ada Lovelace", "--by", "Grace", "--reason", REASON)
    assert refused("outcome", case.path, *common, "--months", 0) == 2
    assert refused("outcome", case.path, *common, "--months", 6, "--level", 9) == 2
    assert refused("outcome", case.path, *common, "--months", 6, "--competency", "craft=9") == 2
    assert refused("outcome", case.path, *common, "--months", 6, "--competency", "charm=3") == 2
    assert refused("outcome", case.path, *common, "--months", 6, "--competency", "craft") == 2


def test_who_is_deleted_is_gone_from_what_was_decided(case: Case) -> None:
    run("decide", case.path, "--choose", "Ada Lovelace", "--by", "Grace", "--reason", REASON)
    run("outcome", case.path, "--subject", "Ada Lovelace", "--months", 6, "--by", "Mei")
    run("case", "delete-subject", case.path, "Ada Lovelace", "--yes")
    left = [path.read_text() for path in (case.path / "decision").glob("*.json")]
    assert len(left) == 1  # that somebody decided something stays
    assert "Grace" in left[0]
    assert not any("Ada" in text or "ada-lovelace" in text or "Her code" in text for text in left)
    assert "Bob" in run("decide", case.path)


def test_a_spoilt_decision_is_named_with_what_to_do(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    run(
        "decide",
        case.path,
        "--choose",
        "nobody",
        "--by",
        "Grace",
        "--reason",
        "None of them reaches the bar yet, alas.",
    )
    (path,) = (case.path / "decision").glob("*.json")
    path.write_text("{}")
    assert refused("decide", case.path) == 2
    assert "is not as it was written" in capsys.readouterr().err


def test_a_case_without_anybody_is_no_error(tmp_path: Path) -> None:
    standard, role = select_role("vendor-team")
    empty = Case.create(tmp_path / "empty", standard=standard, role=role)
    assert "nobody to decide about yet" in run("decide", empty.path)


@pytest.mark.parametrize("name", ["case.toml", "standard.json"])
def test_a_page_does_not_go_over_the_cases_own_files(case: Case, name: str) -> None:
    before = (case.path / "case.toml").read_bytes()
    assert refused("decide", case.path, "--html", case.path / name) == 2
    (kept,) = (case.path / "subjects" / "bob" / "evidence").iterdir()
    assert refused("decide", case.path, "--json", kept) == 2
    assert (case.path / "case.toml").read_bytes() == before
    run("decide", case.path, "--html", case.path / "memo.html")
    run("decide", case.path, "--html", case.path / "memo.html")


def test_what_further_looks_take_is_the_users_to_change(case: Case, tmp_path: Path) -> None:
    own, page = tmp_path / "own.yaml", tmp_path / "memo.html"
    run("decide", case.path, "--assumptions-template", own)
    assert "# - id: their_hour" in own.read_text()
    with own.open("a") as file:
        file.write("  - {id: their_hour, low: 0, mode: 0, high: 0, source: they would come for nothing}\n")
    run("decide", case.path, "--assumptions", own, "--html", page)
    assert "they would come for nothing" in page.read_text()
    told = json.loads(run("decide", case.path, "--assumptions", own, "--json", "-"))
    ours = json.loads(run("decide", case.path, "--json", "-"))
    assert all(a["cost"] < b["cost"] for a, b in zip(by_what(told), by_what(ours), strict=True))


def by_what(told: dict[str, Any]) -> list[dict[str, Any]]:
    return sorted(told["next_steps"], key=lambda step: (step["subject"], step["what"]))


def test_no_number_of_hours_is_refused(case: Case) -> None:
    assert refused("decide", case.path, "--hours", "nan") == 2


def test_somebody_can_be_added_without_work_to_look_at(case: Case) -> None:
    assert "agency" in run("case", "add-subject", case.path, "Łódź Models", "--kind", "agency")
    assert case.subject("Łódź Models").kind == "agency"
    assert refused("case", "add-subject", case.path, "łódź models") == 2


def test_one_level_told_twice_is_refused_and_not_the_last_one_kept(case: Case) -> None:
    run("decide", case.path, "--choose", "Bob", "--by", "Grace", "--reason", REASON)
    told = ("outcome", case.path, "--subject", "Bob", "--months", 6, "--by", "Mei", "--competency", "craft=3")
    assert refused(*told, "--competency", "craft=5") == 2
    assert not list((case.path / "decision").glob("*-outcome-*"))
