"""T4: is what a metric claims worth anything - enough rows, none of the training, and better than a trivial rule?

A number can be true and say nothing. 94.3 % right is what a rule gets that never looks at a row, when 943 of 1,000 are
of one class; a perfect score on rows that the training held too is a test of memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from heldout.evidence.types import Location, Measured
from heldout.sources.handover.intervals import HIGHER, LOWER, SHARES
from heldout.sources.handover.observation import Observation, Scored, Split
from heldout.sources.handover.plan import Reading
from heldout.sources.handover.result import Check
from heldout.sources.handover.tables import DataWorth

FEWEST_ROWS = 30
WIDEST = 0.10
"""Half-width of a 95 % interval, on a scale from 0 to 1, from which on a test is called too small."""
MOST_SHARED = 0.05
"""Share of the test rows that training may hold too."""
_CHANCE = 3.0
"""How many times more rows than chance explains must be equal before it is called a leak."""
_EQUAL = 1e-9

_WITH_ANSWERS = frozenset(
    {"SelectKBest", "SelectPercentile", "SelectFpr", "SelectFdr", "SelectFwe", "SelectFromModel", "TargetEncoder"}
)
"""What is fitted with the answers and predicts nothing."""
_NAMES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "f1": "F1",
    "roc_auc": "ROC AUC",
    "average_precision": "average precision",
    "r2": "R²",
    "mae": "mean absolute error",
    "mse": "mean squared error",
    "rmse": "root mean squared error",
    "mape": "mean absolute percentage error",
    "log_loss": "log loss",
}


@dataclass(frozen=True)
class _Point:
    """One thing that was looked at: what it says, and whether it takes the worth away."""

    bad: bool
    text: str
    place: str = ""
    remark: bool = False
    """Whether it is told beside what is bad as well."""


def t4_check(
    observations: Sequence[Observation], data: Sequence[DataWorth] = (), reported: Sequence[Reading] = ()
) -> Check:
    """The rubric's T4 from what was seen of the runs; from the delivered data alone when no run was seen.

    `observations`: of all steps that trained or evaluated and worked, of one retraining; more do no harm. `data`: what
    `tables.data_worth` says of the delivered training data. `reported`: what these runs printed and wrote about
    quality: where there is any, a score that was seen counts for a pass only if it is one of them, since what the watch
    saw is the word of the delivery's own process.
    """
    # A rule that looks at no input, scored by the delivery itself, is a yardstick of its own and no claim.
    claims = [score for seen in observations for score in seen.scores if ".dummy." not in score.model]
    scores = _with_overlaps(claims, observations)
    splits = [split for seen in observations for split in seen.splits]
    if not scores and not splits:
        return _from_data(data)
    points: list[_Point] = []
    judged = [score for score in scores if not _trained_on(score)]
    measured: dict[str, Measured] = {"scores_seen": len(scores), "scores_on_training_rows": len(scores) - len(judged)}
    if scores and not judged:
        points.append(_only_training(scores))
    points += _against_trivial(judged, measured)
    points += _size(judged, splits, measured)
    points += _shared(judged, splits, measured)
    points += _prepared(observations)
    points += _perfect(judged)
    if not points:
        return Check(
            id="T4",
            area="retrain",
            state="not_assessable",
            message="Scores were computed, but of none is it known over which rows and classes.",
            measured=measured,
        )
    bad = [point for point in points if point.bad]
    if reported and not bad and not any(_is_reported(score, reported) for score in judged):
        return _of_another(judged, measured)
    told = [*bad, *(point for point in points if not point.bad and (point.remark or not bad))]
    return Check(
        id="T4",
        area="retrain",
        state="fail" if bad else "pass",
        severity="high" if bad else "info",
        message=" ".join(_first(point.text for point in told)),
        locations=tuple(_locations(told)),
        measured=measured,
    )


def _is_reported(score: Scored, reported: Sequence[Reading]) -> bool:
    """Whether a score stands among the reported ones, to the digits that were written."""
    return any(
        abs(score.value - reading.value) <= reading.half_digit + _EQUAL
        for reading in reported
        if reading.metric == score.metric or reading.metric not in HIGHER | LOWER
    )


def _of_another(judged: Sequence[Scored], measured: dict[str, Measured]) -> Check:
    message = (
        f"Of the {len(judged)} scores that were seen being computed none is one that it reports: "
        "what the reported ones rest on is not known."
    )
    return Check(id="T4", area="retrain", state="not_assessable", message=message, measured=measured)


def _first(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))[:4]


def _trained_on(score: Scored) -> bool:
    """Whether (nearly) every row that the model was fitted on is among the scored ones."""
    if score.held_out or score.covered is None or score.shared is None or not score.hashed:
        return False
    return score.covered >= 0.99 and score.rows >= 0.99 * (score.fitted or 0) and score.shared >= 0.3 * score.hashed


def _only_training(scores: Sequence[Scored]) -> _Point:
    largest = max(scores, key=lambda score: score.rows)
    rows, fitted = largest.rows, largest.fitted or 0
    if rows > 1.02 * fitted:
        text = f"Every score was computed over rows that training had used: {fitted:,} of the {rows:,} scored."
    else:
        text = f"Every score was computed on the {rows:,} rows that the model had been fitted on; none were held back."
    return _Point(True, text, largest.place)


def _against_trivial(scores: Sequence[Scored], measured: dict[str, Measured]) -> list[_Point]:
    """Points on whether the best model of each metric beats a rule that looks at no input."""
    groups: dict[tuple[object, ...], list[Scored]] = {}
    for score in scores:
        if score.trivial is not None and score.metric in HIGHER | LOWER:
            key = (score.metric, score.average, score.rows, tuple(sorted(score.classes.items())))
            groups.setdefault(key, []).append(score)
    best = [max(group, key=lambda score: (_goodness(score), -_width(score))) for group in groups.values()]
    best.sort(key=lambda score: (-score.rows, score.metric not in ("accuracy", "r2")))
    if not best:
        return []
    measured.update(metric=best[0].metric, value=best[0].value, trivial=best[0].trivial)
    worthless = [score for score in best if _no_better(score) and not _informed(score)]
    if worthless:
        return [_Point(True, _worthless(worthless[0]), worthless[0].place)]
    if not any(_surely_better(score) for score in best):
        return [_Point(True, _unsure(best[0]), best[0].place)]
    sure = next(score for score in best if _surely_better(score))
    texts = [_Point(False, _better(sure), sure.place)]
    texts += [_Point(False, _worthless(score), score.place) for score in best if _no_better(score)][:1]
    return texts


def _goodness(score: Scored) -> float:
    return score.value if score.metric in HIGHER else -score.value


def _width(score: Scored) -> float:
    return (score.high or 0.0) - (score.low or 0.0)


def _no_better(score: Scored) -> bool:
    trivial = score.trivial or 0.0
    gain = score.value - trivial if score.metric in HIGHER else trivial - score.value
    return gain <= _EQUAL


def _informed(score: Scored) -> bool:
    """Whether the predictions tell the classes apart, though by this metric a constant does as well.

    A model that trades accuracy for finding the rare class is no worthless model.
    """
    return score.balanced_low is not None and len(score.classes) > 1 and score.balanced_low > 1 / len(score.classes)


def _surely_better(score: Scored) -> bool:
    trivial = score.trivial or 0.0
    if _no_better(score):
        return _informed(score)
    if score.low is None or score.high is None:
        return True
    return score.low > trivial if score.metric in HIGHER else score.high < trivial


def _worthless(score: Scored) -> str:
    if score.metric == "accuracy" and score.classes:
        most = max(score.classes.values())
        verb = "scores as well" if abs(score.value - most / score.rows) <= _EQUAL else "scores higher"
        rule = f"{most:,} of {score.rows:,} are the commonest class: a rule that always says so {verb}"
        return f"{rule} (accuracy {_number(score.value)})."
    trivial = _number(score.trivial or 0.0)
    rule = "a rule that looks at no input" if score.classes else "always giving the average"
    return f"{_name(score)} {_number(score.value)} is no better than {rule}, which scores {trivial}."


def _unsure(score: Scored) -> str:
    low, high = _number(score.low or 0.0), _number(score.high or 0.0)
    return (
        f"{_name(score)} {_number(score.value)} over {score.rows:,} rows may be anything from {low} to {high}: "
        f"it cannot be told from a rule that looks at no input, which scores {_number(score.trivial or 0.0)}."
    )


def _better(score: Scored) -> str:
    trivial = _number(score.trivial or 0.0)
    return f"{_name(score)} {_number(score.value)} beats a rule that looks at no input, which scores {trivial}."


def _size(scores: Sequence[Scored], splits: Sequence[Split], measured: dict[str, Measured]) -> list[_Point]:
    """Whether the largest test is large enough."""
    if not scores:
        return []
    largest = max(scores, key=lambda score: (score.rows, score.low is not None, score.metric in SHARES))
    measured.update(test_rows=largest.rows, low=largest.low, high=largest.high)
    known = largest.low is not None and largest.high is not None
    span = f": {_name(largest)} {_number(largest.value)} may be anything from " if known else "."
    if known:
        span += f"{_number(largest.low or 0.0)} to {_number(largest.high or 0.0)}."
    if largest.rows < FEWEST_ROWS:
        return [_Point(True, f"It was tested on {largest.rows:,} rows{span}", largest.place)]
    if known and largest.metric in SHARES:
        half = ((largest.high or 0.0) - (largest.low or 0.0)) / 2
        same = [score for score in scores if score.rows == largest.rows and score.low is not None]
        narrow = any((score.high or 0.0) - (score.low or 0.0) <= 2 * WIDEST for score in same if score.metric in SHARES)
        if half > WIDEST and not narrow:
            return [_Point(True, f"{largest.rows:,} test rows are too few{span}", largest.place)]
    how = "folds of " if largest.held_out and largest.folds else ""
    return [_Point(False, f"Tested on {how}{largest.rows:,} rows{span}", largest.place)]


def _shared(scores: Sequence[Scored], splits: Sequence[Split], measured: dict[str, Measured]) -> list[_Point]:
    """Whether test rows are rows of the training too."""
    found: list[tuple[int, int, float | None, int, str]] = []
    found += [(s.shared, s.hashed, s.chance, s.train, s.place) for s in splits if s.shared is not None and s.hashed]
    found += [
        (s.shared, s.hashed, s.chance, s.fitted or 0, s.place) for s in scores if s.shared is not None and s.hashed
    ]
    crossed = [s for s in scores if s.held_out and s.repeated is not None and s.hashed]
    if not found and not crossed:
        return []
    points: list[_Point] = []
    if found:
        equal, of, chance, fitted, place = max(found, key=lambda item: item[0] / item[1])
        measured.update(test_rows_in_training=equal, test_rows_compared=of)
        bad = _leaks(equal / of, chance, fitted)
        text = f"{equal:,} of {of:,} test rows are equal to a row of the training"
        more = ", so the score is partly one of memory." if bad else "."
        points.append(_Point(bad, (text if equal else "No test row is equal to a row of the training") + more, place))
    elif crossed:
        one = max(crossed, key=lambda s: (s.repeated or 0) / s.hashed)
        equal = one.repeated or 0
        measured.update(repeated_rows=equal, rows_compared=one.hashed)
        bad = _leaks(equal / one.hashed, one.chance, one.rows)
        text = f"{equal:,} of {one.hashed:,} rows are equal to an earlier one, so folds share rows."
        points.append(_Point(bad, text if equal else "No two rows are equal, so folds share none.", one.place))
    return points


def _prepared(observations: Sequence[Observation]) -> list[_Point]:
    """Choices made with the answers of all rows, those of the test too: told, and judged by nobody here."""
    for seen in observations:
        whole = {split.train + split.test for split in seen.splits}
        for fit in seen.fits:
            name = _last(fit.model).rpartition(".")[2]
            if not fit.predicts and fit.rows in whole and name in _WITH_ANSWERS:
                text = f"{name} was fitted on all {fit.rows:,} rows and their answers, those of the test too."
                return [_Point(False, text, fit.place, remark=True)]
    return []


def _perfect(scores: Sequence[Scored]) -> list[_Point]:
    """Scores that leave nothing to be wanted: told, since real data hardly allow it, and no proof of anything."""
    best = [score for score in scores if score.metric in SHARES and score.rows >= FEWEST_ROWS]
    if not best or any(score.value < 1 - _EQUAL for score in best):
        return []
    text = "Every score on held-out rows is perfect, which real data hardly allow: ask which column tells the answer."
    return [_Point(False, text, best[0].place, remark=True)]


def _leaks(share: float, chance: float | None, others: int) -> bool:
    """Whether so many equal rows are more than few distinct values would bring about by themselves."""
    if share <= MOST_SHARED:
        return False
    expected = 0.0 if chance is None else 1 - (1 - chance) ** max(others, 1)
    return share > min(1.0, _CHANCE * expected)


def _with_overlaps(scores: Sequence[Scored], observations: Sequence[Observation]) -> list[Scored]:
    """Scores with, where nothing was fitted in their own process, what the rows of another run's fits tell."""
    fits = [fit for seen in observations for fit in seen.fits if fit.predicts and len(fit.sketch) > 0]
    told = []
    for score in scores:
        near = [fit for fit in fits if fit.columns == score.columns and _last(fit.model) == _last(score.model)]
        if score.overlap is None and not score.held_out and score.sketch and near:
            fit = near[-1]
            share, covered = _contained(score.sketch, fit.sketch), _contained(fit.sketch, score.sketch)
            update = {"overlap": round(share * score.rows), "hashed": score.rows, "fitted": fit.rows}
            told.append(score.model_copy(update={**update, "covered": covered}))
        else:
            told.append(score)
    return told


def _contained(one: Sequence[str], other: Sequence[str]) -> float:
    """Estimated share of the distinct rows of `one` that `other` holds, from the smallest hashes of both.

    Below the lower of the two largest hashes both sketches are complete, so the share among these is that of all.
    """
    mine, theirs = {int(text, 16) for text in one}, {int(text, 16) for text in other}
    top = min(max(mine), max(theirs)) if len(one) >= 256 and len(other) >= 256 else max(mine)
    if len(other) >= 256:
        top = min(top, max(theirs))
    below = {value for value in mine if value <= top}
    return len(below & theirs) / len(below) if below else 0.0


def _last(model: str) -> str:
    return model.rpartition(" > ")[2]


def _from_data(data: Sequence[DataWorth]) -> Check:
    """What can be said when no fit and no score was seen: whether the data repeat themselves."""
    nothing = "No training or scoring was seen in a form that can be followed: what its numbers rest on is not known."
    repeating = [one for one in data if one.rows >= FEWEST_ROWS and one.repeated / one.rows > MOST_SHARED]
    repeating = [one for one in repeating if _leaks(one.repeated / one.rows, one.chance, one.rows)]
    if not repeating:
        told = " ".join(f"{one.repeated:,} of {one.rows:,} rows of {one.name} repeat." for one in data[:2] if one.rows)
        return Check(id="T4", area="retrain", state="not_assessable", message=f"{nothing} {told}".strip())
    worst = max(repeating, key=lambda one: one.repeated / one.rows)
    return Check(
        id="T4",
        area="retrain",
        state="fail",
        severity="medium",
        message=f"{worst.repeated:,} of {worst.rows:,} rows of {worst.name} are equal to an earlier one: "
        "wherever it is cut, the test holds rows of the training.",
        locations=(Location(path=worst.name),),
        measured={"repeated_rows": worst.repeated, "rows": worst.rows},
    )


def _locations(points: Sequence[_Point]) -> Iterable[Location]:
    for place in _first(point.place for point in points if point.place):
        path, _, line = place.rpartition(":")
        notebook, _, cell = path.rpartition(", cell ")
        number = int(line) if line.isdecimal() and 0 < int(line) < 10**7 else None
        if notebook and cell.isdecimal() and int(cell) > 0:
            yield Location(path=_relative(notebook), cell=int(cell), line=number)
        elif path:
            yield Location(path=_relative(path), line=number)


def _relative(path: str) -> str:
    return str(PurePosixPath(path))


def _name(score: Scored) -> str:
    name = _NAMES.get(score.metric, score.metric)
    average = f" ({score.average})" if score.average in ("macro", "weighted", "micro") else ""
    return f"{name[:1].upper()}{name[1:]}{average}"


def _number(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:,.0f}"
