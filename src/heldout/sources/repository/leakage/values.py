"""What a name may stand for: rows of data, numbers computed from rows, estimators, functions, containers."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from heldout.sources.repository.leakage.columns import ALL, NEIGHBOURS, Columns
from heldout.sources.repository.leakage.rows import NONE, Part, Rows, union
from heldout.sources.repository.leakage.types import Step

_MANY = 40
_LONGEST_FLOW = 8

NOT_CONSTANT: Final = object()
_DATA_KEYWORDS = frozenset(
    {"X", "x", "y", "data", "a", "arrays", "objs", "df", "X_train", "dtrain", "train_set", "pool", "raw_documents"}
)


@dataclass(frozen=True, slots=True)
class Influence:
    """Something computed over `rows`, and how it came into a value: `flow` tells the lines.

    `sort` is `statistic` (a mean, a scaler's parameters ...), `copies` (oversampled rows) or `future` (values of later
    rows); `column` names the only column that it touches, `of` the only one that it came from, when known.
    """

    sort: str
    rows: Rows
    what: str
    line: int
    column: str | None = None
    weak: bool = False
    of: str | None = None
    flow: tuple[Step, ...] = ()
    away: bool = False
    """Whether it was computed in another module: the line is that of the call."""

    def then(self, line: int, note: str, column: str | None = None) -> Influence:
        """The same, one step further."""
        if any(step[0] == line for step in self.flow) or len(self.flow) >= _LONGEST_FLOW:
            return replace(self, column=column)
        return replace(self, column=column, flow=(*self.flow, (line, note)))


Influences = frozenset[Influence]
NOTHING: Influences = frozenset()


@dataclass(frozen=True, slots=True)
class ReadOff:
    """A column `made` was worked out row by row `of` others, at a line.

    Either it is a feature and one of the others the answer of a model, or (`answer`) it is the answer and the others
    are all features.
    """

    made: str
    of: tuple[str, ...]
    line: int
    answer: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """One time that an estimator learnt: `site` tells fits apart, `loops` are those that it happens in.

    `answer` is the column of the target when known, `given_answer` that it was among the features too, and `seen` what
    changed the features alone; `stepwise` a network's step, in a loop that the source writes out. `read_off` are
    columns that give the answer away.
    """

    site: str
    line: int
    rows: Rows
    influences: Influences
    name: str
    loops: frozenset[str] = frozenset()
    searched: bool = False
    answer: str | None = None
    given_answer: bool = False
    stepwise: bool = False
    read_off: tuple[ReadOff, ...] = ()
    wraps: frozenset[str] = frozenset()
    """The sites of earlier fits that this one builds on: a calibration of a fitted model."""
    seen: Influences = field(default=NOTHING, compare=False)
    away: bool = False
    """Whether it learnt in another module: the line is that of the call."""


@dataclass(slots=True, eq=False)
class Function:
    """A function or lambda of the source, with the scope that it was defined in."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    defaults: dict[str, Value] = field(default_factory=dict)
    this: Value | None = None

    @property
    def name(self) -> str:
        """Its name, or `lambda`."""
        return "lambda" if isinstance(self.node, ast.Lambda) else self.node.name


@dataclass(slots=True, eq=False)
class Scope:
    """Names of a function or module; what is not here is looked up in the enclosing scope."""

    names: dict[str, Value] = field(default_factory=dict)
    outer: Scope | None = None
    shared: set[str] = field(default_factory=set)
    name: str = ""
    """Of the top level of another module: the name under which it is imported."""

    def within(self, other: Scope) -> bool:
        """Whether this is the other scope or one inside it."""
        scope: Scope | None = self
        while scope is not None and scope is not other:
            scope = scope.outer
        return scope is other

    def find(self, name: str) -> Value | None:
        """The value of a name, from the inside out."""
        scope = self
        while True:
            if name in scope.names:
                return scope.names[name]
            if scope.outer is None:
                return scope.missing(name)
            scope = scope.outer

    def missing(self, name: str) -> Value | None:
        """What a name stands for that is not bound yet; a sibling module knows more."""
        return None

    def bind(self, name: str, value: Value) -> None:
        """Bind a name here, or in the outermost scope if it was declared global."""
        scope: Scope = self
        if name in self.shared:
            while scope.outer is not None:
                scope = scope.outer
        scope.names[name] = value


@dataclass(slots=True, eq=False)
class Value:
    """One abstract object: several names may share it, and what is stored into it is seen by all of them.

    `rows` is where its rows come from, `influences` what its numbers were changed by, `pending` what it holds
    that was computed over rows and not yet joined with rows again. `base` is the object that this is a view of,
    `asked` the networks that made it of its rows.
    """

    rows: Rows = NONE
    influences: Influences = NOTHING
    pending: Influences = NOTHING
    grouped: bool = False
    items: list[Value] | None = None
    table: dict[str, Value] = field(default_factory=dict)
    base: Value | None = None
    column: str | None = None
    parts: tuple[Value, ...] = ()
    constant: object = NOT_CONSTANT
    path: str = ""
    cls: str = ""
    module: Scope | None = None
    blueprint: ast.ClassDef | None = None
    function: Function | None = None
    bound: tuple[Value, str] | None = None
    within: tuple[Value, ...] = ()
    fit: Fit | None = None
    judged: frozenset[Fit] = frozenset()
    index: tuple[Part, ...] = ()
    mask: Part | None = None
    length_of: Rows = NONE
    marks: frozenset[str] = frozenset()
    asked: tuple[Value, ...] = ()
    columns: Columns = ALL
    made_of: frozenset[str] = frozenset()
    """The columns that went into it, row by row."""

    def view(self, column: str | None = None) -> Value:
        """A part of this object that writes through to it."""
        column = column or self.column
        kept, columns, made_of = self.influences, self.columns, self.made_of
        if column is not None:
            kept = frozenset(i for i in kept if i.column in (None, column))
            columns, made_of = columns.only([column]), made_of & {NEIGHBOURS} | {column}
        return Value(
            rows=self.rows, influences=kept, pending=self.pending, grouped=self.grouped, base=self, column=column,
            judged=self.judged, marks=self.marks, asked=self.asked, columns=columns, made_of=made_of,
        )  # fmt: skip

    def derived(self) -> Value:
        """A new object with the same rows and history."""
        return Value(
            rows=self.rows, influences=self.influences, pending=self.pending, grouped=self.grouped, judged=self.judged,
            marks=self.marks, column=self.column, asked=self.asked, columns=self.columns, made_of=self.made_of,
        )  # fmt: skip

    def alone(self) -> Value:
        """A mix of nothing but this object."""
        return Value(
            rows=self.rows, influences=self.influences, pending=self.pending, grouped=self.grouped, judged=self.judged,
            asked=self.asked, columns=self.columns, made_of=self.made_of,
        )  # fmt: skip

    def influence(self, more: Iterable[Influence], column: str | None = None) -> None:
        """Take in what changed this object's numbers; whatever it is a view of changes with it."""
        added = frozenset(more)
        if not added:
            return
        target: Value | None = self
        for _ in range(6):
            if target is None:
                return
            column = column or target.column
            named = frozenset(replace(i, column=column) if column else i for i in added)
            target.influences = bounded(target.influences | named)
            for part in target.parts:
                part.influences = bounded(part.influences | named)
            target = target.base


def bounded(influences: Influences) -> Influences:
    """At most as many as the analysis carries; which ones does not depend on hashing."""
    if len(influences) <= _MANY:
        return influences
    return frozenset(sorted(influences, key=in_order)[:_MANY])


def in_order(influence: Influence) -> tuple[int, str, str, str, tuple[Step, ...]]:
    """A key that puts influences into one order, whatever their hashes."""
    return (influence.line, influence.what, influence.column or "", influence.sort, influence.flow)


def gather(values: Iterable[Value]) -> Value:
    """One value with the rows, influences and pending numbers of all (a list of them, an unknown mix)."""
    many = list(values)
    if len(many) < 2:
        return many[0].alone() if many else Value()
    return Value(
        rows=union(v.rows for v in many),
        influences=bounded(NOTHING.union(*(v.influences for v in many))),
        pending=bounded(NOTHING.union(*(v.pending for v in many))),
        grouped=any(v.grouped for v in many),
        judged=frozenset[Fit]().union(*(v.judged for v in many)),
        asked=next((v.asked for v in many if v.asked), ()),
        columns=together(v.columns for v in many if v.rows),
        made_of=frozenset[str]().union(*(v.made_of for v in many)),
    )


def together(many: Iterable[Columns]) -> Columns:
    """The columns of all."""
    found: Columns | None = None
    for columns in many:
        found = columns if found is None else found.beside(columns)
    return found or ALL


def join(a: Value, b: Value) -> Value:
    """What a name stands for when it may be either."""
    if a is b:
        return a
    kept = [p for v in (a, b) for p in (v.parts or (v,))]
    both = gather((a, b))
    unique: list[Value] = []
    for part in kept:
        if not any(part is u for u in unique):
            unique.append(part)
    both.parts = tuple(unique[:6])
    both.grouped = a.grouped and b.grouped
    both.columns = a.columns.either(b.columns)
    for name in ("path", "cls", "module", "function", "blueprint", "bound", "fit"):
        setattr(both, name, getattr(b, name) or getattr(a, name))
    if a.constant is not NOT_CONSTANT and a.constant == b.constant:
        both.constant = a.constant
    if a.items is not None and b.items is not None and len(a.items) == len(b.items):
        both.items = [join(x, y) for x, y in zip(a.items, b.items, strict=True)] if len(a.items) <= 8 else None
    both.table = {**a.table, **b.table}
    both.within = b.within or a.within
    both.length_of = b.length_of or a.length_of
    both.index = b.index if a.index == b.index else ()
    both.mask = b.mask or a.mask
    both.marks = a.marks | b.marks
    return both


def settle(pending: Influences, line: int, note: str, column: str | None = None) -> Influences:
    """Numbers computed over rows, now joined with rows: they influence them."""
    return frozenset(i.then(line, note, column) for i in pending)


def leaves(value: Value, depth: int = 4) -> Iterator[Value]:
    """The values in a nest of containers, itself if it is none."""
    if value.items is None or depth == 0:
        yield value
        return
    for item in value.items[:32]:
        yield from leaves(item, depth - 1)


@dataclass(slots=True, eq=False)
class Call:
    """A call with its arguments evaluated."""

    node: ast.Call
    arguments: list[Value]
    keywords: dict[str, Value]

    @property
    def given(self) -> list[Value]:
        """All arguments."""
        return [*self.arguments, *self.keywords.values()]

    @property
    def data(self) -> list[Value]:
        """The arguments that hold data: those without a name, and those whose name says so."""
        return [*self.arguments, *(v for k, v in self.keywords.items() if k in _DATA_KEYWORDS)]

    @property
    def first(self) -> Value:
        """The first argument, an empty value if there is none."""
        return self.data[0] if self.data else Value()

    def told(self, keyword: str) -> object:
        """The constant given by a keyword, NOT_CONSTANT if there is none."""
        value = self.keywords.get(keyword)
        return value.constant if value is not None else NOT_CONSTANT
