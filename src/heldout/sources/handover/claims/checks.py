"""What the comparison says for the rubric: do the claims hold (T2), and do repeats give the same (T3)?"""

from __future__ import annotations

from collections.abc import Sequence
from posixpath import splitext
from statistics import fmean, stdev

from heldout.evidence.types import Measured
from heldout.sources.handover.claims.compare import ENOUGH_RUNS, Series, is_better, name_of, series, shown, spread_of
from heldout.sources.handover.claims.names import metric
from heldout.sources.handover.claims.read import kind_of
from heldout.sources.handover.plan import Claim, Reading
from heldout.sources.handover.record import Ran
from heldout.sources.handover.result import Check, ClaimResult

_SLIGHT = 0.005
_SLIGHT_SHARE = 0.01
"""A difference that no decision hangs on: half a point of a metric between 0 and 1, one per cent of any other."""
_WIDE = 0.02
_WIDE_SHARE = 0.05
"""A spread from which on a retrained model is not the one that was bought: two points, or five per cent."""
_SEVERAL = 3
"""Claims of which not one comes out: then it is not the libraries."""
_MANY = 0.1
_DOCUMENTS = ("markdown", "rst")
_ATTEMPTS = ("notebook", "python", "html")


def claims_checks(
    claims: Sequence[Claim], results: Sequence[ClaimResult], runs: Sequence[Sequence[Ran]]
) -> tuple[Check, ...]:
    """T2 and T3 from the claims, what `compare` made of them, and the runs of each repeat of the training.

    T2 fails when a claim of the most prominent kind that could be measured (documents, else files of metrics, else
    notebooks and code) is contradicted, or more than a tenth of all. Three things are said but do not fail it:

    - A number that is better than claimed. Nobody is sold short by it, and it happens with newer libraries. It is no
      success either - the documents are about another model or other rows, and a better number can come from a leak,
      which T4 looks at - so it earns half. Where there are several and all of them are off, T2 fails all the same.
    - A difference below half a point (one per cent for errors on an open scale). The tolerance of a claim with four
      digits is narrower than what one more library version changes.
    - A contradicted number of a notebook or a comment beside documents that hold: notebooks record attempts.

    Nothing claimed, or nothing of it measured, makes T2 not assessable: that is a gap in the documents, not a failure.
    T3 needs five runs to pass; two are enough to fail it when they lie further apart than a spread may be wide.
    """
    return (_claims_hold(claims, results), _repeatable(claims, runs))


def readings_of(repeat: Sequence[Ran]) -> tuple[Reading, ...]:
    """The readings of one repeat of all its steps, as `compare` takes them."""
    return tuple(reading for ran in repeat for reading in ran.readings)


def _claims_hold(claims: Sequence[Claim], results: Sequence[ClaimResult]) -> Check:
    compared = [r for r in results if r.verdict in ("match", "within_noise", "contradicted")]
    counts: dict[str, Measured] = {
        name: sum(1 for r in results if r.verdict == name)
        for name in ("match", "within_noise", "contradicted", "absent", "ambiguous")
    }
    counts["claims"] = len(claims)
    if not compared:
        message = _nothing_compared(claims, results)
        locations = tuple(claim.location for claim in claims[:3])
        return _check("T2", "not_assessable", message, measured=counts, locations=locations)
    worse = [r for r in compared if r.verdict == "contradicted" and not _harmless(r)]
    leading = _leading(compared)
    failing = [r for r in leading if r in worse] or (worse if len(worse) > _MANY * len(compared) else [])
    if not failing and len(compared) >= _SEVERAL and all(_off(r) for r in compared):
        counts["contradicted_harmlessly"] = len(compared) - len(worse)
        message = (
            f"Not one of its {len(compared)} claims that could be measured is what comes out: its documents are about "
            f"another model or other data. {leading[0].message}"
        )
        locations = tuple(r.claim.location for r in leading[:5])
        return _check("T2", "fail", message, severity="medium", measured=counts, locations=locations)
    counts["contradicted_harmlessly"] = sum(1 for r in compared if r.verdict == "contradicted") - len(worse)
    if failing:
        more = f" {len(worse)} of {len(compared)} claims that could be measured do not hold." if len(worse) > 1 else ""
        locations = tuple(r.claim.location for r in worse[:5])
        return _check("T2", "fail", failing[0].message + more, severity="high", measured=counts, locations=locations)
    credit = fmean(_worth(r) for r in compared)
    message = _held(compared, leading)
    locations = tuple(r.claim.location for r in (*leading, *compared)[:3])
    return _check("T2", "pass", message, credit=round(credit, 3), measured=counts, locations=locations)


def _nothing_compared(claims: Sequence[Claim], results: Sequence[ClaimResult]) -> str:
    if not claims:
        return "It states no number about its own quality, so there is nothing to hold it to."
    first = results[0].message if results else "No training ran."
    return f"None of its {len(claims)} claims could be measured. {first}"


def _leading(compared: Sequence[ClaimResult]) -> list[ClaimResult]:
    """Those of the most prominent kind."""
    documents = [r for r in compared if kind_of(r.claim.location.path) in _DOCUMENTS]
    files = [r for r in compared if kind_of(r.claim.location.path) not in (*_DOCUMENTS, *_ATTEMPTS)]
    return documents or files or list(compared)


def _harmless(result: ClaimResult) -> bool:
    """Whether a contradicted claim is better in reality, or off by what no decision hangs on."""
    mean = fmean(result.got)
    return is_better(result.claim, mean) is True or _is_slight(result.claim, mean)


def _off(result: ClaimResult) -> bool:
    """Whether a claim is contradicted by more than what no decision hangs on."""
    return result.verdict == "contradicted" and not _is_slight(result.claim, fmean(result.got))


def _is_slight(claim: Claim, got: float) -> bool:
    gap = abs(got - claim.value)
    if metric(claim.metric).high == 1:
        return gap <= _SLIGHT
    return gap <= _SLIGHT_SHARE * abs(claim.value)


def _worth(result: ClaimResult) -> float:
    if result.verdict != "contradicted":
        return 1.0
    if _is_slight(result.claim, fmean(result.got)):
        return 0.8
    return 0.5 if _harmless(result) else 0.0


def _held(compared: Sequence[ClaimResult], leading: Sequence[ClaimResult]) -> str:
    holding = [r for r in leading if r.verdict != "contradicted"]
    off = [r for r in compared if r.verdict == "contradicted"]
    if not off:
        count = "The one claim" if len(compared) == 1 else f"All {len(compared)} claims"
        return f"{count} that could be measured {'holds' if len(compared) == 1 else 'hold'}. {leading[0].message}"
    said = (
        f"{len(compared) - len(off)} of {len(compared)} claims that could be measured hold; none is off to your loss."
    )
    if any(not _harmless(r) for r in off):
        said = f"{len(compared) - len(off)} of {len(compared)} claims that could be measured hold."
    return f"{said} {(holding or leading)[0].message} But: {off[0].message}"


def _repeatable(claims: Sequence[Claim], runs: Sequence[Sequence[Ran]]) -> Check:
    worked = [repeat for repeat in runs if repeat and all(ran.counts for ran in repeat)]
    if not worked:
        return _check("T3", "not_assessable", "No training ran to its end, so nothing could be repeated.")
    measured = [s for s in series([readings_of(repeat) for repeat in worked]) if len(s.values) == len(worked)]
    same, differing = _files(worked)
    numbers: dict[str, Measured] = {
        "runs": len(worked),
        "metrics": len(measured),
        "metrics_that_vary": sum(1 for s in measured if _varies(s)),
        "files_equal": len(same),
        "files_that_vary": len(differing),
    }
    if not measured and not same and not differing:
        return _check("T3", "not_assessable", "The training printed no number and left no file.", measured=numbers)
    held_out = [s for s in measured if s.reading.split != "train"] or measured
    widest = max(held_out, key=_relative_spread, default=None)
    if widest is not None:
        numbers |= _numbers_of(widest)
    files = _files_said(same, differing)
    if widest is not None and _relative_spread(widest) > 1 and not _is_stated(widest, claims):
        return _check("T3", "fail", f"{_spread_said(widest)} {files}", severity="medium", measured=numbers)
    if len(worked) < ENOUGH_RUNS:
        message = f"Only {_count(len(worked))}: {ENOUGH_RUNS} are needed to tell a spread. {files}"
        return _check("T3", "not_assessable", message, measured=numbers)
    if widest is None or not _varies(widest):
        what = "the same numbers" if measured else "no number to compare"
        state = "pass" if measured or not differing else "not_assessable"
        return _check("T3", state, f"{len(worked)} trainings gave {what}. {files}", measured=numbers)
    known = " The delivery states such a spread." if _is_stated(widest, claims) else ""
    return _check("T3", "pass", f"{_spread_said(widest)}{known} {files}", credit=0.8, measured=numbers)


def _count(runs: int) -> str:
    return "one training ran" if runs == 1 else f"{runs} trainings ran"


def _varies(measured: Series) -> bool:
    values = measured.values
    return max(values) - min(values) > 1e-9 * max(1.0, abs(values[0]))


def _width(measured: Series) -> float:
    """Half the width of where one more run would fall; of what was seen, below five runs."""
    if not _varies(measured):
        return 0.0
    ends = spread_of(measured.values) or (min(measured.values), max(measured.values))
    return (ends[1] - ends[0]) / 2


def _relative_spread(measured: Series) -> float:
    """The width in units of what is still one and the same model: above 1 it is too wide."""
    scale = abs(fmean(measured.values))
    bounded = metric(measured.reading.metric).high == 1
    allowed = _WIDE if bounded else _WIDE_SHARE * scale
    return _width(measured) / allowed if allowed else 0.0


def _is_stated(measured: Series, claims: Sequence[Claim]) -> bool:
    """Whether the delivery itself states a +/- for this metric that covers what was seen (within two of it)."""
    stated = [claim.spread for claim in claims if claim.metric == measured.reading.metric and claim.spread]
    return any(_width(measured) <= 2 * spread + 1e-12 for spread in stated)


def _numbers_of(measured: Series) -> dict[str, Measured]:
    values = measured.values
    ends = spread_of(values)
    return {
        "widest_metric": name_of(measured.reading),
        "mean": fmean(values),
        "sd": stdev(values) if len(values) > 1 else None,
        "lowest": min(values),
        "highest": max(values),
        "next_run_low": ends[0] if ends else None,
        "next_run_high": ends[1] if ends else None,
    }


def _spread_said(measured: Series) -> str:
    like, values = measured.reading, measured.values
    said = f"{len(values)} trainings gave a {name_of(like)} of {shown(min(values), like)} to {shown(max(values), like)}"
    ends = spread_of(values)
    if ends is None:
        return f"{said}."
    return f"{said}; one more would give {shown(ends[0], like)} to {shown(ends[1], like)}."


def _files(runs: Sequence[Sequence[Ran]]) -> tuple[list[str], list[str]]:
    """Paths that every repeat wrote: those equal in all, and those that are not."""
    written = [{path: digest for ran in repeat for path, digest in ran.digests.items()} for repeat in runs]
    everywhere = sorted(set.intersection(*(set(files) for files in written))) if len(written) > 1 else []
    same = [path for path in everywhere if len({files[path] for files in written}) == 1]
    return same, [path for path in everywhere if path not in same]


def _files_said(same: Sequence[str], differing: Sequence[str]) -> str:
    if not same and not differing:
        return ""
    if not differing:
        return f"All {len(same)} files that it writes are equal each time." if len(same) > 1 else f"{same[0]} is equal."
    # What people ask about first: models and predictions; logs and pictures carry the time of day.
    ordered = sorted(differing, key=lambda path: (splitext(path)[1].lower() in (".log", ".png", ".html", ".txt"), path))
    named = ", ".join(ordered[:3]) + (f" and {len(ordered) - 3} more" if len(ordered) > 3 else "")
    return f"Not equal each time, byte for byte: {named}."


def _check(
    id_: str,
    state: str,
    message: str,
    *,
    credit: float = 1.0,
    severity: str = "info",
    measured: dict[str, Measured] | None = None,
    locations: tuple[object, ...] = (),
) -> Check:
    return Check.model_validate(
        {
            "id": id_,
            "area": "retrain",
            "state": state,
            "message": message.strip(),
            "credit": credit,
            "severity": severity,
            "measured": measured or {},
            "locations": locations,
        }
    )
