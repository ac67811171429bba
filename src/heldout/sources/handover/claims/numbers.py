"""Numbers as people write them: per cent, thousands, decimal commas, plus/minus, and the scale of a metric."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isfinite

from heldout.sources.handover.claims.names import Metric

_LETTERS = "A-Za-z\u00aa-\u024f\u0370-\u052f"
"""Letters that a number may not touch; Chinese and Japanese ones it may."""

_PLAIN = r"""(?:
    \d{1,3}(?:,\d{3})+(?:\.\d+)?            # 4,495.15
  | \d{1,3}(?:\.\d{3})+,\d+                 # 4.495,15
  | \d{1,3}(?:[\u00a0\u202f'’]\d{3})+(?:[.,]\d+)?  # 4'495.15 and with narrow spaces
  | \d{1,3}(?:\ \d{3})+,\d+                 # 4 495,15
  | \d+[.,]\d+
  | (?<![)\]"”])\.\d+                      # .7587, and no footnote
  | \d+\.?
)(?:[eE][-+]?\d{1,3})?"""
_PERCENT = (
    r"(?:\s?[%％]|\\%|\s?(?:percent|per\ cent|pct|prozent|por\ ciento|por\ cento|pour\ cent|per\ cento|процент\w*)\b)"
)
_PLUS_MINUS = r"(?:±|\+\s?/\s?-|\+-|\$?\\pm\$?|&plusmn;|\+/−)"
_NUMBER = re.compile(
    rf"""(?P<sign>(?<![\w)\]])[-−+])?
    (?P<lead>(?<![\w%/.\\])%\ ?)?            # Turkish: %91
    (?<![{_LETTERS}0-9_.])(?<!\d,)(?P<body>{_PLAIN})(?P<percent>{_PERCENT})?
    (?:\s*\(?\s*{_PLUS_MINUS}\s*(?P<spread>{_PLAIN})(?P<percent2>{_PERCENT})?\s*\)?)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TAIL = re.compile(rf"[{_LETTERS}0-9]|\.\d|[_]\w|:\d\d|-[{_LETTERS}]{{2,}}")
_RANGE = re.compile(r"\s*[-–—~〜]\s*")
_EUROPEAN = re.compile(r"(?<![\d.,])\d{1,3}\.\d{3},\d")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text. `value` and `half` (half a unit of the last digit) are as written, before per cent."""

    value: float
    half: float
    written: str
    start: int
    end: int
    percent: bool = False
    spread: float | None = None
    signed: bool = False
    """Whether a plus stands before it: a change, most of the time."""

    @property
    def whole(self) -> bool:
        """Whether it is written without a fraction."""
        return self.half >= 0.5


def numbers(text: str) -> list[Number]:
    """All numbers of a text in order, those within words, versions, dates and ranges (`85-90 %`) left out."""
    found = []
    for match in _NUMBER.finditer(text):
        body = match["body"]
        if (_TAIL.match(text, match.end()) and not match["percent"]) or _is_placeholder(body):
            continue
        number = _number(match, text)
        if number is None or _part_of_a_date_or_path(text, match, number):
            continue
        found.append(replace(number, written=number.written.rstrip(".")) if body.endswith(".") else number)
    ends = [_RANGE.fullmatch(text[a.end : b.start]) is not None for a, b in pairwise(found)]
    return [n for i, n in enumerate(found) if not (i and ends[i - 1]) and not (i < len(ends) and ends[i])]


def _is_placeholder(body: str) -> bool:
    """Whether the digits are those that people type for want of a number: `0.1234`, `1.2345`."""
    digits = re.sub(r"\D", "", body).lstrip("0")
    return 4 <= len(digits) <= 6 and bool(re.search(r"1234|2345|3456|4567|7654|6543|5432|9876", digits))


def whole_cell(text: str) -> Number | None:
    """The number that a cell of a table consists of, marks and units beside it allowed; None when it is no number."""
    clean = text.strip().strip("*_`~ ").strip()
    listed = numbers(clean)
    if not listed or len(listed) > 3 or re.search(r"\w", clean[: listed[0].start]):
        return None
    rest = re.sub(r"\([^()]*\)", "", clean[listed[0].end :])
    return listed[0] if len(re.findall(r"[^\W_]", rest)) <= 6 else None


def scaled(number: Number, metric: Metric) -> tuple[float, float, float | None] | None:
    """Value, half digit and spread on the metric's own scale; None when the metric cannot have such a value.

    A metric between 0 and 1 written as 91.67 is in per cent; a whole number from 2 to 20 without a per cent sign is
    none: it is the name of a thing, a count or a number of digits.
    """
    by = _divisor(number, metric)
    if by is None:
        return None
    value = number.value / by
    slack = 1e-9
    if not isfinite(value) or (metric.low is not None and value < metric.low - slack):
        return None
    if metric.high is not None and value > metric.high + slack:
        return None
    return value, number.half / by, None if number.spread is None else number.spread / by


def _divisor(number: Number, metric: Metric) -> float | None:
    size = abs(number.value)
    bounded = metric.high == 1
    if number.percent:
        return 100.0 if bounded or metric.percent else 1.0 if metric.unit else None
    if not metric.percent or size <= 1:
        return 1.0
    if not bounded:
        return 100.0 if size > metric.percent_from else 1.0
    if number.whole and size <= 20:
        return None
    return 100.0 if metric.low is not None or number.value > 0 else 1.0


def _number(match: re.Match[str], text: str) -> Number | None:
    european = bool(_EUROPEAN.search(text))
    percent = bool(match["percent"] or match["percent2"] or match["lead"])
    try:
        value, half = _parsed(match["body"], percent=percent, european=european)
        spread = _parsed(match["spread"], percent=percent, european=european)[0] if match["spread"] else None
    except (ValueError, OverflowError):
        return None
    sign = match["sign"] or ""
    written = match[0].strip()
    if "(" in written and ")" not in written:
        written = written.replace("(", "").strip()
    value = -value if sign in ("-", "−") else value
    return Number(value, half, written, match.start(), match.end(), percent, spread, sign == "+")


def _parsed(text: str, *, percent: bool, european: bool) -> tuple[float, float]:
    """(value, half a unit of the last digit); raises ValueError when it is no number."""
    body, _, exponent = text.lower().partition("e")
    body = re.sub(r"[\s\u00a0\u202f'’]", "", body).rstrip(".")
    if "," in body:
        body = _decimal_point(body, percent=percent, european=european)
    elif european and re.fullmatch(r"\d{1,3}(?:\.\d{3})+", body) and not body.startswith("0"):
        body = body.replace(".", "")
    power = int(exponent or 0)
    digits = len(body.partition(".")[2])
    return float(f"{body}e{power}"), 0.5 * 10.0 ** (power - digits)


def _decimal_point(body: str, *, percent: bool, european: bool) -> str:
    """A comma is a decimal one after a nought, in a percentage, or before other than three digits."""
    last = body.rfind(",")
    after = len(body) - last - 1
    if "." in body:
        return body.replace(".", "").replace(",", ".") if body.rfind(".") < last else body.replace(",", "")
    single = body.count(",") == 1
    if single and (after != 3 or body.startswith("0,") or percent or european):
        return body.replace(",", ".")
    return body.replace(",", "")


def _part_of_a_date_or_path(text: str, match: re.Match[str], number: Number) -> bool:
    before = text[match.start() - 1 : match.start()] if match.start() else ""
    after = text[match.end() : match.end() + 1]
    if before in ("#", "@", "$", "€", "£", "^", "\\"):
        return True
    if "/" in (before, after) and number.whole and not number.percent:
        return True
    return before == "-" and text[match.start() - 2 : match.start() - 1].isalnum() and number.whole
