"""Git repositories as material, hostile ones too. Nothing of them may run: a canary file would tell."""

import os
import pickle
import shutil
from pathlib import Path

import pytest

from heldout.errors import InputError
from heldout.material import Limits, Material, blame, open_material
from heldout.material.clone import check_url
from heldout.material.tree import shown

from .repos import ADA, BOB, commit, git, new_repo


def whys(material: Material) -> str:
    return " | ".join(f"{gap.what}: {gap.why}" for gap in material.gaps)


def test_the_commit_is_reviewed_with_its_history(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    commit(repo, {"a.py": "one\n", "pkg/b.py": "two\n"}, "first\n\nCo-authored-by: Bob <bob@example.org>")
    head = commit(repo, {"a.py": "one\nmore\n"}, "second", BOB)
    (repo / "a.py").write_text("uncommitted work")
    with open_material(str(repo)) as material:
        assert (material.name, material.kind, material.tree.digest) == ("p", "git", head)
        assert material.tree.read_text("a.py") == "one\nmore\n"
        assert "uncommitted changes (a.py)" in whys(material)
        history = material.history
        assert history is not None
        assert history.assessable
        second, first = history.commits
        assert (second.author.name, second.subject, second.parents) == ("Bob", "second", (first.sha,))
        assert [(change.path, change.added, change.deleted) for change in second.changes or ()] == [("a.py", 1, 0)]
        assert [person.email for person in first.co_authors] == ["bob@example.org"]
        assert first.authored.isoformat() == "2023-11-15T03:43:20+05:30"
        assert pickle.loads(pickle.dumps(history)).head == head
        root = material.tree.root
    assert not root.exists()


def test_lines_of_notebooks_are_not_counted_but_whoever_touched_them_is_known(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    book = '{"cells": [' + ",\n".join(f'"{i}"' for i in range(50)) + "]}"
    commit(repo, {"a.IPYNB": book, "b.ipynb": book.replace("9", "x"), "c.py": "1\n"}, "first")
    git(repo, "mv", "a.IPYNB", "d.ipynb")
    (repo / "d.ipynb").write_text(book.replace("49", "fifty"))
    git(repo, "mv", "b.ipynb", "e.ipynb")
    commit(repo, {}, "second", BOB)
    (repo / "e.ipynb").unlink()
    commit(repo, {}, "third", BOB)
    with open_material(str(repo)) as material:
        assert material.history is not None
        third, second, first = material.history.commits
        assert {(c.path, c.added) for c in first.changes or ()} == {("a.IPYNB", None), ("b.ipynb", None), ("c.py", 1)}
        moved = {(c.path, c.renamed_from, c.added) for c in second.changes or ()}
        assert moved == {("d.ipynb", "a.IPYNB", None), ("e.ipynb", "b.ipynb", 0)}
        assert [(c.path, c.added, c.renamed_from) for c in third.changes or ()] == [("e.ipynb", 0, None)]
        assert material.history.complete
        owned = blame(material.history, {"d.ipynb": 50, "c.py": 1})
        assert (owned.exact, owned.blamed) == (1, 1), "two people added to the notebook, one to the program"


def test_a_revision_can_be_named(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    first = commit(repo, {"a.py": "1"})
    git(repo, "tag", "v1")
    commit(repo, {"a.py": "2"})
    for name in ("v1", first):
        with open_material(str(repo), revision=name) as material:
            assert material.tree.read_text("a.py") == "1"
    for name in ("nope", "--upload-pack=touch x", "a..b", ""):
        with pytest.raises(InputError), open_material(str(repo), revision=name):
            pass


def test_nothing_of_a_hostile_repository_runs(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    canary = tmp_path / "canary"
    run = tmp_path / "run.sh"
    run.write_text(f"#!/bin/sh\necho ran >> {canary}\ncat\n")
    run.chmod(0o755)
    commit(repo, {"a.py": "1\n", ".gitattributes": "* filter=evil diff=evil\n", "b.py": "2\n"})
    commit(repo, {"a.py": "2\n", ".gitmodules": f'[submodule "x"]\n path=x\n url=ext::{run}\n update=!{run}\n'})
    for key in (
        "core.fsmonitor", "core.sshCommand", "core.editor", "core.pager", "diff.external", "filter.evil.smudge",
        "filter.evil.clean", "filter.evil.process", "diff.evil.textconv", "diff.evil.command", "credential.helper",
        "core.gitProxy", "gpg.program", "uploadpack.packObjectsHook", "alias.log", "core.alternateRefsCommand",
    ):  # fmt: skip
        git(repo, "config", key, str(run))
    git(repo, "config", "core.worktree", str(tmp_path))
    git(repo, "config", "include.path", str(tmp_path / "more"))
    for hook in ("post-checkout", "pre-auto-gc", "reference-transaction", "post-index-change", "fsmonitor-watchman"):
        shutil.copy(run, repo / ".git" / "hooks" / hook)
    with open_material(str(repo)) as material:
        assert material.tree.read_text("a.py") == "2\n"
        assert material.history is not None
        assert blame(material.history, {"a.py": 1, "b.py": 1}).lines_known == 2
    assert not canary.exists()


def test_replace_refs_grafts_and_alternates_are_ignored(tmp_path: Path) -> None:
    repo, other = new_repo(tmp_path / "p"), new_repo(tmp_path / "other")
    first = commit(repo, {"a.py": "true\n"})
    fake = git(repo, "hash-object", "-w", "--stdin", stdin=b"fake\n")
    git(repo, "replace", git(repo, "rev-parse", f"{first}:a.py"), fake)
    commit(other, {"b.py": "borrowed\n"})
    (repo / ".git" / "objects" / "info" / "alternates").write_text(f"{other}/.git/objects\n")
    with open_material(str(repo)) as material:
        assert material.tree.read_text("a.py") == "true\n"
        assert "alternates are not followed" in whys(material)


def test_missing_objects_are_a_gap_and_the_rest_is_read(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    commit(repo, {"a.py": "1\n", "lost.py": "gone\n"})
    commit(repo, {"a.py": "1\n2\n"}, "more", BOB)
    oid = git(repo, "rev-parse", "HEAD:lost.py")
    (repo / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    with open_material(str(repo)) as material:
        assert [entry.path for entry in material.tree.files if entry.readable] == ["a.py"]
        assert "lost.py: content missing" in whys(material)
        assert material.history is not None
        assert len(material.history.commits) == 2
        assert blame(material.history, {"a.py": 2}).lines("a.py") is not None


def test_links_submodules_pointers_and_hostile_names(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    head = commit(repo, {"a.py": "1", "big.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"})
    blob = git(repo, "hash-object", "-w", "--stdin", stdin=b"evil")
    raw = bytes.fromhex(blob)

    def tree(*entries: tuple[bytes, bytes, bytes]) -> bytes:
        data = b"".join(mode + b" " + name + b"\0" + oid for mode, name, oid in entries)
        oid = git(repo, "hash-object", "-t", "tree", "-w", "--stdin", "--literally", stdin=data)
        return bytes.fromhex(oid)

    inner = tree((b"100644", b"evil.py", raw))
    top = tree(
        (b"40000", b"..", inner),
        (b"40000", b".GIT", inner),
        (b"100644", b"caf\xe9.py", raw),
        (b"120000", b"link", bytes.fromhex(git(repo, "hash-object", "-w", "--stdin", stdin=b"/etc/passwd"))),
        (b"160000", b"module", bytes.fromhex(head)),
        (b"100755", b"run.sh", raw),
    )
    git(repo, "update-ref", "refs/heads/main", git(repo, "commit-tree", top.hex(), "-p", head, "-m", "evil"))
    with open_material(str(repo)) as material:
        assert [entry.path for entry in material.tree.files] == ["caf\\xe9.py", "link", "run.sh"]
        assert material.tree.read_bytes("caf\\xe9.py") == b"evil"
        assert material.tree.files[2].executable
        for text in ("leads out", "poses as git", "a submodule", "symbolic link"):
            assert text in whys(material)
        assert not any(path.is_symlink() for path in material.tree.root.rglob("*"))
    with open_material(str(repo), revision=head) as material:
        assert "big.bin: a Git LFS pointer" in whys(material)


def test_no_commits_reviews_the_folder(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    (repo / "a.py").write_text("1")
    with open_material(str(repo)) as material:
        assert material.kind == "folder"
        assert [entry.path for entry in material.tree.files] == ["a.py"]
        assert "no commits yet" in whys(material)
        assert not material.has_history


def test_bare_detached_linked_and_shallow_repositories(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    commit(repo, {"a.py": "1"})
    head = commit(repo, {"a.py": "2"})
    git(repo, "worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    git(tmp_path, "clone", "-q", "--bare", str(repo), "bare")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repo}", "shallow")
    git(repo, "gc", "-q")
    git(repo, "checkout", "-q", "--detach")
    for name in ("p", "linked", "bare"):
        with open_material(str(tmp_path / name)) as material:
            assert (material.tree.digest, material.has_history) == (head, True), name
    with open_material(str(tmp_path / "shallow")) as material:
        assert not material.has_history
        assert "shallow" in whys(material)


def test_a_git_file_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    private = new_repo(tmp_path / "private")
    commit(private, {"secret.py": "secret"})
    for name in ("file", "link"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "a.py").write_text("1")
        if name == "file":
            (folder / ".git").write_text(f"gitdir: {private}/.git\n")
        else:
            (folder / ".git").symlink_to(private / ".git")
        with open_material(str(folder)) as material:
            assert [entry.path for entry in material.tree.files] == ["a.py"]
            assert "leads elsewhere" in whys(material)


def test_a_broken_repository_is_still_a_folder(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    commit(repo, {"a.py": "1"})
    for path in (repo / ".git" / "objects").rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(b"broken")
    with open_material(str(repo)) as material:
        assert material.kind == "folder"
        assert "the git history" in whys(material)


def test_the_source_is_left_as_it_was(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    commit(repo, {"a.py": "1"})
    before = {path: (path.lstat().st_mtime_ns, path.lstat().st_size) for path in repo.rglob("*") if path.is_file()}
    with open_material(str(repo)):
        pass
    assert before == {p: (p.lstat().st_mtime_ns, p.lstat().st_size) for p in repo.rglob("*") if p.is_file()}


def test_caps_on_a_commit_keep_the_code(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    commit(repo, {"a.py": "1", "line.txt": "x" * 5000, **{f"d/{n}.png": str(n) for n in range(30)}})
    with open_material(str(repo), limits=Limits(files=10, file_bytes=1000)) as material:
        assert len(material.tree.files) == 10
        assert "a.py" in material.tree
        assert "larger than" in whys(material)


def test_who_wrote_the_surviving_lines(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    commit(repo, {"ada.py": "1\n2\n3\n", "both.py": "a\nb\nc\n"})
    git(repo, "mv", "ada.py", "moved.py")
    commit(repo, {}, "move")
    last = commit(repo, {"both.py": "a\nB\nc\nd\n", "bob.py": "x\n"}, "bob", BOB)
    (repo / ".mailmap").write_text("Bob <bob@example.org> Ada <ada@example.org>\n")
    commit(repo, {}, "take it all", BOB)
    with open_material(str(repo)) as material:
        assert material.history is not None
        owned = blame(material.history, {"moved.py": 3, "both.py": 4, "bob.py": 1, "nothing.py": 0})
    by_name = {path: {p.name: n for p, n in (owned.lines(path) or {}).items()} for path in owned.files}
    assert by_name == {"moved.py": {ADA[0]: 3}, "bob.py": {BOB[0]: 1}, "both.py": {ADA[0]: 2, BOB[0]: 2}}
    assert {p.name: n for p, n in (owned.lines("both.py", 2, 3) or {}).items()} == {"Bob": 1, "Ada": 1}
    assert [run.sha for run in owned.files["both.py"]][1] == last
    assert (owned.exact, owned.blamed, owned.coverage) == (2, 1, 1.0)
    assert owned.lines("nothing.py") is None


def test_no_file_name_is_ever_run_or_taken_for_an_option_or_a_pattern(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    done = b"touch ${HOME}done"
    names = [
        b"plain.py", b"$(" + done + b").py", b"`" + done + b"`.py", b"a;" + done + b";.py", b"' ; " + done + b" ; '.py",
        b'"; ' + done + b' ;".py', b"a&b|c>done<e", b"-n", b"--help", b"--contents=done.py", b"--output=done.py",
        b"   ", b" first.py", b"last.py ", b"tab\t.py", b"return\r.py", b"back\\slash.py", b"end\\", b":(top)plain.py",
        b":!plain.py", b":(glob)**", b"*", b"*.py", b"?lain.py", b"[a-z]lain.py", b"caf\xe9.py", b"\xff\xfe",
        b"%s%n\\0.py", b"x" * 250, "\u65e5\u672c\u00c1\u200b.py".encode(), b"\x01\x1b[31m.py", b"{a,b}.py", b"~",
        b"#", b"!x",
    ]  # fmt: skip
    broken = [b"line\nbreak.py", b"behind.py\n", b"\n"]
    everyone = {shown(name): n for n, name in enumerate((*names, *broken), 1)}
    for who, more in ((ADA, 0), (BOB, 1)):
        for n, name in enumerate((*names, *broken), 1):
            Path(os.fsdecode(os.fsencode(repo) + b"/" + name)).write_text("a\n" * 3 + "b\n" * n * more)
        git(repo, "add", "-A")
        git(repo, "commit", "-q", "-m", "work", who=who)
    with open_material(str(repo)) as material:
        assert material.history is not None
        assert set(everyone) == {entry.path for entry in material.tree}
        owned = blame(material.history, {path: n + 3 for path, n in everyone.items()}, seconds=30.0)
        assert not [path for folder in (tmp_path, material.tree.root.parent) for path in folder.rglob("*done")]
    found = {path: {p.name: n for p, n in (owned.lines(path) or {}).items()} for path in owned.files}
    assert found == {shown(name): {"Ada": 3, "Bob": everyone[shown(name)]} for name in names}
    assert [(gap.what, gap.why) for gap in owned.gaps] == [
        ("who wrote which lines of 3 files", "git could not follow them"),
    ]


def test_of_two_names_that_read_the_same_one_is_taken_whole(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    commit(repo, {"a\x01.py": "1\n", "a\\x01.py": "x" * 5000})
    commit(repo, {"a\x01.py": "1\n2\n"}, "more", BOB)
    with open_material(str(repo), limits=Limits(file_bytes=1000)) as material:
        assert material.history is not None
        assert material.tree.read_text("a\\x01.py") == "1\n2\n"
        owned = blame(material.history, {"a\\x01.py": 2})
        assert {p.name: n for p, n in (owned.lines("a\\x01.py") or {}).items()} == {"Ada": 1, "Bob": 1}
        assert "reads the same" in whys(material)


def test_blame_takes_the_same_sample_and_says_what_it_left(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    commit(repo, {f"{n}.py": "a\n" * (n + 1) for n in range(20)})
    commit(repo, {f"{n}.py": "b\n" + "a\n" * (n + 1) for n in range(20)}, "more", BOB)
    with open_material(str(repo)) as material:
        assert material.history is not None
        lines = {f"{n}.py": n + 2 for n in range(20)}
        first, again = (blame(material.history, lines, seconds=0.02) for _ in range(2))
    assert first.files == again.files
    assert 0 < first.blamed < 20
    assert 0 < first.coverage < 1
    assert "sample" in first.gaps[0].why


def test_a_single_commit_says_nothing_of_who_wrote(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    commit(repo, {"a.py": "1\n"})
    with open_material(str(repo)) as material:
        assert not material.has_history
        assert material.history is not None
        assert blame(material.history, {"a.py": 1}).coverage == 0.0


@pytest.mark.parametrize(
    "url",
    ["ext::sh -c touch% x", "file:///etc", "--upload-pack=x", "https://-x/y", "ssh://-oProxyCommand=x/y", "fd::1",
     "https://a b/c", "ssh://-l@host/x", "transport::address", "https://host:99999/x", "-u@host:x"],
)  # fmt: skip
def test_addresses_that_could_run_something_are_refused(url: str) -> None:
    with pytest.raises(InputError):
        check_url(url)


def test_passwords_in_an_address_are_kept_from_sight() -> None:
    remote = check_url("https://ada:s3cret@example.org/ada/work.git?private_token=t0ken")
    assert remote.name == "work"
    for text in (remote.shown, repr(remote), remote.url.replace("?private_token=t0ken", "")):
        assert "s3cret" not in text
        assert "t0ken" not in text
    with pytest.raises(InputError) as caught:
        check_url("ftp://ada:s3cret@example.org/x")
    assert "s3cret" not in str(caught.value)
    assert check_url("git@github.com:ada/work.git").scheme == "ssh"


def test_private_folders_are_private(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "p")
    commit(repo, {"a.py": "1"})
    work = tmp_path / "work"
    work.mkdir()

    def interrupted() -> None:
        with open_material(str(repo), workdir=work):
            (made,) = work.iterdir()
            assert made.stat().st_mode & 0o777 == 0o700
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(work.iterdir()) == []
