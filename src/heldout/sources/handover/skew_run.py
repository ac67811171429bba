"""U2: the same row through the service and through the delivered model by itself - is the answer the same?"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence

from heldout.errors import InputError
from heldout.evidence.types import Frozen
from heldout.sources.handover.bench import Workshop
from heldout.sources.handover.models_run import Inspected
from heldout.sources.handover.plan import Plan
from heldout.sources.handover.result import Check
from heldout.sources.handover.service_run import Served
from heldout.sources.handover.spoiling import row_of

_NEAR = 1e-3
"""Relative difference that rounding in an answer explains."""
_ROW, _ANSWER = "row.csv", "answer.csv"
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


class Skew(Frozen):
    """One row by both ways."""

    service: str = ""
    """What the service answered."""
    model: str = ""
    """What the model answered for the same row."""
    path: str = ""
    same: bool = False
    why_not: str = ""
    """Why the two could not be held against each other."""


def compare_paths(
    shop: Workshop, plan: Plan, served: Sequence[Served], models: Sequence[Inspected], environment: str
) -> Skew:
    """Ask the delivered model for the row of the valid request to the service. Raises SandboxFault."""
    loaded = next((m for m in models if m.report.loaded), None)
    if loaded is None:
        return Skew(why_not="No delivered model could be asked by itself.")
    for one in served:
        valid = one.valid
        planned = next((s for s in plan.services if s.step == one.step), None)
        if valid is None or valid.status is None or valid.status >= 300 or planned is None or not planned.body:
            continue
        try:
            row = row_of(json.loads(planned.body))
        except ValueError:
            continue
        if not isinstance(row, dict) or not row:
            continue
        text = io.StringIO()
        csv.writer(text).writerows([list(row), list(row.values())])
        with shop.bench("skew") as bench:
            bench.workspace.write(_ROW, text.getvalue().encode())
            argv = ("model.py", loaded.model.path, "--rows", f"/work/{_ROW}", "--predictions", f"/work/{_ANSWER}")
            bench.tool(argv, environment)
            try:
                answer = bench.workspace.read(_ANSWER).decode("utf-8", "replace").strip()
            except InputError:
                return Skew(path=loaded.model.path, why_not="The model by itself does not take the row of the service.")
        same = _agree(valid.body, answer)
        return Skew(service=valid.body[:200], model=answer[:200], path=loaded.model.path, same=same)
    return Skew(why_not="It has no service whose valid request is one row, so there are no two ways to compare.")


def skew_check(skew: Skew | None) -> Check:
    """U2 from what was compared."""
    if skew is None or skew.why_not or not skew.model:
        why = skew.why_not if skew and skew.why_not else "There was nothing to compare."
        return Check(id="U2", area="run", state="not_assessable", message=why)
    if skew.same:
        message = f"For the row of its own example the service answers as {skew.path} does by itself."
        return Check(id="U2", area="run", state="pass", message=message)
    message = (
        f"For the same row the service answers {skew.service.strip()} and {skew.path} by itself {skew.model}. "
        "The row may be prepared in two different ways."
    )
    return Check(id="U2", area="run", state="fail", severity="medium", message=message)


def _agree(service: str, model: str) -> bool:
    """Whether some number or word of the one answer is the other's: a service adds labels and rounds."""
    ours = [float(n) for n in _NUMBER.findall(model)]
    theirs = [float(n) for n in _NUMBER.findall(service)]
    near = any(abs(a - b) <= _NEAR * max(1.0, abs(b)) for a in theirs for b in ours)
    word = model.strip().lower()
    return near or (bool(re.search("[a-z]", word)) and word in service.lower())
