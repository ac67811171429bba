"""Claims beside what our own runs measured.

The tolerance is the larger of half the last digit that the claim was written with, and the half-width of the 95 %
prediction interval for one more run, mean +/- t s sqrt(1 + 1/n), over five runs or more. The interval is CORE-Bench's
(Siegel et al., 2024), where identical repeats make it a point and a correct "0.86" fails against 0.8590; the digits
mend that. With fewer than five runs an interval is too wide to tell anything (with three it spans a third of the
scale), so the range that was seen stands for it, and the message says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10, sqrt
from statistics import fmean, stdev
from typing import Literal

from heldout.sources.handover.claims.models import families_of, is_of_none
from heldout.sources.handover.claims.names import better, meanings, metric
from heldout.sources.handover.claims.words import family, plain
from heldout.sources.handover.plan import Claim, Reading
from heldout.sources.handover.result import ClaimResult
from heldout.sources.handover.student import quantile

ENOUGH_RUNS = 5
_MOST_DIGITS = 6
_CHANCE = 0.05
_UNSAID_FOLDS = 0.9
"""More than an average that is not said: a number of cross-validation is most often called one."""
_RESULTS = (".csv", ".tsv", ".json", ".txt", ".yaml", ".yml")
_Verdict = Literal["match", "within_noise", "contradicted", "absent", "ambiguous"]


@dataclass(frozen=True)
class Series:
    """One measured thing over the repeats: its first reading, and its value in each run that gave one."""

    reading: Reading
    values: tuple[float, ...]
    half_digit: float
    """The coarsest half digit that it was printed with."""


@dataclass(frozen=True)
class _Judged:
    series: Series
    values: tuple[float, ...]
    verdict: _Verdict
    tolerance: float
    noise: tuple[float, float] | None
    distance: float
    note: str = ""


def compare(
    claims: Sequence[Claim], runs: Sequence[Sequence[Reading]], trained: Iterable[str] = ()
) -> tuple[ClaimResult, ...]:
    """A verdict for each claim, in the order of the claims; `runs` holds the readings of each repeat.

    `trained` are the classes of the models that the runs were seen to fit or to ask: a number that is printed without
    a name says nothing of a model that is none of them. Empty, or with a class that nobody knows, it settles nothing.

    match          every run, or the mean, is the claim within half its last digit (or cut off after it)
    within_noise   not that, but inside what one more run would give
    contradicted   outside
    absent         no run measured anything of this name
    ambiguous      several equally named numbers were measured, some agree and some do not, and the one that agrees
                   could do so by chance; or several equally named ones are stated in one place, as of a search over
                   settings, and fewer were measured
    """
    measured = series(runs)
    known = families_of(trained)
    results = [_compared(claim, measured, len(runs), known) for claim in claims]
    stated: dict[tuple[object, ...], set[float]] = {}
    for claim in claims:
        stated.setdefault(_alike(claim), set()).add(claim.value)
    return tuple(_one_of_several(result, len(stated[_alike(result.claim)]), measured) for result in results)


def _one_of_several(result: ClaimResult, stated: int, measured: Sequence[Series]) -> ClaimResult:
    """A contradiction holds only where as many numbers of that name were measured as are stated in that place."""
    if result.verdict != "contradicted" or stated == 1:
        return result
    alike = sum(1 for one in measured if _fit(result.claim, one.reading) is not None)
    if alike >= stated:
        return result
    message = f"{stated} numbers of that name are stated there and {alike} measured: which is which cannot be told."
    return result.model_copy(update={"verdict": "ambiguous", "message": f"{result.message} {message}"})


def series(runs: Sequence[Sequence[Reading]]) -> tuple[Series, ...]:
    """What was measured, across the runs: the same name, place and turn in each run is one series."""
    values: dict[tuple[object, ...], list[Reading]] = {}
    for readings in runs:
        turns: dict[tuple[object, ...], int] = {}
        for reading in readings:
            name = _identity(reading)
            turns[name] = turns.get(name, 0) + 1
            values.setdefault((*name, turns[name]), []).append(reading)
    most = max((len(found) for found in values.values()), default=0)
    kept: dict[tuple[object, ...], Series] = {}
    for found in values.values():
        if len(found) < most and len(runs) > 1 and len(found) < 2:
            continue
        first = found[0]
        made = Series(first, tuple(r.value for r in found), max(r.half_digit for r in found))
        kept.setdefault((*_identity(first)[:5], made.values), made)
    return tuple(kept.values())


def spread_of(values: Sequence[float]) -> tuple[float, float] | None:
    """The 95 % prediction interval for one more run; None below five runs."""
    if len(values) < ENOUGH_RUNS:
        return None
    mean, n = fmean(values), len(values)
    half = quantile(0.975, n - 1) * stdev(values) * sqrt(1 + 1 / n)
    return mean - half, mean + half


def is_better(claim: Reading, got: float) -> bool | None:
    """Whether a measured value is better than the claim; None when the metric has no known direction."""
    direction = better(claim.metric)
    if not direction:
        return None
    return got > claim.value if direction == "higher" else got < claim.value


def _identity(reading: Reading) -> tuple[object, ...]:
    model = family(reading.model) if reading.model else ""
    label = plain(reading.label)
    return (reading.metric, reading.split, model, reading.average, label, reading.location.path, reading.location.cell)


def _alike(reading: Reading) -> tuple[object, ...]:
    """What numbers of one table have in common that only their rows tell apart, as of a search over settings."""
    metric, split, model, average, _, path, cell = _identity(reading)
    return metric, split, model, average, path, cell


def _compared(claim: Claim, measured: Sequence[Series], runs: int, trained: frozenset[str]) -> ClaimResult:
    named = [(fit, s) for s in measured if (fit := _fit(claim, s.reading)) is not None]
    alike = [(fit, s) for fit, s in named if s.reading.model]
    # A number that is printed with the model's name is nearer than any without, wherever that stands.
    if (claim.model and alike) or is_of_none(claim.model, trained):
        named = alike
    if not named:
        return ClaimResult(claim=claim, verdict="absent", message=_absent(claim, runs))
    best = min(fit for fit, _ in named)
    judged = [_judge(claim, s) for fit, s in named if fit == best]
    nearest = min(judged, key=lambda j: (j.distance, j.series.reading.location.path))
    if nearest.verdict == "contradicted" and _of_other_rows(claim, nearest.series.reading):
        return ClaimResult(claim=claim, verdict="absent", message=_absent(claim, runs))
    agree = [j for j in judged if j.verdict in ("match", "within_noise")]
    verdict, note = nearest.verdict, nearest.note
    if agree and len(agree) < len(judged):
        if _by_chance(claim, judged, nearest) >= _CHANCE:
            verdict = "ambiguous"
        note += f" {len(judged)} numbers of that name were measured; this is the nearest."
    elif len(judged) > 1 and not agree:
        note += f" It is the nearest of {len(judged)} numbers of that name."
    return ClaimResult(
        claim=claim, verdict=verdict, got=nearest.values, message=_message(claim, nearest, verdict) + note
    )


def _fit(claim: Claim, reading: Reading) -> float | None:
    """How well the names agree, 0 the best; None when they are about different things."""
    same_file = claim.location.path == reading.location.path
    parts = (
        _metric_fit(claim, reading),
        _split_fit(claim, reading, same_file=same_file),
        _model_fit(claim.model, reading.model),
        _named_fit(claim.average, reading.average, apart=True),
        _label_fit(claim, reading, apart=same_file) if claim.label or reading.label else 0.0,
    )
    if any(part is None for part in parts):
        return None
    return sum(part or 0.0 for part in parts) - (2.0 if same_file else 1.0 if _copied(claim, reading) else 0.0)


def _copied(claim: Claim, reading: Reading) -> bool:
    """Whether a claim stands in a file of results of the same name as one that was written: a copy kept elsewhere."""
    mine, theirs = claim.location.path.rpartition("/")[2], reading.location.path.rpartition("/")[2]
    return mine == theirs and mine.lower().endswith(_RESULTS)


def _metric_fit(claim: Claim, reading: Reading) -> float | None:
    mine, theirs = meanings(claim.metric, claim.name), meanings(reading.metric, reading.name)
    if claim.metric == reading.metric:
        return 0.0
    return 2.0 if reading.metric in mine or claim.metric in theirs else None


def _split_fit(claim: Claim, reading: Reading, *, same_file: bool) -> float | None:
    if claim.split == reading.split:
        return 0.0
    if "unknown" in (claim.split, reading.split):
        # What is not said to be of the training rows is taken for a number about rows that were held out.
        if "cross-validation" in (claim.split, reading.split):
            return _UNSAID_FOLDS
        return 1.5 if "train" in (claim.split, reading.split) else 0.5
    return 0.5 if same_file and {claim.split, reading.split} == {"test", "cross-validation"} else None


def _of_other_rows(claim: Claim, reading: Reading) -> bool:
    """Whether one is said to be of the training rows and the other is not: they may agree, but contradict nothing."""
    return (claim.split == "train") != (reading.split == "train")


def _model_fit(claimed: str, measured: str) -> float | None:
    if not claimed and not measured:
        return 0.0
    if not claimed or not measured:
        return 1.0
    a, b = family(claimed), family(measured)
    if a == b:
        return 0.0 if plain(claimed) == plain(measured) else 0.1
    return 0.5 if a and b and (a in b or b in a) else None


def _label_fit(claim: Claim, reading: Reading, *, apart: bool) -> float | None:
    """As of other names; a line that is not labelled but says the claim's label is of the same thing."""
    label = plain(claim.label)
    if label and not reading.label and f" {label} " in f" {plain(reading.location.snippet or '')} ":
        return 0.0
    return _named_fit(label, plain(reading.label), apart=apart)


def _named_fit(claimed: str, measured: str, *, apart: bool) -> float | None:
    if claimed == measured:
        return 0.0
    if claimed and measured:
        return None if apart else 1.0
    return 0.75


def _judge(claim: Claim, measured: Series) -> _Judged:
    values, note = _on_scale(claim, measured)
    digits = max(_half_digit(claim), measured.half_digit if measured.half_digit > claim.half_digit else 0.0)
    slack = digits + 1e-9 * max(1.0, abs(claim.value))
    mean = fmean(values)
    noise = spread_of(values) or ((min(values), max(values)) if len(values) > 1 else None)
    distance = abs(mean - claim.value)
    if claim.bound == "at_least" and mean >= claim.value - slack:
        return _Judged(measured, values, "match", digits, noise, 0.0, note)
    if claim.bound == "at_most" and mean <= claim.value + slack:
        return _Judged(measured, values, "match", digits, noise, 0.0, note)
    if all(abs(v - claim.value) <= slack for v in values) or distance <= slack:
        return _Judged(measured, values, "match", digits, noise, distance, note)
    if all(_cut_off(v, claim) for v in values):
        return _Judged(measured, values, "match", digits, noise, distance, " It was cut off, not rounded." + note)
    if noise is not None and noise[0] - slack <= claim.value <= noise[1] + slack:
        tolerance = max(digits, (noise[1] - noise[0]) / 2)
        return _Judged(measured, values, "within_noise", tolerance, noise, distance, note)
    return _Judged(measured, values, "contradicted", digits, noise, distance, note)


def _half_digit(claim: Claim) -> float:
    """Half the last digit that was meant: at most six digits are, the rest is how a machine prints."""
    half = claim.half_digit
    if claim.value and isfinite(claim.value):
        half = max(half, 0.5 * 10.0 ** (floor(log10(abs(claim.value))) + 1 - _MOST_DIGITS))
    return 2 * half if claim.bound == "about" else half


def _cut_off(value: float, claim: Claim) -> bool:
    step = 2 * claim.half_digit
    gap = abs(value) - abs(claim.value)
    return value * claim.value >= 0 and -1e-9 <= gap < step


def _on_scale(claim: Claim, measured: Series) -> tuple[tuple[float, ...], str]:
    """The values on the claim's scale: an error may be in per cent at one place and a fraction at the other."""
    values = measured.values
    if metric(claim.metric).high == 1 or not claim.value or not fmean(values):
        return values, ""
    marked = "%" in claim.written or "%" in measured.reading.written or metric(claim.metric).percent
    ratio = abs(claim.value / fmean(values))
    if marked and 50 < ratio < 200:
        return tuple(v * 100 for v in values), " The runs state it as a fraction, the claim in per cent."
    if marked and 1 / 200 < ratio < 1 / 50:
        return tuple(v / 100 for v in values), " The runs state it in per cent, the claim as a fraction."
    return values, ""


def _by_chance(claim: Claim, judged: Iterable[_Judged], nearest: _Judged) -> float:
    """How likely one of the numbers would agree if the claim lay anywhere in their range: number x width / range."""
    listed = list(judged)
    means = [fmean(j.values) for j in listed] + [claim.value]
    width = max(means) - min(means)
    return 1.0 if width <= 0 else min(1.0, len(listed) * 2 * nearest.tolerance / width)


def name_of(reading: Reading) -> str:
    """What a number is of, in words: `accuracy of Random Forest on test`."""
    parts = [reading.name or reading.metric]
    if reading.average:
        parts.append(f"({reading.average})")
    if reading.model:
        parts.append(f"of {reading.model}")
    if reading.split != "unknown":
        parts.append(f"in {reading.split}" if reading.split == "cross-validation" else f"on {reading.split} rows")
    return " ".join(parts)


def shown(value: float, like: Reading) -> str:
    """A value as the claim writes it, with one digit more."""
    percent = "%" in like.written and abs(like.value) < abs(_leading(like.written)) * 0.5
    half = like.half_digit * (100 if percent else 1)
    digits = 0 if half >= 0.5 else min(8, max(0, -floor(log10(half * 2 * 1.0000001)) + 1))
    return f"{value * 100:,.{digits}f}%" if percent else f"{value:,.{digits}f}"


def _leading(written: str) -> float:
    kept = "".join(
        c for c in written.split("%", maxsplit=1)[0].split("±", maxsplit=1)[0] if c.isdigit() or c in ".,"
    ).replace(",", ".")
    try:
        return float(kept)
    except ValueError:
        return 0.0


def _absent(claim: Claim, runs: int) -> str:
    if not runs:
        return f"{claim.location} says {claim.written} for {name_of(claim)}; no training ran, so it was not measured."
    return f"{claim.location} says {claim.written} for {name_of(claim)}; no run printed or wrote such a number."


def _message(claim: Claim, judged: _Judged, verdict: _Verdict) -> str:
    limit = {"at_least": "at least ", "at_most": "at most ", "about": "about ", "": ""}[claim.bound]
    said = f"{claim.location} says {limit}{claim.written} for {name_of(claim)}; {_got(claim, judged)}"
    if verdict == "match":
        return f"{said}: it holds."
    if verdict == "ambiguous":
        return f"{said}: which number is meant cannot be told."
    if verdict == "within_noise":
        low, high = judged.noise or (0.0, 0.0)
        if len(judged.values) >= ENOUGH_RUNS:
            return f"{said}; one more run would give {shown(low, claim)} to {shown(high, claim)}: within the noise."
        return f"{said}: within that range, though fewer than {ENOUGH_RUNS} runs are too few for an interval."
    improved = is_better(claim, fmean(judged.values))
    rest = "" if improved is None else ", which is better than claimed" if improved else ", which is worse than claimed"
    few = (
        "" if len(judged.values) >= ENOUGH_RUNS or len(set(judged.values)) == 1 else f" (fewer than {ENOUGH_RUNS} runs)"
    )
    return f"{said}{rest}{few}."


def _got(claim: Claim, judged: _Judged) -> str:
    values = judged.values
    if len(values) == 1:
        return f"the run gave {shown(values[0], claim)}"
    if max(values) - min(values) <= 1e-9 * max(1.0, abs(values[0])):
        return f"each of {len(values)} runs gave {shown(values[0], claim)}"
    mean = shown(fmean(values), claim)
    return f"{len(values)} runs gave {shown(min(values), claim)} to {shown(max(values), claim)}, {mean} on average"
