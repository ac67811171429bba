"""Craft: what is left in the code that nothing needs."""

from __future__ import annotations

import ast
import re
import sys
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.authorship import left_out
from heldout.sources.repository.checks.base import Check, Move, first, fraction, ramp, rounded, sentence, some
from heldout.sources.repository.module import Module, UnparsableError, parse
from heldout.sources.repository.repository import Repository

_CODE_LIKE = re.compile(
    r"\s*+(?:(?:for|while|if|elif|with|def|class|return|import|from|try|except|else|print|assert|del|raise)\b"
    r"|[\w.\[\]'\", ]{1,60}\s*[-+*/]?=[^=]|[\w.]{1,60}\(.*\)?\s*$|[\])}])"
)


class CommentedOut(Check):
    """Code left in comments

    What: Blocks of three or more comment lines in a row that are valid Python statements with assignments, calls
    or control flow, as a share of all code lines.

    Why: The reader cannot tell whether it is a choice, a trial or a bug; the history keeps old code anyway.

    Example: Twelve lines of an old network behind `#` speak against; a comment that explains, or a usage example
    with words around it, does not.

    Limits: Tests, documentation folders, examples and notebooks are left out. A block that mixes words and code is not
    counted.
    """

    code = "CRF403"
    moves: ClassVar = {"craft": Move(down=0.15)}
    why = "Old code in comments hides which version counts."
    mend = "Delete it: the history has it."
    ask = "What do the commented-out blocks keep that the history of commits does not?"
    parts = ("code",)

    def on_module(self, module: Module) -> Iterable[tuple[int, int]]:
        """Note the first line and the length of each block."""
        if module.notebook is not None:
            return
        block: list[str] = []
        for number, line in enumerate([*module.lines, ""], start=1):
            bare = line.lstrip()
            if bare.startswith("#") and not bare.startswith(("#!", "# %%", "#%%", "#:")):
                block.append(bare[1:])
                continue
            if len(block) >= 3 and _is_code(block):
                yield (number - len(block), len(block))
            block = []

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare with the lines of code."""
        blocks = [(noted.path, *noted.note) for noted in repo.notes(self) if not noted.path.startswith(repo.copies)]
        total = sum(m.code_lines for m in repo.scripts if m.part == "code" and not m.path.startswith(repo.copies))
        lines = sum(length for _, _, length in blocks)
        share = fraction(lines, total)
        if total >= 200 and len(blocks) >= 3 and share > 0.03:
            longest = sorted(blocks, key=lambda b: -b[2])
            yield self.against(
                f"{sentence(some(lines, 'line'))} of Python, in blocks of three or more, are commented out, beside some"
                f" {rounded(total):,} lines of code (tests, documentation, examples and notebooks"
                f" apart{left_out(repo)}).",
                *(repo.at(path, line) for path, line, _ in first(longest, 3)),
                strength=ramp(share, 0.03, 0.12),
                blocks=len(blocks),
                commented_share=round(share, 3),
            )


def _is_code(block: list[str]) -> bool:
    if sum(1 for line in block if _CODE_LIKE.match(line[:200])) < 0.6 * len(block):
        return False
    try:
        tree = parse(textwrap.dedent("\n".join(block[:300])))
    except UnparsableError:
        return False
    return any(
        isinstance(node, ast.Assign | ast.AugAssign | ast.For | ast.If | ast.FunctionDef | ast.ImportFrom | ast.With)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
        for node in tree.body
    )


_EFFECTS = frozenset({"readline", "rlcompleter", "this", "antigravity", "encodings", "seaborn", "pylab", "site"})
"""Modules that do something by being imported."""


class UnusedImports(Check):
    """Imports that nothing uses

    What: Names that a file imports and that occur nowhere else in it, not even in a string or a comment. Relative
    imports, `__init__.py`, imports in `try`, star imports, lines marked `noqa`, and modules that do something by
    being imported are left out.

    Why: Dead imports tell the reader of dependencies that are not there, and show that no linter has looked.

    Example: `import os, sys, json` of which only `json` is used speaks against when half of the files are so; a
    stray one does not count.

    Limits: A name that another file takes from this module is taken for unused.
    """

    code = "CRF404"
    moves: ClassVar = {"craft": Move(down=0.1)}
    why = "Leftovers make the reader look for what is not there."
    mend = "Let a linter remove unused imports."
    ask = "Which tool looks at your code before you commit it?"
    parts = ("code",)

    def on_module(self, module: Module) -> Iterable[tuple[int, str]]:
        """Note the line and name of each."""
        if module.notebook is not None or module.path.endswith("__init__.py") or "__all__" in module.text:
            return
        bound = list(_bound(module))
        if not bound:
            return
        words = Counter(re.findall(r"\w+", module.text))
        lines = Counter(name for _, name in bound)
        for line, name in bound:
            if words[name] == lines[name] == 1 and "noqa" not in module.lines[line - 1]:
                yield (line, name)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare the files that have some with all files."""
        own = [m for m in repo.scripts if m.part == "code" and not m.path.startswith(repo.copies)]
        files = [m for m in own if m.imports and not m.path.endswith("__init__.py")]
        by_path: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for noted in repo.notes(self):
            if not noted.path.startswith(repo.copies):
                by_path[noted.path].append(noted.note)
        total = sum(len(found) for found in by_path.values())
        share = fraction(len(by_path), len(files))
        if len(files) >= 4 and total >= 6 and share > 0.3:
            worst = sorted(by_path.items(), key=lambda item: (-len(item[1]), item[0]))
            named = ", ".join(f"`{name}`" for _, name in worst[0][1][:4])
            yield self.against(
                f"At least {len(by_path)} of {some(len(files), 'file')} import names that occur nowhere else in them,"
                f" not even in a comment (tests, documentation and notebooks apart{left_out(repo)}):"
                f" {named} in {worst[0][0]}.",
                *(repo.at(path, found[0][0]) for path, found in first(worst, 3)),
                strength=ramp(share, 0.3, 0.8),
                unused=total,
                files=len(by_path),
            )


def _bound(module: Module) -> Iterator[tuple[int, str]]:
    """Line and name of each import at module level that stands for one word of its own."""
    for node in module.tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                known = root in sys.stdlib_module_names or alias.asname is not None
                if "." not in alias.name and root not in _EFFECTS and known:
                    yield node.lineno, alias.asname or alias.name
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module != "__future__":
            if (node.module or "").partition(".")[0] in (
                "mpl_toolkits",
                "__main__",
                "builtins",
                "six",
                "future",
                "past",
            ):
                continue
            for alias in node.names:
                if alias.name not in ("*", "Axes3D"):
                    yield alias.lineno, alias.asname or alias.name


CHECKS: tuple[Check, ...] = (CommentedOut(), UnusedImports())
