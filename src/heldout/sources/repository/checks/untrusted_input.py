"""Safety: what comes from outside is run: unpickled, evaluated, given to a shell or a database as text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, fraction, ramp
from heldout.sources.repository.module import Module
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import walk

_OUTSIDE = re.compile(
    r"^(requests|httpx)\.(get|post|request)$|^urllib\.request\.(urlopen|urlretrieve)$|^urllib\.(urlopen|urlretrieve)$|^wget\.download$"
    r"|^gdown\.download$|^huggingface_hub\.\w+_download$|^flask\.request\b|^torch\.hub\.download_url_to_file$"
)
_LOADERS = frozenset(
    {
        "pickle.load", "pickle.loads", "cPickle.load", "cPickle.loads", "_pickle.load", "dill.load", "dill.loads",
        "cloudpickle.load", "cloudpickle.loads", "joblib.load", "torch.load", "pandas.read_pickle", "numpy.load",
        "yaml.load", "yaml.unsafe_load", "marshal.loads", "jsonpickle.decode",
    }
)  # fmt: skip


class UnsafeLoading(Check):
    """Loading files from elsewhere in a way that can run code

    What: `pickle`, `joblib`, `torch.load`, `yaml.load` without a safe loader and the like on something that the
    same function has downloaded or got from a request. Loading one's own files is not counted.

    Why: Such a file can hold any program, and it runs when it is loaded.

    Example: `pickle.loads(requests.get(url).content)` speaks against; `torch.load(path, weights_only=True)` or
    safetensors do not.

    Limits: Followed within one function only. Whether the source can be trusted cannot be seen.
    """

    code = "SAF103"
    moves: ClassVar = {"craft": Move(down=0.15), "deployment": Move(down=0.15), "judgement": Move(down=0.1)}
    severity = "medium"
    why = "Whoever controls the file controls the machine that loads it."
    mend = "Load weights only, use a format without code (safetensors, ONNX, JSON), or check a known checksum first."
    ask = "What would happen if somebody replaced the file that is downloaded here?"

    def on_module(self, module: Module) -> Iterable[Finding]:
        """Find loaders whose argument comes from a download or request in the same function."""
        loads = [(call, name) for call, name in module.calls if name in _LOADERS and not _safe(call, name, module)]
        if not loads or not _mentions_outside(module):
            return
        for call, name in loads:
            scope = module.function_of(call) or module.tree
            tainted = _outside_names(scope, module)
            if any(_from_outside(argument, tainted, module) for argument in call.args[:1]):
                yield self.against(
                    f"`{name}` loads what was downloaded or sent, in a way that can run code.",
                    module.location(call),
                    loader=name,
                )


def _mentions_outside(module: Module) -> bool:
    return any(_OUTSIDE.match(name) for _, name in module.calls) or "flask.request" in module.imports


def _safe(call: ast.Call, name: str, module: Module) -> bool:
    for keyword in call.keywords:
        value = getattr(keyword.value, "value", None)
        if keyword.arg == "weights_only" and value is True:
            return True
        if keyword.arg == "Loader" and "Safe" in ast.unparse(keyword.value):
            return True
        if name == "numpy.load" and keyword.arg == "allow_pickle" and value is True:
            return False
    if name == "yaml.load":
        return len(call.args) > 1 and "Safe" in ast.unparse(call.args[1])
    return name == "numpy.load"


def _outside_names(scope: ast.AST, module: Module) -> frozenset[str]:
    """Names that the function assigns from a download or a request, followed through plain assignments."""
    names: set[str] = set()
    assigns = [node for node in walk(scope) if isinstance(node, ast.Assign | ast.withitem)]
    for node in walk(scope):  # the file name that a download wrote to is as foreign as what it returned
        if isinstance(node, ast.Call) and _OUTSIDE.match(module.resolve(node.func) or ""):
            names.update(a.id for a in node.args[1:2] if isinstance(a, ast.Name))
    for _ in range(3):
        for node in assigns:
            value = node.value if isinstance(node, ast.Assign) else node.context_expr
            targets = (
                node.targets if isinstance(node, ast.Assign) else [node.optional_vars] if node.optional_vars else []
            )
            if _from_outside(value, frozenset(names), module):
                names.update(t.id for t in targets if isinstance(t, ast.Name))
    return frozenset(names)


def _from_outside(value: ast.AST, tainted: frozenset[str], module: Module) -> bool:
    for node in walk(value):
        if isinstance(node, ast.Name) and node.id in tainted:
            return True
        if isinstance(node, ast.Call | ast.Attribute):
            dotted = module.resolve(node.func if isinstance(node, ast.Call) else node)
            if dotted and _OUTSIDE.match(dotted):
                return True
    return False


class Evaluated(Check):
    """Text run as code or as a shell command

    What: `eval` and `exec` of something that is not a constant, and shell commands (`os.system`, `shell=True`) put
    together from variables.

    Why: A file name with a space or a semicolon, or a value from a configuration, becomes a command.

    Example: `os.system("rm -r " + folder)` and `eval(args.layers)` speak against; `subprocess.run(["rm", "-r",
    folder])`, `ast.literal_eval` or a dict of functions are the mends.

    Limits: On one's own machine with one's own values nothing happens; that is why a few places weigh little.
    """

    code = "SAF104"
    moves: ClassVar = {"python": Move(down=0.25), "judgement": Move(down=0.1)}
    why = "A value that becomes a command does what its sender wants."
    mend = "Give commands as lists of arguments, look names up in a dict, and read literals with `ast.literal_eval`."
    ask = "What could somebody type or send that would make this line do something else?"

    def on_module(self, module: Module) -> Iterable[tuple[str, int]]:
        """Note the kind and line of each place."""
        if module.path.rpartition("/")[2] == "setup.py":
            return
        own = {node.id for node in module.nodes(ast.Name) if isinstance(node.ctx, ast.Store)} | module.aliases.keys()
        own |= {function.name for function, _ in module.functions} | {arg.arg for arg in module.nodes(ast.arg)}
        for call in module.nodes(ast.Call):
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            if name in ("eval", "exec") and name not in own and call.args and not _constant(call.args[0]):
                yield name, call.lineno
        for call, name in module.calls:
            shell = name in ("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput") or (
                name.startswith("subprocess.")
                and any(k.arg == "shell" and getattr(k.value, "value", False) is True for k in call.keywords)
            )
            if shell and call.args and _composed(call.args[0], call, module):
                yield "shell", call.lineno

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """One finding for all places."""
        places = [(noted.path, *noted.note) for noted in repo.notes(self)]
        code = [(path, line) for path, kind, line in places if kind != "shell"]
        shell = [(path, line) for path, kind, line in places if kind == "shell"]
        rate = fraction(len(places), max(repo.kloc, 0.5))
        if len(places) < 2 or rate < 0.2:
            return
        told = [
            *([f"a text is run as Python in at least {_places(len(code))} (`eval`, `exec`)"] if code else []),
            *([f"a shell command is put together from variables in at least {_places(len(shell))}"] if shell else []),
        ]
        message = " and ".join(told)
        yield self.against(
            f"{message[0].upper()}{message[1:]}.",
            *(repo.at(path, line) for path, line in first([*code, *shell], 4)),
            strength=max(ramp(rate, 0.2, 4.0), 0.15),
            evaluated=len(code),
            shell=len(shell),
        )


def _places(number: int) -> str:
    return f"{number} place{'' if number == 1 else 's'}"


def _constant(node: ast.expr) -> bool:
    """Whether nothing but constants is in the expression (`compile` of an own file, as in setup files, too)."""
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in ("compile", "open") or "read" in ast.unparse(node.func)
    return isinstance(node, ast.Constant)


def _composed(node: ast.expr, call: ast.Call, module: Module) -> bool:
    """Whether a text is put together from variables, in place or where the function assigns the name."""
    if isinstance(node, ast.Name):
        scope = module.function_of(call)
        if scope is None:
            return False
        values = [
            a.value
            for a in walk(scope)
            if isinstance(a, ast.Assign) and any(isinstance(t, ast.Name) and t.id == node.id for t in a.targets)
        ]
        return bool(values) and any(not isinstance(v, ast.Name) and _composed(v, call, module) for v in values)
    fixed = _literals(module, module.function_of(call))
    return any(not _fixed(part, fixed) for part in _pieces(node))


def _literals(module: Module, scope: ast.AST | None) -> frozenset[str]:
    """Names that a function, or the module for it, binds to nothing but literals or texts made of such names."""
    changed = {name for node in module.nodes(ast.Global) for name in node.names} | module.aliases.keys()
    given = {part.arg for part in walk(scope) if isinstance(part, ast.arg)} if scope is not None else set[str]()
    own: dict[str, list[ast.expr | None]] = {}
    outer: dict[str, list[ast.expr | None]] = {}
    for name in module.nodes(ast.Name):
        if not isinstance(name.ctx, ast.Load):
            function = module.function_of(name)
            if function is scope or function is None:
                (own if function is scope else outer).setdefault(name.id, []).extend(_values_of(module, name))
    bound = outer | own
    found: frozenset[str] = frozenset()
    for _ in range(3):  # how many names a text may pass through
        sure = (n for n, values in bound.items() if all(v is not None and _made(v, found) for v in values))
        found = frozenset(sure) - changed - given
    return found


def _values_of(module: Module, name: ast.Name) -> list[ast.expr | None]:
    """What is bound to a name where it stands; None for what is not said there."""
    around = module.parent(name)
    if isinstance(around, ast.For) and isinstance(around.iter, ast.List | ast.Tuple):
        return list(around.iter.elts)
    return [around.value if isinstance(around, ast.Assign | ast.AnnAssign) else None]


def _made(value: ast.expr, fixed: frozenset[str]) -> bool:
    """Whether a value is a literal, or a text put together from what is."""
    if isinstance(value, ast.Constant | ast.Name):
        return _fixed(value, fixed)
    pieces = list(_pieces(value))
    return bool(pieces) and all(_fixed(piece, fixed) for piece in pieces)


def _pieces(node: ast.expr) -> Iterator[ast.expr]:
    """What is put into a text: the fields of an f-string, the operands of + and %, the arguments of `format`."""
    if isinstance(node, ast.JoinedStr):
        yield from (part.value for part in node.values if isinstance(part, ast.FormattedValue))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        for side in (node.left, node.right):
            inner = list(_pieces(side))
            yield from inner if inner or isinstance(side, ast.Constant | ast.JoinedStr) else [side]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
        yield from node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        yield from (*node.args, *(k.value for k in node.keywords))


def _fixed(node: ast.expr, literals: frozenset[str] = frozenset()) -> bool:
    """Constants, names in capitals or of literals, and paths of the interpreter: nobody sends them."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Attribute):
        return node.attr.isupper() or ast.unparse(node) == "sys.executable"
    return isinstance(node, ast.Name) and (node.id.isupper() or node.id in literals)


_SQL = re.compile(
    r"^\s*(SELECT\s.{1,400}?\sFROM\s|INSERT\s+INTO\s|UPDATE\s.{1,200}?\sSET\s|DELETE\s+FROM\s)", re.I | re.S
)
_RUNS_SQL = frozenset({"execute", "executemany", "executescript", "read_sql", "read_sql_query", "raw", "query", "sql"})


class PastedSql(Check):
    """SQL put together from variables

    What: Queries given to `execute`, `read_sql` and the like whose values are pasted in with f-strings, `+`, `%` or
    `format`. Names in capitals and lists of `?` marks are left out.

    Why: A value with a quote in it breaks the query, or becomes one.

    Example: `cur.execute(f"SELECT * FROM t WHERE id = {user_id}")` speaks against;
    `cur.execute("SELECT * FROM t WHERE id = ?", (user_id,))` speaks for.

    Limits: Names of tables and columns cannot be parameters; only what stands where a
    value goes is counted.
    """

    code = "SAF105"
    moves: ClassVar = {"wrangling": Move(up=0.1, down=0.25), "python": Move(down=0.1)}
    severity = "medium"
    why = "Pasted values break queries and let strangers write their own."
    mend = "Give values as parameters of the query."
    ask = "Why is the value pasted into this query, and what happens when it holds a quote?"

    def on_module(self, module: Module) -> Iterable[tuple[bool, int]]:
        """Note queries with pasted values, and those with parameters."""
        calls = [
            (c, n) for c, n in [*module.calls, *module.method_calls] if n.rpartition(".")[2] in _RUNS_SQL and c.args
        ]
        for call, _ in calls:
            query = _query(call.args[0], call, module)
            if query is None:
                continue
            text, pieces = query
            if any(not _marks(piece, call, module) and _sent(piece, call, module) for piece in pieces):
                yield True, call.lineno
            elif any(not _fixed(piece) for piece in pieces):
                continue  # a value that the function itself has worked out: no stranger sends it
            elif not pieces and re.search(r"\?|%s|%\(\w+\)s|:\w+|\$\d", text) and (len(call.args) > 1 or call.keywords):
                yield False, call.lineno

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """One finding for all pasted queries, or one for those with parameters."""
        taken = [(noted.path, *noted.note) for noted in repo.notes(self)]
        pasted = [(path, line) for path, bad, line in taken if bad]
        kept = [(path, line) for path, bad, line in taken if not bad]
        if pasted:
            yield self.against(
                f"Values are pasted into the text of database queries in at least {_places(len(pasted))}"
                f"{f'; at least {len(kept)} take parameters' if kept else ''}.",
                *(repo.at(path, line) for path, line in first(pasted, 4)),
                strength=min(0.3 + 0.15 * len(pasted), 1.0),
                pasted=len(pasted),
                with_parameters=len(kept),
            )
        elif len(kept) >= 2:
            yield self.found(
                f"At least {len(kept)} database queries take their values as parameters, and none was seen that"
                " does not.",
                *(repo.at(path, line) for path, line in first(kept, 2)),
                with_parameters=len(kept),
            )


_HARMLESS = frozenset({"int", "float", "bool", "len", "round", "abs"})
_NUMBERS = frozenset({"int", "float", "bool", "date", "datetime", "Path"})


def _sent(piece: ast.expr, call: ast.Call, module: Module, deep: int = 3) -> bool:
    """Whether a value may be a text that somebody sends: by an argument, a request or a row, and not a number."""
    if isinstance(piece, ast.Call) and isinstance(piece.func, ast.Name) and piece.func.id in _HARMLESS:
        return False
    function = module.function_of(call)
    given = (
        {a.arg: a for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}
        if function
        else {}
    )
    for node in walk(piece):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "input":
            return True
        if not isinstance(node, ast.Name):
            continue
        if node.id in given:
            hint = given[node.id].annotation
            if hint is None or ast.unparse(hint).rpartition(".")[2] not in _NUMBERS:
                return True
        elif node.id in ("request", "args", "row") or (
            deep and any(_sent(made, call, module, deep - 1) for made in _bound(node.id, call, module))
        ):
            return True
    return False


def _query(node: ast.expr, call: ast.Call, module: Module) -> tuple[str, list[ast.expr]] | None:
    """The constant text of a query and what is pasted in where a value stands, None for what is no query."""
    if isinstance(node, ast.Name):
        values = _bound(node.id, call, module)
        return _query(values[0], call, module) if len(values) == 1 and not isinstance(values[0], ast.Name) else None
    text, pasted = "", list[ast.expr]()
    for part in _parts(node):
        if isinstance(part, str):
            text += part
        else:
            if _BEFORE_VALUE.search(text[-200:]):
                pasted.append(part)
            text += "x"
    return (text, pasted) if _SQL.match(text[:2000]) else None


def _bound(name: str, call: ast.Call, module: Module) -> list[ast.expr]:
    """What a name is bound to in the function around a call, or in the module."""
    return [
        a.value
        for a in walk(module.function_of(call) or module.tree)
        if isinstance(a, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in a.targets)
    ]


_BEFORE_VALUE = re.compile(r"(?:[=<>]|\bLIKE|\bIN|\bBETWEEN|\bVALUES)\s*[('\"%]*$|\bVALUES\s*\([^)]*$", re.IGNORECASE)
"""What stands before a value: names of tables and columns cannot be parameters, so they may be pasted."""

_FIELD = re.compile(r"%\(\w+\)s|%[sdrif]|\{[^{}]*\}")


def _parts(node: ast.expr) -> Iterator[str | ast.expr]:
    """The constant pieces of a text and the expressions between them, in order."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            yield from _parts(value)
    elif isinstance(node, ast.FormattedValue):
        yield node.value
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _parts(node.left)
        yield from _parts(node.right)
    elif (template := _template(node)) is not None:
        fields = list(_pieces(node))
        for index, text in enumerate(_FIELD.split(template)):
            if index and fields:
                yield fields[min(index, len(fields)) - 1]
            yield text
    else:
        yield node


def _template(node: ast.expr) -> str | None:
    """The text on the left of `%`, or whose `format` is called."""
    owner = node.left if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        owner = node.func.value
    return owner.value if isinstance(owner, ast.Constant) and isinstance(owner.value, str) else None


def _marks(piece: ast.expr, call: ast.Call, module: Module) -> bool:
    """Whether it makes place-holders or lists of columns: `",".join("?" * n)`, itself or by a name for it."""
    if isinstance(piece, ast.Name):
        made = _bound(piece.id, call, module)
        return bool(made) and not any(isinstance(m, ast.Name) or not _marks(m, call, module) for m in made)
    source = ast.unparse(piece)
    return ".join(" in source or "?" in source or "%s" in source


CHECKS: tuple[Check, ...] = (UnsafeLoading(), Evaluated(), PastedSql())
