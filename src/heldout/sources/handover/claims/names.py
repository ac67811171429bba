"""The names of metrics: one canonical name each, however people write it, with its direction and scale.

The table is data: `metrics.yaml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any, Literal

import yaml

Better = Literal["higher", "lower", ""]

_SEPARATORS = re.compile(r"[\s_\-/.'’]+")
_AT = re.compile(r"\s?@\s?(\d{1,4}|k)(?![\w.])|[_ ]at[_ ](\d{1,4}(?:\.\d+)?(?:_?pct|%|k)?)(?![^\W_])")
_BARE = ("map", "score", "explained_variance", "kappa")
"""Canonical names that are words or functions, and never read as names by themselves."""
_COMMON = (*_BARE, "loss")
_SETTLING = frozenset({"recall", "f1", "specificity"})
"""Metrics that are reported with precision, and not with accuracy alone."""
_ENGLISH = re.compile(r"(?:recall|f[\W_]?1|sensitivity|specificity|acc(?:uracy)?(?![^\W_]))", re.IGNORECASE)
_TOP = {"1": "accuracy", "5": "top_5_accuracy"}
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
    percent_from: float = 1.5
    """The least value without a sign that is read as per cent, where the metric has no upper end."""
    unit: bool = False
    """Whether it is in the unit of what is predicted, which can be per cent."""
    beside: bool = False
    """Whether it is only taken where another metric or a split stands beside it."""


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
    patterns: dict[bool, tuple[re.Pattern[str], re.Pattern[str]]]
    """By whether it is a log: the pattern of names in lower case, and of those read as written."""
    plain: dict[str, str]
    exact: dict[str, str]
    stems: tuple[tuple[str, str], ...]
    also: tuple[tuple[str, str, str], ...]
    """(beginning of a name, what it is, what it is used for as well)."""


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
    lower, exact = table.patterns[log]
    # Both lists without regard to case in one pattern would cost ten times as much.
    spans = [m.span() for m in lower.finditer(_lowered(text))] + [m.span() for m in exact.finditer(text)]
    found: list[Mention] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        mention = _mention(table, text, start, end)
        if mention is not None and (not found or start >= found[-1].end):
            found.append(mention)
    return found


def words_of_key(key: str) -> str:
    """A key of a file or a variable's name as words: `valAcc` becomes `val_Acc`."""
    return _CAMEL.sub("_", key)


def meanings(metric_id: str, name: str) -> tuple[str, ...]:
    """The metrics that a written name can mean, the likeliest first: Spanish `precisión` is used for accuracy too."""
    key = _SEPARATORS.sub("", name.lower())
    pairs = [pair for stem, *pair in _table().also if key.startswith(stem)]
    return (metric_id, *(other for other in dict.fromkeys(chain(*pairs)) if other != metric_id))


def company(text: str) -> frozenset[str]:
    """The metrics of a whole output that settle a name of two meanings in it; empty where there is no such name.

    Only names of the same language count: beside a report in English, Spanish `precisión` can still be accuracy.
    """
    named = [m for m in mentions(text, log=True) if not _ENGLISH.match(m.name)]
    if not any(m.metric == "precision" and len(meanings(m.metric, m.name)) > 1 for m in named):
        return frozenset()
    said = {m.metric for m in named}
    return frozenset(said & _SETTLING) or frozenset({"recall"} if "accuracy" in said else ())


def settled(mention: Mention, beside: set[str]) -> Mention:
    """The mention with the meaning that its company gives it.

    Spanish `precisión`, Japanese `精度` or Russian `точность` alone are said of accuracy; beside recall or F1 they are
    precision. `beside` holds the other metrics of the sentence or the table.
    """
    others = meanings(mention.metric, mention.name)
    if mention.metric == "precision" and len(others) > 1 and not beside & _SETTLING:
        return replace(mention, metric=others[1])
    return mention


def _mention(table: _Table, text: str, start: int, end: int) -> Mention | None:
    canonical = _canonical(table, text[start:end])
    if canonical is None:
        return None
    at = _AT.match(text, end)
    if at and canonical == "accuracy" and at[1] in _TOP:
        return Mention(_TOP[at[1]], start, at.end(), text[start : at.end()])
    if at:
        return Mention(f"{canonical}@{at[1] or at[2]}", start, at.end(), text[start : at.end()])
    return Mention(canonical, start, end, text[start:end])


def _lowered(text: str) -> str:
    """The text in lower case, of the same length: a few letters become two."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


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
    also: list[tuple[str, str, str]] = []
    for id_, fields in raw.items():
        for name in (id_, *fields.get("names", ()), *fields.get("cjk", ()), *fields.get("log_names", ())):
            key = _SEPARATORS.sub("", name.lower())
            if key.endswith("*"):
                stems.append((key[:-1], id_))
            elif plain.setdefault(key, id_) != id_:
                raise ValueError(f"metrics.yaml: {name!r} is a name of two metrics")
        exact.update(dict.fromkeys(fields.get("exact", ()), id_))
        for other, names in fields.get("also", {}).items():
            also.extend((_SEPARATORS.sub("", name.lower()).rstrip("*"), id_, other) for name in names)
    patterns = {log: _patterns(raw, log=log) for log in (False, True)}
    return _Table(metrics, patterns, plain, exact, tuple(stems), tuple(also))


def _metric(id_: str, fields: dict[str, Any]) -> Metric:
    low, high = fields["range"]
    return Metric(
        id_,
        fields.get("better", ""),
        low,
        high,
        percent=fields.get("percent", False),
        percent_from=fields.get("percent_from", 1.5),
        unit=fields.get("unit", False),
        beside=fields.get("beside", False),
    )


def _patterns(raw: dict[str, Any], *, log: bool) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The names in lower case, and those read as written; characters without word borders need none."""
    names: list[str] = []
    exact: list[str] = []
    free: list[str] = []
    for id_, fields in raw.items():
        own = [] if id_ in (_BARE if log else _COMMON) else [id_]
        names.extend([*fields.get("names", ()), *own, *(fields.get("log_names", ()) if log else ())])
        exact.extend(fields.get("exact", ()))
        free.extend(fields.get("cjk", ()))
    lowered = [name.lower() for name in names]
    lower = rf"{_any([f.lower() for f in free])}|(?<![^\W_])(?:{_any(lowered)})(?![^\W_])"
    return re.compile(lower), re.compile(rf"(?<![^\W_])(?:{_any(exact)})(?![^\W_])")


def _any(names: list[str]) -> str:
    return "|".join(_written(name) for name in sorted(set(names), key=lambda n: (-len(n), n)))


def _written(name: str) -> str:
    gap = r"[\s_\-/.]{0,2}"
    parts = [re.escape(part.rstrip("*")) + (r"\w*" if part.endswith("*") else "") for part in re.split(r"[ _]", name)]
    return gap.join(part for part in parts if part).replace("'", "['’]?")
