"""Numbers in the comments and docstrings of Python code; the code itself claims nothing."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings

from heldout.sources.handover.claims import logs
from heldout.sources.handover.claims.context import Context
from heldout.sources.handover.claims.joining import is_reached
from heldout.sources.handover.plan import Reading

_PROMPT = re.compile(r"\s*(?:>>>|\.\.\.)\s")


def read(text: str, context: Context) -> list[Reading]:
    """The readings of comments and docstrings, in the order of their lines."""
    found: list[Reading] = []
    first = context.line or 1
    for line, comment in [*_comments(text), *_docstrings(text)]:
        if any(c.isdigit() for c in comment):
            kept = "\n".join("" if _is_code(part) else part for part in comment.split("\n"))
            line_of = None if context.cell and not context.line else first + line - 1
            base = Context(context.path, line_of, context.cell, context.model, comment=True)
            lines = kept.split("\n")
            spoken = [r for r in logs.read(kept, base) if _is_note(r, lines, first + line - 1)]
            found += [_lined(r, first + line - 1, kept) for r in spoken]
    return sorted(found, key=lambda r: r.location.line or 0)


def _is_note(reading: Reading, lines: list[str], first: int) -> bool:
    """Whether a comment notes a result, and does not only speak of a metric: the name or the number begins the line,
    or a split, or a verb of reaching stands in it."""
    here = reading.location.line
    line = (
        lines[here - first] if here is not None and 0 <= here - first < len(lines) else reading.location.snippet or ""
    )
    lead = re.split(re.escape(reading.name) + "|" + re.escape(reading.written), line, maxsplit=1)[0]
    begins = len(re.findall(r"[^\W\d_]+", lead)) <= 2 and not re.search(r"[-*•]\s|→", line)
    return (begins or reading.split != "unknown" or is_reached(line)) and not re.search(r'"\w+":\s*\S+,\s*"', line)


def _is_code(line: str) -> bool:
    """Whether a line of a comment is a statement that was taken out, or an example; `accuracy = 0.93` is a note."""
    if _PROMPT.match(line) or line.lstrip("# ").startswith(("{", "[")):
        return True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = ast.parse(line.strip().rstrip(":") + (": pass" if line.rstrip().endswith(":") else ""))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(_acts(node) for node in parsed.body)


def _acts(node: ast.stmt) -> bool:
    if isinstance(node, ast.AnnAssign):
        return False  # `accuracy: 0.93` is read as an annotation
    if isinstance(node, ast.Assign):
        if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Constant):
            return False  # `accuracy = 0.93 (test)`
        return not (isinstance(node.value, ast.Constant) and node.value.value not in (0, 1, None))
    return not (isinstance(node, ast.Expr) and not isinstance(node.value, ast.Call | ast.Await))


def _lined(reading: Reading, first: int, text: str) -> Reading:
    """In a notebook the line counts within the cell."""
    if reading.location.line is not None:
        return reading
    offset = next((i for i, line in enumerate(text.split("\n")) if reading.written in line), 0)
    return reading.model_copy(update={"location": reading.location.model_copy(update={"line": first + offset})})


def _comments(text: str) -> list[tuple[int, str]]:
    """(line, text) of each run of comments."""
    runs: list[tuple[int, str]] = []
    last = -2
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type != tokenize.COMMENT:
                continue
            line, content = token.start[0], token.string.lstrip("#! ").rstrip()
            alone = not token.line[: token.start[1]].strip()
            if alone and line == last + 1:
                runs[-1] = (runs[-1][0], f"{runs[-1][1]}\n{content}")
            else:
                runs.append((line, content))
            last = line if alone else -2
    except (tokenize.TokenError, SyntaxError, IndentationError):
        pass  # what stands before the fault has been read
    return runs


def _docstrings(text: str) -> list[tuple[int, str]]:
    """(line, text) of each string that stands as a statement, docstrings among them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [
        (node.lineno, node.value.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]
