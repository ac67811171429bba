"""Python: containers fit for the job, and those that make loops slow."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, fraction, ramp
from heldout.sources.repository.checks.loops import begins_anew, widens
from heldout.sources.repository.checks.practice import plural
from heldout.sources.repository.checks.tally import Tally, calls_name, is_name
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import loop_of
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import walk

_LOOPS = (ast.For, ast.AsyncFor, ast.While)


class SlowContainers(Tally):
    """Containers that make a loop slow

    What: Inside a loop: a membership test in a list that the function has built, the front of a list taken off or
    filled (`pop(0)`, `insert(0, ...)`), and a list, array or table grown by copying it whole (`rows = rows +
    [row]`, `df = df.append(row)`, `np.append`, `pd.concat([df, row])`).

    Why: Each costs time in proportion to what is there already, so that twice the data take four times as long.

    Example: `if word not in seen_list: seen_list.append(word)` over a corpus speaks against; a set is the container
    for it.

    Limits: Sizes are not known: on a list of ten nothing is lost. Loops over classes, folds, columns and the like
    are left out. Lists that are passed in are not counted.
    """

    code = "PYT106"
    moves: ClassVar = {"python": Move(down=0.35), "scale": Move(down=0.2)}
    why = "The wrong container is what makes code slow when the data grow."
    mend = "Use a set or dict to look up, a deque as a queue, and collect in a list before making the table once."
    ask = "How does the time of this loop grow when the input doubles, and which container would change that?"
    phrase = "At least {n} lines in loops look up in, take from the front of, or grow by copying a list or table."

    def on_module(self, module: Module) -> Iterable[int]:
        """Note the lines."""
        lines = {*_front_of_lists(module), *_regrown(module), *_looked_up(module)}
        yield from sorted(lines)


def _in_loop(node: ast.AST, module: Module) -> bool:
    inner: ast.AST = node
    for around in module.parents(node):
        if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            return False
        if isinstance(around, ast.While) or (isinstance(around, ast.For) and inner is not around.iter):
            return True
        inner = around
    return False


def _front_of_lists(module: Module) -> Iterator[int]:
    """`while queue: item = queue.pop(0)`."""
    for call, name in module.method_calls:
        zero = len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0
        if name != "pop" or not zero or not isinstance(call.func, ast.Attribute):
            continue
        loop = next((around for around in module.parents(call) if isinstance(around, ast.While)), None)
        owner = call.func.value
        if loop is not None and isinstance(owner, ast.Name) and any(is_name(n, owner.id) for n in walk(loop.test)):
            yield call.lineno


_REGROW = frozenset({"numpy.append", "numpy.concatenate", "numpy.vstack", "numpy.hstack", "pandas.concat"})


def _regrown(module: Module) -> Iterator[int]:
    for node in module.nodes(ast.Assign):
        if len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
            continue
        name, value = node.targets[0].id, node.value
        grown = False
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            grown = is_name(value.left, name) and isinstance(value.right, ast.List) and bool(value.right.elts)
        elif isinstance(value, ast.Call) and value.args:
            if module.resolve(value.func) in _REGROW and not widens(value):
                head = value.args[0]
                items = head.elts if isinstance(head, ast.List | ast.Tuple) else [head]
                grown = bool(items) and is_name(items[0], name)
            elif isinstance(value.func, ast.Attribute) and value.func.attr == "append":
                grown = is_name(value.func.value, name)
        if grown and _in_loop(node, module) and not _few_rounds(node, module):
            loop = next((around for around in module.parents(node) if isinstance(around, ast.For)), None)
            if loop is None or not begins_anew(loop, name, node):
                yield node.lineno


_FEW = re.compile(
    r"class|label|fold|cv\b|epoch|layer|strateg|column|cols\b|split|stage|config|model|kind|type|axes|range\(\d\)"
)


def _few_rounds(node: ast.AST, module: Module) -> bool:
    """Whether the innermost loop walks classes, folds, columns or the like, of which there are few."""
    loop = next((around for around in module.parents(node) if isinstance(around, ast.For | ast.While)), None)
    return isinstance(loop, ast.For) and bool(_FEW.search(ast.unparse(loop.iter).lower()))


def _looked_up(module: Module) -> Iterator[int]:
    for compare in module.nodes(ast.Compare):
        if len(compare.ops) != 1 or not isinstance(compare.ops[0], ast.In | ast.NotIn):
            continue
        container = compare.comparators[0]
        if isinstance(module.parent(compare), ast.While):
            continue  # a free name, or one more of a few, is looked for
        if isinstance(container, ast.Name) and _in_loop(compare, module):
            scope = module.function_of(compare)
            if scope is not None and _list_that_grows(container.id, scope, compare, module):
                yield compare.lineno


def _list_that_grows(name: str, scope: ast.AST, use: ast.AST, module: Module) -> bool:
    """Whether the name is a list made in the function, outside the loops around the use, that grows."""
    loops = {a for a in module.parents(use) if isinstance(a, _LOOPS)}
    made, grows = False, False
    for node in walk(scope):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(is_name(target, name) for target in targets):
                value = node.value
                if not (isinstance(value, ast.List | ast.ListComp) or calls_name(value, "list")):
                    return False
                if loops & set(module.parents(node)):
                    return False
                made = True
                grows = grows or isinstance(value, ast.ListComp)
        elif _bound_elsewhere(node, name):
            return False
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_name(node.func.value, name):
            grows = grows or (node.func.attr in ("append", "extend") and _in_loop(node, module))
    return made and grows


def _bound_elsewhere(node: ast.AST, name: str) -> bool:
    """Whether the node binds the name as a loop variable or a parameter: then nothing is known of it."""
    if isinstance(node, ast.For | ast.comprehension):
        return any(is_name(inner, name) for inner in walk(node.target))
    return isinstance(node, ast.arg) and node.arg == name


_FITTING = {
    "collections.defaultdict": "defaultdict",
    "collections.Counter": "Counter",
    "collections.deque": "deque",
    "collections.OrderedDict": "OrderedDict",
    "collections.ChainMap": "ChainMap",
    "heapq": "heapq",
    "bisect": "bisect",
    "itertools": "itertools",
    "functools": "functools",
    "operator.itemgetter": "operator",
    "operator.attrgetter": "operator",
    "contextlib": "contextlib",
    "pathlib.Path": "pathlib",
    "queue": "queue",
}


class FittingContainers(Check):
    """Containers and tools of the standard library chosen for the job

    What: The share of files that use, by a call, a set to look up, a `defaultdict`, `Counter`, `deque`, heap,
    bisection, `itertools`, `functools`, `contextlib` or `pathlib`, and how many kinds of them are used.

    Why: Who knows the containers does not build them anew, and picks the one whose cost fits.

    Example: `Counter(words).most_common(20)` and `deque(maxlen=100)` speak for; an import without a call is nothing.

    Limits: Numerical code that lives in arrays needs few of them; their absence is not held against anybody.
    """

    code = "PYT110"
    moves: ClassVar = {"python": Move(up=0.5)}
    why = "The right container is the cheapest optimisation."

    def on_module(self, module: Module) -> Iterable[tuple[tuple[str, int], ...]]:
        """Note the kinds used and their first lines."""
        kinds: dict[str, int] = {}
        used = [(name, call.lineno) for call, name in module.calls]
        for function, _ in module.functions:
            used += [(name, d.lineno) for d in function.decorator_list if (name := module.resolve(d))]
        for name, line in used:
            kind = _FITTING.get(name) or _FITTING.get(name.partition(".")[0])
            if kind and name != "functools.wraps":
                kinds.setdefault(kind, line)
        for call in module.nodes(ast.Call):
            if calls_name(call, "set") and not isinstance(module.parent(call), ast.arguments):
                kinds.setdefault("set", call.lineno)
                break
        for made in [*module.nodes(ast.Set), *module.nodes(ast.SetComp)][:1]:
            kinds.setdefault("set", made.lineno)
        if kinds:
            yield tuple(kinds.items())

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Judge the share of files and the number of kinds."""
        taken = repo.notes(self)
        files = sum(1 for m in repo.code if m.code_lines >= 30)
        using = {noted.path for noted in taken}
        kinds = Counter(kind for noted in taken for kind, _ in noted.note)
        share = fraction(len(using), max(files, len(using), 1))
        if len(kinds) >= 2 and share >= 0.1:
            places = {kind: repo.at(noted.path, line) for noted in taken for kind, line in noted.note}
            shown = [kind for kind, _ in kinds.most_common(4)]
            yield self.found(
                f"At least {plural(len(using), 'file')} use{'s' if len(using) == 1 else ''} containers and tools of the"
                f" standard library: {', '.join(f'`{k}`' for k in shown)}.",
                *(places[kind] for kind in shown[:3]),
                strength=ramp(share, 0.1, 0.55) * ramp(len(kinds), 1, 5),
                files=len(using),
                kinds=len(kinds),
            )


class Generators(Check):
    """Data that flow through generators

    What: Generator functions (`yield`, apart from test fixtures and context managers) and generator expressions, per
    1,000 lines of code.

    Why: What flows need not be held: files, batches and rows larger than the memory can be worked on.

    Example: `def batches(path): ... yield rows` speaks for; reading every file into one list is not counted here.

    Limits: `any(x for x in ...)` counts for little, and only a part of the strength can come from such expressions.
    """

    code = "PYT112"
    moves: ClassVar = {"python": Move(up=0.25), "scale": Move(up=0.1)}
    why = "Data that flow through generators need not fit into memory."

    def on_module(self, module: Module) -> Iterable[tuple[bool, int]]:
        """Note generator functions and expressions."""
        seen: set[int] = set()
        for node in [*module.nodes(ast.Yield), *module.nodes(ast.YieldFrom)]:
            function = module.function_of(node)
            if function is None or function.lineno in seen:
                continue
            if loop_of(module, node) is None and not isinstance(node, ast.YieldFrom):
                continue  # one thing handed out and taken back: a session, a lock
            seen.add(function.lineno)
            names = {(module.resolve(d.func if isinstance(d, ast.Call) else d) or "") for d in function.decorator_list}
            if not any(name.endswith(("contextmanager", "fixture")) for name in names):
                yield True, function.lineno
        for expression in first(module.nodes(ast.GeneratorExp), 20):
            yield False, expression.lineno

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Count them per 1,000 lines."""
        taken = [(noted.path, *noted.note) for noted in repo.notes(self)]
        functions = [(path, line) for path, whole, line in taken if whole]
        kloc = max(repo.kloc, 0.3)
        strength = 0.75 * ramp(len(functions) / kloc, 0, 2.0) + 0.25 * ramp(len(taken) / kloc, 0, 4.0)
        if functions and strength >= 0.1:
            yield self.found(
                f"At least {plural(len(functions), 'generator function')} hand{'s' if len(functions) == 1 else ''} out"
                " results piece by piece, context managers apart.",
                *(repo.at(path, line) for path, line in first(functions, 3)),
                strength=strength,
                generators=len(functions),
            )


CHECKS: tuple[Check, ...] = (
    SlowContainers(),
    FittingContainers(),
    Generators(),
)
