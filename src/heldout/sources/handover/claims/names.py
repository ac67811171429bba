"""The names of metrics: one canonical name each, however people write it, with its direction and scale.

The table is data: `metrics.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

Better = Literal["higher", "lower", ""]

_SEPARATORS = re.compile(r"[\s_\-/.'’]+")
_AT = re.compile(r"\s?@\s?(\d{1,4}|k)(?![\w.])|[_ ]at[_ ](\d{1,4})(?![^\W_])")
_BARE = ("map", "score")
"""Canonical names that are words or functions, and never read as names by themselves."""
_COMMON = (*_BARE, "loss")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z0-9])")


@dataclass(frozen=True, slots=True)
class Metric:
    """What is known of a metric. `low` and `high` are the ends of its range, None where it has none."""

    id: str
    better: Better
    low: float | None
    high: float | None
    percent: bool
    """Whether it is also written in per cent: 91.67 then means 0.9167."""
    unit: bool = False
    """Whether it is in the unit of what is predicted, which can be per cent."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A metric's name in a text, with the place where it stands."""

    metric: str
    """Canonical; with its cut-off where it has one: `recall@10`."""
    start: int
    end: int
    name: str
    """As written."""


@dataclass(frozen=True)
class _Table:
    metrics: dict[str, Metric]
    pattern: re.Pattern[str]
    log_pattern: re.Pattern[str]
    plain: dict[str, str]
    exact: dict[str, str]
    stems: tuple[tuple[str, str], ...]
    also: tuple[tuple[str, str], ...]


def metric(name: str) -> Metric:
    """The metric of this canonical name, its cut-off ignored; raises KeyError when there is none."""
    return _table().metrics[name.partition("@")[0] if name.partition("@")[0] in _table().metrics else name]


def better(name: str) -> Better:
    """Which direction is better, or an empty string where the table does not say."""
    try:
        return metric(name).better
    except KeyError:
        return ""


def mentions(text: str, *, log: bool = False) -> list[Mention]:
    """All names of metrics in a text, in order, the longest at each place; `log` adds names only used in logs."""
    table = _table()
    pattern = table.log_pattern if log else table.pattern
    return list(_found(table, pattern, text))


def words_of_key(key: str) -> str:
    """A key of a file or a variable's name as words: `valAcc` becomes `val_Acc`."""
    return _CAMEL.sub("_", key)


def meanings(metric_id: str, name: str) -> tuple[str, ...]:
    """The metrics that a written name can mean, the likeliest first: Spanish `precisión` is used for accuracy too."""
    key = _SEPARATORS.sub("", name.lower())
    others = [other for stem, other in _table().also if key.startswith(stem)]
    return (metric_id, *(other for other in dict.fromkeys(others) if other != metric_id))


def _found(table: _Table, pattern: re.Pattern[str], text: str) -> Iterator[Mention]:
    for match in pattern.finditer(text):
        name = match[0]
        canonical = _canonical(table, name)
        if canonical is None:
            continue
        end, at = match.end(), _AT.match(text, match.end())
        if at:
            canonical, end = f"{canonical}@{at[1] or at[2]}", at.end()
        yield Mention(canonical, match.start(), end, text[match.start() : end])


def _canonical(table: _Table, name: str) -> str | None:
    if name in table.exact:
        return table.exact[name]
    key = _SEPARATORS.sub("", name.lower())
    if key in table.plain:
        return table.plain[key]
    return next((metric_id for stem, metric_id in table.stems if key.startswith(stem)), None)


@cache
def _table() -> _Table:
    raw = yaml.safe_load(files(__package__).joinpath("metrics.yaml").read_text(encoding="utf-8"))
    metrics = {id_: _metric(id_, fields) for id_, fields in raw.items()}
    plain: dict[str, str] = {}
    exact: dict[str, str] = {}
    stems: list[tuple[str, str]] = []
    also: list[tuple[str, str]] = []
    for id_, fields in raw.items():
        for name in (id_, *fields.get("names", ()), *fields.get("cjk", ()), *fields.get("log_names", ())):
            key = _SEPARATORS.sub("", name.lower())
            if key.endswith("*"):
                stems.append((key[:-1], id_))
            elif plain.setdefault(key, id_) != id_:
                raise ValueError(f"metrics.yaml: {name!r} is a name of two metrics")
        exact.update(dict.fromkeys(fields.get("exact", ()), id_))
        for other, names in fields.get("also", {}).items():
            also.extend((_SEPARATORS.sub("", name.lower()).rstrip("*"), other) for name in names)
    return _Table(metrics, _pattern(raw, log=False), _pattern(raw, log=True), plain, exact, tuple(stems), tuple(also))


def _metric(id_: str, fields: dict[str, Any]) -> Metric:
    low, high = fields["range"]
    return Metric(id_, fields.get("better", ""), low, high, fields.get("percent", False), fields.get("unit", False))


def _pattern(raw: dict[str, Any], *, log: bool) -> re.Pattern[str]:
    """One pattern of all names; those that are written in characters without word borders need none."""
    names: list[str] = []
    exact: list[str] = []
    free: list[str] = []
    for id_, fields in raw.items():
        extra = (
            [*fields.get("log_names", ()), *([] if id_ in _BARE else [id_])] if log else [] if id_ in _COMMON else [id_]
        )
        names.extend([*fields.get("names", ()), *extra])
        exact.extend(fields.get("exact", ()))
        free.extend(fields.get("cjk", ()))
    bordered = rf"(?<![^\W_])(?:{_any(exact)}|(?i:{_any(names)}))(?![^\W_])"
    return re.compile(rf"{_any(free)}|{bordered}")


def _any(names: list[str]) -> str:
    return "|".join(_written(name) for name in sorted(set(names), key=lambda n: (-len(n), n)))


def _written(name: str) -> str:
    gap = r"[\s_\-/.]{0,2}"
    parts = [re.escape(part.rstrip("*")) + (r"\w*" if part.endswith("*") else "") for part in re.split(r"[ _]", name)]
    return gap.join(part for part in parts if part).replace("'", "['’]?")
