"""A call that is met: its arguments, what it is a call of, and what is noted of it whatever it comes to."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from heldout.sources.handover.discover.code import functions, library, methods, settings, touches
from heldout.sources.handover.discover.code.strings import Parents
from heldout.sources.handover.discover.code.targets import TARGET_WORDS
from heldout.sources.handover.discover.code.traits import dotted, trait_of
from heldout.sources.handover.discover.code.values import (
    HOLE,
    ROOT,
    UNKNOWN,
    Class,
    Function,
    Instance,
    Library,
    Method,
    Opaque,
    texts,
)

if TYPE_CHECKING:
    from heldout.sources.handover.discover.code.frames import Frame
    from heldout.sources.handover.discover.code.machine import Machine

_NO_LEARNING = (
    *("sklearn.preprocessing", "sklearn.decomposition", "sklearn.feature", "sklearn.compose", "sklearn.impute"),
    *("sklearn.manifold", "category_encoders", "tensorflow.keras.preprocessing", "keras.preprocessing"),
)
"""Libraries whose `fit` prepares columns and learns no model."""
_SERVER_NAMES = """
flask.Flask fastapi.FastAPI sanic.Sanic starlette.applications.Starlette bentoml.Service bottle.Bottle dash.Dash
gradio.Interface gradio.Blocks gradio.ChatInterface
"""
_SERVERS = frozenset(_SERVER_NAMES.split())


@dataclass(slots=True)
class Call:
    """One call with what is known of its arguments."""

    machine: Machine
    frame: Frame
    node: ast.Call
    name: str
    args: list[Any]
    given: dict[str, Any]

    def arg(self, at: int, *names: str) -> Any:
        """An argument by its position or one of its names; UNKNOWN when it is not given."""
        for name in names:
            if name in self.given:
                return self.given[name]
        return self.args[at] if 0 <= at < len(self.args) else UNKNOWN

    def touch(self, value: Any, kind: Any, *, write: bool = False) -> None:
        """Note that the paths of a value are read or written."""
        self.machine.touch(value, kind, self.frame, self.node, write=write)


def call(machine: Machine, frame: Frame, node: ast.Call, function: Any, args: list[Any], given: dict[str, Any]) -> Any:
    """What a call comes to; what it reads, writes and does is noted."""
    name = function.name if isinstance(function, Library) else dotted(node.func)
    made = Call(machine, frame, node, name, args, given)
    _note_target(made)
    if isinstance(function, Function):
        return _own(made, function)
    if isinstance(function, Class):
        return functions.instantiate(machine, function, args, given)
    _note_trait(made, function)
    if isinstance(function, Library):
        return library.call(made)
    if isinstance(function, Method):
        return methods.call(made, function)
    if isinstance(function, Opaque) and function.name == "commands":
        return settings.run_commands(made)
    touches.callbacks(made)
    return UNKNOWN


def _note_target(made: Call) -> None:
    for word in TARGET_WORDS & made.given.keys():
        for text in texts(made.given[word]):
            if 0 < len(text) < 80 and text.isprintable() and "/" not in text:
                made.machine.seen.targets.setdefault(text, made.machine.place(made.frame, made.node))


def _note_trait(made: Call, function: Any) -> None:
    seen = made.machine.seen
    written = dotted(made.node.func)
    trait = trait_of(made.name if isinstance(function, Library) else written)
    owner = function.owner if isinstance(function, Method) else UNKNOWN
    owner_name = owner.name if isinstance(owner, Opaque) else ""
    if owner_name == "ultralytics.YOLO" and written.endswith((".train", ".fit")):
        trait = "fit"
    if trait == "fit" and owner_name.startswith(_NO_LEARNING):
        trait = None
    if isinstance(owner, Instance | Parents):
        trait = None  # the own method is followed
    if owner_name in _SERVERS and written.endswith((".run", ".launch", ".serve")):
        trait = "serve"
    if trait is not None:
        seen.traits.add(trait)
        if trait == "download":
            _note_address(made)
    serving = made.name in _SERVERS or made.name.endswith((".Flask", ".FastAPI"))
    if (serving and made.frame.source.path == made.machine.script) or made.name.startswith("streamlit."):
        seen.traits.add("serve")  # an application that is only imported is not served
    if trait == "serve" or made.name in ("uvicorn.run",):
        port = made.arg(-1, "port", "server_port")
        if isinstance(port, int):
            seen.ports.setdefault(port, made.machine.place(made.frame, made.node))


def _note_address(made: Call) -> None:
    for text in texts(made.arg(0, "url", "path", "repo_id", "data_id", "name", "handle")):
        if 0 < len(text.strip(HOLE)) <= 300 and re.search(r"[/.]|^\d+$", text):
            address = text.replace(HOLE, "*").replace(ROOT, "")
            made.machine.seen.urls.setdefault(address, made.machine.place(made.frame, made.node))


def _own(made: Call, function: Function) -> Any:
    """A call of an own function, through what decorates it."""
    machine = made.machine
    if function.owner is None and getattr(function.node, "decorator_list", None):
        kind, parser, given = functions.decorated(machine, function)
        if kind == "group":
            return settings.run_commands(made)
        if kind == "click" and not made.args and not made.given:
            values = parser.parse(machine.argv[1:])
            settings.note_arguments(made, parser, values)
            return functions.call_function(machine, function, [], values)
        if kind == "command" and not made.args and not made.given:
            return functions.call_function(machine, function, [], settings.by_signature(made, function))
        if kind == "hydra":
            return functions.call_function(machine, function, [settings.composed(made, function, given)], {})
    return functions.call_function(machine, function, made.args, made.given)
