"""Markdown and reStructuredText: headings, lists, tables, code blocks and badges, and what they say of a number."""

from __future__ import annotations

import re
from dataclasses import replace

from heldout.sources.handover.claims import code, html, logs, model_index, prose, structured
from heldout.sources.handover.claims.cells import clean, names_one_metric
from heldout.sources.handover.claims.context import Context
from heldout.sources.handover.claims.joining import is_reached
from heldout.sources.handover.claims.parts import badge_text, cells_of, rst_grid
from heldout.sources.handover.claims.position import Position, named_for_results, told_apart
from heldout.sources.handover.claims.tables import Grid
from heldout.sources.handover.claims.tables import readings as table_readings
from heldout.sources.handover.claims.words import models_in
from heldout.sources.handover.plan import Reading

_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*$")
_UNDERLINE = re.compile(r"^([=\-~^\"*+#])\1{2,}\s*$")
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})\s*\{?\.?([\w+-]*)")
_ROW = re.compile(r"^\s*(?:>\s*)?\|?.*\|.*$")
_RULE = re.compile(r"^\s*(?:>\s*)?\|?\s*:?-{1,}:?\s*(?:\|\s*:?-{1,}:?\s*)*\|?\s*$")
_ITEM = re.compile(r"^(\s*(?:>\s*)*)(?:[-*+•◦▪●]|\d{1,2}[.)])\s+(.*)$")
_BADGE = re.compile(r"(?:img\.shields\.io|badgen\.net|flat\.badgen\.net)/(?:static/v1\?|badge/?)([^\s)\"'>\]]+)")
_RST_BORDER = re.compile(r"^\s*(?:=+(?:\s+=+)+|\+[-=]+(?:\+[-=]+)+\+)\s*$")
_BOLD = re.compile(r"</?(?:b|strong)>", re.IGNORECASE)
_LISTED = re.compile(r"^(\s*)<li\b[^>]*>(?!.*<li\b)(.*?)(?:</li>)?\s*$", re.IGNORECASE)
_COMMAND = frozenset(
    {
        "bash",
        "sh",
        "shell",
        "zsh",
        "console",
        "powershell",
        "cmd",
        "bat",
        "dockerfile",
        "sql",
        "makefile",
        "mermaid",
        "bibtex",
        "html",
        "css",
        "js",
        "javascript",
        "r",
        "java",
        "xml",
        "ini",
    }
)
_DATA = frozenset({"json", "yaml", "yml", "toml", "jsonc"})
_PAIR = re.compile(r"\W*([^\W\d][^:：|]{0,40}?)[*_`\s]*(?:[:：]|\s[-–—])\s*[*_`]*(\d[\d.,]*\s?%?)\W*")
"""An item of a list that is a name and a number."""
_MOST_LINES = 10_000
_MOST_OF_A_LEAD = 80
_NEXT_EPOCH = 6
"""How many lines further the next epoch of a pasted log stands at most."""


def read(text: str, context: Context, *, rst: bool = False) -> list[Reading]:
    """All readings of a document, in the order of its lines."""
    lines = [_without_tags(line) for line in text.split("\n")[:_MOST_LINES]]
    found: list[Reading] = []
    start = 0
    if lines and lines[0].strip() == "---" and not rst:
        end = next((i for i in range(1, min(len(lines), 2_000)) if lines[i].strip() in ("---", "...")), 0)
        found += model_index.front_matter("\n".join(lines[1:end]), replace(context, line=2))
        start = end + 1 if end else 0
    reader = _Reader(lines, context, rst)
    reader.position.named = named_for_results(context.path)
    return [*found, *reader.read(start)]


def _without_tags(line: str) -> str:
    """A line with the tags that people write for bold letters and items of a list as Markdown has them."""
    if "<" not in line:
        return line
    return _LISTED.sub(r"\1- \2", _BOLD.sub("**", line))


class _Reader:
    """Goes through the blocks of one document."""

    def __init__(self, lines: list[str], context: Context, rst: bool) -> None:
        self.lines = lines
        self.context = context
        self.rst = rst
        self.position = Position()
        self.found: list[Reading] = []
        self.under: list[str] = []
        """The innermost heading over each reading."""

    def read(self, index: int) -> list[Reading]:
        while index < len(self.lines):
            index = self._block(index)
            heading = self.position.headings[-1][1] if self.position.headings else ""
            self.under += [heading] * (len(self.found) - len(self.under))
        return told_apart(self.found, self.under)

    def _block(self, index: int) -> int:
        """Take the block that begins here; gives the line after it."""
        line = self.lines[index]
        if not line.strip():
            return index + 1
        for taken in (self._fence, self._heading, self._html, self._table, self._rst_table, self._report, self._log):
            after = taken(index)
            if after > index:
                return after
        return self._text(index)

    def _admit(self, found: list[Reading], *, said: bool = False) -> None:
        """Take readings in: of a document about other things, several together or with a verb of reaching."""
        if said or self.position.trusted() or len({reading.metric for reading in found}) > 1:
            self.found += found

    def _fence(self, index: int) -> int:
        match = _FENCE.match(self.lines[index])
        if not match:
            return index
        end, closed = self._fence_end(index + 1, match[1])
        body = "\n".join(self.lines[index + 1 : end])
        language = match[2].lower()
        data = language in _DATA or body.lstrip().startswith(("{", "["))
        shown = self.position.explains()
        if not self.position.wishful() and not shown and not (data and self.position.about_requests()):
            context = replace(self.position.context(self.context), line=index + 2)
            self._admit(_fenced(body, language, context))
        return end + 1 if closed else end

    def _fence_end(self, index: int, mark: str) -> tuple[int, bool]:
        """(the line at which a fence ends, whether it is its own end): one that begins another ends a forgotten one."""
        for place in range(index, len(self.lines)):
            line = self.lines[place].strip()
            if line.startswith(mark):
                return place, not line.strip("`~")
        return len(self.lines), False

    def _heading(self, index: int) -> int:
        match = _HEADING.match(self.lines[index])
        if match:
            self.position.heading(len(match[1]), match[2])
            self._sentences(match[2], index, [(0, index)])
            return index + 1
        following = self.lines[index + 1] if index + 1 < len(self.lines) else ""
        under = _UNDERLINE.match(following)
        if (
            under
            and "|" not in self.lines[index]
            and len(self.lines[index]) < 120
            and not _ITEM.match(self.lines[index])
        ):
            self.position.heading(1 if under[1] == "=" else 2, self.lines[index].strip())
            return index + 2
        return index

    def _html(self, index: int) -> int:
        if "<table" not in self.lines[index].lower():
            return index
        end = index
        while end < len(self.lines) - 1 and "</table" not in self.lines[end].lower():
            end += 1
        if not self.position.wishful():
            context = replace(self.position.context(self.context), line=index + 1)
            self._admit(html.tables_of("\n".join(self.lines[index : end + 1]), context, self.position.title()))
        return end + 1

    def _table(self, index: int) -> int:
        if index + 1 >= len(self.lines) or "|" not in self.lines[index] or not _RULE.match(self.lines[index + 1]):
            return index
        if "-" not in self.lines[index + 1]:
            return index
        end = index + 2
        while end < len(self.lines) and "|" in self.lines[end] and self.lines[end].strip():
            end += 1
        rows = tuple(tuple(cells_of(line)) for line in self.lines[index + 2 : end])
        places = tuple(range(index + 3, end + 1))
        title, above = self.position.title(), self.position.above
        grid = Grid(tuple(cells_of(self.lines[index])), rows, places, title, above)
        if not self.position.wishful():
            self._admit(table_readings(grid, self.position.context(self.context)))
        return end

    def _rst_table(self, index: int) -> int:
        if not self.rst or not _RST_BORDER.match(self.lines[index]):
            return index
        end = index + 1
        while end < len(self.lines) and self.lines[end].strip():
            end += 1
        grid = rst_grid(self.lines[index:end], index + 1, self.position.title())
        if grid is not None and not self.position.wishful():
            self._admit(table_readings(grid, self.position.context(self.context)))
        return end

    def _report(self, index: int) -> int:
        """A classification report that stands in the text without a fence."""
        if not re.match(r"\s*precision\s+recall\s+f1-score\s+support", self.lines[index]):
            return index
        end = index + 1
        while end < len(self.lines) and (not self.lines[end].strip() or re.search(r"\d\s*$", self.lines[end])):
            end += 1
        if not self.position.wishful():
            context = replace(self.position.context(self.context), line=index + 1)
            self.found += logs.read("\n".join(self.lines[index:end]), context)
        return end

    def _log(self, index: int) -> int:
        """The lines of a training that were pasted into the text: the last epoch counts."""
        counted = [i for i in range(index, min(index + 400, len(self.lines))) if logs.has_counter(self.lines[i])]
        run = [i for i, before in zip(counted, [index - 1, *counted], strict=False) if i - before <= _NEXT_EPOCH]
        if len(run) < 2 or run[0] != index or run != counted[: len(run)]:
            return index
        if not self.position.wishful():
            context = replace(self.position.context(self.context), line=index + 1)
            self._admit(logs.read("\n".join(self.lines[index : run[-1] + 1]), context))
        return run[-1] + 1

    def _text(self, index: int) -> int:
        """A list item or a paragraph, whose lines are joined before it is read."""
        item = _ITEM.match(self.lines[index])
        first = item[2] if item else self.lines[index].strip()
        joined, starts, end = first, [(0, index)], index + 1
        while end < len(self.lines) and self._continues(end, item is not None):
            starts.append((len(joined) + 1, end))
            joined += " " + self.lines[end].strip()
            end += 1
        indent = len(self.lines[index]) - len(self.lines[index].lstrip()) + (1 if item else 0)
        self.position.leads = [lead for lead in self.position.leads if lead[0] < indent] if item else self._kept(index)
        before = len(self.found)
        self.position.above = joined
        if not self.position.wishful():
            self._badges(joined, starts)
            self._sentences(joined, index, starts)
            if item and len(self.found) == before:
                self._listed(joined, index)
        if len(self.found) == before and _is_short(joined) and (_introduces(joined) or item):
            self.position.lead(indent, joined)
        return end

    def _listed(self, text: str, index: int) -> None:
        """`Ship: 94.0%` in a list whose line above names the metric: `Per-Class Accuracy:`."""
        pair = _PAIR.fullmatch(text)
        lead = self.position.leads[-1][1].strip() if self.position.leads else ""
        mention = names_one_metric(lead.rstrip("*_` :：")) if lead.rstrip("*_` ").endswith((":", "：")) else None
        if pair is None or mention is None:
            return
        context = self.position.context(self.context)
        name = clean(pair[1])
        if context.per_class:
            context = replace(context, average=f"class {name}")
        elif models_in(name):
            context = replace(context, model=name, label="")
        else:
            context = replace(context, label=name)
        self._admit(prose.readings(f"{mention.name}: {pair[2]}", context.at(index + 1)))

    def _kept(self, index: int) -> list[tuple[int, str]]:
        """A paragraph ends the list that a lead introduced, unless it follows the lead at once."""
        return [] if index and not self.lines[index - 1].strip() else self.position.leads

    def _continues(self, index: int, in_item: bool) -> bool:
        line = self.lines[index]
        if (
            not line.strip()
            or _ITEM.match(line)
            or _HEADING.match(line)
            or _FENCE.match(line)
            or "|" in line
            or "<table" in line.lower()
        ):
            return False
        previous = self.lines[index - 1]
        if previous.endswith(("  ", "\\", "<br>", "<br/>", ":", "：")) or _UNDERLINE.match(line):
            return False
        # One `name: value` a line, as many people write it, is a list and no paragraph.
        return (
            not (
                re.match(r"^\s*[*_`]*[\w²/()%. -]{2,40}[*_`]*\s*[:=：]\s*\S", line)
                and re.match(r"^\s*[*_`]*[\w²/()%. -]{2,40}[*_`]*\s*[:=：]", previous)
            )
            and not _is_bold(line)
            and not _is_bold(previous)
        )

    def _sentences(self, text: str, index: int, starts: list[tuple[int, int]]) -> None:
        context = self.position.context(self.context)
        found: list[Reading] = []
        for offset, sentence in prose.sentences(text):
            here = max((s for s in starts if s[0] <= offset), default=(0, index))
            for reading in prose.readings(_BADGE.sub("", sentence), context.at(here[1] + 1)):
                # The line on which the number itself stands.
                at = text.find(reading.written, offset)
                line = max((s for s in starts if s[0] <= at), default=here)[1] + 1 if at >= 0 else here[1] + 1
                found.append(
                    reading.model_copy(update={"location": reading.location.model_copy(update={"line": line})})
                )
        self._admit(found, said=is_reached(text))

    def _badges(self, text: str, starts: list[tuple[int, int]]) -> None:
        for match in _BADGE.finditer(text):
            line = max(s for s in starts if s[0] <= match.start())[1] + 1
            for reading in prose.readings(badge_text(match[1]), self.context.at(line)):
                self.found.append(reading)


def _fenced(body: str, language: str, context: Context) -> list[Reading]:
    if language in _COMMAND:
        return []
    if language in ("python", "py", "python3", "ipython"):
        return code.read(body, context)
    if language in _DATA:
        # A template has noughts where the results will stand.
        found = structured.read(body, {"jsonc": "json", "yml": "yaml"}.get(language, language), context)
        return [reading for reading in found if reading.value]
    return logs.read(body, context)


def _is_short(line: str) -> bool:
    """Whether a line is so short, and so little of a sentence, that it can introduce a list."""
    text = line.strip("*_`#>:： \t-")
    return 2 <= len(text) <= _MOST_OF_A_LEAD and not re.search(r"[|.!?]", text)


def _introduces(line: str) -> bool:
    """Whether a line without numbers says what the list under it is about."""
    return line.rstrip("*_` ").endswith((":", "：")) or _is_bold(line) or (len(line) < 80 and bool(models_in(line)))


def _is_bold(line: str) -> bool:
    return bool(re.fullmatch(r"\s*(?:\*\*|__)[^*_].{0,80}(?:\*\*|__)\s*:?\s*", line))
