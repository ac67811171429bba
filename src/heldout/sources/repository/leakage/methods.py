"""Methods of frames, series, arrays, lists and groups."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from heldout.sources.repository.leakage import apis
from heldout.sources.repository.leakage.columns import NEIGHBOURS, UNSURE
from heldout.sources.repository.leakage.library import MOMENT, Library, constants, gather_pair
from heldout.sources.repository.leakage.rows import union
from heldout.sources.repository.leakage.values import NOT_CONSTANT, Call, Influence, Value, bounded, gather

_UNIT = re.compile(
    r"(?:patient|subject|user|customer|client|person|speaker|session|device|student|player|engine|machine|account|member|"
    r"visitor|household|driver|unit)s?(?:[_ ]?(?:id|no|nr|number|key|code))?"
)
"""Columns that name a unit of which there may be many rows."""

_EQUAL = re.compile(r"\s*`?(\w+)`?\s*(==|!=|(?<=\s)not\s+in|(?<=\s)in)\s*(\S+)\s*")


class Methods(Library):
    """What rows are asked to do to themselves."""

    def data_method(self, value: Value, name: str, call: Call) -> Value:
        """A method of a frame, series, array, list or group."""
        result = self.result_of(value, name, call)
        if call.told("inplace") is True:
            value.influence(result.influences - value.influences)
            if name == "drop":
                value.columns = result.columns
            if value.base is None and name in {"drop", "query", "dropna"}:
                value.rows = result.rows or value.rows
                value.influences = result.influences
        return result

    def result_of(self, value: Value, name: str, call: Call) -> Value:
        """What a method returns."""
        special = _METHODS.get(name)
        if special is not None:
            return special(self, value, call)
        if name in apis.REDUCTIONS or (value.grouped and name in apis.GROUP_REDUCTIONS):
            return self.reduce(call, name, value)
        if name in apis.ROWLESS_METHODS:
            return Value()
        if name in apis.READERS:
            result = value.view()
            result.marks = frozenset({"pieces"})
            return result
        if name in apis.JOINING:
            others = [self.applied(v, value, call) for v in (*call.arguments, *call.keywords.values())]
            result = self.combine(value, others, call.node, f"`{name}` puts it into the rows")
            return self.assigned(result, call) if name == "assign" else result
        if name in apis.GROWING and call.arguments:
            return self.grow(value, call)
        result = value.derived()
        if name in apis.NEIGHBOURLY:
            result.made_of |= {NEIGHBOURS}
        if name in apis.CHOOSE_COLUMNS:
            result.columns = UNSURE
        if not value.rows:
            more = gather(call.given)
            result.rows = more.rows
            result.influences, result.judged = value.influences | more.influences, value.judged | more.judged
        return result

    def assigned(self, table: Value, call: Call) -> Value:
        """`frame.assign(name=...)`: new columns."""
        for name, given in call.keywords.items():
            origins = self.applied(given, table, call).made_of if given.function is not None else given.made_of
            table.columns = table.columns.plus(name)
            self.worked_out(table, name, origins, call.node, partly=False)
        return table

    def applied(self, argument: Value, value: Value, call: Call) -> Value:
        """What a function given to `apply` or `map` makes of a row."""
        if argument.function is None:
            return argument
        given = value.derived()
        if (value.column is not None and not value.grouped) or call.told("axis") in (1, "columns"):
            given.marks |= {"one"}
        return self.invoke(argument, [given], {}, call.node)

    def grow(self, value: Value, call: Call) -> Value:
        """A list takes in more."""
        more = gather(call.arguments)
        single = all("one" in v.marks for v in call.arguments if v.rows)
        if "list" in value.marks and (single or not value.rows):
            value.marks = value.marks | {"ones"} if single and more.rows else value.marks
        elif more.rows:
            value.marks -= {"ones"}
        value.rows = union((value.rows, more.rows))
        value.influences = bounded(value.influences | more.influences)
        value.pending = bounded(value.pending | more.pending)
        value.judged |= more.judged
        if value.items is not None and not self.loops and len(value.items) < 32:
            value.items.append(call.arguments[-1])
        else:
            value.items = None
        return value

    def append(self, value: Value, call: Call) -> Value:
        """`list.append` grows; `frame.append` gives a longer frame."""
        if value.items is None and value.rows and "list" not in value.marks:
            return self.stack(call, "append", value)
        return self.grow(value, call) if call.arguments else value

    def copy(self, value: Value, call: Call) -> Value:
        """A new object that shares nothing."""
        result = value.derived()
        result.table = dict(value.table)
        result.items = list(value.items) if value.items is not None else None
        return result

    def sample(self, value: Value, call: Call) -> Value:
        """`frame.sample`: all rows shuffled, copies of rows, or a part of them."""
        if call.told("replace") is True:
            return self.copied(value.derived(), "sampling with replacement", call.node)
        if call.told("frac") == 1:
            result = value.derived()
            result.marks |= {"shuffled"}
            return result
        result = self.part(value, (f"sample {self.site(call.node)}", "taken"))
        result.base = None
        return result

    def drop(self, value: Value, call: Call) -> Value:
        """`frame.drop`: of rows, the other side of their cut; of columns, what changed them."""
        labels = Value()
        dropped = (
            call.arguments[0] if call.arguments else call.keywords.get("index", call.keywords.get("labels", labels))
        )
        other = self.complement(value, dropped)
        if other is not None:
            other.base = None
            return other
        result = value.derived()
        gone = constants(dropped) | constants(call.keywords.get("columns", labels))
        of_rows = bool(dropped.index or dropped.length_of)
        result.columns = value.columns.without(gone) if gone or of_rows else UNSURE
        result.influences = frozenset(i for i in value.influences if i.column not in gone)
        return result

    def pop(self, value: Value, call: Call) -> Value:
        """`frame.pop(column)`."""
        name = call.first.constant
        if not isinstance(name, str):
            return value.view()
        result = value.view(name)
        result.base = None
        value.influences = frozenset(i for i in value.influences if i.column != name)
        value.columns = value.columns.without([name])
        return result

    def head(self, value: Value, call: Call) -> Value:
        """`frame.head(n)`: a look at it when n is a number, else a cut."""
        known = not call.arguments or call.arguments[0].constant is not NOT_CONSTANT
        return value.view() if known else self.take_rows(value, call, after=False)

    def tail(self, value: Value, call: Call) -> Value:
        """`frame.tail(n)`."""
        known = not call.arguments or call.arguments[0].constant is not NOT_CONSTANT
        return value.view() if known else self.take_rows(value, call, after=True)

    def take_first(self, value: Value, call: Call) -> Value:
        """`dataset.take(n)`."""
        return self.take_rows(value, call, after=False)

    def skip_first(self, value: Value, call: Call) -> Value:
        """`dataset.skip(n)`."""
        return self.take_rows(value, call, after=True)

    def take_rows(self, value: Value, call: Call, *, after: bool) -> Value:
        """The rows before or after a position."""
        if not call.node.args or not call.arguments:
            return value.view()
        return self.part(value, self.cut(call.node.args[0], call.arguments[0], after=after))

    def groupby(self, value: Value, call: Call) -> Value:
        """Groups of rows: a reduction of them is a table of its own."""
        result = value.derived()
        result.grouped = True
        result.made_of |= {NEIGHBOURS}
        names = constants(call.first) | constants(call.keywords.get("by", Value()))
        unit = next((n for n in sorted(names) if _UNIT.fullmatch(n.lower())), None)
        if unit is not None:
            self.note(self.units, value, call.node, unit)
        return result

    def shift(self, value: Value, call: Call) -> Value:
        """`shift(1)`: an earlier row's value; `shift(-1)`: a later one's."""
        result = value.derived()
        result.grouped = False
        result.made_of |= {NEIGHBOURS}
        steps = call.arguments[0].constant if call.arguments else call.told("periods")
        if isinstance(steps, int) and steps < 0 and value.rows:
            line = self.place(call.node)
            step = (line, "the value of a later row is taken")
            made = Influence("future", value.rows, f"shift({steps})", line, of=value.column, flow=(step,))
            result.influences = bounded(result.influences | {made})
        elif value.rows:
            self.note(self.ordered, value, call.node, "values of earlier rows are taken")
        return result

    def sort_values(self, value: Value, call: Call) -> Value:
        """`sort_values(by=date)`: rows in the order of time."""
        names = constants(call.first) | constants(call.keywords.get("by", Value()))
        if any(MOMENT.search(n.lower()) for n in names):
            self.note(self.ordered, value, call.node, "rows are sorted by time")
        return value.derived()

    def set_index(self, value: Value, call: Call) -> Value:
        """`set_index(date)`: what is sorted by its index then is a series."""
        names = constants(call.first) | constants(call.keywords.get("keys", Value()))
        result = value.derived()
        result.columns = value.columns.without(names)
        if any(MOMENT.search(n.lower()) for n in names):
            result.marks |= {"moments"}
            value.marks |= {"moments"} if call.told("inplace") is True else frozenset()
        return result

    def sort_index(self, value: Value, call: Call) -> Value:
        """`sort_index()`: by time, if the index is one of moments."""
        if "moments" in value.marks:
            self.note(self.ordered, value, call.node, "rows are sorted by time")
        return value.derived()

    def in_periods(self, value: Value, call: Call) -> Value:
        """`resample("D")`: a row for each period; what it sums up is data of its own."""
        result = value.derived()
        if value.rows:
            result.marks |= {"window", "periods"}
            result.made_of |= {NEIGHBOURS}
        return result

    def backfill(self, value: Value, call: Call) -> Value:
        """`bfill`: gaps are filled from later rows."""
        self.note(self.backward, value, call.node, "gaps are filled from later rows")
        return value.derived()

    def fillna(self, value: Value, call: Call) -> Value:
        """`fillna(value)` or `fillna(method=...)`."""
        if call.told("method") in ("bfill", "backfill"):
            return self.backfill(value, call)
        return self.combine(value, call.given, call.node, "`fillna` puts it into the rows")

    def window(self, value: Value, call: Call) -> Value:
        """`rolling`, `ewm`, `expanding`: what follows looks at neighbours only."""
        result = value.derived()
        result.made_of |= {NEIGHBOURS}
        self.note(self.ordered, value, call.node, "moving windows are taken")
        if call.told("center") is True:
            self.note(self.backward, value, call.node, "a centred window takes in later rows")
        result.marks |= {"window"}
        return result

    def isin(self, value: Value, call: Call) -> Value:
        """`index.isin(part.index)`: the mask of the part."""
        return Value(rows=value.rows, mask=call.first.index[-1] if call.first.index else None)

    def isnull(self, value: Value, call: Call) -> Value:
        """The mask of missing cells."""
        return Value(rows=value.rows, mask=(f"null {value.column}", "yes") if value.column else None)

    def notnull(self, value: Value, call: Call) -> Value:
        """The mask of cells that are there."""
        return Value(rows=value.rows, mask=(f"null {value.column}", "no") if value.column else None)

    def transform(self, value: Value, call: Call) -> Value:
        """`groupby(...).transform`: a number of the group in each of its rows."""
        others = [self.applied(a, value, call) for a in call.arguments]
        note = "`transform` puts it into the rows"
        if not value.grouped:
            return self.combine(value, others, call.node, note)
        how = call.first
        name = how.constant if isinstance(how.constant, str) else how.path.rpartition(".")[2]
        made = value.derived()
        made.grouped = False
        made.made_of |= {NEIGHBOURS}
        if name in apis.REDUCTIONS | {"sum", "count", "size", "nunique"}:
            return self.touched_by_all(made, f"{name} per group", call.node)
        return self.combine(made, others, call.node, note)

    def aggregate(self, value: Value, call: Call) -> Value:
        """`agg`; along the columns, a matter of one row; over a moving window, one of neighbours."""
        if call.told("axis") in (1, "columns"):
            return value.derived()
        if value.marks & {"window", "one"}:
            result = value.derived()
            result.marks -= {"window"}
            return result
        return self.statistic(value, "summary per group" if value.grouped else "summary", call.node)

    def entries(self, value: Value, call: Call) -> Value:
        """`dict.items()`."""
        pairs = [gather_pair(v) for v in list(value.table.values())[:8]]
        return Value(items=pairs) if pairs else value.view()

    def align(self, value: Value, call: Call) -> Value:
        """`a.align(b)`: both, with the same columns."""
        return Value(items=[value.derived(), *(a.derived() for a in call.arguments[:1])])

    def update(self, value: Value, call: Call) -> Value:
        """`frame.update(other)` changes the frame itself."""
        result = self.combine(value, call.arguments, call.node, "`update` puts it into the rows")
        value.influence(result.influences - value.influences)
        return value

    def query(self, value: Value, call: Call) -> Value:
        """`frame.query("part == 0")`, and its other side, `part != 0`."""
        text = call.first.constant
        if not isinstance(text, str):
            return value.view()
        equal = _EQUAL.fullmatch(text)
        if equal is None:
            return self.part(value, ("picked", text[:80]))
        column, sign, other = equal[1], equal[2].split(), equal[3]
        cut = f"mask {column} {sign[-1].replace('!', '=')} {other}"
        if sign[0] in ("!=", "not"):
            return self.part(value, (cut, "no"))
        same = [(f"equal {column}", other)] if sign == ["=="] and not other.startswith("@") else []
        return self.part(value, (cut, "yes"), *same)

    def keep(self, value: Value, call: Call) -> Value:
        """`frame.filter(condition)` of polars or Spark: some of the rows, others in each call; pandas picks columns."""
        given = call.node.args[0] if call.node.args else None
        if isinstance(given, ast.Compare | ast.BinOp | ast.UnaryOp | ast.Call):
            return self.part(value, ("picked", f"by the filter {self.site(call.node)}"))
        result = value.derived()
        result.columns = UNSURE
        return result

    def unique(self, value: Value, call: Call) -> Value:
        """`unique`: the values are rows of their own, one for each: parting them parts no unit."""
        return self.source(call.node, "different values") if value.rows else value.derived()

    def rank(self, value: Value, call: Call) -> Value:
        """`rank`: each row's place among all."""
        along = call.told("axis") in (1, "columns")
        return value.derived() if along else self.touched_by_all(value, "rank", call.node)


_METHODS: dict[str, Callable[[Methods, Value, Call], Value]] = {
    "append": Methods.append,
    "copy": Methods.copy,
    "sample": Methods.sample,
    "drop": Methods.drop,
    "pop": Methods.pop,
    "head": Methods.head,
    "limit": Methods.head,
    "tail": Methods.tail,
    "take": Methods.take_first,
    "skip": Methods.skip_first,
    "groupby": Methods.groupby,
    "group_by": Methods.groupby,
    "rolling": Methods.window,
    "ewm": Methods.window,
    "expanding": Methods.window,
    "isin": Methods.isin,
    "isnull": Methods.isnull,
    "isna": Methods.isnull,
    "notnull": Methods.notnull,
    "notna": Methods.notnull,
    "transform": Methods.transform,
    "agg": Methods.aggregate,
    "aggregate": Methods.aggregate,
    "items": Methods.entries,
    "iteritems": Methods.entries,
    "align": Methods.align,
    "update": Methods.update,
    "rank": Methods.rank,
    "unique": Methods.unique,
    "query": Methods.query,
    "filter": Methods.keep,
    "shift": Methods.shift,
    "sort_values": Methods.sort_values,
    "bfill": Methods.backfill,
    "backfill": Methods.backfill,
    "fillna": Methods.fillna,
    "set_index": Methods.set_index,
    "sort_index": Methods.sort_index,
    "resample": Methods.in_periods,
}
