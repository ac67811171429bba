"""Tables of numbers, from whatever they were written in: which cell is which metric of which model.

A table is a grid of cells with the line of each row. The metrics stand in the heading, or in the first column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from heldout.evidence.types import Location
from heldout.sources.handover.claims.cells import beside, clean, names_one_metric
from heldout.sources.handover.claims.context import Context
from heldout.sources.handover.claims.names import Mention, mentions, metric, settled, words_of_key
from heldout.sources.handover.claims.numbers import Number, scaled, whole_cell
from heldout.sources.handover.claims.prose import is_of_a_service
from heldout.sources.handover.claims.words import average_in, models_in, split_in, words
from heldout.sources.handover.plan import Bound, Reading

_CITED = re.compile(
    r"\bet\.? al\b|\[\d{1,3}\](?!\()|\((?:19|20)\d\d\)|"
    r"(?<![^\W_])(?:sota|published|paper|literature|reference|human|"
    r"prior work|winners?|competitors?|\d(?:st|nd|rd|th) place)(?![^\W_])",
    re.IGNORECASE,
)
_EPOCH = re.compile(
    r"(?:epochs?|steps?|iter(?:ation)?s?|rounds?|[ée]poque|época|epoche|"
    r"эпоха|轮次|epoch #)(?:\s*\d+)?(?:\s+\w+)?",
    re.IGNORECASE,
)
"""A column of it makes each row a moment of a training, of which the last counts."""
_TRIAL = re.compile(r"trials?(?: (?:#|no\.?|number|id))?", re.IGNORECASE)
"""A column of it makes each row one try of a search."""
_FOLD = re.compile(r"(?:cv|fold|split)[_ -]?\d+(?:[_ -](?:valid|val|test|score))?", re.IGNORECASE)
_SAMPLE = re.compile(r"\.(?:jpe?g|png|bmp|tiff?|gif|wav|mp3|flac|mp4|nii|dcm)(?![^\W_])", re.IGNORECASE)
_STATISTICS = frozenset({"count", "std", "min", "max", "25%", "50%", "75%", "median", "sum", "var"})
_MOST_ROWS = 400
_FEWEST_OF_A_CURVE = 6
_MOST_VALUES = 12
"""Values of one metric in one row; more are the record of a search, not a statement about a model."""
_REPORT = frozenset({"precision", "recall", "f1"})
_AVERAGES = {
    "macro avg": "macro",
    "weighted avg": "weighted",
    "micro avg": "micro",
    "samples avg": "samples",
    "avg / total": "weighted",
}


@dataclass(frozen=True)
class Grid:
    """A table: its heading, its rows (all cells as text), and the line of the file at which each row stands."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int | None, ...]
    title: str = ""
    """The heading and the lines that introduce it."""
    above: str = ""
    """The text right above it."""


@dataclass(frozen=True)
class _Column:
    index: int
    mention: Mention
    text: str


def readings(grid: Grid, context: Context) -> list[Reading]:
    """The numbers about quality of one table; none when its headings name goals, settings or other people's work."""
    if not grid.rows or _foreign(grid.title):
        return []
    if any(_EPOCH.fullmatch(clean(head)) for head in grid.head):
        grid = replace(grid, rows=grid.rows[-1:], lines=grid.lines[-1:])
    if any(_TRIAL.fullmatch(clean(head)) for head in grid.head):
        return []
    grid = _means(_without_folds(grid))
    columns = _metric_columns(grid)
    if _is_curve(grid, columns) or _is_of_samples(grid):
        return []
    if columns:
        return list(_by_column(grid, columns, context))
    found = list(_by_row(grid, context))
    return found or list(_by_title(grid, context))


def _is_curve(grid: Grid, columns: Sequence[_Column]) -> bool:
    """Whether each row is one threshold of a curve: numbers alone, and recall only ever falls or only ever rises."""
    recall = next((column.index for column in columns if column.mention.metric == "recall"), None)
    if recall is None or len(columns) < 2 or len(grid.rows) < _FEWEST_OF_A_CURVE:
        return False
    values = []
    for row in grid.rows:
        cells = [whole_cell(clean(cell)) for cell in row if cell.strip()]
        if None in cells or len(row) <= recall or (number := whole_cell(clean(row[recall]))) is None:
            return False
        values.append(number.value)
    return len(set(values)) > len(values) / 2 and values in (sorted(values), sorted(values, reverse=True))


def _is_of_samples(grid: Grid) -> bool:
    """Whether most rows name a picture or a recording: they are about single examples."""
    return sum(1 for row in grid.rows if _SAMPLE.search(" ".join(row))) > len(grid.rows) / 2


def _means(grid: Grid) -> Grid:
    """Of a description by pandas - count, mean, std, min, quartiles, max - the row of the mean alone."""
    names = [clean(row[0]).lower() if row else "" for row in grid.rows]
    if "mean" not in names or len(_STATISTICS & set(names)) < 2:
        return grid
    kept = [i for i, name in enumerate(names) if name not in _STATISTICS]
    return replace(grid, rows=tuple(grid.rows[i] for i in kept), lines=tuple(grid.lines[i] for i in kept))


def _foreign(text: str) -> bool:
    table = words()
    patterns = (table.goals, table.others, table.criteria, _CITED)
    return any(pattern.search(text) for pattern in patterns)


def _without_folds(grid: Grid) -> Grid:
    """A table without its columns of single folds, where their mean stands beside them."""
    folds = {i for i, head in enumerate(grid.head) if _FOLD.fullmatch(clean(head))}
    if not folds or not any(clean(head).lower() in ("mean", "average", "avg") for head in grid.head):
        return grid
    rows = tuple(tuple(cell for i, cell in enumerate(row) if i not in folds) for row in grid.rows)
    return replace(grid, head=tuple(head for i, head in enumerate(grid.head) if i not in folds), rows=rows)


def _metric_columns(grid: Grid) -> list[_Column]:
    columns = []
    for index, cell in enumerate(grid.head):
        mention = names_one_metric(cell)
        if mention is not None and not _CITED.search(cell) and not words().other_columns.search(clean(cell)):
            columns.append(_Column(index, mention, cell))
    named = {column.mention.metric for column in columns}
    settled_ = (replace(column, mention=settled(column.mention, named)) for column in columns)
    return [c for c in settled_ if not metric(c.mention.metric).beside or len(named) > 1]


def _by_column(grid: Grid, columns: Sequence[_Column], context: Context) -> Iterator[Reading]:
    spreads = [i for i, head in enumerate(grid.head) if _is_spread(head)]
    taken = {column.index for column in columns} | set(spreads)
    named_rows = 0 not in taken
    report = {c.mention.metric for c in columns} >= _REPORT and any("support" in head.lower() for head in grid.head)
    for row, line in zip(grid.rows[:_MOST_ROWS], grid.lines, strict=False):
        about = [(grid.head[i] if i < len(grid.head) else "", cell) for i, cell in enumerate(row) if i not in taken]
        told = " ".join(cell for _, cell in about)
        if _CITED.search(told) or words().goals.search(told) or (about and _is_earlier(about[0][1])):
            continue
        if report and named_rows:
            about[0] = ("class", about[0][1])
        where = _placed(context.at(line), about)
        own = next((m for _, cell in about[:1] if (m := names_one_metric(cell))), None)
        if own is not None and (report or own.metric == "accuracy"):
            # `accuracy` stands as a row in the report of scikit-learn, under the heading of another metric.
            value = next((row[c.index] for c in columns if c.index < len(row) and row[c.index].strip()), "")
            yield from _cell(value, own, about[0][1], replace(where, average="", label=context.label), row)
            continue
        for column in columns:
            if column.index < len(row):
                beside_it = [i for i in spreads if i < len(row) and (i == column.index + 1 or len(columns) == 1)]
                spread = row[beside_it[0]] if beside_it else ""
                extra = beside(column.text, column.mention)
                yield from _cell(row[column.index], column.mention, column.text, _more(where, extra), row, spread)


def _by_row(grid: Grid, context: Context) -> Iterator[Reading]:
    """Metrics in the first column that names any; the other columns are models, splits or just the value."""
    named = {m.metric for row in grid.rows[:_MOST_ROWS] for cell in row[:1] if (m := names_one_metric(cell))}
    last = next((row[0] for row in reversed(grid.rows) if row and _EPOCH.fullmatch(clean(row[0]))), "")
    for row, line in zip(grid.rows[:_MOST_ROWS], grid.lines, strict=False):
        if row and row[0] != last and _EPOCH.fullmatch(clean(row[0])):
            continue  # `Epoch 1 loss`: only the last epoch counts
        place, mention = next(((i, m) for i, c in enumerate(row[:3]) if (m := names_one_metric(c))), (0, None))
        if mention is None or _CITED.search(row[place]) or len(row) - place - 1 > _MOST_VALUES:
            continue
        mention = settled(mention, named)
        if metric(mention.metric).beside and len(named) < 2:
            continue
        before = [(grid.head[i] if i < len(grid.head) else "", row[i]) for i in range(place)]
        where = _more(_placed(context.at(line), before), beside(row[place], mention))
        spreads = [i for i in range(place + 1, len(row)) if i < len(grid.head) and _is_spread(grid.head[i])]
        for index in range(place + 1, len(row)):
            head = grid.head[index] if index < len(grid.head) else ""
            if not _is_other(head) and index not in spreads:
                spread = row[index + 1] if index + 1 in spreads else ""
                yield from _cell(row[index], mention, row[place], _headed(where, head), row, spread)


def _by_title(grid: Grid, context: Context) -> Iterator[Reading]:
    """A table whose metrics the text above it names, and whose columns are splits; `EM / F1` above `65.5 / 84.5`."""
    named = list({m.metric: m for m in mentions(grid.above)}.values())
    columns = [i for i, head in enumerate(grid.head) if split_in(head) != "unknown" and len(clean(head)) < 20]
    if not columns:
        columns = [i for i, head in enumerate(grid.head) if clean(head) and words().value_heads.fullmatch(clean(head))]
    if not 1 <= len(named) <= 3 or not columns or _foreign(grid.above):
        return
    for row, line in zip(grid.rows[:_MOST_ROWS], grid.lines, strict=False):
        about = [(grid.head[i] if i < len(grid.head) else "", cell) for i, cell in enumerate(row) if i not in columns]
        if _CITED.search(" ".join(cell for _, cell in about)):
            continue
        where = _placed(context.at(line), about)
        for index in columns:
            parts = row[index].split("/") if index < len(row) else []
            if len(parts) == len(named):
                for part, mention in zip(parts, named, strict=True):
                    yield from _cell(part, mention, grid.head[index], where, row)


def _is_other(head: str) -> bool:
    """Whether a column is about something else than the delivered model's quality."""
    text = words_of_key(clean(head))
    return bool(words().not_quality.search(text) or words().other_columns.search(text)) or _foreign(head)


def _is_spread(head: str) -> bool:
    return bool(words().spread_heads.search(words_of_key(head)))


def _is_earlier(cell: str) -> bool:
    """Whether a row begins by saying that it is what was before, or somebody else's."""
    return bool(words().other_columns.match(clean(cell)))


def _more(context: Context, label: str) -> Context:
    return replace(context, label="; ".join(filter(None, [context.label, label]))[:120]) if label else context


def _placed(context: Context, about: Sequence[tuple[str, str]]) -> Context:
    """What the cells of a row that are no metric say: its model, its split, and the rest as its label."""
    named = False
    for head, cell in about:
        text = clean(cell)
        if not text or len(text) > 80:
            continue
        average = _AVERAGES.get(text.lower().replace("_", " "), "")
        split = split_in(text)
        numeric = whole_cell(text) is not None
        if average:
            context = replace(context, average=average)
        elif words().class_heads.fullmatch(clean(head)) and len(text) < 40:
            context = replace(context, average=f"class {re.sub(r'(?i)^class[ _]', '', text)}")
        elif not numeric and not named and (words().model_heads.search(head) or models_in(text)):
            context, named = replace(context, model=text), True
        elif split != "unknown" and (words().split_heads.search(head) or len(text) < 25):
            context = replace(context, split=split)
        elif not numeric:
            context = _more(context, text)
        elif _is_setting(head, text):
            context = _more(context, f"{clean(head)} {text}")
    return context


def _is_setting(head: str, text: str) -> bool:
    """Whether a number of a row tells it apart (`k 5`): not what a run measures, which is another each time."""
    if head.startswith("param_"):
        return True  # of scikit-learn's searches
    if not head.strip() or len(head) > 30 or _EPOCH.fullmatch(clean(head)) or words().not_quality.search(head):
        return False
    return bool(re.fullmatch(r"\d{1,6}", text) or words().settings.search(words_of_key(head)))


def _headed(context: Context, head: str) -> Context:
    """What the heading of a column of values says: a split, an average, a model, or any other name."""
    text = clean(head)
    if not text or words().value_heads.fullmatch(text):
        return context
    split, average = split_in(text), average_in(text)
    if models_in(text):
        return replace(context, model=text, split=split if split != "unknown" else context.split)
    if split != "unknown" or average:
        split = split if split != "unknown" else context.split
        return replace(context, split=split, average=average or context.average)
    return _more(context, text)


def _cell(
    cell: str, mention: Mention, heading: str, context: Context, row: Sequence[str], spread: str = ""
) -> Iterator[Reading]:
    text = clean(cell)
    number = whole_cell(text)
    if number is None or number.signed or re.search(r"[<>≤≥]=?\s*$", cell[: max(cell.find(number.written), 0)]):
        return  # a change, or a limit: `< 5%` in a column of accuracy is how to read it
    if is_of_a_service(mention.metric, " ".join(row)):
        return
    deviation = whole_cell(spread) if spread else None
    if deviation is not None and number.spread is None:
        number = replace(number, spread=deviation.value)
    if "%" in heading and not number.percent and number.value > 1:
        number = replace(number, percent=True)
    on_scale = scaled(number, metric(mention.metric))
    if on_scale is None:
        return
    split, average = split_in(words_of_key(heading)), average_in(heading)
    yield Reading(
        metric=mention.metric,
        name=mention.name,
        value=on_scale[0],
        written=number.written,
        half_digit=on_scale[1],
        spread=on_scale[2],
        bound=_bound(cell, text, number),
        split=split if split != "unknown" else context.split,
        model=context.model,
        average=average or context.average,
        label=context.label,
        location=Location(path=context.path, cell=context.cell, line=context.line, snippet=" | ".join(row)[:160]),
    )


def _bound(cell: str, text: str, number: Number) -> Bound:
    lead = cell[: max(cell.find(number.written), 0)]
    if text[number.end : number.end + 1] == "+":
        return "at_least"
    return "about" if re.search(r"[~≈]", lead) else ""
