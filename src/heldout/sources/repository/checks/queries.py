"""Wrangling: SQL as it is really used, in files and in the strings of the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from heldout.evidence import Finding
from heldout.material.paths import part_of
from heldout.sources.repository.checks.base import Check, Move, Text, first, ramp
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import assignments, loop_of, names_in, target_names
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.sql import Query, looks_like_sql, read_sql

_RUNS = ("execute", "read_sql", "read_sql_query", "sql", "fetch", "fetchrow", "fetchval", "fetchone", "scalar", "query")


@dataclass(frozen=True, slots=True)
class Found:
    """A query and its line."""

    query: Query
    line: int


def queries(module: Module) -> Iterator[tuple[str, ast.expr]]:
    """(text, node) of every string that is SQL; what an f-string fills in is written as `x`."""
    low = module.text.lower()
    if not ("select" in low or "insert" in low or "update" in low or "create table" in low):
        return
    for node in module.nodes(ast.Constant):
        if isinstance(node.value, str) and len(node.value) > 14 and not _is_docstring(module, node):
            parent = module.parent(node)
            if not isinstance(parent, ast.JoinedStr) and looks_like_sql(node.value):
                yield node.value, node
    for joined in module.nodes(ast.JoinedStr):
        text = "".join(str(v.value) if isinstance(v, ast.Constant) else "x" for v in joined.values)
        if len(text) > 14 and looks_like_sql(text):
            yield text, joined


def _is_docstring(module: Module, node: ast.Constant) -> bool:
    return isinstance(module.parent(node), ast.Expr)


def _asks(text: str) -> bool:
    """Whether a statement asks for rows or changes them; to make a table or an index does neither."""
    return read_sql(text).kind != "create" or re.search(r"\bselect\b", text[:100_000], re.IGNORECASE) is not None


class SqlUsed(Check):
    """SQL that joins, groups and orders

    What: Queries with joins that name how rows match, window functions, named subqueries, groupings and parameters.

    Why: Most of the data of a company lie in tables; the database joins and sums them faster and more safely than
    code that loads everything.

    Example: `SELECT ..., row_number() OVER (PARTITION BY user ORDER BY ts) ... JOIN orders o ON o.user = u.id` speaks
    for; `SELECT name FROM t` says little.

    Limits: Queries built by an ORM or from pieces are not read, and whether a query is right is not seen.
    """

    code = "WRA108"
    suffixes = (".sql",)
    moves: ClassVar = {"wrangling": Move(up=0.4)}
    why = "Joins, windows and groupings in the database show that tables are a home ground."

    def on_text(self, text: Text) -> Iterable[object]:
        """Note the statements of a file of SQL."""
        if part_of(text.path, text.text) in ("code", "example"):
            line = 1
            for statement in text.text[:200_000].split(";")[:90]:
                if looks_like_sql(statement) and _asks(statement):
                    lead = len(_LEAD.match(statement)[0])  # type: ignore[index]  # matches nothing at the least
                    yield Found(read_sql(statement), line + statement[:lead].count("\n"))
                line += statement.count("\n")

    def on_module(self, module: Module) -> Iterable[object]:
        """Note the queries in strings."""
        for text, node in first((q for q in queries(module) if _asks(q[0])), 90):
            query = read_sql(text)
            pasted = isinstance(module.parent(node), ast.BinOp)  # `"... %s" % name` is text put together, no parameter
            yield Found(replace(query, parameters=0) if pasted else query, node.lineno)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """One finding for all queries that do more than fetch."""
        seen: dict[str, list[tuple[str, int]]] = {}
        for noted in repo.notes(self):
            query: Query = noted.note.query
            for kind, count in (
                ("joins", query.joins),
                ("window functions", query.windows),
                ("named subqueries", query.named),
                ("groupings", query.groups),
                ("parameters", query.parameters),
            ):
                if count:
                    seen.setdefault(kind, []).append((noted.path, noted.note.line))
        if seen.keys() - {"parameters"}:
            words = ", ".join(seen)
            yield self.found(
                f"SQL statements use {words}.",
                *(repo.at(*place) for place in first(dict.fromkeys(places[0] for places in seen.values()), 4)),
                strength=ramp(len(seen), 0, 4),
                queries=len(repo.notes(self)),
                kinds=len(seen),
            )


_LEAD = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*(?:[^*]|\*(?!/))*\*/)*")
"""What stands before the first word of a statement."""


class QueryInLoop(Check):
    """A query for each round of a loop

    What: A SELECT that is sent inside a for loop with a value of that loop.

    Why: Each query costs a round trip: a thousand rows become a thousand waits, where one join would do.

    Example: `for user in users: cur.execute("SELECT ... WHERE id = %s", (user,))` speaks against; one query with
    `WHERE id = ANY(%s)` or a join does not.

    Limits: Loops over a few tables or days may be meant; loops whose value stands where the table's name is are left
    alone.
    """

    code = "WRA109"
    parts = ("code",)
    severity = "medium"
    moves: ClassVar = {"wrangling": Move(down=0.25), "scale": Move(down=0.15)}
    why = "A query per row is slow and grows with the data."
    mend = "Fetch the rows of all rounds by one query: a join, or a list as parameter."
    ask = "How many queries does this loop send for a million rows, and how would one query do it?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Look at every query that is run in a loop."""
        wanted = {id(node) for text, node in queries(module) if read_sql(text).kind == "select"}
        if not wanted:
            return
        named = {
            target.id: node.value
            for node in module.nodes(ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name) and id(node.value) in wanted
        }
        for run in _RUNS:
            for call in module.called.get(run, ()):
                loop = loop_of(module, call)
                if not call.args or not isinstance(loop, ast.For) or _written_out(module, loop.iter):
                    continue
                query = call.args[0]
                if isinstance(query, ast.Name):
                    query = named.get(query.id, query)
                bound = target_names(loop.target)
                given = frozenset().union(
                    *(names_in(a) for a in call.args[1:]), *(names_in(k.value) for k in call.keywords)
                )
                if id(query) in wanted and (bound & given or bound & _filters(query)):
                    yield self.against(
                        f"A SELECT is sent in each round of the loop over `{ast.unparse(loop.iter)[:60]}`.",
                        module.location(loop, loop.lineno),
                        module.location(call),
                    )


def _written_out(module: Module, walked: ast.expr) -> bool:
    """Whether what a loop walks is written out in the code: a few tables, columns or kinds."""
    if isinstance(walked, ast.Name):
        bound = [v for t, v, _ in assignments(module) if isinstance(t, ast.Name) and t.id == walked.id]
        return bool(bound) and all(isinstance(value, ast.List | ast.Tuple | ast.Set | ast.Dict) for value in bound)
    return isinstance(walked, ast.List | ast.Tuple | ast.Set)


def _filters(query: ast.expr) -> frozenset[str]:
    """The names that an f-string fills in after WHERE as values, and not as parts of the names of columns."""
    if not isinstance(query, ast.JoinedStr):
        return frozenset()
    names: set[str] = set()
    before = ""
    for value in query.values:
        if isinstance(value, ast.Constant):
            before += str(value.value)
        else:
            if "where" in before.lower() and _VALUE_NEXT.search(before):
                names |= names_in(value)
            before += "x"
    return frozenset(names)


_VALUE_NEXT = re.compile(r"(['\"=<>(,%]|\b(in|like|and|between))\s*$", re.IGNORECASE)
"""What stands before a value in a condition."""

_OF_FILES = re.compile(r"\b(read_(csv|parquet|json)\w*|parquet_scan|csv_scan)\s*\(|\bUNION\b", re.IGNORECASE)
"""Queries that read a file, and pieces that are put together: no table is fetched whole over a network."""


class StarQueries(Check):
    """Queries that fetch whole tables

    What: `SELECT * FROM table` without condition or limit in the strings of scripts and modules, against all queries.

    Why: It moves every column and row through the network, and breaks or changes silently when the table does.

    Example: `pd.read_sql("SELECT * FROM events", con)` speaks against; naming the columns and the period does not.

    Limits: A small lookup table may be read whole; one or two such queries are not reported. Notebooks are left
    alone, as are queries that read files, make tables or declare where a feature store finds its rows.
    """

    code = "WRA110"
    parts = ("code",)
    moves: ClassVar = {"wrangling": Move(down=0.15)}
    why = "Fetching whole tables hides what is needed and does not grow."
    mend = "Name the columns, and let the database filter and sum."
    ask = "Which columns of this table are needed, and what happens here when somebody adds one?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note for each query of a module whether it fetches a whole table."""
        if module.notebook is None:
            for text, node in first(queries(module), 90):
                declared = isinstance(module.parent(node), ast.keyword)  # where a feature store finds its rows
                if not _OF_FILES.search(text) and not declared and read_sql(text).kind in ("select", "with"):
                    yield Found(read_sql(text), node.lineno)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Report when they are many."""
        stars = [(noted.path, noted.note.line) for noted in repo.notes(self) if noted.note.query.star]
        selects = len(repo.notes(self))
        if len(stars) >= 3 and len(stars) >= 0.1 * selects:
            yield self.against(
                f"At least {len(stars)} SELECT queries in the code fetch whole tables (`SELECT *`, no condition).",
                *(repo.at(path, line) for path, line in first(stars, 3)),
                strength=ramp(len(stars) / max(selects, 1), 0.0, 0.6),
                star_queries=len(stars),
                queries=selects,
            )


CHECKS: tuple[Check, ...] = (SqlUsed(), QueryInLoop(), StarQueries())
