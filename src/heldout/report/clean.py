"""Makes text of unknown origin safe to show: no control characters, no reversed reading direction, no floods.

File names, messages and snippets come from repositories that may be hostile. Every renderer starts from
`cleaned`, so that no renderer has to remember it. Escaping for its own medium stays each renderer's duty.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

from pydantic import BaseModel

_Model = TypeVar("_Model", bound=BaseModel)

MOST = 4_000
"""Characters of one text that are shown."""

_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029]")
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters, terminal escapes among them; tab and newline stay
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that change the reading direction
    "\u200b\u2060\ufeff\U000e0000-\U000e007f"  # invisible
    "\ud800-\udfff\ufffe\uffff]"  # not characters
)
_BLANK = re.compile(r"\s+")


def plain(text: str, most: int = MOST) -> str:
    """The text with every unsafe character replaced by U+FFFD, which shows that something stood there."""
    text, cut = text[:most], len(text) - most
    text = _UNSAFE.sub("\ufffd", _LINE_ENDS.sub("\n", text))
    return f"{text}… ({cut} more characters)" if cut > 0 else text


def one_line(text: str) -> str:
    """The text on one line, so that it cannot pass for lines of ours."""
    return _BLANK.sub(" ", text).strip()


def cleaned(model: _Model) -> _Model:
    """The dossier or audit with every text in it made safe to show."""
    return type(model).model_validate(_clean(model.model_dump(by_alias=True)))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_clean(item) for item in value)
    return value
