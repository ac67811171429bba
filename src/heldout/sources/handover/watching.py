"""Reads what the watch wrote. The file comes from a process that ran foreign code: every size and type is doubted."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from heldout.sources.handover import foreign, intervals
from heldout.sources.handover.observation import Fit, Observation, Scored, Split

MOST_FILES = 256
LARGEST_FILE = 4_000_000
LARGEST_LINE = 64_000
MOST_LINES = 20_000
MOST_FITS = 300
MOST_SCORES = 600
_SKETCH = 256

Event = Mapping[str, Any]


def read_observation(files: Mapping[str, bytes]) -> Observation | None:
    """What the watch saw in all processes of one run; None when it saw nothing.

    `files` are the JSON-lines files of its folder by name. What does not fit together is left out, silently: the watch
    is allowed to miss things, never to make them up.
    """
    fits: list[Fit] = []
    splits: list[Split] = []
    scores: list[Scored] = []
    predictions: list[tuple[str, int]] = []
    seeds: set[str] = set()
    modules: set[str] = set()
    seen = False
    for event in _events(files):
        kind = event.get("e")
        seen = True
        if kind == "fit" and len(fits) < MOST_FITS:
            fits += _fit(event)
        elif kind == "split" and len(splits) < MOST_FITS:
            splits += _split(event)
        elif kind == "score" and len(scores) < MOST_SCORES:
            scores += _scored(event)
        elif kind == "predict" and len(predictions) < MOST_FITS:
            predictions.append((foreign.text(event.get("model"), 300), foreign.count(event.get("rows")) or 0))
        elif kind == "seed" and event.get("source") in ("numpy", "random", "torch", "tensorflow"):
            seeds.add(str(event["source"]))
        elif kind == "end":
            modules |= {foreign.text(name, 60) for name in foreign.items(event.get("modules"))[:400]}
    if not seen:
        return None
    if "fixed" in {fit.seed for fit in fits} | {split.seed for split in splits}:
        seeds.add("random_state")
    largest = max(splits, key=lambda split: split.train + split.test, default=None)
    return Observation(
        fits=tuple(fits),
        splits=tuple(splits),
        scores=tuple(scores),
        predictions=tuple(predictions),
        train_rows=largest.train if largest else None,
        test_rows=largest.test if largest else None,
        duplicate_rows=largest.shared if largest else None,
        seeds=tuple(sorted(seeds)),
        modules=tuple(sorted(modules)),
    )


def _events(files: Mapping[str, bytes]) -> Iterator[Event]:
    left = MOST_LINES
    for name in sorted(files, key=_begun)[:MOST_FILES]:
        for line in files[name][:LARGEST_FILE].split(b"\n"):
            if not line or len(line) > LARGEST_LINE:
                continue
            if left <= 0:
                return
            left -= 1
            try:
                event = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(event, dict):
                yield event


def _begun(name: str) -> tuple[str, str]:
    """Files are named by process and time; the time tells the order in which they began."""
    return name.rpartition("-")[2].rjust(40, "0"), name


def _fit(event: Event) -> Iterator[Fit]:
    rows, model = foreign.count(event.get("rows")), foreign.text(event.get("model"), 300)
    if rows is None or not model:
        return
    both = _at_most(event.get("repeated_answers"), rows)
    yield Fit(
        model=model,
        rows=rows,
        columns=foreign.count(event.get("columns")),
        names=tuple(foreign.text(name, 80) for name in foreign.items(event.get("names"))[:200]),
        place=foreign.text(event.get("place"), 300),
        predicts=event.get("predicts") is not False,
        repeated=both if both is not None else _at_most(event.get("repeated"), rows),
        hashed=_at_most(event.get("hashed"), rows) or 0,
        seed=_seed(event),
        sketch=_sketch(event),
    )


def _split(event: Event) -> Iterator[Split]:
    train, test = foreign.count(event.get("train")), foreign.count(event.get("test"))
    if train is None or test is None:
        return
    hashed = _at_most(event.get("hashed_test"), test) or 0
    yield Split(
        train=train,
        test=test,
        place=foreign.text(event.get("place"), 300),
        equal=_at_most(event.get("equal"), hashed),
        equal_answers=_at_most(event.get("equal_answers"), hashed),
        hashed=hashed,
        chance=foreign.share(event.get("chance")),
        seed=_seed(event),
    )


def _scored(event: Event) -> Iterator[Scored]:
    metric, value, rows = (
        foreign.text(event.get("metric"), 60),
        foreign.number(event.get("value")),
        foreign.count(event.get("rows")),
    )
    if not metric or value is None or not rows:
        return
    if metric in intervals.SHARES and not (value <= 1 and (value >= 0 or metric == "r2")):
        return
    classes = foreign.counts(event.get("classes"), 50, 60)
    classes = classes if sum(classes.values()) == rows else {}
    table, labels = _table(event, rows)
    average = foreign.text(event.get("average"), 20)
    positive = foreign.text(event.get("positive", "1"), 40)
    folds = tuple(v for v in map(foreign.number, foreign.items(event.get("folds"))[:50]) if v is not None)
    index = labels.index(positive) if positive in labels else None
    limits = (
        _of_numbers(event, metric, value, rows, folds)
        or _of_chances(metric, value, classes, positive)
        or intervals.of_labels(metric, average, value, rows, table, index)
    )
    if limits:
        top = 1.0 if metric in intervals.SHARES else math.inf
        limits = (max(limits[0], 0.0 if metric in intervals.LOWER else -math.inf), min(limits[1], top))
    balanced = intervals.of_table(table, intervals.balanced_accuracy) if table else None
    hashed = _at_most(event.get("hashed"), rows) or 0
    fitted, fitted_hashed = foreign.count(event.get("fitted")), foreign.count(event.get("fitted_hashed")) or 0
    covered = _at_most(event.get("covered"), fitted_hashed)
    yield Scored(
        metric=metric,
        value=value,
        rows=rows,
        average=average,
        by=foreign.text(event.get("by"), 40),
        classes=classes,
        trivial=_trivial(event, metric, average, classes, positive),
        low=limits[0] if limits else None,
        high=limits[1] if limits else None,
        balanced=intervals.balanced_accuracy(table) if table else None,
        balanced_low=balanced[0] if balanced else None,
        held_out=event.get("held_out") is True,
        overlap=_at_most(event.get("overlap"), hashed),
        overlap_answers=_at_most(event.get("overlap_answers"), hashed),
        hashed=hashed,
        fitted=fitted,
        covered=covered / fitted_hashed if covered is not None and fitted_hashed else None,
        repeated=_repeated(event, hashed),
        chance=foreign.share(event.get("chance")),
        folds=folds,
        model=foreign.text(event.get("model"), 300),
        columns=foreign.count(event.get("columns")),
        sketch=_sketch(event),
        place=foreign.text(event.get("place"), 300),
    )


def _repeated(event: Event, hashed: int) -> int | None:
    both = _at_most(event.get("repeated_answers"), hashed)
    return both if both is not None else _at_most(event.get("repeated"), hashed)


def _trivial(event: Event, metric: str, average: str, classes: Mapping[str, int], positive: str) -> float | None:
    if event.get("weighted") is True:
        return None  # weights of rows change what a constant scores, and are not told
    if metric in ("r2", "explained_variance"):
        return 0.0
    if metric in intervals.LOWER and not classes:
        return foreign.number(event.get("trivial"))
    return intervals.trivial(metric, average, classes, positive)


def _of_numbers(
    event: Event, metric: str, value: float, rows: int, folds: tuple[float, ...]
) -> intervals.Interval | None:
    spread, loss = foreign.number(event.get("spread")), foreign.number(event.get("loss_sd"))
    if len(folds) > 1 and spread is not None:
        return intervals.of_mean(value, spread, len(folds))
    if metric == "r2":
        return intervals.of_r2(value, rows)
    if loss is not None and metric in ("mae", "mse", "mape"):
        return intervals.of_mean(value, loss, rows)
    return intervals.of_root(value, loss, rows) if loss is not None and metric == "rmse" else None


def _of_chances(metric: str, value: float, classes: Mapping[str, int], positive: str) -> intervals.Interval | None:
    counts = sorted(classes.values())
    if len(counts) != 2:
        return None
    if metric == "roc_auc":
        return intervals.of_roc_auc(value, counts[0], counts[1])
    return intervals.of_average_precision(value, classes.get(positive, 0)) if metric == "average_precision" else None


def _table(event: Event, rows: int) -> tuple[intervals.Table, list[str]]:
    labels = [foreign.text(label, 60) for label in foreign.items(event.get("labels"))[:12]]
    table = [
        [foreign.count(cell) or 0 for cell in foreign.items(line)] for line in foreign.items(event.get("table"))[:12]
    ]
    square = len(table) == len(labels) and all(len(line) == len(labels) for line in table)
    return (table, labels) if square and labels and sum(map(sum, table)) == rows else ((), [])


def _sketch(event: Event) -> tuple[str, ...]:
    told = [text for text in foreign.items(event.get("sketch"))[:_SKETCH] if isinstance(text, str) and len(text) <= 16]
    return tuple(text for text in told if all(char in "0123456789abcdef" for char in text))


def _seed(event: Event) -> str | None:
    seed = event.get("seed")
    return seed if seed in ("fixed", "none") else None


def _at_most(value: object, most: int) -> int | None:
    count = foreign.count(value)
    return count if count is not None and count <= most else None
