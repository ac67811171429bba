"""The bank: a company's own questions, and what is said of each line that is wrong."""

from pathlib import Path

import pytest

from heldout.errors import InputError
from heldout.evidence.case import Case
from heldout.sources.interview.bank import Bank, bank_of_case, load_bank
from heldout.standard import builtin_standard, load_standard
from heldout.standard.yaml_source import YamlError

OWN = """\
version: "acme-1"
questions:
  - id: our-meters
    version: "1"
    competencies: [domain, wrangling]
    kind: situation
    minutes: 6
    question: A meter reads less than last month. What can have happened?
    tells: Whether they know meters.
    cannot_tell: Whether they like them.
    anchors:
      1: one
      2: two
      3: three
      4: four
      5: five
    good_answer: [Meters are exchanged and roll over.]
"""
BUILT_IN = load_bank()


def write(folder: Path, text: str, name: str = "own.yaml") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text)
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(YamlError) as caught:
        load_bank([path])
    return [str(problem).removeprefix(f"{path}:") for problem in caught.value.problems]


def test_an_own_question_is_added(tmp_path: Path) -> None:
    bank = load_bank([write(tmp_path, OWN)])
    assert bank.version == f"{BUILT_IN.version}+acme-1"
    assert len(bank.questions) == len(BUILT_IN.questions) + 1
    own = bank.by_id["our-meters"]
    assert (own.main, own.whom, own.red_flags) == ("domain", "person", ())
    assert own.accommodation, "there is always another way to answer"
    assert own in bank.about("wrangling")
    assert own.digest != load_bank([write(tmp_path, OWN.replace("three", "3 things"))]).by_id["our-meters"].digest


def test_an_own_question_replaces_ours_in_its_place(tmp_path: Path) -> None:
    name = BUILT_IN.questions[2].id
    bank = load_bank([write(tmp_path, OWN.replace("our-meters", name)).parent])
    assert [question.id for question in bank.questions] == [question.id for question in BUILT_IN.questions]
    assert bank.by_id[name].anchors[3] == "three"


def test_questions_mainly_about_a_competency_come_first() -> None:
    found = BUILT_IN.about("statistics", "person")
    mains = [question.main == "statistics" for question in found]
    assert mains == sorted(mains, reverse=True)
    assert {question.whom for question in found} == {"person"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("minutes: 6", "minutes: 90", "7:14: `questions[0].minutes` must be 20 or less; levels go from 1 to 5, a qu"),
        ("minutes: 6", "minutes: '6'", "7:14: `questions[0].minutes` must be a whole number, not text; write a number"),
        ("minutes: 6", "minuts: 6", "7:5: `minuts` is not a known key (did you mean `minutes`?)"),
        ("[domain, wrangling]", "[domain, wranglin]", "5:28: there is no competency `wranglin` (did you mean `wran"),
        ("[domain, wrangling]", "[domain, domain]", "5:5: `questions[0].competencies`: a competency is named twice"),
        ("[domain, wrangling]", "[]", "5:19: `questions[0].competencies` is empty; write at least one entry"),
        ("kind: situation", "kind: puzzle", "6:11: `questions[0].kind` `puzzle` is not known here; use one of"),
        ("    kind: situation\n", "    kind: past\n    whom: nobody\n", "7:11: `questions[0].whom` `nobody` is not"),
        ("      4: four\n", "", "11:5: `questions[0].anchors`: no anchor for level 4; write an anchor for each level"),
        ("    tells: Whether they know meters.\n", "", "3:5: `tells` is missing; add `tells:`"),
        ("questions:\n", "question:\n", "2:1: `question` is not a known key (did you mean `questions`?)"),
        ("id: our-meters", "id: Our meters", "3:9: `questions[0].id` `Our meters` is not of the form"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert OWN.count(old) == 1
    found = problems(write(tmp_path, OWN.replace(old, new)))
    assert any(line.startswith(said) for line in found), found


def test_an_id_is_defined_once(tmp_path: Path) -> None:
    write(tmp_path, OWN, "a.yaml")
    second = write(tmp_path, OWN, "b.yaml")
    with pytest.raises(
        YamlError, match=r"b\.yaml:3:9: the question `our-meters` is defined twice \(first in .*a\.yaml:3"
    ):
        load_bank([tmp_path])
    second.write_text("")
    with pytest.raises(YamlError, match="the file is empty"):
        load_bank([tmp_path])


def test_a_folder_without_questions_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no \.yaml file; name the folder that holds your questions"):
        load_bank([tmp_path])
    with pytest.raises(InputError, match="cannot read"):
        load_bank([tmp_path / "absent.yaml"])


def test_a_case_has_its_own_questions_about_its_own_standard(tmp_path: Path) -> None:
    standard = builtin_standard()
    case = Case.create(tmp_path / "case", standard=standard, role=standard.roles[0])
    assert bank_of_case(case) == BUILT_IN
    write(case.path / "questions", OWN)
    assert "our-meters" in bank_of_case(case).by_id


def test_ours_about_what_a_standard_does_not_hold_are_left_out() -> None:
    standard = load_standard()
    few = standard.model_copy(update={"competencies": tuple(c for c in standard.competencies if c.id != "craft")})
    bank = load_bank(standard=few)
    assert bank.questions
    assert not bank.about("craft")


def test_the_bank_survives_json() -> None:
    assert Bank.model_validate_json(BUILT_IN.model_dump_json()) == BUILT_IN
