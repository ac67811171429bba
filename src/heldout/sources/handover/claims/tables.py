"""Tables of numbers, from whatever they were written in: which cell is which metric of which model.

A table is a grid of cells with the line of each row. The metrics stand in the heading, or in the first column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from heldout.evidence.types import Location
from heldout.sources.handover.claims.names import Mention, mentions, metric, words_of_key
from heldout.sources.handover.claims.numbers import Number, scaled, whole_cell
from heldout.sources.handover.claims.prose import Context
from heldout.sources.handover.claims.words import average_in, models_in, split_in, words
from heldout.sources.handover.plan import Bound, Reading

_MARKS = re.compile(r"[*_`~$\\|]|<[^<>]{0,200}>|&nbsp;|[\u2190-\u21ff\u2600-\u27bf\U0001f300-\U0001faff]")
_MODEL_HEAD = re.compile(
    r"models?|classifiers?|algorithms?|methods?|regressors?|estimators?|architectures?|networks?|backbone|modelos?|m[ée]todos?|algoritmos?|"
    r"classificador(es)?|clasificador(es)?|mod[èe]les?|modelli|modello|algorithmus|verfahren|модел[ьи]|алгоритм|模型|算法|方法|モデル|手法|yöntem",
    re.IGNORECASE,
)
_SPLIT_HEAD = re.compile(r"splits?|sets?|partition|subset|phase|stage|conjunto|teilmenge|выборка|数据集", re.IGNORECASE)
_CLASS_HEAD = re.compile(
    r"class(es)?|classe|clase|klasse|category|categor[ií]a|label|class label|类别|kategorie|категория|класс|sınıf",
    re.IGNORECASE,
)
_SPREAD_HEAD = re.compile(
    r"(?<![^\W_])(?:std|stdev|std\.? ?dev\w*|standard deviation|sd|±|"
    r"desviaci[oó]n|desvio|[ée]cart[- ]type|standardabweichung|deviazione|标准差)(?![^\W_])",
    re.IGNORECASE,
)
_CITED = re.compile(
    r"\bet\.? al\b|\[\d{1,3}\](?!\()|\((?:19|20)\d\d\)|"
    r"(?<![^\W_])(?:sota|published|paper|literature|reference|human|prior work)(?![^\W_])",
    re.IGNORECASE,
)
_MOST_ROWS = 400
_MOST_VALUES = 12
"""Values of one metric in one row; more are the record of a search, not a statement about a model."""
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
    """What the text above it says it is about."""


@dataclass(frozen=True)
class _Column:
    index: int
    mention: Mention
    text: str


def readings(grid: Grid, context: Context) -> list[Reading]:
    """The numbers about quality of one table; none when its headings name goals, settings or other people's work."""
    if not grid.rows or _foreign(grid.title) or len(grid.head) < 1:
        return []
    columns = _metric_columns(grid)
    if columns:
        return list(_by_column(grid, columns, context))
    return list(_by_row(grid, context))


def names_one_metric(text: str) -> Mention | None:
    """The metric that a cell or a key is a name of; None when it says something else, or is more than a name.

    `Test accuracy (%)` and `mean_test_f1` are names; `Accuracy matters because ...`, `f1_time` and `accuracy target`
    are not.
    """
    clean = " ".join(_MARKS.sub(" ", words_of_key(text)).replace("\n", " ").split()) if "$" not in text else text
    found = mentions(clean, log=True)
    if not found or words().not_quality.search(_without(clean, found)):
        return None
    rest = _without(clean, found)
    rest = re.sub(r"\([^()]{0,40}\)|\[[^\[\]]{0,30}\]", " ", rest)
    strange = [w for w in re.findall(r"[^\W\d_]{2,}", rest) if not _belongs(w)]
    if len(strange) > 2 or len(clean) > 70:
        return None
    return (
        max(found, key=lambda m: (m.end - m.start, -m.start))
        if len({m.metric for m in found}) == 1
        else _main(clean, found)
    )


def _main(text: str, found: list[Mention]) -> Mention | None:
    """Of several names the one that the others stand in brackets to, or that stands last in a key (`f1_auc` none)."""
    outside = [m for m in found if text[: m.start].count("(") <= text[: m.start].count(")")]
    return outside[0] if len(outside) == 1 else None


def _without(text: str, found: Sequence[Mention]) -> str:
    for mention in reversed(found):
        text = text[: mention.start] + " " + text[mention.end :]
    return text


def _belongs(word: str) -> bool:
    table = words()
    return bool(
        any(p.fullmatch(word) for _, p in (*table.splits, *table.averages))
        or table.between.fullmatch(word)
        or table.any_model.search(word)
        or re.fullmatch(
            r"mean|avg|average|score|final|best|overall|value|class|log|higher|lower|better|pct|percent|no|yes",
            word,
            re.IGNORECASE,
        )
    )


def _foreign(text: str) -> bool:
    table = words()
    return bool(table.goals.search(text) or _CITED.search(text) or table.others.search(text))


def _metric_columns(grid: Grid) -> list[_Column]:
    columns = []
    for index, cell in enumerate(grid.head):
        mention = names_one_metric(cell)
        if mention is not None and not _CITED.search(cell):
            columns.append(_Column(index, mention, cell))
    return columns


def _by_column(grid: Grid, columns: Sequence[_Column], context: Context) -> Iterator[Reading]:
    taken = {column.index for column in columns}
    spreads = [i for i, head in enumerate(grid.head) if _SPREAD_HEAD.search(words_of_key(head))]
    taken |= set(spreads)
    for row, line in zip(grid.rows[:_MOST_ROWS], grid.lines, strict=False):
        about = [(grid.head[i] if i < len(grid.head) else "", cell) for i, cell in enumerate(row) if i not in taken]
        words_of_row = " ".join(cell for _, cell in about)
        if _CITED.search(words_of_row) or words().goals.search(words_of_row):
            continue
        where = _placed(context.at(line), about)
        for column in columns:
            if column.index < len(row):
                spread = next(
                    (row[i] for i in spreads if i < len(row) and (i == column.index + 1 or len(columns) == 1)), ""
                )
                yield from _cell(row[column.index], column.mention, column.text, where, row, spread)


def _by_row(grid: Grid, context: Context) -> Iterator[Reading]:
    """Metrics in the first column that names any; the other columns are models, splits or just the value."""
    for row, line in zip(grid.rows[:_MOST_ROWS], grid.lines, strict=False):
        place, mention = next(((i, m) for i, c in enumerate(row[:3]) if (m := names_one_metric(c))), (0, None))
        if mention is None or _CITED.search(row[place]):
            continue
        before = [(grid.head[i] if i < len(grid.head) else "", row[i]) for i in range(place)]
        where = _placed(context.at(line), before)
        if len(row) - place - 1 > _MOST_VALUES:
            continue
        for index in range(place + 1, len(row)):
            head = grid.head[index] if index < len(grid.head) else ""
            if words().not_quality.search(words_of_key(head)) or _foreign(head):
                continue
            yield from _cell(row[index], mention, row[place], _headed(where, head), row)


def _placed(context: Context, about: Sequence[tuple[str, str]]) -> Context:
    """What the cells of a row that are no metric say: its model, its split, and the rest as its label."""
    label: list[str] = []
    named = False
    for head, cell in about:
        text = " ".join(_MARKS.sub(" ", cell).split())
        if not text or len(text) > 80:
            continue
        average = next((v for k, v in _AVERAGES.items() if k == text.lower().replace("_", " ")), "")
        split = split_in(text)
        numeric = whole_cell(text) is not None
        if average:
            context = replace(context, average=average)
        elif _CLASS_HEAD.fullmatch(head.strip()) and len(text) < 40:
            context = replace(context, average=f"class {text}")
        elif not numeric and not named and (_MODEL_HEAD.search(head) or models_in(text)):
            context, named = replace(context, model=text), True
        elif split != "unknown" and (_SPLIT_HEAD.search(head) or len(text) < 25):
            context = replace(context, split=split)
        elif not numeric:
            label.append(text)
        elif head.strip() and len(head) < 30 and not words().not_quality.search(head):
            label.append(f"{' '.join(_MARKS.sub(' ', head).split())} {text}")
    return replace(context, label="; ".join([*filter(None, [context.label]), *label])[:120])


def _headed(context: Context, head: str) -> Context:
    """What the heading of a column of values says: a split, an average, a model, or any other name."""
    text = " ".join(_MARKS.sub(" ", head).split())
    if not text or re.fullmatch(
        r"values?|scores?|results?|valor|wert|valeur|valore|resultado|值|结果|数值|0|\d", text, re.IGNORECASE
    ):
        return context
    split, average = split_in(text), average_in(text)
    if models_in(text):
        return replace(context, model=text, split=split if split != "unknown" else context.split)
    if split != "unknown" or average:
        return replace(
            context, split=split if split != "unknown" else context.split, average=average or context.average
        )
    return replace(context, label="; ".join(filter(None, [context.label, text]))[:120])


def _cell(
    cell: str, mention: Mention, heading: str, context: Context, row: Sequence[str], spread: str = ""
) -> Iterator[Reading]:
    number = whole_cell(" ".join(_MARKS.sub(" ", cell).split()))
    if number is None or number.signed:
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
        bound=_bound(cell, number),
        split=split if split != "unknown" else context.split,
        model=context.model,
        average=average or context.average,
        label=context.label,
        location=Location(path=context.path, cell=context.cell, line=context.line, snippet=" | ".join(row)[:160]),
    )


def _bound(cell: str, number: Number) -> Bound:
    lead = cell[: max(cell.find(number.written), 0)]
    if re.search(r"[>≥]", lead):
        return "at_least"
    if re.search(r"[<≤]", lead):
        return "at_most"
    return "about" if re.search(r"[~≈]", lead) else ""
