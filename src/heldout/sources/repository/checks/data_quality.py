"""Wrangling: are the data read as what they are, looked at and checked."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first
from heldout.sources.repository.checks.practice import Practice
from heldout.sources.repository.checks.wrangling import grouped
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import argument, called_name, frame_names
from heldout.sources.repository.syntax import walk


class SchemaAtRead(Practice):
    """Tables are read with their types

    What: Types, dates, columns and missing marks that are given when a table is read, and declared schemas.

    Why: What a reader guesses changes with the file: a zip code loses its zero, a date stays text.

    Example: `pd.read_csv(p, dtype={"zip": str}, parse_dates=["day"], na_values=["-"])` speaks for.

    Limits: Formats that carry their types (Parquet, databases) need less of this.
    """

    code = "WRA104"
    moves: ClassVar = {"wrangling": Move(up=0.25)}
    why = "Types that are declared cannot change from file to file."
    sentence = "Tables are read with a declaration of"
    counted = False
    full = 3
    kinds: ClassVar = {
        "types": (
            "pandas:read_csv|read_excel|read_table|read_json|read_fwf?dtype",
            "pandas:read_csv|read_excel|read_table?converters",
            "pyarrow:schema",
            "pyspark:StructType",
            "numpy:genfromtxt|loadtxt?dtype",
        ),
        "dates": ("pandas:read_csv|read_excel|read_table|read_sql?parse_dates", "pandas:to_datetime?format"),
        "columns": ("pandas:read_csv|read_excel|read_table?usecols", "pandas:read_parquet|read_feather?columns"),
        "marks for missing values": ("pandas:read_csv|read_excel|read_table?na_values",),
    }


class MissingValues(Practice):
    """Missing values are treated by a reason

    What: Missing values that are counted, filled by group or by model, marked by an indicator, or dropped by named
    columns. Against: whole rows dropped from a frame in a file that never looks at what is missing.

    Why: Missing values are seldom missing by chance; dropping every row with a gap changes who is in the data.

    Example: `SimpleImputer(add_indicator=True)`, `df.groupby("shop").price.transform(...)` into `fillna` and
    `df.dropna(subset=["target"])` speak for; a lone `df = df.dropna()` speaks against.

    Limits: Somebody may have looked elsewhere; the finding against is small and needs a frame that is read in the same
    file.
    """

    code = "WRA105"
    moves: ClassVar = {"wrangling": Move(up=0.35, down=0.2)}
    why = "What is done with missing values decides who is in the data."
    mend = "Count what is missing by column, then choose by column: fill, mark, or drop by name."
    ask = "How many rows did this drop, and how do they differ from those that stayed?"
    sentence = "Missing values are looked at or treated"
    counted = False
    full = 3
    kinds: ClassVar = {
        "marked by an indicator": ("sklearn:SimpleImputer?add_indicator", "sklearn:MissingIndicator"),
        "filled by a fitted rule": (
            "sklearn:SimpleImputer|Imputer|KNNImputer|IterativeImputer",
            "fancyimpute:KNN|MICE",
        ),
        "filled by group or neighbour in time": (".interpolate", ".ffill|bfill"),
        "filled column by column": (),
        "dropped by named columns or a threshold": (),
        "counted": (),
    }

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Fills and drops by their arguments, and counts of what is missing."""
        for call in module.called.get("dropna", ()):
            if argument(call, "subset") is not None or argument(call, "thresh") is not None:
                yield "dropped by named columns or a threshold", call.lineno
        for call in module.called.get("fillna", ()):
            value = argument(call, "value", 0)
            if isinstance(value, ast.Dict):
                yield "filled column by column", call.lineno
            elif isinstance(value, ast.Call) and grouped(value):
                yield "filled by group or neighbour in time", call.lineno
        for name in ("sum", "mean", "any"):
            for call in module.called.get(name, ()):
                inner = call.func.value if isinstance(call.func, ast.Attribute) else None
                asked = inner.func if isinstance(inner, ast.Call) else None
                if isinstance(asked, ast.Attribute) and asked.attr in ("isnull", "isna"):
                    yield "counted", call.lineno

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """What is treated, and rows dropped unseen."""
        yield from super().on_module(module)
        if module.part != "code" or ".dropna()" not in module.text or _LOOKED.search(module.text):
            return
        frames = frame_names(module)
        dropped = [
            call
            for call in module.called["dropna"]
            if not call.args
            and {k.arg for k in call.keywords} <= {"inplace"}
            and isinstance(call.func, ast.Attribute)
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id in frames
        ]
        if dropped:
            yield self.against(
                "Every row with any missing value is dropped, in a file that never counts or fills what is missing.",
                *(module.location(call) for call in first(dropped, 3)),
                strength=0.5,
            )


_LOOKED = re.compile(r"isnull|isna\b|notnull|notna|\.info\(|fillna|interpolate|Imputer|missing|\.count\(\)|shape")


class DataChecked(Practice):
    """Tables are checked by the code that uses them

    What: Schemas with rules, checks of keys and duplicates, assertions about frames.

    Why: A table changes without telling anyone; a check at the border stops the run before the model learns nonsense.

    Example: a pandera `DataFrameSchema`, `assert df.user_id.is_unique`, `df.duplicated(["id", "day"]).sum()` speak for.

    Limits: A data platform's own checks outside the repository are not seen.
    """

    code = "WRA107"
    moves: ClassVar = {"wrangling": Move(up=0.5), "robustness": Move(up=0.15)}
    why = "Assumptions about data that are checked cannot fail in silence."
    sentence = "What tables hold is checked or put in order"
    counted = False
    full = 3
    kinds: ClassVar = {
        "by a schema with rules": (
            "pandera:DataFrameSchema|validate|check_types|Column",
            "<pandera:SchemaModel|DataFrameModel",
            "great_expectations:from_pandas|get_context|read_csv|DataContext",
            "tensorflow_data_validation:validate_statistics|infer_schema|generate_statistics_from_dataframe",
            "pydeequ:VerificationSuite",
            ".expect_column_values_to_not_be_null|expect_column_values_to_be_between|expect_column_values_to_be_unique",
        ),
        "for doubled rows or keys": (".duplicated",),
        "doubled rows are left out by named columns": (".drop_duplicates?subset",),
        "for unique keys": ("?verify_integrity",),
        "for their order": (),
        "by assertions about frames": (),
    }

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """Whether doubled rows are counted or asked for, not taken as a column or a choice of rows; and whether those
        that are left out were doubled in a table, not made so by picking a few of its columns.
        """
        if called_name(call) == "drop_duplicates":
            table = call.func.value if isinstance(call.func, ast.Attribute) else None
            return not (isinstance(table, ast.Subscript) and isinstance(table.slice, ast.List))
        if called_name(call) != "duplicated":
            return True
        behind = module.parent(call)
        asked = isinstance(behind, ast.Attribute) and behind.attr in ("sum", "any", "mean", "value_counts")
        return asked or (isinstance(behind, ast.Call) and called_name(behind) in ("sum", "any", "len"))

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Assertions and refusals that speak of keys, columns, rows and missing values of a frame."""
        if not any(name.partition(".")[0] in ("pandas", "polars", "pyspark") for name in module.imports):
            return
        tests: list[tuple[ast.expr, int]] = [(node.test, node.lineno) for node in module.nodes(ast.Assert)]
        for node in module.nodes(ast.If):
            if any(isinstance(inner, ast.Raise) for inner in node.body):
                tests.append((node.test, node.lineno))
        for test, line in tests:
            if any(_of_frame(part) for part in walk(test)):
                yield "by assertions about frames", line
        for node_ in module.nodes(ast.Attribute):
            if node_.attr in ("is_unique", "is_monotonic_increasing"):
                yield "for unique keys" if node_.attr == "is_unique" else "for their order", node_.lineno


def _of_frame(node: ast.AST) -> bool:
    """Whether it asks a frame or a column; `pd.isna(value)` asks one value."""
    if not isinstance(node, ast.Attribute) or node.attr not in _OF_FRAMES:
        return False
    return not (isinstance(node.value, ast.Name) and node.value.id == "pd")


_OF_FRAMES = frozenset(
    {"is_unique", "isnull", "isna", "notnull", "notna", "duplicated", "columns", "dtypes", "isin", "between"}
)


CHECKS: tuple[Check, ...] = (SchemaAtRead(), MissingValues(), DataChecked())
