"""TOML of strangers: the standard library's parser takes time with the square of a name's parts and of the length."""

from __future__ import annotations

import re
import tomllib
from typing import Any

_LONGEST = 500_000
_DEEP = re.compile(r"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){40}")


class TomlError(ValueError):
    """The text is no TOML that can be read; the message says why."""


def parse_toml(text: str) -> dict[str, Any]:
    """The tables of a TOML text; raises TomlError, also for what no person writes (huge, or names of forty parts)."""
    if len(text) > _LONGEST:
        raise TomlError(f"it has more than {_LONGEST:,} characters")
    if _DEEP.search(text):
        raise TomlError("a name in it has too many parts")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise TomlError("it is nested too deeply") from error
    except tomllib.TOMLDecodeError as error:
        raise TomlError(str(error)) from error
