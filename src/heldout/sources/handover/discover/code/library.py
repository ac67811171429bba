"""What calls of libraries come to, as far as paths, settings and texts go: a table of functions, the rest unknown."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from heldout.sources.handover.discover.code import expressions, functions, programs, settings, strings, touches
from heldout.sources.handover.discover.code.files import MLFLOW_FOLDER, READERS, WRITERS
from heldout.sources.handover.discover.code.operators import iterated
from heldout.sources.handover.discover.code.seen import relative
from heldout.sources.handover.discover.code.values import (
    EXIT,
    HOLE,
    ROOT,
    UNKNOWN,
    Class,
    File,
    Function,
    Instance,
    Library,
    Method,
    Opaque,
    as_text,
    join_paths,
    lift,
    parent_of,
    texts,
)

if TYPE_CHECKING:
    from heldout.sources.handover.discover.code.call import Call
    from heldout.sources.handover.discover.code.machine import Machine

_LAST = {
    name.rpartition(".")[2]: where
    for name, where in READERS.items()
    if name.rpartition(".")[2].startswith(("read_", "scan_"))
}
"""Readers whose last name alone tells what they are, whatever library they are of."""
_SAME_NAMES = """
list tuple sorted reversed set frozenset os.fspath os.path.expanduser os.path.expandvars hydra.utils.to_absolute_path
tqdm.tqdm tqdm.auto.tqdm tqdm.notebook.tqdm box.Box munch.munchify easydict.EasyDict addict.Dict dotmap.DotMap
omegaconf.OmegaConf.create omegaconf.OmegaConf.to_container typing.cast copy.deepcopy copy.copy glob.escape io.StringIO
types.SimpleNamespace argparse.Namespace ml_collections.ConfigDict
"""
_SAME = frozenset(_SAME_NAMES.split())
"""Calls that give back what they were given."""
_USUAL = frozenset({"HOME", "USER", "PATH", "PWD", "PORT", "TMPDIR", "LOCAL_RANK", "RANK", "WORLD_SIZE", "DEBUG"})
"""Environment variables that a machine sets, or that nobody misses."""
_PATHS = frozenset({"Path", "PurePath", "PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath"})


def constant(machine: Machine, name: str) -> Any:
    """An attribute of a library that is no function: `os.sep`, `sys.argv`."""
    if name == "sys.argv":
        return list(machine.argv)
    if name.startswith("absl.flags.FLAGS."):
        return machine.flags.get(name.rpartition(".")[2], UNKNOWN)
    return {"os.sep": "/", "os.path.sep": "/", "os.pardir": "..", "os.curdir": "."}.get(name, Library(name))


def call(made: Call) -> Any:
    """What a call of a library's function comes to; what it reads and writes is noted."""
    name = made.name
    handler = _HANDLERS.get(name) or (_same if name in _SAME else _mlflow if name.startswith("mlflow.") else None)
    if handler is not None:
        return handler(made)
    plain = name.replace("tensorflow.keras", "keras")
    where = READERS.get(name) or READERS.get(plain) or _LAST.get(name.rpartition(".")[2])
    if where is not None:
        return touches.read(made, where)
    into = WRITERS.get(name) or WRITERS.get(plain)
    if into is not None:
        return touches.write(made, into)
    return _other(made)


def _other(made: Call) -> Any:
    for understand in (settings.load, programs.started):
        found = understand(made)
        if found is not None:
            return found
    touches.callbacks(made)
    return touches.by_last_name(made, made.name)


def _first(made: Call) -> Any:
    return made.args[0] if made.args else UNKNOWN


def _same(made: Call) -> Any:
    if made.args:
        return made.args[0]
    return dict(made.given) if made.given else []


def _dict(made: Call) -> Any:
    first = made.args[0] if made.args else {}
    return {**first, **made.given} if isinstance(first, dict) else UNKNOWN


def _text(made: Call) -> Any:
    first = _first(made)
    if texts(first):
        return first
    return as_text(first) if isinstance(first, int | float) else UNKNOWN


def _number(made: Call) -> Any:
    first = _first(made)
    try:
        return {"int": int, "float": float}[made.name](first) if isinstance(first, str | int | float) else UNKNOWN
    except (ValueError, OverflowError):
        return UNKNOWN


def _path(made: Call) -> Any:
    """`pathlib.Path(a, b)`."""
    if len(made.args) > 1:
        return join_paths(*made.args)
    return made.args[0] if made.args else "."


def absolute(machine: Machine, text: Any) -> Any:
    """`os.path.abspath` of a text."""
    if not isinstance(text, str):
        return UNKNOWN
    if text.startswith((ROOT, "/", HOLE)):
        return posixpath.normpath(text)
    return posixpath.normpath(posixpath.join(_here(machine), text))


def _here(machine: Machine) -> str:
    return ROOT if machine.folder == "." else f"{ROOT}/{machine.folder}"


def _absolute(made: Call) -> Any:
    return lift(lambda text: absolute(made.machine, text), _first(made))


def _normal(made: Call) -> Any:
    return lift(lambda text: posixpath.normpath(text) if isinstance(text, str) else UNKNOWN, _first(made))


def _joined(made: Call) -> Any:
    return join_paths(*made.args) if made.args else UNKNOWN


def _dirname(made: Call) -> Any:
    first = _first(made)
    return "" if isinstance(first, str) and first and "/" not in first else parent_of(first)


def _basename(made: Call) -> Any:
    first = _first(made)
    return strings.attribute(first, "name") if texts(first) else UNKNOWN


def _cut(made: Call) -> Any:
    """`os.path.split` and `os.path.splitext`."""
    first = _first(made)
    cut = posixpath.split if made.name.endswith(".split") else posixpath.splitext
    return list(cut(first)) if isinstance(first, str) else UNKNOWN


def _globbed(made: Call) -> Any:
    """`glob.glob(pattern)`: one file whose name is not known."""
    first = made.arg(0, "pathname")
    return [lift(lambda text: as_text(text).replace("**/", "").replace("*", HOLE), first)] if texts(first) else UNKNOWN


def _moved(made: Call) -> Any:
    """`os.chdir`."""
    machine = made.machine
    for text in texts(made.arg(0, "path"))[:1]:
        found = relative(text, machine.folder)
        if found is not None and "*" not in found:
            machine.folder = found
        elif posixpath.normpath(posixpath.join(machine.folder, text)) == ".":
            machine.folder = "."


def _imported(made: Call) -> Any:
    """`import_module("models." + name)`."""
    for text in texts(made.arg(0, "name")):
        path = made.machine.own(made.frame, text) if HOLE not in text else None
        if path is not None:
            return made.machine.imported(path)
    return UNKNOWN


def _variable(made: Call) -> Any:
    """`os.getenv(name, default)`."""
    default = made.arg(1, "default")
    name = made.arg(0, "key")
    if (default is None or default is UNKNOWN) and isinstance(name, str) and name not in _USUAL:
        made.machine.seen.variables.setdefault(name, made.machine.place(made.frame, made.node))
    return UNKNOWN if default is None else default


def _opened(made: Call) -> Any:
    return touches.opened(made, made.arg(0, "file", "name"), made.arg(1, "mode"))


def _dumped(made: Call) -> Any:
    """`pickle.dump(model, file)`, `json.dump(scores, file)`: the file was opened before, or is named."""
    kind = "other" if made.name.startswith(("json.", "yaml.")) else "model"
    file = made.arg(1, "file", "fp", "stream", "f")
    made.touch(file.path if isinstance(file, File) else file, kind, write=True)
    if kind == "model":
        made.machine.seen.traits.add("save")
    return UNKNOWN


def _unpickled(made: Call) -> Any:
    file = made.arg(0, "file", "f", "fp")
    made.touch(file.path if isinstance(file, File) else file, "model")
    made.machine.seen.traits.add("load")
    return UNKNOWN


def _got(made: Call) -> Any:
    """`getattr(owner, name, default)`."""
    if len(made.args) < 2 or not isinstance(made.args[1], str):
        return UNKNOWN
    found = expressions.attribute(made.machine, made.frame, made.args[0], made.args[1])
    return (made.args[2] if len(made.args) > 2 else UNKNOWN) if isinstance(found, Method) else found


def _vars(made: Call) -> Any:
    first = _first(made)
    return first.names if isinstance(first, Instance) else first


def _length(made: Call) -> Any:
    first = _first(made)
    if isinstance(first, str) and HOLE in first:
        return UNKNOWN
    return len(first) if isinstance(first, str | list | tuple | dict) else UNKNOWN


def _zipped(made: Call) -> Any:
    lists = [iterated(arg) for arg in made.args]
    known = [items for items in lists if items is not None]
    return [list(pair) for pair in zip(*known, strict=False)] if known and len(known) == len(lists) else UNKNOWN


def _enumerated(made: Call) -> Any:
    items = iterated(_first(made))
    return [[at, item] for at, item in enumerate(items)] if items is not None else UNKNOWN


def _next(made: Call) -> Any:
    items = iterated(_first(made))
    return items[0] if items else UNKNOWN


def _default(made: Call) -> Any:
    """`field(default=...)`, `typer.Option("x")`, `Field(...)`: the default."""
    factory = made.given.get("default_factory")
    if isinstance(factory, Function):
        return functions.call_function(made.machine, factory, [], {})
    if isinstance(factory, Class):
        return functions.instantiate(made.machine, factory, [], {})
    if isinstance(factory, Library):
        return {"dict": {}, "list": []}.get(factory.name, UNKNOWN)
    return made.arg(0, "default")


def _database(made: Call) -> Any:
    """`create_engine("sqlite:///a.db")`."""
    for text in texts(made.arg(0, "url")):
        if text.startswith("sqlite"):
            made.touch(text, "table")
    return Opaque(made.name)


def _mlflow(made: Call) -> Any:
    last = made.name.rpartition(".")[2]
    if last == "set_tracking_uri":
        made.machine.flags["mlflow"] = made.arg(0, "uri")
    elif last.startswith(("log_", "start_run", "autolog", "set_experiment")):
        for text in texts(made.machine.flags.get("mlflow", MLFLOW_FOLDER)):
            made.touch(text.removeprefix("file:").removeprefix("//"), "other", write=True)
        if last == "log_artifact":
            made.touch(made.arg(0, "local_path"), "other")
    elif last == "load_model":
        made.touch(made.arg(0, "model_uri"), "model")
    elif last == "save_model":
        made.touch(made.arg(1, "path"), "model", write=True)
    return UNKNOWN


def _table() -> dict[str, Callable[[Call], Any]]:
    """Name of a function -> what a call of it comes to."""
    rows: dict[str, Callable[[Call], Any]] = {
        "open io.open codecs.open gzip.open bz2.open lzma.open": _opened,
        "os.path.join": _joined,
        "os.path.dirname": _dirname,
        "os.path.basename": _basename,
        "os.path.split os.path.splitext": _cut,
        "os.path.abspath os.path.realpath": _absolute,
        "os.path.normpath": _normal,
        "os.getcwd pathlib.Path.cwd hydra.utils.get_original_cwd": lambda made: _here(made.machine),
        "pathlib.Path.home": lambda made: "~",
        "os.chdir": _moved,
        "importlib.import_module __import__": _imported,
        "os.getenv os.environ.get": _variable,
        "os.listdir": lambda made: [HOLE],
        "glob.glob glob.iglob": _globbed,
        "dict": _dict,
        "str": _text,
        "int float": _number,
        "getattr": _got,
        "vars dataclasses.asdict": _vars,
        "len": _length,
        "zip": _zipped,
        "enumerate": _enumerated,
        "next": _next,
        "sys.exit exit quit os._exit": lambda made: EXIT,
        "pickle.dump dill.dump cloudpickle.dump json.dump yaml.dump yaml.safe_dump": _dumped,
        "pickle.load dill.load cloudpickle.load": _unpickled,
        "dataclasses.field pydantic.Field typer.Option typer.Argument fastapi.Query fastapi.Form": _default,
        "sqlalchemy.create_engine": _database,
        " ".join(f"pathlib.{name}" for name in _PATHS): _path,
    }
    return {name: handler for names, handler in rows.items() for name in names.split()}


_HANDLERS = _table()
