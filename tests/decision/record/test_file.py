"""`record.toml`: what people tell, read strictly, with a line for each mistake."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from heldout.decision.record import RecordFile, forget, read_notes, template
from heldout.errors import InputError
from tests.decision.record.samples import FULL, case


def test_nothing_is_told_without_the_file(tmp_path: Path) -> None:
    assert read_notes(case(tmp_path / "c")) == RecordFile()


def test_everything_is_read(tmp_path: Path) -> None:
    notes = read_notes(case(tmp_path / "c", FULL))
    assert notes.retention.until == date(2027, 6, 30)
    assert notes.subjects["bob"].consent == date(2026, 3, 4)


def test_the_template_reads_as_nothing_told_and_names_every_part_and_subject(tmp_path: Path) -> None:
    made = case(tmp_path / "c")
    text = template(made.subjects)
    (made.path / "record.toml").write_text(text, encoding="utf-8")
    assert read_notes(made).model_copy(update={"subjects": {}}) == RecordFile(schema=1)
    for part in RecordFile.model_fields:
        assert part == "schema_" or f"[{part}" in text
    assert "[subjects.ada]" in text
    filled = "\n".join(line.removeprefix("# ") if " = " in line else line for line in text.splitlines())
    (made.path / "record.toml").write_text(filled, encoding="utf-8")
    assert read_notes(made).subjects["ada"].told == date(2026, 1, 31)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[retention]\nuntil = '2027-01-31'", ""),
        ("[retention]\n\nuntil = 'next year'", "record.toml:3:1: `retention.until`: this is no day"),
        ("[retention]\nuntil = 7", "write it as 2026-05-31, without quotes"),
        ("[retention]\nuntil = 2027-01-31T00:00:00", "this is no day"),
        ("[retention]\nuntill = 2027-01-31", "record.toml:2:1: `untill` is not a known key (did you mean `until`?)"),
        ("[control]\nname = 'x'", "record.toml:1:1: `control` is not a known key (did you mean `controller`?)"),
        (
            "[access]\npeople = 'all'",
            "record.toml:2:1: `access.people` must be a list, not text; write it in square brackets",
        ),
        ("[subjects.adda]\ntold = 2026-01-01", "record.toml:1:1: the case has no subject `adda` (did you mean `ada`?)"),
        ("[subjects.ada]\ntold = 2026-02-01\nconsent = 2026-01-01", "nobody can consent to what they were not told"),
        ("[purpose\n", "is not TOML"),
    ],
)
def test_what_is_wrong_has_its_line(tmp_path: Path, text: str, message: str) -> None:
    made = case(tmp_path / "c", text)
    if not message:
        read_notes(made)
        return
    with pytest.raises(InputError) as error:
        read_notes(made)
    assert message in str(error.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    made = case(tmp_path / "c", "[retention]\nuntil = 7\nwhy = ''\n[subjects.eve]\n")
    with pytest.raises(InputError) as error:
        read_notes(made)
    assert [line.split(":")[1] for line in str(error.value).splitlines()] == ["2", "3", "4"]


def test_a_deleted_subject_is_taken_out_and_the_rest_stays(tmp_path: Path) -> None:
    made = case(tmp_path / "c", "# ours\n" + FULL)
    assert forget(made, made.subject("ada"))
    text = (made.path / "record.toml").read_text()
    assert "ada" not in text
    assert text.startswith("# ours\n")
    assert "consent = 2026-03-04" in text
    assert not forget(made, made.subject("ada"))
