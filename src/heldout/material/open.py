"""Open what a person names - a URL, a folder, an archive, a package - as material to review."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from heldout.errors import InputError
from heldout.evidence.types import Gap
from heldout.material.archive import is_archive, unpack
from heldout.material.clone import check_url, clone, is_git_url
from heldout.material.forge import list_repositories, profile_of
from heldout.material.history import History, begin_history
from heldout.material.limits import Limits
from heldout.material.repository import Repository, copy_repository, find_git_folder
from heldout.material.scan import scan_folder
from heldout.material.snapshot import extract
from heldout.material.tree import FileEntry, Kind, Tree, digest_of, shown
from heldout.temporary import temporary_folder

Progress = Callable[[str], None]
"""Called now and then with one line on what is being done."""

_OWNER_NAME = re.compile(r"[\w.-]+/[\w.-]+")
T = TypeVar("T")
_SINGLE = frozenset({".py", ".ipynb"})


@dataclass(frozen=True)
class Material:
    """What is reviewed: its tree, its history where there is one, and what could not be had.

    `origin` is where it came from without any credentials. `gaps` holds all of them, the tree's and the
    history's too.
    """

    name: str
    kind: Kind
    origin: str
    tree: Tree
    history: History | None = None
    gaps: tuple[Gap, ...] = ()

    @property
    def has_history(self) -> bool:
        """Whether commits can say who wrote what and when."""
        return self.history is not None and self.history.assessable


@dataclass(frozen=True)
class Expansion:
    """What a name stands for: itself, or the repositories of a profile; and which of those were left out."""

    specs: tuple[str, ...]
    gaps: tuple[Gap, ...] = ()


def expand(spec: str, *, token: str | None = None, most: int = 20, progress: Progress | None = None) -> Expansion:
    """The materials that a name stands for: a profile becomes its own repositories, the last pushed first.

    Forks and empty repositories are left out, and those past the newest `most`; the gaps name them.
    Raises InputError when the profile cannot be listed or has no repository of its own.
    """
    profile = profile_of(spec)
    if profile is None:
        return Expansion((spec,))
    if progress is not None:
        progress(f"listing the repositories of {profile.name}")
    listed = list_repositories(profile, token)
    own = [item for item in listed if not item.fork and not item.empty]
    if not own:
        raise InputError(
            f"{profile.name} has no public repository of their own, only {len(listed)} forks or empty ones"
        )
    left_out = {
        "forks: mostly other people's work": [item.name for item in listed if item.fork],
        "nothing in them yet": [item.name for item in listed if item.empty and not item.fork],
        f"only the {most} last pushed are reviewed": [item.name for item in own[most:]],
    }
    gaps = [Gap(what=shown(", ".join(names)), why=why) for why, names in left_out.items() if names]
    archived = [item.name for item in own[:most] if item.archived]
    if archived:
        gaps.append(Gap(what=shown(", ".join(archived)), why="archived by their owner: reviewed as they were left"))
    return Expansion(tuple(item.url for item in own[:most]), tuple(gaps))


@contextmanager
def open_material(
    spec: str,
    *,
    workdir: Path | None = None,
    limits: Limits | None = None,
    revision: str | None = None,
    progress: Progress | None = None,
) -> Iterator[Material]:
    """Material by its name, for as long as the `with` block lasts.

    `spec` is a git URL, a local folder (a git repository or not), a zip or tar archive, one `.py` or `.ipynb`
    file, or `pypi:NAME[==VERSION]`. Of a git repository the commit `revision` (default HEAD) is reviewed.
    Private folders are made under `workdir` (default: the system's) and are gone afterwards, whatever happens.
    Raises InputError, saying what to do, when the material cannot be had.
    """
    with temporary_folder(workdir) as private:
        opener = _Opener(private, limits or Limits(), revision, progress or (lambda _line: None))
        yield opener.open(spec)


@dataclass
class _Opener:
    private: Path
    limits: Limits
    revision: str | None
    progress: Progress
    notes: list[Gap] = field(default_factory=list)

    def open(self, spec: str) -> Material:
        """Decide what a name means, and open that."""
        if spec.startswith("pypi:"):
            self._no_revision(spec)
            return self._package(spec)
        path = None if "://" in spec else _existing(spec)
        if path is None:
            return self._remote(spec)
        if path.is_dir():
            whole = path.resolve()
            # A bare repository that is called `.git` has the name of the folder that it stands in.
            named = whole.parent if whole.name == ".git" else whole
            return self._folder(whole, named.name or "root", str(named if named is not whole else path), "folder")
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"{spec} is neither a folder nor a regular file; name a folder, an archive or a URL")
        if path.suffix.lower() in _SINGLE:
            self._no_revision(spec)
            return self._single(path)
        if not _readable(is_archive, path):
            raise InputError(f"{spec} is no archive (zip, tar); name its folder, or a .py or .ipynb file")
        return self._archive(path, path.name, str(path), "archive")

    def _remote(self, spec: str) -> Material:
        if profile_of(spec) is not None:
            raise InputError(f"{spec} is a profile, not a repository; name one of its repositories")
        if not is_git_url(spec):
            hint = f"; for GitHub write https://github.com/{spec}" if _OWNER_NAME.fullmatch(spec) else ""
            known = "name a folder, an archive, a git URL or pypi:NAME"
            raise InputError(f"{shown(spec) or 'an empty name'} does not exist; {known}{hint}")
        remote = check_url(spec)
        self.progress(f"cloning {remote.shown}")
        repository = clone(remote, self.private / "git", self.limits, self.revision, self.progress)
        return self._commit(repository, remote.name, remote.shown)

    def _package(self, spec: str) -> Material:
        from heldout.material.pypi import fetch_release, find_release  # a tenth of the start, for packages alone

        name = spec.removeprefix("pypi:").strip()
        self.progress(f"asking the index for {name}")
        release = find_release(name)
        archive = fetch_release(release, self.private, self.limits, self.progress)
        if release.kind == "wheel":
            self.notes.append(Gap(what="the source distribution", why="the index has only a wheel: no tests, no CI"))
        if not release.sha256:
            self.notes.append(Gap(what="the integrity of the download", why="the index gives no SHA-256 for it"))
        return self._archive(archive, release.filename, f"pypi:{name} ({release.filename})", release.kind)

    def _archive(self, path: Path, name: str, origin: str, kind: Kind) -> Material:
        self.progress(f"unpacking {name}")
        target = self.private / "unpacked"
        self.notes.extend(_readable(lambda given: unpack(given, target, self.limits), path))
        return self._folder(target, name, origin, kind)

    def _folder(self, folder: Path, name: str, origin: str, kind: Kind) -> Material:
        """A folder with its history where it is a git repository, else as it lies there."""
        source = find_git_folder(folder)
        if source is not None:
            self.progress(f"copying the history of {name}")
            try:
                repository = copy_repository(source, self.private / "git", self.limits, self.revision)
            except InputError as error:
                if self.revision is not None:
                    raise
                self.notes.append(Gap(what="the git history", why=str(error)))
            else:
                if repository.head is not None:
                    material = self._commit(repository, name, origin)
                    return material if source == folder else _with_uncommitted(material, folder)
                self.notes.extend(repository.gaps)
                self.notes.append(Gap(what="the git history", why="there are no commits yet: the folder is reviewed"))
        elif os.path.lexists(folder / ".git"):
            self.notes.append(Gap(what="the git history", why="its .git leads elsewhere and is not followed"))
        else:
            self._no_provenance(f"no git history comes with this {kind}")
        self._no_revision(origin)
        self.progress(f"listing {name}")
        return self._material(name, kind, origin, scan_folder(folder, kind, self.limits))

    def _commit(self, repository: Repository, name: str, origin: str) -> Material:
        head = repository.head or ""
        self.progress(f"reading the history and the files of {name}")
        reading = begin_history(repository, head, self.limits)
        try:
            tree = extract(repository, head, self.private / "tree", self.limits)
            history = reading.finish()
        except BaseException:
            repository.git.stop()
            raise
        self.notes.extend((*repository.gaps, *history.gaps))
        if not history.assessable:
            self._no_provenance(history.reason)
        return self._material(name, "git", origin, tree, history)

    def _single(self, path: Path) -> Material:
        size = path.stat().st_size
        entry = FileEntry(shown(path.name), size, readable=size <= self.limits.file_bytes, stored=path.name)
        root = path.resolve().parent
        tree = Tree(root, "folder", (entry,), digest_of(root, (entry,), self.limits), (), self.limits)
        if not entry.readable:
            raise InputError(f"{path} is larger than {self.limits.file_bytes // 2**20} MiB; it is not read")
        self._no_provenance("a single file has no history")
        return self._material(path.name, "folder", str(path), tree)

    def _material(self, name: str, kind: Kind, origin: str, tree: Tree, history: History | None = None) -> Material:
        if not tree.files:
            raise InputError(f"{origin} holds no files that can be reviewed")
        return Material(shown(name), kind, shown(origin), tree, history, (*self.notes, *tree.gaps))

    def _no_provenance(self, reason: str) -> None:
        self.notes.append(Gap(what="who wrote what and when", why=f"provenance not assessable: {reason}"))

    def _no_revision(self, spec: str) -> None:
        if self.revision is not None:
            raise InputError(f"{spec} has no git history to take revision {self.revision!r} from; leave it out")


def _existing(spec: str) -> Path | None:
    try:
        path = Path(spec).expanduser()
        return path if spec and path.exists() else None
    except (OSError, ValueError, RuntimeError):  # too long, a NUL in it, no such user
        return None


def _readable(read: Callable[[Path], T], path: Path) -> T:
    """Read a local file, turning a refusal of the file system into a message."""
    try:
        return read(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


def _with_uncommitted(material: Material, folder: Path) -> Material:
    """Name the files whose size in the working folder is not that of the commit: a cheap sign of changes."""
    changed = []
    for entry in material.tree.files:
        if entry.symlink or entry.stored:
            continue
        try:
            size = os.lstat(folder / entry.path).st_size
        except OSError:
            size = -1
        if entry.readable and size != entry.size:
            changed.append(entry.path)
    if not changed:
        return material
    names = ", ".join(changed[:3]) + (f" and {len(changed) - 3:,} more" if len(changed) > 3 else "")
    gap = Gap(what=f"uncommitted changes ({names})", why="what is committed is reviewed")
    return Material(
        material.name, material.kind, material.origin, material.tree, material.history, (*material.gaps, gap)
    )
