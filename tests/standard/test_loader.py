"""A company's own files: what they add, and what is said of each line that is wrong."""

import copy
import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from heldout.errors import InputError
from heldout.standard import (
    Role,
    StandardError,
    builtin_standard,
    check_file,
    load_standard,
    select_role,
)
from heldout.standard.yaml_source import MAX_BYTES, YamlSource, parse_yaml

ROLE = """\
id: fraud-engineer
name: Fraud engineer
version: "2026.1"
summary: Finds fraud.
domain: payments
business_goal: Less fraud.
requires:
  craft: {weight: 1, bar: 3}
  statistics: {weight: 3, bar: 3.5}
"""
COMPETENCIES = """\
version: "acme-1"
competencies:
  - id: labelling
    name: Labelling
    why: Labels decide.
    specific_to_ml: true
    occasion: Labels are made.
    sources: {interview: How labels were checked.}
    anchors:
      1: one
      2: two
      3: three
      4: four
      5: five
"""


def write(folder: Path, text: str | bytes, name: str = "file.yaml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(StandardError) as caught:
        check_file(path)
    prefix = f"{path}:"
    lines = [str(problem) for problem in caught.value.problems]
    assert all(line.startswith(prefix) for line in lines)
    return [line.removeprefix(prefix) for line in lines]


def test_weights_are_relative(tmp_path: Path) -> None:
    role = check_file(write(tmp_path, ROLE))
    assert isinstance(role, Role)
    assert role.weights == {"craft": 0.25, "statistics": 0.75}
    assert role.bars == {"craft": 3.0, "statistics": 3.5}


def test_a_folder_extends_and_replaces(tmp_path: Path) -> None:
    (tmp_path / "roles").mkdir()
    write(tmp_path, COMPETENCIES + COMPETENCIES.split("competencies:\n")[1].replace("labelling", "craft"), "own.yml")
    write(tmp_path / "roles", ROLE.replace("  craft:", "  labelling:"), "fraud.yaml")
    standard = load_standard([tmp_path])
    assert standard.version == f"{builtin_standard().version}+acme-1"
    assert [c.id for c in standard.competencies][-1] == "labelling"
    assert standard.by_id["craft"].anchors[3] == "three"
    assert len(standard.competencies) == len(builtin_standard().competencies) + 1
    assert standard.roles_by_id["fraud-engineer"].weights["labelling"] == 0.25
    assert standard.reading == builtin_standard().reading


def test_a_role_by_path(tmp_path: Path) -> None:
    standard, role = select_role(str(write(tmp_path, ROLE)))
    assert role.id == "fraud-engineer"
    assert standard.roles_by_id["fraud-engineer"] is role
    with pytest.raises(InputError, match="holds competencies, not a role"):
        select_role(str(write(tmp_path, COMPETENCIES, "c.yaml")))


def test_an_unknown_role_names_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean `ml-engineer-senior`"):
        select_role("ml-enginer-senior")


def test_a_role_keeps_its_identity_until_its_content_changes(tmp_path: Path) -> None:
    standard, role = select_role(str(write(tmp_path, ROLE)))
    first = standard.identity(role)
    standard, role = select_role(str(write(tmp_path, "# a comment\n" + ROLE)))
    assert standard.identity(role) == first
    standard, role = select_role(str(write(tmp_path, ROLE.replace("weight: 3,", "weight: 4,"))))
    assert standard.identity(role).digest != first.digest
    changed = copy.deepcopy(yaml.safe_load(COMPETENCIES))
    changed["competencies"][0]["id"] = "craft"
    own = write(tmp_path, yaml.safe_dump(changed), "craft.yaml")
    standard, role = select_role(str(write(tmp_path, ROLE)), [own])
    assert standard.identity(role).digest != first.digest, "the anchors belong to the role's standard"
    unrelated = write(tmp_path, COMPETENCIES, "labelling.yaml")
    standard, role = select_role(str(write(tmp_path, ROLE)), [unrelated])
    assert standard.identity(role) == first


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("domain: payments", "domian: payments", "5:1: `domian` is not a known key (did you mean `domain`?)"),
        ("domain: payments\n", "", "1:1: `domain` is missing; add `domain:`"),
        ("name: Fraud engineer", "name: no", "2:7: `name` must be text, not false"),
        ("name: Fraud engineer", "name: ''", "2:7: `name` is empty"),
        ('"2026.1"', "2026.1", "3:10: `version` must be text, not the number 2026.1; write it in quotes"),
        ("id: fraud-engineer", "id: Fraud Engineer", "1:5: `id` `Fraud Engineer` is not of the form"),
        ("bar: 3.5", "bar: 6", "9:32: `requires.statistics.bar` must be 5.0 or less"),
        ("bar: 3.5", "bar: 0.5", "9:32: `requires.statistics.bar` must be 1.0 or more"),
        ("bar: 3.5", "bar: .nan", "9:32: `requires.statistics.bar`"),
        ("weight: 3,", "weight: 0,", "9:24: `requires.statistics.weight` must be more than 0.0"),
        ("weight: 3,", "weight: '3',", "9:24: `requires.statistics.weight` must be a number, not text"),
        ("  craft:", "  crafts:", "8:3: there is no competency `crafts` (did you mean `craft`?)"),
        ("  statistics:", "  craft:", "9:3: `craft` stands here again (first in line 8); keep one of the two"),
        ("{weight: 1, bar: 3}", "[1, 3]", "8:10: `requires.craft` must hold `key: value` lines, not a list"),
        ("domain: payments", "domain: !!python/object:os.system x", "5:9: `x` is read as"),
        ("domain: payments", "domain: 2026-01-01", "5:9: `2026-01-01` is read as timestamp"),
        ("domain: payments", "domain: &d payments", "5:9: anchors and aliases"),
        ("domain: payments", "domain: [payments", "not YAML"),
        ("domain: payments", "domain: !!bool maybe", "5:9: `maybe` is no number"),
        ("Less fraud.", "a\n---\nb: 1", "not YAML"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert ROLE.count(old) == 1
    found = problems(write(tmp_path, ROLE.replace(old, new)))
    assert any(said in line for line in found), found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("      4: four\n", "", "9:5: `competencies[0].anchors`: no anchor for level 4"),
        ("      5: five\n", "      5: five\n      6: six\n", "15:7: `competencies[0].anchors[6]` must be 5 or less"),
        (
            "specific_to_ml: true",
            "specific_to_ml: perhaps",
            "6:21: `competencies[0].specific_to_ml` must be true or false",
        ),
        ("interview:", "horoscope:", "8:15: `competencies[0].sources.horoscope` `horoscope` is not known here"),
        ("3: three", "3: 3", "12:10: `competencies[0].anchors[3]` must be text, not the number 3"),
        ("    why: Labels decide.\n", "", "3:5: `why` is missing"),
    ],
)
def test_a_wrong_competency_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert COMPETENCIES.count(old) == 1
    found = problems(write(tmp_path, COMPETENCIES.replace(old, new)))
    assert any(said in line for line in found), found


def test_all_errors_of_all_files_come_at_once(tmp_path: Path) -> None:
    write(tmp_path, ROLE.replace("bar: 3}", "bar: 9}").replace("statistics", "statistic"), "a.yaml")
    write(tmp_path, COMPETENCIES.replace("true", "'yes'"), "b.yaml")
    write(tmp_path, ROLE, "c.yaml")
    write(tmp_path, ROLE, "d.yaml")
    with pytest.raises(StandardError) as caught:
        load_standard([tmp_path])
    found = [(Path(p.file).name, p.place.line) for p in caught.value.problems]
    assert found == [("a.yaml", 8), ("a.yaml", 9), ("b.yaml", 6), ("d.yaml", 1)]


def test_what_is_no_text_file_is_refused(tmp_path: Path) -> None:
    assert problems(write(tmp_path, b"id: a\nname: caf\xe9\n")) == [
        "2:10: byte 0xe9 is not UTF-8; save the file as UTF-8"
    ]
    assert "larger than" in problems(write(tmp_path, b"#" * (MAX_BYTES + 1)))[0]
    assert "2:4: a character that YAML does not allow" in problems(write(tmp_path, "a: 1\nb: \x01"))[0]
    assert "empty" in problems(write(tmp_path, "# nothing\n"))[0]
    assert "neither a competency file nor a role" in problems(write(tmp_path, "- a\n- b\n"))[0]
    with pytest.raises(InputError, match="cannot read"):
        check_file(tmp_path / "absent.yaml")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match=r"holds no \.yaml file"):
        load_standard([empty])


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(InputError, match="is not a file"):
        check_file(tmp_path / "pipe.yaml")


@pytest.mark.parametrize(
    "bomb",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nrequires: [*b, *b]\n",
        "[" * 100_000,
        "requires: " + "{a: " * 10_000,
        "? " * 50_000,
        "- " * 50_000,
    ],
)
def test_a_bomb_does_not_go_off(tmp_path: Path, bomb: str) -> None:
    assert len(problems(write(tmp_path, bomb))) == 1


@given(st.binary(max_size=300) | st.text(alphabet="a:- {}[]\n\"'&*!?|>#%@,1.\t\u2028", max_size=120).map(str.encode))
def test_any_bytes_give_data_or_a_problem(raw: bytes) -> None:
    source = YamlSource("any.yaml")
    parse_yaml(raw, source)
    assert source.problems or source.data is not None or raw.strip()
    for problem in source.problems:
        assert problem.place.line >= 1
        assert problem.place.column >= 1


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
)


@given(
    st.sampled_from(sorted(Role.model_fields)) | st.sampled_from(["competencies", "x"]),
    st.recursive(LEAVES, lambda inner: st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=2)),
)
def test_any_value_in_a_role_is_used_or_named(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: object
) -> None:
    data = {**yaml.safe_load(ROLE), key: value}
    path = write(tmp_path_factory.getbasetemp(), yaml.safe_dump(data), "fuzzed.yaml")
    try:
        content: object = check_file(path)
    except StandardError as error:
        content = error.problems
    assert content
