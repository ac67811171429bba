"""Load the built-in standard, and a company's own competencies and roles over it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from heldout.errors import InputError
from heldout.standard.models import CompetencyFile, Role, Standard
from heldout.standard.yaml_models import claim, sorted_problems, validated, yaml_files
from heldout.standard.yaml_source import StandardError, YamlSource, nearest, read_yaml

_MENDS = {
    "greater_than": "a weight of 0 is said by leaving it out",
    "greater_than_equal": "levels go from 1 to 5",
    "less_than_equal": "levels go from 1 to 5, weights up to 1000",
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
    return yaml_files(given, "competencies or roles", inner=("roles",))


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
                claim(source, ("competencies", index, "id"), "competency", competency.id, owner)
                competencies[competency.id] = competency
    known = list(dict.fromkeys([*competencies, *(name for source in sources for name in _ids(source))]))
    for source, content in parsed:
        _check_known(source, known)
        if isinstance(content, Role):
            claim(source, ("id",), "role", content.id, owner)
            roles[content.id] = content
    if problems := sorted_problems(sources):
        raise StandardError(problems)
    return Standard(
        version=version, reading=reading, competencies=tuple(competencies.values()), roles=tuple(roles.values())
    )


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
        return validated(CompetencyFile, source, _MENDS)
    if isinstance(data, dict) and "requires" in data:
        return validated(Role, source, _MENDS)
    source.problem(
        source.place(()),
        "this is neither a competency file nor a role",
        "a competency file has a list `competencies:`, a role has `requires:`",
    )
    return None
