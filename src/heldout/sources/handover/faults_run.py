"""Gives spoilt input to what predicts: a service, a command that reads a table, else the delivered model itself."""

from __future__ import annotations

import csv
import io
import json
import math
import posixpath
from collections.abc import Iterator, Sequence

from heldout.errors import InputError
from heldout.evidence.types import Frozen
from heldout.sources.handover.bad_input import UNCHANGED, Kind, Outcome, Reply, judge_bad_input, u3_check
from heldout.sources.handover.bench import Bench, Workshop
from heldout.sources.handover.models_run import Inspected, rows_for
from heldout.sources.handover.plan import Plan, Step
from heldout.sources.handover.record import Ran
from heldout.sources.handover.replies import seen_text
from heldout.sources.handover.result import Check
from heldout.sources.handover.schemas import read_table_note
from heldout.sources.handover.service_run import Answer, Served

KINDS: tuple[Kind, ...] = (
    "missing",
    "out_of_range",
    "unseen",
    "column_order",
    "empty",
    "huge",
    "shifted",
    "extra_column",
    "missing_column",
    "wrong_type",
)
_OF_SERVICE: dict[str, Kind] = {
    "missing_value": "missing",
    "out_of_range": "out_of_range",
    "unseen_category": "unseen",
    "column_order": "column_order",
    "empty": "empty",
    "missing_field": "missing_column",
    "wrong_type": "wrong_type",
    "extra_field": "extra_column",
    "number_as_text": "number_as_text",
    "empty_text": "empty_text",
    "very_long": "very_long",
    "other_language": "other_language",
    "malformed": "malformed",
}
_HUGE = 200_000
_ROWS = 200
"""Rows of the sound table that are tried; the huge one has `_HUGE`."""
_SPOILT = "spoilt"
_PREDICTED = "predicted.csv"


class Faults(Frozen):
    """What came of spoilt input, and by which way it was given."""

    way: str = ""
    outcomes: tuple[Outcome, ...] = ()
    service: bool = False
    alive: bool = True
    command: str = ""
    log: str = ""


def try_service(served: Sequence[Served]) -> Faults | None:
    """Of a service that was asked already: its answers to the spoilt requests."""
    for one in served:
        valid = one.valid
        if valid is None or valid.status is None or valid.status >= 300:
            continue
        before = _reply(valid)
        again = next((answer for answer in one.answers if answer.kind == "same_again"), valid)
        steady = _reply(again).answers == before.answers  # else a changed answer says nothing of what was changed
        outcomes = tuple(
            # The values of a response are no rows: how many there are says nothing.
            judge_bad_input(_OF_SERVICE[answer.kind], before, reply, rows=len(reply.answers))
            for answer in one.answers
            if answer.kind in _OF_SERVICE and (steady or _OF_SERVICE[answer.kind] not in UNCHANGED)
            for reply in (_reply(answer),)
        )
        after = next((answer for answer in one.answers if answer.kind == "valid_after"), None)
        alive = after is not None and after.status is not None and after.status < 300
        if outcomes:
            return Faults(way="service", outcomes=outcomes, service=True, alive=alive, command=one.command, log=one.log)
    return None


def try_command(shop: Workshop, plan: Plan, good: Sequence[Ran]) -> Faults | None:
    """A predicting command that reads a table and writes one answer a row. Raises SandboxFault."""
    worked = {run.step for run in good if run.worked}
    for step in plan.of("predict"):
        table = _table_of(step, plan)
        if step.id not in worked or table is None:
            continue
        with shop.bench("spoilt") as bench:
            before, count = _batch(bench, step, table)
            if not before.answers or len(before.answers) != count:
                continue  # what it writes is no list of answers that could be followed
            outcomes, log = [], ""
            for kind in KINDS:
                rows = _spoil(bench, table, kind, step.environment)
                if rows is not None:
                    bench.move(f"{_SPOILT}{posixpath.splitext(table)[1]}", table)
                    reply, _ = _batch(bench, step, table)
                    outcomes.append(judge_bad_input(kind, before, reply, rows=rows))
                    log = bench.last_log
                bench.put(shop.delivery / table, table)
            if outcomes:
                return Faults(way="command", outcomes=tuple(outcomes), command=step.command, log=log)
    return None


def try_model(shop: Workshop, plan: Plan, models: Sequence[Inspected], environment: str) -> Faults | None:
    """A delivered model by itself, through a loader of ours. Raises SandboxFault."""
    table = rows_for(plan)
    chosen = next((m for m in models if m.report.predicted and m.report.predicted.ok), None)
    if table is None or chosen is None:
        return None
    with shop.bench("spoilt") as bench:
        ask = ["model.py", chosen.model.path, "--predictions", f"/work/{_PREDICTED}", "--limit", str(_HUGE)]
        if table.target:
            ask += ["--target", table.target]
        before = _asked(bench, (*ask, "--rows", table.path), environment)
        if not before.answers:
            return None
        outcomes = []
        for kind in KINDS:
            rows = _spoil(bench, table.path, kind, environment, table.target or "")
            if rows is not None:
                spoilt = f"/work/{_SPOILT}{posixpath.splitext(table.path)[1]}"
                reply = _asked(bench, (*ask, "--rows", spoilt), environment)
                handles = chosen.report.handles
                outcomes.append(judge_bad_input(kind, before, reply, rows=rows, handles=handles))
    return Faults(way="model", outcomes=tuple(outcomes), command=chosen.model.path) if outcomes else None


def faults_check(faults: Faults | None, plan: Plan) -> Check:
    """U3 from whichever way could be tried."""
    if faults is None:
        return u3_check(())
    check = u3_check(
        faults.outcomes, service=faults.service, alive=faults.alive, command=faults.command, log=faults.log
    )
    if faults.way != "model":
        places = next((s.locations[:1] for s in plan.steps if s.command == faults.command), ())
        return check.model_copy(update={"locations": places})
    message = f"Asked by a loader of ours, since no command or service takes rows: {check.message}"
    return check.model_copy(update={"message": message, "command": ""})


def _table_of(step: Step, plan: Plan) -> str | None:
    """The delivered table that a command names or reads."""
    tables = [d.path for d in plan.data if d.present and d.path.lower().endswith((".csv", ".tsv"))]
    named = [path for path in tables if path in step.command or posixpath.relpath(path, step.folder) in step.command]
    read = [path for path in tables if path in step.inputs]
    return next(iter([*named, *read]), None)


def _spoil(bench: Bench, table: str, kind: Kind, environment: str, target: str = "") -> int | None:
    """Rows of the spoilt table now at `_SPOILT`; None when this table cannot be spoilt so."""
    out, note = f"/work/{_SPOILT}{posixpath.splitext(table)[1]}", "table.json"
    bench.workspace.remove(note)
    extra = [*(["--target", target] if target else []), *(["--rows", str(_HUGE)] if kind == "huge" else [])]
    bench.tool(("table.py", "perturb", table, out, "--kind", kind, *extra, "--note", f"/work/{note}"), environment)
    try:
        told = read_table_note(bench.workspace.read(note))
    except InputError:
        return None
    return told.rows_after if told is not None and told.done else None


def _batch(bench: Bench, step: Step, table: str) -> tuple[Reply, int]:
    """One run of a predicting command: its answers as the last column of the table it wrote, and the rows it read."""
    ran = bench.run_found(step)
    count = max(0, len(list(_rows(bench.read(table, 64 << 20)))) - 1)
    answers: tuple[str, ...] = ()
    for path in (*ran.made, *ran.changed, *ran.rewritten):
        if path != table and path.lower().endswith((".csv", ".tsv")):
            rows = list(_rows(bench.read(path, 64 << 20)))
            answers = tuple(row[-1] for row in rows[1:] if row)
            break
    exit_code = ran.exit_code if ran.exit_code is not None else (0 if ran.worked else 1)
    return Reply(answers=answers, exit_code=exit_code, log=bench.output[-20_000:]), count


def _asked(bench: Bench, argv: tuple[str, ...], environment: str) -> Reply:
    bench.workspace.remove(_PREDICTED)
    done = bench.tool(argv, environment, wall_s=120)
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    try:
        rows = list(_rows(bench.workspace.read(_PREDICTED)))
    except InputError:
        rows = []
    try:
        told = json.loads(done.stdout)
        why = str((told.get("predicted") or {}).get("why") or "")
    except (ValueError, AttributeError, RecursionError):
        why = ""
    answers = tuple(",".join(row) for row in rows if row)  # one line a row, without a header
    return Reply(answers=answers, exit_code=1 if why else 0, log=why or said[-2_000:] if not answers else "")


def _rows(content: bytes) -> Iterator[list[str]]:
    text = content.decode("utf-8", "replace")
    try:
        yield from csv.reader(
            io.StringIO(text), delimiter="\t" if "\t" in text[:500] and "," not in text[:500] else ","
        )
    except csv.Error:
        return


def _reply(answer: Answer) -> Reply:
    return Reply(answers=tuple(_leaves(answer.body)), status=answer.status, broke=answer.broke, log=answer.body)


def _leaves(body: str) -> Iterator[float | str | None]:
    """The values of an answer in JSON, in order; of any other the text that a person would see."""
    try:
        waiting = [json.loads(body)]
    except (ValueError, RecursionError):
        if text := seen_text(body):
            yield text
        return
    count = 0
    while waiting and count < 500:
        item = waiting.pop(0)
        if isinstance(item, dict):
            waiting[:0] = [item[key] for key in sorted(item)]
        elif isinstance(item, list):
            waiting[:0] = item
        else:
            count += 1
            number = isinstance(item, int | float) and math.isfinite(item)
            yield float(item) if number else None if item is None else str(item)
