"""A text for readers taken apart: headings, prose, code, tables, pictures; Markdown and reStructuredText."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

_PICTURES = 300
"""Pictures that are looked for in one text."""

_FENCE = re.compile(r"^\s*(```|~~~)(?!.*\1)")
"""The line before or after a block of code; one that opens and ends in the same line holds code itself."""
_MD_HEADING = re.compile(r"^ {0,3}#{1,6}\s*(\S.*)$")
_UNDERLINE = re.compile(r"^([=\-~^\"'`*+#:.])\1{2,}\s*$")
_HTML_HEADING = re.compile(r"<h[1-6][^>]{0,200}>(.{1,200}?)</h[1-6]>", re.IGNORECASE)
_RST_CODE = re.compile(r"^\s*\.\. (code(-block)?|sourcecode|highlight|parsed-literal)::|::\s*$")
_IMAGE = re.compile(
    r"!\[[^\]]{0,300}\]\(\s*<?([^)\s>]{1,500})|<img[^<>]{0,500}?src=[\"']?([^\"'\s>]{1,500})"
    r"|^[ \t]*\.\. (?:image|figure)::\s*(\S{1,500})",
    re.IGNORECASE | re.MULTILINE,
)
_BADGE = re.compile(
    r"shields\.io|badge|travis-ci|codecov|coveralls|circleci\.com|readthedocs\.org/projects|appveyor|codacy|codeclimate"
    r"|snyk\.io|joss\.theoj|/status\.svg|pepy\.tech|gitter|zenodo|colab-|mybinder|github\.com/.{1,100}/workflows"
    r"|build[ _-]?status|open(%20|[ _+-])(in|with)|button|colab|dev\.azure\.com|star-history|contrib\.rocks"
    r"|opencollective"
    r"|logo|get[-_]started|banner|icon|sponsor|donat|paypal|patreon|ko-?fi\.com|avatar|buymeacoffee|/fury\.io",
    re.IGNORECASE,
)
_NOISE = re.compile(r"https?://\S+|<[^>]{1,500}>|!?\[[^\]]{0,200}\]\([^)]{0,500}\)|`[^`]{0,200}`|[|*_#>=~^+-]+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_LISTING = re.compile(
    r"^([ \t]*)\.\. (?:(?:autosummary|toctree|auto\w+|currentmodule|module)::|\.\. )[^\n]*\n(?:(?:\1[ \t]+[^\n]*)?\n)*",
    re.MULTILINE,
)
"""A directive that lists names or pages, with what it lists: no prose."""
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading (an empty title: before the first); `line` is the heading's."""

    title: str
    line: int
    prose: str
    code: tuple[tuple[int, str], ...]
    words: int


@dataclass(frozen=True, slots=True)
class Document:
    """A text for readers, by its parts. `tables` and `pictures` are lines; badges and logos are no pictures."""

    sections: tuple[Section, ...]
    tables: tuple[int, ...]
    pictures: tuple[int, ...]

    @property
    def words(self) -> int:
        """Words of prose, code and links apart; two ideographs count as a word."""
        return sum(section.words for section in self.sections)

    @property
    def code(self) -> tuple[tuple[int, str], ...]:
        """Line and text of every block of code."""
        return tuple(block for section in self.sections for block in section.code)


def count_words(text: str) -> int:
    """Words of prose in a piece of marked-up text; two ideographs count as one."""
    bare = _NOISE.sub(" ", text)
    wide = len(_IDEOGRAPHS.findall(bare))
    return len(_WORD.findall(_IDEOGRAPHS.sub(" ", bare))) + wide // 2


def read_document(text: str) -> Document:
    """Take a text apart; anything is a document, if only one section of prose."""
    text = _without_hidden(text)
    lines = [line[:4000] for line in text.split("\n")]
    shown = _without_code(lines)
    return Document(_Sections().read(lines), _tables(shown), _pictures("\n".join(shown)))


def _without_code(lines: list[str]) -> list[str]:
    """The lines, those of fenced code empty: what a program prints or a text shows how to write is not shown itself."""
    shown, fence = [], ""
    for line in lines:
        if fenced := _FENCE.match(line):
            fence = "" if fence and line.strip().startswith(fence) else fence or fenced[1]
            shown.append("")
        else:
            shown.append("" if fence else line)
    return shown


def _without_hidden(text: str) -> str:
    """The text without its HTML comments, which nobody is shown; the lines keep their numbers."""
    kept = []
    at = 0
    while (begun := text.find("<!--", at)) >= 0 and (ended := text.find("-->", begun)) >= 0:
        kept += [text[at:begun], "\n" * text.count("\n", begun, ended)]
        at = ended + 3
    return "".join([*kept, text[at:]])


class _Sections:
    """Reads lines into sections: the state of one pass."""

    def __init__(self) -> None:
        self.done: list[Section] = []
        self.title, self.begun = "", 1
        self.prose: list[str] = []
        self.code: list[tuple[int, str]] = []
        self.block: list[str] | None = None
        """The lines of the block of code that is open; `fence` ends it, or a line at the margin without a fence."""
        self.block_line, self.fence = 0, ""

    def read(self, lines: list[str]) -> tuple[Section, ...]:
        for number, line in enumerate(lines, start=1):
            if self.block is None or not self._inside(line):
                self._outside(number, line)
        self._close_block()
        self._close_section()
        return tuple(self.done)

    def _inside(self, line: str) -> bool:
        """Take a line of the open block; False when the block has ended before the line."""
        if self.fence and line.strip().startswith(self.fence):
            self._close_block()
            return True
        if not self.fence and line[:1] not in ("", " ", "\t"):
            self._close_block()
            return False
        if self.block is not None:
            self.block.append(line)
        return True

    def _outside(self, number: int, line: str) -> None:
        last = self.prose[-1].strip() if self.prose else ""
        if fenced := _FENCE.match(line):
            self.block, self.block_line, self.fence = [], number + 1, fenced[1]
        elif heading := _MD_HEADING.match(line) or _HTML_HEADING.search(line):
            self._close_section()
            self.title, self.begun = heading[1].strip(" #"), number
        elif _UNDERLINE.match(line) and last and not last.startswith(("|", "- ")):
            self.prose.pop()
            self._close_section()
            self.title, self.begun = last, number - 1
        elif line.startswith(("    ", "\t")) and not last:
            self.block, self.block_line, self.fence = [line], number, ""
        else:
            self.prose.append(line)
            if _RST_CODE.search(line):
                self.block, self.block_line, self.fence = [], number + 1, ""

    def _close_block(self) -> None:
        if self.block:
            self.code.append((self.block_line, "\n".join(self.block)))
        self.block = None

    def _close_section(self) -> None:
        body = "\n".join(self.prose)
        if self.title or body.strip() or self.code:
            self.done.append(
                Section(self.title, self.begun, body, tuple(self.code), count_words(_LISTING.sub("", body)))
            )
        self.prose, self.code = [], []


_TABLE = ("+-", "+=", "<tr", "<td", "<th", "</tr", "<table", "<tbody", "<thead")


_FIGURE = re.compile(
    r"(?:\||<t[dh][^>]{0,80}>)\s*(?:[*_`~]{1,3}|<b>)?[-+≈~<>]?\s?\d{0,7}(?:\.\d+|\s?%|\.\d+\s?%)(?!\.\d)[^|<\n]{0,24}"
)
"""A cell that begins with a decimal number or a percentage: no version, no type of a column, no list of files."""


_NO_RESULTS = re.compile(
    r"\b(versions?|students?|matric\w*|(group|team) members?|contributions?|assignees?"
    r"|deadlines?|targets?|default|reasons?|choice|commands?|duration|description|why|where|descri\w*|justific\w*"
    r"|objetivos?|objectives?|goals?|desea\w*|expected|esperad\w*|ziel\w*|test file|tasks?|meaning|formula)\b",
    re.IGNORECASE,
)
"""Heads of tables of versions, of who did what, of aims and of settings."""


_OF_SETTINGS = re.compile(
    r"[\s|*]{0,8}(hyper-?|hiper)?(parameter|par[áa]metro|setting|argument|option)s?\b", re.IGNORECASE
)
"""Settings stand in the first column; elsewhere a column of that name counts the parameters of a model."""

_RESULTS = re.compile(
    r"\b(accurac(y|ies)|acc|precision|recall|f1|f1[- _]?score|auc|roc|r?mse|mae|mape|miou|iou|m?ap|bleu|rouge"
    r"|wer|cer|psnr"
    r"|ssim|fid|loss|dice|ndcg|mrr|r2|r²|r\^2|error|scores?|results?|performance|metrics?|benchmarks?|rewards?|speed|latency"
    r"|kappa|mcc|log ?loss|perplexity|sensitivity|specificity|hits?@\d+|top-?[15]|eer|sdr|smape|exactitud|genauigkeit"
    r"|pr[ée]cisi[oó]n|acur[áa]cia|accuratezza|resultados?|ergebnis\w*|r[ée]sultats?|risultati)\b|精度|准确率|结果|正確率",
    re.IGNORECASE,
)
"""Names of metrics, and words for what came out."""


def _tables(lines: list[str]) -> tuple[int, ...]:
    """First lines of tables of results: two rows hold a number, and the table or its heading names a metric or results.

    Rows of a data set and lists of files are none.
    """
    found = []
    begun, rows, heading = 0, 0, ""
    for number, line in enumerate([*lines, ""], start=1):
        bare = line.strip()
        if headed := _MD_HEADING.match(line):
            heading = headed[1]
        table = bare.count("|") >= 2 or bare.startswith(_TABLE)
        if table:
            begun = begun or number
            rows += bool(_FIGURE.search(bare[:1000]))
        else:
            head = " ".join(text[:1000] for text in lines[begun - 1 : begun + 1])
            cells = (text.strip().strip("|").partition("|")[0] for text in lines[begun - 1 : min(number, begun + 200)])
            told = f"{heading} {head} {' '.join(cells)}"
            other = _NO_RESULTS.search(head) or _OF_SETTINGS.match(head)
            if begun and rows >= 2 and not other and _RESULTS.search(told.replace("_", " ")):
                found.append(begun)
            begun, rows = 0, 0
    return tuple(found)


_SHOWS = re.compile(
    r"\.gif|demo|result|figure|example|output|screen|user-attachments|plot|predict|overview|pipeline|architect|sample|teaser"
    r"|compar|score|loss|curve|roc\b|confusion|graph|diagram|!\[[^\]]{16}",
    re.IGNORECASE,
)
"""Names of what shows something."""
_SMALL = re.compile(r"\b(?:width|height)\s*[=:]\s*[\"']?(\d{1,3})(?!\s*%|\d)")
_AVATAR = re.compile(
    r"github\.com/[\w-]{1,39}\.png|avatars\.githubusercontent|gravatar\.com|/(portals?|flags?|emojis?|partners?|people|team)/"
    r"|placeholder|placehold\.|dummyimage|picsum|\.youtube\.com|img\.youtube|skillicons|devicon|githubassets|visitor|hits\.|capsule-render|readme-typing"
    r"|github-readme-stats|banner|header",
    re.IGNORECASE,
)
"""Faces, flags, videos and decoration."""


def _pictures(text: str) -> tuple[int, ...]:
    found = []
    for match in islice(_IMAGE.finditer(text[:300_000]), _PICTURES):
        tag = text[match.start() : match.end() + 200].split(">" if match[2] else "\n", 1)[0]
        small = match[2] and any(9 < int(size) <= 100 for size in _SMALL.findall(tag))
        # What a page opens with is a mark, unless its name says that it shows something.
        first = text.count("\n", 0, match.start()) < 5 and not _SHOWS.search(match[0])
        if not (small or first or _BADGE.search(match[0]) or _AVATAR.search(match[0])):
            found.append(text.count("\n", 0, match.start()) + 1)
    return tuple(found)
