"""Python: imports, loops, comparisons, globals, records and messages, as they are really used."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, fraction, ramp, rounded
from heldout.sources.repository.checks.practice import plural
from heldout.sources.repository.checks.structure import modules_in_packages
from heldout.sources.repository.checks.tally import Tally, calls_name, is_name
from heldout.sources.repository.module import Module
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import walk


class StarImports(Tally):
    """Star imports

    What: `from module import *` outside `__init__.py`.

    Why: The reader and the linter can no longer tell where a name comes from, and a new name in the module replaces
    one of the file without a word.

    Example: `from utils import *` in five scripts speaks against; in a package's `__init__.py` it is usual.

    Limits: Notebooks and examples are left out, where it is a shorthand; `tkinter`, `pylab` and `manim` are meant to be
    imported so.
    """

    code = "PYT104"
    moves: ClassVar = {"python": Move(down=0.2)}
    why = "With star imports nobody can tell where a name comes from."
    mend = "Import the names that are used."
    ask = "Where does a name in this file come from, and how would you find out?"
    parts = ("code",)
    phrase = "At least {n} star imports outside `__init__.py`, notebooks and examples."

    def on_module(self, module: Module) -> Iterable[int]:
        """Note their lines."""
        if module.notebook is not None or module.path.endswith("__init__.py") or "import *" not in module.text:
            return
        usual = ("tkinter", "Tkinter", "pylab", "manim", "manimlib", "pwn", "turtle")
        for node in module.nodes(ast.ImportFrom):
            if node.names[0].name == "*" and (node.module or "").partition(".")[0] not in usual:
                yield node.lineno


class IndexLoops(Check):
    """Loops over positions instead of things

    What: `for i in range(len(rows))` where the loop only ever takes `rows[i]`, against loops that walk the things
    themselves, `enumerate` or `zip`.

    Why: It is the mark of code carried over from another language; it is longer, slower and breaks on anything
    that is not a list.

    Example: `for i in range(len(rows)): use(rows[i])` speaks against; `for row in rows: use(row)` speaks for.

    Limits: Loops that need the number, or write to the place, are not counted.
    """

    code = "PYT107"
    moves: ClassVar = {"python": Move(up=0.1, down=0.2)}
    why = "Walking the things themselves is shorter, faster and works on any iterable."
    mend = "Walk the sequence itself; use `enumerate` or `zip` when the number or a second sequence is needed."
    ask = "When would you still loop over positions in Python?"

    def on_module(self, module: Module) -> Iterable[tuple[int, tuple[int, ...], int]]:
        """Note the number of loops, the lines of those over positions, and how many more only read at the position:
        several sequences, a part of one, or what only the shape tells the length of.
        """
        loops = several = 0
        lines = []
        for loop in module.nodes(ast.For):
            loops += 1
            if calls_name(loop.iter, "range") and isinstance(loop.target, ast.Name):
                sequence = _range_len(loop.iter)
                index = loop.target.id
                uses = [n for s in loop.body for n in walk(s) if is_name(n, index)]
                taken = {_taken_from(use, module) for use in uses}
                if sequence is not None and taken == {sequence}:
                    lines.append(loop.lineno)
                elif taken and None not in taken:
                    several += 1
        if loops:
            yield loops, tuple(lines), several

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare with all loops; only those over one whole sequence are held against anybody."""
        taken = repo.notes(self)
        loops = sum(noted.note[0] for noted in taken)
        places = [(noted.path, line) for noted in taken for line in noted.note[1]]
        counting = len(places) + sum(noted.note[2] for noted in taken)
        share = fraction(len(places), loops)
        if loops >= 20 and fraction(counting, loops) <= 0.02:
            yield self.found(
                f"Of some {rounded(loops)} `for` loops (tests and documentation apart)"
                f" {'hardly any' if counting else 'none'} was seen to count positions only to take the thing at each.",
                strength=ramp(fraction(counting, loops), 0.02, 0.0) * ramp(loops, 0, 40),
                loops=loops,
            )
        elif len(places) >= 3 and share > 0.05:
            yield self.against(
                f"At least {len(places)} of some {rounded(loops)} `for` loops (tests and documentation apart) count"
                " positions only to take the thing at each.",
                *(repo.at(path, line) for path, line in places[:4]),
                strength=ramp(share, 0.05, 0.25),
                loops=loops,
                by_position=len(places),
            )


def _range_len(node: ast.expr) -> str | None:
    """The name `x`, or `self.x`, of `range(len(x))`."""
    if calls_name(node, "range") and isinstance(node, ast.Call) and len(node.args) == 1:
        inner = node.args[0]
        if calls_name(inner, "len") and isinstance(inner, ast.Call) and inner.args:
            return _dotted_name(inner.args[0])
    return None


def _dotted_name(node: ast.expr) -> str | None:
    """`x` or `self.x`; None for anything that is worked out."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else None


def _taken_from(use: ast.AST, module: Module) -> str | None:
    """The sequence whose thing at this position is read (`x[i]`, `x[i, :]`), as it is written; None for any other use
    of the position.
    """
    key, around = use, module.parent(use)
    if isinstance(around, ast.Tuple) and around.elts[0] is use:
        key, around = around, module.parent(around)
    if isinstance(around, ast.Subscript) and around.slice is key and isinstance(around.ctx, ast.Load):
        return _dotted_name(around.value) or ast.unparse(around.value)
    return None


class Globals(Tally):
    """State kept in globals

    What: `global` statements in functions that assign the name, or an attribute or item of it.

    Why: A function that changes a global gives another result the second time; runs, tests and threads disturb each
    other.

    Example: `global model, best_score` in five functions speaks against; an object that holds them is fine.

    Limits: A module-level cache that is filled once counts as well; a few are nothing. Calls that change the object,
    such as `append`, are not seen.
    """

    code = "PYT108"
    moves: ClassVar = {"python": Move(down=0.2)}
    why = "State in globals makes runs, tests and threads disturb each other."
    mend = "Pass the state as an argument, or keep it on an object."
    ask = "What happens when two of these run in one process?"
    phrase = "At least {n} functions change global variables."
    low = 0.5

    def on_module(self, module: Module) -> Iterable[int]:
        """Note the lines, one for each function that changes what it declares global."""
        statements = list(module.nodes(ast.Global))
        if not statements:
            return
        changed = {(name.id, module.function_of(name)) for name in module.nodes(ast.Name) if _is_changed(name, module)}
        seen: set[ast.AST | None] = set()
        for node in statements:
            function = module.function_of(node)
            if function not in seen and any((name, function) in changed for name in node.names):
                seen.add(function)
                yield node.lineno


def _is_changed(name: ast.Name, module: Module) -> bool:
    """Whether a name is bound anew here, or an attribute or item of it is."""
    if not isinstance(name.ctx, ast.Load):
        return True
    around = module.parent(name)
    return (
        isinstance(around, ast.Attribute | ast.Subscript)
        and around.value is name
        and not isinstance(around.ctx, ast.Load)
    )


class WrongComparisons(Tally):
    """Comparisons that do not do what they say

    What: `assert (condition, "message")`, which is always true; `is` beside a text or number; `== None` as a mask on a
    table or array.

    Why: The first never fails, the second depends on the interpreter, and the third finds no missing value.

    Example: `if name is "adam":` and `df[df.x == None]` speak against; `if name == "adam":` is right.

    Limits: `if x == None` is a matter of style, works nearly always and is not counted.
    """

    code = "PYT109"
    moves: ClassVar = {"python": Move(down=0.2)}
    why = "The line says one thing and does another."
    mend = "Use `assert condition, message`, `==` for values and `isna()` for missing ones."
    ask = "What is the difference between `is` and `==`, and when does it show?"
    phrase = (
        "At least {n} comparisons do not do what they say: `is` beside a value, `== None` on a table, or an"
        " assert on a tuple."
    )

    def on_module(self, module: Module) -> Iterable[int]:
        """Note their lines."""
        queries = any(word in module.text for word in ("sqlalchemy", "peewee", "sqlmodel", "pony"))
        for node in module.nodes(ast.Assert):
            if isinstance(node.test, ast.Tuple) and node.test.elts:
                yield node.lineno
        for compare in module.nodes(ast.Compare):
            for op, right in zip(compare.ops, compare.comparators, strict=True):
                if not isinstance(right, ast.Constant):
                    continue
                if (isinstance(op, ast.Is | ast.IsNot) and type(right.value) in (str, int, float)) or (
                    isinstance(op, ast.Eq | ast.NotEq)
                    and right.value is None
                    and not queries
                    and _is_mask(compare, module)
                ):
                    yield compare.lineno


def _is_mask(compare: ast.Compare, module: Module) -> bool:
    """Whether a comparison of a column picks rows: `df[df.x == None]`."""
    around = module.parent(compare)
    return (
        isinstance(around, ast.Subscript)
        and around.slice is compare
        and isinstance(compare.left, ast.Attribute | ast.Subscript)
    )


_RECORD_BASES = frozenset(
    {
        "typing.NamedTuple", "typing.TypedDict", "typing_extensions.TypedDict", "enum.Enum", "enum.IntEnum",
        "enum.StrEnum", "enum.Flag", "pydantic.BaseModel", "pydantic.BaseSettings", "pydantic_settings.BaseSettings",
        "msgspec.Struct", "flax.struct.PyTreeNode",
    }
)  # fmt: skip

_RECORD_MAKERS = frozenset(
    {
        "dataclasses.dataclass", "attr.s", "attr.attrs", "attr.dataclass", "attrs.define", "attrs.frozen",
        "attr.define",
        "pydantic.dataclasses.dataclass", "flax.struct.dataclass", "collections.namedtuple", "chex.dataclass",
    }
)  # fmt: skip


class Records(Check):
    """Records with names and types

    What: Dataclasses, named tuples, enums, typed dicts or pydantic models defined, per 1,000 lines of code.

    Why: A record says which fields there are; a loose dict or tuple has to be guessed from its uses.

    Example: `@dataclass class Batch: images: Tensor; labels: Tensor` speaks for; `batch[3]` says nothing.

    Limits: Code that handles only arrays needs few; their absence is not held against anybody. A class without a field
    of its own is no record.
    """

    code = "PYT111"
    moves: ClassVar = {"python": Move(up=0.35)}
    why = "Named fields can be read, checked and completed by an editor."

    def on_module(self, module: Module) -> Iterable[int]:
        """Note the lines of the definitions."""
        for node in module.nodes(ast.ClassDef):
            decorators = {module.resolve(d.func if isinstance(d, ast.Call) else d) for d in node.decorator_list}
            bases = {module.resolve(base) for base in node.bases}
            if (decorators & _RECORD_MAKERS or bases & _RECORD_BASES) and _has_fields(node):
                yield node.lineno
        for call, name in module.calls:
            if name == "collections.namedtuple":
                yield call.lineno

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Count them per 1,000 lines."""
        places = [(noted.path, noted.note) for noted in repo.notes(self)]
        rate = fraction(len(places), max(repo.kloc, 0.3))
        if places and rate >= 0.2:
            yield self.found(
                "Records with named fields (dataclasses, named tuples, enums, typed models; tests apart):"
                f" at least {len(places)}.",
                *(repo.at(path, line) for path, line in first(places, 3)),
                strength=ramp(rate, 0.1, 2.0),
                records=len(places),
            )


def _has_fields(node: ast.ClassDef) -> bool:
    """Whether a class defines a field, or a member, of its own: a dataclass of methods alone is no record."""
    return any(isinstance(statement, ast.AnnAssign | ast.Assign) for statement in node.body)


class LibraryLogging(Check):
    """Logging instead of print in library code

    What: In an installable package: `print` calls inside functions of modules that do not belong to a command line,
    against the use of a logger.

    Why: A library that prints cannot be silenced, filtered or searched by the service that uses it.

    Example: `logger.info("epoch %d", epoch)` in the package speaks for; forty `print("loading...")` speak against.

    Limits: Scripts, notebooks and commands may print; only packages with a `setup.py` or `pyproject.toml` are judged.
    """

    code = "PYT113"
    moves: ClassVar = {"craft": Move(up=0.1, down=0.1)}
    why = "What is logged can be silenced, filtered and searched by those who run it."
    mend = "Use `logging.getLogger(__name__)` and leave the printing to the command line."
    ask = "How would a service that uses this package keep its messages apart from others?"
    parts = ("code",)

    def on_module(self, module: Module) -> Iterable[tuple[str, int]]:
        """Note prints in functions, and calls of loggers."""
        name = module.path.rpartition("/")[2]
        if module.notebook is not None or any(
            w in name for w in ("cli", "script", "command", "setup", "demo", "train")
        ):
            return
        if any(word in module.text for word in ("argparse", "__main__", "import click", "typer", "absl")):
            return
        for call in module.nodes(ast.Call):
            prints = calls_name(call, "print") and not any(k.arg == "file" for k in call.keywords)
            if prints and module.function_of(call) is not None and _guard_free(call, module):
                yield "aside" if "main" in name else "print", call.lineno
        if "main" in name:
            return  # whether it is run or imported is not known: what it prints is only not denied
        if "logging" in module.text or "loguru" in module.text:
            for call, method in module.method_calls:
                if method in ("debug", "info", "warning", "error", "exception", "critical"):
                    yield "log", call.lineno
            for call, dotted in module.calls:
                if dotted.startswith(("logging.", "loguru.logger.", "absl.logging.")) and dotted.rpartition(".")[2] in (
                    "debug", "info", "warning", "error", "exception", "critical",
                ):  # fmt: skip
                    yield "log", call.lineno

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare the two in packages."""
        packaged = {m.path: m.code_lines for m in modules_in_packages(repo)}
        if not repo.glob("setup.py", "pyproject.toml", "setup.cfg") or sum(packaged.values()) < 300:
            return
        taken = [(n.path, *n.note) for n in repo.notes(self) if n.path in packaged]
        prints = [(path, line) for path, kind, line in taken if kind == "print"]
        logs = [(path, line) for path, kind, line in taken if kind == "log"]
        printed = "" if any(kind == "aside" for _, kind, _ in taken) else ", and no print in functions"
        if prints:
            printed = f", and {plural(len(prints), 'print')} in functions"
        rate = len(prints) / (sum(packaged.values()) / 1000)
        if len(logs) >= 3 and len(logs) > len(prints):
            yield self.found(
                f"Apart from files that are run, the package logs: at least {len(logs)} calls of a logger were seen"
                f"{printed}.",
                *(repo.at(path, line) for path, line in logs[:2]),
                strength=ramp(fraction(len(logs), len(logs) + len(prints)), 0.5, 0.9),
                logs=len(logs),
                prints=len(prints),
            )
        elif len(prints) >= 15 and rate > 4 and not logs and not any(True for _ in repo.imports(*_LOGGERS)):
            yield self.against(
                f"Functions of the package print at least {len(prints)} times, and no logger was seen.",
                *(repo.at(path, line) for path, line in prints[:3]),
                strength=ramp(rate, 4, 20),
                prints=len(prints),
            )


_LOGGERS = ("logging", "loguru", "structlog", "absl.logging")


def _guard_free(call: ast.Call, module: Module) -> bool:
    """Whether the print is not behind a `verbose` or `debug` switch, and not in a method that is there to print."""
    for around in module.parents(call):
        if isinstance(around, ast.If) and isinstance(around.test, ast.Name | ast.Attribute):
            return False
        if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef):
            return not any(w in around.name for w in ("print", "show", "summary", "display", "main", "report", "info"))
    return True


CHECKS: tuple[Check, ...] = (StarImports(), IndexLoops(), Globals(), WrongComparisons(), Records(), LibraryLogging())
