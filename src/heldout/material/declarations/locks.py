"""Lock files: written by machines, so their lines are read, which is fast and gives places."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from heldout.material.declarations.types import Collector, Declaration, Lock, line_of, normalise

_TOML = {"poetry.lock": "poetry", "pdm.lock": "pdm", "uv.lock": "uv"}
_KEY = re.compile(r'(name|version) = "([^"]{1,200})"')
_CONDA_KEY = re.compile(r"[- ] (name|version): *['\"]?([^'\"\s]{1,100})")
_EXPLICIT = re.compile(r"^https?://\S{1,400}/([A-Za-z0-9_.-]+)-([^-/]+)-[^-/]+\.(?:conda|tar\.bz2)")


def lock_tool(name: str) -> str | None:
    """The tool that writes a file of this name, None if it is no lock."""
    low = name.lower()
    if low == "pipfile.lock":
        return "pipenv"
    if low in _TOML:
        return _TOML[low]
    if low == "pylock.toml" or (low.startswith("pylock.") and low.endswith(".toml")):
        return "pylock"
    if low == "pixi.lock":
        return "pixi"
    if low.endswith(("conda-lock.yml", "conda-lock.yaml")):
        return "conda-lock"
    return "conda" if re.fullmatch(r"conda-(linux|osx|win)-\w+\.lock|(spec|explicit)[\w-]*\.(txt|lock)", low) else None


def read_lock(into: Collector, path: str, tool: str) -> None:
    """Read one lock file; one without a package is noted as unreadable."""
    text = into.text(path)
    source: str | None = None
    if tool == "pipenv":
        found, source = list(_pipenv(path, text)), into.beside(path, "Pipfile")
    elif tool in ("conda-lock", "pixi"):
        found, source = list(_blocks(path, text, "- ", _CONDA_KEY)), into.beside(path, "environment.yml")
    elif tool == "conda":
        found = list(_explicit(path, text))
    else:
        found, source = list(_blocks(path, text, "[[package", _KEY)), into.beside(path, "pyproject.toml")
    if found:
        into.locks.append(Lock(path, tool, source, tuple(found), "sha256" in text or "hash" in text))
    elif text and tool != "conda":
        into.cannot(path, 1, "holds no locked package")


def _pipenv(path: str, text: str) -> Iterator[Declaration]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    for section, group in (("default", ""), ("develop", "dev")):
        packages = data.get(section) if isinstance(data, dict) else None
        for name, entry in packages.items() if isinstance(packages, dict) else ():
            version = entry.get("version") if isinstance(entry, dict) else None
            specifier = version.removeprefix("==") if isinstance(version, str) else ""
            yield Declaration(path, line_of(text, f'"{name}"'), normalise(name), specifier, "locked", group)


def _blocks(path: str, text: str, opening: str, key: re.Pattern[str]) -> Iterator[Declaration]:
    """Packages as blocks of lines that begin with `opening` and hold a name and a version."""
    values: dict[str, str] = {}
    start = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith(opening) or (start and line.startswith("[") and not line.startswith("[package")):
            if "name" in values:
                yield _locked(path, start, values)
            values, start = {}, number if line.startswith(opening) else 0
        if start and (found := key.match(line)):
            values.setdefault(found[1], found[2])
    if "name" in values:
        yield _locked(path, start, values)


def _locked(path: str, line: int, values: dict[str, str]) -> Declaration:
    return Declaration(path, line, normalise(values["name"]), values.get("version", ""), "locked")


def _explicit(path: str, text: str) -> Iterator[Declaration]:
    if "@EXPLICIT" not in text:
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if found := _EXPLICIT.match(line):
            yield Declaration(path, number, normalise(found[1]), found[2], "locked")
