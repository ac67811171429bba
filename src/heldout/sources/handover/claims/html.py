"""HTML: tables, and the text of a page or of a notebook's output."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

from heldout.sources.handover.claims import prose
from heldout.sources.handover.claims.context import Context
from heldout.sources.handover.claims.tables import Grid
from heldout.sources.handover.claims.tables import readings as table_readings
from heldout.sources.handover.plan import Reading

_BREAKS = frozenset(
    {"p", "br", "li", "div", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "tr", "section", "pre", "span"}
)
_HIDDEN = frozenset({"script", "style", "head", "svg", "code"})
_MOST = 2_000_000
_MOST_OPENED = 500


@dataclass
class _Table:
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


class _Parser(HTMLParser):
    """Collects tables as grids and the rest as lines of text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self.texts: list[tuple[int, str]] = []
        self._open: list[_Table] = []
        self._cell: list[str] | None = None
        self._span = 1
        self._hidden = 0
        self._buffer: list[str] = []
        self._line = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "table":
            self._open.append(_Table())
        elif tag == "tr" and self._open:
            self._open[-1].rows.append([])
            self._open[-1].lines.append(self.getpos()[0])
        elif tag in ("td", "th") and self._open and self._open[-1].rows:
            self._end_cell()
            self._cell = []
            self._span = _span(dict(attrs).get("colspan"))
        elif tag in _BREAKS:
            self._flush()

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self.tables.append(self._open.pop())
        elif tag in _BREAKS:
            self._flush()

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if self._cell is not None:
            self._cell.append(data)
        elif not self._open:
            if not self._buffer:
                self._line = self.getpos()[0]
            self._buffer.append(data)

    def close(self) -> None:
        super().close()
        self._flush()
        while self._open:
            self.tables.append(self._open.pop())

    def _end_cell(self) -> None:
        if self._cell is not None and self._open and self._open[-1].rows:
            text = " ".join("".join(self._cell).split())
            self._open[-1].rows[-1].extend([text] * self._span)
        self._cell = None

    def _flush(self) -> None:
        text = " ".join("".join(self._buffer).split())
        if text:
            self.texts.append((self._line, text))
        self._buffer = []


def _span(value: str | None) -> int:
    return min(int(value), 20) if value and value.isdigit() and int(value) > 0 else 1


def tables_of(text: str, context: Context, title: str = "") -> list[Reading]:
    """The readings of the tables of a piece of HTML; its first line is `context.line` when that is given."""
    parser = _parsed(text)
    return [r for table in parser.tables for r in _table(table, context, title)]


def read(text: str, context: Context) -> list[Reading]:
    """The readings of a page: its tables and its sentences."""
    parser = _parsed(text)
    found = [r for table in parser.tables for r in _table(table, context, "")]
    for line, content in parser.texts:
        for _, sentence in prose.sentences(content):
            found += prose.readings(sentence, context.at(line))
    return sorted(found, key=lambda r: r.location.line or 0)


def _parsed(text: str) -> _Parser:
    parser = _Parser()
    text = text[:_MOST]
    # The library takes time that grows with the square of the tags that are opened and never closed.
    if not any(part.count("<") > _MOST_OPENED for part in text.split(">")):
        parser.feed(text)
        parser.close()
    return parser


def _table(table: _Table, context: Context, title: str) -> list[Reading]:
    filled = [(row, line) for row, line in zip(table.rows, table.lines, strict=True) if any(row)]
    if len(filled) < 2:
        return []
    first = context.line
    lines = tuple(
        (first + line - 1 if first else None) if context.cell else (first or 1) + line - 1 for _, line in filled[1:]
    )
    grid = Grid(tuple(filled[0][0]), tuple(tuple(row) for row, _ in filled[1:]), lines, title)
    return table_readings(grid, replace(context, line=None))
