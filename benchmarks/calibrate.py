"""Fits the level rule to repositories that were read against the anchors, and reports how well it does.

    uv run benchmarks/calibrate.py --mirrors FOLDER [--readings FILE] [--write]

`--mirrors` holds one git repository each as OWNER+NAME/repo. The readings are levels 1-5 in halves (empty: not
observed) of two independent readings of each repository, made without seeing the tool's levels; docs/explanation/
levels.md says who read and what that is worth.

For each competency: the agreement of the readings (quadratically weighted kappa, Cohen 1968; root mean squared
difference), the tool's leave-one-out root mean squared error against the mean of both, the same error of a constant,
in how many resamples of the repositories (bootstrap) the rule is nearer than the constant, and the correlation. The
fit is a ridge regression of the readings on the tool's unscaled points: the slope is drawn towards 1 with the weight
of `RIDGE` repositories at one standard deviation. `--write` replaces calibration.yaml.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from rich.progress import track

from heldout.evidence import Evidence
from heldout.material import open_material
from heldout.sources.repository.calibration import calibrations
from heldout.sources.repository.checks.registry import usual_checks
from heldout.sources.repository.collect import Brief, collect
from heldout.standard import load_standard

RIDGE = 3.0
LEAST = 12
"""Repositories with a level from both readings and the tool, under which the error stays assumed."""
ASSUMED_ERROR = 0.9
TELLING = 0.95
"""A rule whose error is not under this part of the constant's says next to nothing, and the report says so."""
SURE = 0.8
"""So does one that is nearer than the constant in a smaller part of the resamples."""
RESAMPLES = 4000
STEEPEST, FLATTEST = 1.6, 0.15


@dataclass(frozen=True)
class Reading:
    """What two readings say of one competency of one repository; None: not observed."""

    repo: str
    commit: str
    first: float | None
    second: float | None

    @property
    def mean(self) -> float | None:
        """The mean of both, None unless both observed it."""
        return None if self.first is None or self.second is None else (self.first + self.second) / 2


@dataclass(frozen=True)
class Fit:
    """level = start + scale x points, and its leave-one-out error."""

    start: float
    scale: float
    error: float
    constant_error: float
    nearer: float
    correlation: float
    pairs: int

    @property
    def telling(self) -> bool:
        """Whether the rule is clearly nearer to the readings than a constant."""
        return self.error < TELLING * self.constant_error and self.nearer >= SURE


def main() -> None:
    """Measure, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mirrors", type=Path, required=True)
    parser.add_argument("--readings", type=Path, default=Path(__file__).parent / "data" / "readings.csv")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    readings = read(given.readings)
    points, by_check = measure(readings, given.mirrors)
    lines = [
        "# How the level rule was fitted to readings of repositories (see levels.py).",
        "# Written by benchmarks/calibrate.py; edit nothing here.",
        "competencies:",
    ]
    print(
        f"{'competency':16}{'read':>5}{'kappa':>7}{'differ':>8}{'pairs':>7}{'error':>7}{'constant':>10}{'nearer':>8}"
        f"{'r':>7}  rule"
    )
    for competency, own in readings.items():
        both = [(r.first, r.second) for r in own if r.first is not None and r.second is not None]
        agreement, differ = kappa(both), math.sqrt(statistics.mean((a - b) ** 2 for a, b in both))
        means = [(first + second) / 2 for first, second in both]
        pairs = [(points[r.repo, competency], r.mean) for r in own if (r.repo, competency) in points and r.mean]
        spoke_alone = sum(1 for r in own if (r.repo, competency) in points and r.mean is None)
        fit = fitted([(p, m) for p, m in pairs if m is not None])
        basis = "calibrated" if fit.pairs >= LEAST else "assumed"
        error = fit.error if basis == "calibrated" else max(ASSUMED_ERROR, fit.error)
        print(
            f"{competency:16}{len(both):5}{agreement:7.2f}{differ:8.2f}{fit.pairs:7}{fit.error:7.2f}"
            f"{fit.constant_error:10.2f}{fit.nearer:8.0%}{fit.correlation:7.2f}"
            f"  {fit.start:.2f} + {fit.scale:.2f} x points, {basis}; spoke alone {spoke_alone}"
        )
        lines.append(
            f"  {competency}: {{start: {fit.start:.2f}, scale: {fit.scale:.2f}, error: {error:.2f}, basis: {basis},"
            f" readings: {fit.pairs}, lowest: {min(means):.2f}, highest: {max(means):.2f},"
            f"{against_constant(fit)} telling: {str(fit.telling).lower()},"
            f" agreement: {agreement:.2f}{typical(competency, by_check)}}}"
        )
    if given.write:
        target = files("heldout.sources.repository") / "calibration.yaml"
        Path(str(target)).write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"written to {target}")


def read(path: Path) -> dict[str, list[Reading]]:
    """Readings by competency."""
    found: dict[str, list[Reading]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            levels = [float(row[key]) if row[key] else None for key in ("first", "second")]
            found[row["competency"]].append(Reading(row["repo"], row["commit"], *levels))
    return found


def measure(
    readings: dict[str, list[Reading]], mirrors: Path
) -> tuple[dict[tuple[str, str], float], dict[str, list[dict[str, float]]]]:
    """The tool's unscaled points by repository and competency where it gives a level; and by competency those of
    each check, one dict a repository."""
    commits = {reading.repo: reading.commit for own in readings.values() for reading in own}
    points: dict[tuple[str, str], float] = {}
    by_check: dict[str, list[dict[str, float]]] = defaultdict(list)
    for repo, commit in track(commits.items(), description="reviewing"):
        folder = mirrors / repo.replace("/", "+") / "repo"
        folder = folder / ".git" if (folder / ".git").exists() else folder
        with open_material(str(folder), revision=commit) as material:
            brief = Brief(subject=repo, standard=load_standard(), checks=usual_checks(), blame_seconds=0.01)
            for evidence in collect(material, brief).evidence:
                if evidence.level is not None:
                    points[repo, evidence.competency] = unscaled(evidence)
                    scale = calibrations()[evidence.competency].scale
                    by_check[evidence.competency].append({c.code: c.points / scale for c in evidence.contributions})
    return points, by_check


def typical(competency: str, by_check: dict[str, list[dict[str, float]]]) -> str:
    """Mean and standard deviation of the points of the checks that a package cannot answer, as YAML."""
    parts = []
    for check in usual_checks():
        if check.needs_whole and competency in check.moves:
            values = [repository.get(check.code, 0.0) for repository in by_check[competency]]
            parts.append(f"{check.code}: [{statistics.mean(values):.3f}, {statistics.pstdev(values):.3f}]")
    return f", typical: {{{', '.join(parts)}}}" if parts else ""


def against_constant(fit: Fit) -> str:
    """The error of a constant and how often the rule is nearer, as YAML; nothing where there were no pairs to tell."""
    told = not math.isnan(fit.constant_error)
    return f" constant: {fit.constant_error:.2f}, nearer: {fit.nearer:.2f}," if told else ""


def unscaled(evidence: Evidence) -> float:
    """The sum of what moved a level, before the calibration's scale and not cut at its ends."""
    return sum(c.points for c in evidence.contributions if c.code) / calibrations()[evidence.competency].scale


def fitted(pairs: Sequence[tuple[float, float]]) -> Fit:
    """The ridge fit of (points, reading) pairs with its leave-one-out error."""
    if len(pairs) < 3:
        return Fit(2.2, 1.0, ASSUMED_ERROR, math.nan, math.nan, math.nan, len(pairs))
    start, scale = line(pairs)
    left_out = [(line([*pairs[:i], *pairs[i + 1 :]]), pair) for i, pair in enumerate(pairs)]
    errors = [min(max(a + b * p, 1), 5) - m for (a, b), (p, m) in left_out]
    means = [statistics.mean(m for j, (_, m) in enumerate(pairs) if j != i) - pairs[i][1] for i in range(len(pairs))]
    xs, ys = zip(*pairs, strict=True)
    spread = statistics.pstdev(xs) * statistics.pstdev(ys)
    correlation = statistics.correlation(xs, ys) if spread else math.nan
    return Fit(start, scale, rms(errors), rms(means), nearer(errors, means), correlation, len(pairs))


def nearer(errors: Sequence[float], others: Sequence[float]) -> float:
    """The part of bootstrap resamples of the repositories in which `errors` are smaller, in sum of squares."""
    gains = [other * other - error * error for error, other in zip(errors, others, strict=True)]
    draw = random.Random(20261124)
    return statistics.mean(sum(draw.choices(gains, k=len(gains))) > 0 for _ in range(RESAMPLES))


def line(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Intercept (kept within 1-5) and slope of the ridge regression, the slope drawn towards 1."""
    x0, y0 = (statistics.mean(column) for column in zip(*pairs, strict=True))
    sxx = sum((x - x0) ** 2 for x, _ in pairs)
    sxy = sum((x - x0) * (y - y0) for x, y in pairs)
    pull = RIDGE * (sxx / len(pairs) or 1.0)
    slope = min(max((sxy + pull) / (sxx + pull), FLATTEST), STEEPEST)
    return min(max(y0 - slope * x0, 1.0), 5.0), slope


def rms(values: Sequence[float]) -> float:
    """Root mean square."""
    return math.sqrt(statistics.mean(value * value for value in values))


def kappa(pairs: Sequence[tuple[float, float]]) -> float:
    """Quadratically weighted kappa of two readings (Cohen 1968)."""
    seen = statistics.mean((a - b) ** 2 for a, b in pairs)
    chance = statistics.mean((a - b) ** 2 for a, _ in pairs for _, b in pairs)
    return 1 - seen / chance if chance else math.nan


if __name__ == "__main__":
    main()
