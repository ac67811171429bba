"""setup.cfg, and setup.py by its syntax tree alone: what is computed is said to be unknown, never run."""

from __future__ import annotations

import ast
import configparser
import warnings
from collections.abc import Iterator
from typing import cast

from heldout.material.declarations.requirements import is_requirements, parse_requirement, read_requirements
from heldout.material.declarations.types import Collector, Distribution, PythonVersion, line_of, normalise

_DEPTH = 12
"""How many names and calls are followed from `install_requires`; a real file needs three."""


def read_setup_cfg(into: Collector, path: str) -> None:
    """Read the declarative settings of setuptools."""
    text = into.text(path)
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        if "install_requires" in text:
            into.cannot(path, 1, f"is not a valid setup.cfg: {error.message}"[:200])
        return
    for option, group in (("install_requires", ""), ("setup_requires", "build"), ("tests_require", "test")):
        _cfg_list(into, path, text, parser.get("options", option, fallback=""), group)
    if parser.has_section("options.extras_require"):
        for name, value in parser.items("options.extras_require"):
            _cfg_list(into, path, text, value, name)
    python = parser.get("options", "python_requires", fallback="").strip()
    if python:
        into.python.append(PythonVersion(path, line_of(text, "python_requires"), python))
    name = parser.get("metadata", "name", fallback="").strip()
    if name:
        scripts = parser.has_section("options.entry_points")
        into.distributions.append(Distribution(path, line_of(text, name), normalise(name), scripts))


def _cfg_list(into: Collector, path: str, text: str, value: str, group: str) -> None:
    if value.strip().startswith("file:"):
        for name in value.strip().removeprefix("file:").split(","):
            target = into.beside(path, name)
            if target is not None:
                read_requirements(into, target, group)
        return
    for raw in value.replace(";\n", "\n").split("\n"):
        item = raw.partition("#")[0].strip()
        if item:
            found = parse_requirement(item, path, line_of(text, item), group)
            if found is not None:
                into.declared.append(found)


def read_setup_py(into: Collector, path: str) -> None:
    """Read the call of `setup` with its literals, simple variables, and files of requirements that it opens."""
    text = into.text(path)
    if "setup" not in text:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        into.cannot(path, 1, "is not Python 3 that can be parsed")
        return
    script = _Script(into, path, tree)
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name == "setup":
            script.setup(call)


class _Script:
    """A setup.py: its names and what was bound to them."""

    def __init__(self, into: Collector, path: str, tree: ast.Module) -> None:
        self.into, self.path = into, path
        self.bound: dict[str, list[ast.expr]] = {}
        self.functions: dict[str, ast.FunctionDef] = {}
        self.keys: dict[str, dict[str, ast.expr]] = {}
        for node in ast.walk(tree):
            self._bind(node)

    def _bind(self, node: ast.AST) -> None:
        if isinstance(node, ast.FunctionDef):
            self.functions[node.name] = node
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind_target(target, node.value)
        elif isinstance(node, ast.AugAssign | ast.AnnAssign) and node.value is not None:
            self._bind_target(node.target, node.value)
        elif isinstance(node, ast.With):
            for item in node.items:
                if item.optional_vars is not None:
                    self._bind_target(item.optional_vars, item.context_expr)
        elif isinstance(node, ast.For):
            self._bind_target(node.target, node.iter)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("append", "extend") and node.args:
            self._bind_target(cast(ast.Attribute, node.func).value, node.args[0])

    def _bind_target(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.bound.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            key = target.slice.value if isinstance(target.slice, ast.Constant) else None
            if isinstance(key, str):
                self.keys.setdefault(target.value.id, {})[key] = value

    def setup(self, call: ast.Call) -> None:
        """Read the keywords of one call of `setup`, those of `**variable` too."""
        given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        for keyword in call.keywords:
            if keyword.arg is None and isinstance(keyword.value, ast.Name):
                for value in self.bound.get(keyword.value.id, []):
                    given.update(_literal_keys(value))
                given.update(self.keys.get(keyword.value.id, {}))
        for option, group in (("install_requires", ""), ("setup_requires", "build"), ("tests_require", "test")):
            if option in given:
                self._list(given[option], group, option)
        if "extras_require" in given:
            self._extras(given["extras_require"])
        python = self._text(given.get("python_requires"))
        if python:
            self.into.python.append(PythonVersion(self.path, given["python_requires"].lineno, python))
        name = self._text(given.get("name"))
        scripts = bool({"entry_points", "scripts"} & given.keys())
        self.into.distributions.append(Distribution(self.path, call.lineno, normalise(name) if name else None, scripts))

    def _text(self, node: ast.expr | None) -> str | None:
        if isinstance(node, ast.Name):
            values = self.bound.get(node.id, [])
            node = values[0] if len(values) == 1 else None
        return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None

    def _extras(self, node: ast.expr) -> None:
        tables = self.bound.get(node.id, []) if isinstance(node, ast.Name) else [node]
        for table in tables:
            for group, value in _literal_keys(table).items():
                self._list(value, group, "extras_require")
        if isinstance(node, ast.Name):
            for group, value in self.keys.get(node.id, {}).items():
                self._list(value, group, "extras_require")

    def _list(self, node: ast.expr, group: str, option: str) -> None:
        """A list of requirements: the literals in it, else the file that it is read from, else unknown."""
        items = list(self._items(node, _DEPTH))
        found = [parse_requirement(text, self.path, line, group) for text, line in items]
        self.into.declared.extend(d for d in found if d is not None)
        if items or isinstance(node, ast.List | ast.Tuple):
            return
        files = {target for name in self._constants(node, _DEPTH, set()) if (target := self._requirements(name))}
        for target in sorted(files):
            read_requirements(self.into, target, group)
        if not files:
            self.into.cannot(self.path, node.lineno, f"{option} is computed when setup.py runs")

    def _requirements(self, name: str) -> str | None:
        return self.into.beside(self.path, name) if is_requirements(name) or name.endswith(".txt") else None

    def _items(self, node: ast.expr, depth: int) -> Iterator[tuple[str, int]]:
        """The literal strings of a list expression, through names, sums and `list(...)`."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from ((line.strip(), node.lineno) for line in node.value.split("\n") if line.strip())
        elif depth:
            for part in self._parts(node):
                yield from self._items(part, depth - 1)

    def _parts(self, node: ast.expr) -> list[ast.expr]:
        """The expressions of which a list expression is made."""
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return node.elts
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return [node.left, node.right]
        if isinstance(node, ast.Name):
            return [value for value in self.bound.get(node.id, []) if not isinstance(value, ast.Call)]
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("list", "sorted", "set", "tuple"):
            return node.args[:1]
        return [node.value] if isinstance(node, ast.Starred) else []

    def _constants(self, node: ast.AST, depth: int, seen: set[str]) -> Iterator[str]:
        """Every string that an expression could have got its value from: in it, in its names, in its functions."""
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and len(inner.value) < 200:
                yield inner.value
            elif isinstance(inner, ast.Name) and inner.id not in seen and depth:
                seen.add(inner.id)
                for value in self.bound.get(inner.id, []):
                    yield from self._constants(value, depth - 1, seen)
                if inner.id in self.functions:
                    yield from self._constants(self.functions[inner.id], depth - 1, seen)


def _literal_keys(node: ast.expr) -> dict[str, ast.expr]:
    """The string keys of a dict display or of `dict(a=...)`, with their values."""
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {k.value: v for k, v in pairs if isinstance(k, ast.Constant) and isinstance(k.value, str)}
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "dict":
        return {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    return {}
