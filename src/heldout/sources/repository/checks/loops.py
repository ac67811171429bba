"""Scale: loops over the rows of a table."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, fraction, ramp, some
from heldout.sources.repository.checks.practice import plural
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import (
    argument,
    assignments,
    called_name,
    constant,
    loop_of,
    names_in,
    target_names,
)
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import walk


@dataclass(frozen=True, slots=True)
class Places:
    """Lines of one kind in one file, and how much the file works with frames."""

    kind: str
    lines: tuple[int, ...]


class RowLoops(Check):
    """Frames walked row by row

    What: `iterrows`, `apply(axis=1)` of what could be said on whole columns, and loops over `range(len(df))` that pick
    rows by position, against the amount of code. Wide use of frames without any of them speaks for.

    Why: A loop over rows is ten to a thousand times slower than the same work on whole columns; it decides whether a
    job takes a minute or a night.

    Example: `for i, row in df.iterrows(): df.at[i, "z"] = row.x * row.y` speaks against; `df["z"] = df.x * df.y` does
    not.

    Limits: A loop over a dozen rows does no harm, and the size of the frame is not seen; a single loop in a large
    repository therefore weighs little. `itertuples` is accepted, and so is what has no form on whole columns: an
    `apply` of more than arithmetic, comparisons and choices, or a loop that reads files or asks services row by row.
    """

    code = "SCL101"
    parts = ("code",)
    severity = "medium"
    moves: ClassVar = {"scale": Move(up=0.2, down=0.45)}
    why = "Row-by-row Python over a table does not grow with the data."
    mend = "Say it on whole columns: arithmetic, `np.where`, `merge`, `groupby(...).transform`."
    ask = "How long would this loop take on ten million rows, and how would you write it without the loop?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note the row loops of each kind, and the use of frames."""
        if not any(name.partition(".")[0] == "pandas" for name in module.imports):
            return
        work = [c.lineno for name in _FRAME_WORK for c in module.called.get(name, ())]
        yield Places("use", tuple(work[:20]))
        rows = module.called.get("iterrows", ())
        shows = any(name.partition(".")[0] in _SHOW_PEOPLE for name in module.imports)
        spared = [c for c in rows if shows or _few(c.func) or _only_shows(module, c) or _waits_on_others(module, c)]
        walked = [c.lineno for c in rows if c not in spared]
        spared.extend(module.called.get("itertuples", ()))
        by_row = [
            c
            for c in module.called.get("apply", ())
            if constant(argument(c, "axis", 1)) in (1, "columns") and module.resolve(c.func) is None
        ]
        applied = [c.lineno for c in by_row if _could_be_columns(module, argument(c, "func", 0))]
        spared += [c for c in by_row if c.lineno not in applied]
        counted = sorted({loop.lineno for loop in module.nodes(ast.For) if _counts_rows(loop)})
        found = {
            _SPARED: [c.lineno for c in spared],
            "iterrows": walked,
            "apply by row": applied,
            "loops by row number": counted,
        }
        yield from (Places(kind, tuple(lines)) for kind, lines in found.items() if lines)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare the row loops with the amount of code."""
        found: dict[str, list[tuple[str, int]]] = {}
        for noted in repo.notes(self):
            found.setdefault(noted.note.kind, []).extend((noted.path, line) for line in noted.note.lines)
        used, spared = len(found.pop("use", ())), len(found.pop(_SPARED, ()))
        places = [place for kind in found.values() for place in kind]
        weight = sum(0.5 if kind == "apply by row" else 1.0 for kind, lines in found.items() for _ in lines)
        rate = weight / (repo.kloc + 0.5)
        if not places and not spared and used >= 15:
            yield self.found(
                f"Frames are worked on in {some(used, 'place')}, and no walk over their rows was seen (tests,"
                " documentation and examples apart).",
                strength=0.7,
                uses=used,
            )
        elif weight >= 1 and rate > 0.1:
            kinds = ", ".join(f"{kind}: at least {len(lines)}" for kind, lines in found.items())
            kinds += (
                "; others over a few rows, to print, by itertuples or with no form on whole columns" if spared else ""
            )
            yield self.against(
                f"Frames are walked row by row in at least {plural(len(places), 'place')} ({kinds}).",
                *(repo.at(path, line) for path, line in first(places, 4)),
                strength=ramp(rate, 0.0, 4.0),
                severity="low" if rate < 1 else "medium",
                places=len(places),
                per_kloc=round(fraction(len(places), repo.kloc), 2),
            )


def _could_be_columns(module: Module, given: ast.expr | None) -> bool:
    """Whether a function of a row is arithmetic, comparisons and choices, which can be said on whole columns."""
    function: ast.AST | None = given if isinstance(given, ast.Lambda) else None
    if isinstance(given, ast.Name):
        function = next((node for node, facts in module.functions if facts.name == given.id), None)
    if function is None:
        return False
    body = [function.body] if isinstance(function, ast.Lambda) else getattr(function, "body", [])
    parts = [part for statement in body for part in walk(statement)]
    calls = (part for part in parts if isinstance(part, ast.Call))
    return not any(isinstance(part, _OF_MORE) for part in parts) and all(_elementwise(module, c) for c in calls)


_OF_MORE = (ast.For, ast.While, ast.comprehension, ast.Try, ast.Lambda, ast.Slice, ast.JoinedStr)
"""What makes more of a row than a number of its numbers."""


def _elementwise(module: Module, call: ast.Call) -> bool:
    """Whether a call has a form on whole columns."""
    dotted = module.resolve(call.func)
    if dotted is None:
        return called_name(call) in ("abs", "float", "int", "round", "max", "min", "pow", "isnull", "isna")
    return re.fullmatch(_ON_COLUMNS, dotted) is not None


_ON_COLUMNS = re.compile(
    r"(numpy|math)\.(where|log\w*|exp\w*|sqrt|abs|absolute|isnan|maximum|minimum|max|min|sin|cos|tan|arctan2?|atan2|radians"
    r"|round|floor|ceil|square|power|pow|sign|clip|mean|sum|isclose|fabs)|pandas\.(isna|isnull|notna|notnull)"
)


def _waits_on_others(module: Module, call: ast.Call) -> bool:
    """Whether a round reads or writes files or asks a service: that takes longer than the walk, and has no columns."""
    loop = _loop_over(module, call)
    done = [part for statement in loop.body for part in walk(statement)] if loop is not None else []
    return any(isinstance(part, ast.Call) and _OUTSIDE.search(called_name(part)) for part in done)


_OUTSIDE = re.compile(
    r"^(open|im(read|write|save)|savefig|copy2?|copyfile|move|remove|makedirs|download\w*|urlretrieve|post|execute\w*|upsert"
    r"|send\w*|sleep|commit|read_\w+|Popen|check_call|system|geocode|translate|generate|add_document|publish)$"
)


_FRAME_WORK = ("groupby", "merge", "fillna", "dropna", "sort_values", "pivot_table", "assign", "value_counts")

_SPARED = "spared"
"""Rows that are walked where it does no harm: not held against anybody, and nothing to praise."""


def _few(called: ast.expr) -> bool:
    """Whether a handful of rows was picked before: `df.head(10).iterrows`, or of `nlargest(5, "x")`, `df[:10]`."""
    frame = called.value if isinstance(called, ast.Attribute) else called
    named = frame.id if isinstance(frame, ast.Name) else frame.attr if isinstance(frame, ast.Attribute) else ""
    if _SUMMARY.search(named):
        return True
    if isinstance(frame, ast.Call) and isinstance(frame.func, ast.Attribute):
        return frame.func.attr in ("head", "tail", "nlargest", "nsmallest", "sample", "describe", "value_counts")
    return isinstance(frame, ast.Subscript) and isinstance(frame.slice, ast.Slice)


_SUMMARY = re.compile(
    r"(^|_)(pivot|summary|report|results?|metrics?|scores?|ranking|importances?|stats|top\d*|best|comparison|config|drift"
    r"|leaderboard|experiments?|params|corr)(_|$)",
    re.IGNORECASE,
)
"""Names of tables of a few rows, one for each model, column or group."""

_SHOW_PEOPLE = frozenset(
    {"streamlit", "dash", "tkinter", "customtkinter", "gradio", "openpyxl", "reportlab", "docx", "PyQt5"}
)
"""Libraries of what people look at, which holds few rows."""

_SHOWS = frozenset(
    {"print", "write", "info", "debug", "warning", "log", "echo", "display", "markdown", "metric", "text"}
    | {"annotate", "bar", "barh", "plot", "scatter", "imshow", "heatmap", "set_title", "title", "figure", "savefig"}
    | {
        "close",
        "legend",
        "add_row",
        "add_trace",
        "axhline",
        "axvline",
        "show",
        "tight_layout",
        "set_xlabel",
        "set_ylabel",
    }
)


def _only_shows(module: Module, call: ast.Call) -> bool:
    """Whether the loop over the rows does nothing but print them: what is read by people is short."""
    loop = _loop_over(module, call)
    if loop is None:
        return False
    done = [node for statement in loop.body for node in walk(statement)]
    shown = [n for n in done if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)]
    stores = any(
        isinstance(n, ast.Assign | ast.AugAssign)
        and any(not isinstance(t, ast.Name) for t in (n.targets if isinstance(n, ast.Assign) else [n.target]))
        for n in done
    )
    returns = any(isinstance(n, ast.Return | ast.Yield) for n in done)
    return (
        bool(shown)
        and not stores
        and not returns
        and all(isinstance(n.value, ast.Call) and _shown(n.value) for n in shown)
    )


def _loop_over(module: Module, rows: ast.Call) -> ast.For | None:
    """The loop that goes over some rows, through `enumerate(...)` or `tqdm(...)` too."""
    loop = module.parent(rows)
    while isinstance(loop, ast.Call):
        loop = module.parent(loop)
    return loop if isinstance(loop, ast.For) else None


def _shown(call: ast.Call) -> bool:
    """Whether a call shows something, or takes down a line of text to be shown: `lines.append(f"| {name} |")`."""
    text = call.args[0] if called_name(call) == "append" and call.args else None
    return called_name(call) in _SHOWS or isinstance(text, ast.JoinedStr)


def _counts_rows(loop: ast.For) -> bool:
    """`for i in range(len(df))` (or df.shape[0]) whose body picks rows of the same name by loc or iloc."""
    if not (isinstance(loop.target, ast.Name) and isinstance(loop.iter, ast.Call)):
        return False
    if not (isinstance(loop.iter.func, ast.Name) and loop.iter.func.id == "range" and loop.iter.args):
        return False
    if any(isinstance(part, ast.Attribute) and part.attr == "columns" for part in walk(loop.iter.args[-1])):
        return False
    sizes = names_in(loop.iter.args[-1]) - {"len"}
    for statement in loop.body:
        for node in walk(statement):
            if (
                isinstance(node, ast.Subscript)
                and isinstance(node.value, ast.Attribute)
                and node.value.attr in ("loc", "iloc", "at", "iat", "ix")
                and isinstance(node.value.value, ast.Name)
                and node.value.value.id in sizes
                and _picks(node.slice, loop.target.id)
            ):
                return True
    return False


def _picks(key: ast.expr, name: str) -> bool:
    row = key.elts[0] if isinstance(key, ast.Tuple) and key.elts else key
    return isinstance(row, ast.Name) and row.id == name


class GrownInLoops(Check):
    """Frames and arrays grown in a loop

    What: `df = df.append(...)`, `df = pd.concat([df, ...])` and `a = np.append(a, ...)` inside a loop.

    Why: Each round copies everything gathered so far: twice the data take four times as long.

    Example: `out = pd.concat([out, part])` in a loop speaks against; `parts.append(part)` and one `pd.concat(parts)`
    after it is the same in linear time.

    Limits: With a dozen short rounds nobody would notice; the number of rounds is not seen. A place where a round also
    binds the name anew, or takes what was gathered so far as an index, is left out, so there may be more.
    """

    code = "SCL102"
    parts = ("code",)
    moves: ClassVar = {"scale": Move(down=0.3)}
    why = "Growing a table by copying it takes time that rises with the square of the data."
    mend = "Collect the parts in a list and join them once after the loop."
    ask = "What does this loop cost when there are a hundred times as many files or rows?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note every statement that rebuilds its own target inside a for loop."""
        lines = tuple(line for _, line in zip(range(20), self._grown(module), strict=False))
        if lines:
            yield Places("grown", lines)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """One finding for all places."""
        places = [(noted.path, line) for noted in repo.notes(self) for line in noted.note.lines]
        if places:
            yield self.against(
                "Tables or arrays are grown by copying them inside a loop, in at least"
                f" {plural(len(places), 'place')}.",
                *(repo.at(path, line) for path, line in first(places, 4)),
                strength=ramp(len(places) / (repo.kloc + 0.5), 0.0, 5.0),
                places=len(places),
            )

    @staticmethod
    def _grown(module: Module) -> Iterator[int]:
        for target, value, statement in assignments(module):
            if not (isinstance(target, ast.Name) and isinstance(value, ast.Call)):
                continue
            dotted = module.resolve(value.func) or ""
            copies = (
                bool(_COPIERS.match(dotted))
                and not widens(value)
                and bool(value.args)
                and target.id in _direct(value.args[0])
            )
            appended = (
                dotted == ""
                and isinstance(value.func, ast.Attribute)
                and value.func.attr == "append"
                and isinstance(value.func.value, ast.Name)
                and value.func.value.id == target.id
            )
            loop = loop_of(module, statement) if copies or appended else None
            if (
                isinstance(loop, ast.For)
                and not begins_anew(loop, target.id, statement)
                and not _read_in_rounds(module, loop, target.id, statement)
            ):
                yield statement.lineno


def widens(call: ast.Call) -> bool:
    """Whether columns are put beside a table (`axis=1`), of which there are few, and not rows under it."""
    return constant(argument(call, "axis")) in (1, "columns")


def begins_anew(loop: ast.For, name: str, growing: ast.stmt) -> bool:
    """Whether each round binds the name anew, so that nothing is gathered over the rounds."""
    if name in target_names(loop.target):
        return True
    return any(
        node is not growing
        and any(name in target_names(t) for t in node.targets if isinstance(t, ast.Name | ast.Tuple | ast.List))
        for statement in loop.body
        for node in walk(statement)
        if isinstance(node, ast.Assign)
    )


def _read_in_rounds(module: Module, loop: ast.For, name: str, growing: ast.stmt) -> bool:
    """Whether a round takes what was gathered so far as an index: then it cannot be put together after the loop."""
    inside = [node for statement in loop.body for node in walk(statement)]
    return any(
        isinstance(node, ast.Subscript) and name in names_in(node.slice)
        for node in inside
        if growing not in module.parents(node)
    )


_COPIERS = re.compile(r"(pandas\.concat|numpy\.(append|concatenate|vstack|hstack|column_stack|row_stack|r_|c_))$")


def _direct(node: ast.expr) -> frozenset[str]:
    parts = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    return frozenset(part.id for part in parts if isinstance(part, ast.Name))


CHECKS: tuple[Check, ...] = (RowLoops(), GrownInLoops())
