"""Pieces of a document that are taken apart by themselves: rows of tables, badges."""

from __future__ import annotations

import re
from urllib.parse import unquote

from heldout.sources.handover.claims.tables import Grid


def badge_text(address: str) -> str:
    """`accuracy-94.2%25-green?style=flat` as `accuracy: 94.2%`."""
    path, _, _ = address.partition("?")
    if "label=" in address and "message=" in address:
        fields = dict(part.partition("=")[::2] for part in re.split(r"[&?]", address) if "=" in part)
        return unquote(f"{fields.get('label', '')}: {fields.get('message', '')}".replace("+", " "))
    parts = [p.replace("\0", "-") for p in path.lstrip("/").replace("--", "\0").split("-")]
    return unquote(": ".join(part.replace("__", "\1").replace("_", " ").replace("\1", "_") for part in parts[:2]))


def cells_of(line: str) -> list[str]:
    """The cells of a row that is written with bars."""
    body = re.sub(r"^\s*(?:>\s*)+", "", line).strip().replace("\\|", "\0")
    body = body.removeprefix("|").removesuffix("|")
    return [cell.strip().replace("\0", "|") for cell in body.split("|")]


def rst_grid(lines: list[str], first: int, title: str) -> Grid | None:
    """A simple or grid table of reStructuredText; None when it has no heading."""
    if lines[0].strip().startswith("+"):
        rows = [(first + i, cells_of(line)) for i, line in enumerate(lines) if line.strip().startswith("|")]
    else:
        spans = [match.span() for match in re.finditer(r"=+", lines[0])]
        ends = [b for _, b in spans[:-1]] + [10_000]
        cut = [
            (a, max(b, nxt)) for (a, _), b, nxt in zip(spans, ends, [*(s[0] for s in spans[1:]), 10_000], strict=True)
        ]
        rows = [
            (first + i, [line[a:b].strip() for a, b in cut])
            for i, line in enumerate(lines)
            if not re.fullmatch(r"[\s=\-]+", line)
        ]
    if len(rows) < 2:
        return None
    return Grid(tuple(rows[0][1]), tuple(tuple(r) for _, r in rows[1:]), tuple(n for n, _ in rows[1:]), title)
