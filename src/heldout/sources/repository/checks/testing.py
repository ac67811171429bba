"""Craft: tests that assert something of the project's own code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, about, first, fraction, ramp, rounded, sentence, some
from heldout.sources.repository.checks.practice import plural
from heldout.sources.repository.facts import ModuleFacts
from heldout.sources.repository.module import Function, Module
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import children, walk

_ASSERTING = re.compile(
    r"^_?(assert|check|verify|validate|expect|compare|ensure|should|fail$|gradcheck|gradgradcheck|raises$|warns$)", re.I
)
"""Names of calls that assert; helpers of these names live in a file of their own more often than not."""


@dataclass(frozen=True, slots=True)
class _Tests:
    """The test functions of one file: how many, how many assert, how many assert that something fails."""

    functions: int
    asserting: int
    failing: int
    first_empty: int | None


class AssertingTests(Check):
    """Tests that assert something

    What: The share of test functions that hold a real assertion: an `assert` on something that can be false,
    `pytest.raises`, unittest's and NumPy's assert methods, or a call of a helper that asserts. Also, whether some
    of them expect an error.

    Why: A test without an assertion only shows that the code does not crash; a project without tests shows nothing
    of what it does to the next change.

    Example: `def test_model(): Model()(torch.zeros(1, 3))` alone counts as empty; with
    `assert out.shape == (1, 10)` it counts.

    An assertion counts where it can fail the test: not in a `try` that swallows what fails, nor after a return.

    Limits: Helpers in other files are recognised by their names (`check_`, `verify_`). Tests in other languages are
    not seen. An sdist often leaves the tests out: then nothing is said.
    """

    code = "CRF301"
    needs_whole = True
    moves: ClassVar = {"craft": Move(up=0.45, down=0.4)}
    severity = "medium"
    why = "Tests that assert are what lets the next person change the code."
    mend = "Begin with tests of the functions whose mistakes would go unseen: splits, features, metrics."
    ask = "How do you know that a change to this code did not break it?"
    parts = ("test",)

    def on_module(self, module: Module) -> Iterable[_Tests]:
        """Count the test functions of a file and those that assert."""
        helpers = {f.name for f, _ in module.functions if not f.name.startswith("test") and _asserts(f, frozenset())}
        tests = [f for f, _ in module.functions if _is_test(f, module)]
        if tests:
            empty = [f for f in tests if not _asserts(f, frozenset(helpers))]
            yield _Tests(
                functions=len(tests),
                asserting=len(tests) - len(empty),
                failing=sum(1 for f in tests if _expects_error(f)),
                first_empty=empty[0].lineno if empty else None,
            )

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Judge the tests of all files together."""
        taken = repo.notes(self)
        total = sum(noted.note.functions for noted in taken)
        asserting = sum(noted.note.asserting for noted in taken)
        failing = sum(noted.note.failing for noted in taken)
        lines = sum(m.code_lines for m in repo.scripts if m.part == "code")
        if not total:
            yield from self._without(repo, lines)
            return
        empty = [repo.at(noted.path, noted.note.first_empty) for noted in taken if noted.note.first_empty]
        share = fraction(asserting, total)
        measured = {"tests": total, "asserting": asserting, "expecting_errors": failing}
        if share < 0.5 and total - asserting >= 3:
            yield self.against(
                sentence(
                    f"{about(total - asserting, total)} of {some(total, 'test function')} were not seen to assert"
                    " anything: they only show that the code runs."
                ),
                *first(empty, 3),
                severity="low",
                strength=ramp(share, 0.5, 0.0) * 0.7,
                ask="What would have to break for these tests to fail?",
                **measured,
            )
            return
        per_kloc = fraction(asserting, max(lines / 1000, 0.3))
        measured["per_kloc"] = round(per_kloc)
        if not asserting:
            yield self.unknown(
                f"Not one of {some(total, 'test function')} was seen to assert anything."
                if total > 1
                else "The one test function was not seen to assert anything.",
                *first(empty, 3),
                **measured,
            )
            return
        strength = 0.8 * ramp(per_kloc, 0, 25) * ramp(share, 0.4, 0.9) + 0.2 * ramp(fraction(failing, total), 0, 0.08)
        yield self.found(
            sentence(
                "The one test function that was recognised asserts something."
                if total == 1
                else f"{about(asserting, total)} of {some(total, 'test function')} assert something"
                f"{f', at least {failing} of them that an error is raised' if failing else ''}."
            ),
            *(repo.at(noted.path) for noted in first(sorted(taken, key=lambda n: -n.note.asserting), 3)),
            strength=strength,
            **measured,
        )

    def _without(self, repo: Repository, lines: int) -> Iterator[Finding]:
        if lines < 150:
            return
        if not repo.complete:
            yield self.unknown("No tests here; such an archive often leaves them out.")
        elif repo.ci.doing("test") or _doctests(repo):
            yield self.unknown("No test functions were recognised, though tests seem to be run in another way.")
        elif scripts := [m for m in repo.tests if "test" in m.path.rpartition("/")[0].lower() and m.code_lines > 10]:
            yield self.unknown(
                f"A folder is named for tests and holds {some(len(scripts), 'script')}; no test function was recognised"
                " there.",
                repo.at(scripts[0].path, 1),
            )
        elif not repo.glob(
            "*test*.cc", "*test*.cpp", "*_test.go", "*test*.java", "*.test.js", "*.test.ts", "*.spec.ts"
        ):
            yield self.against(
                f"No tests were seen for some {rounded(lines):,} lines of Python (documentation, examples, notebooks,"
                " blank lines and comments apart).",
                strength=0.4 + 0.6 * ramp(lines, 150, 1500),
                tests=0,
            )


class TestsOfOwnCode(Check):
    """Tests that use the project's own code

    What: The amount of test code beside the code that it tests, counted only over test files with tests that
    assert something and that import the project's own modules, or run something as a command.

    Why: Tests of a library that one uses, or of a copy of the code, do not protect the project.

    Example: `from mypkg.features import clean` in `tests/test_features.py` counts; a `test.py` that evaluates a
    model on the test data is no test and does not count.

    Limits: The amount says nothing of what is tested; coverage would have to be measured by running it. Files that
    use the code through fixtures alone, or whose helpers do the asserting, are missed: the number is the least.
    """

    code = "CRF302"
    needs_whole = True
    moves: ClassVar = {"craft": Move(up=0.25)}
    why = "Only tests that call the code protect it."

    parts = ("test",)

    def on_module(self, module: Module) -> Iterable[bool]:
        """Note the files with a test that asserts something: a script named `..._test.py` has none."""
        if any(notes.asserting for notes in ASSERTING.on_module(module)):
            yield True

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare the lines of tests that use own code with the lines of code."""
        own = _own_names(repo)
        testing = {noted.path for noted in repo.notes(self)}
        using = [m for m in repo.tests if m.path in testing and _uses_own(m, own, repo)]
        lines = sum(m.code_lines for m in using)
        code = sum(m.code_lines for m in repo.scripts if m.part == "code")
        if not using or code < 50:
            return
        ratio = fraction(lines, code)
        if ratio >= 0.1:
            yield self.found(
                f"At least {plural(len(using), 'file')} of tests use{'s' if len(using) == 1 else ''} the project's own"
                f" code, with {some(lines, 'line')}; the Python code has some {rounded(code):,} (docstrings"
                " included; documentation, examples and notebooks apart).",
                *(repo.at(m.path) for m in first(sorted(using, key=lambda m: -m.code_lines), 3)),
                strength=ramp(ratio, 0.1, 0.6),
                test_lines=lines,
                code_lines=code,
            )


def _is_test(function: Function, module: Module) -> bool:
    name = module.path.rpartition("/")[2]
    if not function.name.startswith("test") or function.name in ("tests", "testing", "tester"):
        return False
    # A bare `test` is a test in `test_this.py`, and elsewhere as often the evaluation of a model.
    if function.name == "test" and not (name.startswith("test_") and not function.args.args):
        return False
    around = module.parent(function)
    if isinstance(around, ast.ClassDef):
        return (
            around.name.startswith("Test") or around.name.endswith(("Test", "Tests", "TestCase")) or bool(around.bases)
        )
    return around is module.tree and not function.args.defaults


def _asserts(function: Function, helpers: frozenset[str]) -> bool:
    """Whether an assertion that can fail stands in the function, or a call of something that asserts."""
    for node in _that_count(function):
        if isinstance(node, ast.Assert):
            if not isinstance(node.test, ast.Constant) or not node.test.value:  # `assert False` fails where it is met
                return True
        elif isinstance(node, ast.Call):
            name = _last(node.func)
            if name in helpers or _ASSERTING.match(name):
                return True
    return any(
        _ASSERTING.match(_last(d)) or _last(d) in ("parametrize_with_checks", "given") for d in function.decorator_list
    )


def _that_count(function: Function) -> Iterator[ast.AST]:
    """What stands in a function where a failure would be seen: not in a `try` that swallows it, not after a return,
    nor after one for the case that data are not there.
    """
    for statement in function.body:
        yield from _unswallowed(statement)
        if isinstance(statement, ast.Return) or (
            isinstance(statement, ast.If)
            and isinstance(statement.body[-1], ast.Return)
            and _ABSENT.search(ast.unparse(statement.test))
        ):
            return


_ABSENT = re.compile(r"\bnot\b.*(exists|is_?file|is_?dir)\(|\blen\(\w+\) == 0")


def _unswallowed(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    swallows = isinstance(node, ast.Try) and any(_swallows(handler) for handler in node.handlers)
    for child in children(node):
        if not (swallows and isinstance(node, ast.Try) and child in node.body):
            yield from _unswallowed(child)


def _swallows(handler: ast.ExceptHandler) -> bool:
    """Whether a handler takes a failed assertion and neither raises, fails nor asserts."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    if not any(kind is None or _last(kind) in ("Exception", "BaseException", "AssertionError") for kind in kinds):
        return False
    inside = [node for statement in handler.body for node in walk(statement)]
    return not any(
        isinstance(node, ast.Raise | ast.Assert)
        or (isinstance(node, ast.Call) and (_ASSERTING.match(_last(node.func)) or _last(node.func) in _ENDS))
        for node in inside
    )


_ENDS = ("skip", "skipTest", "xfail", "exit", "_exit", "append")
"""Calls that end a test in another way, or keep the failure for later."""


def _expects_error(function: Function) -> bool:
    return any(
        isinstance(node, ast.Call)
        and _last(node.func) in ("raises", "assertRaises", "assertRaisesRegex", "assert_raises")
        for node in walk(function)
    )


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _doctests(repo: Repository) -> bool:
    settings = ("setup.cfg", "pytest.ini", "tox.ini", "pyproject.toml", "conftest.py", "Makefile")
    return any("doctest" in repo.text(path).text for path in settings if path in repo.tree)


def _own_names(repo: Repository) -> frozenset[str]:
    """The names under which the project's own modules and packages can be imported."""
    names: set[str] = set()
    for module in repo.scripts:
        parts = module.path.removesuffix(".py").split("/")
        names.update(part for part in parts if part.isidentifier() and part not in ("tests", "test", "__init__"))
    return frozenset(names)


def _uses_own(module: ModuleFacts, own: frozenset[str], repo: Repository) -> bool:
    return any(
        name.startswith(".") or (name.partition(".")[0] in own and not _absent(name, repo)) for name in module.imports
    ) or any(name.startswith("subprocess.") for name in module.calls)


def _absent(name: str, repo: Repository) -> bool:
    """Whether an import of `a.b` finds no `b` in a folder `a` at the root that has no `__init__.py` to define it."""
    top, _, rest = name.partition(".")
    inner = rest.partition(".")[0]
    inside = [path for path in repo.paths if path.startswith(f"{top}/")]
    if not inside or not inner or f"{top}.py" in repo.paths or f"{top}/__init__.py" in inside:
        return False
    return not any(path.split("/")[1].partition(".")[0] == inner for path in inside)


ASSERTING = AssertingTests()
CHECKS: tuple[Check, ...] = (ASSERTING, TestsOfOwnCode())
