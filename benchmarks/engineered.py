"""Engineered or not: our levels beside a five-line checklist and installable peers, on labelled repositories.

    uv run --group bench benchmarks/engineered.py --labels niche.csv --mirrors FOLDER [--most 120] [--out FILE]

`--labels` is a CSV with the columns repo, engineered (0/1) and the commit to look at (a column that begins with
`commit_as_of`); `--mirrors` holds one git repository each as OWNER+NAME/repo. The labels are NICHE's (Widyasari et
al., MSR 2023). They say whether open-source people engineer, not whether somebody can do machine learning: nothing
here is a validity for hiring.

Prints the AUC of each measure with a bootstrap interval, and the paired difference to the checklist. `ours, craft` is
the shipped craft level as it is; `ours, checklist by substance` the five items as our checks see them (tests that
assert, CI by what it runs, a package, a known licence, pages of documentation), each by its strength for minus
against; `ours, all` a ridge logistic regression over these five and our levels in nested cross-validation (5 x 10
folds, the penalty chosen inside).
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.progress import track
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegressionCV
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from heldout.errors import InputError
from heldout.evidence import Dossier
from heldout.material import Material, open_material
from heldout.sources.repository.checks.registry import usual_checks
from heldout.sources.repository.collect import Brief, collect
from heldout.standard import load_standard

COMPETENCIES = ("craft", "python", "reproducibility", "communication", "handover", "robustness", "scale")
SUBSTANCE = ("CRF301", "CRF305", "CRF401", "SAF107", "COM104")
"""Our checks behind the five lines of the checklist."""
PEERS = {
    "sp-repo-review": ["uvx", "--quiet", "--from", "sp-repo-review[cli]", "sp-repo-review", "--format", "json"],
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--mirrors", type=Path, required=True)
    parser.add_argument("--most", type=int, default=1000)
    parser.add_argument("--out", type=Path, help="keep every measure as CSV, and take those that are there from it")
    given = parser.parse_args()
    rows = measure_all(read_labels(given.labels)[: given.most], given.mirrors, given.out)
    labels = np.array([int(row["engineered"]) for row in rows])
    print(f"\n{len(rows)} repositories, {labels.sum()} engineered\n")
    scores = {
        "five-line checklist": column(rows, "checklist"),
        "ours, craft": column(rows, "craft"),
        "ours, checklist by substance": np.sum([column(rows, code) for code in SUBSTANCE], axis=0),
        "ours, all (nested CV)": fitted(rows, labels),
        **{peer: column(rows, peer) for peer in PEERS},
    }
    base = scores["five-line checklist"]
    print(f"{'measure':32}{'AUC':>7}  {'95 % interval':16}{'minus checklist':>16}  95 % interval")
    for name, values in scores.items():
        auc, low, high = bootstrap(labels, values)
        gap, gap_low, gap_high = bootstrap(labels, values, base)
        print(f"{name:32}{auc:7.3f}  ({low:.3f} to {high:.3f}){gap:+16.3f}  ({gap_low:+.3f} to {gap_high:+.3f})")


def read_labels(path: Path) -> list[dict[str, str]]:
    """The labelled repositories, engineered and not in turn so that a part of the list is balanced."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    groups = [[row for row in rows if row["engineered"] == label] for label in ("1", "0")]
    return [row for pair in zip(*groups, strict=False) for row in pair]


def measure_all(labels: list[dict[str, str]], mirrors: Path, out: Path | None) -> list[dict[str, str]]:
    """Every measure of every repository; what is kept in `out` is not measured again."""
    known: dict[str, dict[str, str]] = {}
    if out is not None and out.exists():
        with out.open(encoding="utf-8", newline="") as file:
            known = {row["repo"]: row for row in csv.DictReader(file)}
    rows = []
    for label in track(labels, description="measuring"):
        name = label["repo"]
        if name not in known:
            commit = next(value for key, value in label.items() if key.startswith("commit_as_of"))
            try:
                known[name] = {"repo": name, "engineered": label["engineered"], **measure(mirrors, name, commit)}
            except InputError as error:
                print(f"{name} left out: {error}", file=sys.stderr)
                continue
            if out is not None:
                keep(out, list(known.values()))
        rows.append(known[name])
    return rows


def keep(out: Path, rows: list[dict[str, str]]) -> None:
    """Write the measures so far."""
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def measure(mirrors: Path, name: str, commit: str) -> dict[str, str]:
    """All measures of one repository at one commit."""
    repository = mirrors / name.replace("/", "+") / "repo"
    repository = repository / ".git" if (repository / ".git").exists() else repository
    begun = time.perf_counter()
    with open_material(str(repository), revision=commit) as material:
        brief = Brief(subject=name, standard=load_standard(), checks=usual_checks(), blame_seconds=0.01)
        dossier = collect(material, brief)
        seconds = time.perf_counter() - begun
        levels = {evidence.competency: raw_level(evidence.level) for evidence in dossier.evidence}
        return {
            **{key: levels.get(key, "") for key in COMPETENCIES},
            **{code: substance(dossier, code) for code in SUBSTANCE},
            "checklist": str(checklist(material)),
            "seconds": f"{seconds:.2f}",
            **{peer: peer_score(command, material) for peer, command in PEERS.items()},
        }


def substance(dossier: Dossier, code: str) -> str:
    """The strength of a check's findings for minus those against; 0 when it says nothing."""
    found = [finding for finding in dossier.all_findings() if finding.code == code]
    signs = {"for": 1, "against": -1, "unknown": 0}
    return f"{sum(signs[finding.polarity] * finding.strength for finding in found):.3f}"


def raw_level(level: float | None) -> str:
    """A level as text, empty when missing."""
    return "" if level is None else f"{level:.3f}"


def checklist(material: Material) -> int:
    """CI, tests, packaging, licence, docs folder: one point each, by names of files alone."""
    paths = [entry.path.lower() for entry in material.tree.files]
    tops = {path.partition("/")[0] for path in paths}
    names = {path for path in paths if "/" not in path}
    ci = any(p.startswith((".github/workflows/", ".circleci/")) for p in paths) or bool(
        names & {".travis.yml", "appveyor.yml", ".gitlab-ci.yml", "azure-pipelines.yml", "jenkinsfile", "tox.ini"}
    )
    tests = any("/test" in f"/{p}" and p.endswith(".py") for p in paths)
    packaging = bool(names & {"setup.py", "pyproject.toml", "setup.cfg"})
    licence = any(name.startswith(("licen", "copying")) for name in names)
    return sum((ci, tests, packaging, licence, bool(tops & {"doc", "docs"})))


def peer_score(command: list[str], material: Material) -> str:
    """The share of a peer's checks that pass, empty when it fails."""
    with tempfile.TemporaryDirectory() as folder:
        for entry in material.tree.files:
            if entry.readable:
                target = Path(folder) / entry.path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(material.tree.read_bytes(entry.path))
        done = subprocess.run([*command, folder], capture_output=True, text=True, timeout=120, check=False)
    try:
        checks = json.loads(done.stdout)["checks"].values()
    except (ValueError, KeyError):
        return ""
    results = [check["result"] for check in checks if check["result"] is not None]
    return f"{sum(results) / len(results):.4f}" if results else ""


def column(rows: list[dict[str, str]], name: str) -> np.ndarray:
    """A measure of all repositories; where it failed, the median stands in."""
    values = np.array([float(row[name]) if row[name] else np.nan for row in rows])
    return np.where(np.isnan(values), np.nanmedian(values), values)


def fitted(rows: list[dict[str, str]], labels: np.ndarray) -> np.ndarray:
    """Out-of-fold scores of a ridge logistic regression over what we see, the mean of five divisions into folds."""
    wanted = (*COMPETENCIES, *SUBSTANCE)
    features = np.array([[float(row[key]) if row[key] else np.nan for key in wanted] for row in rows])
    inner = StratifiedKFold(5, shuffle=True, random_state=0)
    model = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True),
        StandardScaler(),
        LogisticRegressionCV(
            Cs=10, cv=inner, scoring="neg_log_loss", max_iter=2000, l1_ratios=(0,), use_legacy_attributes=False
        ),
    )
    runs = [
        cross_val_predict(
            model, features, labels, cv=StratifiedKFold(10, shuffle=True, random_state=seed), method="decision_function"
        )
        for seed in range(5)
    ]
    return np.mean(runs, axis=0)


def bootstrap(labels: np.ndarray, values: np.ndarray, base: np.ndarray | None = None) -> tuple[float, float, float]:
    """AUC (or its difference to that of `base`, paired) with a 95 % percentile bootstrap interval, 4,000 draws."""

    def figure(index: np.ndarray) -> float:
        auc = roc_auc_score(labels[index], values[index])
        return float(auc if base is None else auc - roc_auc_score(labels[index], base[index]))

    generator = np.random.default_rng(0)
    everything = np.arange(len(labels))
    draws = []
    while len(draws) < 4000:
        index = generator.choice(everything, len(everything))
        if 0 < labels[index].sum() < len(index):
            draws.append(figure(index))
    low, high = np.quantile(draws, [0.025, 0.975])
    return figure(everything), float(low), float(high)


if __name__ == "__main__":
    main()
