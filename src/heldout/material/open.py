"""Open what a person names - a URL, a folder, an archive, a package - as material to review."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from heldout.errors import InputError
from heldout.evidence.types import Gap
from heldout.material.history import History
from heldout.material.limits import Limits
from heldout.material.scan import scan_folder
from heldout.material.tree import Kind, Tree

Progress = Callable[[str], None]
"""Called now and then with one line on what is being done."""


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


@contextmanager
def open_material(
    spec: str,
    *,
    workdir: Path | None = None,
    limits: Limits | None = None,
    revision: str | None = None,
    progress: Progress | None = None,
) -> Iterator[Material]:
    """Material by its name, for as long as the `with` block lasts; raises InputError when it cannot be."""
    folder = Path(spec).expanduser()
    if not folder.is_dir():
        raise InputError(f"{spec} is not a folder")
    tree = scan_folder(folder.resolve(), "folder", limits or Limits())
    yield Material(folder.resolve().name, "folder", str(folder), tree, None, tree.gaps)
