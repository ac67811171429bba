"""`heldout interview questions`, as a user meets it."""

import json
from pathlib import Path

import pytest

from heldout.sources.interview.bank import load_bank
from tests.cli.test_standard import run
from tests.sources.interview.test_bank import OWN

BANK = load_bank()


def test_the_list_holds_all(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "interview", "questions")
    assert (code, err) == (0, "")
    assert [question.id for question in BANK.questions if question.id not in out] == []


def test_one_question_with_its_levels(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "interview", "questions", "training-loop-fault")
    assert code == 0
    rows = [line.split()[0] for line in out.splitlines() if line.startswith(tuple(f"   {n} " for n in range(1, 6)))]
    assert rows == list("12345")
    for said in ("loss.backward()", "Follow-ups", "Does not tell", "What not to ask or say", "another form"):
        assert said in out


def test_narrowed_and_machine_readable(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = json.loads(
        run(capsys, "interview", "questions", "--competency", "craft", "--for", "person", "--json", "-")[1]
    )
    assert [q["id"] for q in found["questions"]] == [q.id for q in BANK.about("craft", "person")]
    run(capsys, "interview", "questions", "slow-program", "--json", tmp_path / "one.json")
    assert json.loads((tmp_path / "one.json").read_text())["anchors"]["1"] == BANK.by_id["slow-program"].anchors[1]


def test_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads(run(capsys, "interview", "questions", "--schema")[1])
    assert schema["required"] == ["version", "questions"]
    assert schema["$defs"]["Question"]["properties"]["anchors"]["required"] == ["1", "2", "3", "4", "5"]


def test_own_questions(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN)
    assert "our-meters" in run(capsys, "interview", "questions", "--questions", path)[1]
    assert run(capsys, "case", "new", tmp_path / "case", "--role", "ml-engineer-mid")[0] == 0
    (tmp_path / "case" / "questions").mkdir(exist_ok=True)
    (tmp_path / "case" / "questions" / "own.yaml").write_text(OWN)
    assert "our-meters" in run(capsys, "interview", "questions", "--case", tmp_path / "case")[1]
    path.write_text(OWN.replace("minutes: 6", "minutes: 0"))
    code, out, err = run(capsys, "interview", "questions", "--questions", tmp_path / "own.yaml")
    assert (code, out) == (2, "")
    assert f"{path}:7:14: `questions[0].minutes` must be 2 or more" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["slow-progam"], "did you mean `slow-program`"),
        (["--competency", "crft"], "did you mean `craft`"),
        (["--for", "everybody"], "is not one of"),
        (["--case", "absent"], "absent is no case"),
        (["--case", "absent", "--questions", "absent"], "choose one of"),
        (["--questions", "absent.yaml"], "cannot read absent.yaml"),
        (["--json", "no/such/folder.json"], "no such folder"),
    ],
)
def test_bad_input_leaves_with_2(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    code, out, err = run(capsys, "interview", "questions", *arguments)
    assert (code, out) == (2, "")
    assert said in err
