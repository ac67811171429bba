"""Requests that a careful service refuses or answers as before, made from a valid one: one for each way to spoil it.

What can be spoilt depends on what a field holds. A number is left out, put far out of range, written as text, or
replaced by a word; a category by one that nobody saw; a free text by none, by a very long one, by one in other
languages, or by a number. Where several fields are of a kind, the first stands for all.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from heldout.sandbox.base import MIB

_TEXT = re.compile(
    r"text|messages?|reviews?|comments?|content|sentences?|body|query|questions?|titles?|descriptions?|tweets?|e?mails?"
    r"|documents?|prompt|sms|posts?|abstracts?|news|headlines?|inputs?",
    re.IGNORECASE,
)
"""Names of fields that hold a free text, however short the example is."""
_WORDS = 3
"""Words from which a value is a free text and no category."""
OTHER_LANGUAGE = "这是一个测试 🙂 Это проверка مرحبا"
_LONG = "very long " * 20_000
_WORD = "not a number"
_FAR = -1e30
_NEW = "never seen before"
_EXTRA = "heldout_extra"

Row = dict[str, object]


def spoil(body: str, content_type: str) -> dict[str, bytes]:
    """Spoilt bodies by kind: of JSON with records, lists or a text, of a form, or of a plain text."""
    bad = {"empty": b"", "malformed": b'{"half": ', "huge": b'{"x": "' + b"a" * MIB + b'"}'}
    if "form" in content_type:
        pairs = parse_qsl(body, keep_blank_values=True)
        return bad | {kind: urlencode(changed).encode() for kind, changed in _pairs(pairs).items()}
    try:
        content = json.loads(body)
    except ValueError:
        text = {kind: str(value).encode() for kind, value in _text().items() if isinstance(value, str)}
        return {"empty": b"", "malformed": b"\xff\xfe\xfd", **text} if body else bad
    row = row_of(content)
    changes: Mapping[str, object] = {}
    if isinstance(row, dict) and row:
        changes = _record(row)
    elif isinstance(row, list) and row:
        changes = _list(row)
    elif isinstance(row, str):
        changes = _text()
    return bad | {kind: json.dumps(_with_row(content, changed)).encode() for kind, changed in changes.items()}


def spoil_address(path: str) -> dict[str, str]:
    """Spoilt addresses by kind, of one that carries its input as a query; none when it carries none."""
    start, sign, query = path.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True) if sign else []
    # What does not fit into an address says nothing of the service.
    changed = {kind: told for kind, told in _pairs(pairs).items() if kind != "very_long"}
    return {kind: f"{start}?{urlencode(told)}" for kind, told in changed.items()}


def row_of(content: object) -> object:
    """The first row of inputs within a request: records nest them in lists and under keys."""
    if isinstance(content, dict):
        inner = next((v for v in content.values() if isinstance(v, list | dict) and v), None)
        return row_of(inner) if inner is not None and len(content) <= 3 else content
    if isinstance(content, list) and content and isinstance(content[0], list | dict):
        return row_of(content[0])
    return content


def _record(row: Row) -> dict[str, Row]:
    first = next(iter(row))
    numeric = next((key for key, value in row.items() if _is_number(value)), None)
    text = next((key for key, value in row.items() if _is_text(key, value)), None)
    category = next((key for key, value in row.items() if isinstance(value, str) and key != text), None)
    found: dict[str, Row] = {
        "missing_field": {key: value for key, value in row.items() if key != first},
        "missing_value": {**row, numeric or first: None},
        "extra_field": {**row, _EXTRA: 1},
    }
    if len(row) > 1:
        found["column_order"] = dict(reversed(list(row.items())))
    if numeric is not None:
        found["wrong_type"] = {**row, numeric: _WORD}
        found["out_of_range"] = {**row, numeric: _FAR}
        found["number_as_text"] = {**row, numeric: str(row[numeric])}
    elif text is not None:
        found["wrong_type"] = {**row, text: 12_345}
    if text is not None:
        found |= {kind: {**row, text: value} for kind, value in _text().items() if kind not in found}
    if category is not None:
        found["unseen_category"] = {**row, category: _NEW}
    return found


def _list(row: list[object]) -> dict[str, list[object]]:
    if isinstance(row[0], str):  # a list of texts: the first is the row
        return {kind: [value, *row[1:]] for kind, value in _text().items()}
    found = {"missing_field": row[1:], "missing_value": [None, *row[1:]], "extra_field": [*row, 1]}
    if _is_number(row[0]):
        found["wrong_type"] = [_WORD, *row[1:]]
        found["out_of_range"] = [_FAR, *row[1:]]
        found["number_as_text"] = [str(row[0]), *row[1:]]
    return found


def _text() -> dict[str, object]:
    """What a free text is replaced by."""
    return {
        "missing_value": None,
        "wrong_type": 12_345,
        "empty_text": "",
        "very_long": _LONG,
        "other_language": OTHER_LANGUAGE,
    }


def _pairs(pairs: list[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """Of a form or a query, where every value is written as text."""
    if not pairs:
        return {}
    at = next((place for place, (_, value) in enumerate(pairs) if _reads_as_number(value)), None)
    text = next((place for place, (key, value) in enumerate(pairs) if _is_text(key, value) and place != at), None)
    found = {
        "missing_field": pairs[1:],
        "missing_value": _put(pairs, at or 0, ""),
        "extra_field": [*pairs, (_EXTRA, "1")],
    }
    if at is not None:
        found["wrong_type"] = _put(pairs, at, _WORD)
        found["out_of_range"] = _put(pairs, at, str(_FAR))
    if text is not None:
        texts = {kind: value for kind, value in _text().items() if kind in ("very_long", "other_language")}
        found |= {kind: _put(pairs, text, str(value)) for kind, value in texts.items()}
    return found


def _put(pairs: list[tuple[str, str]], place: int, value: str) -> list[tuple[str, str]]:
    return [(key, value if number == place else old) for number, (key, old) in enumerate(pairs)]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _reads_as_number(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def _is_text(key: str, value: object) -> bool:
    return isinstance(value, str) and (len(value.split()) >= _WORDS or bool(_TEXT.fullmatch(key)))


def _with_row(content: object, row: object) -> object:
    if isinstance(content, dict):
        for key, value in content.items():
            if isinstance(value, list | dict) and value and len(content) <= 3:
                return {**content, key: _with_row(value, row)}
        return row
    if isinstance(content, list) and content and isinstance(content[0], list | dict):
        return [_with_row(content[0], row), *content[1:]]
    return row
