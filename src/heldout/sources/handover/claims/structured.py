"""Files of numbers - JSON, YAML, TOML, CSV - with the line of each: `{"rf": {"test": {"accuracy": 0.93}}}`."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import yaml

from heldout.evidence.types import Location
from heldout.material.yaml_files import UnreadableYamlError, compose_all
from heldout.sources.handover.claims.cells import beside, names_one_metric
from heldout.sources.handover.claims.context import Context
from heldout.sources.handover.claims.names import Mention, metric, words_of_key
from heldout.sources.handover.claims.numbers import Number, numbers, scaled
from heldout.sources.handover.claims.tables import Grid
from heldout.sources.handover.claims.tables import readings as table_readings
from heldout.sources.handover.claims.words import average_in, models_in, split_in, words
from heldout.sources.handover.plan import Reading

_STATISTICS = re.compile(
    r"(?:(?:mean|std|min|max|median|count|sem|var)?,)*(?:mean|std|min|max|median|count|sem|var)?", re.IGNORECASE
)
_EPOCH = re.compile(r"epoch|step|iter|round", re.IGNORECASE)
_TOKEN = re.compile(
    r'\s*(?:("(?:[^"\\]|\\.)*")|(-?(?:\d[\d.]*(?:[eE][-+]?\d+)?|Infinity)|NaN|true|false|null)|([{}\[\]:,]))'
)
_VALUE_KEYS = frozenset({"value", "mean", "score", "avg", "average", "valor", "metric_value", "result", "current"})
_NAME_KEYS = ("name", "metric", "model", "type", "id", "model_name", "classifier", "algorithm", "split", "dataset")
_SPREAD_KEYS = frozenset({"std", "stdev", "stddev", "std_dev", "sd", "stderr", "se"})
_ENDING = re.compile(r"[_\s-](mean|avg|average)$|^(mean|avg|average)[_\s-]", re.IGNORECASE)
_DEVIATION = re.compile(
    r"(?:^|[_\s-])(std|stdev|stddev|sd|stderr|sem|var|min|max|lower|upper|low|high|ci|p\d+)(?:$|[_\s-])", re.IGNORECASE
)
_AVERAGE_KEYS = {"macro avg": "macro", "weighted avg": "weighted", "micro avg": "micro", "samples avg": "samples"}
_MOST_CHARACTERS = 1_000_000
_MOST_READINGS = 400
_MOST_ROWS = 20_000
_MOST_COLUMNS = 500


@dataclass(frozen=True)
class Leaf:
    """A number or short text in a file of nested keys."""

    path: tuple[str, ...]
    text: str
    line: int
    names: tuple[str, ...] = ()
    """What `name`, `model` and the like say in the objects around it, the outermost first."""


def read(text: str, kind: str, context: Context) -> list[Reading]:
    """The readings of a file of one of the kinds json, yaml, toml, csv; none when it cannot be parsed."""
    text = text[:_MOST_CHARACTERS]
    if kind == "csv":
        return _csv(text, context)
    try:
        leaves = list({"json": _json, "yaml": _yaml, "toml": _toml}[kind](text))
    except (ValueError, UnreadableYamlError, RecursionError, csv.Error):
        return []
    first = (context.line or 1) - 1
    return list(of_leaves([replace(leaf, line=leaf.line + first) for leaf in leaves], context))[:_MOST_READINGS]


def of_leaves(leaves: list[Leaf], context: Context) -> Iterator[Reading]:
    """The readings among the leaves of a file; a `std` beside a `mean` becomes its spread."""
    by_path = {leaf.path: leaf for leaf in leaves}
    for leaf in leaves:
        reading = _of_leaf(leaf, by_path, context)
        if reading is not None:
            yield reading


def _of_leaf(leaf: Leaf, by_path: dict[tuple[str, ...], Leaf], context: Context) -> Reading | None:
    keys = leaf.path
    if not keys or any(words().not_quality.search(words_of_key(key)) for key in keys if not _is_mean(key)):
        return None
    place, mention = _metric_of(keys, leaf.names)
    number = _number(leaf.text)
    if mention is None or number is None or _DEVIATION.search(_rest(keys[place], mention) if place >= 0 else ""):
        return None
    on_scale = scaled(number, metric(mention.metric))
    if on_scale is None or (metric(mention.metric).beside and split_in(" ".join(keys)) == "unknown"):
        return None
    outer = [key for i, key in enumerate(keys) if i != place and key.lower() not in _VALUE_KEYS]
    about = [_key_words(key) for key in outer]
    where = _described([*leaf.names, *about], keys, by_path, context)
    own = words_of_key(keys[place]) if place >= 0 else ""
    besides = beside(own.replace("_", " "), replace(mention, name=mention.name.replace("_", " "))) if own else ""
    split, average = split_in(own), average_in(own)
    return Reading(
        metric=mention.metric,
        name=mention.name,
        value=on_scale[0],
        written=leaf.text.strip().strip('"'),
        half_digit=on_scale[1],
        spread=_spread(keys, place, by_path, mention, number),
        split=split if split != "unknown" else where.split,
        model=where.model,
        average=average or where.average,
        label="; ".join(filter(None, [where.label, besides]))[:120],
        location=Location(
            path=context.path, cell=context.cell, line=leaf.line, snippet=f"{'.'.join(keys)}: {leaf.text.strip()}"[:160]
        ),
    )


def _key_words(key: str) -> str:
    """A key as words; a short one that is a model's name in capitals is taken for that: `rf`, `svm`."""
    if len(key) <= 4 and words().any_model.fullmatch(key.upper()):
        return key.upper()
    return words_of_key(key).replace("_", " ")


def _is_mean(key: str) -> bool:
    return key.lower() in _VALUE_KEYS


def _metric_of(keys: tuple[str, ...], names: tuple[str, ...]) -> tuple[int, Mention | None]:
    """(which key, the metric that it names): the last one, or the one above a bare `value`, or a name beside it."""
    last = len(keys) - 1
    mention = names_one_metric(keys[last]) or names_one_metric(_ENDING.sub("", keys[last]))
    if mention is not None:
        return last, mention
    if keys[last].lower() in _VALUE_KEYS:
        for place in range(last - 1, max(last - 3, -1), -1):
            mention = names_one_metric(keys[place])
            if mention is not None:
                return place, mention
        return -1, next((m for name in reversed(names) if (m := names_one_metric(name))), None)
    # {"accuracy": {"rf": 0.93, "svm": 0.91}} and {"accuracy": {"train": 0.99, "test": 0.95}}
    if last and (
        models_in(words_of_key(keys[last])) or split_in(words_of_key(keys[last])) != "unknown" or average_in(keys[last])
    ):
        mention = names_one_metric(keys[last - 1])
        if mention is not None:
            return last - 1, mention
    return -1, None


def _rest(key: str, mention: Mention) -> str:
    clean = words_of_key(key)
    return clean.replace(mention.name, " ")


def _described(
    about: list[str], keys: tuple[str, ...], by_path: dict[tuple[str, ...], Leaf], context: Context
) -> Context:
    label: list[str] = []
    report = {(*keys[:-1], "support")} & by_path.keys()
    for index, text in enumerate(about):
        low = text.lower().strip()
        average = next((v for k, v in _AVERAGE_KEYS.items() if low == k), "")
        split = split_in(text)
        if average:
            context = replace(context, average=average)
        elif report and index == len(about) - 1:
            context = replace(context, average=f"class {text}")
        elif models_in(text):
            context = replace(context, model=text)
        elif split != "unknown" and len(text) < 40:
            context = replace(context, split=split)
        elif low and not re.fullmatch(
            r"metrics?|results?|scores?|report|classification[ _]report|performance|evaluation|"
            r"\d+|value|comparison|models?|overall|summary",
            low,
        ):
            label.append(text)
    return replace(context, label="; ".join([*filter(None, [context.label]), *label])[:120])


def _spread(
    keys: tuple[str, ...], place: int, by_path: dict[tuple[str, ...], Leaf], mention: Mention, number: Number
) -> float | None:
    """A `std` that stands beside: `mae_mean` and `mae_std`, or `{"mean": .., "std": ..}`."""
    candidates = [(*keys[:-1], name) for name in _SPREAD_KEYS] if keys[-1].lower() in _VALUE_KEYS else []
    stem = _ENDING.sub("", keys[-1])
    candidates += [(*keys[:-1], f"{stem}_{name}") for name in _SPREAD_KEYS] + [
        (*keys[:-1], f"{name}_{stem}") for name in _SPREAD_KEYS
    ]
    for path in candidates:
        leaf = by_path.get(path)
        spread = _number(leaf.text) if leaf is not None else None
        if spread is not None:
            on_scale = scaled(replace(number, spread=spread.value), metric(mention.metric))
            return on_scale[2] if on_scale else None
    return None


def _number(text: str) -> Number | None:
    clean = text.strip().strip('"')
    listed = numbers(clean)
    if len(listed) != 1 or listed[0].start > 1 or listed[0].end < len(clean.rstrip()) - 1:
        return None
    return listed[0]


def _json(text: str) -> Iterator[Leaf]:
    """Leaves of a JSON text or of JSON lines; lists of numbers are left out; raises ValueError when it is none."""
    reader = _JsonReader(text)
    while reader.more():
        yield from reader.value((), ())


class _JsonReader:
    """A reader that knows the line of each value, which the standard library's does not tell."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1

    def more(self) -> bool:
        return bool(self.text[self.at :].strip())

    def take(self) -> str:
        match = _TOKEN.match(self.text, self.at)
        if not match:
            raise ValueError(f"no JSON at character {self.at}")
        self.line += self.text.count("\n", self.at, match.end())
        self.at = match.end()
        return next(group for group in match.groups() if group is not None)

    def value(self, path: tuple[str, ...], names: tuple[str, ...], mark: str = "") -> Iterator[Leaf]:
        mark = mark or self.take()
        if mark == "{":
            yield from self.object(path, names)
        elif mark == "[":
            yield from self.array(path, names)
        elif mark in "}]:,":
            raise ValueError(f"{mark!r} where a value was expected")
        elif len(mark) < 200:
            yield Leaf(path, mark, self.line, names)

    def object(self, path: tuple[str, ...], names: tuple[str, ...]) -> Iterator[Leaf]:
        leaves: list[Leaf] = []
        mark = self.take()
        while mark != "}":
            if mark == ",":
                mark = self.take()
                continue
            key = mark.strip('"')
            if self.take() != ":":
                raise ValueError("a key without a value")
            leaves += self.value((*path, key), ())
            mark = self.take()
        said = tuple(
            leaf.text.strip('"')
            for leaf in leaves
            if leaf.path[:-1] == path and leaf.path[-1].lower() in _NAME_KEYS and leaf.text.startswith('"')
        )
        for leaf in leaves:
            yield replace(leaf, names=(*names, *said, *leaf.names))

    def array(self, path: tuple[str, ...], names: tuple[str, ...]) -> Iterator[Leaf]:
        mark, index = self.take(), 0
        while mark != "]":
            if mark != ",":
                nested = mark in "[{"
                found = self.value((*path, str(index)), names, mark)
                leaves = list(found)
                if nested:
                    yield from leaves
                index += 1
            mark = self.take()


def _yaml(text: str) -> Iterator[Leaf]:
    for document in compose_all(text):
        yield from _yaml_node(document, (), 0)


def _yaml_node(node: yaml.Node, path: tuple[str, ...], depth: int) -> Iterator[Leaf]:
    if depth > 20:
        return
    if isinstance(node, yaml.MappingNode):
        pairs = [(k.value, v) for k, v in node.value if isinstance(k, yaml.ScalarNode)]
        said = tuple(
            v.value
            for k, v in pairs
            if isinstance(v, yaml.ScalarNode) and k.lower() in _NAME_KEYS and not _number(v.value)
        )
        for key, value in pairs:
            for leaf in _yaml_node(value, (*path, key), depth + 1):
                yield replace(leaf, names=(*said, *leaf.names))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            if not isinstance(item, yaml.ScalarNode):
                yield from _yaml_node(item, (*path, str(index)), depth + 1)
    elif isinstance(node, yaml.ScalarNode) and len(node.value) < 200:
        yield Leaf(path, node.value, node.start_mark.line + 1)


def _toml(text: str) -> Iterator[Leaf]:
    """Leaves of the plain `key = value` lines; the standard library's reader tells no lines."""
    section: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), start=1):
        head = re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$", line)
        if head:
            section = tuple(part.strip().strip("\"'") for part in head[1].split("."))
            continue
        pair = re.match(r"\s*([\w.\"'-]+)\s*=\s*([-+\d.eE_\"'%]+)\s*(?:#.*)?$", line)
        if pair:
            yield Leaf(
                (*section, *(p.strip("\"'") for p in pair[1].split("."))), pair[2].replace("_", "").strip("\"'"), number
            )


def _csv(text: str, context: Context) -> list[Reading]:
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    rows: list[tuple[str, ...]] = []
    lines: list[int | None] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(tuple(cell.strip() for cell in row))
                lines.append(reader.line_num)
            if len(rows) > _MOST_ROWS:
                break
    except csv.Error:
        return []
    if len(rows) > 2 and _STATISTICS.fullmatch(",".join(rows[1])):
        # pandas writes headings of two levels as two rows: `accuracy, accuracy` over `mean, std`.
        rows[:2] = [tuple(f"{a} {b}".strip() for a, b in zip(rows[0], rows[1], strict=False))]
        del lines[0]
    if len(rows) < 2 or not 2 <= len(rows[0]) <= _MOST_COLUMNS:
        return []
    if len(rows) > 400 and not _EPOCH.match(rows[0][0]):
        return []
    return table_readings(Grid(rows[0], tuple(rows[1:]), tuple(lines[1:])), context)
