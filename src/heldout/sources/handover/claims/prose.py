"""Numbers in running text: which metric each belongs to, and whether the text says that it was reached.

A number is taken only when it stands beside a metric's name with nothing between them but words that join the two
(`joining.py`, `words.yaml`). What is a goal, a rule, an example, a change or somebody else's result is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from heldout.evidence.types import Location
from heldout.sources.handover.claims.context import Context
from heldout.sources.handover.claims.joining import WORD, is_bare, is_reached, joins
from heldout.sources.handover.claims.names import Mention, mentions, metric, settled
from heldout.sources.handover.claims.numbers import numbers, scaled
from heldout.sources.handover.claims.pairing import Pair, paired
from heldout.sources.handover.claims.words import average_in, models_in, split_in, words
from heldout.sources.handover.plan import Reading

_SERVICE = re.compile(
    r"requests?|latency|promql|https?|p9[059]|5xx|4xx|uptime|throughput|endpoint|/predict|grafana|prometheus|alert",
    re.IGNORECASE,
)
_LEAD_NAME = re.compile(r"\W*([^\W\d_][\w .+/-]{0,30}?)\W*(?:\([^()]{0,40}\))?\W*?\s*(?:[:：|]|\s[-–])\s*\W*")
_PAIRS = re.compile(r"(?:\w{1,12}\s*[=:]\s*[\d.,%]+[\s|,;]*)*\W*")
_OTHER_MODEL = re.compile(
    r"(?<![^\W_])(?:compared (?:to|with)|comparad[oa] con|versus|vs\.?|than|que|over|against|outperform\w*|beat\w*|"
    r"unlike|instead of|gegen[üu]ber|rispetto a|par rapport [àa])\s+(?:the\s+|el\s+|la\s+|le\s+)?$",
    re.IGNORECASE,
)
"""Before the name of a model that the number is not of: it is compared with it."""
_MOMENT = re.compile(
    r"(?:epoch|ep|steps?|iter\w*|round|trial|fold|época|epoca|epoche|époque|эпоха)(?![^\W\d_])", re.IGNORECASE
)
_GENERIC = frozenset(
    {
        "results",
        "metrics",
        "performance",
        "evaluation",
        "score",
        "summary",
        "report",
        "note",
        "output",
        "info",
        "resultado",
        "resultados",
        "resultat",
        "ergebnis",
        "ergebnisse",
        "risultati",
        "métricas",
        "metricas",
        "reference metrics",
    }
)
_RESPECTIVELY = re.compile(
    r"respectively|respectivamente|respectivement|beziehungsweise|rispettivamente|соответственно|分别", re.IGNORECASE
)
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
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z]|[*_`\"'(\[])|(?<=[。！？])")
_OF = re.compile(
    r"[\s_:-]*(?:(?<![^\W_])(?:of|in|de|del|der|des|di|du|da|do|the|la|el|test|train|val|cv)[\s_]+)*$", re.IGNORECASE
)
_ONE_CLASS = re.compile(
    r"(?<![^\W_])(?<!-)(?:class|classe|clase|klasse)[\s_]?(\d+|[A-Z])[*_`]*(?:['’]s)?[\s_:–—-]+$", re.IGNORECASE
)
"""Before a name that is of one class: `Class 1 accuracy`."""
_CHANCE = re.compile(r"(?<![^\W_])p(?:[\s_-]?val(?:ue)?s?)?\s*(?:[<>=≤≥:]+|of|is)\s*$", re.IGNORECASE)
"""Before the p of a test, which is no number about quality."""
_MOST = 2_000


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
    listed = [n for n in listed if not _CHANCE.search(text[max(0, n.start - 14) : n.start])]
    if not context.log or context.comment:
        listed = [n for n in listed if not is_bare(n, named)]
    if not listed or _is_wish(text):
        return []
    named = [m for m in named if not _is_deviation(text, m)]
    beside = {m.metric for m in named}
    named = [settled(m, beside | context.beside) for m in named]
    if _RESPECTIVELY.search(text) and len(named) != len(listed):
        return []
    if len(beside) == 1 and split_in(text) == "unknown":
        named = [m for m in named if not metric(m.metric).beside]
    pairs = paired(text, named, listed) if named else []
    if not pairs:
        return []
    context = _led(text[: named[0].start], context)
    if one := _ONE_CLASS.search(text[: named[0].start]):
        context = replace(context, average=f"class {one[1]}")
    apart = {p.mention.metric for p in pairs if split_in(p.about) != "unknown"}
    kinds = len({p.mention.metric for p in pairs})
    made = (_reading(pair, text, context, kinds, shared=pair.mention.metric not in apart) for pair in pairs)
    return [reading for reading in made if reading is not None]


def is_of_a_service(metric_id: str, text: str) -> bool:
    """Whether an error rate is that of a web service and not of a model."""
    return metric_id == "error_rate" and bool(_SERVICE.search(text))


def _led(lead: str, context: Context) -> Context:
    """What a line says before its first name, as its label: `PER` of `PER: precision: 89.86%; recall: 93.32%`."""
    match = _LEAD_NAME.match(lead)
    if (
        match is None
        or not _PAIRS.fullmatch(lead, match.end())
        or models_in(lead)
        or split_in(lead) != "unknown"
        or average_in(lead)
    ):
        return context
    found = WORD.findall(match[1])
    if not found or all((joins(word) and not word.isupper()) or word.lower() in _GENERIC for word in found):
        return context
    name = match[1].strip()
    if _MOMENT.match(name):
        return context
    if context.per_class:
        return replace(context, average=f"class {name}")
    return replace(context, label="; ".join(filter(None, [context.label, name]))[:120])


def _is_deviation(text: str, mention: Mention) -> bool:
    """Whether a name stands for how far the metric varies: `Standard deviation of RMSLE`, `accuracy_std`."""
    pattern = words().deviations
    lead = _OF.sub("", text[max(0, mention.start - 45) : mention.start])
    before = any(match.end() == len(lead) for match in pattern.finditer(lead))
    after = pattern.match(text, mention.end + (len(m[0]) if (m := re.match(r"[\s_]+", text[mention.end :])) else 0))
    return before or (after is not None and not re.match(r"\s*(?:±|\+/-)", text[after.end() :]))


def _is_wish(text: str) -> bool:
    """Whether the sentence as a whole is a goal, a rule, an example or about somebody else's result."""
    table = words()
    if table.goals.search(text) and not is_reached(text):
        return True
    patterns = (table.rules, table.examples, table.others, _SCALE)
    return any(pattern.search(text) for pattern in patterns)


def _reading(pair: Pair, text: str, context: Context, kinds: int, *, shared: bool) -> Reading | None:
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
    if one := _ONE_CLASS.search(text[: pair.mention.start]):
        average = f"class {one[1]}"
    until = pair.named_before if pair.named_before >= 0 else pair.number.start
    spoken = [
        (place, name)
        for place, name in models_in(text)
        if name.lower() != "baseline" and not _OTHER_MODEL.search(text[max(0, place - 30) : place])
    ]
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
