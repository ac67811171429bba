"""Wrangling: pandas and its kin as they are really used."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, ramp
from heldout.sources.repository.checks.practice import Practice, plural
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import argument, called_name, constant, says_something
from heldout.sources.repository.syntax import walk


class Joins(Practice):
    """Joins say what they match

    What: Merges that name their keys and their kind, that are checked (`validate=`, `indicator=`), and joins on the
    nearest earlier time. Against: merges of frames that name no key.

    Why: A join on whatever columns happen to share a name, or with doubled keys, changes the number of rows without a
    word.

    Example: `orders.merge(users, on="user_id", how="left", validate="m:1")` and `pd.merge_asof` speak for;
    `pd.merge(a, b)` speaks against.

    Limits: Keys that are doubled in the data are not seen in the code. A join of which only the size is asked is not
    reported.
    """

    code = "WRA101"
    moves: ClassVar = {"wrangling": Move(up=0.35, down=0.15)}
    why = "Joins are where rows get lost or doubled in silence."
    mend = 'Name the keys (`on=`) and the kind (`how=`), and check them (`validate="m:1"`).'
    ask = "What happens to the number of rows in this join if the key is doubled on one side?"
    sentence = "Tables are joined"
    counted = False
    full = 3
    kinds: ClassVar = {
        "on named keys or the index, and by a named kind": (),
        "with the keys checked (validate, indicator)": (),
        "on the nearest earlier time": ("pandas:merge_asof|merge_ordered", ".join_asof"),
    }

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Merges by their arguments."""
        for call in _merges(module):
            if _named(call) and argument(call, "how") is not None:
                yield "on named keys or the index, and by a named kind", call.lineno
            if says_something(argument(call, "validate")) or says_something(argument(call, "indicator")):
                yield "with the keys checked (validate, indicator)", call.lineno

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """What joins say, and those that say nothing."""
        yield from super().on_module(module)
        bare = [c for c in _merges(module) if not _named(c) and constant(argument(c, "how", 2)) != "cross"]
        sure = [c for c in bare if len(c.args) == 2 and module.resolve(c.func) == "pandas.merge" and _no_stars(c)]
        sure = [c for c in sure if not _only_counted(module, c)]
        if sure:
            yield self.against(
                f"At least {plural(len(sure), 'merge')} in this file name{'s' if len(sure) == 1 else ''} no key:"
                " whatever columns share a name are matched.",
                *(module.location(call) for call in first(sure, 3)),
                strength=ramp(len(sure), 0, 4),
            )


def _merges(module: Module) -> Iterator[ast.Call]:
    for call in module.called.get("merge", ()):
        dotted = module.resolve(call.func)
        if dotted == "pandas.merge" or (dotted is None and isinstance(call.func, ast.Attribute)):
            yield call


def _only_counted(module: Module, call: ast.Call) -> bool:
    """Whether of what is joined only the number of rows is asked, as of a set that two tables share."""
    around = module.parent(call)
    if not (isinstance(around, ast.Assign) and isinstance(around.targets[0], ast.Name)):
        return _asks_size(module, call)
    name = around.targets[0].id
    where = module.function_of(call) or module.tree
    read = [n for n in walk(where) if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)]
    return bool(read) and all(_asks_size(module, n) for n in read)


def _asks_size(module: Module, node: ast.expr) -> bool:
    around = module.parent(node)
    if isinstance(around, ast.Call):
        return isinstance(around.func, ast.Name) and around.func.id == "len"
    return isinstance(around, ast.Attribute) and around.attr in ("empty", "shape", "size")


def _named(call: ast.Call) -> bool:
    return any(k.arg in ("on", "left_on", "right_on", "left_index", "right_index") for k in call.keywords)


def _no_stars(call: ast.Call) -> bool:
    return all(k.arg is not None for k in call.keywords) and not any(isinstance(a, ast.Starred) for a in call.args)


class Grouping(Practice):
    """Grouped and ordered work is done by the library

    What: Group-bys with several or named aggregations, values per group put back beside the rows, windows over time,
    reshaping.

    Why: Features are made of groups and windows; the library says them in a line that can be checked.

    Example: `df.groupby("user").agg(spent=("amount", "sum"))`, `groupby(...).transform("mean")`, `rolling("7D")` and
    `pivot_table` speak for.

    Limits: A plain `groupby(...).mean()` is too common to say anything.
    """

    code = "WRA102"
    moves: ClassVar = {"wrangling": Move(up=0.4)}
    why = "Groups, windows and reshaping are the daily work of making features."
    sentence = "Tables are reworked by the library"
    counted = False
    full = 4
    kinds: ClassVar = {
        "several aggregations of a group": (),
        "values of the group beside each row": ("polars:over", ".over"),
        "order within a group (rank, shift, cumulative)": (),
        "windows over rows or time": (
            ".rolling",
            ".ewm",
            ".expanding",
            "pyspark:Window.partitionBy",
        ),
        "reshaping": (".pivot_table|pivot|melt|unstack|explode", "pandas:pivot_table|melt|crosstab|wide_to_long"),
        "cutting into ranges": ("pandas:cut|qcut",),
    }

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """What follows a group-by, and windows of time: recordings are resampled too, but to a number."""
        for call in module.called.get("resample", ()):
            if isinstance(call.func, ast.Attribute) and not module.resolve(call.func) and _by_time(module, call):
                yield "windows over rows or time", call.lineno
        if "groupby" not in module.text and "groupBy" not in module.text:
            return
        for name, kind in _AFTER_GROUP.items():
            for call in module.called.get(name, ()):
                if grouped(call) and (name not in ("agg", "aggregate") or _several(call)):
                    yield kind, call.lineno


_AFTER_GROUP = {
    "agg": "several aggregations of a group",
    "aggregate": "several aggregations of a group",
    "transform": "values of the group beside each row",
    "rank": "order within a group (rank, shift, cumulative)",
    "shift": "order within a group (rank, shift, cumulative)",
    "diff": "order within a group (rank, shift, cumulative)",
    "cumsum": "order within a group (rank, shift, cumulative)",
    "cumcount": "order within a group (rank, shift, cumulative)",
    "rolling": "windows over rows or time",
}

_SUMMARIES = frozenset(
    {"mean", "sum", "agg", "aggregate", "first", "last", "max", "min", "median", "std", "var", "count", "size"}
    | {"nunique", "ohlc", "apply", "transform", "quantile", "asfreq", "ffill", "bfill", "pad", "nearest", "interpolate"}
)


def _by_time(module: Module, call: ast.Call) -> bool:
    """Whether a table is resampled: by a rule in words, or with a summary behind it."""
    rule, behind = argument(call, "rule", 0), module.parent(call)
    return isinstance(constant(rule), str) or (isinstance(behind, ast.Attribute) and behind.attr in _SUMMARIES)


def grouped(call: ast.Call) -> bool:
    """Whether the call is applied to a group-by in the same chain."""
    here = call.func
    for _ in range(12):
        if isinstance(here, ast.Attribute):
            if here.attr in ("groupby", "groupBy"):
                return True
            here = here.value
        elif isinstance(here, ast.Call):
            here = here.func
        elif isinstance(here, ast.Subscript):
            here = here.value
        else:
            return False
    return False


def _several(call: ast.Call) -> bool:
    given = argument(call, "func", 0)
    return isinstance(given, ast.Dict | ast.List) or bool(call.keywords) or len(call.args) > 1


class TimeZones(Practice):
    """Times say their zone

    What: Conversions and parsing that name a time zone. Against: two well-known faults, a pytz zone put into
    `replace(tzinfo=...)` and the time stamp of a naive UTC time.

    Why: An hour's shift moves events to another day, and two sources in different zones join wrongly.

    Example: `pd.to_datetime(s, utc=True)` and `tz_convert("Europe/Zurich")` speak for;
    `datetime.utcnow().timestamp()` is wrong by the offset of the machine and speaks against.

    Limits: Data without times need none of this; nothing is said about them.
    """

    code = "WRA103"
    severity = "medium"
    moves: ClassVar = {"wrangling": Move(up=0.2, down=0.2)}
    why = "Times without a zone are wrong as soon as a second place or a summer is involved."
    mend = "Read times as UTC with their zone, and convert only to show them."
    ask = "What does this give on a machine in another time zone, or in the night when summer time ends?"
    sentence = "Times carry their zone"
    counted = False
    kinds: ClassVar = {
        "converted or set by name": (".tz_localize|tz_convert|astimezone",),
        "parsed or made as UTC": (
            "pandas:to_datetime|Timestamp|date_range?utc",
            "pandas:Timestamp|date_range|Timestamp.now?tz",
            "datetime:datetime.now|now|fromtimestamp|datetime.fromtimestamp?tz",
        ),
        "zones by name": ("zoneinfo:ZoneInfo", "pytz:timezone", "dateutil:gettz"),
    }

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """Whether a zone is named: `tz_localize(None)` takes it away."""
        if called_name(call) not in ("tz_localize", "tz_convert", "astimezone"):
            return True
        zone = argument(call, "tz", 0)
        return zone is not None and not (isinstance(zone, ast.Constant) and zone.value is None)

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Zones in use, and the two faults."""
        yield from super().on_module(module)
        for call in module.called.get("timestamp", ()):
            inner = call.func.value if isinstance(call.func, ast.Attribute) else None
            if isinstance(inner, ast.Call) and (module.resolve(inner.func) or "").endswith(
                (".utcnow", ".utcfromtimestamp")
            ):
                yield self.against(
                    "The time stamp of a UTC time without a zone is taken: it is off by the machine's own offset.",
                    module.location(call),
                )
        for call in module.called.get("replace", ()):
            zone = argument(call, "tzinfo")
            if isinstance(zone, ast.Call) and module.resolve(zone.func) == "pytz.timezone" and not _is_utc(zone):
                yield self.against(
                    "A pytz zone is put in by `replace(tzinfo=...)`, which gives the zone's historical offset.",
                    module.location(call),
                )


def _is_utc(zone: ast.Call) -> bool:
    return str(constant(zone.args[0] if zone.args else None)).upper() in ("UTC", "GMT", "ETC/UTC", "ETC/GMT")


CHECKS: tuple[Check, ...] = (Joins(), Grouping(), TimeZones())
