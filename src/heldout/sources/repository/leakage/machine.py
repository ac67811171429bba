"""The state of one analysis: the budget, where we are, and what was seen to happen."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from heldout.sources.repository.leakage.columns import NEIGHBOURS, Columns
from heldout.sources.repository.leakage.names import names_in, sides_in
from heldout.sources.repository.leakage.rows import Atom, Part, Rows, opposite
from heldout.sources.repository.leakage.siblings import Sibling
from heldout.sources.repository.leakage.types import Budget, Undecided
from heldout.sources.repository.leakage.values import Fit, Influences, ReadOff, Scope, Value

Resolver = Callable[[str], ast.Module | None]
_MANY = 2_000
UNCOUNTED = "while"
"""Marks a loop that goes on as long as something holds: a menu that people are asked again, not one round per model."""


class ExhaustedError(Exception):
    """The budget is spent."""


@dataclass(frozen=True, slots=True)
class Split:
    """Rows were parted, by a call (`train_test_split`, folds, a search, `validation_split`) or by hand."""

    line: int
    how: str
    rows: Rows
    influences: Influences
    inner: bool = False
    shuffled: bool = False
    grouped: bool = False
    key: str = ""
    """How the parts of the rows are named, for folds."""
    of_training: bool = False
    """Whether the names at the call say that these are training rows, parted once more."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An estimator was judged (`metric`), asked (`predict`) or watched while it learnt (`validation`).

    `for_choice` says that the code itself calls the rows validation rows: they are there to choose among models.
    `side` is what the names in the judging code call the rows: train, val or test, empty when nothing or several;
    `together` the sites of all fits that the same score judges, as that of an ensemble does.
    """

    fit: Fit
    line: int
    how: str
    rows: Rows
    influences: Influences
    loops: frozenset[str] = frozenset()
    for_choice: bool = False
    side: str = ""
    together: frozenset[str] = frozenset()
    away: bool = False
    """Whether that happened in another module: the line is that of the call."""
    truth: str = ""
    """How the answers read that it is held against."""


class Machine:
    """What every step of the interpretation shares; the steps themselves are in the subclasses."""

    def __init__(self, resolve: Resolver | None, budget: Budget) -> None:
        self.resolve = resolve
        self.budget = budget
        self.steps = 0
        self.module = self.home = Scope()
        self.scope = self.module
        self.line = 0
        self.abroad = 0
        """The line of this source from which code of a sibling module is followed, 0 at home."""
        self.context = ""
        self.calling: list[ast.AST] = []
        self.loops: list[tuple[str, set[str]]] = []
        self.sources: dict[str, tuple[int, str]] = {}
        self.guessed: set[str] = set()
        """Sources that are calls not known: what they give may be rows or anything else."""
        self.ordered: dict[str, tuple[int, str]] = {}
        self.backward: dict[str, tuple[int, str]] = {}
        self.units: dict[str, tuple[int, str]] = {}
        self.derived: dict[str, dict[str, tuple[frozenset[str], int]]] = {}
        """Source -> column -> the columns that it was worked out from row by row, and the line."""
        self.sides: set[tuple[str, Part]] = set()
        self.splits: dict[Split, None] = {}
        self.fits: dict[Fit, None] = {}
        self.evaluations: dict[Evaluation, None] = {}
        self.undecided: dict[Undecided, None] = {}
        self.modules: dict[str, Sibling | None] = {}
        self.stars = False
        self.cross_validated: set[str] = set()
        self.entrusted: set[tuple[str, Rows]] = set()
        self.reached: set[ast.AST] = set()
        self.named: dict[ast.AST, frozenset[str]] = {}
        self.handed: dict[str, frozenset[str]] = {}
        """Loop -> sources of the rows that it hands out, others in each round."""
        self.drawn: dict[str, frozenset[str]] = {}
        """Cut, or source of rows -> loops in each round of which it is drawn or made anew."""
        self.bounds: dict[int, tuple[int, Value]] = {}
        """What functions are called with to part rows by: a number for each, in order."""
        self.deciding: ast.expr | None = None
        """The condition that a branch hangs on."""

    def spend(self) -> None:
        """Count one step; raises ExhaustedError at the end of the budget."""
        self.steps += 1
        if self.steps > self.budget.steps:
            raise ExhaustedError

    def site(self, node: ast.AST) -> str:
        """Names a place of the source and the calls through which it was reached."""
        return f"{getattr(node, 'lineno', 0)}:{getattr(node, 'col_offset', 0)}{self.context}"

    def place(self, node: ast.AST) -> int:
        """The line of this source where something happens: for what a sibling module does, that of the call."""
        return self.abroad or getattr(node, "lineno", self.line)

    def here(self, what: str) -> str:
        """What is done, with the module that it is done in where that is another one than the source."""
        scope = self.scope
        while scope.outer is not None:
            scope = scope.outer
        return f"{what} in {scope.name.lstrip('.')}" if self.abroad and scope.name.strip(".") else what

    def source(self, node: ast.AST, label: str = "", key: str = "") -> Value:
        """A value with rows that come from outside."""
        name = key or self.site(node)
        if name not in self.sources and len(self.sources) < _MANY:
            self.sources[name] = (self.place(node), label)
            if not key:
                self.drawn[name] = self.around()
        return Value(rows=frozenset({Atom(name)}))

    def called_aside(self, *nodes: ast.AST) -> Rows:
        """Rows of their own when the source itself calls some of these a test or validation set, else none."""
        sides = {side for node in nodes for side in self.sides_named(node)}
        return frozenset({Atom("called a test set")}) if sides & {"test", "val"} else frozenset()

    def around(self) -> frozenset[str]:
        """The loops that we are in."""
        return frozenset(site for site, _ in self.loops)

    def moving(self) -> set[str]:
        """The names that the loops around us change."""
        return {name for _, names in self.loops for name in names}

    def note(self, notes: dict[str, tuple[int, str]], value: Value, node: ast.AST, what: str) -> None:
        """Remember of the sources of some rows what is done to them: sorted by time, many per unit ..."""
        for atom in sorted(value.rows, key=lambda a: a.source):
            if len(notes) < _MANY:
                notes.setdefault(atom.source, (self.place(node), what))

    def worked_out(self, table: Value, column: str, origins: frozenset[str], node: ast.AST, *, partly: bool) -> None:
        """A column is written, from other columns of the same rows; `partly` when only into some rows."""
        for source in {atom.source for atom in table.rows}:
            known = self.derived.setdefault(source, {})
            before, line = known.pop(column, (frozenset(), self.place(node)))
            found = origins | before if partly else origins
            if found and NEIGHBOURS not in found and column not in found and len(known) < _MANY:
                known[column] = (found, line if partly and before else self.place(node))

    def read_off(self, rows: Rows, columns: Columns, answer: str) -> tuple[ReadOff, ...]:
        """What among the columns of a table of features gives away the answer, or is all that it was made of."""
        found = []
        for source in sorted({atom.source for atom in rows}):
            for made, (origins, line) in sorted(self.derived.get(source, {}).items()):
                if made == answer and all(columns.holds(origin) for origin in origins):
                    found.append(ReadOff(made, tuple(sorted(origins)), line, answer=True))
                elif answer in origins and columns.holds_made(made):
                    found.append(ReadOff(made, tuple(sorted(origins)), line, answer=False))
        return tuple(found[:8])

    def saw_sides(self, rows: Rows, *parts: Part) -> None:
        """Remember which sides of which cuts the source really takes apart."""
        if len(self.sides) < _MANY:
            self.sides.update((atom.source, part) for atom in rows for part in parts)

    def beside(self, rows: Rows) -> Rows:
        """The rows on the other sides of the cuts of these, as far as the source ever takes them."""
        found: set[Atom] = set()
        for atom in rows:
            for part in atom.parts:
                other = opposite(part)
                if other is not None and (atom.source, other) in self.sides:
                    kept = tuple(p for p in atom.parts if p != part)
                    found.add(Atom(atom.source, (*kept, other)))
        return frozenset(found)

    def parted(self, atom: Atom) -> bool:
        """Whether the rows on the other side of one of this atom's cuts were ever taken."""
        others = (opposite(part) for part in atom.parts)
        return any(other is not None and (atom.source, other) in self.sides for other in others)

    def record_split(
        self,
        node: ast.AST,
        how: str,
        values: Iterable[Value],
        *,
        inner: bool = False,
        shuffled: bool = False,
        key: str = "",
    ) -> None:
        """Rows are parted here."""
        many = list(values)
        for value in many:
            if "periods" in value.marks:
                self.note(self.ordered, value, node, "rows are summed up by periods of time")
        rows = frozenset[Atom]().union(*(v.rows for v in many))
        influences: Influences = frozenset().union(*(v.influences for v in many))
        if len(self.splits) < _MANY:
            line = self.place(node)
            grouped = any(v.grouped for v in many)
            of_training = self.sides_named(node) == {"train"}
            self.splits[Split(line, how, rows, influences, inner, shuffled, grouped, key, of_training)] = None

    def record_evaluation(
        self, node: ast.AST, how: str, fits: Iterable[Fit], value: Value, named: ast.AST | None = None,
        *, truth: ast.expr | None = None,
    ) -> None:  # fmt: skip
        """Estimators meet rows here; `named` is the part of the code that names the rows, if not all of it."""
        line = self.place(node)
        many = sorted(fits, key=lambda f: f.site)
        if not many or not value.rows:
            return
        for_choice = "val" in (said := self.sides_named(node)) and "test" not in said
        sides = self.sides_named(named or node)
        side = next(iter(sides)) if len(sides) == 1 else ""
        together = frozenset(fit.site for fit in many)
        answers = ast.unparse(truth)[:80] if truth is not None else ""
        for fit in many:
            if len(self.evaluations) < _MANY:
                met = (value.rows, value.influences)
                event = Evaluation(
                    fit, line, how, *met, self.around(), for_choice, side, together, bool(self.abroad), answers
                )
                self.evaluations[event] = None

    def sides_named(self, node: ast.AST) -> frozenset[str]:
        """The sides of a split that the names in a piece of code speak of; read once."""
        if node not in self.named:
            # In `x_train.iloc[val_rows]` the rows are told by what picks them.
            picks = [part.slice for part in ast.walk(node) if isinstance(part, ast.Subscript)]
            told = frozenset(side for pick in picks for side in sides_in(names_in(pick)))
            self.named[node] = told or frozenset(sides_in(names_in(node)))
        return self.named[node]

    def doubt(self, line: int, why: str) -> None:
        """Something could not be told."""
        if len(self.undecided) < 50:
            self.undecided[Undecided(line, why)] = None

    # What the subclasses fill in, so that each layer can use the ones above it.

    def evaluate(self, node: ast.expr) -> Value:
        """The value of an expression."""
        raise NotImplementedError

    def execute(self, body: Sequence[ast.stmt]) -> Value | None:
        """Run statements; the value is what they return, if anything."""
        raise NotImplementedError

    def invoke(self, function: Value, arguments: list[Value], keywords: dict[str, Value], node: ast.AST) -> Value:
        """The value of a call of something that the source defines."""
        raise NotImplementedError
