"""The claims of a whole delivery: their order, what is one claim, what is no place for claims, and contradictions."""

from __future__ import annotations

from pathlib import Path

from heldout.material.limits import Limits
from heldout.material.scan import scan_folder
from heldout.material.tree import Tree
from heldout.sources.handover.claims import contradictions, find_claims


def tree(folder: Path, files: dict[str, str]) -> Tree:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return scan_folder(folder, "folder", Limits())


def test_the_readme_comes_first_and_ids_count(tmp_path: Path) -> None:
    found = find_claims(
        tree(
            tmp_path,
            {
                "reports/metrics.json": '{"f1": 0.81}',
                "train.py": "# Test recall: 0.71\n",
                "docs/results.md": "# Results\n\nPrecision: 0.88\n",
                "README.md": "Accuracy: 0.91\n",
            },
        )
    )
    assert [(c.id, c.metric, c.location.path) for c in found] == [
        ("c1", "accuracy", "README.md"),
        ("c2", "precision", "docs/results.md"),
        ("c3", "f1", "reports/metrics.json"),
        ("c4", "recall", "train.py"),
    ]


def test_the_same_number_in_two_places_is_one_claim_at_the_more_prominent(tmp_path: Path) -> None:
    found = find_claims(tree(tmp_path, {"README.md": "Accuracy: 91.7%\n", "metrics.json": '{"accuracy": 0.91667}'}))
    assert [(c.location.path, c.written) for c in found] == [("README.md", "91.7%")]


def test_two_models_of_the_same_accuracy_are_two_claims(tmp_path: Path) -> None:
    text = "# Results\n\n| Model | Accuracy |\n|---|---|\n| SVM | 0.91 |\n| KNN | 0.91 |\n"
    assert len(find_claims(tree(tmp_path, {"README.md": text}))) == 2


def test_places_of_no_claims(tmp_path: Path) -> None:
    line = "Accuracy: 0.91\n"
    places = ("CHANGELOG.md", "venv/lib/a.md", "tests/fixtures/results.md", ".github/README.md", "docs/todo.md")
    assert find_claims(tree(tmp_path, dict.fromkeys(places, line))) == ()


def test_a_project_that_was_copied_in_claims_nothing_of_the_delivery(tmp_path: Path) -> None:
    files = {
        "README.md": "# Mine\n",
        "bert/README.md": "Accuracy: 0.99\n",
        "bert/LICENSE": "Apache\n",
        "docs/README.md": "Accuracy: 0.91\n",
    }
    assert [c.location.path for c in find_claims(tree(tmp_path, files))] == ["docs/README.md"]


def test_one_file_gives_so_many_and_all_together_so_many(tmp_path: Path) -> None:
    rows = "".join(f"| Model number {i} | 0.{i + 1000} |\n" for i in range(200))
    table = f"# Results\n\n| Model | Accuracy |\n|---|---|\n{rows}"
    delivery = tree(tmp_path, {"README.md": table, "docs/more.md": table.replace("0.1", "0.2")})
    assert len(find_claims(delivery)) == 120
    assert len(find_claims(delivery, most=7)) == 7


def test_numbers_that_contradict_each_other_are_kept_and_told(tmp_path: Path) -> None:
    found = find_claims(
        tree(tmp_path, {"README.md": "Test accuracy: 0.95\n", "metrics.json": '{"test": {"accuracy": 0.91}}'})
    )
    assert len(found) == 2
    (question,) = contradictions(found)
    assert "README.md:1" in question
    assert "metrics.json:1" in question
    assert "0.95" in question
    assert "0.91" in question


def test_numbers_about_different_things_do_not_contradict(tmp_path: Path) -> None:
    found = find_claims(
        tree(tmp_path, {"README.md": "Train accuracy: 0.99\n", "metrics.json": '{"test": {"accuracy": 0.91}}'})
    )
    assert contradictions(found) == ()


def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_bytes(b"\xff\xfe\x00{")
    (tmp_path / "README.md").write_text("Accuracy: 0.91\n")
    assert len(find_claims(scan_folder(tmp_path, "folder", Limits()))) == 1
