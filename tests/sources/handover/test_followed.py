"""Links within a delivery are followed as a checkout would; none leads out of it, and none runs for ever."""

from __future__ import annotations

from pathlib import Path

from heldout.material import open_material
from heldout.sources.handover.followed import follow_links
from heldout.sources.handover.shelf import Shelf, copy_delivery
from tests.material.repos import commit, git, new_repo


def laid(root: Path) -> None:
    (root / "data").mkdir(parents=True)
    (root / "notebooks").mkdir()
    (root / "data" / "x.csv").write_text("a\n1\n")
    (root / "notebooks" / "train.py").write_text("open('data/x.csv')")


def followed(root: Path) -> tuple[dict[str, str], str]:
    """Content of every readable file by its path, as an audit sees them, and why others were left out."""
    with open_material(str(root)) as material:
        tree, gaps = follow_links(material.tree)
        read = {entry.path: tree.read_text(entry.path) for entry in tree if entry.readable}
        return read, "; ".join(f"{gap.what}: {gap.why}" for gap in gaps)


def test_a_folder_and_a_file_that_links_lead_to_stand_in_their_place(tmp_path: Path) -> None:
    laid(tmp_path)
    (tmp_path / "notebooks" / "data").symlink_to("../data")
    (tmp_path / "first.csv").symlink_to("notebooks/data/x.csv")
    (tmp_path / "data" / "again.csv").symlink_to("../first.csv")
    read, why = followed(tmp_path)
    copies = {"notebooks/data/x.csv", "first.csv", "data/again.csv", "notebooks/data/again.csv"}
    assert {path for path, text in read.items() if text == "a\n1\n"} == {"data/x.csv", *copies}
    assert why == ""


def test_a_repository_is_followed_as_a_folder_is_and_copied_for_its_runs(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    laid(repo)
    (repo / "notebooks" / "data").symlink_to("../data")
    git(repo, "add", "-A")
    commit(repo, {"README.md": "# p"})
    with open_material(str(repo)) as material:
        tree, gaps = follow_links(material.tree)
        assert (tree.read_text("notebooks/data/x.csv"), gaps) == ("a\n1\n", ())
        assert "symbolic link" not in " ".join(gap.why for gap in tree.gaps)
        shelf = Shelf(tmp_path / "kept", tmp_path / "held")
        copy_delivery(type(material)(material.name, material.kind, material.origin, tree), shelf)
    copied = shelf.delivery / "notebooks" / "data" / "x.csv"
    assert copied.read_text() == "a\n1\n"
    assert not copied.parent.is_symlink()


def test_what_leads_out_or_nowhere_stays_a_link_and_is_named(tmp_path: Path) -> None:
    root = tmp_path / "root"
    laid(root)
    (tmp_path / "secret").write_text("secret")
    for name, target in {
        "out": "../secret",
        "absolute": str(root / "data"),
        "round": "data/../../secret",
        "gone": "data/y.csv",
        "self": "self",
        "data/up": "..",
        "notebooks/through": "../data/up/../secret",
    }.items():
        (root / name).symlink_to(target)
    read, why = followed(root)
    assert set(read) == {"data/x.csv", "notebooks/train.py"}
    assert "absolute" in why
    assert "leads out of the delivery" in why
    assert "gone" in why


def test_folders_of_links_do_not_multiply(tmp_path: Path) -> None:
    laid(tmp_path)
    for number in range(1, 12):
        folder = tmp_path / f"f{number}"
        folder.mkdir()
        for name in "ab":
            (folder / name).symlink_to(f"../f{number - 1}" if number > 1 else "../data")
    read, _ = followed(tmp_path)
    assert len(read) < 50
    assert read["f1/a/x.csv"] == "a\n1\n"
