"""The list to vet a vendor by: every line has its question and a command, and answers never become a level."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import heldout.cli
from heldout.decision.engagement.vetting import WORD_ONLY, asked, dossier_of, items, read_answers, template, vendor
from heldout.decision.observations import observations_of
from heldout.errors import InputError
from heldout.evidence import Case
from heldout.sources.interview.bank import load_bank
from heldout.standard import builtin_standard, select_role

ANSWERS = """
version: "1"
asked_by: Ada
answers:
  - id: vendor-past-work
    answer: A churn model for a telecom company, in use since 2024.
    shown: [git.example.org/churn]
  - id: vendor-claims
    answer: We guarantee 92 per cent.
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "answers.yaml"
    path.write_text(text)
    return path


def test_every_vendor_question_of_the_bank_stands_in_the_list() -> None:
    vendors = {question.id for question in load_bank().questions if question.whom == "vendor"}
    assert vendors <= {item.question for item in items()}
    assert len(asked(load_bank())) == len(items())


def test_every_command_of_the_list_is_there() -> None:
    for item in items():
        _, name, *rest = item.shown_by.split(":")[0].split()
        command = heldout.cli.heldout.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        options = [word.rstrip(",") for word in rest if word.startswith("--")]
        if isinstance(command, click.Group):
            command = command.get_command(click.Context(command), rest[0])
            assert command is not None
        told = CliRunner().invoke(command, ["--help"]).output
        assert [one for one in options if one not in told] == []


def test_the_template_is_read_back_as_open_questions(tmp_path: Path) -> None:
    bank = load_bank()
    answers = read_answers(written(tmp_path, template(bank)), bank)
    found = dossier_of("Acme", answers, bank, builtin_standard(), "vendor-team").all_findings()
    assert len(found) == len(items())
    assert all(one.message.startswith("Not answered") and one.ask for one in found)


def test_claims_are_kept_to_be_checked_and_give_no_level(tmp_path: Path) -> None:
    bank = load_bank()
    dossier = dossier_of(
        "Acme", read_answers(written(tmp_path, ANSWERS), bank), bank, builtin_standard(), "vendor-team"
    )
    assert dossier.evidence
    assert all(one.level is None and one.reason for one in dossier.evidence)
    assert observations_of("acme", dossier, delivers=True) == []
    assert all(finding.polarity == "unknown" for finding in dossier.all_findings())
    by_code = {finding.code: finding for finding in dossier.all_findings()}
    assert "92 per cent" in by_code["VET-vendor-claims"].message
    assert by_code["VET-vendor-claims"].ask.startswith("May we see it")
    assert by_code["VET-vendor-past-work"].ask == ""
    assert WORD_ONLY in dossier.artifacts[0].gaps


def test_later_answers_replace_earlier_ones(tmp_path: Path) -> None:
    standard, role = select_role("vendor-team")
    case, bank = Case.create(tmp_path / "c", standard=standard, role=role), load_bank()
    for text in (ANSWERS, ANSWERS.replace("We guarantee", "We took back the promise of")):
        answers = read_answers(written(tmp_path, text), bank)
        case.write_dossier(dossier_of("Acme", answers, bank, case.standard, role.id), kind="agency")
    said = [one.message for one in case.dossier("Acme").all_findings() if one.code == "VET-vendor-claims"]
    assert said == ["They say: We took back the promise of 92 per cent."]
    known = vendor("Acme", "agency", case.dossier("Acme"))
    assert known.looked_at == ("answers to the list taken down",)
    assert "a delivery audited" in known.not_yet


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: '1'\nanswers:\n  - id: vendor-claim\n", "answers.yaml:3:9: there is no question `vendor-claim`"),
        ("version: '1'\nanswers:\n  - {id: vendor-claims}\n  - {id: vendor-claims}\n", "answers.yaml:4:10"),
        ("version: '1'\nanswers:\n  - id: vendor-claims\n    answr: x\n", "did you mean `answer`?"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as told:
        read_answers(written(tmp_path, text), load_bank())
    assert said in str(told.value)
