"""One cell of a table, one key of a file: is it the name of a metric, and what else does it say?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from heldout.sources.handover.claims.names import Mention, mentions, words_of_key
from heldout.sources.handover.claims.words import words

_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_MARKS = re.compile(
    r"[*`~$|]|(?<!\w)_+|_+(?!\w)|</?[a-zA-Z][^<>]{0,200}>|&nbsp;|[\u2190-\u21ff\u2600-\u27bf\ufe0f\U0001f300-\U0001faff]"
)
_BRACKETS = re.compile(r"\([^()]{0,40}\)|\[[^\[\]]{0,30}\]")
_PLAIN_WORD = re.compile(
    r"mean|avg|average|score|final|best|overall|value|class|log|higher|lower|better|pct|percent|no|yes", re.IGNORECASE
)
_MOST = 70


def clean(cell: str) -> str:
    """The text of a cell without markup: links are their text, `AP<sub>50</sub>` is `AP50`."""
    text = _LINK.sub(r"\1", cell)
    text = re.sub(r"</?sub>", "", text)
    text = re.sub(r"\\([_*`|#~-])", r"\1", text)
    return " ".join(_MARKS.sub(" ", text).split())


def names_one_metric(text: str) -> Mention | None:
    """The metric that a cell or a key is a name of; None when it says something else, or is more than a name.

    `Test accuracy (%)` and `mean_test_f1` are names; `Accuracy matters because ...`, `f1_time` and `accuracy target`
    are not.
    """
    plain = words_of_key(clean(text)) if "$" not in text else text
    if len(plain) > _MOST:
        return None
    found = mentions(plain, log=True)
    rest = _without(plain, found)
    if not found or words().not_quality.search(rest) or len(_strange(_BRACKETS.sub(" ", rest))) > 2:
        return None
    if plain.startswith("acc_") and found[0].name == "acc" and _strange(rest):
        return None  # `acc_now_delinq` is an account
    if len({m.metric for m in found}) == 1:
        return max(found, key=lambda m: (m.end - m.start, -m.start))
    # Of several the one that the others stand in brackets to: `Sensitivity (Recall)`.
    outside = [m for m in found if plain[: m.start].count("(") <= plain[: m.start].count(")")]
    return outside[0] if len(outside) == 1 else None


def beside(text: str, mention: Mention) -> str:
    """What a name of a metric says besides the metric, its split and average: `CIFAR-10` of `Accuracy (CIFAR-10)`."""
    rest = clean(text).replace(mention.name, " ", 1)
    kept = [word for word in re.findall(r"[^\s()\[\],:%]+", rest) if re.search(r"[^\W\d_]", word)]
    kept = [word for word in kept if _strange(word) and not mentions(word, log=True)]
    return " ".join(kept)[:30]


def _strange(text: str) -> list[str]:
    """The words that are not of a metric's name."""
    return [word for word in re.findall(r"[^\W\d_]{2,}", text) if not _belongs(word)]


def _belongs(word: str) -> bool:
    table = words()
    return bool(
        any(p.fullmatch(word) for _, p in (*table.splits, *table.averages))
        or table.between.fullmatch(word)
        or table.any_model.search(word)
        or _PLAIN_WORD.fullmatch(word)
    )


def _without(text: str, found: Sequence[Mention]) -> str:
    for mention in reversed(found):
        text = text[: mention.start] + " " + text[mention.end :]
    return text
