"""Robustness: edge cases, drift, and what happens when inputs are not the author's own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, ramp
from heldout.sources.repository.checks.odd_inputs import hints, odd_inputs
from heldout.sources.repository.checks.practice import Practice
from heldout.sources.repository.facts import ModuleFacts
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import assignments, called_name, names_in
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import walk

_REFUSALS = frozenset({"ValueError", "TypeError", "KeyError", "IndexError", "FileNotFoundError", "RuntimeError"})


@dataclass(frozen=True, slots=True)
class Refusals:
    """Lines where a function refuses an argument, and the number of functions."""

    lines: tuple[int, ...]
    functions: int
    stops: int
    """All places where anything is asserted, raised or given up, arguments or not."""


class InputsChecked(Check):
    """Inputs are checked and refused with a reason

    What: Functions that test their arguments and raise an error with a message, or use the library's checks, against
    the amount of code.

    Why: Without a check at the border, wrong data give an obscure failure far away or, worse, a confident answer.

    Example: `if x.ndim != 2: raise ValueError(f"expected a table, got {x.ndim} dimensions")` and `check_array(X)`
    speak for. A repository of 800 lines in which no function refuses anything speaks against.

    Limits: Checks by a schema library are seen in the serving checks; notebooks are not expected to refuse inputs.
    """

    code = "ROB101"
    parts = ("code",)
    moves: ClassVar = {"robustness": Move(up=0.45, down=0.3)}
    ml_only = True
    why = "Inputs that nobody checks turn into wrong answers."
    mend = "Check types, shapes, ranges and categories where data come in, and say what is wrong."
    ask = "What does your code do with an empty table, or with a column of the wrong type?"

    def on_module(self, module: Module) -> Iterable[object]:
        """Note the refusals of a file's functions."""
        if module.notebook is not None:
            return
        lines = {node.lineno for node in module.nodes(ast.Raise) if _refuses(module, node)}
        for name in ("check_array", "check_X_y", "check_consistent_length", "check_types"):
            lines |= {call.lineno for call in module.called.get(name, ())}
        for call in module.calls:
            if call[1].startswith("tensorflow.debugging.assert") or call[1].startswith("chex.assert"):
                lines.add(call[0].lineno)
        asserts = {node.lineno for node in module.nodes(ast.Assert) if _about_arguments(module, node, node.test)}
        stops = [n for n in module.nodes(ast.Raise) if not _left_to_others(module, n)]
        given_up = [c for name in ("exit", "error", "_exit", "abort") for c in module.called.get(name, ())]
        total = len(stops) + len(given_up) + sum(1 for _ in module.nodes(ast.Assert))
        yield Refusals(tuple(sorted(lines | asserts)[:200]), len(module.functions), total)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare the refusals with the code outside notebooks."""
        lines = sum(m.code_lines for m in repo.scripts if m.part == "code")
        functions = sum(noted.note.functions for noted in repo.notes(self))
        places = [(noted.path, line) for noted in repo.notes(self) for line in noted.note.lines]
        if lines < 200 or functions < 10:
            return
        rate = len(places) / (lines / 1000)
        if rate >= 1.0 and len(places) >= 3:
            yield self.found(
                f"Functions check their arguments, in at least {len(places)} places.",
                *(repo.at(path, line) for path, line in first(_spread(places), 3)),
                strength=ramp(rate, 0.5, 8.0),
                places=len(places),
            )
        elif not any(noted.note.stops for noted in repo.notes(self)) and lines >= 500:
            yield self.against(
                f"None of {functions} functions refuses any input: no error is raised and nothing asserted in {lines:,}"
                " lines.",
                strength=ramp(lines, 300, 1500),
                functions=functions,
            )


def _left_to_others(module: Module, node: ast.Raise) -> bool:
    """Whether a method is only declared here: under a test, `raise NotImplementedError` refuses a value."""
    around = module.parent(node)
    return "NotImplemented" in ast.dump(node) and isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef)


def _refuses(module: Module, node: ast.Raise) -> bool:
    """`raise SomeError("text")` under a test of an argument of the function around it."""
    if not (isinstance(node.exc, ast.Call) and node.exc.args):
        return False
    name = called_name(node.exc)
    if name not in _REFUSALS and not name.endswith(("Error", "Exception", "Invalid")):
        return False
    under = module.parent(node)
    return isinstance(under, ast.If) and _about_arguments(module, node, under.test)


def _about_arguments(module: Module, node: ast.AST, test: ast.expr) -> bool:
    function = module.function_of(node)
    if function is None:
        return False
    given = {a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)} - {
        "self",
        "cls",
    }
    return bool(given & names_in(test))


def _spread(places: list[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """The first place of each file, then the rest."""
    seen: set[str] = set()
    for path, line in places:
        if path not in seen:
            seen.add(path)
            yield path, line


class EdgeCases(Practice):
    """Tests try edge cases

    What: Tests with empty, missing, unknown, extreme or doubled inputs, tests that expect a refusal, and generated
    inputs. Against: many tests, and not one of these.

    Why: Models meet every odd input in their first week; a test is the cheapest place to meet it.

    Example: `score(pd.DataFrame())` in `test_empty_frame`, `pytest.raises(ValueError)`, `@given(...)` and an array with
    `np.nan` that is handed to the code under test speak for.

    Limits: An odd value has to be seen in data that are handed over: one that is a setting, a parameter of many tests
    or what has to come out is not counted, and a name alone shows nothing. Archives without their tests get nothing
    against.
    """

    code = "ROB102"
    needs_whole = True
    parts = ("test",)
    moves: ClassVar = {"robustness": Move(up=0.45, down=0.2)}
    why = "Edge cases that were tried do not surprise users."
    mend = "Add tests for an empty input, a missing value, an unknown category and a wrong type."
    ask = "Which odd inputs would you test first, and what should the code do with each?"
    sentence = "Tests try what can go wrong"
    counted = False
    full = 4
    kinds: ClassVar = {
        "errors that have to come": ("pytest:raises", ".assertRaises|assertRaisesRegex", "numpy:assert_raises"),
        "generated inputs": ("hypothesis:given|strategies.data", "schemathesis:from_path", "sklearn:check_estimator"),
        "empty": (),
        "missing values": (),
        "missing columns, fields or files": (),
        "infinite or extreme": (),
        "unknown, invalid or doubled": (),
    }

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """What is tried, and whether anything more looks like it."""
        yield from super().on_module(module)
        if hints(module):
            yield "hint"

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """What is put in."""
        return odd_inputs(module)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """What is tried, or that nothing is."""
        yield from self.praise(repo)
        tests = sum(1 for m in repo.tests for f in m.functions if f.name.startswith("test"))
        if not repo.notes(self) and tests >= 20 and repo.complete:
            yield self.against(
                f"Of {tests} tests none was seen to try an odd input or to expect an error.",
                *(repo.at(m.path) for m in first((m for m in repo.tests if _tests(m)), 2)),
                tests=tests,
            )


def _tests(module: ModuleFacts) -> bool:
    return any(function.name.startswith("test") for function in module.functions)


class SanityChecks(Practice):
    """Numbers and shapes are watched while the code runs

    What: Assertions on shapes, and tests for NaN and infinity, in the code itself.

    Why: Arrays of the wrong shape are quietly stretched to fit, and one NaN spreads through everything.

    Example: `assert logits.shape == labels.shape`, `if torch.isnan(loss): raise ...` speak for.

    Limits: Only a few such places may be needed; nothing speaks against. A test for NaN counts where something is
    refused, skipped, left or told because of it: not where NaN is a mark that is asked for, and not one of a setting.
    """

    code = "ROB107"
    ml_only = True
    parts = ("code",)
    moves: ClassVar = {"robustness": Move(up=0.2)}
    why = "What is watched where it happens need not be searched for later."
    sentence = "The code tests while it runs"
    counted = False
    kinds: ClassVar = {
        "shapes": (
            "jaxtyping:jaxtyped",
            "tensorflow:assert_shapes|assert_rank|ensure_shape|assert_equal",
            "chex:assert_shape",
        ),
        "for NaN": (
            "torch:set_detect_anomaly|detect_anomaly",
            "tensorflow:TerminateOnNaN|check_numerics|assert_all_finite",
            "keras:TerminateOnNaN",
        ),
        "for infinity": ("tensorflow:check_numerics|assert_all_finite",),
    }

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Asserts and tests that ask for shapes or for NaN."""
        tests: list[ast.Assert | ast.If] = [*module.nodes(ast.Assert), *module.nodes(ast.If)]
        for node in tests:
            for part in walk(node.test):
                kinds = _NUMBERS.get(called_name(part), ()) if isinstance(part, ast.Call) else ()
                if isinstance(part, ast.Call) and kinds and not _a_setting(part) and _guards(module, node, part):
                    yield from ((kind, node.lineno) for kind in kinds)
                elif (
                    isinstance(node, ast.Assert) and isinstance(part, ast.Attribute) and part.attr in ("shape", "ndim")
                ):
                    yield "shapes", node.lineno


_NUMBERS = {
    "isnan": ("for NaN",),
    "is_nan": ("for NaN",),
    "isinf": ("for infinity",),
    "isfinite": ("for NaN", "for infinity"),
}


def _a_setting(call: ast.Call) -> bool:
    """Whether what is asked is an attribute of the object itself: how it was set up."""
    asked = call.args[0] if call.args else None
    return isinstance(asked, ast.Attribute) and isinstance(asked.value, ast.Name) and asked.value.id == "self"


def _guards(module: Module, test: ast.Assert | ast.If, asked: ast.Call) -> bool:
    """Whether NaN or infinity is what a test keeps out: it is refused, skipped, left or told, or not gone on with."""
    odd = called_name(asked) != "isfinite"
    for around in module.parents(asked):
        if isinstance(around, ast.UnaryOp) and isinstance(around.op, ast.Not | ast.Invert):
            odd = not odd
        if around is test:
            break
    if isinstance(test, ast.Assert) or not odd:
        return not odd and not (isinstance(test, ast.If) and _only_refuses(test.body))
    gone = any(isinstance(part, ast.Raise | ast.Continue | ast.Break) or _tells(part) for part in _in(test.body))
    return gone or (_returns(test.body) and not _only_refuses(test.orelse))


def _in(body: list[ast.stmt]) -> list[ast.AST]:
    return [part for statement in body for part in walk(statement)]


def _returns(body: list[ast.stmt]) -> bool:
    return any(isinstance(part, ast.Return) for part in _in(body))


def _only_refuses(body: list[ast.stmt]) -> bool:
    return bool(body) and all(isinstance(statement, ast.Raise) for statement in body)


def _tells(part: ast.AST) -> bool:
    """Whether it says that something is wrong, ends the program, or puts a number in the place of NaN."""
    if not isinstance(part, ast.Call):
        return False
    return bool(re.search(r"^(print|warn\w*|error|critical|exception|exit|nan_to_num|fail\w*)$", called_name(part)))


class ExternalCalls(Practice):
    """Calls to the outside can fail and end

    What: Timeouts and retries on requests to other services. Against: requests without a timeout in modules.

    Why: A request without a timeout waits for ever when the other side hangs, and the job or service with it.

    Example: `requests.get(url, timeout=10)` and a `tenacity` retry speak for; `requests.post(url, json=row)` in a
    module speaks against.

    Limits: Sessions may carry a default of their own and are left alone, and so are notebooks, examples and setup
    files.
    """

    code = "ROB108"
    parts = ("code",)
    moves: ClassVar = {"robustness": Move(up=0.15, down=0.2)}
    ml_only = True
    why = "Other services hang; what calls them has to end all the same."
    mend = "Give every request a timeout, and say what happens when it passes."
    ask = "What happens to this code when the service that it calls does not answer?"
    sentence = "Calls to the outside are guarded"
    counted = False
    kinds: ClassVar = {
        "by timeouts": (
            "requests:get|post|put|patch|delete|head|request?timeout",
            "urllib:urlopen?timeout",
            "httpx:get|post|Client|AsyncClient?timeout",
            "aiohttp:ClientTimeout",
        ),
        "by retries": (
            "tenacity:retry|Retrying",
            "backoff:on_exception",
            "urllib3:Retry|util.retry.Retry",
            "requests:Retry",
            "retrying:retry",
        ),
    }

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Guards, and requests without a timeout."""
        yield from super().on_module(module)
        if module.notebook is not None or "requests" not in module.text:
            return
        for call, dotted in module.calls:
            local = call.args and _LOCAL.match(_address(module, call))
            if _REQUEST.match(dotted) and not local and not any(k.arg in ("timeout", None) for k in call.keywords):
                yield call.lineno

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Requests that may wait for ever, all in one finding."""
        bare = [(noted.path, noted.note) for noted in repo.notes(self) if isinstance(noted.note, int)]
        if not bare:
            yield from self.praise(repo)
        else:
            many = "An HTTP request has" if len(bare) == 1 else f"At least {len(bare)} HTTP requests have"
            yield self.against(
                f"{many} no timeout.",
                *(repo.at(path, line) for path, line in first(bare, 3)),
                strength=ramp(len(bare) / (repo.kloc + 1), 0.0, 3.0),
                requests=len(bare),
            )


def _address(module: Module, call: ast.Call) -> str:
    """How the address of a request is written, there or where its name is bound before."""
    written = call.args[0]
    name = written.id if isinstance(written, ast.Name) else ""
    for target, value, statement in assignments(module) if name else ():
        if isinstance(target, ast.Name) and target.id == name and statement.lineno <= call.lineno:
            written = value
    return ast.unparse(written)[:60]


_REQUEST = re.compile(r"requests\.(get|post|put|patch|delete|head|request)$")
_LOCAL = re.compile(r"f?[\"']https?://(localhost|127\.0\.0\.1|0\.0\.0\.0)\b")
"""The own machine, which is no other service."""


CHECKS: tuple[Check, ...] = (
    InputsChecked(),
    EdgeCases(),
    SanityChecks(),
    ExternalCalls(),
)
