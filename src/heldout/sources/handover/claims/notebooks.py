"""Notebooks: the outputs that are stored in them, and what their text cells say.

A number that is shown alone (`0.9134`) is taken when the cell's code says which metric it is: the value of an
expression such as `roc_auc_score(y, p)` that stands at the end of the cell, or that is printed.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from heldout.evidence.types import Location
from heldout.material.notebook import strip_magics
from heldout.sources.handover.claims import code, html, logs, markdown
from heldout.sources.handover.claims.context import Context
from heldout.sources.handover.claims.names import Mention, mentions, metric
from heldout.sources.handover.claims.numbers import numbers, scaled
from heldout.sources.handover.claims.words import models_in, split_in
from heldout.sources.handover.plan import Reading

_MOST_OUTPUT = 60_000
_BARE = re.compile(r"^\s*(?:np\.float\d+\()?(-?\d*\.\d+(?:e-?\d+)?)\)?\s*$")


def read(text: str, context: Context) -> list[Reading]:
    """The readings of a notebook, cell by cell; none when it is no notebook."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return []
    cells = raw.get("cells") if isinstance(raw, dict) else None
    if cells is None and isinstance(raw, dict):
        sheets = raw.get("worksheets")
        cells = (
            [c for s in sheets if isinstance(s, dict) for c in s.get("cells") or ()] if isinstance(sheets, list) else []
        )
    found: list[Reading] = []
    heading = Context(context.path)
    for number, cell in enumerate(cells if isinstance(cells, list) else [], start=1):
        if not isinstance(cell, dict):
            continue
        source = _text(cell.get("source", cell.get("input")))
        here = replace(heading, cell=number)
        if cell.get("cell_type") in ("markdown", "heading", "raw"):
            found += [_in_cell(r, number) for r in markdown.read(source, Context(context.path))]
            heading = _headed(source, heading)
        else:
            found += code.read(source, Context(context.path, cell=number, model=heading.model))
            found += _outputs(cell, source, here)
    return found


def _headed(source: str, context: Context) -> Context:
    """A heading names the model that the cells below it are about, until the next one."""
    headings = re.findall(r"^\s*(?:#{1,6}\s+|\*\*)(.+)$|<h\d[^>]*>(.+?)</h\d>", source, re.MULTILINE)
    if not headings:
        return context
    named = models_in(" ".join(headings[-1]))
    return replace(context, model=named[-1][1] if named else "")


def _in_cell(reading: Reading, cell: int) -> Reading:
    return reading.model_copy(update={"location": reading.location.model_copy(update={"cell": cell})})


def _outputs(cell: dict[str, Any], source: str, context: Context) -> Iterator[Reading]:
    outputs = [o for o in cell.get("outputs") or () if isinstance(o, dict)]
    yield from _bare_values(outputs, source, context)
    stream = ""
    for output in outputs:
        kind = output.get("output_type")
        if kind == "stream" and output.get("name", "stdout") in ("stdout", "stderr"):
            stream += _text(output.get("text"))
        elif kind in ("execute_result", "display_data", "pyout"):
            yield from _shown(output, context)
    yield from alone(source, stream, context)
    if stream:
        # The head and the end of a long output: a training's log may fill megabytes.
        text = stream if len(stream) <= _MOST_OUTPUT else stream[: _MOST_OUTPUT // 4] + "\n" + stream[-_MOST_OUTPUT:]
        yield from logs.read(text, context)


def _shown(output: dict[str, Any], context: Context) -> Iterator[Reading]:
    inner = output.get("data")
    data = inner if isinstance(inner, dict) else output
    page, plain = _text(data.get("text/html", data.get("html"))), _text(data.get("text/plain", data.get("text")))
    if "<table" in page:
        yield from html.tables_of(page[:_MOST_OUTPUT], context)
    elif plain and len(plain) < _MOST_OUTPUT:
        yield from logs.read(plain, context)


def _bare_values(outputs: list[dict[str, Any]], source: str, context: Context) -> Iterator[Reading]:
    """Numbers that are shown alone, each with the metric of the expression that gave it."""
    shown = [
        _text((o.get("data") or o).get("text/plain", o.get("text")))
        for o in outputs
        if o.get("output_type") in ("execute_result", "pyout")
    ]
    expressions = _expressions(source)
    if not shown or not expressions:
        return
    if len(shown) == 1:
        expressions = expressions[-1:]
    if len(shown) != len(expressions):
        return
    for text, (line, expression) in zip(shown, expressions, strict=True):
        match = _BARE.match(text)
        mention = _metric_of(expression)
        if match and mention is not None:
            reading = _reading(match[1], mention, expression, replace(context, line=None))
            if reading is not None:
                yield reading.model_copy(update={"location": reading.location.model_copy(update={"line": line})})


def alone(source: str, printed: str, context: Context, *, last: bool = False) -> Iterator[Reading]:
    """The numbers that a cell printed in lines of their own, each with the metric that its code printed, in order.

    `last`: whether what is printed ends with the value of the cell's last expression. Nothing when their counts differ.
    """
    called = _printed(source) + (_expressions(source)[-1:] if last else [])
    named = [(line, text, mention) for line, text in called if (mention := _metric_of(text)) is not None]
    shown = [match[1] for line in printed.splitlines() if (match := _BARE.match(line))]
    if not named or len(named) != len(shown):
        return
    for (line, expression, mention), value in zip(named, shown, strict=True):
        reading = _reading(value, mention, expression, context)
        if reading is not None:
            yield reading.model_copy(update={"location": reading.location.model_copy(update={"line": line})})


def _printed(source: str) -> list[tuple[int, str]]:
    """(line, text) of what the statements of a cell print by itself, in order; what loops print is not followed."""
    try:
        tree = ast.parse(strip_magics(source))
    except (SyntaxError, ValueError, RecursionError):
        return []
    calls = [node.value for node in tree.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    return [
        (call.lineno, ast.unparse(call.args[0]))
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "print" and len(call.args) == 1
    ]


def _expressions(source: str) -> list[tuple[int, str]]:
    """(line, text) of the expressions that stand as statements and whose value a notebook shows."""
    try:
        tree = ast.parse(strip_magics(source))
    except (SyntaxError, ValueError, RecursionError):
        return []
    silent = ("print", "display")
    return [
        (node.lineno, ast.unparse(node.value))
        for node in tree.body
        if isinstance(node, ast.Expr)
        and not isinstance(node.value, ast.Constant)
        and not (
            isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name) and node.value.func.id in silent
        )
    ]


def _metric_of(expression: str) -> Mention | None:
    """The metric that a call computes: `f1_score(...)`, `metrics.roc_auc_score(...)`; also a variable of its name."""
    match = re.match(r"(?:round\(|np\.sqrt\(|float\()*([\w.]+)\s*(\(|$|\))", expression)
    if not match or "sqrt" in expression[: match.end()]:
        return None
    found = mentions(match[1].rpartition(".")[2])
    return found[-1] if len(found) == 1 else None


def _reading(text: str, mention: Mention, expression: str, context: Context) -> Reading | None:
    number = numbers(text)
    on_scale = scaled(number[0], metric(mention.metric)) if len(number) == 1 else None
    if on_scale is None:
        return None
    return Reading(
        metric=mention.metric,
        name=mention.name,
        value=on_scale[0],
        written=number[0].written,
        half_digit=on_scale[1],
        split=split_in(expression),
        model=context.model,
        location=Location(path=context.path, cell=context.cell, snippet=f"{expression}: {text}"[:160]),
    )


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(v for v in value if isinstance(v, str))
    return value if isinstance(value, str) else ""
