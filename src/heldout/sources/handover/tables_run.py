"""Trains on other rows: the client's own, and parts of the delivered ones to see how a training grows."""

from __future__ import annotations

import posixpath
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pydantic import Field

from heldout.errors import InputError
from heldout.evidence.types import Frozen
from heldout.sources.handover.bench import DELIVERY, Bench, Workshop
from heldout.sources.handover.client import ClientInput
from heldout.sources.handover.growth import fit_growth
from heldout.sources.handover.plan import Data, Plan
from heldout.sources.handover.record import Ran
from heldout.sources.handover.result import Growth
from heldout.sources.handover.schemas import Schema, TableNote, compare_schemas, fits, read_schema, read_table_note
from heldout.sources.handover.training import Round, Trainer, Training, under

PARTS = (0.125, 0.25, 0.5)
_EACH = 2
"""Trainings on each part: repeats make the interval honest."""
_LEAST_ROWS = 80
_NOTE = "table.json"
_PART = "part"
_TABLES = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".sqlite", ".sqlite3", ".db", ".xlsx", ".gz")
_CANDIDATES = 5
"""Tables whose rows are counted inside, since their form hides them from us."""


class OwnData(Frozen):
    """A training on the client's own files."""

    paths: tuple[str, ...]
    differences: tuple[str, ...] = ()
    """In what they differ from those that the delivery expects, in words."""
    fits: bool | None = None
    """Whether each has the form of what it replaces; None when nothing was delivered to hold them against."""
    rows: dict[str, int] = Field(default_factory=dict)
    """Rows of each of them, where they could be counted."""
    round: Round | None = None
    trained: tuple[str, ...] = ()

    @property
    def training(self) -> Training:
        """The same as a training whose rounds can be made again."""
        if self.round is None or not self.trained:
            return Training()
        chain = tuple(run.step for run in self.round.runs if run.counts)
        return Training(rounds=(self.round,), chain=chain, trained=self.trained)


class Parts(Frozen):
    """Trainings on parts of the delivered rows."""

    path: str = ""
    points: tuple[tuple[int, float, float, int | None], ...] = ()
    """(rows, processor seconds, wall seconds, bytes of memory) of each."""
    growth: Growth | None = None
    why_not: str = ""
    yours: bool = False
    """Whether they are parts of the client's rows."""
    changed: bool = False
    """Whether a training on a part gave another result than one on all: the swapped file is the one that counts."""


@dataclass(frozen=True)
class Swapper:
    """Runs trainings in which a table was exchanged. `deadline` is as of time.monotonic()."""

    shop: Workshop
    plan: Plan
    deadline: float

    def own(self, inputs: Sequence[ClientInput]) -> OwnData:
        """One training on the client's files, without a touch to the code. Raises SandboxFault."""
        differences: list[str] = []
        rows: dict[str, int] = {}
        fitting: list[bool] = []

        def lay(bench: Bench) -> None:
            for given in inputs:
                expected = self._schema(bench, f"{DELIVERY}/{given.path}")
                given.lay(bench)
                mine = self._schema(bench, f"{DELIVERY}/{given.path}")
                if mine is not None:
                    rows[given.path] = mine.rows
                if expected is not None and mine is not None:
                    differences.extend(f"{given.path}: {text}" for text in compare_schemas(expected, mine))
                    fitting.append(fits(expected, mine))

        def again(bench: Bench, ran: Ran) -> None:
            for given in inputs:
                if self._made(ran, given.path):
                    given.lay(bench)

        laid = tuple(given.path for given in inputs)
        trained = Trainer(self.shop, self.plan, self.deadline, lay, again, laid).first()
        return OwnData(
            paths=tuple(given.path for given in inputs),
            differences=tuple(dict.fromkeys(differences)),
            fits=all(fitting) if fitting else None,
            rows=rows,
            round=trained.first,
            trained=trained.trained,
        )

    def parts(self, training: Training, own: OwnData | None = None, inputs: Sequence[ClientInput] = ()) -> Parts:
        """Trainings on an eighth, a quarter and a half of the rows, with those on all of them. Raises SandboxFault.

        The client's own training adds its size where it is larger; where only that one worked, parts are of its rows.
        """
        if training.trained:
            data = self._training_table(training)
            done = self._parts(training, data)
            return done if own is None or data is None else _with_own(done, own)
        if own is None or not own.trained:
            return Parts(why_not="It could not be trained, so growth could not be measured.")
        path = max(own.rows, key=lambda name: own.rows[name], default="")
        planned = next((data for data in self.plan.data if data.path == path), Data(path=path))
        mine = planned.model_copy(update={"rows": own.rows[path]}) if path else None
        done = self._parts(own.training, mine, inputs)
        return done.model_copy(update={"yours": True, "growth": _yours(done.growth, 0)})

    def _parts(self, training: Training, data: Data | None, inputs: Sequence[ClientInput] = ()) -> Parts:
        if data is None:
            return Parts(why_not="No table or folder of images that it trains on was found among what is delivered.")
        full = [_point(data.rows or 0, done) for done in training.rounds if done.cpu_s]
        if not full or (data.rows or 0) * PARTS[0] < _LEAST_ROWS:
            few = f"{data.path} has {data.rows or 0:,} rows: too few to take parts of."
            return Parts(path=data.path, why_not=few if full else "This machine does not tell processor time.")
        points, changed = list(full), False
        for part in sorted(PARTS * _EACH, reverse=True):
            if time.monotonic() + full[0][2] * part > self.deadline:
                break
            done, note = self._on_part(training, data, part, inputs)
            if note is None or not note.done:
                why = f"A part of {data.path} could not be taken: {note.why if note else 'no answer'}."
                return Parts(path=data.path, points=tuple(points), why_not=why)
            if all(run.counts for run in done.runs):
                points.append(_point(note.rows_after, done))
                changed = changed or results(done) != results(training.rounds[0])
        growth = fit_growth(points)
        why = "" if growth else "Too few trainings on parts of the rows worked, or the time for them was not there."
        return Parts(path=data.path, points=tuple(points), growth=growth, why_not=why, changed=changed)

    def _on_part(
        self, training: Training, data: Data, part: float, inputs: Sequence[ClientInput]
    ) -> tuple[Round, TableNote | None]:
        told: list[TableNote | None] = []

        def lay(bench: Bench) -> None:
            for given in inputs:
                given.lay(bench)
            cut(bench)

        def again(bench: Bench, ran: Ran) -> None:
            for given in inputs:
                if self._made(ran, given.path) and given.path != data.path:
                    given.lay(bench)
            if self._made(ran, data.path):  # a step of the delivery made it: whole, or over the client's
                lay(bench)

        def cut(bench: Bench) -> None:
            target = ["--target", data.target] if data.target else []
            out = f"/work/{_PART}{posixpath.splitext(data.path)[1]}"
            argv = ("table.py", "subsample", data.path, out, "--fraction", str(part), *target)
            told.append(self._note(bench, argv))
            if told[-1] is not None and told[-1].done:
                bench.move(out.removeprefix("/work/"), data.path)

        laid = tuple(given.path for given in inputs)
        trainer = Trainer(self.shop, self.plan, self.deadline, lay, again, laid)
        done = trainer.once(training, f"part-{part:g}".replace(".", "-"))
        return done, told[-1] if told else None

    def _schema(self, bench: Bench, path: str) -> Schema | None:
        bench.workspace.remove(_NOTE)
        bench.tool(("table.py", "schema", f"/work/{path}", "--note", f"/work/{_NOTE}"), self._environment())
        try:
            return read_schema(bench.workspace.read(_NOTE))
        except InputError:
            return None

    def _note(self, bench: Bench, argv: tuple[str, ...]) -> TableNote | None:
        bench.workspace.remove(_NOTE)
        bench.tool((*argv, "--note", f"/work/{_NOTE}"), self._environment())
        try:
            return read_table_note(bench.workspace.read(_NOTE))
        except InputError:
            return None

    def _environment(self) -> str:
        used = [step.environment for step in self.plan.steps if step.purpose == "train"]
        return used[0] if used else next(iter(self.shop.environments))

    def _training_table(self, training: Training) -> Data | None:
        """The largest delivered table (or folder of images) among those that the training was seen to read.

        Where nothing was seen, the plan says what it reads. What its steps make is never meant, but for what they make
        before the training and deliver as well: that is cut when it is made.
        """
        made = {path for step in self.plan.steps if step.purpose != "prepare" for path in step.outputs}
        tables = [d for d in self.plan.data if d.present and d.path not in made and self._can_be_cut(d.path)]
        first = training.first.runs if training.first else ()
        by_training = {path for run in first if run.step in training.trained for path in run.read}
        planned = {path for step in self.plan.of("prepare", "train") for path in step.inputs}
        for wanted in (
            [d for d in tables if d.role != "test" and among(d.path, by_training)],
            [d for d in tables if d.role != "test" and among(d.path, {path for run in first for path in run.read})],
            [d for d in tables if d.role == "training"],
            [d for d in tables if d.path in planned],
            [d for d in tables if d.role == "unknown"],
        ):
            if wanted:
                return max(self._counted(wanted), key=lambda d: d.rows or 0)
        return None

    def _made(self, ran: Ran, place: str) -> bool:
        """Whether a preparing step just made a file or folder anew, and did not only work on it."""
        step = next(step for step in self.plan.steps if step.id == ran.step)
        written = any(under(path, place) for path in (*ran.made, *ran.changed, *ran.rewritten))
        return written and step.purpose == "prepare" and not any(under(path, place) for path in step.inputs)

    def _can_be_cut(self, path: str) -> bool:
        return path.lower().endswith(_TABLES) or (self.shop.delivery / path).is_dir()

    def _counted(self, tables: Sequence[Data]) -> list[Data]:
        """Tables with their rows counted inside where the plan does not tell them."""
        unknown = [data for data in tables if data.rows is None][:_CANDIDATES]
        if not unknown:
            return list(tables)
        with self.shop.bench("count") as bench:
            schemas = {data.path: self._schema(bench, f"{DELIVERY}/{data.path}") for data in unknown}
        rows = {path: schema.rows for path, schema in schemas.items() if schema is not None}
        return [data.model_copy(update={"rows": rows.get(data.path, data.rows)}) for data in tables]


def _with_own(parts: Parts, own: OwnData) -> Parts:
    """With the client's training as one more size, where it had more rows than were delivered."""
    rows, largest = own.rows.get(parts.path, 0), max((point[0] for point in parts.points), default=0)
    if not own.trained or own.round is None or rows <= largest or not own.round.cpu_s:
        return parts
    points = (*parts.points, _point(rows, own.round))
    growth = fit_growth(points)
    if growth is None:
        return parts
    return parts.model_copy(update={"points": points, "growth": _yours(growth, rows), "why_not": ""})


def _yours(growth: Growth | None, least: int) -> Growth | None:
    """With the sizes from `least` rows on marked as of the client's data."""
    if growth is None:
        return None
    points = tuple(p.model_copy(update={"yours": p.rows >= least}) for p in growth.points)
    return growth.model_copy(update={"points": points})


def among(path: str, read: Collection[str]) -> bool:
    """Whether this file, or a file of this folder, is among those that were read."""
    return path in read or any(other.startswith(f"{path}/") for other in read)


def _point(rows: int, done: Round) -> tuple[int, float, float, int | None]:
    return rows, done.cpu_s or 0.0, done.seconds, done.peak_bytes


def results(done: Round) -> tuple[object, ...]:
    """What a training came to, to be held against another's: its numbers and the content of what it wrote."""
    numbers = tuple((r.metric, r.value) for run in done.runs for r in run.readings)
    return numbers, tuple(sorted((path, digest) for run in done.runs for path, digest in run.digests.items()))
