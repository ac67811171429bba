"""What the checks of the whole repository know of a module and its functions: it leaves the process that parsed it."""

from __future__ import annotations

from dataclasses import dataclass

from heldout.material.paths import Part


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """What a reader sees of a function without reading it.

    `complexity` is McCabe's cyclomatic number (McCabe 1976): decisions plus one. `lines` counts from `def` to
    the last line, `text_lines` those of them that are text: the docstring, and strings over several lines. `depth` is
    the deepest nesting of blocks in it. `annotated` counts the arguments that carry a type hint.
    """

    name: str
    line: int
    lines: int
    complexity: int
    depth: int
    arguments: int
    annotated: int
    documented: bool
    public: bool
    method: bool
    text_lines: int = 0


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """What the whole-repository checks know of a module, small enough to come back from a worker.

    `imports` maps the dotted names that are imported to the first line; `calls` maps the dotted names of called
    library functions (`pandas.read_csv`, resolved through import aliases) to their lines; `methods` maps the
    names of methods called on anything else to their first lines (at most 8 each).
    """

    path: str
    part: Part
    notebook: bool
    lines: int
    code_lines: int
    imports: dict[str, int]
    calls: dict[str, tuple[int, ...]]
    methods: dict[str, tuple[int, ...]]
    functions: tuple[FunctionFacts, ...]
    classes: int
    documented: bool
    guarded: bool
    top_level: int
    """Statements at module level that are neither imports, definitions, assignments nor docstrings."""
    models: tuple[int, ...] = ()
    """The lines of classes that both fit and predict by methods of their own."""
    cells: tuple[tuple[int, int], ...] = ()
    """Of a notebook: the line of the joined source at which each code cell begins, and the cell's number."""

    def packages(self) -> frozenset[str]:
        """The top-level packages that the module imports (relative imports apart)."""
        return frozenset(name.partition(".")[0] for name in self.imports if not name.startswith("."))
