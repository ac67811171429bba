"""Wrangling: changes to a frame that the code believes in and that never happen."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import argument, assignments, constant, frame_names


class LostChanges(Check):
    """Changes to a frame that are lost

    What: Values written into a copy (`df[df.x > 0]["y"] = 1`), the None of `inplace=True` kept as the result, and
    results of `fillna`, `drop` and their like that nobody keeps.

    Why: The code runs, looks right, and changes nothing, or leaves None where the table was.

    Example: `df[df.age < 0]["age"] = 0`, `df = df.drop("id", axis=1, inplace=True)` and a line `df.dropna()` in a
    script speak against.

    Limits: Only names that certainly hold a frame are looked at; a last line of a notebook's cell shows its result and
    is left alone.
    """

    code = "WRA106"
    parts = ("code",)
    severity = "medium"
    moves: ClassVar = {"wrangling": Move(down=0.4, per_kloc=2.0)}
    why = "A change that is silently lost leaves the bad values in the data."
    mend = "Write by `df.loc[rows, column] = value`, and keep the result of methods that return a new frame."
    ask = "Does this line change the frame? How would you have noticed that it does not?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Look for the three ways in which a change gets lost."""
        frames = frame_names(module)
        if frames:
            yield from self._into_copies(module, frames)
            yield from self._thrown_away(module, frames)
            yield from self._none_kept(module, frames)

    def _into_copies(self, module: Module, frames: frozenset[str]) -> Iterator[Finding]:
        for target, _, statement in assignments(module):
            if not (isinstance(target, ast.Subscript) and isinstance(target.value, ast.Subscript)):
                continue
            picked, column = target.value, target.slice
            rows = picked.slice
            whole = isinstance(picked.value, ast.Name) and picked.value.id in frames
            is_mask = isinstance(rows, ast.Compare) or (
                isinstance(rows, ast.BinOp) and isinstance(rows.op, ast.BitAnd | ast.BitOr)
            )
            if whole and is_mask and isinstance(constant(column), str):
                yield self.against(
                    f"A value is written into a copy: `{ast.unparse(target)[:80]} = ...` leaves the frame as it was.",
                    module.location(statement),
                )

    def _thrown_away(self, module: Module, frames: frozenset[str]) -> Iterator[Finding]:
        for node in module.nodes(ast.Expr):
            call = node.value
            if not (
                isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _RETURNING
            ):
                continue
            owner = call.func.value
            if not (isinstance(owner, ast.Name) and owner.id in frames) or argument(call, "inplace") is not None:
                continue
            if any(k.arg is None for k in call.keywords) or _is_shown(module, node):
                continue
            yield self.against(
                f"The result of `{owner.id}.{call.func.attr}(...)` is thrown away; the frame stays as it was.",
                module.location(node),
            )

    def _none_kept(self, module: Module, frames: frozenset[str]) -> Iterator[Finding]:
        for call in module.keyworded.get("inplace", ()):
            kept = module.parent(call)
            if not (
                isinstance(kept, ast.Assign) and kept.value is call and constant(argument(call, "inplace")) is True
            ):
                continue
            if isinstance(call.func, ast.Attribute) and call.func.attr in _RETURNING:
                yield self.against(
                    f"`{call.func.attr}(..., inplace=True)` returns None, and the None is kept as the result.",
                    module.location(kept),
                )


_RETURNING = frozenset(
    {
        "dropna",
        "fillna",
        "drop",
        "drop_duplicates",
        "rename",
        "replace",
        "reset_index",
        "set_index",
        "sort_values",
        "astype",
    }
)


def _is_shown(module: Module, node: ast.Expr) -> bool:
    """Whether a notebook shows the value of this line: it is the last of its cell.

    In a notebook that was written out as a script, where the cells are not known, any line may have been the last.
    """
    if not isinstance(module.parent(node), ast.Module):
        return False
    if module.joined is None:
        return any(mark in module.text for mark in ("# In[", "# %%", "#%%", "get_ipython"))
    end = (node.end_lineno or node.lineno) + 1
    cell = module.joined.place(node.lineno)[0]
    while end <= len(module.lines) and module.joined.place(end)[0] == cell:
        line = module.lines[end - 1].strip()
        if line and not line.startswith("#"):
            return False
        end += 1
    return True


CHECKS: tuple[Check, ...] = (LostChanges(),)
