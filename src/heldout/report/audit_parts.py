"""The lower parts of an audit's pages - claims, runs, builds, the ML Test Score - in words, ready to print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

from heldout.evidence import Location
from heldout.report.words import count
from heldout.sandbox.base import Verdict
from heldout.sources.handover.ml_test_score import Total, total
from heldout.sources.handover.record import Attempt, Ran
from heldout.sources.handover.result import ClaimResult, TestScore

VERDICTS = {
    "match": "Match",
    "within_noise": "Within noise",
    "contradicted": "Contradicted",
    "absent": "Not measured",
    "ambiguous": "Could not tell",
}
"""What became of a claim, in words."""

METRICS = {
    "mae": ("MAE", "mean absolute error: by how much it is off, on average"),
    "mse": ("MSE", "mean squared error: large misses weigh more"),
    "rmse": ("RMSE", "root mean squared error: as MAE, with large misses weighing more"),
    "mape": ("MAPE", "mean absolute error in per cent of the true value"),
    "r2": ("R²", "the share of the variation that it explains; 0 is no better than the mean"),
    "f1": ("F1", "one number for how many of its alarms are right and how many cases it finds"),
    "roc_auc": ("ROC AUC", "how well it ranks; 0.5 is chance"),
    "pr_auc": ("PR AUC", "how well it ranks when cases are rare"),
}
"""Metrics whose names are not words: how they are written, and what they mean."""

RUNGS = {
    "R0": "as declared",
    "R1": "another installer or Python",
    "R2": "packages as of the last commit",
    "R3": "mended by us",
}
"""How far we had to go for an environment."""

_ENDED = {
    Verdict.OK: "ran to its end",
    Verdict.FAILED: "failed",
    Verdict.TIMEOUT: "stopped: out of time",
    Verdict.MEMORY: "stopped: out of memory",
    Verdict.PROCESSES: "stopped: too many processes",
    Verdict.OUTPUT: "stopped: too much output",
    Verdict.DISK: "stopped: disk full",
}

POINTS = {1.0: "1", 0.5: "½", 0.0: "0", None: "?"}
"""Points of the ML Test Score as they are written."""

_LOG = re.compile(r"[\w][\w.-]*(?:/[\w][\w.-]*)*")


def log_link(path: str) -> str:
    """The path of a log when it is a plain one below the audit's folder, which alone is linked; else nothing."""
    return path if _LOG.fullmatch(path) and ".." not in path.split("/") else ""


_READY_MADE = re.compile(r" --only-binary[ =]\S+")
_NOTEBOOK = re.compile(r"python \S+/notebook\.py ('[^']*'|\S+) --out \S+( --plain)?")
_LONGEST = 160


def short(command: str) -> str:
    """A command as a person reads it: without what only spares compiling, our runner of notebooks by its notebook."""
    if match := _NOTEBOOK.fullmatch(command):
        how = ", without IPython" if match[2] else ""
        name = match[1].strip("'")
        return f"{name}, from its first cell to its last{how}"
    text = _READY_MADE.sub("", command)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


@dataclass(frozen=True)
class ClaimLine:
    """One stated number beside what came out, in the words of the claim."""

    result: ClaimResult
    got: str
    sign: str
    """`for`, `against` or `unknown`."""
    words: str

    @property
    def measured(self) -> bool:
        """Whether anything that ran gave it."""
        return self.result.verdict != "absent"

    @property
    def why(self) -> str:
        """The message without the place and the number, which stand in the same row."""
        message, place = self.result.message, str(self.result.claim.location)
        if not message.startswith(f"{place} says ") or "; " not in message:
            return message
        rest = message.partition("; ")[2]
        return f"{rest[:1].upper()}{rest[1:]}"

    @property
    def about(self) -> str:
        """What the number is about: metric, average, model, label, split."""
        claim = self.result.claim
        parts = [METRICS.get(claim.metric, (claim.metric.replace("_", " "), ""))[0], claim.model, claim.label]
        if claim.split != "unknown":
            parts.append("in cross-validation" if claim.split == "cross-validation" else f"on {claim.split} rows")
        return ", ".join(part for part in parts if part)


def claim_lines(claims: Iterable[ClaimResult]) -> tuple[ClaimLine, ...]:
    """The claims, contradicted ones first, then those that held, then the open ones."""
    order = {"contradicted": 0, "match": 1, "within_noise": 1}
    signs = {"contradicted": "against", "match": "for", "within_noise": "for"}
    lines = [
        ClaimLine(one, _got(one), signs.get(one.verdict, "unknown"), VERDICTS[one.verdict])
        for one in sorted(claims, key=lambda one: order.get(one.verdict, 2))
    ]
    return tuple(lines)


def glossary(claims: Iterable[ClaimResult]) -> tuple[tuple[str, str], ...]:
    """The abbreviations among the claimed metrics, with what they mean, in the order of their names."""
    used = {one.claim.metric for one in claims}
    return tuple(METRICS[name] for name in sorted(METRICS) if name in used)


def _got(result: ClaimResult) -> str:
    """What the runs gave, on the scale on which the claim is written; equal values once."""
    scale = 100 if "%" in result.claim.written else 1
    unit = " %" if scale == 100 else ""
    shown = list(dict.fromkeys(f"{value * scale:.4g}{unit}" for value in result.got if isfinite(value)))
    if not shown:
        return ""
    if len(shown) == 1:
        return shown[0] + (f" in all {len(result.got)} runs" if len(result.got) > 1 else "")
    values = [value * scale for value in result.got if isfinite(value)]
    return f"{min(values):.4g} to {max(values):.4g}{unit} in {len(values)} runs"


@dataclass(frozen=True)
class RunLine:
    """One run or one try to build, as a row of the table."""

    step: str
    command: str
    whole: str
    """The command to its last letter, where that says more; else empty."""
    folder: str
    worked: bool
    words: str
    why: str
    seconds: float | None
    memory_mb: float | None
    log: str
    place: Location | None


def run_lines(runs: Sequence[Ran]) -> tuple[RunLine, ...]:
    """What was run, in order."""
    return tuple(
        RunLine(
            step=run.step,
            command=short(run.command),
            whole=_more(run.command, short(run.command)),
            folder="" if run.folder == "." else run.folder,
            worked=run.worked,
            words=_ENDED[run.verdict] if run.cause is None or run.verdict is not Verdict.OK else "ended, and failed",
            why=" ".join(filter(None, (run.cause.message if run.cause else run.why or _made(run), _mended(run)))),
            seconds=run.wall_s,
            memory_mb=None if run.peak_memory_bytes is None else run.peak_memory_bytes / 1e6,
            log=run.log,
            place=run.cause.location if run.cause else None,
        )
        for run in runs
    )


def _more(whole: str, shown: str) -> str:
    return "" if whole == shown else whole


def _mended(run: Ran) -> str:
    return f"Mended by us: {run.mended}." if run.mended else ""


def _made(run: Ran) -> str:
    """What it left behind, which is what a run is judged by."""
    files = [*run.made, *run.changed]
    parts = [f"made or changed {count(len(files), 'file')}"] if files else []
    if run.readings:
        parts.append(f"gave {count(len(run.readings), 'number')} about quality")
    text = " and ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def build_lines(attempts: Sequence[Attempt]) -> tuple[RunLine, ...]:
    """Every try to build, in order."""
    return tuple(
        RunLine(
            step=RUNGS[attempt.rung],
            command=attempt.recipe,
            whole=attempt.command,
            folder="",
            worked=attempt.worked,
            words="built" if attempt.worked else "failed",
            why=attempt.cause.message if attempt.cause else "",
            seconds=attempt.seconds,
            memory_mb=None,
            log=attempt.log,
            place=attempt.cause.location if attempt.cause else None,
        )
        for attempt in attempts
    )


@dataclass(frozen=True)
class Annex:
    """The ML Test Score: its total and its tests by section."""

    total: Total
    tests: dict[str, tuple[TestScore, ...]]


def annex(tests: Sequence[TestScore]) -> Annex | None:
    """The annex, None when the tests were not scored."""
    if not tests:
        return None
    whole = total(tests)
    return Annex(whole, {one.section: tuple(t for t in tests if t.section == one.section) for one in whole.sums})
