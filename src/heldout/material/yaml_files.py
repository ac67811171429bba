"""YAML of a reviewed repository, read as plain data: capped in size, depth and expansion, no objects built."""

from __future__ import annotations

from typing import Any

import yaml

MAX_CHARACTERS = 400_000
MAX_DEPTH = 60
MAX_NODES = 200_000
"""Nodes after every alias is replaced by what it stands for: a few lines of aliases can stand for billions."""

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class UnreadableYamlError(Exception):
    """The text is no YAML, or too large, too deep or too often aliased to be read."""


class _Loader(_Base):  # type: ignore[misc]  # chosen when the module is loaded: with libyaml, or without
    """Takes any tag (`!Ref`, `!vault`) for the plain value under it, as most tools bring tags of their own."""


def _plain(loader: Any, _suffix: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!", _plain)
_Loader.add_multi_constructor("tag:yaml.org,2002:python/", _plain)


def read_yaml(text: str) -> list[Any]:
    """The documents in a YAML text; raises UnreadableYamlError."""
    if len(text) > MAX_CHARACTERS:
        raise UnreadableYamlError(f"longer than {MAX_CHARACTERS:,} characters")
    try:
        _measure(text)
        return list(yaml.load_all(text, Loader=_Loader))
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError, TypeError) as error:
        raise UnreadableYamlError(f"not valid YAML: {str(error)[:120]}") from error


def compose(text: str) -> yaml.Node | None:
    """The nodes of the only document, with their lines; None for an empty text. Raises UnreadableYamlError."""
    nodes = compose_all(text)
    if len(nodes) > 1:
        raise UnreadableYamlError("not one document but several")
    return nodes[0] if nodes else None


def compose_all(text: str) -> list[yaml.Node]:
    """The nodes of every document, with their lines; raises UnreadableYamlError.

    A text is measured first: the library calls itself for every level, and deep ones would take the process down.
    """
    if len(text) > MAX_CHARACTERS:
        raise UnreadableYamlError(f"longer than {MAX_CHARACTERS:,} characters")
    try:
        _measure(text)
        return list(yaml.compose_all(text, Loader=_Loader))
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError, TypeError) as error:
        raise UnreadableYamlError(f"not valid YAML: {str(error)[:120]}") from error


def mappings(text: str) -> list[dict[Any, Any]]:
    """The documents that are mappings; none when the text cannot be read."""
    try:
        return [document for document in read_yaml(text) if isinstance(document, dict)]
    except UnreadableYamlError:
        return []


def line_of(text: str, *needles: str) -> int:
    """The first line that holds one of the needles, 1 without any."""
    for number, line in enumerate(text.split("\n"), start=1):
        if any(needle in line for needle in needles):
            return number
    return 1


def _measure(text: str) -> None:
    """Walk the events without building anything; raises UnreadableYamlError past a cap."""
    sizes: dict[str, int] = {}
    open_nodes: list[tuple[str | None, int]] = []
    total = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:
                raise UnreadableYamlError("an alias stands for itself or for nothing")
            total += sizes[event.anchor]
        elif isinstance(event, yaml.ScalarEvent):
            total += 1
            if event.anchor is not None:
                sizes[event.anchor] = 1
        elif isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append((event.anchor, total))
            total += 1
            if len(open_nodes) > MAX_DEPTH:
                raise UnreadableYamlError(f"nested deeper than {MAX_DEPTH} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_nodes.pop()
            if anchor is not None:
                sizes[anchor] = total - before
        if total > MAX_NODES:
            raise UnreadableYamlError(f"more than {MAX_NODES:,} values")
