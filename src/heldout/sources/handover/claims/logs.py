"""What programs print: lines, text tables, classification reports and training logs, of which the last epoch counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from heldout.sources.handover.claims import prose
from heldout.sources.handover.claims.cells import names_one_metric
from heldout.sources.handover.claims.context import Context
from heldout.sources.handover.claims.names import company, mentions
from heldout.sources.handover.claims.numbers import numbers
from heldout.sources.handover.claims.tables import Grid
from heldout.sources.handover.claims.tables import readings as table_readings
from heldout.sources.handover.claims.words import family, models_in, split_of_title
from heldout.sources.handover.plan import Reading

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_COUNTER = re.compile(
    r"(?<![^\W_])(?:epochs?|iter(?:ation)?s?|steps?|rounds?|época|epoca|epoche|époque|эпоха)['\"]?\s*[\[:#=(]*\s*(\d+)|^\s*\[(\d+)\]|第\s*(\d+)\s*轮|(?:^\s*\[[^\]\d]{0,20}|(?<![^\W_])ep\.?\s*)(\d+)\s*/\s*\d+",
    re.IGNORECASE,
)
_PROGRESS = re.compile(r"^\s*\d+/\d+\s*(?:\[|━|-)|\d+%\s?\|.*\|\s*\d+/\d+|it/s\]|s/it\]")
_BATCH = re.compile(r"(?<![^\W_])batch(?:es)?\s*[\[:#=(]*\s*\d+", re.IGNORECASE)
_CHECKPOINT = re.compile(
    r"improved from|did not improve|current best|new best|saving model|checkpoint|patience|"
    r"best iteration|reducing learning rate",
    re.IGNORECASE,
)
_SEARCH = re.compile(r"(?<![^\W_])trial\s*#?\d+|^\s*\[CV(?:\s\d+/\d+)?\]", re.IGNORECASE)
"""One try of a search for settings."""
_STEPS = re.compile(r"^\s*(\d+)/(\d+)\s")
_YOLO_HEAD = re.compile(r"Class\s+Images\s+(?:Instances|Labels|Targets)\s+(?:Box\()?P\s+R\s+mAP")
_YOLO_ROW = re.compile(r"^\s*(\S.*?)\s+\d+\s+\d+\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s*$")
_YOLO_NAMES = ("precision", "recall", "mAP@0.5", "mAP@0.5:0.95")
_YOLO_EPOCH = re.compile(r"Epoch\s+(?:GPU_mem|gpu_mem)\s")
_COCO = re.compile(
    r"Average (Precision|Recall)\s+\(A[PR]\) @\[ IoU=([\d.:]+)\s*\| area=\s*(\w+)\s*\|"
    r" maxDets=\s*(\d+)\s*\] = (-?[\d.]+)"
)
"""A line of the evaluation of COCO, whose numbers in brackets are settings."""
_RULE = re.compile(r"^[\s|+\-=─━═┄┅╌╍│┃┼╂╋├┤┝┥╞╡┠┨┡┩┢┪┌┐└┘┏┓┗┛┬┴┳┻╇╈╒╕╘╛╤╧╪]+$")
_BARS = re.compile(r"[│┃║]")
_WRAPPED = re.compile(
    r"(?<![\w.])(?:np\.|numpy\.)?float\d*\(([-+\d.e]+)\)|(?<![\w.])tensor\(([-+\d.e]+)(?:,[^()]{0,60})?\)"
)
"""How libraries show their own numbers: `np.float64(0.91)`, `tensor(0.91, device='cuda:0')`."""
_CLASS = re.compile(
    r"^(\s*)(?:class|label|category|klasse|clase|classe|categor[ií]a|класс|类别)\s*[:=]\s*(\S.{0,40}?)\s*:?\s*$",
    re.IGNORECASE,
)
"""A line of a report that says which class the lines under it are about."""
_LAYER = re.compile(r"in_features|Conv\dd|ReLU|BatchNorm|Dropout|Embedding\(|LayerNorm|\(\w+\): \w+\(")
"""A line of a network's description: `(fc): Linear(in_features=512)`."""
_INDEX = re.compile(r"\d+\s+(?=\S)")
_REPORT_HEAD = frozenset({"precision", "recall", "f1"})
_MOST_LINES = 20_000
_MOST_OF_A_LINE = 200_000
_MOST_SHOWN = 4_000


def read(text: str, context: Context) -> list[Reading]:
    """All final readings of an output, in the order of its lines; `context.line` is the number of its first line."""
    if "\\n" in text and text.count("\n") < text.count("\\n"):
        text = text.replace("\\n", "\n")  # written by a program that escaped its own line ends
    lines = [_shown(line) for line in text.split("\n")[:_MOST_LINES]]
    beside = context.beside or company("\n".join(lines))
    reader = _Reader(lines, replace(context, log=True, beside=beside))
    reader.read()
    return sorted(reader.found, key=lambda r: r.location.line or 0) if context.cell is None else reader.found


def has_counter(line: str) -> bool:
    """Whether a line tells the metrics of one epoch."""
    return bool(_COUNTER.search(line) and re.search(r"\d\.\d", line) and mentions(line, log=True))


def _shown(line: str) -> str:
    """What a terminal shows at the end of a line that was written over."""
    line = _ANSI.sub("", line[-_MOST_OF_A_LINE:])
    for mark in ("\r", "\b"):
        if mark in line:
            parts = [part for part in line.split(mark) if part.strip()]
            line = parts[-1] if parts else ""
    return _WRAPPED.sub(lambda m: m[1] or m[2], line[:_MOST_SHOWN])


@dataclass
class _Series:
    """The lines of one training."""

    counter: int = -1
    index: int = 0
    awaiting: bool = False
    """An `Epoch 3/10` line was seen and its progress line was not yet."""
    kept: list[tuple[int, bool, Reading]] = field(default_factory=list)
    """(number of the epoch, whether the line itself has a counter, reading)."""

    def final(self) -> list[Reading]:
        """Of each metric what the last epoch that has it says."""
        last: dict[tuple[str, ...], int] = {}
        for index, _, reading in self.kept:
            last[_key(reading)] = max(index, last.get(_key(reading), -1))
        found: list[Reading] = []
        counted: dict[tuple[str, ...], Reading] = {}
        for index, has_counter, reading in self.kept:
            if index != last[_key(reading)]:
                continue
            if has_counter:
                counted[_key(reading)] = reading
            else:
                found.append(reading)
        return [*counted.values(), *found]


def _unfinished(line: str) -> bool:
    """Whether a progress line stands before its end: `57/100 [====>...] - ETA: 12s - loss: 0.4`."""
    steps = _STEPS.match(line)
    return bool(steps and _PROGRESS.search(line) and int(steps[1]) < int(steps[2]))


def _key(reading: Reading) -> tuple[str, ...]:
    return (reading.metric, reading.split, reading.average, reading.model)


class _Reader:
    def __init__(self, lines: list[str], context: Context) -> None:
        self.lines = lines
        self.base = context
        self.context = context
        self.found: list[Reading] = []
        self.series = _Series()
        self.class_indent = -1
        """How far the line is indented that named the class of the lines here; -1 when none did."""

    def read(self) -> None:
        index = 0
        while index < len(self.lines):
            after = self._table(index)
            if after > index:
                index = after
                continue
            self._line(index)
            index += 1
        self.found += self.series.final()

    def _at(self, index: int) -> Context:
        return self.context.at((self.base.line or 1) + index) if self.base.cell is None else self.context

    def _yolo(self, index: int) -> int:
        """The tables that Ultralytics' trainers print after each epoch: `all 128 929 0.66 0.53 0.61 0.43`."""
        if not _YOLO_HEAD.search(self.lines[index]):
            return index + 1 if _YOLO_EPOCH.search(self.lines[index]) else index
        end = index + 1
        while end < len(self.lines) and (row := _YOLO_ROW.match(self.lines[end])):
            average = "" if row[1] == "all" else f"class {row[1]}"
            context = replace(self._at(end), average=average)
            for name, value in zip(_YOLO_NAMES, row.groups()[1:], strict=True):
                found = prose.readings(f"{name}: {value}", context)
                self.series.kept += [(self.series.index, True, reading) for reading in found]
            end += 1
        self.series.index += 1
        return max(end, index + 1)

    def _table(self, index: int) -> int:
        yolo = self._yolo(index)
        if yolo > index:
            return yolo
        end = _table_end(self.lines, index)
        if end <= index:
            return index
        grid = _grid(self.lines[index:end], [self._at(i).line for i in range(index, end)])
        found = table_readings(grid, self._at(index)) if grid is not None else []
        if not found:
            return index
        self.found += found
        return end

    def _line(self, index: int) -> None:
        line = self.lines[index]
        if self._class(index):
            return
        if _CHECKPOINT.search(line):
            self.series.awaiting = self.series.counter >= 0  # Keras shows its progress once more
            return
        if not line.strip() or _SEARCH.search(line) or _unfinished(line):
            return
        coco = _COCO.search(line)
        if coco:
            self.found += _coco(coco, self._at(index))
            return
        counted = _COUNTER.search(line)
        progress = bool(_PROGRESS.search(line))
        if counted:
            self._count(int(next(g for g in counted.groups() if g)))
            self.series.awaiting = True
        clean = (
            re.sub(r"\d+\s*m?s/(?:step|epoch|sample)|\d+\s*[mu]?s\s*-", " ", _PROGRESS.sub(" ", line))
            if progress
            else line
        )
        context = self._at(index)
        in_fit = progress and (self.series.awaiting or (self.series.counter >= 0 and "val_" in line))
        if in_fit:
            context = replace(context, split="train")
        found = prose.readings(clean, context)
        if progress:
            self.series.awaiting = False
        if counted or in_fit:
            self.series.kept += [(self.series.index, True, r) for r in found]
        elif self.series.counter >= 0 and not progress:
            self.series.kept += [(self.series.index, False, r) for r in found]
        elif not _BATCH.search(line):
            self.found += found
        if not found:
            self._lead(line)

    def _class(self, index: int) -> bool:
        """Whether a line only names a class; another line at its level after a gap is about the whole again."""
        line = self.lines[index]
        named = _CLASS.match(line)
        if named:
            self.class_indent = len(named[1])
            self.context = replace(self.context, average=f"class {named[2]}")
            return True
        flat = len(line) - len(line.lstrip()) <= self.class_indent
        if self.class_indent >= 0 and line.strip() and flat and not self.lines[index - 1].strip():
            self.class_indent = -1
            self.context = replace(self.context, average=self.base.average)
        return False

    def _count(self, counter: int) -> None:
        if counter < self.series.counter:
            self.found += self.series.final()
            self.series = _Series()
        if counter != self.series.counter:
            self.series.index += 1
        self.series.counter = counter

    def _lead(self, line: str) -> None:
        """A short line without a number may name what the lines below it are about."""
        text = line.strip(" =-*#_:>\t")
        if not text or len(text) > 90 or _LAYER.search(text):
            return
        named = models_in(text)
        split = split_of_title(text)
        if len({family(name) for _, name in named}) > 1:
            self.context = self.base  # a line that names several says of none what follows
        elif named and len(text) < 70:
            self.context = replace(self.base, model=named[-1][1], split=split)
        elif split != "unknown" and len(text) < 60 and not _COUNTER.search(line):
            self.context = replace(self.context, split=split)
        elif line.rstrip().endswith(":") or line.lstrip().startswith(("=", "#", "-")):
            self.context = replace(self.context, split=self.base.split)


def _table_end(lines: Sequence[str], index: int) -> int:
    """The line after a text table that begins here, or `index` when none does."""
    head = _cells(lines[index])
    if len(head) < 1 or any(re.search(r"\d\.\d", cell) for cell in head) or not mentions(lines[index], log=True):
        return index
    if not any(names_one_metric(cell) for cell in head):
        return index
    if len(head) == 1 and not re.match(r"\s{2,}|\S+\s{2,}", lines[index]):
        return index
    end, blank, rows = index + 1, 0, 0
    while end < len(lines) and end - index < 300:
        line = lines[end]
        if not line.strip():
            blank += 1
            if blank > 1:
                break
        elif _RULE.match(line):
            blank = 0
        elif rows and _is_head(line):
            break
        elif re.search(r"\d", line) and re.search(r"\s{2,}|\||\t|[│┃]", line.strip()):
            blank, rows = 0, rows + 1
        else:
            break
        end += 1
    return end if rows else index


def _is_head(line: str) -> bool:
    """Whether a line begins another table."""
    return not numbers(line) and sum(1 for cell in _cells(line) if names_one_metric(cell)) > 1


def _cells(line: str) -> list[str]:
    line = _BARS.sub("|", line)
    if line.count("|") >= 2 or (line.count("|") == 1 and not re.search(r"\s{2,}", line.strip())):
        return [cell.strip() for cell in line.strip().strip("|").split("|")]
    return [cell for cell in re.split(r"\s{2,}|\t", line.strip()) if cell]


def _grid(lines: Sequence[str], numbers: Sequence[int | None]) -> Grid | None:
    aligned = _right_aligned(lines, numbers)
    if aligned is not None:
        return aligned
    head = _cells(lines[0])
    barred = "|" in _BARS.sub("|", lines[0])
    rows, places = [], []
    for line, number in zip(lines[1:], numbers[1:], strict=True):
        if not line.strip() or _RULE.match(line):
            continue
        cells = _cells(line)
        if not barred:
            cells = _aligned(line, cells, len(head))
        if cells:
            rows.append(tuple(cells))
            places.append(number)
    if not rows:
        return None
    if not barred and all(len(row) == len(head) + 1 for row in rows):
        # One cell more than headings: a table of pandas or scikit-learn, with the names of its rows first.
        report = {m.metric for cell in head if (m := names_one_metric(cell))} >= _REPORT_HEAD
        head = ["class" if report else "", *head]
    return Grid(tuple(head), tuple(rows), tuple(places))


def _right_aligned(lines: Sequence[str], numbers: Sequence[int | None]) -> Grid | None:
    """A table whose cells all end where their headings end, as pandas prints them; None when this is no such table.

    Its columns can stand one space apart, so the spaces alone do not tell the cells.
    """
    spans = [match.span() for match in re.finditer(r"\S+", lines[0])]
    rows = [(line, number) for line, number in zip(lines[1:], numbers[1:], strict=True) if line.strip()]
    rows = [(line, number) for line, number in rows if not _RULE.match(line)]
    if len(spans) < 2 or not rows or "\t" in "".join(lines) or any("|" in line for line in lines):
        return None
    spans = _headings(spans, [line for line, _ in rows])
    head = [lines[0][start:end] for start, end in spans]
    edges = [0, *(end for _, end in spans)]
    cut = [[line[a:b] for a, b in pairwise(edges)] for line, _ in rows]
    whole = all(
        line[edges[-1] :].strip() == "" and all(not cell.strip() or not cell[-1].isspace() for cell in cells)
        for (line, _), cells in zip(rows, cut, strict=True)
    )
    if not whole or any(len(cell.split()) > 1 for cells in cut for cell in cells[1:]):
        return None
    if all(_INDEX.match(cells[0].strip()) for cells in cut):
        cut = [[_INDEX.sub("", cells[0].strip()), *cells[1:]] for cells in cut]  # the numbers of pandas' rows
    if names_one_metric(head[0]):
        # The names of the rows stand to the left of the first heading.
        cut = [[cells[0].rpartition(" ")[0], *_value_and_rest(cells)] for cells in cut]
        head = ["class" if {m.metric for h in head if (m := names_one_metric(h))} >= _REPORT_HEAD else "", *head]
    return Grid(
        tuple(head), tuple(tuple(c.strip() for c in cells) for cells in cut), tuple(number for _, number in rows)
    )


def _headings(spans: Sequence[tuple[int, int]], rows: Sequence[str]) -> list[tuple[int, int]]:
    """The headings of a table by place, those of several words put together: `F1 Score` ends where its cells do.

    A word ends no column when a cell goes on below its end, or when nothing stands below it and the next is near.
    """
    found: list[tuple[int, int]] = []
    start, left = spans[0][0], 0
    for (_, end), following in zip(spans, [*spans[1:], None], strict=True):
        through = any(row[end - 1 : end].strip() and row[end : end + 1].strip() for row in rows)
        empty = left > 0 and not any(row[left:end].strip() for row in rows)
        if following is not None and following[0] == end + 1 and (through or empty):
            continue
        found.append((start, end))
        left = end
        start = following[0] if following is not None else end
    return found


def _value_and_rest(cells: Sequence[str]) -> list[str]:
    return [cells[0].rpartition(" ")[2], *cells[1:]]


def _aligned(line: str, cells: list[str], width: int) -> list[str]:
    """The cells of a row by their place from the right; empty when the row does not fit its heading."""
    if len(cells) == width + 1:
        return cells
    tokens = line.split()
    if len(cells) == width and not re.fullmatch(r"[\d.,%]+", cells[0]) and len(tokens) <= width:
        return cells
    numeric = 0
    while numeric < len(tokens) and re.fullmatch(r"[-+]?[\d.,]+(?:e[-+]?\d+)?%?|nan|NaN", tokens[-1 - numeric]):
        numeric += 1
    if numeric >= width:
        return [" ".join(tokens[:-width]), *tokens[-width:]]
    if numeric and len(tokens) == numeric + 1 and names_one_metric(tokens[0]):
        # `accuracy  0.83  1080` in a classification report: what is left out is on the left.
        return [tokens[0], *[""] * (width - numeric), *tokens[1:]]
    if len(cells) == width:
        return cells if re.match(r"\s", line) or numeric else ["", *cells][: width + 1]
    return []


def _coco(match: re.Match[str], context: Context) -> list[Reading]:
    kind, overlap, area, most, value = match.groups()
    name = {"0.50:0.95": "mAP@0.5:0.95", "0.50": "mAP@0.5", "0.75": "mAP@0.75"}.get(overlap, "mAP")
    about = "" if area == "all" else f"area {area}"
    if kind == "Recall":
        name, about = "recall", f"area {area}, at most {most}"
    return prose.readings(f"{name}: {value}", replace(context, label=about))
