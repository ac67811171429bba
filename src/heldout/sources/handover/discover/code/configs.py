"""Configuration files of a delivery as data: YAML, JSON, TOML, INI, and what Hydra composes of several."""

from __future__ import annotations

import configparser
import json
import re
from typing import Any

from heldout.material.toml import TomlError, parse_toml
from heldout.sources.handover.discover.code.values import HOLE, UNKNOWN
from heldout.sources.handover.discover.view import View, joined

_JSON = 400_000
_DEEP = 12
_NODES = 5_000
_REFERENCE = re.compile(r"\$\{([\w.]{1,100})\}")


def load(view: View, path: str) -> Any:
    """The data of a configuration file, by its suffix; UNKNOWN when it is none that can be read."""
    suffix = path.rpartition(".")[2].lower()
    text = view.text(path)
    if not text:
        return UNKNOWN
    if suffix in ("yaml", "yml"):
        data = view.yaml(path)
        return UNKNOWN if data is None else data
    if suffix == "json":
        return _json(text)
    if suffix == "toml":
        try:
            return parse_toml(text)
        except TomlError:
            return UNKNOWN
    if suffix in ("ini", "cfg", "conf"):
        return _ini(text)
    return UNKNOWN


def _json(text: str) -> Any:
    if len(text) > _JSON:
        return UNKNOWN
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return UNKNOWN


def _ini(text: str) -> Any:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text[:100_000])
    except (configparser.Error, ValueError):
        return UNKNOWN
    return {name: dict(parser[name]) for name in parser.sections()}


def hydra(view: View, folder: str, name: str) -> Any:
    """The configuration that Hydra composes: the primary file with the groups of its `defaults` list."""
    path = joined(folder, name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    data = view.yaml(path) if path is not None else None
    if not isinstance(data, dict):
        return UNKNOWN
    composed: dict[str, Any] = {}
    defaults = data.get("defaults")
    for item in defaults[:40] if isinstance(defaults, list) else ():
        if isinstance(item, str) and item != "_self_":
            composed.update(_part(view, folder, item))
        elif isinstance(item, dict):
            for group, choice in item.items():
                clean = str(group).removeprefix("override ").removeprefix("/")
                if isinstance(choice, str) and not clean.startswith("hydra"):
                    composed[clean.partition("@")[0].rpartition("/")[2]] = _part(view, folder, f"{clean}/{choice}")
    composed.update({key: value for key, value in data.items() if key != "defaults"})
    return filled(composed)


def _part(view: View, folder: str, name: str) -> dict[str, Any]:
    path = joined(folder, f"{name}.yaml")
    data = view.yaml(path) if path is not None else None
    return data if isinstance(data, dict) else {}


def filled(config: Any) -> Any:
    """The configuration with its references (`${data.path}`) filled in."""
    budget = [_NODES]

    def value_of(found: re.Match[str]) -> str:
        at: Any = config
        for part in found[1].split("."):
            at = at.get(part) if isinstance(at, dict) else None
        return str(at) if isinstance(at, str | int | float) else HOLE

    def walk(value: Any, depth: int) -> Any:
        budget[0] -= 1
        if depth > _DEEP or budget[0] < 0:
            return value
        if isinstance(value, dict):
            return {key: walk(inner, depth + 1) for key, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner, depth + 1) for inner in value]
        if isinstance(value, str) and "${" in value:
            for _ in range(3):
                value = _REFERENCE.sub(value_of, value)[:600]
            return re.sub(r"\$\{[^}]{0,100}\}", HOLE, value)
        return value

    return walk(config, 0)
