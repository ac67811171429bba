"""Whether the words between the name of a metric and a number, and those around the two, join them or part them.

Everything here looks at text only; which words join is data (`words.yaml`).
"""

from __future__ import annotations

import re

from heldout.sources.handover.claims.names import Mention, metric
from heldout.sources.handover.claims.numbers import Number
from heldout.sources.handover.claims.words import average_in, split_in, words

_MARKUP = re.compile(
    r"<[a-zA-Z/][^<>]{0,200}>|[*_`~|\"“”$\\]|&nbsp;|\[|\](?:\([^()]*\))?|[↑↓✅🎯📈🏆✨🔥⭐]|'(?=\s*[:=])"
)
_OPENING = re.compile(r"[\s:=\-–—>→≈≃≥≤~<(：＝（,，]*")
_LINK = re.compile(
    r"[:=→≈：＝]|->|=>|-\s*$|(?:^|\s)(?:is|was|of|are|reach\w*|achiev\w*|es|é|est|ist|è|beträgt)\s*$", re.IGNORECASE
)
_NAMED = re.compile(
    r"(?<![^\W_])(?:\w+-\d+\w*|\d+-?fold|k=\d+|class\s\d+|top-\d+|@\d+|[A-Za-z]+\d+\w*)(?![^\W_])", re.IGNORECASE
)
_BY = re.compile(
    r"(?<![^\W_])(?:by|por|um|von|di|на)(?:\s+(?:about|around|roughly|nearly|almost|over|up to))?\s*[~≈]?\s*$",
    re.IGNORECASE,
)
_ARROW = re.compile(r"\s*%?\s*(?:→|->|➜|⟶|=>)\s*[*_`~≈]*\s*\d")
_FROM = re.compile(r"(?<![^\W_])(?:from|between|entre|zwischen|desde|от|从)\s*[~≈]?\s*$", re.IGNORECASE)
_FROM_TO = re.compile(r"(?<![^\W_])(?:de|von|da|di|с)\s*$", re.IGNORECASE)
_RANGE_TO = re.compile(r"\s*%?\s*(?:a|à|para|auf|bis|до)\s+[~≈]?\s*\d", re.IGNORECASE)
_PREPOSITION = re.compile(
    r"\s*(?:scores?|values?)?\s*(?:of|for|on|in|with|without|after|using|by|from|at|across|when|our|del?|d[aeo]s?|du|des|en|con|com|avec|von|auf|der|"
    r"mit|per|su[l]?|nel|на|для|с)(?![^\W_])",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d_](?:[\w'’-]*[^\W_])?")
_REACHED = re.compile(
    r"(?<![^\W_])(?:achiev\w+|reached|obtained|attained|got|exceed(?:s|ed)|surpass(?:es|ed)|met|beats?)(?![^\W_])|✅",
    re.IGNORECASE,
)
_PAREN = re.compile(r"\([^()]{0,60}\)|（[^（）]{0,60}）")


def unmarked(gap: str) -> str:
    """A text without its markup."""
    return _MARKUP.sub(" ", gap)


def is_reached(text: str) -> bool:
    """Whether a text says that something was reached: `achieved`, `obtained`, a tick."""
    return bool(_REACHED.search(text))


def opened(text: str, mention: Mention) -> bool:
    """Whether the name stands in parentheses as another name of what is before it: `Mean Absolute Error (MAE)`."""
    return bool(re.search(r"[(（\[]\s*[*_`]*$", text[: mention.start]))


def is_bare(number: Number, named: list[Mention]) -> bool:
    """Whether a whole number can be no level of what is named: in a text `accuracy 1` is a step, in a log it is all."""
    return number.whole and not number.percent and all(metric(m.metric).high == 1 or m.metric == "loss" for m in named)


def leads_to(gap: str, *, inside: bool) -> bool:
    """Whether what stands between a name and a number after it joins the two."""
    gap = unmarked(gap)
    if inside:
        gap = re.sub(r"^\s*[)）\]]", " ", gap)
    gap = _PAREN.sub(lambda m: " " if _is_aside(m[0]) else m[0], gap)
    gap = _NAMED.sub(" named ", gap)
    if len(gap) > 90 or re.search(r"[;.!?)）。，、]|,(?!\s*(?:with|was|is|reach|about|at|of)\b)|\d", gap.rstrip(" .")):
        return False
    found = WORD.findall(gap)
    if not found:
        return bool(_OPENING.fullmatch(gap.replace(".", "")))
    if words().settings.fullmatch(found[-1]) and found[-1].lower() not in ("over", "at", "label", "model"):
        return False
    strange = [w for w in found if not joins(w)]
    if not strange:
        return True
    if not _PREPOSITION.match(gap) or re.search(r"[:=(]", gap.rstrip(" :=(~≈")):
        return False
    if any(
        words().settings.fullmatch(w) and w.lower() not in ("model", "over", "at", "class", "label") for w in strange
    ):
        return False
    return len(strange) <= 6 and bool(_LINK.search(gap.rstrip()))


def _is_aside(group: str) -> bool:
    """Whether a parenthesis only says more of the name: a split, an abbreviation, a number of folds."""
    inner = _NAMED.sub(" ", group[1:-1])
    return not re.search(r"\d[.,]\d|%", inner)


def joins(word: str) -> bool:
    """Whether a word can stand between a name and its number."""
    table = words()
    patterns = (table.between, *(p for _, p in table.splits), *(p for _, p in table.averages))
    if word == "named" or any(p.fullmatch(word) for p in patterns) or table.any_model.fullmatch(word):
        return True
    return bool(table.unspaced.fullmatch(word))


def goes_on(gap: str) -> bool:
    """Whether a further number goes with the same name: only a split or an average stands between."""
    gap = _NAMED.sub(" named ", unmarked(gap))
    if len(gap) > 50 or re.search(r"[;.!?。\d]", gap):
        return False
    found = WORD.findall(gap)
    return any(split_in(w) != "unknown" or average_in(w) for w in found) and all(
        joins(w) or w.lower() in ("and", "vs", "versus", "y", "e", "und", "et", "и") for w in found
    )


def follows(text: str, number: Number, mention: Mention) -> bool:
    """Whether a name after a number belongs to it: `91.67% accuracy`, `0.94 test AUC`."""
    if number.whole and not number.percent:
        return False
    gap = unmarked(text[number.end : mention.start])
    opens = gap.rstrip().endswith(("(", "[", "（"))
    if opens and not re.match(r"[*_`]*\s*[)\]）]", text[mention.end :]):
        return False
    if len(gap) > 45 or re.search(r"[;:.,!?=)）、，。/\d\n]|\s-\s|–|—|→|[(（\[].", gap.rstrip()):
        return False
    found = WORD.findall(gap)
    if re.match(r"\s*\S{0,12}\s*[:=]\s*\d", text[mention.end :]):
        return False  # the name has a number of its own after it
    table = words()
    return len(found) <= 5 and all(
        table.before.fullmatch(w)
        or table.unspaced.fullmatch(w)
        or any(p.fullmatch(w) for _, p in (*table.splits, *table.averages))
        or table.any_model.fullmatch(w)
        for w in found
    )


def is_setting(text: str, number: Number, before: Mention | None) -> bool:
    """Whether the words at either side make the number something else than a level of quality."""
    table = words()
    since = before.end if before is not None else 0
    lead = text[since : number.start][-40:]
    last = WORD.findall(unmarked(lead))
    if last and table.settings.fullmatch(last[-1]) and last[-1].lower() not in ("over", "at", "label", "model"):
        return True
    if re.search(r"(?:±|\+/-|\+-)\s*[*_`]*$", text[max(0, number.start - 8) : number.start]):
        return True  # how far something varies, and not around what
    if number.signed or _BY.search(unmarked(lead)):
        return bool(number.signed or table.changes.search(text[: number.start]))
    if re.search(r"(?<![-=])[<>≤≥]=?\s*[*_`]*$", lead) and not _REACHED.search(text.replace("✅", "")):
        return True  # a limit that nothing is said to have reached
    if "[" in lead[-3:] and re.match(r"\s*[,;]?\s+-?\d", text[number.end :]):
        return True  # the first of a list: a number for each fold or epoch
    if number.whole and re.match(r"\s*[/*×+÷]\s*[\d(]", text[number.end :]):
        return True  # part of a formula
    tail = unmarked(text[number.end : number.end + 30]).lstrip(" -")
    unit = table.units.match(tail)
    if unit and not (number.percent and unit[0].lower() in ("training", "train", "testing", "split", "h")):
        return True
    direct = WORD.findall(unmarked(text[max(0, number.start - 30) : number.start]))
    return bool(direct and table.changes.fullmatch(direct[-1]) and direct[-1].lower() not in ("to", "than"))


def is_origin(text: str, number: Number) -> bool:
    """Whether a number is where a change began: `from 0.80 to 0.85`, `0.41 → 0.11`."""
    lead, tail = unmarked(text[max(0, number.start - 30) : number.start]), unmarked(text[number.end : number.end + 20])
    if _FROM.search(lead) or _ARROW.match(tail):
        return True
    return bool(_FROM_TO.search(lead) and _RANGE_TO.match(tail))
