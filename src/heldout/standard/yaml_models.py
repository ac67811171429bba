"""Make typed models of YAML files, and say of everything that is wrong in which line it stands and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from heldout.errors import InputError
from heldout.standard.yaml_source import KeyPath, Problem, YamlSource, nearest

MAX_FILES = 200
_Model = TypeVar("_Model", bound=BaseModel)
Mends = Mapping[str, str]
"""What to do about a kind of error of pydantic's, where the general advice can be bettered."""

_SAID: dict[str, Callable[[ErrorDetails], tuple[str, str]]] = {
    "string_type": lambda e: (f"must be text, not {_kind(e['input'])}", "write it in quotes"),
    "bool_type": lambda e: (f"must be true or false, not {_kind(e['input'])}", "write true or false, without quotes"),
    "float_type": lambda e: (f"must be a number, not {_kind(e['input'])}", "write a number, without quotes"),
    "int_type": lambda e: (f"must be a whole number, not {_kind(e['input'])}", "write a number, without quotes"),
    "tuple_type": lambda e: (f"must be a list, not {_kind(e['input'])}", "begin each entry with a dash"),
    "dict_type": lambda e: (f"must hold `key: value` lines, not {_kind(e['input'])}", "write them indented below"),
    "model_type": lambda e: (f"must hold `key: value` lines, not {_kind(e['input'])}", "write them indented below"),
    "string_too_short": lambda _: ("is empty", "write the text"),
    "too_short": lambda _: ("is empty", "write at least one entry"),
    "too_long": lambda e: (f"has more than {_limit(e, 'max_length')} entries", "keep the best"),
    "string_too_long": lambda e: (f"is longer than {_limit(e, 'max_length')} characters", "shorten it"),
    "string_pattern_mismatch": lambda e: (
        f"`{str(e['input'])[:40]}` is not of the form {_limit(e, 'pattern')}",
        "use letters, digits and hyphens (an id: small letters, beginning with one)",
    ),
    "greater_than": lambda e: (f"must be more than {_limit(e, 'gt')}", "write a larger number"),
    "greater_than_equal": lambda e: (f"must be {_limit(e, 'ge')} or more", "write a larger number"),
    "less_than_equal": lambda e: (f"must be {_limit(e, 'le')} or less", "write a smaller number"),
    "int_parsing": lambda e: (f"`{str(e['input'])[:40]}` is no level", "levels are 1, 2, 3, 4 and 5"),
    "literal_error": lambda e: (f"`{str(e['input'])[:40]}` is not known here", f"use one of {_limit(e, 'expected')}"),
}


def validated(model: type[_Model], source: YamlSource, mends: Mends | None = None) -> _Model | None:
    """The file's content as a `model`; None when it has problems (they are added to the source's).

    A ValueError of a validator in the model is told in its own words, "what is wrong; what to do".
    """
    try:
        content = model.model_validate(source.data)
    except ValidationError as error:
        marked = {problem.place for problem in source.problems}
        for detail in error.errors(include_url=False):
            if detail["type"] == "too_short" and detail["input"]:
                continue  # pydantic counts the right entries; the wrong ones have their own line
            problem = _problem(model, source, detail, mends or {})
            if problem.place not in marked:  # what YAML already complained of needs no second complaint
                source.problems.append(problem)
        return None
    return content if not source.problems else None


def yaml_files(given: Iterable[Path], what: str, inner: Iterable[str] = ()) -> list[Path]:
    """The files that paths mean: themselves, and of a folder its `*.yaml` and `*.yml` and those of its `inner` folders.

    `what` names what they should hold. Raises InputError for a folder without any, and for too many files.
    """
    found: list[Path] = []
    for path in given:
        if not path.is_dir():
            found.append(path)
            continue
        folders = (path, *(path / name for name in inner))
        inside = [f for folder in folders for f in sorted(folder.glob("*")) if is_yaml(f)]
        if not inside:
            raise InputError(f"{path} holds no .yaml file; name the folder that holds your {what}")
        found.extend(inside)
    if len(found) > MAX_FILES:
        raise InputError(f"{len(found)} YAML files, more than {MAX_FILES}; name the folder of your {what} alone")
    return found


def is_yaml(path: Path) -> bool:
    """Whether `path` is a file that is named as YAML is."""
    return path.suffix in {".yaml", ".yml"} and path.is_file()


def claim(source: YamlSource, path: KeyPath, kind: str, identifier: str, owner: dict[str, str]) -> None:
    """Note that two of the given files (or two entries of one) define the same id; `owner` remembers who was first."""
    place = source.place(path)
    first = owner.setdefault(f"{kind} {identifier}", f"{source.file}:{place.line}")
    if first != f"{source.file}:{place.line}":
        source.problem(place, f"the {kind} `{identifier}` is defined twice (first in {first})", "rename or remove one")


def sorted_problems(sources: Iterable[YamlSource]) -> list[Problem]:
    """Every problem of the sources, file by file, from top to bottom."""
    return [p for s in sources for p in sorted(s.problems, key=lambda p: (p.place.line, p.place.column))]


def _problem(model: type[BaseModel], source: YamlSource, detail: ErrorDetails, mends: Mends) -> Problem:
    path = tuple(detail["loc"])
    in_key = bool(path) and path[-1] == "[key]"
    if in_key:
        path = path[:-1]
    name = ".".join(str(part) if isinstance(part, str) else f"[{part}]" for part in path).replace(".[", "[")
    kind = detail["type"]
    if kind == "missing":
        return Problem(source.file, source.place(path[:-1]), f"`{path[-1]}` is missing", f"add `{path[-1]}:`")
    if kind == "extra_forbidden":
        what = f"`{path[-1]}` is not a known key{nearest(str(path[-1]), _siblings(model, path))}"
        return Problem(source.file, source.place(path, key=True), what, "correct or remove it")
    what, mend = said(detail, mends)
    if kind == "value_error":
        return Problem(source.file, source.place(path, key=True), f"`{name}`: {what}", mend)
    told = f"`{name}`" if name else "the file"
    return Problem(source.file, source.place(path, key=in_key), f"{told} {what}", mend)


def said(detail: ErrorDetails, mends: Mends | None = None) -> tuple[str, str]:
    """What is wrong with a value, and what to do, in plain words; a validator's own words are "what; what to do"."""
    kind = detail["type"]
    if kind == "value_error":
        what, _, mend = str(detail["msg"]).removeprefix("Value error, ").partition("; ")
        return what, mend or "correct it"
    what, mend = _SAID[kind](detail) if kind in _SAID else (detail["msg"], "see the schema")
    return what, (mends or {}).get(kind, mend)


def _siblings(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that may stand where an unknown one was found."""
    for part in path[:-1]:
        if isinstance(part, str) and part in model.model_fields:
            inner = _model_in(model.model_fields[part].annotation)
            if inner is None:
                return []
            model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds, alone or in a list or table."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


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
