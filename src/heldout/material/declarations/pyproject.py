"""pyproject.toml in every dialect (PEP 621, PEP 735, Poetry, PDM, uv, Hatch, Flit, setuptools), and Pipfile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from heldout.material.declarations.requirements import parse_requirement, read_requirements
from heldout.material.declarations.types import (
    Collector,
    Declaration,
    Distribution,
    Kind,
    PythonVersion,
    line_of,
    normalise,
)
from heldout.material.toml import TomlError, parse_toml


class _Reader:
    """One TOML file: its text for line numbers, its tables, and where the findings go."""

    def __init__(self, into: Collector, path: str, text: str, data: Mapping[str, Any]) -> None:
        self.into, self.path, self.text, self.data = into, path, text, data

    def table(self, *keys: str) -> dict[str, Any]:
        """The table under these keys; empty when it is missing or no table."""
        here: Any = self.data
        for key in keys:
            here = here.get(key) if isinstance(here, dict) else None
        return here if isinstance(here, dict) else {}

    def strings(self, items: object, group: str) -> None:
        """A list of PEP 508 requirements."""
        for item in items if isinstance(items, list) else ():
            if isinstance(item, str):
                line = line_of(self.text, item)
                found = parse_requirement(item, self.path, line, group)
                if found is not None:
                    self.into.declared.append(found)
                else:
                    self.into.cannot(self.path, line, "the entry is no requirement")

    def groups(self, table: Mapping[str, Any], prefix: str = "") -> None:
        """A table of lists of requirements."""
        for name, items in table.items():
            self.strings(items, f"{prefix}{name}")

    def pairs(self, table: Mapping[str, Any], group: str, header: str) -> None:
        """A table of `name = "^1.2"` or `name = {version = "^1.2", git = "..."}` (Poetry, Pipfile, Pixi)."""
        start = line_of(self.text, header)
        for name, value in table.items():
            line = line_of(self.text, name, start)
            if name.lower() == "python":
                self.python(value if isinstance(value, str) else None, line)
                continue
            specifier, kind = _pair(value)
            marked = isinstance(value, dict) and bool({"markers", "platform", "python"} & value.keys())
            self.into.declared.append(
                Declaration(self.path, line, normalise(name), specifier, kind, group, marked=marked)
            )

    def python(self, specifier: object, line: int | None = None) -> None:
        """The Python that is asked for."""
        if isinstance(specifier, str) and specifier.strip(" *"):
            self.into.python.append(PythonVersion(self.path, line or line_of(self.text, specifier), specifier))


def _pair(value: object) -> tuple[str, Kind]:
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, dict)), "*")
    if isinstance(value, dict):
        source = next((value[key] for key in ("git", "url", "path", "file") if isinstance(value.get(key), str)), None)
        if source is not None:
            return source, "url"
        value = value.get("version", "*")
    text = str(value).strip()
    if text in ("", "*", "latest"):
        return "", "free"
    if text.startswith("==") or text[0].isdigit():
        return text, "bounded" if "*" in text or "," in text or "|" in text else "pinned"
    return text, "bounded"


def _load(into: Collector, path: str) -> _Reader | None:
    text = into.text(path)
    try:
        return _Reader(into, path, text, parse_toml(text))
    except TomlError as error:
        into.cannot(path, 1, f"is not valid TOML: {error}"[:200])
        return None


def read_pyproject(into: Collector, path: str) -> None:
    """Read all that a pyproject.toml declares."""
    file = _load(into, path)
    if file is None:
        return
    project, poetry = file.table("project"), file.table("tool", "poetry")
    file.strings(project.get("dependencies"), "")
    file.groups(file.table("project", "optional-dependencies"))
    file.python(project.get("requires-python"))
    file.strings(file.table("build-system").get("requires"), "build")
    _dependency_groups(file)
    _poetry(file, poetry)
    _others(file)
    _dynamic(file, project)
    flit = file.table("tool", "flit", "metadata")
    name = project.get("name") or poetry.get("name") or flit.get("module")
    if isinstance(name, str) and poetry.get("package-mode") is not False:
        scripts = bool(file.table("project", "scripts") or file.table("tool", "poetry", "scripts"))
        into.distributions.append(Distribution(path, line_of(file.text, name), normalise(name), scripts))


def _dependency_groups(file: _Reader) -> None:
    # An include of another group adds nothing to read: that group is read by itself.
    file.groups(file.table("dependency-groups"))


def _poetry(file: _Reader, poetry: Mapping[str, Any]) -> None:
    file.pairs(file.table("tool", "poetry", "dependencies"), "", "[tool.poetry.dependencies]")
    file.pairs(file.table("tool", "poetry", "dev-dependencies"), "dev", "[tool.poetry.dev-dependencies]")
    groups = poetry.get("group")
    for name in groups if isinstance(groups, dict) else ():
        table = file.table("tool", "poetry", "group", name, "dependencies")
        file.pairs(table, name, f"[tool.poetry.group.{name}.dependencies]")


def _others(file: _Reader) -> None:
    file.groups(file.table("tool", "pdm", "dev-dependencies"), "dev-")
    file.strings(file.table("tool", "uv").get("dev-dependencies"), "dev")
    for name in file.table("tool", "hatch", "envs"):
        environment = file.table("tool", "hatch", "envs", name)
        for key in ("dependencies", "extra-dependencies"):
            file.strings(environment.get(key), "dev" if name == "default" else f"dev-{name}")
    flit = file.table("tool", "flit", "metadata")
    file.strings(flit.get("requires"), "")
    file.python(flit.get("requires-python"))
    file.groups(file.table("tool", "flit", "metadata", "requires-extra"))
    for key in ("dependencies", "pypi-dependencies"):
        file.pairs(file.table("tool", "pixi", key), "", f"[tool.pixi.{key}]")


def _dynamic(file: _Reader, project: Mapping[str, Any]) -> None:
    dynamic = project.get("dynamic")
    if not isinstance(dynamic, list) or "dependencies" not in dynamic:
        return
    files = file.table("tool", "setuptools", "dynamic", "dependencies").get("file")
    hooks = file.table("tool", "hatch", "metadata", "hooks", "requirements_txt").get("files")
    named = [name for name in (files, hooks) if name]
    for name in _flat(named):
        target = file.into.beside(file.path, name)
        if target is not None:
            read_requirements(file.into, target, "")
    if not named and file.into.beside(file.path, "setup.py") is None:
        file.into.cannot(file.path, line_of(file.text, "dynamic"), "the dependencies are computed when it is built")


def _flat(items: object) -> Iterator[str]:
    if isinstance(items, str):
        yield items
    elif isinstance(items, list):
        for item in items:
            yield from _flat(item)


def read_pipfile(into: Collector, path: str) -> None:
    """Read a Pipfile."""
    file = _load(into, path)
    if file is None:
        return
    file.pairs(file.table("packages"), "", "[packages]")
    file.pairs(file.table("dev-packages"), "dev", "[dev-packages]")
    requires = file.table("requires")
    file.python(requires.get("python_full_version") or requires.get("python_version"))
