"""One door to all extractors: the text of a file, or what a program printed, becomes readings."""

from __future__ import annotations

import re
from posixpath import basename, splitext
from typing import Literal

from heldout.sources.handover.claims import code, html, logs, markdown, model_index, notebooks, prose, structured
from heldout.sources.handover.claims.context import Context
from heldout.sources.handover.claims.words import split_in
from heldout.sources.handover.plan import Reading, Split

Kind = Literal["markdown", "rst", "html", "log", "json", "yaml", "toml", "csv", "notebook", "python"]

_EVALUATION = re.compile(r"eval\w*?(?=_|-|$)", re.IGNORECASE)
_OF_NUMBERS = re.compile(
    r"metric|score|result|eval|perform|summary|resultad|m[ée]trica|report|rapport|informe|bericht", re.IGNORECASE
)
_KINDS: dict[str, Kind] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdx": "markdown",
    ".qmd": "markdown",
    ".rmd": "markdown",
    ".rst": "rst",
    ".html": "html",
    ".htm": "html",
    ".txt": "log",
    ".log": "log",
    ".out": "log",
    ".json": "json",
    ".jsonl": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".csv": "csv",
    ".tsv": "csv",
    ".ipynb": "notebook",
    ".py": "python",
}


def kind_of(path: str) -> Kind | None:
    """How a file is read, by its name; None when it is nothing that states numbers in words."""
    name = basename(path).lower()
    if name in ("readme", "results", "metrics", "scores"):
        return "log"
    if name.startswith("readme.") and name.endswith(".txt"):
        return "markdown"
    return _KINDS.get(splitext(name)[1])


def read_numbers(text: str, path: str, kind: Kind) -> tuple[Reading, ...]:
    """All numbers about the quality of a model that a text states, in the order of its lines.

    `path` goes into the locations (`stdout` and `stderr` for what a run printed, with `kind` "log"). Lines count
    from 1; in a notebook they count within the cell, and a number of an output has a cell and no line. Never raises:
    a file that cannot be parsed states nothing.
    """
    context = Context(path, split=_split_of_file(path) if kind in ("json", "yaml", "toml", "csv", "log") else "unknown")
    found: list[Reading]
    if kind in ("markdown", "rst"):
        found = markdown.read(text, context, rst=kind == "rst")
    elif kind == "html":
        found = html.read(text, context)
    elif kind == "notebook":
        found = notebooks.read(text, context)
    elif kind == "python":
        found = code.read(text, context)
    elif kind == "log":
        found = logs.read(text, replace_line(context))
    elif (kind == "yaml" and basename(path).startswith("eval_results")) or "/.eval_results/" in f"/{path}":
        found = model_index.eval_results(text, context) or structured.read(text, "yaml", context)
    else:
        found = structured.read(text, kind, context)
    return tuple(prose.strongest(found))


def _split_of_file(path: str) -> Split:
    """`test_metrics.json` holds numbers of the test set; `training_metrics.json` those of a training, of any set."""
    stem = splitext(basename(path))[0]
    split = split_in(_EVALUATION.sub(" ", stem)) if _OF_NUMBERS.search(stem) else "unknown"
    return "unknown" if split == "train" and "train_" not in stem.lower() else split


def replace_line(context: Context) -> Context:
    """An output's first line is line 1."""
    return context.at(1)
