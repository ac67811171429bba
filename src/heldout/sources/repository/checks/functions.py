"""Craft: the size and shape of functions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.authorship import left_out
from heldout.sources.repository.checks.base import Check, Move, about, first, fraction, ramp, rounded, sentence, some
from heldout.sources.repository.checks.practice import plural
from heldout.sources.repository.facts import FunctionFacts, ModuleFacts
from heldout.sources.repository.module import Function, Module
from heldout.sources.repository.reading import defaults_of, names_in
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import walk

LONG_LINES = 80
"""A function longer than this does not fit on a screen."""

COMPLEX = 15
"""McCabe's own limit was 10; 15 leaves room for the argument handling of training scripts."""


def _own(repo: Repository) -> list[ModuleFacts]:
    """The project's code outside notebooks and outside of repositories that were put into it."""
    return [m for m in repo.scripts if not m.path.startswith(repo.copies)]


class LongFunctions(Check):
    """Functions that do not fit on a screen

    What: The share of function lines (docstrings and other text apart) that stand in functions of more than 80 lines.
    A function within another counts with it.

    Why: Nobody can check a function that they cannot see as a whole; in model code, the step that leaks or
    drops rows hides in the long one.

    Example: A `main()` of 400 lines that loads, cleans, trains, evaluates and plots speaks against; the same steps
    as functions of 20 lines speak for.

    Limits: Long tables of literals count as well as logic. Tests, documentation folders and generated code are left
    out; notebooks are looked at by the NBK checks instead.
    """

    code = "CRF101"
    moves: ClassVar = {"craft": Move(up=0.25, down=0.3)}
    why = "Short functions can be read, tested and reused; long ones hide mistakes."
    mend = "Give each step of the long functions a name of its own."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare the lines in long functions with all function lines."""
        functions = [(m.path, f) for m in _own(repo) for f in m.functions]
        if len(functions) < 5:
            count = f"Only {plural(len(functions), 'function')}" if functions else "No functions"
            yield self.unknown(f"{count} seen ({_APART}): too few to judge their size.")
            return
        outer = [(m.path, f) for m in _own(repo) for f in _outermost(m.functions)]
        long = sorted(((p, f) for p, f in outer if _body(f) > LONG_LINES), key=lambda item: -_body(item[1]))
        share = fraction(sum(_body(f) for _, f in long), sum(_body(f) for _, f in outer))
        said = f"{_lines(share)} in functions of more than {LONG_LINES} lines (docstrings, {_APART}{left_out(repo)})"
        if share < 0.15:
            yield self.found(
                f"{said}.",
                strength=ramp(share, 0.15, 0.0),
                functions=len(functions),
                long_share=round(share, 3),
            )
        elif share > 0.25 and (len(long) >= 2 or share > 0.4):
            path, longest = long[0]
            end = longest.line + longest.lines - 1
            yield self.against(
                f"{said}; the longest, `{longest.name}`, goes from line {longest.line} to {end} of {path}.",
                *(repo.at(p, f.line) for p, f in first(long, 3)),
                strength=ramp(share, 0.25, 0.7),
                ask=f"`{longest.name}` in {path} goes from line {longest.line} to {end}. How would you cut it?",
                functions=len(functions),
                long_share=round(share, 3),
            )


class TangledFunctions(Check):
    """Functions with too many ways through them

    What: The share of function lines that stand in functions of a cyclomatic complexity (McCabe 1976) above 15.

    Why: Each way through a function is a case to test; nobody tests fifty.

    Example: A `train()` with 60 branches for models, losses and flags speaks against; one function per model, picked
    from a dict, speaks for.

    Limits: McCabe's own limit is 10; 15 leaves room for the argument handling of training scripts. A flat chain of
    `elif` counts as much as nested loops. `and`, `or` and comprehensions count as ways too, as not every tool has it.
    Tests, documentation folders and notebooks are left out.
    """

    code = "CRF102"
    moves: ClassVar = {"craft": Move(up=0.15, down=0.2)}
    why = "Many ways through one function cannot all be tested, or held in the head."
    mend = "Split by case, or look the case up in a table."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare the lines in tangled functions with all function lines."""
        functions = [(m.path, f) for m in _own(repo) for f in m.functions]
        if len(functions) < 5:
            return
        tangled = sorted(((p, f) for p, f in functions if f.complexity > COMPLEX), key=lambda item: -item[1].complexity)
        share = fraction(sum(_body(f) for _, f in tangled), sum(_body(f) for _, f in functions))
        said = (
            f"{_lines(share)} in functions with more than {COMPLEX} ways through them (cyclomatic complexity;"
            f" {_APART}{left_out(repo)})"
        )
        if share < 0.1:
            yield self.found(
                f"{said}.",
                strength=ramp(share, 0.1, 0.0),
                tangled_share=round(share, 3),
            )
        elif share > 0.2:
            path, worst = tangled[0]
            ways = f"about {rounded(worst.complexity)}"
            yield self.against(
                f"{said}; `{worst.name}` in {path} has {ways}.",
                *(repo.at(p, f.line) for p, f in first(tangled, 3)),
                strength=ramp(share, 0.2, 0.6),
                ask=f"`{worst.name}` in {path} has {ways} ways through it. Which of them are tested?",
                tangled_share=round(share, 3),
            )


class Docstrings(Check):
    """Docstrings of public functions

    What: The share of public functions and methods of more than 8 lines that have a docstring; shorter ones may be
    told by their names.

    Why: The docstring is where arguments, shapes, units and errors are told to the next person.

    Example: 80 of 100 such functions with a docstring speak for; 5 of 100 speak against.

    Limits: That there is a docstring does not make it right. Tests, documentation folders, notebooks and functions
    within functions are left out.
    """

    code = "CRF201"
    moves: ClassVar = {"craft": Move(up=0.3, down=0.2)}
    why = "A docstring tells what goes in and comes out without reading the body."
    mend = "Document first the functions that others call: arguments, results, errors."
    ask = "Which function of this project would a newcomer misuse first, and where would they read how to use it?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare documented with all public functions."""
        public = [(m.path, f) for m in _own(repo) for f in m.functions if f.public and f.lines > 8]
        if len(public) < 5:
            return
        documented = [item for item in public if item[1].documented]
        share = fraction(len(documented), len(public))
        said = sentence(
            f"{about(len(documented), len(public))} of {some(len(public), 'public function')} of more than 8 lines"
            f" have a docstring (nested ones, {_APART}{left_out(repo)})."
        )
        if share >= 0.5:
            yield self.found(
                said,
                strength=ramp(share, 0.3, 0.9),
                functions=len(public),
                documented=len(documented),
            )
        elif share < 0.15:
            bare = sorted((item for item in public if not item[1].documented), key=lambda item: -item[1].lines)
            yield self.against(
                said,
                *(repo.at(path, f.line) for path, f in first(bare, 3)),
                strength=ramp(share, 0.15, 0.0),
                functions=len(public),
                documented=len(documented),
            )


class MutableDefaults(Check):
    """Mutable default arguments

    What: A parameter whose default is a list, dict or set.

    Why: The one object is shared by all calls: what one call adds, the next one finds. In data code this shows
    as rows or columns that come from an earlier experiment.

    Example: `def clean(df, drop=[]): drop.append("id")` speaks against; `drop=()` or `drop=None` is fine.

    Limits: Only defaults that the function itself changes are reported; one that is passed on and changed
    elsewhere is missed.
    """

    code = "PYT101"
    moves: ClassVar = {"python": Move(down=0.4, per_kloc=0.5)}
    severity = "medium"
    why = "A default that changes carries data from one call into the next."
    mend = "Use None or a tuple as the default and make the list inside."

    def on_module(self, module: Module) -> Iterable[Finding]:
        """Find the parameters with a mutable default that the body changes."""
        changing = {"append", "extend", "insert", "update", "setdefault", "add", "pop", "remove", "clear"}
        for function, _ in module.functions:
            mutable = {
                name for name, d in defaults_of(function).items() if isinstance(d, ast.List | ast.Dict | ast.Set)
            }
            if not mutable:
                continue
            for node in walk(function):
                target = None
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in changing:
                    target = node.func.value
                elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
                    target = node.value
                elif isinstance(node, ast.AugAssign):
                    target = node.target
                if (
                    isinstance(target, ast.Name)
                    and target.id in mutable
                    and not _of_a_copy(module, function, node, target)
                ):
                    mutable.discard(target.id)
                    yield self.against(
                        f"`{function.name}` changes its default argument `{target.id}`.",
                        module.location(function, function.lineno),
                        module.location(node),
                    )


def _of_a_copy(module: Module, function: Function, change: ast.AST, changed: ast.Name) -> bool:
    """Whether the name stands for something else by then, or the change is made for each of its own items, of which
    the empty default has none.
    """
    if isinstance(change, ast.AugAssign):
        return False
    for around in module.parents(change):
        if isinstance(around, ast.For) and isinstance(change, ast.Subscript):
            empty = defaults_of(function).get(changed.id)
            walked = changed.id in names_in(around.iter)
            if walked and not any(getattr(empty, field, ()) for field in ("elts", "keys")):
                return True
        if around is function:
            break
    return any(
        isinstance(step, ast.Assign)
        and step.lineno < changed.lineno
        and any(isinstance(t, ast.Name) and t.id == changed.id for t in step.targets)
        for step in function.body
    )


_APART = "tests, documentation and notebooks apart"


def _lines(share: float) -> str:
    """How many of the lines of functions, as a subject with its verb."""
    return f"About {share:.0%} of function lines stand" if share >= 0.01 else "Hardly any function line stands"


def _body(function: FunctionFacts) -> int:
    """Lines of a function without its docstring: a well documented one is not a long one."""
    return function.lines - function.text_lines


def _outermost(functions: Iterable[FunctionFacts]) -> Iterator[FunctionFacts]:
    """The functions that stand in no other, so that each line is counted once."""
    end = 0
    for function in sorted(functions, key=lambda f: f.line):
        if function.line > end:
            end = function.line + function.lines - 1
            yield function


CHECKS: tuple[Check, ...] = (LongFunctions(), TangledFunctions(), Docstrings(), MutableDefaults())
