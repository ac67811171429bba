"""What names tell: the side of a split that a piece of code speaks of."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from heldout.sources.repository.leakage.apis import SPLIT_WORDS
from heldout.sources.repository.syntax import walk

_WORD = re.compile("|".join(sorted((re.escape(w) for w in SPLIT_WORDS if len(w) > 3), key=len, reverse=True)))


def names_in(node: ast.AST) -> Iterator[str]:
    """The names that occur in a piece of syntax."""
    return (n.id for n in walk(node) if isinstance(n, ast.Name))


def sides_in(names: Iterable[str]) -> list[str]:
    """The sides that names speak of: `X_train`, `yval`, `test_images`."""
    many = [name.lower() for name in names]
    known = [SPLIT_WORDS[w] for name in many for w in name.replace("-", "_").split("_") if w in SPLIT_WORDS]
    if known:
        return known
    return [SPLIT_WORDS[m.group(0)] for name in many for m in _WORD.finditer(name)]
