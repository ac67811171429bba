"""What is installed by commands: Dockerfiles, shell scripts, notebook cells; and conda environment files."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from heldout.material.declarations.requirements import installed, parse_requirement, read_requirements
from heldout.material.declarations.types import (
    Collector,
    Declaration,
    Distribution,
    Kind,
    PythonVersion,
    line_of,
    normalise,
)
from heldout.material.notebook import NotebookError, read_notebook
from heldout.material.yaml_files import UnreadableYamlError, read_yaml

_INSTALL = re.compile(r"\b(?:(pip)[\d.]*|(conda|mamba|micromamba))\s+(?:\S+\s+)?install\s+(.*)")
_BASE = re.compile(r"^FROM\s+(?:--\S+\s+)?(?:\S*/)?python:(\d[\w.]*)", re.IGNORECASE)
_FRAMEWORK_BASE = re.compile(r"^FROM\s+(?:--\S+\s+)?\S*\b(pytorch|tensorflow):(\d[\w.]*)?", re.IGNORECASE)
"""Images of the frameworks' makers: they bring the framework, in the version that their tag names."""

_CONDA = re.compile(r"^(?:[\w-]+::)?([A-Za-z0-9][\w.-]*)\s*(.*)$")
_ENVIRONMENT = re.compile(r"(conda[-_.]?)?env(ironment)?s?[\w.-]*\.ya?ml|conda[\w.-]*\.ya?ml", re.IGNORECASE)
_ENVIRONMENTS = re.compile(r"(^|/)(conda[-_]?)?env(ironment)?s?$", re.IGNORECASE)
_YAML_LIMIT = 200_000
_NOT_DISTRIBUTIONS = frozenset(["pip", "python", "conda", "setuptools", "wheel", "nodejs", "cudatoolkit", "cudnn"])


def is_dockerfile(name: str) -> bool:
    """Whether a file of this name builds an image."""
    low = name.lower()
    return low in ("dockerfile", "containerfile") or low.startswith("dockerfile.") or low.endswith(".dockerfile")


def is_environment(path: str) -> bool:
    """Whether a file may be a conda environment: by its name, or in a folder of environments (`envs/mac.yml`)."""
    folder, _, name = path.rpartition("/")
    return bool(_ENVIRONMENT.fullmatch(name) or (_ENVIRONMENTS.search(folder) and name.endswith((".yml", ".yaml"))))


def read_script(into: Collector, path: str) -> None:
    """Read the installing commands of a Dockerfile or shell script, and the Python of the base image."""
    text = into.text(path)
    if not re.search(r"install|^FROM\s", text, re.IGNORECASE | re.MULTILINE):
        return
    for number, line in _commands(text):
        if base := _BASE.match(line):
            into.python.append(PythonVersion(path, number, base[1]))
        if base := _FRAMEWORK_BASE.match(line):
            name = "torch" if base[1].lower() == "pytorch" else "tensorflow"
            into.declared.append(Declaration(path, number, name, base[2] or "", "pinned" if base[2] else "free"))
        into.declared.extend(from_command(line, path, number, into=into))


def read_notebook_commands(into: Collector, path: str) -> None:
    """Read the installing commands in the cells of a notebook."""
    text = into.text(path)
    if "pip install" not in text and "conda install" not in text:
        return
    try:
        cells = read_notebook(text).code_cells
    except NotebookError:
        return  # the file's own reader says so
    for cell in cells:
        for number, line in _commands(cell.source):
            if line.startswith(("!", "%")):
                into.declared.extend(from_command(line, path, number, cell=cell.number))


def _commands(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their continuations, each with the number of its first line."""
    joined, start = "", 0
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()[:4_000]
        if line.startswith("#"):
            continue
        start = start or number
        joined = f"{joined} {line.rstrip(chr(92))}".strip() if len(joined) < 20_000 else joined
        if not line.endswith("\\"):
            if joined:
                yield start, joined
            joined, start = "", 0


def from_command(
    line: str, path: str, number: int, *, cell: int | None = None, into: Collector | None = None
) -> Iterator[Declaration]:
    """What a shell line installs by pip or conda; `into` lets it read the requirement files that it names."""
    if "install" not in line:
        return
    for part in re.split(r"&&|\|\||;|\|", line):
        found = _INSTALL.search(part)
        if found is None or part.lstrip().startswith(("echo", "print")):
            continue
        words = _words(found[3])
        if found[1]:
            yield from installed(words, path, number, cell)
            for option, name in pairwise(words):
                if into is not None and option in ("-r", "--requirement") and (target := into.beside(path, name)):
                    read_requirements(into, target)
        else:
            yield from _conda_words(words, path, number, cell)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError:
        return text.split()


def _conda_words(words: list[str], path: str, number: int, cell: int | None) -> Iterator[Declaration]:
    skip = False
    for word in words:
        if skip or word.startswith("-"):
            skip = not skip and word in ("-c", "--channel", "-n", "--name", "-p", "--prefix", "--file")
            continue
        found = conda_requirement(word, path, number)
        if found is not None:
            yield Declaration(path, number, found.name, found.specifier, found.kind, "", cell)


def conda_requirement(text: str, path: str, line: int) -> Declaration | None:
    """One conda match specification: `numpy`, `numpy=1.19`, `numpy=1.19.2=py37_0`, `channel::numpy >=1.19`.

    A single `=` with three parts of a version is taken as a pin: it leaves only the build open.
    """
    found = _CONDA.match(text.strip())
    if found is None or len(text) > 300 or found[1].lower() in _NOT_DISTRIBUTIONS:
        return None
    rest = found[2].replace(" ", "")
    version = rest.lstrip("=").partition("=")[0]
    kind: Kind = "bounded"
    if not rest or rest == "*":
        kind = "free"
    elif rest.startswith("=") and "*" not in version and "," not in version:
        exact = rest.startswith("==") or rest.count("=") > 1 or version.count(".") >= 2
        kind = "pinned" if exact else "bounded"
    return Declaration(path, line, normalise(found[1]), rest, kind)


def read_environment(into: Collector, path: str) -> None:
    """Read a conda environment file with its pip section; a YAML file of another kind is passed over."""
    text = into.text(path)
    if "dependencies" not in text or len(text) > _YAML_LIMIT:
        return
    try:
        documents = read_yaml(text)
    except UnreadableYamlError:
        into.cannot(path, 1, "is not valid YAML")
        return
    data = documents[0] if documents else None
    items = data.get("dependencies") if isinstance(data, dict) else None
    before = len(into.declared)
    for item in items if isinstance(items, list) else ():
        if isinstance(item, str):
            line = line_of(text, item)
            if python := re.match(r"python\s*([=<>~!].*)$", item):
                into.python.append(PythonVersion(path, line, python[1]))
            elif found := conda_requirement(item, path, line):
                into.declared.append(found)
        elif isinstance(item, dict) and isinstance(item.get("pip"), list):
            for entry in item["pip"]:
                _pip_entry(into, path, text, entry)
    if group := _purpose(path, data.get("name") if isinstance(data, dict) else None):
        into.declared[before:] = [replace(d, group=d.group or group) for d in into.declared[before:]]


_ONE_PURPOSE = re.compile(
    r"(^|[-_.])(docs?|documentation|dev|devel|development|tests?|testing|lint|ci|style|build|bench\w*)(?=[-_.]|$)",
    re.IGNORECASE,
)


def _purpose(path: str, name: object) -> str:
    """The group of a conda environment that its file or its own name says to be for one purpose; empty for others."""
    words = (path.rpartition("/")[2].rpartition(".")[0], name if isinstance(name, str) else "")
    return next((found[2].lower() for word in words if (found := _ONE_PURPOSE.search(word))), "")


def _pip_entry(into: Collector, path: str, text: str, entry: object) -> None:
    if not isinstance(entry, str):
        return
    if entry.startswith(("-r", "--requirement")):
        target = into.beside(path, entry.partition(" ")[2])
        if target is not None:
            read_requirements(into, target, "")
        return
    if not entry.startswith("-"):
        found = parse_requirement(entry, path, line_of(text, entry))
        if found is not None:
            into.declared.append(found)


def read_python_version(into: Collector, path: str) -> None:
    """Read .python-version or runtime.txt."""
    version = into.text(path).strip().partition("\n")[0].strip().removeprefix("python-")
    if re.fullmatch(r"[\d.]{1,12}", version):
        into.python.append(PythonVersion(path, 1, version))


def read_metadata(into: Collector, path: str) -> None:
    """Read PKG-INFO or METADATA of a built distribution (core metadata, the header only)."""
    head = into.text(path).partition("\n\n")[0]
    for number, line in enumerate(head.split("\n"), start=1):
        field, _, value = line.partition(":")
        if field == "Requires-Dist":
            extra = re.search(r"extra\s*==\s*['\"]([\w.-]+)", value)
            if found := parse_requirement(value, path, number, extra[1] if extra else ""):
                into.declared.append(found)
        elif field == "Requires-Python":
            into.python.append(PythonVersion(path, number, value.strip()))
        elif field == "Name":
            into.distributions.append(Distribution(path, number, normalise(value)))
