"""Notebooks: what they explain, and what stands in cells that belongs in modules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, among, first, fraction, looked_at, ramp
from heldout.sources.repository.checks.notebooks import code_of, judged_cells
from heldout.sources.repository.module import Module
from heldout.sources.repository.needs import own_names
from heldout.sources.repository.repository import Repository

_FACTORED = 0.04
"""Functions to a line of code: with this many, notebooks are cut into parts that can be moved out."""


class LogicInModules(Check):
    """Logic in modules, notebooks to show it

    What: How the code is divided between notebooks and modules, and whether notebooks import the project's own modules.

    Why: What lives only in cells can be neither imported, tested nor run at night.

    Example: Notebooks that import `src.features` and plot speak for; 1,500 lines of training in cells with three
    functions and no module speak against.

    Limits: Notebooks are right for exploring and teaching: small collections, and notebooks of a library, are not
    blamed. What of the logic is reused cannot be seen.
    """

    code = "NBK104"
    moves: ClassVar = {"scale": Move(up=0.15, down=0.2)}
    ml_only = True
    why = "What lives only in notebook cells can be neither imported, tested nor scheduled."
    mend = "Move steps that are used again into modules and import them in the notebook."
    ask = "What would you do to run this notebook's training every night?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare lines, functions and imports."""
        books = [m for m in repo.notebooks if m.part == "code"]
        if not books:
            return
        own = own_names(repo) - {"notebook", "notebooks", "data", "src_data"}
        modules = {m.path.rpartition("/")[2][:-3] for m in repo.scripts} | {
            p.split("/")[0] for p in (m.path for m in repo.scripts)
        }
        importing = [
            m for m in books if (m.packages() & own & modules) or any(name.startswith(".") for name in m.imports)
        ]
        inside = sum(m.code_lines for m in books)
        outside = sum(m.code_lines for m in repo.scripts)
        share = fraction(inside, inside + outside)
        numbers: dict[str, Any] = {
            "notebook_lines": inside,
            "module_lines": outside,
            "importing": len(importing),
            "notebooks": len(books),
        }
        if len(importing) >= 0.1 * len(books) and importing and outside >= 50:
            yield self.found(
                looked_at(len(importing), len(books), "notebook", "imports", "import")
                + f" the project's own modules; about {1 - share:.0%} of the code stands outside notebooks.",
                *(repo.at(m.path) for m in first(importing, 2)),
                strength=ramp(len(importing) / len(books), 0.0, 0.5),
                **numbers,
            )
        training = [m for m in books if m.path in repo.ml.training]
        if share > 0.9 and inside >= 400 and training and not importing:
            functions = sum(len(m.functions) for m in books)
            if functions > inside * _FACTORED:
                return
            yield self.against(
                f"{share:.0%} of {inside + outside:,} lines of code are in notebook cells, with {functions} functions.",
                *(repo.at(m.path) for m in first(sorted(training, key=lambda m: -m.code_lines), 2)),
                strength=ramp(share, 0.85, 1.0) * ramp(functions / inside, _FACTORED, 0.01),
                functions=functions,
                **numbers,
            )


_LONG_CELL = 60


class LongCells(Check):
    """Cells too long to follow

    What: The share of notebook code in cells of more than 60 lines of code.

    Why: A cell is run and read as one step; one of 200 lines is a script in disguise.

    Example: A cell that loads, cleans, trains and plots in 150 lines.

    Limits: Cells that hold one class or function definition count as well: they belong into a module. Blank lines and
    comments are not counted, nor are cells that write a file (`%%writefile`).
    """

    code = "NBK105"
    moves: ClassVar = {"craft": Move(down=0.15)}
    why = "A cell is read and run as one step; long ones hide several."
    mend = "Cut long cells into steps, or move functions and classes into a module."

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note lines in long cells, all lines, and where the longest begins."""
        cells = judged_cells(module.notebook)
        if not cells or module.joined is None:
            return
        starts = dict(zip(module.joined.cells, module.joined.starts, strict=True))
        sizes = {c.number: len(code_of(c)) for c in cells if not c.source.lstrip().startswith("%%writefile")}
        if not sizes:
            return
        longest = max(sizes, key=lambda number: sizes[number])
        long = sum(size for size in sizes.values() if size > _LONG_CELL)
        yield long, sum(sizes.values()), sizes[longest], starts.get(longest, 1)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """The share over all notebooks."""
        notes = repo.notes(self)
        lines, long = sum(n.note[1] for n in notes), sum(n.note[0] for n in notes)
        share = fraction(long, lines)
        if lines >= 100 and share > 0.3:
            worst = sorted(notes, key=lambda n: -n.note[2])
            yield self.against(
                f"{share:.0%} of the notebooks' code is in cells of more than {_LONG_CELL} lines; the longest has"
                f" {worst[0].note[2]} (blank lines, comments and cells that write a file apart).",
                *(repo.at(n.path, n.note[3]) for n in first(worst, 3) if n.note[2] > _LONG_CELL),
                strength=ramp(share, 0.2, 0.7),
                lines=lines,
                long_share=round(share, 3),
            )


class HugeNotebooks(Check):
    """Outputs that swell the repository

    What: Notebooks of more than 3 MB, nearly all of it outputs.

    Why: Each saved run adds the same megabytes to the history, and changes can no longer be reviewed.

    Example: A notebook of 12 MB with 200 lines of code.

    Limits: Only informs: a published report may need its figures.
    """

    code = "NBK106"
    severity = "info"
    why = "Large outputs make the history heavy and changes impossible to review."
    mend = "Strip outputs before committing, or save figures to files that are not committed."

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note how many characters the cells' sources have."""
        if module.notebook is not None and module.notebook.cells:
            yield sum(len(cell.source) for cell in module.notebook.cells)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare with the size of the files."""
        sizes = {n.path: (entry.size, n.note) for n in repo.notes(self) if (entry := repo.tree.get(n.path)) is not None}
        huge = sorted(
            (p for p, (size, source) in sizes.items() if size > 3_000_000 and source < size / 10),
            key=lambda p: -sizes[p][0],
        )
        if huge:
            yield self.against(
                f"{among(len(huge), len(sizes), 'notebook', 'exceeds', 'exceed')} 3 MB, nearly all of it outputs; the"
                f" largest has {sizes[huge[0]][0] / 1e6:.1f} MB.",
                *(repo.at(path) for path in first(huge, 3)),
                notebooks=len(huge),
                megabytes=round(sizes[huge[0]][0] / 1e6, 1),
            )


_PROSE = 12
"""Words from which a text cell is an explanation, not a heading."""


class Narrative(Check):
    """Notebooks explain what they do

    What: The share of a notebook's code cells that stand close below a text cell of at least a dozen words, and how
    many words there are.

    Why: A notebook is the form in which findings are told to others; code alone tells nothing to most of them.

    Example: A question, what was done, and what the figure says, around each step.

    Limits: Whether the text is good, or the subject's own, is for a person to read. Notebooks taken from tutorials are
    named by NBK108.
    """

    code = "NBK107"
    moves: ClassVar = {"communication": Move(up=0.25, down=0.1)}
    why = "Text around the code is what most readers of a notebook read."
    mend = "Say above each step what is asked, and below it what came out."
    ask = "Take one figure of this notebook: what would you tell the product manager that it shows?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note code cells, those explained, and words."""
        if module.notebook is None or not judged_cells(module.notebook):
            return
        cells = [cell for cell in module.notebook.cells if cell.source.strip()]
        lengths = {cell.number: _words(cell.source) for cell in cells if cell.kind == "markdown"}
        code = [index for index, cell in enumerate(cells) if cell.kind == "code"]
        explained = sum(
            any(lengths.get(near.number, 0) >= _PROSE for near in cells[max(index - 2, 0) : index + 2])
            for index in code
        )
        yield len(code), explained, sum(lengths.values())

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """The share over all notebooks."""
        notes = repo.notes(self)
        code, words = sum(n.note[0] for n in notes), sum(n.note[2] for n in notes)
        share = fraction(sum(n.note[1] for n in notes), code)
        if code < 10:
            return
        numbers: dict[str, Any] = {
            "notebooks": len(notes),
            "code_cells": code,
            "explained_share": round(share, 3),
            "words": words,
        }
        said = (
            f"{share:.0%} of {code} code cells have an explanation of a dozen words or more beside them; the text cells"
            f" hold {words:,} words in all (left out: notebooks of documentation, or of fewer"
            f" than four code cells)."
        )
        if share >= 0.4 and words >= 200:
            best = sorted(notes, key=lambda n: -n.note[1])
            yield self.found(
                said, *(repo.at(n.path) for n in first(best, 2)), strength=ramp(share, 0.2, 0.6), **numbers
            )
        elif share < 0.05 and code >= 20:
            yield self.against(said, *(repo.at(n.path) for n in first(notes, 2)), strength=ramp(code, 0, 60), **numbers)


def _words(text: str) -> int:
    """Words of a text cell; the marks of headings and lists are none."""
    return sum(any(map(str.isalnum, word)) for word in text.split())


_COPYRIGHT = re.compile(
    r"Copyright (?:\(c\) |©|&copy; )?(?:20\d\d[-, \d]{0,12})?\s*(?:The )?"
    r"(TensorFlow(?: \w+)? Authors|Google(?: LLC| Inc)?\b|Keras Authors|HuggingFace[\w ]{0,20}|NVIDIA Corporation"
    r"|Microsoft Corporation|JAX Authors|Facebook[\w, ]{0,12}|AutoML Authors)",
    re.IGNORECASE,
)
_COLAB = re.compile(r"colab\.research\.google\.com/github/([\w.-]{1,60})/([\w.-]{1,100})/")
_TEACHERS_NAMES = """
tensorflow keras-team pytorch google google-research huggingface fastai googlecolab googlecloudplatform ageron jakevdp
rasbt deepmind openai microsoft nvidia pyro-ppl d2l-ai lmoroney fchollet pytorchlightning lightning-ai tensorflow-hub
jax-ml
"""
_TEACHERS = frozenset(_TEACHERS_NAMES.split())


class TakenFromTutorials(Check):
    """Notebooks that carry another author's header

    What: Notebooks with the copyright line of an organisation that publishes tutorials, or with an "Open in Colab"
    link to such an organisation's repository.

    Why: Whose work it is decides what it says about a person.

    Example: "Copyright 2019 The TensorFlow Authors." in the first cell.

    Limits: Only what the notebook says itself is taken; most copies say nothing. When such headers are in most
    notebooks and no other notebook is there, the repository may be the organisation's own. Moves no level: it is for
    the reader.
    """

    code = "NBK108"
    severity = "info"
    why = "Notebooks taken from others say little about the person who published them here."
    mend = "Say in the notebook what was taken from where and what was changed."
    ask = "Which parts of this notebook are yours, and what did you change?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note the header of one notebook."""
        if module.notebook is None:
            return
        head = "\n".join(cell.source[:1_500] for cell in module.notebook.cells[:6])
        if found := _COPYRIGHT.search(head):
            yield f"the copyright line of {found[1].strip()}"
        elif (link := _COLAB.search(head)) and link[1].lower() in _TEACHERS:
            yield f"a Colab link to {link[1]}/{link[2]}"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """One note for all of them."""
        notes = repo.notes(self)
        licence = " ".join(
            repo.text(path).text[:3_000] for path in first(repo.glob("licen?e*", "authors*", "contributing*"), 3)
        )
        holder = _COPYRIGHT.search(licence)
        if notes and not (holder and holder[1].split()[0].lower() in notes[0].note.lower()):
            yield self.against(
                looked_at(len(notes), len(repo.notebooks), "notebook", "carries", "carry")
                + f" {notes[0].note}: taken from there in whole or in part, unless this is its owner's repository.",
                *(repo.at(n.path) for n in first(notes, 3)),
                notebooks=len(notes),
            )


CHECKS: tuple[Check, ...] = (LogicInModules(), LongCells(), HugeNotebooks(), Narrative(), TakenFromTutorials())
