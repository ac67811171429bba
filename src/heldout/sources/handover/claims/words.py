"""Words around a number: its split, average and model, and what makes it no claim. The table is data: `words.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any

import yaml

from heldout.sources.handover.plan import Split

_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_RATE = re.compile(r"\s*[:=]\s*\d")
_JOINING = ("between", "before", "about", "at_least")
_KEY = re.compile(r"[\W_]+")
_TRAIN_SET = re.compile(
    r"(?<![^\W_])(?:sets?|data|metrics?|results?|scores?|accuracy|performance|split|m[ée]tricas?|resultados?|"
    r"conjunto|daten|menge|risultati|выборк\w*|метрик\w*)(?![^\W_])|集|"
    r"^\W*(?:train|training|treino|entrenamiento)\W*$",
    re.IGNORECASE,
)


class _Text(yaml.BaseLoader):
    """Reads everything as text: of YAML 1.1, `on` and `no` are truth values."""


@dataclass(frozen=True)
class Words:
    """The patterns of `words.yaml`, compiled."""

    splits: tuple[tuple[Split, re.Pattern[str]], ...]
    not_splits: re.Pattern[str]
    averages: tuple[tuple[str, re.Pattern[str]], ...]
    goals: re.Pattern[str]
    rules: re.Pattern[str]
    examples: re.Pattern[str]
    others: re.Pattern[str]
    deviations: re.Pattern[str]
    changes: re.Pattern[str]
    at_least: re.Pattern[str]
    at_most: re.Pattern[str]
    about: re.Pattern[str]
    between: re.Pattern[str]
    before: re.Pattern[str]
    settings: re.Pattern[str]
    units: re.Pattern[str]
    not_quality: re.Pattern[str]
    metric_files: re.Pattern[str]
    criteria: re.Pattern[str]
    requests: re.Pattern[str]
    about_results: re.Pattern[str]
    other_columns: re.Pattern[str]
    value_heads: re.Pattern[str]
    model_heads: re.Pattern[str]
    split_heads: re.Pattern[str]
    class_heads: re.Pattern[str]
    per_class: re.Pattern[str]
    spread_heads: re.Pattern[str]
    models: tuple[tuple[str, re.Pattern[str]], ...]
    any_model: re.Pattern[str]
    unspaced: re.Pattern[str]
    """A run of the words of a language that is written without spaces: `在测试集上达到`."""


@cache
def _raw() -> Any:
    return _Text(files(__package__).joinpath("words.yaml").read_text(encoding="utf-8")).get_single_data()


@cache
def words() -> Words:
    """The table as shipped."""
    raw = _raw()
    plain = [name for name in raw if name not in ("splits", "averages", "models", "metric_files")]
    families = [family for family in raw["models"] if family]
    return Words(
        splits=tuple((name, _pattern(raw["splits"][name])) for name in raw["splits"]),
        averages=tuple((name, _pattern(items)) for name, items in raw["averages"].items()),
        metric_files=re.compile("|".join(raw["metric_files"]), re.IGNORECASE),
        models=tuple((family[0], _model(family)) for family in families),
        unspaced=_run(chain(*(raw[name] for name in _JOINING), *raw["splits"].values())),
        any_model=_model([name for family in families for name in family]),
        **{name: _pattern(raw[name]) for name in plain},
    )


def split_in(text: str) -> Split:
    """The split that a text names, `unknown` when it names none or several that contradict one another."""
    clean = words().not_splits.sub(" ", text)
    found = [(name, match.start()) for name, pattern in words().splits if (match := pattern.search(clean))]
    if not found:
        return "unknown"
    names = {name for name, _ in found}
    if "cross-validation" in names:
        return "cross-validation"
    return found[0][0] if len(names) == 1 else "unknown"


def split_of_title(text: str) -> Split:
    """The split that a heading says its numbers are of: `Training XGBoost ...` is what is done, and no split."""
    split = split_in(text)
    return "unknown" if split == "train" and not _TRAIN_SET.search(text) else split


def average_in(text: str) -> str:
    """`macro`, `weighted`, `micro` or `samples` when the text says so, else an empty string."""
    return next((name for name, pattern in words().averages if pattern.search(text)), "")


def models_in(text: str) -> list[tuple[int, str]]:
    """(place, name as written) of each model that a text names, in order."""
    lower, exact = _model_patterns()
    low = text.lower()
    low = low if len(low) == len(text) else text
    spans = {match.span() for match in lower.finditer(low)} | {match.span() for match in exact.finditer(text)}
    found: list[tuple[int, str]] = []
    end = -1
    for start, stop in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= end and not (text[start:stop] == "LR" and _RATE.match(text, stop)):
            found.append((start, text[start:stop]))
            end = stop
    return found


@cache
def family(name: str) -> str:
    """What a model is called whatever the spelling: `LogisticRegression`, `logreg` and `LR` are one family.

    A name of no known family is given back in lower case without punctuation.
    """
    found: list[tuple[int, int, str]] = []
    for canonical, pattern in words().models:
        found += [(*match.span(), canonical.lower()) for match in pattern.finditer(name)]
    # Of names that overlap the longest counts; of several families (`Lasso Linear Regression`) all do.
    whole = [a for a in found if not any(b[0] <= a[0] and a[1] <= b[1] and a[:2] != b[:2] for b in found)]
    return " + ".join(sorted({canonical for *_, canonical in whole})) or plain(name)


def plain(text: str) -> str:
    """A text in lower case with one space for each run of punctuation."""
    return _KEY.sub(" ", text.lower()).strip()


def _pattern(items: Iterable[str]) -> re.Pattern[str]:
    return re.compile(_bordered(items), re.IGNORECASE)


def _bordered(items: Iterable[str]) -> str:
    listed = sorted(items, key=lambda item: (-len(item), item))
    free = [item for item in listed if _CJK.search(item)]
    bordered = [item for item in listed if not _CJK.search(item)]
    parts = [rf"(?<![^\W_])(?:{'|'.join(bordered)})(?![^\W_])"] if bordered else []
    return "|".join([*parts, *free])


@cache
def _model_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """All models in lower case, and those read as written: one pattern of both is ten times as slow."""
    short, long = _short_and_long([name for family_ in _raw()["models"] for name in family_])
    spaced = [re.sub("[ _]", r"[\\s_-]?", item.lower()) for item in long]
    return re.compile(_bordered(spaced)), re.compile(_bordered(short))


def _run(items: Iterable[str]) -> re.Pattern[str]:
    listed = sorted({item for item in items if _CJK.search(item)}, key=lambda item: (-len(item), item))
    return re.compile(f"(?:{'|'.join(listed)})+")


def _short_and_long(names: list[str]) -> tuple[list[str], list[str]]:
    """Short names in capitals are read as written: `LR` is a model, `lr` a learning rate."""
    short = [name for name in names if len(name) <= 4 and name.isupper() and not _CJK.search(name)]
    return short, [name for name in names if name not in short]


def _model(names: list[str]) -> re.Pattern[str]:
    short, long = _short_and_long(names)
    spaced = [re.sub("[ _]", r"[\\s_-]?", item) for item in long]
    parts = [f"(?i:{_bordered(spaced)})"] if spaced else []
    parts += [_bordered(short)] if short else []
    return re.compile("|".join(parts))
