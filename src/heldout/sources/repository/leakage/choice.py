"""Whether something is chosen by scores: the highest kept, the first of a sorted list taken."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from heldout.sources.repository.syntax import walk

_EXTREMES = frozenset({"argmax", "argmin", "nanargmax", "nanargmin", "idxmax", "idxmin", "nlargest", "nsmallest"})
_SORTS = frozenset({"sorted", "sort_values", "sort", "argsort", "most_common"})
_GROWS = frozenset({"append", "extend", "insert", "update", "add", "setdefault"})
_SHOWS = re.compile(r"plot|lim$|line$|text|annotate|imshow|bar|scatter|set_|title|arange|linspace|range|len$")
_OF_OTHER_ROWS = re.compile(r"(?<![a-z])(cv|val|valid|validation|dev|oof|fold|folds|train|training|time)(?![a-z])")
_BEST = re.compile(r"best|top|highest|lowest|winner|chosen|opt|final|max|min", re.IGNORECASE)
_SAYS_SO = re.compile(
    r"acc|score|(?<![a-z])(f1|auc|roc|r2|rmse|mae|mse|mape|kappa|mcc|map)(?![a-z])|loss|error|metric|result|record|perf|eval"
    r"|compar|summary|best|recall|precision|leader|rank|report|model",
    re.IGNORECASE,
)
"""Words of a choice among models: the most frequent label of neighbours is none."""
_ROUNDS = 4


def choice(tree: ast.Module, scores: Collection[int]) -> int:
    """The line where something is chosen by the scores that are worked out in the lines of `scores`; 0 if nowhere.

    Names are followed through assignments, lists and tables, without regard to order; a choice that the code itself
    says is made by other rows (`results["cv_mean"].idxmax()`) is none.
    """
    told = _Told(tree, frozenset(scores))
    lines = [
        getattr(node, "lineno", 0)
        for node in walk(tree)
        if told.chooses(node) and _SAYS_SO.search(ast.unparse(node.test if isinstance(node, ast.If) else node))
    ]
    bodies = [
        range(node.lineno, (node.end_lineno or node.lineno) + 1)
        for node in walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    def called(line: int) -> bool:
        return any(line in body for body in bodies)

    # Outside of functions, what comes before the first score cannot rest on it.
    known = 0 if any(map(called, scores)) else min(scores, default=0)
    return min((line for line in lines if line >= known or called(line)), default=0)


class _Told:
    """The names, functions and sorted tables of a source that hold scores."""

    def __init__(self, tree: ast.Module, lines: frozenset[int]) -> None:
        self.lines = lines
        self.own = _own_names(tree)
        self.defined = {node.name: node for node in walk(tree) if isinstance(node, ast.FunctionDef)}
        self.names: set[str] = set()
        self.functions: set[str] = set()
        self.sorted: set[str] = set()
        for _ in range(_ROUNDS):
            before = len(self.names) + len(self.functions) + len(self.sorted)
            for node in walk(tree):
                self._follow(node)
            if len(self.names) + len(self.functions) + len(self.sorted) == before:
                break

    def _follow(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.NamedExpr):
            if node.value is None or not self.scored(node.value):
                return
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                self.names.update(self._roots(target))
                if self.sorts(node.value) and not _of_others(node.value):
                    self.sorted.update(self._roots(target))
        elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            if self.scored(node.iter):
                self.names.update(self._roots(_held(node)))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            given = [*node.args, *(k.value for k in node.keywords)]
            if node.func.attr in _GROWS and any(self.scored(a) for a in given):
                self.names.update(self._roots(node.func.value))
            if node.func.attr in ("sort", "sort_values") and self.scored(node) and not _of_others(node):
                self.sorted.update(self._roots(node.func.value))
            self._hand_over(node)
        elif isinstance(node, ast.Call):
            self._hand_over(node)
        elif isinstance(node, ast.FunctionDef) and any(
            isinstance(part, ast.Return) and part.value is not None and self.scored(part.value) for part in walk(node)
        ):
            self.functions.add(node.name)

    def _hand_over(self, call: ast.Call) -> None:
        """Scores that are given to a function of the source are held by its arguments."""
        function = self.defined.get(_last(call.func))
        if function is None:
            return
        named = [a.arg for a in (*function.args.posonlyargs, *function.args.args) if a.arg not in ("self", "cls")]
        given = [*zip(named, call.args, strict=False), *((k.arg, k.value) for k in call.keywords if k.arg)]
        self.names.update(_of(function, name) for name, value in given if self.scored(value))

    def scored(self, node: ast.expr) -> bool:
        """Whether an expression holds such a score."""
        for part in walk(node):
            if isinstance(part, ast.Name | ast.Attribute) and self.names.intersection(self._roots(part)):
                return True
            if isinstance(part, ast.Call) and part.lineno in self.lines and _of_a_score(part):
                return True
            if isinstance(part, ast.Call) and _last(part.func) in self.functions:
                return True
        return False

    def sorts(self, node: ast.expr) -> bool:
        """Whether an expression puts scores into an order."""
        return any(isinstance(part, ast.Call) and _last(part.func) in _SORTS for part in walk(node))

    def chooses(self, node: ast.AST) -> bool:
        """Whether one thing is chosen here by its score."""
        if isinstance(node, ast.If):
            return self._keeps_the_better(node)
        if isinstance(node, ast.Call):
            name = _last(node.func)
            extreme = name in _EXTREMES or (name in ("max", "min") and any(k.arg == "key" for k in node.keywords))
            return extreme and self.scored(node) and not _of_others(node)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            named = any(_BEST.search(name) for target in node.targets for name in self._roots(target))
            extreme = _last(node.value.func) in ("max", "min") and len(node.value.args) < 2
            return named and extreme and self.scored(node.value) and not _of_others(node.value)
        if isinstance(node, ast.Subscript) and _is_an_end(node.slice):
            of_sorted = self.sorts(node.value) or bool(self.sorted.intersection(self._roots(node.value)))
            return of_sorted and self.scored(node.value) and not _of_others(node.value)
        return False

    def _keeps_the_better(self, node: ast.If) -> bool:
        """`if score > best: best = score`: a score against another, and the branch keeps something."""
        for test in (part for part in walk(node.test) if isinstance(part, ast.Compare)):
            if not isinstance(test.ops[0], ast.Gt | ast.Lt | ast.GtE | ast.LtE) or _of_others(test):
                continue
            sides = [test.left, test.comparators[0]]
            if any(isinstance(side, ast.Constant) for side in sides):
                continue  # good enough or not: nothing else is in the running
            kept = {name for s in node.body if isinstance(s, ast.Assign) for t in s.targets for name in self._roots(t)}
            scored = [self.scored(side) for side in sides]
            if any(scored) and kept & {name for side in sides for name in self._roots(side)}:
                return True
            if all(scored) and kept:
                return True
        return False

    def _roots(self, target: ast.expr) -> Iterator[str]:
        """The names that something is stored under or into."""
        if isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                yield from self._roots(part)
        elif isinstance(target, ast.Name):
            yield self.own.get(target, target.id)
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
            yield f"self.{target.attr}"
        elif isinstance(target, ast.Attribute | ast.Subscript | ast.Starred):
            yield from self._roots(target.value)


def _of(function: ast.AST, name: str) -> str:
    """A name of a function, told apart from the same name elsewhere."""
    return f"{name}@{getattr(function, 'lineno', 0)}:{getattr(function, 'col_offset', 0)}"


_ROUNDS_OF = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.For, ast.AsyncFor)
"""What binds names anew in each round; a name that two of them use is seldom the same thing."""


def _held(loop: ast.For | ast.AsyncFor | ast.comprehension) -> ast.expr:
    """What a loop binds to the things that it goes over: not their keys or places."""
    pairs = isinstance(loop.iter, ast.Call) and _last(loop.iter.func) in ("items", "enumerate")
    if pairs and isinstance(loop.target, ast.Tuple) and len(loop.target.elts) == 2:
        return loop.target.elts[1]
    return loop.target


def _own_names(tree: ast.Module) -> dict[ast.AST, str]:
    """The uses of names that belong to a function, comprehension or loop, inner ones from the one nearest to them."""
    own: dict[ast.AST, str] = {}
    for function in walk(tree):
        if isinstance(function, _ROUNDS_OF):
            loops = [function] if isinstance(function, ast.For | ast.AsyncFor) else function.generators
            targets = [part for loop in loops for part in walk(loop.target)]
            bound = {part.id for part in targets if isinstance(part, ast.Name)}
            names = [part for part in walk(function) if isinstance(part, ast.Name)]
            own |= {name: _of(function, name.id) for name in names if name.id in bound}
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            parts = [*walk(function)]
            names = [part for part in parts if isinstance(part, ast.Name)]
            bound = {name.id for name in names if isinstance(name.ctx, ast.Store)}
            bound |= {part.arg for part in walk(function.args) if isinstance(part, ast.arg)}
            for part in parts:
                if isinstance(part, ast.Global | ast.Nonlocal):
                    bound -= set(part.names)
            own |= {name: _of(function, name.id) for name in names if name.id in bound}
    return own


def _of_a_score(call: ast.Call) -> bool:
    """Whether a call is the score itself, not one around or inside it that only shows or predicts."""
    return _last(call.func) not in ("print", "format", "predict", "predict_proba", "round_") and not _SHOWS.search(
        _last(call.func)
    )


def _of_others(node: ast.AST) -> bool:
    """Whether the words of a choice speak of other rows than the test's: `results["cv_mean"]`."""
    words = [part.value for part in walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    words += [part.id for part in walk(node) if isinstance(part, ast.Name)]
    words += [part.attr for part in walk(node) if isinstance(part, ast.Attribute)]
    return any(_OF_OTHER_ROWS.search(word.lower().replace("_", " ")) for word in words)


def _is_an_end(index: ast.expr) -> bool:
    """`[0]`, `[-1]`."""
    if isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub):
        index = index.operand
        return isinstance(index, ast.Constant) and index.value == 1
    return isinstance(index, ast.Constant) and index.value == 0 and index.value is not False


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
