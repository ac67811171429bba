from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from heldout.errors import InputError
from heldout.evidence import Contribution, Dossier
from heldout.report.audit_file import audit_schema, read_audit
from heldout.report.export import SCHEMA, audit_json, dossier_json, dossier_schema, read_dossier, write_file
from tests.report import samples
from tests.report.audit_samples import AUDITS
from tests.report.strategies import dossiers


def finite(dossier: Dossier) -> bool:
    return "Infinity" not in (text := json.dumps(dossier.model_dump(mode="json"))) and "NaN" not in text


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(dossiers.filter(finite))
def test_what_is_written_reads_back_equal(dossier: Dossier) -> None:
    text = dossier_json(dossier)
    assert read_dossier(text) == dossier
    assert dossier_json(read_dossier(text)) == text
    assert text.isascii()
    assert all(ord(character) >= 32 or character == "\n" for character in text)
    assert "\x7f" not in text


def test_keys_are_sorted_and_the_schema_is_said() -> None:
    content = json.loads(dossier_json(samples.strong()))
    assert content["schema"] == SCHEMA
    assert list(content["dossier"]) == sorted(content["dossier"])


def test_a_number_that_json_lacks_becomes_null() -> None:
    finding = samples.SHORT.model_copy(update={"measured": {"ratio": float("nan")}})
    text = dossier_json(Dossier(subject="Ada", findings=(finding,)))
    assert read_dossier(text).findings[0].measured == {"ratio": None}


def test_schema_describes_what_is_written() -> None:
    schema = dossier_schema()
    assert set(schema["properties"]) == {"schema", "dossier"}
    assert set(json.loads(dossier_json(samples.nothing()))["dossier"]) == set(schema["$defs"]["Dossier"]["properties"])


def test_an_older_file_is_upgraded_step_by_step() -> None:
    old = json.loads(dossier_json(samples.nothing()))
    old["schema"] = -1
    old["who"] = old["dossier"].pop("subject")

    def rename(content: dict) -> dict:
        content["dossier"]["subject"] = content.pop("who")
        return content | {"schema": 0}

    steps = {-1: rename, 0: lambda content: content | {"schema": 1}}
    assert read_dossier(json.dumps(old), steps) == samples.nothing()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "holds no dossier"),
        ('{"schema": 99, "dossier": {}}', "newer Heldout"),
        ('{"schema": 1, "dossier": {}}', "damaged at dossier.subject"),
        ('{"dossier": {"subject": "x"}, "schema": "one"}', "damaged at schema"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_dossier(text)


def test_contributions_of_any_size_survive() -> None:
    evidence = samples.seen("craft").model_copy(
        update={"contributions": (Contribution(code="A", points=1e-300, findings=0, reason=""),)}
    )
    dossier = Dossier(subject="Ada", evidence=(evidence,))
    assert read_dossier(dossier_json(dossier)) == dossier


def test_files_are_replaced_in_one_step_and_private(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")
    write_file(target, "new ●")
    assert target.read_text(encoding="utf-8") == "new ●"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_link_keeps_pointing_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_file(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_device_is_written_to_and_not_replaced() -> None:
    write_file(Path(os.devnull), "nothing")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InputError, match="is a folder"):
        write_file(tmp_path, "x")
    for bad in ("none/report.html", "file/report.html", "loop", "n" * 300):
        with pytest.raises(InputError, match="cannot write"):
            write_file(tmp_path / bad, "x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "loop"]


@pytest.mark.parametrize("name", AUDITS)
def test_an_audit_that_is_written_reads_back_equal(name: str) -> None:
    text = audit_json(AUDITS[name])
    assert read_audit(text) == AUDITS[name]
    assert text.isascii()
    assert list(json.loads(text)["audit"]) == sorted(json.loads(text)["audit"])


def test_the_schema_of_an_audit_names_what_it_holds() -> None:
    properties = audit_schema()["$defs"]["Audit"]["properties"]
    assert {"checks", "scores", "claims", "runs", "attempts", "tests", "growth", "plan"} <= set(properties)


def test_a_text_that_is_no_audit_is_refused_with_the_way_out() -> None:
    with pytest.raises(InputError, match="holds no audit; give a file that `heldout audit --json` wrote"):
        read_audit(dossier_json(samples.strong()))
