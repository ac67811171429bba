"""Calls that read settings: files of configuration, and the arguments of the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from heldout.sources.handover.discover.code import arguments, configs, functions
from heldout.sources.handover.discover.code.arguments import Parser
from heldout.sources.handover.discover.code.seen import relative
from heldout.sources.handover.discover.code.values import (
    UNKNOWN,
    Content,
    File,
    Function,
    Opaque,
    texts,
)
from heldout.sources.handover.discover.view import joined, parent

if TYPE_CHECKING:
    from heldout.sources.handover.discover.code.call import Call

_LOADER_NAMES = """
yaml.safe_load yaml.load yaml.full_load yaml.unsafe_load json.load json.loads toml.load toml.loads tomllib.load
tomli.load tomllib.loads omegaconf.OmegaConf.load hjson.load dynaconf.Dynaconf commentjson.load
rtoml.load anyconfig.load
"""
_LOADERS = frozenset(_LOADER_NAMES.split())
_PARSER_NAMES = """
argparse.ArgumentParser configargparse.ArgParser configargparse.ArgumentParser jsonargparse.ArgumentParser
optparse.OptionParser
"""
_PARSERS = frozenset(_PARSER_NAMES.split())
_OBJECTS: dict[str, Callable[[], Any]] = {
    **dict.fromkeys(_PARSERS, Parser),
    "configparser.ConfigParser": lambda: Opaque("configparser", {"data": {}}),
    "configparser.RawConfigParser": lambda: Opaque("configparser", {"data": {}}),
    "configparser.SafeConfigParser": lambda: Opaque("configparser", {"data": {}}),
    "ruamel.yaml.YAML": lambda: Opaque("yaml"),
    "typer.Typer": lambda: Opaque("commands"),
    "click.Group": lambda: Opaque("commands"),
}
"""Objects that read settings or arguments."""


def load(made: Call) -> Any:
    """What a call that reads settings gives; None when the call is none of the kind."""
    name = made.name
    if name in _LOADERS:
        return _file(made, made.arg(0, "stream", "fp", "f", "settings_files"))
    if name in _OBJECTS:
        return _OBJECTS[name]()
    if name == "docopt.docopt":
        return arguments.of_docopt(made.arg(0, "doc", "docstring"), made.machine.argv[1:])
    if name in ("fire.Fire", "typer.run", "absl.app.run", "asyncio.run"):
        return _run(made)
    if name.startswith("absl.flags.DEFINE_") and made.args and isinstance(made.args[0], str):
        given = Parser()
        given.add([f"--{made.args[0]}"], {"default": made.arg(1, "default")})
        made.machine.flags.update(given.parse(made.machine.argv[1:]))
        return UNKNOWN
    return None


def _file(made: Call, value: Any) -> Any:
    """The data of the file that was opened, read or named."""
    path = value.path if isinstance(value, File | Content) else value
    found: Any = UNKNOWN
    for text in texts(path):
        inside = relative(text, made.machine.folder)
        if inside is None or len(text) > 300 or "\n" in text:
            continue
        made.touch(text, "config")
        if found is UNKNOWN:
            found = configs.load(made.machine.view, inside)
    return configs.filled(found) if isinstance(found, dict) else found


def _run(made: Call) -> Any:
    """`fire.Fire(main)`, `typer.run(main)`: the function with the arguments of the command line."""
    first = made.args[0] if made.args else UNKNOWN
    if isinstance(first, Function):
        if made.name == "absl.app.run":
            return functions.call_function(made.machine, first, [list(made.machine.argv)], {})
        return functions.call_function(made.machine, first, [], by_signature(made, first))
    if isinstance(first, dict):
        for function in list(first.values())[:5]:
            if isinstance(function, Function):
                functions.call_function(made.machine, function, [], by_signature(made, function))
    return UNKNOWN


def by_signature(made: Call, function: Function) -> dict[str, Any]:
    """The arguments of the command line for a function whose own signature describes them."""
    parser = Parser()
    spec = function.node.args
    every = [*spec.posonlyargs, *spec.args]
    without = len(every) - len(spec.defaults)
    for at, arg in enumerate((*every, *spec.kwonlyargs)):
        if at < without:
            parser.add([arg.arg], {})
        names = [f"--{arg.arg}", f"--{arg.arg.replace('_', '-')}"]
        parser.add(names, {"dest": arg.arg, "default": UNKNOWN})
    values = parser.parse(made.machine.argv[1:])
    return {key: value for key, value in values.items() if value is not UNKNOWN and value is not None}


def composed(made: Call, function: Function, given: dict[str, Any]) -> Any:
    """The settings that Hydra hands to a function."""
    folder = joined(parent(function.source.path), str(given.get("config_path") or "."))
    name = given.get("config_name")
    if folder is None or not isinstance(name, str):
        return UNKNOWN
    place = made.machine.place(made.frame, made.node)
    made.machine.seen.read(f"{folder}/{name.removesuffix('.yaml')}.yaml", "config", ".", place)
    found = configs.hydra(made.machine.view, folder, name)
    return arguments.with_overrides(found, made.machine.argv[1:]) if isinstance(found, dict) else UNKNOWN


def note_arguments(made: Call, parser: Parser, values: dict[str, Any]) -> None:
    """Note the values of a parser's arguments, and the required ones that are not given."""
    seen = made.machine.seen
    seen.required.update(dict.fromkeys(parser.absent))
    for key, value in list(values.items())[:100]:
        seen.arguments[key] = str(value)[:200] if isinstance(value, str | int | float | bool) else ""


def parser_method(made: Call, parser: Any, name: str) -> Any:
    """A method of a parser of arguments."""
    if name in ("add_argument", "add_option", "add"):
        parser.add(made.args, made.given)
    elif name in ("parse_args", "parse_known_args"):
        given = made.arg(0, "args")
        values = parser.parse(given if isinstance(given, list) else made.machine.argv[1:])
        note_arguments(made, parser, values)
        return values if name == "parse_args" else [values, []]
    elif name in ("add_argument_group", "add_mutually_exclusive_group", "add_parser"):
        return parser
    elif name == "add_subparsers":
        dest = made.arg(-1, "dest")
        parser.has_commands = True
        parser.commands = dest if isinstance(dest, str) else "command"
        return parser
    elif name == "set_defaults":
        for key, value in made.given.items():
            for option in parser.options:
                if option.dest == key:
                    option.default = value
    return UNKNOWN


def object_method(made: Call, owner: Any, name: str) -> Any:
    """A method of a settings object; None when it is none."""
    if not isinstance(owner, Opaque):
        return None
    if owner.name == "configparser" and name in ("read", "read_file"):
        found = _file(made, made.arg(0, "filenames", "f"))
        if isinstance(found, dict):
            owner.state["data"] = found
        return UNKNOWN
    if owner.name == "configparser" and name in ("get", "getint", "getfloat", "getboolean"):
        section, key = made.arg(0, "section"), made.arg(1, "option")
        known = isinstance(section, str) and isinstance(key, str)
        inner = owner.state["data"].get(section) if known else None
        return inner.get(key.lower(), UNKNOWN) if isinstance(inner, dict) else UNKNOWN
    if owner.name == "yaml" and name == "load":
        return _file(made, made.arg(0, "stream"))
    if owner.name.endswith((".Interface", ".Blocks")) and name == "launch":
        return UNKNOWN
    return None


def run_commands(made: Call) -> Any:
    """`app()` of typer: the command that the command line names, else each."""
    commands = made.machine.commands
    argv = [word for word in made.machine.argv[1:] if isinstance(word, str)]
    chosen = [commands[argv[0]]] if argv and argv[0] in commands else list(commands.values())[:6]
    for function in chosen:
        functions.call_function(made.machine, function, [], by_signature(made, function))
    return UNKNOWN
