"""Frameworks: kernels and operators of one's own, where the framework ends."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import ClassVar

from heldout.evidence import Finding
from heldout.material.paths import part_of
from heldout.sources.repository.checks.base import Check, Move, Text, first
from heldout.sources.repository.checks.practice import plural
from heldout.sources.repository.module import Module
from heldout.sources.repository.repository import Repository

_KINDS = {
    "kernels for graphics cards": re.compile(
        r"^[ \t]*(?:(?:template[ \t]*<[^>\n]{0,200}>|extern[ \t]+\"C\"|static)\s{1,80}){0,3}"
        r"__global__\s{1,80}(?:\w+\s{1,80}){0,3}void\b",
        re.MULTILINE,
    ),
    "operators registered with TensorFlow": re.compile(r"^[ \t]*REGISTER_(?:OP|KERNEL_BUILDER)[ \t]*\(", re.MULTILINE),
    "operators registered with PyTorch": re.compile(
        r"^[ \t]*(?:TORCH_LIBRARY(?:_IMPL|_FRAGMENT)?[ \t]*\(|PYBIND11_MODULE[ \t]*\([ \t]*TORCH_EXTENSION_NAME)",
        re.MULTILINE,
    ),
}
_IN_PYTHON = re.compile(r"^(triton\.jit|numba\.cuda\.jit|jax\.experimental\.pallas\.pallas_call)$")
_COPIED = re.compile(
    r"(^|_)(nms|deform(able)?|dcn|roi|roialign|roipool|psroi|correlation|chamfer|emd|ball|group|sampling|interpolate"
    r"|pointnet2?|upfirdn|upfirdn2d|fused|bias|lrelu|focal|ctc|lltm|swin|permutohedral|pairwise|flash|gemm|im2col|gpu"
    r"|crop|box|iou|vision)(_|\d|\.|$)",
    re.IGNORECASE,
)
"""Names of kernels that travel from one repository of research to the next."""


class OwnKernels(Check):
    """Kernels and operators of one's own

    What: Kernels for graphics cards and operators registered with a framework, in C++, CUDA or by a compiler for
    Python, outside of what is known to be copied from project to project.

    Why: Few can go on where the framework ends, and what is slow or missing there cannot be had otherwise.

    Example: A `__global__ void` in `lib/als.cu`, `REGISTER_OP("RegexSplit")` and `@triton.jit` speak for.

    Limits: Whether a kernel is right or fast is not tried. Kernels with the names of well-known ones (`nms_kernel.cu`)
    are left out, though somebody may have written theirs anew; others may be copied without being known.
    """

    code = "FRW111"
    ml_only = True
    moves: ClassVar = {"frameworks": Move(up=0.6)}
    suffixes = (".cu", ".cuh", ".cc", ".cpp", ".cxx")
    parts = ("code",)
    why = "Who writes an operator knows what the framework does below its surface."

    def on_text(self, text: Text) -> Iterable[object]:
        """Note the first place of each kind."""
        if part_of(text.path, text.text) != "code" or _COPIED.search(text.path.rpartition("/")[2]):
            return
        for kind, pattern in _KINDS.items():
            if found := pattern.search(text.text):
                yield kind, text.text.count("\n", 0, found.end()) + 1

    def on_module(self, module: Module) -> Iterable[object]:
        """Note functions that a compiler for kernels marks or calls."""
        if _COPIED.search(module.path.rpartition("/")[2]) or not (
            "triton" in module.text or "cuda" in module.text or "pallas" in module.text
        ):
            return
        marks = [
            (mark.func if isinstance(mark, ast.Call) else mark, facts.line)
            for function, facts in module.functions
            for mark in function.decorator_list
        ]
        called = [(call.func, call.lineno) for call, name in module.calls if name.endswith(".pallas_call")]
        for node, line in (*marks, *called):
            if _IN_PYTHON.match(module.resolve(node) or ""):
                yield "kernels compiled from Python", line
                return

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """One finding for all of them; in full where there are tests that could compare them."""
        notes = [(noted.path, *noted.note) for noted in repo.notes(self) if isinstance(noted.note, tuple)]
        files = dict.fromkeys(path for path, _, _ in notes)
        if files:
            kinds = list(dict.fromkeys(kind for _, kind, _ in notes))
            yield self.found(
                f"Beyond the framework: {'; '.join(kinds)}, in at least {plural(len(files), 'file')}.",
                *(repo.at(path, line) for path, _, line in first(notes, 3)),
                strength=1.0 if repo.tests else 0.6,
                ask="How did you make sure that your kernel gives what a plain version gives, and what did it gain?",
                files=len(files),
            )


CHECKS: tuple[Check, ...] = (OwnKernels(),)
