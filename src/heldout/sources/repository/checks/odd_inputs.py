"""Which odd inputs a test tries: what it puts into data, and hands to what it tests.

A name of a test alone shows nothing, and neither does an odd value that is a setting or what has to come out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from heldout.sources.repository.module import Function, Module
from heldout.sources.repository.reading import called_name
from heldout.sources.repository.syntax import does_something, walk

MISSING, INFINITE, EMPTY = "missing values", "infinite or extreme", "empty"
NO_COLUMNS, UNKNOWN = "missing columns, fields or files", "unknown, invalid or doubled"

_ODD = {
    EMPTY: re.compile(r"empty|zero_(rows|length|size)|no_(data|rows|samples)"),
    NO_COLUMNS: re.compile(
        r"(?<!all_)missing_(?!error|value|indicator|return|\w*(api|auth|secret|token))\w*(col|field|key|feature|label|file|header)"
    ),
    INFINITE: re.compile(r"(int|float|numeric)\w*_overflow|underflow|extreme|too_(long|large|many|small|short)"),
    UNKNOWN: re.compile(
        r"unknown|unseen|invalid|malformed|corrupt|duplicat|(^|_)bad_|(^|_)wrong|unsupported|too_(long|large|many|small|short)"
    ),
}
_OF_RESULTS = re.compile(
    r"(^|_)(no|not|never|without|has|have|free_of|contains?_no|isnt|non)_?(any_)?(nans?|nulls?|none|missing|empty|inf|infinite"
    r"|duplicates?|unknown)(_|$)"
)
"""Names of tests that look for odd values in what comes out, and put none in."""
_HINTS = re.compile(r"(^|_)(nan|null|none|inf|na)(s|_|$)|missing|infinite|edge|boundary|overflow|zero|negative")
_VALUES = {
    "nan": MISSING,
    "NaN": MISSING,
    "NA": MISSING,
    "NaT": MISSING,
    "inf": INFINITE,
    "Inf": INFINITE,
}
_LIBRARY = re.compile(r"(numpy|pandas|math|torch|polars|scipy|tensorflow|jax|pytest|unittest|builtins)(\.|$)")
_MAKERS = frozenset(
    {"DataFrame", "Series", "LazyFrame", "array", "asarray", "tensor", "as_tensor", "Tensor", "csr_matrix", "from_dict"}
    | {"from_records", "concatenate", "vstack", "hstack", "column_stack", "append", "insert", "full", "full_like"}
    | {"list", "tuple", "DataArray", "Index"}
)
"""Calls that make data of values."""
_FILLED = frozenset({"full", "full_like", "Series"})
_KEPT = frozenset(
    {"copy", "astype", "reshape", "to_numpy", "T", "values", "rename", "set_index", "reset_index", "to_frame", "float"}
    | {"double", "view", "ravel", "unsqueeze", "strip", "encode", "assign"}
)
"""Methods and attributes that give the same data."""
_WRITES = frozenset({"to_csv", "to_parquet", "to_excel", "to_json", "to_pickle", "to_feather"})
_SETTINGS = re.compile(r"missing|fill|na_values|nan|replac|default|zero_div|sentinel|param|option|kw|strateg|invalid")
_JUDGED = re.compile(
    r"assert|equal|close|^is_?(nan|na|null|inf|finite)|approx|same|^(print|len|str|repr|isinstance|type|all|any|sum|sorted|zip)$"
)
_EXPECTED = re.compile(
    r"expect|(^|_)exp(_|$)|want|truth|(^|_)true(_|$)|result|target|correct|actual|answer|desired|reference|(^|_)ref(_|$)"
    r"|output|(^|_)out(_|$)|gold|solution|param|setting|option|config|missing_val|fill",
    re.IGNORECASE,
)
"""Names of what has to come out, and of settings."""
_RAISES = frozenset({"raises", "assertRaises", "assertRaisesRegex", "assert_raises", "warns", "assertWarns"})
_TEXT_READERS = frozenset({"StringIO", "BytesIO", "write_text", "write", "write_bytes"})
_NO_VALUE = re.compile(r"(?i)(nan|na|n/a|null|none)?")


def odd_inputs(module: Module) -> Iterator[tuple[str, int]]:
    """(kind, line) of every odd input that is surely put in."""
    yield from _odd_values(module)
    for function, facts in module.functions:
        low = facts.name.lower()
        if not low.startswith("test") or _OF_RESULTS.search(low) or not does_something(function):
            continue
        for kind, pattern in _ODD.items():
            if pattern.search(low) and _tried(module, function, kind, pattern):
                yield kind, function.lineno


def hints(module: Module) -> bool:
    """Whether anything in the tests looks like an odd input, however unsure: then nobody can say that none is."""
    names = [facts.name.lower() for _, facts in module.functions if facts.name.lower().startswith("test")]
    patterns = [*_ODD.values(), _HINTS]
    values = (*module.nodes(ast.Attribute), *module.nodes(ast.Name))
    return any(p.search(name) for p in patterns for name in names) or any(_kind(module, v) for v in values)


def _odd_values(module: Module) -> Iterator[tuple[str, int]]:
    nodes: list[ast.expr] = [*module.nodes(ast.Attribute), *module.nodes(ast.Name), *module.nodes(ast.Call)]
    for node in nodes:
        kind = _kind(module, node)
        if kind and _handed(module, node):
            yield kind, node.lineno
    for constant in module.nodes(ast.Constant):
        if constant.value is None:
            if _in_data(module, constant) and _handed(module, constant):
                yield MISSING, constant.lineno
        elif isinstance(constant.value, str) and _has_gap(constant.value) and _is_read(module, constant):
            yield MISSING, constant.lineno


def _kind(module: Module, node: ast.expr) -> str:
    """The kind of an odd value; nothing for any other node."""
    if isinstance(node, ast.Attribute | ast.Name):
        name = module.resolve(node) or ""
        package, _, last = name.rpartition(".")
        return _VALUES.get(last, "") if package in ("numpy", "math", "pandas", "torch", "cmath", "jax.numpy") else ""
    if isinstance(node, ast.Call) and called_name(node) == "float" and len(node.args) == 1:
        value = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
        if isinstance(value, str):
            low = value.lower().lstrip("+-")
            return MISSING if low == "nan" else INFINITE if low in ("inf", "infinity") else ""
    return ""


def _in_data(module: Module, constant: ast.Constant) -> bool:
    """Whether None is an item of a list or a table that a maker of frames or series gets as its data."""
    here: ast.AST = constant
    depth = 0
    for around in module.parents(constant):
        if isinstance(around, ast.Call):
            first = around.args[:1] + [k.value for k in around.keywords if k.arg == "data"]
            return depth > 0 and here in first and called_name(around) in ("DataFrame", "Series", "LazyFrame")
        if isinstance(around, ast.List | ast.Tuple | ast.Dict):
            depth += 1
        elif not isinstance(around, ast.keyword):
            return False
        if not isinstance(around, ast.keyword):
            here = around
    return False


def _has_gap(text: str) -> bool:
    """Whether a text is a table with commas of which a row lacks a value."""
    rows = [[field.strip() for field in line.split(",")] for line in text.strip().split("\n")[:200]]
    width = len(rows[0])
    return width > 1 and any(len(row) == width and any(_NO_VALUE.fullmatch(f) for f in row) for row in rows[1:])


def _is_read(module: Module, constant: ast.Constant) -> bool:
    """Whether a text is made a file for the code under test."""
    for around in module.parents(constant):
        if isinstance(around, ast.Call):
            if called_name(around) in _TEXT_READERS:
                return True
            if called_name(around) not in ("dedent", *_KEPT):
                return False
        elif not isinstance(around, ast.Attribute | ast.keyword):
            return False
    return False


def _handed(module: Module, node: ast.AST, *, held: bool = False) -> bool:
    """Whether a value gets into data (`held`: it is data itself) that something which is no library is called with."""
    here = node
    for around in module.parents(node):
        made = _makes_data(here, around)
        if made is None:
            return _goes_on(module, here, around, held=held)
        held, here = held or made, around
    return False


def _makes_data(here: ast.AST, around: ast.AST) -> bool | None:
    """Whether what is around a value makes it part of data; None where the expression of the data ends."""
    if isinstance(around, ast.List | ast.Dict | ast.Set | ast.ListComp):
        return True
    if isinstance(around, ast.keyword):
        return None if _SETTINGS.search(around.arg or "") else False
    if isinstance(around, ast.Attribute):
        return False if around.attr in _KEPT | _WRITES else None
    if isinstance(around, ast.Subscript):
        return False if here is around.value else None
    if isinstance(around, ast.Call):
        name = called_name(around)
        same = name in _KEPT if here is around.func else name in _MAKERS
        return name in _FILLED and here is not around.func if same else None
    return False if isinstance(around, ast.Tuple | ast.UnaryOp | ast.BinOp | ast.Starred) else None


def _goes_on(module: Module, here: ast.AST, around: ast.AST, *, held: bool) -> bool:
    """Whether data, whole as they stand, are handed to the code under test, written for it or given by a fixture."""
    if isinstance(around, ast.Assign | ast.AnnAssign):
        return _assigned(module, around, held=held)
    if isinstance(around, ast.Call):
        written = here is around.func and called_name(around) in _WRITES
        return held and (written or (here is not around.func and _under_test(module, around)))
    if isinstance(around, ast.Return | ast.Yield):
        function = module.function_of(around)
        return held and function is not None and _is_fixture(function)
    return False


def _under_test(module: Module, call: ast.Call) -> bool:
    """Whether a call is one of the code under test: no library of numbers, and nothing that only judges or prints."""
    name = called_name(call)
    return bool(name) and not _JUDGED.search(name) and not _LIBRARY.match(module.resolve(call.func) or "")


def _is_fixture(function: Function) -> bool:
    named = any("fixture" in ast.unparse(part) for part in function.decorator_list)
    plain = not any("params" in ast.unparse(part) for part in function.decorator_list)
    return named and plain and not _EXPECTED.search(function.name)


def _assigned(module: Module, statement: ast.Assign | ast.AnnAssign, *, held: bool) -> bool:
    """Whether what gets a value, as a whole or in a part, is handed on."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    root: ast.expr = targets[0]
    if isinstance(root, ast.Subscript):
        held = True
        while isinstance(root, ast.Subscript) or (isinstance(root, ast.Attribute) and root.attr in _INDEXERS):
            root = root.value
    if not held or not isinstance(root, ast.Name | ast.Attribute):
        return False
    name = ast.unparse(root)
    where: ast.AST = module.function_of(statement) or module.tree
    if name.startswith("self."):
        where = module.tree
    elif isinstance(root, ast.Attribute):
        return False  # a field of something else: a setting, or what a stand-in gives back
    return not _EXPECTED.search(name) and _is_used(module, where, name)


_INDEXERS = frozenset({"loc", "iloc", "at", "iat", "values"})


def _is_used(module: Module, where: ast.AST, name: str) -> bool:
    for part in walk(where):
        if isinstance(part, ast.Call):
            given = [*part.args, *(k.value for k in part.keywords if not _SETTINGS.search(k.arg or ""))]
            if any(_names(value, name) for value in given) and _under_test(module, part):
                return True
            if isinstance(part.func, ast.Attribute) and part.func.attr in _WRITES and _names(part.func.value, name):
                return True
        elif isinstance(part, ast.Return | ast.Yield) and part.value is not None and _names(part.value, name):
            return isinstance(where, Function) and _is_fixture(where)
    return False


def _names(value: ast.expr, name: str) -> bool:
    """Whether an argument is this name, or the same data by another look at it."""
    while True:
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _KEPT:
            value = value.func.value
        elif isinstance(value, ast.Subscript) or (isinstance(value, ast.Attribute) and value.attr in _KEPT):
            value = value.value
        else:
            break
    return isinstance(value, ast.Name | ast.Attribute) and ast.unparse(value) == name


def _tried(module: Module, function: Function, kind: str, pattern: re.Pattern[str]) -> bool:
    """Whether the body bears out what the name of a test says."""
    if kind != INFINITE and any(_refuses(part) for part in walk(function)):
        return True
    named = {arg.arg.lower() for arg in (*function.args.args, *function.args.kwonlyargs)}
    parts = [part for statement in function.body for part in walk(statement)]
    if kind == EMPTY:
        return any("empty" in name for name in named) or any(
            _is_empty(part) and _handed(module, part, held=True) for part in parts
        )
    if kind == INFINITE:
        return any(_is_huge(part) for part in parts)
    calls = {id(part.func) for part in parts if isinstance(part, ast.Call)}
    named |= {part.id.lower() for part in parts if isinstance(part, ast.Name) and id(part) not in calls}
    texts = (part for part in parts if isinstance(part, ast.Constant) and not isinstance(module.parent(part), ast.Expr))
    named |= {part.value.lower() for part in texts if isinstance(part.value, str)}
    if kind == NO_COLUMNS and any(_takes_away(part) for part in parts):
        return True
    odd = re.compile(r"missing|non_?exist|not_?exist") if kind == NO_COLUMNS else pattern
    return any(odd.search(name) for name in named)


def _refuses(part: ast.AST) -> bool:
    """An error or a refusal that has to come."""
    if isinstance(part, ast.Call):
        return called_name(part) in _RAISES
    if isinstance(part, ast.Compare):
        values = [v.value for v in (part.left, *part.comparators) if isinstance(v, ast.Constant)]
        return any(isinstance(value, int) and 400 <= value < 500 for value in values) and "status" in ast.unparse(part)
    return False


def _is_empty(part: ast.AST) -> bool:
    """Something with nothing in it."""
    if isinstance(part, ast.List | ast.Tuple | ast.Set):
        return not part.elts
    if isinstance(part, ast.Dict):
        return not part.keys
    if isinstance(part, ast.Constant):
        return part.value in ("", b"")
    if isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Slice):
        return isinstance(part.slice.upper, ast.Constant) and part.slice.upper.value == 0
    if not isinstance(part, ast.Call):
        return False
    name, first = called_name(part), part.args[0] if part.args else None
    if name in ("DataFrame", "Series", "dict", "list", "set"):
        return first is None and all(k.arg in ("columns", "dtype", "index") for k in part.keywords)
    sizes = first.elts if isinstance(first, ast.Tuple | ast.List) else [first]
    shaped = name in ("zeros", "empty", "ones", "rand", "randn", "head")
    return shaped and any(isinstance(size, ast.Constant) and size.value == 0 for size in sizes)


def _is_huge(part: ast.AST) -> bool:
    """A number of a million or more, or something short that is repeated a hundred times or more."""
    if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult):
        sides = [part.left, part.right]
        many = [s.value for s in sides if isinstance(s, ast.Constant) and isinstance(s.value, int)]
        repeated = any(isinstance(s, ast.List) or isinstance(getattr(s, "value", None), str) for s in sides)
        return repeated and any(number >= 100 for number in many)
    return isinstance(part, ast.Constant) and isinstance(part.value, int | float) and abs(part.value) >= 1e6


def _takes_away(part: ast.AST) -> bool:
    if isinstance(part, ast.Delete):
        return True
    return isinstance(part, ast.Call) and called_name(part) in ("drop", "pop", "delenv", "unlink", "remove", "delitem")
