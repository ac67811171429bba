"""SQL as it is written in files and strings: what a query does, read token by token in linear time.

This is no parser: it knows words, strings, comments and brackets, which is enough to see joins, windows, groups and
parameters in every dialect, and never fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"(?P<comment>--[^\n]*|/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/)?)"
    r"|(?P<string>'[^']*(?:'|$))"
    r"|(?P<quoted>\"[^\"]*(?:\"|$)|`[^`]*(?:`|$)|\[[A-Za-z_ ]{1,60}\])"
    r"|(?P<parameter>%\([A-Za-z_]\w*\)s|%s|(?<![:\w]):[A-Za-z_]\w*|@[A-Za-z_]\w*|\?|\$\d+)"
    r"|(?P<word>[A-Za-z_][\w$]*)"
    r"|(?P<mark>[(),;*.])"
)
_START = re.compile(
    r"\s*+(?:(?:--[^\n]*\n|/\*[^*]*\*/)\s*+)*+\(?\s*+(select|with|insert|update|delete|create|merge)\b", re.I
)
_SECOND = {
    "select": re.compile(r"\bfrom\s+[\w\"`.\[({%]", re.IGNORECASE),
    "with": re.compile(r"\bas\s*\(\s*select\b|\bas\s+(not\s+)?materialized\b", re.IGNORECASE),
    "insert": re.compile(r"\Ainsert\s+(or\s+\w+\s+)?(into|overwrite)\s+\S", re.IGNORECASE),
    "update": re.compile(r"\bset\s+[\w\"`.\[]+\s*=", re.IGNORECASE),
    "delete": re.compile(r"\Adelete\s+from\s+\S", re.IGNORECASE),
    "create": re.compile(
        r"\Acreate\s+(or\s+replace\s+)?(temp\w*\s+|unlogged\s+|external\s+|unique\s+)?(table|view|index|materialized)\b"
        r"[^;]{0,200}?(\(|\bas\b|\bon\b)",
        re.IGNORECASE,
    ),
    "merge": re.compile(r"\Amerge\s+into\s+\S", re.IGNORECASE),
}
_SENTENCE = re.compile(
    r"\Aselect\s+((?!as\b|distinct\b|top\b)[a-z']+\s+){2,}from\s|\Aselect\s[^;]{0,200}?\sfrom\s+(the|a|an|this|your|all|each|any)\s",
    re.IGNORECASE,
)
_LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class Query:
    """What one text of SQL shows.

    `joins` counts joins that say how rows match (ON or USING); `windows` counts OVER; `named` the common table
    expressions; `groups` GROUP BY; `star` is True when the columns of a stored table are asked for by `*` without a
    LIMIT; `parameters` counts placeholders; `kind` is the first word.
    """

    kind: str
    joins: int = 0
    windows: int = 0
    named: int = 0
    groups: int = 0
    star: bool = False
    parameters: int = 0


def looks_like_sql(text: str) -> bool:
    """Whether a string is a statement of SQL and not a sentence that begins with "select" or "with"."""
    head = text[:_LONGEST]
    start = _START.match(head[:4000])
    if start is None:
        return False
    rest = head[start.start(1) :]
    return _SECOND[start[1].lower()].search(rest) is not None and _SENTENCE.match(rest[:1000]) is None


def read_sql(text: str) -> Query:
    """What a text of SQL does; the first 100,000 characters of it."""
    words = list(_words(text[:_LONGEST]))
    named: set[str] = set()
    joins = windows = groups = parameters = 0
    star = False
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if word == "join":
            joins += _says_how(words, index)
        elif word == "over" and following in ("(", "w"):
            windows += 1
        elif word == "as" and following == "(" and words[index + 2 : index + 3] in (["select"], ["with"]):
            if index and words[index - 1] != ")" and _declares(words, index):
                named.add(words[index - 1])
        elif word == "group" and following == "by":
            groups += 1
        elif word == "<parameter>":
            parameters += 1
        elif word == "select" and words[index + 1 : index + 3] == ["*", "from"]:
            table = words[index + 3] if index + 3 < len(words) else "("
            inner = index > 1 and words[index - 1] == "(" and words[index - 2] in ("exists", "in")
            star = star or not (table in ("(", "<string>") or table in named or inner)
    limited = "limit" in words or "top" in words or "where" in words
    kind = next((w for w in words if w.isalpha()), "")
    return Query(kind, joins, windows, len(named), groups, star and not limited, parameters)


def _words(text: str) -> Iterator[str]:
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind in ("word", "mark"):
            yield token[0].lower()
        elif kind == "quoted":
            yield token[0].strip('"`[]').lower() or "<string>"
        elif kind in ("string", "parameter"):
            yield f"<{kind}>"


def _says_how(words: list[str], join: int) -> int:
    """1 if the join at this word says how rows match before the next join or clause."""
    depth = 0
    for word in words[join + 1 : join + 400]:
        depth += (word == "(") - (word == ")")
        if depth == 0 and word in ("on", "using"):
            return 1
        if depth < 0 or (depth == 0 and word in ("join", "where", "group", ";")):
            return 0
    return 0


def _declares(words: list[str], at: int) -> bool:
    """Whether `name AS (SELECT` stands where a common table expression does: after WITH, RECURSIVE or a comma."""
    return at >= 2 and words[at - 2] in ("with", "recursive", ",")
