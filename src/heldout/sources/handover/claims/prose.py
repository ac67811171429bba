"""Numbers in running text: which metric each belongs to, and whether the text says that it was reached.

A number is taken only when it stands beside a metric's name with nothing between them but words that join the two
(`words.yaml`). What is a goal, a rule, an example, a change or somebody else's result is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from heldout.evidence.types import Location
from heldout.sources.handover.claims.names import Mention, mentions, metric, settled
from heldout.sources.handover.claims.numbers import Number, numbers, scaled
from heldout.sources.handover.claims.words import average_in, models_in, split_in, words
from heldout.sources.handover.plan import Bound, Reading, Split

_MARKUP = re.compile(r"<[a-zA-Z/][^<>]{0,200}>|[*_`~|\"“”$\\]|&nbsp;|\[|\](?:\([^()]*\))?|[↑↓✅🎯📈🏆✨🔥⭐]")
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
_CHANGE = re.compile(
    r"\s*(?:score\s+)?(?:improvement|gain|increase|boost|lift|drop|loss|reduction|decrease|"
    r"difference|gap|delta|change|uplift|"
    r"degradation|mejora|melhoria|am[ée]lioration|verbesserung|miglioramento)(?![^\W_])",
    re.IGNORECASE,
)
"""After a name: the number before it is a change of the metric, not its level."""
_SERVICE = re.compile(
    r"requests?|latency|promql|https?|p9[059]|5xx|4xx|uptime|throughput|endpoint|/predict|grafana|prometheus|alert",
    re.IGNORECASE,
)
_LEAD_NAME = re.compile(r"\W*([^\W\d_][\w .+/-]{0,30}?)\s*(?:[:：|]|\s[-–])\s*\W*")
_GENERIC = frozenset(
    {"results", "metrics", "performance", "evaluation", "score", "summary", "report", "note", "output", "info"}
)
_RESPECTIVELY = re.compile(
    r"respectively|respectivamente|respectivement|beziehungsweise|rispettivamente|соответственно|分别", re.IGNORECASE
)
_RANGING = re.compile(r"(?<![^\W_])(?:rang\w+|vari\w+|between)(?![^\W_])", re.IGNORECASE)
_ARRIVED = re.compile(
    r"\s*(?:$|[,.;:()|!?]|(?:on|in|for|while|and|with|after|by|when|using|at)(?![^\W_]))", re.IGNORECASE
)
"""After the end of a change; `accuracy 70% → 9% probability` is none."""
_QUOTED = re.compile(r"^\s*(?:>\s*)+")
_TO_DO = re.compile(r"^\s*(?:[-*+]\s*)?\[ ?\]")
_SCALE = re.compile(
    r"\d\s*%?\s*[:=→)]+\s*(?:very |très |muy |sehr )?(?:excellent|good|bon|bueno|gut|"
    r"buono|fair|poor|random|parfait|perfect|"
    r"acceptable|aceptable|weak|strong|moderate|outstanding|worthless|优秀|良好|随机)"
    r"(?!\w)(?! (?:model|modèle|result|résultat))",
    re.IGNORECASE,
)
"""`AUC > 0.9: excellent`: how to read a metric, and no value of it."""
_TO = re.compile(
    r"(?:(?<![^\W_])(?:to|a|à|auf|bis|до|para|到|至)|→|->|➜|⟶|=>)\s*(?:about|around|over)?\s*[~≈]?\s*$", re.IGNORECASE
)
_ARROW = re.compile(r"\s*%?\s*(?:→|->|➜|⟶|=>)\s*[*_`~≈]*\s*\d")
_FROM = re.compile(r"(?<![^\W_])(?:from|between|entre|zwischen|desde|от|从)\s*[~≈]?\s*$", re.IGNORECASE)
_FROM_TO = re.compile(r"(?<![^\W_])(?:de|von|da|di|с)\s*$", re.IGNORECASE)
_RANGE_TO = re.compile(r"\s*%?\s*(?:a|à|para|auf|bis|до)\s+[~≈]?\s*\d", re.IGNORECASE)
_JOIN = re.compile(r"[\s,/&、，+]*(?:and|y|e|et|und|и|和|与|及)?[\s,/&、，]*", re.IGNORECASE)
_PREPOSITION = re.compile(
    r"\s*(?:scores?|values?)?\s*(?:of|for|on|in|with|using|by|from|at|across|when|our|del?|d[aeo]s?|du|des|en|con|com|avec|von|auf|der|"
    r"mit|per|su[l]?|nel|на|для|с)(?![^\W_])",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_](?:[\w'’-]*[^\W_])?")
_REACHED = re.compile(
    r"(?<![^\W_])(?:achiev\w+|reached|obtained|attained|got|exceed(?:s|ed)|surpass(?:es|ed)|met|beats?)(?![^\W_])|✅",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z]|[*_`\"'(\[])|(?<=[。！？])")
_PAREN = re.compile(r"\([^()]{0,60}\)|（[^（）]{0,60}）")
_MOST = 2_000


@dataclass(frozen=True)
class Context:
    """Where a text stands, and what the text around it says of what its numbers are about."""

    path: str
    line: int | None = None
    cell: int | None = None
    model: str = ""
    split: Split = "unknown"
    label: str = ""
    average: str = ""
    log: bool = False
    comment: bool = False
    """Whether it is a comment of code: printed like a log, but written by a person."""

    def at(self, line: int | None) -> Context:
        """The same on another line."""
        return replace(self, line=line)


@dataclass(frozen=True)
class _Pair:
    mention: Mention
    number: Number
    about: str
    """The words that were found between and beside them."""
    bound: Bound = ""
    named_before: int = -1
    """Where the model must stand before, when it is not the number."""


def sentences(text: str) -> list[tuple[int, str]]:
    """(offset, sentence) of each sentence of a paragraph; an abbreviation before a number ends none."""
    result, start = [], 0
    for match in _SENTENCE.finditer(text):
        if text[start : match.start()].strip():
            result.append((start, text[start : match.start()]))
        start = match.end()
    if text[start:].strip():
        result.append((start, text[start:]))
    return result


def readings(text: str, context: Context) -> list[Reading]:
    """The numbers about quality of one sentence or line, each with the name that it stands beside."""
    text = _QUOTED.sub("", text[:_MOST])
    if not any(c.isdigit() for c in text) or _TO_DO.match(text):
        return []
    named = mentions(text, log=context.log and not context.comment)
    if not named:
        return []
    listed = [n for n in numbers(text) if not any(m.start <= n.start < m.end for m in named)]
    if not context.log or context.comment:
        listed = [n for n in listed if not _is_bare(n, named)]
    if not listed or _is_wish(text):
        return []
    beside = {m.metric for m in named}
    named = [settled(m, beside) for m in named]
    if _RESPECTIVELY.search(text) and len(named) != len(listed):
        return []
    if len(beside) == 1 and split_in(text) == "unknown":
        named = [m for m in named if not metric(m.metric).beside]
    pairs = (_lists(text, named, listed) or _Pairing(text, named, listed).pairs()) if named else []
    if not pairs:
        return []
    context = _led(text[: named[0].start], context)
    apart = {p.mention.metric for p in pairs if split_in(p.about) != "unknown"}
    kinds = len({p.mention.metric for p in pairs})
    made = (_reading(pair, text, context, kinds, shared=pair.mention.metric not in apart) for pair in pairs)
    return [reading for reading in made if reading is not None]


def is_of_a_service(metric_id: str, text: str) -> bool:
    """Whether an error rate is that of a web service and not of a model."""
    return metric_id == "error_rate" and bool(_SERVICE.search(text))


def is_reached(text: str) -> bool:
    """Whether a text says that something was reached: `achieved`, `obtained`, a tick."""
    return bool(_REACHED.search(text))


def _led(lead: str, context: Context) -> Context:
    """What a line says before its first name, as its label: `PER` of `PER: precision: 89.86%; recall: 93.32%`."""
    match = _LEAD_NAME.fullmatch(lead)
    if match is None or models_in(lead) or split_in(lead) != "unknown" or average_in(lead):
        return context
    found = _WORD.findall(match[1])
    if not found or all((_joins(word) and not word.isupper()) or word.lower() in _GENERIC for word in found):
        return context
    return replace(context, label="; ".join(filter(None, [context.label, match[1].strip()]))[:120])


def _is_bare(number: Number, named: list[Mention]) -> bool:
    """Whether a whole number can be no level of what is named: in a text `accuracy 1` is a step, in a log it is all."""
    return number.whole and not number.percent and all(metric(m.metric).high == 1 or m.metric == "loss" for m in named)


def _is_wish(text: str) -> bool:
    """Whether the sentence as a whole is a goal, a rule, an example or about somebody else's result."""
    table = words()
    if table.goals.search(text) and not _REACHED.search(text):
        return True
    patterns = (table.rules, table.examples, table.others, _SCALE)
    return any(pattern.search(text) for pattern in patterns)


def _lists(text: str, named: list[Mention], listed: list[Number]) -> list[_Pair]:
    """`Precision, recall and F1 of 0.9, 0.8 and 0.85`: as many numbers as names, one after the other."""
    if len(named) < 2 or len(named) != len(listed) or named[-1].end > listed[0].start:
        return []
    joined = [text[a.end : b.start] for a, b in pairwise(named)]
    apart = [text[a.end : b.start] for a, b in pairwise(listed)]
    if not all(_JOIN.fullmatch(_clean(gap)) for gap in (*joined, *apart)):
        return []
    if not _after(text[named[-1].end : listed[0].start], inside=False):
        return []
    about = text[named[-1].end : listed[0].start]
    return [_Pair(m, n, _near(text, named[0], about)) for m, n in zip(named, listed, strict=True)]


class _Pairing:
    """Gives each number the name before it, or else the name after it; a name before is used once, or chained."""

    def __init__(self, text: str, named: list[Mention], listed: list[Number]) -> None:
        self.text = text
        self.named = named
        self.listed = listed
        self.used: set[int] = set()
        self.chained: tuple[Mention, Number] | None = None
        self.origin: Mention | None = None
        """The name of a number that was left behind: `from 0.80` of `from 0.80 to 0.85`."""

    def pairs(self) -> list[_Pair]:
        found = []
        for index, number in enumerate(self.listed):
            before = self._name_before(number)
            if _is_origin(self.text, number):
                if _RANGING.search(self.text[max(0, number.start - 30) : number.start]):
                    continue
                if before is not None and before.start not in self.used and not _is_bare(number, [before]):
                    self.origin = before
                continue
            if _is_setting(self.text, number, before):
                self.chained = None
                continue
            pair = self._before(index, before) or self._chain(index, before) or self._arrived(index)
            pair = pair or self._behind(index)
            if pair is not None:
                found.append(pair)
        return found

    def _name_before(self, number: Number) -> Mention | None:
        return max((m for m in self.named if m.end <= number.start), key=lambda m: m.end, default=None)

    def _since(self, index: int) -> int:
        return self.listed[index - 1].end if index else 0

    def _until(self, index: int) -> int:
        return self.listed[index + 1].start if index + 1 < len(self.listed) else len(self.text)

    def _take(self, mention: Mention, number: Number, about: str, lead: str) -> _Pair:
        self.used.add(mention.start)
        self.origin = None
        return _Pair(mention, number, about, _bound(lead, self.text[number.end : number.end + 1]))

    def _before(self, index: int, before: Mention | None) -> _Pair | None:
        number = self.listed[index]
        if before is None or before.start in self.used or before.start < self._since(index):
            return None
        gap = self.text[before.end : number.start]
        if not _after(gap, inside=_opened(self.text, before)):
            return None
        self.chained = (before, number)
        return self._take(
            before, number, _about(self.text, before, number, self._since(index), self._until(index)), gap
        )

    def _chain(self, index: int, before: Mention | None) -> _Pair | None:
        number = self.listed[index]
        if self.chained is None or before is None or self.chained[0] != before:
            return None
        gap = self.text[self.chained[1].end : number.start]
        if not _chains(gap):
            return None
        about = _own(self.text, self.chained[1], number, self._until(index))
        self.chained = (before, number)
        return self._take(before, number, about, gap)

    def _arrived(self, index: int) -> _Pair | None:
        """`to 0.85` after `accuracy from 0.80`."""
        number = self.listed[index]
        if not _ARRIVED.match(_clean(self.text[number.end : number.end + 20])):
            return None
        if self.origin is None or not _TO.search(_clean(self.text[self._since(index) : number.start])):
            return None
        origin = self.origin
        about = self.text[origin.start : number.start]
        return replace(self._take(origin, number, about, ""), named_before=origin.start)

    def _behind(self, index: int) -> _Pair | None:
        number = self.listed[index]
        after = next((m for m in self.named if m.start >= number.end), None)
        if after is None or after.start >= self._until(index) or after.start in self.used:
            return None
        if _CHANGE.match(_clean(self.text[after.end : after.end + 30])):
            return None
        if not _before(self.text, number, after):
            return None
        self.chained = None
        about = self.text[number.end : after.end + 40].split(",")[0]
        return self._take(after, number, about, self.text[self._since(index) : number.start])


def _clean(gap: str) -> str:
    return _MARKUP.sub(" ", gap)


def _opened(text: str, mention: Mention) -> bool:
    """Whether the name stands in parentheses as another name of what is before it: `Mean Absolute Error (MAE)`."""
    return bool(re.search(r"[(（\[]\s*[*_`]*$", text[: mention.start]))


def _after(gap: str, *, inside: bool) -> bool:
    """Whether what stands between a name and a number after it joins the two."""
    gap = _clean(gap)
    if inside:
        gap = re.sub(r"^\s*[)）\]]", " ", gap)
    gap = _PAREN.sub(lambda m: " " if _is_aside(m[0]) else m[0], gap)
    gap = _NAMED.sub(" named ", gap)
    if len(gap) > 90 or re.search(r"[;.!?)）。，、]|,(?!\s*(?:with|was|is|reach|about|at|of)\b)|\d", gap.rstrip(" .")):
        return False
    found = _WORD.findall(gap)
    if not found:
        return bool(_OPENING.fullmatch(gap.replace(".", "")))
    if words().settings.fullmatch(found[-1]) and found[-1].lower() not in ("over", "at", "label", "model"):
        return False
    strange = [w for w in found if not _joins(w)]
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


def _joins(word: str) -> bool:
    table = words()
    patterns = (table.between, *(p for _, p in table.splits), *(p for _, p in table.averages))
    if word == "named" or any(p.fullmatch(word) for p in patterns) or table.any_model.fullmatch(word):
        return True
    return bool(table.unspaced.fullmatch(word))


def _chains(gap: str) -> bool:
    """Whether a further number goes with the same name: only a split or an average stands between."""
    gap = _NAMED.sub(" named ", _clean(gap))
    if len(gap) > 50 or re.search(r"[;.!?。\d]", gap):
        return False
    found = _WORD.findall(gap)
    return any(split_in(w) != "unknown" or average_in(w) for w in found) and all(
        _joins(w) or w.lower() in ("and", "vs", "versus", "y", "e", "und", "et", "и") for w in found
    )


def _before(text: str, number: Number, mention: Mention) -> bool:
    """Whether a name after a number belongs to it: `91.67% accuracy`, `0.94 test AUC`."""
    if number.whole and not number.percent:
        return False
    gap = _clean(text[number.end : mention.start])
    opens = gap.rstrip().endswith(("(", "[", "（"))
    if opens and not re.match(r"[*_`]*\s*[)\]）]", text[mention.end :]):
        return False
    if len(gap) > 45 or re.search(r"[;:.,!?=)）、，。/\d\n]|\s-\s|–|—|→|[(（\[].", gap.rstrip()):
        return False
    found = _WORD.findall(gap)
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


def _is_setting(text: str, number: Number, before: Mention | None) -> bool:
    """Whether the words at either side make the number something else than a level of quality."""
    table = words()
    since = before.end if before is not None else 0
    lead = text[since : number.start][-40:]
    last = _WORD.findall(_clean(lead))
    if last and table.settings.fullmatch(last[-1]) and last[-1].lower() not in ("over", "at", "label", "model"):
        return True
    if number.signed or _BY.search(_clean(lead)):
        return bool(number.signed or table.changes.search(text[: number.start]))
    if re.search(r"(?<![-=])[<>≤≥]=?\s*[*_`]*$", lead) and not _REACHED.search(text.replace("✅", "")):
        return True  # a limit that nothing is said to have reached
    if "[" in lead[-3:] and re.match(r"\s*[,;]?\s+-?\d", text[number.end :]):
        return True  # the first of a list: a number for each fold or epoch
    if number.whole and re.match(r"\s*[/*×+÷]\s*[\d(]", text[number.end :]):
        return True  # part of a formula
    tail = _clean(text[number.end : number.end + 30]).lstrip(" -")
    unit = table.units.match(tail)
    if unit and not (number.percent and unit[0].lower() in ("training", "train", "testing", "split", "h")):
        return True
    direct = _WORD.findall(_clean(text[max(0, number.start - 30) : number.start]))
    return bool(direct and table.changes.fullmatch(direct[-1]) and direct[-1].lower() not in ("to", "than"))


def _is_origin(text: str, number: Number) -> bool:
    """Whether a number is where a change began: `from 0.80 to 0.85`, `0.41 → 0.11`."""
    lead, tail = _clean(text[max(0, number.start - 30) : number.start]), _clean(text[number.end : number.end + 20])
    if _FROM.search(lead) or _ARROW.match(tail):
        return True
    return bool(_FROM_TO.search(lead) and _RANGE_TO.match(tail))


def _near(text: str, mention: Mention, gap: str) -> str:
    lead = re.split(r"[,.;:|/()\d]", text[max(0, mention.start - 40) : mention.start])[-1]
    return f"{lead} {mention.name} {gap}"


def _about(text: str, mention: Mention, number: Number, since: int, following: int) -> str:
    """The words at a number that say its split and average: before the name, between, and in a bracket after it."""
    lead = re.split(r"[,.;:|()]", text[max(since, mention.start - 40) : mention.start])[-1]
    return f"{lead} {mention.name} {text[mention.end : number.start]} {_trail(text, number, following)}"


def _own(text: str, earlier: Number, number: Number, following: int) -> str:
    """The words of a chained number: after it in brackets when the earlier number had its words there too."""
    trail = _trail(text, number, following)
    gap = text[earlier.end : number.start]
    if trail.strip():
        return trail
    return gap.rpartition(")")[2] if ")" in gap else gap


def _trail(text: str, number: Number, following: int) -> str:
    rest = text[number.end : min(number.end + 60, following)]
    bracket = re.match(r"\s*[*_`]*\s*[(（\[]([^()（）\[\]]*)[)）\]]?", rest)
    if bracket:
        return bracket[1]
    prepositional = re.match(r"\s*[*_`]*\s+(?:on|in|for|at|during|en|no|na|sur|auf|im|sul|на)\s+[^,.;:|()]*", rest)
    return prepositional[0] if prepositional else ""


def _bound(gap: str, following: str) -> Bound:
    table = words()
    clean = _clean(gap)[-30:]
    if following == "+":
        return "at_least"
    if re.search(r"[~≈≃]\s*$", clean) or re.search(r"~\s*[*_`]*$", gap):
        return "about"
    for name, pattern in (("at_least", table.at_least), ("at_most", table.at_most), ("about", table.about)):
        if any(not clean[match.end() :].strip(" a=:") for match in pattern.finditer(clean)):
            return name  # type: ignore[return-value]
    return ""


def _reading(pair: _Pair, text: str, context: Context, kinds: int, *, shared: bool) -> Reading | None:
    """The reading of a pair; `shared` when a split that the sentence names can be that of all its numbers."""
    if is_of_a_service(pair.mention.metric, text):
        return None
    on_scale = scaled(pair.number, metric(pair.mention.metric))
    if on_scale is None or (pair.bound in ("at_least", "at_most") and _conditional(text)):
        return None
    value, half, spread = on_scale
    split = split_in(pair.about)
    if split == "unknown":
        whole = split_in(text) if shared else "unknown"
        split = whole if whole != "unknown" else context.split
    average = average_in(pair.about) or (average_in(text) if kinds <= 1 else "") or context.average
    until = pair.named_before if pair.named_before >= 0 else pair.number.start
    spoken = [(place, name) for place, name in models_in(text) if name.lower() != "baseline"]
    named = [name for place, name in spoken if place <= until] or [name for _, name in spoken]
    return Reading(
        metric=pair.mention.metric,
        name=pair.mention.name,
        value=value,
        written=pair.number.written,
        half_digit=half,
        spread=spread,
        bound=pair.bound,
        split=split,
        model=named[-1] if named else context.model,
        average=average,
        label=context.label,
        location=Location(path=context.path, cell=context.cell, line=context.line, snippet=_snippet(text)),
    )


def _conditional(text: str) -> bool:
    return bool(re.search(r"(?<![^\W_])(?:if|when|where|filter|keep only|select)(?![^\W_])", text, re.IGNORECASE))


def _snippet(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 160 else flat[:157] + "..."


def strongest(found: Iterable[Reading]) -> list[Reading]:
    """Readings without exact repeats, in order."""
    return list(dict.fromkeys(found))
