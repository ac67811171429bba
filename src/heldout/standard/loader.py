"""Load the built-in standard, and a company's own competencies and roles over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from heldout.errors import InputError
from heldout.standard.models import Competency, CompetencyFile, Requirement, Role, Standard
from heldout.standard.yaml_source import KeyPath, Problem, StandardError, YamlSource, nearest, read_yaml

MAX_FILES = 200
_Model = TypeVar("_Model", bound=BaseModel)

_MENDS: dict[str, Callable[[ErrorDetails], tuple[str, str]]] = {
    "string_type": lambda e: (f"must be text, not {_kind(e['input'])}", "write it in quotes"),
    "bool_type": lambda e: (f"must be true or false, not {_kind(e['input'])}", "write true or false, without quotes"),
    "float_type": lambda e: (f"must be a number, not {_kind(e['input'])}", "write a number, without quotes"),
    "tuple_type": lambda e: (f"must be a list, not {_kind(e['input'])}", "begin each entry with a dash"),
    "dict_type": lambda e: (f"must hold `key: value` lines, not {_kind(e['input'])}", "write them indented below"),
    "model_type": lambda e: (f"must hold `key: value` lines, not {_kind(e['input'])}", "write them indented below"),
    "string_too_short": lambda _: ("is empty", "write the text"),
    "too_short": lambda _: ("is empty", "write at least one entry"),
    "string_too_long": lambda e: (f"is longer than {_limit(e, 'max_length')} characters", "shorten it"),
    "string_pattern_mismatch": lambda e: (
        f"`{str(e['input'])[:40]}` is not of the form {_limit(e, 'pattern')}",
        "use letters, digits and hyphens (an id: small letters, beginning with one)",
    ),
    "greater_than": lambda e: (f"must be more than {_limit(e, 'gt')}", "a weight of 0 is said by leaving it out"),
    "greater_than_equal": lambda e: (f"must be {_limit(e, 'ge')} or more", "levels go from 1 to 5"),
    "less_than_equal": lambda e: (f"must be {_limit(e, 'le')} or less", "levels go from 1 to 5, weights up to 1000"),
    "int_parsing": lambda e: (f"`{str(e['input'])[:40]}` is no level", "levels are 1, 2, 3, 4 and 5"),
    "literal_error": lambda e: (f"`{str(e['input'])[:40]}` is not known here", f"use one of {_limit(e, 'expected')}"),
}


def load_standard(extra: Sequence[Path] = ()) -> Standard:
    """The built-in standard with the competencies and roles of `extra` (files or folders) over it.

    In a folder, `*.yaml` and `*.yml` are read, and those of its `roles/`. An entry of a known id replaces the
    built-in one. Raises StandardError with every problem of every file, InputError for a path that cannot be read.
    """
    base = builtin_standard()
    return _merged(base, _yaml_files(extra)) if extra else base


def select_role(reference: str, extra: Sequence[Path] = ()) -> tuple[Standard, Role]:
    """The standard and the role that `reference` means: an id, or the path of a role file.

    Raises InputError when there is no such role, StandardError when a file is wrong.
    """
    path = Path(reference)
    is_path = path.suffix in {".yaml", ".yml"} or len(path.parts) > 1
    if not is_path:
        standard = load_standard(extra)
        role = standard.roles_by_id.get(reference)
        if role is None:
            raise InputError(
                f"there is no role `{reference}`{nearest(reference, standard.roles_by_id)}; "
                f"known are {', '.join(sorted(standard.roles_by_id))}, or give the path of a role file (.yaml)"
            )
        return standard, role
    role = _role_of(path)
    standard = _merged(builtin_standard(), list(dict.fromkeys([*_yaml_files(extra), path])))
    return standard, standard.roles_by_id[role.id]


def check_file(path: Path, extra: Sequence[Path] = ()) -> CompetencyFile | Role:
    """What the file at `path` holds, checked against the standard with `extra`; raises StandardError."""
    before = [file for file in _yaml_files(extra) if file.resolve() != path.resolve()]
    _merged(builtin_standard(), [*before, path])
    return _content(read_yaml(path))


@cache
def builtin_standard() -> Standard:
    """The standard that comes with Heldout."""
    with as_file(files("heldout.standard")) as folder:
        paths = [folder / "competencies.yaml", *sorted((folder / "roles").glob("*.yaml"))]
        return _merged(None, paths)


def _yaml_files(given: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in given:
        if not path.is_dir():
            found.append(path)
            continue
        inside = [f for folder in (path, path / "roles") for f in sorted(folder.glob("*")) if _is_yaml(f)]
        if not inside:
            raise InputError(f"{path} holds no .yaml file; name the folder that holds your competencies or roles")
        found.extend(inside)
    if len(found) > MAX_FILES:
        raise InputError(f"{len(found)} YAML files, more than {MAX_FILES}; name the folder of the standard alone")
    return found


def _is_yaml(path: Path) -> bool:
    return path.suffix in {".yaml", ".yml"} and path.is_file()


def _role_of(path: Path) -> Role:
    content = _content(read_yaml(path))
    if not isinstance(content, Role):
        raise InputError(f"{path} holds competencies, not a role; give it as a standard, and a role beside it")
    return content


def _content(source: YamlSource) -> CompetencyFile | Role:
    content = _parse(source)
    if content is None or source.problems:
        raise StandardError(source.problems)
    return content


def _merged(base: Standard | None, paths: Sequence[Path]) -> Standard:
    """`base` with the files' content over it, all problems of all files reported at once."""
    sources = [read_yaml(path) for path in paths]
    parsed = [(source, _parse(source)) for source in sources]
    competencies = dict(base.by_id) if base else {}
    roles = dict(base.roles_by_id) if base else {}
    reading, version = (base.reading, base.version) if base else ("", "")
    owner: dict[str, str] = {}
    for source, content in parsed:
        if isinstance(content, CompetencyFile):
            version = f"{version}+{content.version}" if version else content.version
            reading = content.reading or reading
            for index, competency in enumerate(content.competencies):
                _claim(source, ("competencies", index, "id"), "competency", competency.id, owner)
                competencies[competency.id] = competency
    known = list(dict.fromkeys([*competencies, *(name for source in sources for name in _ids(source))]))
    for source, content in parsed:
        _check_known(source, known)
        if isinstance(content, Role):
            _claim(source, ("id",), "role", content.id, owner)
            roles[content.id] = content
    problems = [p for s in sources for p in sorted(s.problems, key=lambda p: (p.place.line, p.place.column))]
    if problems:
        raise StandardError(problems)
    return Standard(
        version=version, reading=reading, competencies=tuple(competencies.values()), roles=tuple(roles.values())
    )


def _claim(source: YamlSource, path: KeyPath, kind: str, identifier: str, owner: dict[str, str]) -> None:
    """Note that two of the given files (or two entries of one) define the same id."""
    place = source.place(path)
    first = owner.setdefault(f"{kind} {identifier}", f"{source.file}:{place.line}")
    if first != f"{source.file}:{place.line}":
        source.problem(place, f"the {kind} `{identifier}` is defined twice (first in {first})", "rename or remove one")


def _check_known(source: YamlSource, known: Sequence[str]) -> None:
    """Note the required competencies that do not exist; works on the raw data, so that a role that is wrong
    elsewhere has them reported as well."""
    for name in _keys(_at(source.data, "requires")):
        if name not in known:
            source.problem(
                source.place(("requires", name), key=True),
                f"there is no competency `{name}`{nearest(str(name), known)}",
                f"use one of {', '.join(known)}, or add it in a competency file",
            )


def _ids(source: YamlSource) -> list[str]:
    """The ids of the competencies that a file means to define, whether or not they are right otherwise."""
    entries = _at(source.data, "competencies")
    return [str(_at(entry, "id")) for entry in entries] if isinstance(entries, list) else []


def _at(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, dict) else None


def _keys(data: Any) -> list[Any]:
    return list(data) if isinstance(data, dict) else []


def _parse(source: YamlSource) -> CompetencyFile | Role | None:
    """The file's content, None when it has problems (they are added to the source's)."""
    data = source.data
    if data is None:
        return None
    if isinstance(data, dict) and "competencies" in data:
        return _validated(CompetencyFile, source)
    if isinstance(data, dict) and "requires" in data:
        return _validated(Role, source)
    source.problem(
        source.place(()),
        "this is neither a competency file nor a role",
        "a competency file has a list `competencies:`, a role has `requires:`",
    )
    return None


def _validated(model: type[_Model], source: YamlSource) -> _Model | None:
    try:
        content = model.model_validate(source.data)
    except ValidationError as error:
        marked = {problem.place for problem in source.problems}
        for detail in error.errors(include_url=False):
            if detail["type"] == "too_short" and detail["input"]:
                continue  # pydantic counts the right entries; the wrong ones have their own line
            problem = _problem(source, detail)
            if problem.place not in marked:  # what YAML already complained of needs no second complaint
                source.problems.append(problem)
        return None
    return content if not source.problems else None


def _problem(source: YamlSource, detail: ErrorDetails) -> Problem:
    path = tuple(detail["loc"])
    in_key = bool(path) and path[-1] == "[key]"
    if in_key:
        path = path[:-1]
    name = ".".join(str(part) if isinstance(part, str) else f"[{part}]" for part in path).replace(".[", "[")
    kind = detail["type"]
    if kind == "missing":
        return Problem(source.file, source.place(path[:-1]), f"`{path[-1]}` is missing", f"add `{path[-1]}:`")
    if kind == "extra_forbidden":
        what = f"`{path[-1]}` is not a known key{nearest(str(path[-1]), _siblings(source, path))}"
        return Problem(source.file, source.place(path, key=True), what, "correct or remove it")
    if kind == "value_error":
        what = f"`{name}`: {str(detail['msg']).removeprefix('Value error, ')}"
        return Problem(source.file, source.place(path, key=True), what, "write an anchor for each level from 1 to 5")
    what, mend = _MENDS[kind](detail) if kind in _MENDS else (detail["msg"], "see the schema")
    return Problem(source.file, source.place(path, key=in_key), f"`{name}` {what}", mend)


def _siblings(source: YamlSource, path: KeyPath) -> list[str]:
    """The keys that may stand where an unknown one was found."""
    model: type[BaseModel] = CompetencyFile if "competencies" in source.data else Role
    if len(path) > 2:
        model = Competency if model is CompetencyFile else Requirement
    return list(model.model_fields)


def _limit(detail: ErrorDetails, name: str) -> object:
    return detail.get("ctx", {}).get(name, "")


def _kind(value: Any) -> str:
    """What a YAML value is, in words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"{str(value).lower()} (YAML reads yes, no, on and off so)"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "`key: value` lines"
