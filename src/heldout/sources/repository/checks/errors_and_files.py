"""Python: errors caught and raised, files closed."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, fraction, ramp
from heldout.sources.repository.checks.practice import plural
from heldout.sources.repository.checks.tally import Tally, is_name
from heldout.sources.repository.module import Module
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import walk


def _broad(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id in ("Exception", "BaseException")
    )


def _reraises(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) for statement in handler.body for node in walk(statement))


def _silent(handler: ast.ExceptHandler) -> bool:
    return all(
        isinstance(s, ast.Pass | ast.Continue) or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
        for s in handler.body
    )


class SwallowedErrors(Tally):
    """Errors caught without a name, or swallowed

    What: `except:` without a type that does not raise again, and `except Exception:` whose body only passes or
    continues.

    Why: It hides every mistake, the interrupt key and the full disk too; in data code rows vanish without a word.

    Example: `try: row = parse(line)` with `except: pass` speaks against; `except ValueError: skipped += 1` is fine.

    Limits: A broad handler that logs and goes on is not counted.
    """

    code = "PYT102"
    moves: ClassVar = {"python": Move(down=0.4)}
    severity = "medium"
    why = "What goes wrong without a word is found by users."
    mend = "Catch the errors that you expect by name, and count or log what was skipped."
    ask = "Which errors did you expect at this place, and how would you notice the others?"
    phrase = "At least {n} handlers catch every error without naming one, or swallow it."

    def on_module(self, module: Module) -> Iterable[int]:
        """Note the lines of such handlers."""
        for handler in module.nodes(ast.ExceptHandler):
            if _broad(handler) and (_silent(handler) or handler.type is None) and not _reraises(handler):
                around = module.parent(handler)
                if not (isinstance(around, ast.Try) and _only_imports(around.body)):
                    yield handler.lineno


def _only_imports(body: list[ast.stmt]) -> bool:
    return all(isinstance(statement, ast.Import | ast.ImportFrom) for statement in body)


_NO_TYPE = ("Exception", "BaseException", "SystemExit")
"""What says nothing of the error, or ends the program."""


class NamedErrors(Check):
    """Errors caught by name and raised with a message

    What: The share of handlers that name what they catch, and the number of exceptions that are raised with a message.

    Why: Who names errors has thought of what can go wrong and tells the caller.

    Example: `except KeyError as error: raise ConfigError(f"{path} has no learning rate") from error` speaks for.

    Limits: Whether the message helps is not judged.
    """

    code = "PYT103"
    moves: ClassVar = {"python": Move(up=0.35)}
    why = "A named error with a message is half of the diagnosis."

    def on_module(self, module: Module) -> Iterable[tuple[int, int, int, int]]:
        """Note handlers, those named, raises with a message, and the first of these."""
        handlers = list(module.nodes(ast.ExceptHandler))
        raises = [
            node
            for node in module.nodes(ast.Raise)
            if isinstance(node.exc, ast.Call)
            and node.exc.args
            and not (isinstance(node.exc.func, ast.Name) and node.exc.func.id in _NO_TYPE)
        ]
        if handlers or raises:
            named = sum(1 for handler in handlers if not _broad(handler))
            yield len(handlers), named, len(raises), raises[0].lineno if raises else 0

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Judge all files together."""
        taken = repo.notes(self)
        handlers, named, raised = (sum(noted.note[i] for noted in taken) for i in range(3))
        rate = fraction(raised, max(repo.kloc, 0.3))
        share = fraction(named, handlers) if handlers else 1.0
        if raised + named < 4 or share < 0.6 or rate < 0.5:
            return
        loose = handlers - named
        rest = (
            f"{plural(loose, 'other')} {'was' if loose == 1 else 'were'} seen" if loose else "no other handler was seen"
        )
        told = f", and at least {plural(named, 'handler')} name{'s' if named == 1 else ''} what to catch; {rest}"
        told = told if named else ""
        yield self.found(
            f"At least {plural(raised, 'exception')} {'is' if raised == 1 else 'are'} raised by type with a message"
            f"{told} (tests, documentation, and what is raised without a message, apart).",
            *first((repo.at(noted.path, noted.note[3]) for noted in taken if noted.note[3]), 3),
            strength=ramp(rate, 0.5, 6) * ramp(share, 0.5, 0.9),
            raised=raised,
            handlers=handlers,
            named=named,
        )


_OPENERS = frozenset(
    {"open", "io.open", "gzip.open", "bz2.open", "lzma.open", "codecs.open", "zipfile.ZipFile", "tarfile.open"}
)


class OpenFiles(Check):
    """Files closed by a context manager

    What: Of the files that are opened, those in a `with` against those never closed: opened in the middle of an
    expression, or bound to a name of which `close()` is not called.

    Why: A file that is not closed may not be written; a loop over many stops at the limit of the system.

    Example: `with open(path) as file:` speaks for; `json.load(open(path))` speaks against.

    Limits: A file that is returned, kept on an object or handed on is taken for closed elsewhere.
    """

    code = "PYT105"
    moves: ClassVar = {"python": Move(up=0.15, down=0.2)}
    why = "Context managers close what was opened, also after an error."
    mend = "Open files in a `with` block."
    ask = "What happens to this file when the line after it fails?"

    def on_module(self, module: Module) -> Iterable[tuple[bool | None, int]]:
        """Note for each opened file whether it is managed (None: closed elsewhere, if at all), and the line."""
        if "open(" not in module.text and "ZipFile(" not in module.text:
            return
        for call in module.nodes(ast.Call):
            bare = isinstance(call.func, ast.Name) and call.func.id == "open" and "open" not in module.aliases
            if bare or module.resolve(call.func) in _OPENERS:
                yield _managed(call, module), call.lineno
            elif _is_path_open(call, module) and _managed(call, module):
                yield True, call.lineno

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare the managed with the others."""
        taken = [(noted.path, *noted.note) for noted in repo.notes(self)]
        loose = [(path, line) for path, managed, line in taken if managed is False]
        places = [repo.at(path, line) for path, managed, line in taken if managed]
        kept = len(places)
        share = fraction(kept, kept + len(loose))
        if kept >= 3 and share >= 0.8 and 2 * kept >= len(taken):
            yield self.found(
                f"At least {kept} files that are opened are closed by a context manager, and"
                f" {_others(len(taken) - kept)}.",
                *places[:2],
                strength=ramp(share, 0.75, 1.0) * ramp(kept, 1, 6),
                opened=len(taken),
                managed=kept,
            )
        elif len(loose) >= 3 and share < 0.6:
            yield self.against(
                f"At least {len(loose)} files that are opened are not closed by the code"
                + (f"; {plural(kept, 'other')} {'is' if kept == 1 else 'are'}, by a context manager." if kept else "."),
                *(repo.at(path, line) for path, line in loose[:4]),
                strength=ramp(share, 0.6, 0.1),
                opened=len(taken),
                managed=kept,
            )


def _others(number: int) -> str:
    return (
        f"{number} {'was' if number == 1 else 'were'} seen that {'is' if number == 1 else 'are'} not"
        if number
        else ("none was seen that is not")
    )


def _is_path_open(call: ast.Call, module: Module) -> bool:
    """`path.open()`, on something that is no imported module: a path, or something else that opens."""
    return isinstance(call.func, ast.Attribute) and call.func.attr == "open" and module.resolve(call.func) is None


def _managed(call: ast.Call, module: Module) -> bool | None:
    """True in a `with`, False when certainly not closed, None when somebody else may close it."""
    if _consumed(call, module):
        return False
    around = module.parent(call)
    if isinstance(around, ast.Assign) and isinstance(around.targets[0], ast.Name):
        return None if _handed_on(around.targets[0].id, module, module.function_of(call)) else False
    for outer in module.parents(call):
        stack = (
            isinstance(outer, ast.Call) and isinstance(outer.func, ast.Attribute) and outer.func.attr == "enter_context"
        )
        if stack or isinstance(outer, ast.withitem):
            return True
        if isinstance(outer, ast.stmt):
            return None
    return None


def _consumed(call: ast.Call, module: Module) -> bool:
    """Whether the file is read or written in the expression itself: `open(p).read()`, `json.load(open(p))`."""
    around = module.parent(call)
    if isinstance(around, ast.Attribute):
        return around.attr in ("read", "readlines", "readline", "write", "writelines")
    if isinstance(around, ast.For | ast.comprehension):
        return True
    if isinstance(around, ast.Call) and around.args and call in around.args:
        name = module.resolve(around.func) or ""
        return name.rpartition(".")[2] in ("load", "safe_load", "dump", "reader", "full_load")
    return False


def _handed_on(name: str, module: Module, scope: ast.AST | None) -> bool:
    """Whether the name is closed, used in a `with`, returned, or kept anywhere in the scope."""
    for node in walk(scope or module.tree):
        if isinstance(node, ast.Attribute) and node.attr in ("close", "__exit__") and is_name(node.value, name):
            return True
        if isinstance(node, ast.withitem) and any(is_name(n, name) for n in walk(node.context_expr)):
            return True
        given = node.value if isinstance(node, ast.Return | ast.Yield) else None
        if given is not None and not isinstance(given, ast.Call) and any(is_name(n, name) for n in walk(given)):
            return True
        if isinstance(node, ast.Assign) and is_name(node.value, name):
            return True
        if isinstance(node, ast.Call) and any(
            is_name(a, name) for a in [*node.args, *(k.value for k in node.keywords)]
        ):
            last = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if last not in ("load", "dump", "safe_load", "reader", "writer", "DictReader", "DictWriter", "savetxt"):
                return True
    return False


CHECKS: tuple[Check, ...] = (
    SwallowedErrors(),
    NamedErrors(),
    OpenFiles(),
)
