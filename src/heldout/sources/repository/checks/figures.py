"""Communication: figures that speak for themselves."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, fraction, ramp
from heldout.sources.repository.module import Module
from heldout.sources.repository.repository import Repository


@dataclass(frozen=True, slots=True)
class _Figures:
    drawn: int
    named: int
    bare: int | None


_DRAWS = frozenset({"plot", "scatter", "bar", "barh", "hist", "errorbar", "boxplot", "semilogx", "semilogy", "loglog"})

_TOLD = frozenset({"xlabel", "ylabel", "title"})
_TELLS = frozenset({"set", "add_subplot", "subplot", "axes", "add_axes"})
"""Keywords that name, and what takes them."""

_NAMES = frozenset({"xlabel", "ylabel", "set_xlabel", "set_ylabel", "title", "set_title", "suptitle", "supxlabel"})


class NamedFigures(Check):
    """Figures with titles and named axes

    What: Of the functions, scripts (what stands outside functions) and notebook cells that draw lines, points, bars or
    histograms with matplotlib, the share that sets a title or names an axis.

    Why: A figure without names can only be read by who made it.

    Example: `plt.plot(loss)` alone counts as bare; with `plt.xlabel("epoch")` it counts as named.

    Limits: Names set in another function or by a style are not seen; libraries that name axes by themselves and
    pictures (`imshow`) are left out.
    """

    code = "COM105"
    moves: ClassVar = {"communication": Move(up=0.3, down=0.25)}
    why = "Figures go further than their makers: they have to speak for themselves."
    mend = "Give every figure a title, names of axes and units."
    ask = "Walk us through this figure: what is on each axis, and what should the reader conclude?"

    def on_module(self, module: Module) -> Iterable[_Figures]:
        """Count the places that draw, and those that name."""
        if "matplotlib" not in module.text and "pylab" not in module.text:
            return
        drawn: dict[object, int] = {}
        named: set[object] = set()
        for call, name in [*module.calls, *module.method_calls]:
            last = name.rpartition(".")[2]
            if last in _DRAWS:
                if name.startswith(("matplotlib.", "pylab.")) or (name == last and _on_axes(call)):
                    drawn.setdefault(module.scope_of(call), call.lineno)
            elif (last in _NAMES and (call.args or call.keywords)) or (
                last in _TELLS and any(k.arg in _TOLD for k in call.keywords)
            ):
                named.add(module.scope_of(call))  # without an argument, `name.title()` writes a text large
        bare = [line for scope, line in drawn.items() if scope not in named]
        if drawn:
            yield _Figures(len(drawn), len(drawn) - len(bare), min(bare, default=None))

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare over all files."""
        taken = repo.notes(self)
        drawn = sum(noted.note.drawn for noted in taken)
        named = sum(noted.note.named for noted in taken)
        share = fraction(named, drawn)
        if drawn >= 4 and share >= 0.6:
            yield self.found(
                f"At least {named} functions, scripts or notebook cells that draw lines, points, bars or histograms"
                " with matplotlib itself give a title or name an axis;"
                f" {_seen(drawn - named)} that give{_s(drawn - named)} neither.",
                strength=ramp(share, 0.5, 0.95) * ramp(drawn, 0, 8),
                drawn=drawn,
                named=named,
            )
        elif drawn >= 6 and share < 0.35:
            yield self.against(
                f"At least {drawn - named} functions, scripts or notebook cells that draw lines, points, bars or"
                " histograms with matplotlib itself give neither a title nor the name of an axis;"
                f" {_seen(named)} that do{_es(named)}.",
                *first((repo.at(noted.path, noted.note.bare) for noted in taken if noted.note.bare), 3),
                strength=ramp(share, 0.35, 0.0),
                drawn=drawn,
                named=named,
            )


def _seen(number: int) -> str:
    return {0: "none was seen", 1: "at least one was seen"}.get(number, f"at least {number} were seen")


def _s(number: int) -> str:
    return "s" if number < 2 else ""


def _es(number: int) -> str:
    return "es" if number < 2 else ""


def _on_axes(call: ast.Call) -> bool:
    """Whether a method is called on what is named like matplotlib's axes: frames and displays draw by themselves."""
    return isinstance(call.func, ast.Attribute) and bool(_AXES.search(ast.unparse(call.func.value)[:80]))


_AXES = re.compile(r"(^|[._])(ax|axs|axes|axis|plt)\w{0,6}(\[[^\]]*\])*$")


CHECKS: tuple[Check, ...] = (NamedFigures(),)
