"""What stands before the paths of routes that are put together from parts: routers of FastAPI, blueprints of Flask."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from heldout.sources.handover.discover.code.traits import dotted
from heldout.sources.handover.discover.view import View

_MADE = {"APIRouter": "prefix", "Blueprint": "url_prefix"}
_JOINED = {"include_router": "prefix", "register_blueprint": "url_prefix"}
_DEEPEST = 5

Part = tuple[str, str]
"""A router or an application: the file that makes it, and its name there."""


@dataclass
class Prefixes:
    """The prefixes of the routers of some files, as far as they are written down as texts."""

    own: dict[Part, str] = field(default_factory=dict)
    """Router -> the prefix that it is made with."""
    held: dict[Part, tuple[Part, str]] = field(default_factory=dict)
    """Router -> the one that it is included in, and the prefix that is given there."""

    def before(self, path: str, name: str) -> str:
        """What stands before each path of this router; empty for an application."""
        part, found = (path, name), ""
        for _ in range(_DEEPEST):
            found = self.own.get(part, "") + found
            if part not in self.held:
                break
            part, given = self.held[part]
            found = given + found
        return found


def prefixes_in(view: View, paths: tuple[str, ...]) -> Prefixes:
    """The prefixes that these files give; one that is worked out when it runs counts as none."""
    found = Prefixes()
    for path in paths:
        tree = view.module(path)
        if tree is None:
            continue
        known = _imported(tree, paths)
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                keyword = _MADE.get(dotted(node.value.func).rpartition(".")[2])
                for target in node.targets if keyword else ():
                    if isinstance(target, ast.Name):
                        found.own[(path, target.id)] = _text(node.value, keyword or "")
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                keyword = _JOINED.get(node.func.attr)
                part = _part(dotted(node.args[0]), path, known) if keyword else None
                if part is not None:
                    found.held[part] = ((path, dotted(node.func.value)), _text(node, keyword or ""))
    return found


def _text(call: ast.Call, keyword: str) -> str:
    given = next((k.value for k in call.keywords if k.arg == keyword), None)
    return given.value.rstrip("/") if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""


def _imported(tree: ast.Module, paths: tuple[str, ...]) -> dict[str, Part]:
    """Name in this file -> the file and the name that it has there; the name is empty for a whole module."""
    found: dict[str, Part] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for item in node.names:
                found[item.asname or item.name] = (_file(item.name, paths), "")
        elif isinstance(node, ast.ImportFrom):
            for item in node.names:
                module = f"{node.module}.{item.name}" if node.module else item.name
                whole = _file(module, paths)
                there = (whole, "") if whole else (_file(node.module or "", paths), item.name)
                found[item.asname or item.name] = there
    return {name: part for name, part in found.items() if part[0]}


def _file(module: str, paths: tuple[str, ...]) -> str:
    """The file of a module among these; empty when it is none of them, or several could be meant."""
    ends = (f"{module.replace('.', '/')}.py", f"{module.replace('.', '/')}/__init__.py")
    fits = [path for path in paths if any(path == end or path.endswith(f"/{end}") for end in ends)]
    return fits[0] if module and len(fits) == 1 else ""


def _part(name: str, path: str, known: dict[str, Part]) -> Part | None:
    """The router that a name in a file means: its own, an imported one, or one of an imported module."""
    owner, _, inner = name.rpartition(".")
    if owner in known and not known[owner][1]:
        return known[owner][0], inner
    if not owner and name in known and known[name][1]:
        return known[name]
    return (path, name) if name and not owner else None
