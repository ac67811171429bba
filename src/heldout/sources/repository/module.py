"""One Python source, parsed once: what every check of a module looks at."""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from heldout.evidence import Location
from heldout.material.notebook import JoinedSource, Notebook, join_cells, read_notebook
from heldout.material.paths import part_of
from heldout.sources.repository.facts import FunctionFacts, ModuleFacts
from heldout.sources.repository.syntax import children, does_something, walk

Node = TypeVar("Node", bound=ast.AST)
Function = ast.FunctionDef | ast.AsyncFunctionDef

_LONGEST = 1_000_000
_SNIPPET_LINES = 3
_SNIPPET_WIDTH = 160
_PYTHON_2 = re.compile(
    r"^[ \t]*+(print\s+[\"'\w(]|except\s+[\w.()]+\s*,\s*\w+\s*:|raise\s+\w+\s*,|exec\s+[\"'])", re.MULTILINE
)


class UnparsableError(Exception):
    """The source is no Python 3 that can be parsed; the message says what it is instead."""


class Module:
    """A Python file or the joined code of a notebook, parsed; facts are computed once and shared.

    Lines of `tree` and `text` count from 1 in the joined source; `location` turns them into places.
    """

    def __init__(self, path: str, text: str, *, artifact: str = "") -> None:
        """Parse; raises UnparsableError or NotebookError."""
        self.path = path
        self.artifact = artifact
        self.sibling: Callable[[str], ast.Module | None] | None = None
        """Finds other modules of the repository by dotted name; set by whoever holds the tree."""
        self.notebook: Notebook | None = None
        self.joined: JoinedSource | None = None
        if path.endswith(".ipynb"):
            self.notebook = read_notebook(text)
            if self.notebook.language != "python":
                raise UnparsableError(f"is a notebook in {self.notebook.language}")
            _bounded(sum(len(cell.source) for cell in self.notebook.code_cells))
            self.joined = join_cells(self.notebook)
            text = self.joined.text
        _bounded(len(text))
        self.text = text
        self.part = part_of(path, text)
        self.tree = (self.joined and self.joined.tree) or parse(text)

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the source; `lines[0]` is line 1."""
        return self.text.split("\n")

    @cached_property
    def _index(self) -> _Index:
        """All nodes by type in source order, parents, and the shape of functions: one walk for every check."""
        index = _Index(defaultdict(list), {}, {})
        by_type, parents = index.by_type, index.parents
        # a node, the shape of the function around it (None outside and where it does not count), its depth there
        stack: list[tuple[ast.AST, _Shape | None, int]] = [(self.tree, None, 0)]
        while stack:
            node, shape, depth = stack.pop()
            kind = type(node)
            by_type[kind].append(node)
            if shape is not None:
                if kind in _DECISIONS:
                    shape.complexity += 1
                elif kind is ast.BoolOp:
                    shape.complexity += len(node.values) - 1  # type: ignore[attr-defined]  # a BoolOp has values
                if kind in _BLOCKS:
                    depth += 1
                    shape.depth = max(shape.depth, depth)
            if kind in _FUNCTIONS:
                shape, depth = _Shape(), 0
                index.shapes[node] = shape
            elif kind in _APART:
                shape = None
            elif kind in _LEAVES:
                continue
            inner = children(node)
            if not inner:
                continue
            for child in inner:
                parents[child] = node
            inner.reverse()
            stack += [(child, shape, depth) for child in inner]
        return index

    def nodes(self, *types: type[Node]) -> Iterator[Node]:
        """All nodes of exactly these types, in source order within each type."""
        by_type = self._index.by_type
        for kind in types:
            yield from by_type.get(kind, ())  # type: ignore[misc]  # the list under a type holds that type

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node around this one, None for the module."""
        return self._index.parents.get(node)

    def parents(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around this one, from the inside out."""
        here = self.parent(node)
        while here is not None:
            yield here
            here = self.parent(here)

    def function_of(self, node: ast.AST) -> Function | None:
        """The function whose body holds the node, None at module level."""
        for around in self.parents(node):
            if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef):
                return around
        return None

    def scope_of(self, node: ast.AST) -> object:
        """What is read together with the node: its function, else the cell of a notebook, None in a script."""
        function = self.function_of(node)
        if function is None and self.joined is not None and self.joined.cells:
            return self.joined.place(getattr(node, "lineno", 1))[0]
        return function

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Local names of imported things and what they stand for: `np` -> `numpy`.

        A star import of a module beside this one brings what that imports: `from helper import *` may bring `np`.
        """
        names: dict[str, str] = {}
        for part in self.nodes(ast.ImportFrom):
            if part.names[0].name == "*" and self.sibling is not None:
                tree = self.sibling("." * part.level + (part.module or ""))
                names |= _imported(tree.body) if tree is not None else {}
        return names | _imported([*self.nodes(ast.Import), *self.nodes(ast.ImportFrom)])

    @cached_property
    def imports(self) -> dict[str, int]:
        """Dotted names of what is imported, with the first line; relative ones begin with dots."""
        found: dict[str, int] = {}
        for node in self.nodes(ast.Import):
            for alias in node.names:
                found.setdefault(alias.name, node.lineno)
        for part in self.nodes(ast.ImportFrom):
            base = "." * part.level + (part.module or "")
            for alias in part.names:
                name = base if alias.name == "*" else f"{base}{'' if base.endswith('.') else '.'}{alias.name}"
                found.setdefault(name, part.lineno)
        return found

    def resolve(self, node: ast.AST | None) -> str | None:
        """The dotted name of a name or attribute through the import aliases; None if its root is not imported."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        root = self.aliases.get(node.id)
        return None if root is None else ".".join([root, *reversed(parts)])

    @cached_property
    def calls(self) -> tuple[tuple[ast.Call, str], ...]:
        """Every call of something imported, with its dotted name."""
        return tuple((call, name) for call, name in self._resolved if name is not None)

    @cached_property
    def _resolved(self) -> list[tuple[ast.Call, str | None]]:
        return [(call, self.resolve(call.func)) for call in self.nodes(ast.Call)]

    @cached_property
    def method_calls(self) -> tuple[tuple[ast.Call, str], ...]:
        """Every call of an attribute of something that is not imported, with the attribute's name."""
        return tuple(
            (call, call.func.attr)
            for call, name in self._resolved
            if name is None and isinstance(call.func, ast.Attribute)
        )

    @cached_property
    def called(self) -> dict[str, list[ast.Call]]:
        """Every call by the last part of what is called: `merge` for `df.merge(x)` and `pd.merge(x, y)` alike."""
        found: dict[str, list[ast.Call]] = defaultdict(list)
        for call in self.nodes(ast.Call):
            if isinstance(call.func, ast.Attribute):
                found[call.func.attr].append(call)
            elif isinstance(call.func, ast.Name):
                found[self.aliases.get(call.func.id, call.func.id).rpartition(".")[2]].append(call)
        return found

    @cached_property
    def keyworded(self) -> dict[str, list[ast.Call]]:
        """Every call by the keyword arguments that it gives."""
        found: dict[str, list[ast.Call]] = defaultdict(list)
        for call in self.nodes(ast.Call):
            for keyword in call.keywords:
                if keyword.arg is not None:
                    found[keyword.arg].append(call)
        return found

    @cached_property
    def code_lines(self) -> int:
        """Lines that are neither blank nor a comment alone."""
        return sum(1 for line in self.lines if (bare := line.strip()) and not bare.startswith("#"))

    @cached_property
    def functions(self) -> tuple[tuple[Function, FunctionFacts], ...]:
        """Every function and method with its facts."""
        found: list[tuple[Function, FunctionFacts]] = []
        texts = self._lines_of_text()
        plain: list[Function] = [*self.nodes(ast.FunctionDef), *self.nodes(ast.AsyncFunctionDef)]
        for node in plain:
            facts = _function_facts(node, self._index.shapes[node], isinstance(self.parent(node), ast.ClassDef), texts)
            if any(isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef) for around in self.parents(node)):
                facts = replace(facts, public=False)  # nobody outside can call it
            found.append((node, facts))
        return tuple(found)

    def _lines_of_text(self) -> list[int]:
        """The lines of strings over several lines, in order; the first line of one within a statement is code."""
        found: set[int] = set()
        plain: Iterable[ast.expr] = (n for n in self.nodes(ast.Constant) if isinstance(n.value, str | bytes))
        for node in (*plain, *self.nodes(ast.JoinedStr)):
            last = node.end_lineno or node.lineno
            if last > node.lineno:
                found.update(range(node.lineno + (not isinstance(self.parent(node), ast.Expr)), last + 1))
        return sorted(found)

    def location(self, place: ast.AST | int, end: int | None = None) -> Location:
        """Where a node or a line of the source is, with a few lines of it."""
        if isinstance(place, int):
            line, last, column = place, end or place, None
        else:
            line = getattr(place, "lineno", 1)
            last = end or getattr(place, "end_lineno", None) or line
            column = getattr(place, "col_offset", 0) + 1
        shown = [text[:_SNIPPET_WIDTH] for text in self.lines[line - 1 : min(last, line + _SNIPPET_LINES - 1)]]
        cell = None
        if self.joined is not None and self.joined.cells:
            cell, first = self.joined.place(line)
            line, last = first, max(first, last - (line - first))
        return Location(
            artifact=self.artifact,
            path=self.path,
            cell=cell,
            line=line,
            column=column,
            end_line=last,
            snippet="\n".join(shown),
        )

    def facts(self) -> ModuleFacts:
        """The summary that leaves the worker."""
        calls: dict[str, list[int]] = defaultdict(list)
        for call, name in self.calls:
            calls[name].append(call.lineno)
        methods: dict[str, list[int]] = defaultdict(list)
        for call, name in self.method_calls:
            if len(methods[name]) < 8:
                methods[name].append(call.lineno)
        return ModuleFacts(
            path=self.path,
            part=self.part,
            notebook=self.notebook is not None,
            lines=len(self.lines),
            code_lines=self.code_lines,
            imports=self.imports,
            calls={name: tuple(lines) for name, lines in calls.items()},
            methods={name: tuple(lines) for name, lines in methods.items()},
            functions=tuple(facts for _, facts in self.functions),
            classes=sum(1 for _ in self.nodes(ast.ClassDef)),
            documented=ast.get_docstring(self.tree, clean=False) is not None,
            guarded=any(is_main_guard(node) for node in self.tree.body),
            top_level=sum(1 for node in self.tree.body if not _is_declaration(node)),
            models=tuple(node.lineno for node in self.nodes(ast.ClassDef) if _is_model(node)),
            cells=tuple(zip(self.joined.starts, self.joined.cells, strict=True)) if self.joined is not None else (),
        )


def _is_model(node: ast.ClassDef) -> bool:
    """Whether a class fits and predicts by methods of its own that do something."""
    methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef) and does_something(part)}
    return "fit" in methods and bool(methods & {"predict", "predict_proba", "recommend"})


def _bounded(characters: int) -> None:
    if characters > _LONGEST:
        raise UnparsableError(f"holds more than {_LONGEST:,} characters of code: data, not what a person wrote")


def parse(text: str) -> ast.Module:
    """Parse Python 3; raises UnparsableError with what is wrong."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in someone's strings are no matter of ours
            return ast.parse(text)
    except SyntaxError as error:
        if _PYTHON_2.search(text):
            raise UnparsableError("Python 2, which is not assessed") from error
        raise UnparsableError(f"is not valid Python: {error.msg} (line {error.lineno})") from error
    except (RecursionError, MemoryError) as error:
        raise UnparsableError("is nested too deeply to be parsed") from error
    except ValueError as error:
        raise UnparsableError(f"cannot be parsed: {error}") from error


@dataclass(slots=True)
class _Shape:
    complexity: int = 1
    depth: int = 0


@dataclass(frozen=True, slots=True)
class _Index:
    by_type: dict[type[ast.AST], list[ast.AST]]
    parents: dict[ast.AST, ast.AST]
    shapes: dict[ast.AST, _Shape]


_FUNCTIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef})
_LEAVES = frozenset({ast.Name, ast.Constant})
"""Half of all nodes, with none below them."""
_APART = frozenset({ast.ClassDef, ast.Lambda})
"""What is not counted to the function around it."""
_DECISIONS = frozenset(
    {ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.Assert, ast.comprehension}
    | {ast.match_case}
)
_BLOCKS = frozenset({ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match})


def _function_facts(node: Function, shape: _Shape, method: bool, texts: list[int]) -> FunctionFacts:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    if method and arguments and arguments[0].arg in ("self", "cls"):
        arguments = arguments[1:]
    return FunctionFacts(
        name=node.name,
        line=node.lineno,
        lines=(node.end_lineno or node.lineno) - node.lineno + 1,
        complexity=shape.complexity,
        depth=shape.depth,
        arguments=len(arguments),
        annotated=sum(1 for argument in arguments if argument.annotation is not None),
        documented=(documented := ast.get_docstring(node, clean=False) is not None),
        text_lines=max(
            bisect_right(texts, node.end_lineno or node.lineno) - bisect_left(texts, node.lineno), int(documented)
        ),
        public=not node.name.startswith("_"),
        method=method,
    )


def _imported(statements: Iterable[ast.stmt]) -> dict[str, str]:
    """The names that import statements bind, and what they stand for."""
    names: dict[str, str] = {}
    for node in statements:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                names[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            for alias in node.names:
                dot = "" if base.endswith(".") else "."
                names[alias.asname or alias.name] = f"{base}{dot}{alias.name}"
    return names


def is_main_guard(node: ast.stmt) -> bool:
    """Whether the statement is `if __name__ == "__main__":`, however it is written."""
    return isinstance(node, ast.If) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in walk(node.test)
    )


def _is_declaration(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(
        node,
        ast.Import
        | ast.ImportFrom
        | ast.FunctionDef
        | ast.AsyncFunctionDef
        | ast.ClassDef
        | ast.Assign
        | ast.AnnAssign
        | ast.Try,
    ) or is_main_guard(node)
