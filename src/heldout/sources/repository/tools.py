"""Which tools a repository uses, and how deeply: recognising a tool is data (`tools.yaml`), not code.

Three depths: a tool is `mentioned` when code imports it, `configured` when one of its files is there, and `used`
when its calls are made or its file says something that only a user of it would write.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase, translate
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from pydantic import Field, ValidationError, model_validator

from heldout.errors import OurFault
from heldout.evidence import Location
from heldout.evidence.types import Frozen
from heldout.material.yaml_files import UnreadableYamlError, read_yaml

if TYPE_CHECKING:
    from heldout.sources.repository.facts import ModuleFacts
    from heldout.sources.repository.repository import Repository

Category = Literal[
    "tracking",
    "registry",
    "data-versioning",
    "pipeline",
    "orchestration",
    "serving",
    "web",
    "demo",
    "export",
    "container",
    "infrastructure",
    "monitoring",
    "drift",
    "feature-store",
    "validation",
    "search",
    "configuration",
    "testing",
    "cloud-aws",
    "cloud-gcp",
    "cloud-azure",
    "cloud-fake",
]
Depth = Literal["mentioned", "configured", "used"]
_DEPTHS: tuple[Depth, ...] = ("mentioned", "configured", "used")

_FILES_READ = 300
"""Files looked into for one tool: enough for any project, a bound for a hostile one."""

_NEVER = (".py", ".ipynb", ".png", ".jpg", ".jpeg", ".csv", ".txt", ".npy", ".md", ".html", ".js")
"""No tool is recognised by files of these kinds; most of a large tree is of them."""


class FileSign(Frozen):
    """A file that belongs to a tool: `path` is a glob (a bare one matches the name at any depth).

    The file alone means configured; when all of one entry of `says` (parts joined by ` & `) stands in its text, it
    means used. `decides` False means that the path alone says nothing, only the text does.
    """

    path: str
    says: tuple[str, ...] = ()
    decides: bool = True


class Tool(Frozen):
    """One tool and its signs; `calls` are dotted globs, `methods` count in modules that import the tool."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: str
    category: Category
    imports: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    files: tuple[FileSign, ...] = ()

    @model_validator(mode="after")
    def _recognisable(self) -> Tool:
        if not (self.imports or self.files):
            raise ValueError(f"{self.id} needs imports or files to be recognised by")
        if (self.calls or self.methods) and not self.imports:
            raise ValueError(f"{self.id} names calls, so it needs the imports that they come from")
        if not (self.calls or self.methods or any(sign.says for sign in self.files)):
            raise ValueError(f"{self.id} does not say what means use")
        return self


class Catalogue(Frozen):
    """All tools."""

    version: str
    tools: tuple[Tool, ...]

    @model_validator(mode="after")
    def _unique(self) -> Catalogue:
        ids = [tool.id for tool in self.tools]
        twice = {i for i in ids if ids.count(i) > 1}
        if twice:
            raise ValueError(f"tools listed twice: {', '.join(sorted(twice))}")
        return self


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool, the places (path, line or None) where it shows at this depth, and the depth."""

    tool: Tool
    places: tuple[tuple[str, int | None], ...]
    depth: Depth


@cache
def catalogue() -> Catalogue:
    """The tools that are known; raises OurFault when the data file is wrong."""
    text = files("heldout.sources.repository").joinpath("tools.yaml").read_text(encoding="utf-8")
    try:
        return Catalogue.model_validate(read_yaml(text)[0])
    except (ValidationError, UnreadableYamlError) as error:
        raise OurFault(f"tools.yaml is wrong: {error}") from error


def tools_used(repo: Repository, *categories: Category, depth: Depth = "used") -> tuple[ToolUse, ...]:
    """The tools of these categories (of all without any) that are there at this depth or deeper."""
    least = _DEPTHS.index(depth)
    return tuple(
        use
        for use in repo.tools
        if (not categories or use.tool.category in categories) and _DEPTHS.index(use.depth) >= least
    )


def places(repo: Repository, uses: Iterable[ToolUse], most: int = 3) -> tuple[Location, ...]:
    """A few locations, one of each tool first."""
    first = [use.places[0] for use in uses if use.places][:most]
    return tuple(repo.at(path, line) for path, line in first)


def names(uses: Iterable[ToolUse]) -> str:
    """The tools' names as a reader wants them: `MLflow, DVC`."""
    return ", ".join(dict.fromkeys(use.tool.name for use in uses))


def find_tools(repo: Repository) -> tuple[ToolUse, ...]:
    """Every tool that shows in the project's own code and files, tests apart, in the order of the catalogue.

    A project is no user of the tool that it is: a tool whose package it defines is left out.
    """
    own = {path.split("/")[-2] for path in repo.paths if path.endswith("/__init__.py")}
    seen: dict[str, dict[Depth, list[tuple[str, int | None]]]] = defaultdict(lambda: defaultdict(list))
    by_root = _tools_by_root()
    for module in (*repo.code, *(m for m in repo.tests if "conftest" in m.path)):
        for tool, depth, line in _in_module(module, by_root):
            seen[tool.id][depth].append((module.path, line))
    signed = _Signed(repo)
    for tool in catalogue().tools:
        for depth, path, place in signed.places(tool):
            seen[tool.id][depth].append((path, place))
    found = []
    for tool in catalogue().tools:
        if tool.id not in seen or any(name.partition(".")[0] in own for name in tool.imports):
            continue
        deepest = max(seen[tool.id], key=_DEPTHS.index)
        found.append(ToolUse(tool, tuple(seen[tool.id][deepest][:20]), deepest))
    return tuple(found)


@cache
def _tools_by_root() -> dict[str, tuple[Tool, ...]]:
    by_root: dict[str, list[Tool]] = defaultdict(list)
    for tool in catalogue().tools:
        for root in dict.fromkeys(name.partition(".")[0] for name in tool.imports):
            by_root[root].append(tool)
    return {root: tuple(tools) for root, tools in by_root.items()}


def _in_module(module: ModuleFacts, by_root: dict[str, tuple[Tool, ...]]) -> Iterator[tuple[Tool, Depth, int]]:
    roots = module.packages() & by_root.keys()
    for tool in dict.fromkeys(tool for root in sorted(roots) for tool in by_root[root]):
        lines = [
            line
            for name, line in module.imports.items()
            if any(name == wanted or name.startswith(wanted + ".") for wanted in tool.imports)
        ]
        called = [
            at[0]
            for name, at in module.calls.items()
            if any(name.startswith(wanted.partition(".")[0]) for wanted in tool.imports)
            and any(fnmatchcase(name, pattern) for pattern in tool.calls)
        ]
        if lines:
            called += [module.methods[name][0] for name in tool.methods if module.methods.get(name)]
            yield tool, "mentioned", min(lines)
        if called:
            yield tool, "used", min(called)


class _Signed:
    """The files that any tool signs, found in one pass over the paths and read at most once."""

    def __init__(self, repo: Repository) -> None:
        self.repo = repo
        self._texts: dict[str, str] = {}
        self._candidates = [
            (low, low.rpartition("/")[2], path)
            for path in repo.paths
            if not path.endswith(_NEVER) and repo.part(path) != "test" and _any_sign().match(low := path.lower())
        ]

    def places(self, tool: Tool) -> Iterator[tuple[Depth, str, int | None]]:
        """Where the tool's files are, and where their text shows use."""
        for sign in tool.files:
            wanted = sign.path.lower()
            whole = "/" in wanted
            hits = [path for low, name, path in self._candidates if fnmatchcase(low if whole else name, wanted)]
            for path in hits[:_FILES_READ]:
                if sign.decides:
                    yield "configured", path, None
                line = self._line(path, sign.says)
                if line is not None:
                    yield "used", path, line

    def _line(self, path: str, says: tuple[str, ...]) -> int | None:
        if not says:
            return None
        if path not in self._texts:
            self._texts[path] = self.repo.text(path).text
        text = self._texts[path]
        for wanted in says:
            parts = wanted.split(" & ")
            if all(part in text for part in parts):
                return text.count("\n", 0, text.index(parts[0])) + 1
        return None


@cache
def _any_sign() -> re.Pattern[str]:
    """Matches a lower-case path that a sign's pattern may match."""
    patterns = {sign.path.lower() for tool in catalogue().tools for sign in tool.files}
    return re.compile("|".join(f"(?:.*/)?{translate(pattern)}" for pattern in sorted(patterns)))
