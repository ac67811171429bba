"""Which file an import of the delivery's own code means."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from heldout.sources.handover.discover.view import View, joined, parent


@dataclass(frozen=True, slots=True)
class Import:
    """An import of another module: its dotted name with the names taken from it, and where it stands.

    `guarded` ones stand in a `try`, so that the code may do without.
    """

    module: str
    names: tuple[str, ...]
    level: int
    line: int
    guarded: bool = False

    @property
    def top(self) -> str:
        """The first part of an absolute import; empty for a relative one."""
        return "" if self.level else self.module.partition(".")[0]


def imports_of(tree: ast.AST) -> list[Import]:
    """Every import of a syntax tree, those within functions too, in the order of the lines."""
    return sorted(_imports(tree), key=lambda item: item.line)


def _imports(tree: ast.AST) -> Iterator[Import]:
    stack: list[tuple[ast.AST, bool]] = [(tree, False)]
    while stack:
        node, guarded = stack.pop()
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, (), 0, node.lineno, guarded) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield Import(node.module or "", tuple(a.name for a in node.names), node.level, node.lineno, guarded)
        inner = guarded or isinstance(node, ast.Try)
        stack.extend((child, inner) for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr))


def own_file(view: View, path: str, module: str, level: int = 0, folder: str = ".") -> str | None:
    """The file of the delivery that `import module` in the file at `path` means; None when it is none of its own.

    `folder` is where the program is started: that, the file's folder, the root and `src` are looked into.
    """
    inner = module.replace(".", "/")
    if level:
        base = parent(path)
        for _ in range(level - 1):
            base = parent(base)
        roots = [base]
    else:
        above = [parent(path)]
        while above[-1] != "." and len(above) < 12:
            above.append(parent(above[-1]))
        roots = list(dict.fromkeys([above[0], folder, *above, "src"]))
    for root in roots:
        base_path = joined(root, inner) if inner else root
        if base_path is None:
            continue
        base_path = base_path.removeprefix("./")
        for candidate in (f"{base_path}.py", f"{base_path}/__init__.py"):
            if candidate in view.tree and candidate != path:
                return candidate
    return None


def is_own(view: View, path: str, module: str, level: int = 0, folder: str = ".") -> bool:
    """Whether an import means the delivery's own code: a file, or a folder without `__init__.py`."""
    if level or own_file(view, path, module, level, folder) is not None:
        return True
    top = module.partition(".")[0]
    above = [parent(path), folder, ".", "src"]
    here = parent(path)
    while here != ".":
        here = parent(here)
        above.append(here)
    return any((found := joined(root, top)) and holds_code(view, found) for root in dict.fromkeys(above))


def holds_code(view: View, folder: str) -> bool:
    """Whether a folder of the delivery directly holds Python files (or packages that do)."""
    if f"{folder}.py" in view.tree:
        return True
    if folder not in view.folders:
        return False
    return any(e.path.startswith(f"{folder}/") and e.path.endswith(".py") for e in view.files)


def reached(view: View, script: str, folder: str = ".", most: int = 40) -> tuple[str, ...]:
    """The script and the delivery's own files that it imports, directly or through others."""
    found = [script]
    for path in found:
        tree = view.module(path)
        if tree is None:
            continue
        for item in imports_of(tree):
            names = [item.module, *(f"{item.module}.{n}" if item.module else n for n in item.names)]
            for name in names:
                own = own_file(view, path, name, item.level, folder)
                if own is not None and own not in found and len(found) < most:
                    found.append(own)
    return tuple(found)
