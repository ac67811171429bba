"""The case folder: what is written is read again, nothing is lost, nothing leaves the folder."""

import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from heldout.evidence import Artifact, Case, CaseError, Dossier, Evidence, Finding
from heldout.evidence.case import slug
from heldout.standard import select_role

GOLDEN = Path(__file__).parent / "data" / "case-v1"


def evidence(competency: str = "craft", level: float | None = 3.0, **more: object) -> Evidence:
    fields: dict[str, object] = {
        "competency": competency,
        "level": level,
        "se": None if level is None else 0.5,
        "source": "repository",
        "instrument": "review",
        "version": "1",
        "subject_digest": "d1",
    }
    return Evidence.model_validate(fields | more)


def dossier(subject: str = "Ada Lovelace", digest: str = "d1", *found: Evidence) -> Dossier:
    artifact = Artifact(name="churn", kind="repository", origin="churn", digest=digest)
    return Dossier(subject=subject, artifacts=(artifact,), evidence=found or (evidence(),))


@pytest.fixture
def case(tmp_path: Path) -> Case:
    standard, role = select_role("ml-engineer-mid")
    return Case.create(tmp_path / "case", standard=standard, role=role, title='Churn "team" \x7f ü')


def test_a_case_opens_as_it_was_made(case: Case) -> None:
    again = Case.open(case.path)
    assert again == case
    assert again.title == 'Churn "team" \x7f ü'
    assert again.role == select_role("ml-engineer-mid")[1]
    assert again.subjects == ()


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x")
    standard, role = select_role("ml-engineer-mid")
    with pytest.raises(CaseError, match="is not empty"):
        Case.create(tmp_path, standard=standard, role=role)
    (tmp_path / "file").write_text("")
    with pytest.raises(CaseError, match="cannot make the case"):
        Case.create(tmp_path / "file", standard=standard, role=role)
    with pytest.raises(CaseError, match="is no case"):
        Case.open(tmp_path)


def test_evidence_comes_back(case: Case) -> None:
    written = dossier("Ada Lovelace", "d1", evidence(), evidence("mlops", None, state="not_observed", reason="none"))
    path = case.write_dossier(written)
    assert path.relative_to(case.path).parts[:3] == ("subjects", "ada-lovelace", "evidence")
    read = case.dossier("Ada Lovelace")
    assert read.evidence == written.evidence
    assert read.artifacts == written.artifacts
    assert read.role == "ml-engineer-mid"
    assert case.dossier("ada-lovelace") == read


def test_the_same_review_of_the_same_thing_replaces_itself(case: Case) -> None:
    first = case.write_dossier(dossier("Ada", "d1", evidence(level=2.0)))
    assert case.write_dossier(dossier("Ada", "d1", evidence(level=4.0))) == first
    assert [e.level for e in case.dossier("Ada").evidence] == [4.0]
    assert case.write_dossier(dossier("Ada", "d2", evidence(level=3.0, subject_digest="d2"))) != first
    assert sorted(e.level or 0 for e in case.dossier("Ada").evidence) == [3.0, 4.0]


def test_runs_that_overlap_count_once_and_the_later_wins(case: Case) -> None:
    note = Finding(code="X1", polarity="unknown", message="no history")
    both = dossier("Ada", "d1", evidence(level=2.0), evidence("python", subject_digest="d2"))
    two = both.artifacts[0].model_copy(update={"digest": "d2"})
    case.write_dossier(both.model_copy(update={"artifacts": (*both.artifacts, two), "findings": (note,)}))
    case.write_dossier(dossier("Ada", "d1", evidence(level=4.0)).model_copy(update={"findings": (note,)}))
    merged = case.dossier("Ada")
    assert {(e.competency, e.level) for e in merged.evidence} == {("craft", 4.0), ("python", 3.0)}
    assert len(merged.artifacts) == 2
    assert merged.findings == (note,)


def test_a_subject_without_evidence_has_an_empty_dossier(case: Case) -> None:
    case.add_subject("Bob", "freelancer")
    assert case.dossier("Bob") == Dossier(subject="Bob", role="ml-engineer-mid")
    assert case.subjects[0].kind == "freelancer"
    with pytest.raises(CaseError, match=r"no subject 'Eve'; it has: Bob"):
        case.dossier("Eve")


@pytest.mark.parametrize("other", ["ADA LOVELACE", "ada lovelace", "Ada-Lovelace", "Ada  /Lovelace"])
def test_names_that_would_share_a_folder_clash(case: Case, other: str) -> None:
    case.add_subject("Ada Lovelace")
    for add in (case.add_subject, case.ensure_subject):
        with pytest.raises(CaseError, match="would share the folder of the subject 'Ada Lovelace'"):
            add(other)
    assert len(case.subjects) == 1


def test_the_same_name_is_the_same_subject(case: Case) -> None:
    assert (
        case.ensure_subject("Ada Lovelace")
        == case.ensure_subject(" Ada  Lovelace ")
        == case.ensure_subject("ada-lovelace")
    )
    assert case.ensure_subject("Zoe\u0308").name == "Zo\u00eb"
    assert [s.slug for s in case.subjects] == ["ada-lovelace", "zo\u00eb"]


@pytest.mark.parametrize("name", ["", "..", "///", " ", "-", "a\x1b[31m", "a\u202eb", "x" * 101, "a\x00b", "\ud800"])
def test_a_name_that_cannot_be_kept_is_refused(case: Case, name: str) -> None:
    with pytest.raises(CaseError):
        case.add_subject(name)
    assert case.subjects == ()


@pytest.mark.parametrize(
    ("name", "expected"), [("../../etc", "etc"), ("李雷", "李雷"), ("रवि कुमार", "रवि-कुमार"), ("C:\\x", "c-x")]
)
def test_names_of_any_script_make_folders_inside(case: Case, name: str, expected: str) -> None:
    path = case.write_dossier(dossier(name))
    assert path.parent.parent.name == expected
    assert path.resolve().is_relative_to(case.path.resolve())
    assert Case.open(case.path).subject(name).name == name


@given(st.text(max_size=110))
def test_a_slug_is_safe_and_stable(name: str) -> None:
    try:
        made = slug(name)
    except CaseError:
        assume(False)
    assert slug(made) == made
    assert not set(made) & set("/\\:.\0 ")
    assert len(made.encode()) <= 255


@given(st.text(max_size=60))
def test_any_title_is_kept_or_refused(tmp_path_factory: pytest.TempPathFactory, title: str) -> None:
    standard, role = select_role("ml-engineer-mid")
    folder = tmp_path_factory.mktemp("case")
    try:
        case = Case.create(folder, standard=standard, role=role, title=title)
    except CaseError:
        assert not title.isprintable()
        return
    assert case.title == (title or role.name)


def test_deleting_removes_files_and_entry_and_nothing_else(case: Case, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("keep")
    written = case.write_dossier(dossier("Ada"))
    (written.parent / "link").symlink_to(outside)
    (written.parent / "folder").symlink_to(tmp_path, target_is_directory=True)
    kept = case.write_dossier(dossier("Bob"))
    removed = case.delete_subject("Ada")
    assert written.relative_to(case.path) in removed
    assert len(removed) == 4
    assert outside.read_text() == "keep"
    assert kept.exists()
    assert not (case.path / "subjects" / "ada").exists()
    assert [s.name for s in case.subjects] == ["Bob"]
    assert "ada" not in (case.path / "case.toml").read_text().lower()
    with pytest.raises(CaseError, match="no subject 'Ada'"):
        case.delete_subject("Ada")


def test_links_in_the_place_of_folders_are_not_followed(case: Case, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "evidence").mkdir(parents=True)
    (elsewhere / "evidence" / "precious.json").write_text("{}")
    case.add_subject("Ada")
    (case.path / "subjects").mkdir()
    (case.path / "subjects" / "ada").symlink_to(elsewhere)
    with pytest.raises(CaseError, match="is a link"):
        case.write_dossier(dossier("Ada"))
    with pytest.raises(CaseError, match="is a link"):
        case.dossier("Ada")
    assert case.delete_subject("Ada") == (Path("subjects/ada"),)
    assert (elsewhere / "evidence" / "precious.json").exists()
    case.add_subject("Bob")
    (case.path / "subjects").rmdir()
    (case.path / "subjects").symlink_to(elsewhere)
    (elsewhere / "evidence").rename(elsewhere / "bob")
    with pytest.raises(CaseError, match="is a link"):
        case.delete_subject("Bob")
    assert (elsewhere / "bob" / "precious.json").exists()


def test_a_changed_standard_is_noticed(case: Case) -> None:
    path = case.path / "standard.json"
    path.write_text(path.read_text().replace('"bar": 3.0', '"bar": 2.0', 1))
    with pytest.raises(CaseError, match="a standard does not change once it is in use"):
        Case.open(case.path)


def test_a_broken_case_file_is_named_with_its_line(case: Case) -> None:
    path = case.path / "case.toml"
    good = path.read_text()
    for bad, said in (
        (good + "[subjects\n", r"case\.toml is not TOML.*line 10"),
        (good.replace("schema = 1", "schema = 9"), "written by a newer Heldout"),
        (good.replace("title", "titel"), "titel: Extra inputs"),
        (good + '[subjects."../x"]\nname = "x"\n', "slug: String should match"),
        (good + '[subjects."Ada"]\nname = "Ada"\n', r'\[subjects."Ada"\] must be \'ada\''),
    ):
        path.write_text(bad)
        with pytest.raises(CaseError, match=said):
            Case.open(case.path)
    path.write_bytes(b"\xff")
    with pytest.raises(CaseError, match=r"case\.toml cannot be read"):
        Case.open(case.path)


def test_every_broken_evidence_file_is_named(case: Case) -> None:
    folder = case.write_dossier(dossier("Ada")).parent
    (folder / "a.json").write_text('{"schema": 1,\n oops')
    (folder / "b.json").write_text('{"schema": 2}')
    (folder / "c.json").mkdir()
    with pytest.raises(CaseError) as caught:
        case.dossier("Ada")
    lines = str(caught.value).splitlines()
    assert "a.json" in lines[0]
    assert "line 2 column 2" in lines[0]
    assert "newer Heldout" in lines[1]
    assert "c.json" in lines[2]
    assert len(lines) == 3


def test_a_folder_that_no_entry_names_is_told(case: Case) -> None:
    (case.path / "subjects" / "eve").mkdir(parents=True)
    with pytest.raises(CaseError, match="subjects/eve belongs to no subject"):
        Case.open(case.path)


def _write(job: tuple[Path, int]) -> None:
    path, number = job
    Case.open(path).write_dossier(dossier(f"Subject {number % 6}", f"digest {number}"))


def test_writers_at_the_same_time_lose_nothing(case: Case) -> None:
    with ProcessPoolExecutor(4) as pool:
        list(pool.map(_write, [(case.path, number) for number in range(24)]))
    again = Case.open(case.path)
    assert sorted(s.name for s in again.subjects) == [f"Subject {number}" for number in range(6)]
    assert all(len(again.dossier(subject).artifacts) == 4 for subject in again.subjects)
    assert not list(case.path.rglob(".writing-*"))


def test_files_of_schema_1_stay_readable() -> None:
    """The folder was written once by the first version and is never written anew."""
    case = Case.open(GOLDEN)
    assert [(s.slug, s.name, s.kind) for s in case.subjects] == [("acme", "Acme", "agency")]
    read = case.dossier("Acme")
    assert [(e.competency, e.level, e.state) for e in read.evidence] == [
        ("craft", 3.5, "observed"),
        ("mlops", None, "not_observed"),
    ]
    assert str(read.evidence[0].findings[0].locations[0]) == "nb.ipynb, cell 3:2"
    assert json.loads((GOLDEN / "standard.json").read_text())["schema"] == 1
