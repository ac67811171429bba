"""The plan as a TOML file that a person reads and edits, and that a vendor can deliver as `delivery.toml`."""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Callable, Iterable
from typing import Any

import tomlkit
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from heldout.errors import InputError
from heldout.evidence.types import Location
from heldout.material.toml import TomlError, parse_toml
from heldout.material.toml_places import Places, find_places
from heldout.sources.handover.plan import Plan

SECTIONS = {
    "environment": "environments",
    "step": "steps",
    "data": "data",
    "model": "models",
    "service": "services",
    "claim": "claims",
    "guide": "guide",
}
"""Table of the file -> field of the plan."""

_ABOUT = {
    "environment": "A set of packages. `files`: the first that can be installed counts; `also`: on top of it.",
    "step": "One command. purpose: prepare, train, evaluate, predict, test, serve, notebook or other.\n"
    "`outputs` are deleted before a retraining: name what it makes, and nothing else.",
    "data": "A data file. role: training, test, sample or unknown. present = false: it was not delivered.",
    "model": "A trained model that was delivered, or that the code looks for.",
    "service": "How to talk to a step whose purpose is serve.",
    "claim": "A number that the delivery states about its own quality; it is compared with what is measured.",
    "guide": "A documented command, in the order of the documents. kind: install, run or other.",
}
_HEAD = """The plan of an audit: what will be built, run, retrained and compared. Nothing runs that is not in here.
Edit it and pass it back with --plan. Paths are relative to the delivery. Leave a line out to keep its default.
"""
_PLACE = re.compile(r"(.+?)(?:, cell (\d{1,6}))?(?::(\d{1,9}))?")
_PATHS = {
    "environment": ("folder", "files", "also"),
    "step": ("folder", "outputs", "inputs", "notebook"),
    "data": ("path",),
    "model": ("path",),
    "guide": ("folder",),
}
"""Fields that hold paths in the delivery; those of a service are of its addresses."""


class PlanError(InputError):
    """A plan file cannot be used; the message has one line for each problem: `file:line: what; what to do`."""


def write_plan(plan: Plan) -> str:
    """The plan as TOML with comments; `read_plan` gives back an equal plan."""
    document = tomlkit.document()
    for line in _HEAD.strip().split("\n"):
        document.add(tomlkit.comment(line))
    document.add("version", tomlkit.item(plan.version))
    if plan.open_questions:
        document.add(tomlkit.nl())
        document.add(
            tomlkit.comment("What could not be told. Answer by editing below; these lines are not read further.")
        )
        document.add("open_questions", _listed(list(plan.open_questions)))
    for table, name in SECTIONS.items():
        items = getattr(plan, name)
        if not items:
            continue
        array = tomlkit.aot()
        for item in items:
            array.append(_table(item))
        document.add(tomlkit.nl())
        for line in _ABOUT[table].split("\n"):
            document.add(tomlkit.comment(line))
        document.add(table, array)
    return tomlkit.dumps(document)


def _table(item: BaseModel) -> Any:
    table = tomlkit.table()
    for name, info in type(item).model_fields.items():
        value = getattr(item, name)
        if value is None or (not info.is_required() and value == info.get_default(call_default_factory=True)):
            continue
        table.add(name, _value(value))
    table.add(tomlkit.nl())
    return table


def _value(value: Any) -> Any:
    if isinstance(value, Location):
        return _place(value)
    if isinstance(value, tuple):
        return _listed([_value(item) for item in value])
    if isinstance(value, dict):
        inline = tomlkit.inline_table()
        inline.update(value)
        return inline
    return value


def _listed(items: list[Any]) -> Any:
    """A list on one line, or one item a line where it would be long."""
    array = tomlkit.array()
    array.extend(items)
    return array.multiline(len(items) > 1 and sum(len(str(item)) + 4 for item in items) > 90)


def _place(place: Location) -> Any:
    """`path:line` where that says it all, else an inline table."""
    text = str(place)
    if _read_place(text) == place:
        return text
    inline = tomlkit.inline_table()
    inline.update(place.model_dump(exclude_defaults=True))
    return inline


def _read_place(text: str) -> Location | None:
    found = _PLACE.fullmatch(text)
    if found is None or found[2] == "0" or found[3] == "0":
        return None
    return Location(path=found[1], cell=int(found[2]) if found[2] else None, line=int(found[3]) if found[3] else None)


def read_plan(text: str, name: str) -> Plan:
    """The plan in a TOML text; `name` is the file that messages speak of.

    What is left out keeps its default; a file may hold only some of the sections. Raises PlanError with every
    problem, each with its line.
    """
    try:
        data = parse_toml(text)
    except TomlError as error:
        found = re.search(r"^(.*?)\s*\(at line (\d+), column \d+\)$", str(error))
        what, line = (found[1], int(found[2])) if found else (str(error), 1)
        raise PlanError(f"{name}:{line}: this is not TOML: {what}; mend the syntax here") from error
    reader = _Reader(name, find_places(text))
    plan = reader.plan(data)
    if plan is None or reader.problems:
        raise PlanError("\n".join(text for _, text in sorted(reader.problems)))
    return plan


class _Reader:
    """Turns the data of one file into a plan, gathering what is wrong with it."""

    def __init__(self, name: str, places: Places) -> None:
        self.name, self.places = name, places
        self.problems: list[tuple[int, str]] = []

    def problem(self, path: tuple[str | int, ...], what: str, mend: str) -> None:
        line = self.places.line(path)
        self.problems.append((line, f"{self.name}:{line}: {what}; {mend}"))

    def plan(self, data: dict[str, Any]) -> Plan | None:
        fields: dict[str, Any] = {}
        for key, value in data.items():
            if key in ("version", "open_questions"):
                fields[key] = tuple(value) if isinstance(value, list) else value
            elif key not in SECTIONS:
                known = [*SECTIONS, "version", "open_questions"]
                self.problem(
                    (key,), f"`{key}` is not known here{_nearest(key, known)}", f"use one of {', '.join(known)}"
                )
            elif not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
                self.problem((key,), f"`{key}` must be a table that can stand several times", f"write [[{key}]]")
            else:
                fields[SECTIONS[key]] = tuple(self._item(key, n, item) for n, item in enumerate(value))
        try:
            plan = Plan.model_validate(fields)
        except ValidationError as error:
            for detail in error.errors():
                self._invalid(detail)
            return None
        self._paths(plan)
        self._references(plan)
        return plan

    def _item(self, table: str, number: int, item: dict[str, Any]) -> dict[str, Any]:
        """Lists as tuples, and places written as `path:line`."""
        read: dict[str, Any] = {}
        for key, value in item.items():
            if key in ("locations", "location"):
                read[key] = self._places_of((table, number, key), value)
            else:
                read[key] = tuple(value) if isinstance(value, list) else value
        return read

    def _places_of(self, path: tuple[str | int, ...], value: Any) -> Any:
        if isinstance(value, list):
            return tuple(self._places_of(path, item) for item in value)
        if isinstance(value, str):
            found = _read_place(value)
            if found is None:
                self.problem(path, f"`{value[:60]}` is no place", "write path:line, as README.md:26")
                return Location(path=value or "?")
            return found
        return value

    def _invalid(self, detail: ErrorDetails) -> None:
        where = tuple(detail["loc"])
        table = next((key for key, name in SECTIONS.items() if where and name == where[0]), "")
        path = (table, *where[1:]) if table else where
        key = next((str(part) for part in reversed(where) if isinstance(part, str)), "")
        say = _SAID.get(detail["type"])
        if detail["type"] == "extra_forbidden":
            model = _model_of(where)
            known = sorted(model.model_fields) if model else []
            self.problem(path, f"`{key}` is not known here{_nearest(key, known)}", f"use one of {', '.join(known)}")
        elif detail["type"] == "missing":
            self.problem(path[:-1], f"this [[{table or 'plan'}]] has no `{key}`", f"add a line `{key} = ...`")
        elif say is not None:
            self.problem(path, f"`{key}` {say(detail)[0]}", say(detail)[1])
        else:
            self.problem(path, f"`{key}` cannot be used: {detail['msg']}", "correct it")

    def _paths(self, plan: Plan) -> None:
        """Nothing may lead out of the delivery: outputs are deleted."""
        for table, keys in _PATHS.items():
            for number, item in enumerate(getattr(plan, SECTIONS[table])):
                for key in keys:
                    value = getattr(item, key)
                    for path in value if isinstance(value, tuple) else (value,):
                        if isinstance(path, str) and _leads_out(path):
                            where = (table, number, key)
                            self.problem(
                                where,
                                f"`{path[:80]}` leads out of the delivery",
                                "write a path inside it, relative to its root",
                            )

    def _references(self, plan: Plan) -> None:
        steps = [step.id for step in plan.steps]
        known = {environment.id for environment in plan.environments} | {"default"}
        self._twice("step", steps)
        self._twice("environment", [environment.id for environment in plan.environments])
        for number, step in enumerate(plan.steps):
            for before in step.after:
                if before not in steps or before == step.id:
                    self.problem(
                        ("step", number, "after"),
                        f"there is no other step `{before}`{_nearest(before, steps)}",
                        "name the id of a step",
                    )
            if plan.environments and step.environment not in known:
                self.problem(
                    ("step", number, "environment"),
                    f"there is no environment `{step.environment}`{_nearest(step.environment, known)}",
                    "name the id of an environment",
                )
        for number, service in enumerate(plan.services):
            if service.step not in steps:
                self.problem(
                    ("service", number, "step"),
                    f"there is no step `{service.step}`{_nearest(service.step, steps)}",
                    "name the id of a step",
                )
        circle = _circle({step.id: step.after for step in plan.steps})
        if circle is not None:
            self.problem(
                ("step", steps.index(circle), "after"),
                f"step `{circle}` has to come after itself",
                "take one `after` of the circle out",
            )

    def _twice(self, table: str, ids: list[str]) -> None:
        for number, id_ in enumerate(ids):
            if id_ in ids[:number]:
                self.problem((table, number, "id"), f"the id `{id_[:60]}` stands twice", "give each its own")


_SAID: dict[str, Callable[[ErrorDetails], tuple[str, str]]] = {
    "string_type": lambda e: (f"must be text, not {_kind(e['input'])}", "write it in quotes"),
    "bool_type": lambda e: (f"must be true or false, not {_kind(e['input'])}", "write true or false, without quotes"),
    "bool_parsing": lambda e: (
        f"must be true or false, not {_kind(e['input'])}",
        "write true or false, without quotes",
    ),
    "int_type": lambda e: (f"must be a whole number, not {_kind(e['input'])}", "write a number, without quotes"),
    "int_parsing": lambda e: (f"must be a whole number, not {_kind(e['input'])}", "write a number, without quotes"),
    "int_from_float": lambda _: ("must be a whole number", "write it without a fraction"),
    "float_type": lambda e: (f"must be a number, not {_kind(e['input'])}", "write a number, without quotes"),
    "float_parsing": lambda e: (f"must be a number, not {_kind(e['input'])}", "write a number, without quotes"),
    "tuple_type": lambda e: (f"must be a list, not {_kind(e['input'])}", "write it in square brackets"),
    "dict_type": lambda e: (f"must be a table, not {_kind(e['input'])}", 'write { NAME = "value" }'),
    "model_type": lambda e: (f"must be a place, not {_kind(e['input'])}", "write path:line, as README.md:26"),
    "literal_error": lambda e: (
        f"cannot be `{str(e['input'])[:40]}`",
        f"use one of {e.get('ctx', {}).get('expected', '')}",
    ),
    "greater_than_equal": lambda e: (f"must be {e.get('ctx', {}).get('ge')} or more", "correct the number"),
    "date_type": lambda e: (f"must be a day, not {_kind(e['input'])}", "write it as 2024-05-31"),
    "date_from_datetime_parsing": lambda _: ("is no day", "write it as 2024-05-31"),
    "date_parsing": lambda _: ("is no day", "write it as 2024-05-31"),
}


def _kind(value: object) -> str:
    names = {str: "text", bool: "true or false", int: "a number", float: "a number", dict: "a table"}
    return names.get(type(value), "a list" if isinstance(value, list | tuple) else "something else")


def _model_of(where: tuple[str | int, ...]) -> type[BaseModel] | None:
    """The model of the item in which a key stands."""
    info = Plan.model_fields.get(str(where[0])) if where else None
    if info is None or len(where) < 2:
        return Plan
    if "locations" in where or "location" in where:
        return Location
    item = next((a for a in getattr(info.annotation, "__args__", ()) if isinstance(a, type)), None)
    return item if item is not None and issubclass(item, BaseModel) else None


def _nearest(word: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean `{found[0]}`?)" if found else ""


def _leads_out(path: str) -> bool:
    return (
        path.startswith(("/", "~"))
        or "\0" in path
        or posixpath.normpath(path).split("/")[0] == ".."
        or bool(re.match(r"[A-Za-z]:[\\/]", path))
    )


def _circle(after: dict[str, tuple[str, ...]]) -> str | None:
    """The id of a step that has to come after itself, if there is one."""
    state: dict[str, int] = {}
    for start in after:
        stack = [(start, iter(after.get(start, ())))] if start not in state else []
        if stack:
            state[start] = 1
        while stack:
            node, rest = stack[-1]
            child = next(rest, None)
            if child is None:
                state[node] = 2
                stack.pop()
            elif state.get(child) == 1:
                return child
            elif child not in state:
                state[child] = 1
                stack.append((child, iter(after.get(child, ()))))
    return None
