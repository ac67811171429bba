"""Loads the delivered models inside, predicts with them, and holds them against what the training made."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Sequence

from heldout.errors import InputError
from heldout.evidence.types import Frozen
from heldout.sources.handover.bench import DELIVERY, Bench
from heldout.sources.handover.models import ModelReport, read_model_report
from heldout.sources.handover.plan import Data, Model, Plan
from heldout.sources.handover.result import Check

_MOST = 4
_ROWS = 2_000
_REPORT = "model.json"
_SHIPPED = "shipped"
_TABLES = re.compile(r"(?:pandas|numpy|polars|scipy\.sparse|builtins)\b")
"""Classes of saved tables and plain values, which are data and no model, whatever their files are called."""
_UNFITTED = "NotFittedError"


class Inspected(Frozen):
    """One delivered model with what loading it showed."""

    model: Model
    report: ModelReport


def inspect(bench: Bench, plan: Plan, environment: str, written: Collection[str] = ()) -> tuple[Inspected, ...]:
    """Each delivered model (four at most), against the one of the same name or kind among the files just written."""
    found = []
    for model in [model for model in plan.models if model.present][:_MOST]:
        try:
            bench.workspace.put(bench.shop.delivery / model.path, f"{_SHIPPED}/{model.path}")
        except (InputError, OSError):
            continue
        rows = rows_for(plan)
        argv = ["model.py", f"/work/{_SHIPPED}/{model.path}", "--out", f"/work/{_REPORT}", "--limit", str(_ROWS)]
        if rows is not None:
            argv += ["--rows", rows.path, *(["--target", rows.target] if rows.target else [])]
        if other := counterpart(model.path, written):
            argv += ["--against", f"/work/{DELIVERY}/{other}"]
        report = ask(bench, tuple(argv), environment)
        if report is not None:
            found.append(Inspected(model=model, report=report))
    return tuple(found)


def ask(bench: Bench, argv: tuple[str, ...], environment: str) -> ModelReport | None:
    """What `inside/model.py` reports; None when it did not come to a report."""
    bench.workspace.remove(_REPORT)
    bench.tool(argv, environment)
    try:
        return read_model_report(bench.workspace.read(_REPORT))
    except InputError:
        return None


def counterpart(path: str, written: Collection[str]) -> str | None:
    """The file that a training wrote for a delivered one: of the same path, else the only one of its kind beside it."""
    if path in written:
        return path
    kind, folder = posixpath.splitext(path)[1], posixpath.dirname(path)
    alike = [other for other in written if posixpath.splitext(other)[1] == kind and posixpath.dirname(other) == folder]
    return alike[0] if len(alike) == 1 else None


def rows_for(plan: Plan) -> Data | None:
    """The delivered table whose rows a model can be asked about."""
    rank = {"sample": 0, "test": 1, "training": 2, "unknown": 3}
    tables = [d for d in plan.data if d.present and d.path.lower().endswith((".csv", ".tsv"))]
    return min(tables, key=lambda d: rank[d.role], default=None)


def loaded_check(models: Sequence[Inspected]) -> Check | None:
    """U1 as far as a delivered model by itself tells; None when none was delivered."""
    models = [m for m in models if not _TABLES.match(m.report.name)]
    if not models:
        return None
    good = next((m for m in models if m.report.predicted and m.report.predicted.ok), None)
    if good is not None and good.report.predicted is not None:
        rows = good.report.predicted.rows
        return Check(
            id="U1",
            area="run",
            state="pass",
            credit=0.5,
            message=f"Its model {good.model.path} ({good.report.short_name}) loads and predicts for {rows:,} rows; "
            "no command or service for that is delivered.",
            locations=good.model.locations[:2],
            measured={"rows": rows, "class": good.report.name},
        )
    unfitted = next((m for m in models if m.report.predicted and m.report.predicted.why.startswith(_UNFITTED)), None)
    if unfitted is not None:
        name = f"{unfitted.model.path} ({unfitted.report.short_name})"
        return Check(
            id="U1",
            area="run",
            state="fail",
            severity="high",
            message=f"Its model {name} was saved before it was trained: it loads, and cannot predict.",
            locations=unfitted.model.locations[:2],
        )
    loaded = next((m for m in sorted(models, key=lambda m: m.report.kind != "model") if m.report.loaded), None)
    if loaded is not None:
        why = loaded.report.predicted.why if loaded.report.predicted else "no rows to ask it about were found"
        message = f"Its model {loaded.model.path} ({loaded.report.short_name}) loads; it could not be asked: {why}."
        return Check(id="U1", area="run", state="not_assessable", message=message, locations=loaded.model.locations[:2])
    first = models[0]
    return Check(
        id="U1",
        area="run",
        state="fail",
        severity="high",
        message=f"Its model {first.model.path} cannot be loaded: {first.report.why or first.report.error}.",
        locations=first.model.locations[:2],
    )
