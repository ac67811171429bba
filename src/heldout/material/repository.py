"""A private bare copy of a git repository: fetched from a URL, or copied from a local folder object by object.

Nothing of a local source but its objects, its branch and tag names and its HEAD is looked at: its settings,
hooks, filters, alternates, grafts, replace refs, submodules and work-tree administration stay where they are.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from heldout.errors import InputError
from heldout.evidence.types import Gap
from heldout.material.git import Git, GitError
from heldout.material.limits import MIB, Limits

_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF = re.compile(r"refs/(?:heads|tags|remotes)/[^\s\x00-\x1f\x7f~^:?*\[\\]+")
_LOOSE_FOLDER = re.compile(r"[0-9a-f]{2}")
_LOOSE = re.compile(r"[0-9a-f]{38}(?:[0-9a-f]{24})?")
_PACK = re.compile(r"pack-[0-9a-f]{40}(?:[0-9a-f]{24})?\.(?:pack|idx)")
_REVISION = re.compile(r"[0-9A-Za-z_][\w./+@-]{0,250}")
_MAX_LOOSE = 1_000_000
_MAX_REFS = 100_000


@dataclass(frozen=True)
class Repository:
    """A private bare copy, the commit to review, and what of the source is not in it.

    `head` is None when there are no commits yet. `missing` are blobs that the source did not have; an empty
    blob stands in for each, so that the rest of the history can be read.
    """

    git: Git
    head: str | None
    gaps: tuple[Gap, ...] = ()
    missing: frozenset[str] = frozenset()
    shallow: bool = False


def find_git_folder(folder: Path) -> Path | None:
    """The git folder that belongs to a local folder, or None.

    A folder's own `.git` folder, or the folder itself when it is a bare repository. A `.git` file is only
    believed when it names an administration folder that points back to it (a linked work tree).
    """
    for candidate in (folder / ".git", folder):
        if _is_git_folder(candidate):
            return candidate
    return _linked(folder / ".git")


def _is_git_folder(path: Path) -> bool:
    return not path.is_symlink() and _is_file(path / "HEAD") and _is_folder(path / "objects")


def _linked(marker: Path) -> Path | None:
    text = _small_file(marker)
    if not text.startswith("gitdir: "):
        return None
    admin = marker.parent / text[len("gitdir: ") :].strip()
    if "\0" in text or _small_file(admin / "gitdir").strip() != str(marker.resolve()):
        return None
    return admin if _is_file(admin / "HEAD") else None


def copy_repository(source: Path, target: Path, limits: Limits, revision: str | None = None) -> Repository:
    """Copy objects and names of a local git folder into a fresh bare repository at `target`.

    Objects are hard-linked where the file system allows it. Raises InputError for an unknown revision, for a
    repository over the cap on bytes, and for one whose commit cannot be read.
    """
    common = source
    shared = _small_file(source / "commondir").strip()
    if shared and "\0" not in shared:
        common = (source / shared).resolve()
    refs = dict(_refs(common))
    head = _head(source, refs)
    long = len(head or next(iter(refs.values()), "")) == 64
    git = init(target, "sha256" if long else "sha1")
    _copy_objects(common / "objects", target / "objects", limits)
    if refs:
        lines = [f"{oid} {name}\n" for name, oid in sorted(refs.items())]
        (target / "packed-refs").write_text("# pack-refs with: sorted\n" + "".join(lines), encoding="utf-8")
    shallow = _small_file(common / "shallow", MIB)
    if shallow:
        grafts = [line for line in shallow.split() if _OID.fullmatch(line)]
        (target / "shallow").write_text("\n".join(grafts) + "\n", encoding="ascii")
    gaps = []
    if _is_file(common / "objects" / "info" / "alternates"):
        gaps.append(Gap(what="objects that the repository borrows from another one", why="alternates are not followed"))
    if revision is not None:
        head = resolve(git, revision)
    if head is None:
        return Repository(git, None, tuple(gaps))
    resolve(git, head)
    repository = _complete(git, head, limits)
    return Repository(
        repository.git, head, (*gaps, *repository.gaps), repository.missing, shallow=bool(shallow.strip())
    )


def resolve(git: Git, revision: str) -> str:
    """The full id of the commit that a revision names; raises InputError when there is none."""
    if not good_revision(revision):
        raise InputError(f"{revision!r} is no revision; give a branch, a tag or a commit id")
    for name in (revision, f"refs/remotes/origin/{revision}"):
        try:
            return git.run("rev-parse", "--verify", "--end-of-options", f"{name}^{{commit}}").decode().strip()
        except GitError:
            continue
    raise InputError(f"the repository has no commit {revision!r}; give a branch, a tag or a commit id of it")


def good_revision(revision: str) -> bool:
    """Whether a text can name a revision: no option, no range, no refspec."""
    return bool(_REVISION.fullmatch(revision)) and ".." not in revision and "@{" not in revision


def init(target: Path, object_format: str) -> Git:
    """A new, empty, private bare repository at `target`."""
    target.mkdir(mode=0o700)
    git = Git(target)
    git.run(
        "init", "--quiet", "--bare", "--template=", f"--object-format={object_format}", "--initial-branch=main", "."
    )
    return git


def _refs(common: Path) -> Iterator[tuple[str, str]]:
    """Names of branches and tags with their object ids, from `packed-refs` and from loose files."""
    for line in _small_file(common / "packed-refs", 32 * MIB).splitlines()[:_MAX_REFS]:
        oid, _, name = line.partition(" ")
        if _OID.fullmatch(oid) and _good_ref(name):
            yield name, oid
    seen = 0
    for top in ("heads", "tags", "remotes"):
        for folder, _, names in os.walk(common / "refs" / top):
            for name in names:
                seen += 1
                if seen > _MAX_REFS:
                    return
                path = Path(folder) / name
                full = path.relative_to(common).as_posix()
                oid = _small_file(path).strip()
                if _OID.fullmatch(oid) and _good_ref(full):
                    yield full, oid


def _good_ref(name: str) -> bool:
    return bool(_REF.fullmatch(name)) and ".." not in name and not name.endswith((".lock", "/", "."))


def _head(source: Path, refs: dict[str, str]) -> str | None:
    text = _small_file(source / "HEAD").strip()
    if _OID.fullmatch(text):
        return text
    return refs.get(text.removeprefix("ref:").strip())


def _copy_objects(source: Path, target: Path, limits: Limits) -> None:
    total = 0
    for path in _object_files(source):
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            continue
        total += status.st_size
        if total > limits.download_bytes:
            raise InputError(
                f"the repository holds more than {limits.download_bytes // MIB:,} MiB of objects; "
                "review a smaller clone of it (git clone --single-branch)"
            )
        here = target / path.relative_to(source)
        here.parent.mkdir(exist_ok=True)
        try:
            os.link(path, here, follow_symlinks=False)
        except OSError:
            _copy(path, here)


def _object_files(source: Path) -> Iterator[Path]:
    seen = 0
    for folder in sorted(_names(source)):
        wanted = _PACK if folder == "pack" else _LOOSE if _LOOSE_FOLDER.fullmatch(folder) else None
        if wanted is None or (source / folder).is_symlink():
            continue
        for name in sorted(_names(source / folder)):
            seen += 1
            if seen > _MAX_LOOSE:
                raise InputError("the repository has over a million loose objects; run `git gc` in it first")
            if wanted.fullmatch(name):
                yield source / folder / name


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []


def _copy(source: Path, target: Path) -> None:
    try:
        handle = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as given, target.open("xb") as taken:
            shutil.copyfileobj(given, taken, MIB)
    except OSError as error:
        raise InputError(f"{source} cannot be read: {error.strerror}") from error


def _complete(git: Git, head: str, limits: Limits) -> Repository:
    """Stand an empty blob in for each missing one (a partial clone, alternates, lost objects).

    Without it one missing picture would end every walk through the history. The replace refs are our own.
    """
    args = ("rev-list", "--objects", "--missing=print", "--no-object-names", head)
    missing = set()
    try:
        with git.stream(*args, seconds=limits.seconds) as out:
            for line in out:
                if line.startswith(b"?"):
                    missing.add(line[1:].strip().decode("ascii"))
    except GitError as error:
        raise InputError(f"the history of {head[:12]} cannot be read ({error}); clone the repository anew") from error
    if not missing:
        return Repository(git, head)
    empty = git.run("hash-object", "-w", "--stdin").decode().strip()
    packed = git.repository / "packed-refs"
    kept = [line for line in _small_file(packed, 32 * MIB).splitlines() if not line.startswith("#")]
    lines = sorted([*kept, *(f"{empty} refs/replace/{oid}" for oid in missing)], key=lambda line: line.split(" ")[1])
    packed.write_text("# pack-refs with: sorted\n" + "\n".join(lines) + "\n", encoding="utf-8")
    gap = Gap(what=f"{len(missing):,} objects of the history", why="this copy of the repository does not have them")
    return Repository(Git(git.repository, replaced=True), head, (gap,), frozenset(missing))


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def _small_file(path: Path, limit: int = 4096) -> str:
    """The text of a small regular file, empty when there is none."""
    if not _is_file(path):
        return ""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ""
    with os.fdopen(handle, "rb") as file:
        return file.read(limit).decode("utf-8", errors="replace")
