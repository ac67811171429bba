"""Audits fourteen public deliveries and holds the result against what was seen when each was run by hand.

    uv run python -m benchmarks.deliveries FOLDER [--only NAME] [--keep FOLDER] [--budget MINUTES] [--table FILE]

FOLDER holds a clone of each repository of `data/deliveries.csv`, called OWNER+NAME (a git repository, or a folder
`repo` within it); none is shipped. Prints, for each, build / run / retrain / claims and the cause, by hand and by us,
and how long the audit took against the delivery's own installation and one training. `any` in the table means that the
notes by hand do not say, or say both. With `--table benchmarks/data/deliveries_unseen.csv` it is of those that
nobody had seen.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "deliveries.csv"
ASPECTS = ("build", "run", "retrain", "claims")


@dataclass(frozen=True)
class Seen:
    """What an audit says of one delivery, in the words of the table."""

    build: str
    run: str
    retrain: str
    claims: str
    cause: str
    seconds: float
    own_s: float
    """Installation that worked, and one training."""


def main() -> None:
    """Audit each, print the table and the count."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", type=Path, default=None)
    parser.add_argument("--budget", default="15")
    parser.add_argument("--table", type=Path, default=DATA)
    told = parser.parse_args()
    keep = told.keep or Path(tempfile.mkdtemp(prefix="deliveries-"))
    rows = [row for row in csv.DictReader(told.table.open()) if told.only in row["repo"]]
    agree = 0
    print(f"{'delivery':34} {'build':12} {'run':12} {'retrain':12} {'claims':26} {'cause':22} {'s':>6} {'own s':>6}")
    for row in rows:
        seen = audited(row, told.folder, keep, told.budget)
        if seen is None:
            print(f"{row['repo'][:34]:34} not audited: see {keep}")
            continue
        good = agrees(row, seen)
        agree += good
        told_as = [f"{row[a]}/{getattr(seen, a)}" for a in ASPECTS]
        print(
            f"{row['repo'][:34]:34} {told_as[0]:12} {told_as[1]:12} {told_as[2]:12} {told_as[3]:26} "
            f"{seen.cause[:22]:22} {seen.seconds:6.0f} {seen.own_s:6.0f} {'' if good else '  <- differs'}",
            flush=True,
        )
    print(f"\n{agree} of {len(rows)} agree in all of build, run, retrain, claims and cause (by hand/by us).")


def audited(row: dict[str, str], folder: Path, keep: Path, budget: str) -> Seen | None:
    """Audit one delivery by the command line, as a user would; None when that was our fault."""
    place = folder / row["repo"].replace("/", "+")
    place = place / "repo" if (place / "repo").exists() else place
    kept = keep / row["repo"].replace("/", "+")
    heldout = Path(sys.executable).with_name("heldout")
    command = [str(heldout), "audit", str(place), "--revision", row["commit"]]
    command += ["--folder", row["folder"], "--budget", budget, "--keep", str(kept)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    result = kept / "audit.json"
    if done.returncode not in (0, 1) or not result.is_file():
        kept.mkdir(parents=True, exist_ok=True)
        (kept / "output.txt").write_text(done.stdout + done.stderr)
        return None
    content = json.loads(result.read_text())
    return seen_in(content.get("audit", content))


def seen_in(audit: dict[str, Any]) -> Seen:
    """The audit in the words of the table."""
    checks = {check["id"]: check for check in audit["checks"]}
    built = {"pass": "yes", "fail": "no"}.get(state(checks, "B4"), "unknown")
    # By hand the entry command was run: what predicts, else what trains, else its other commands.
    told = [state(checks, "U1"), "pass" if state(checks, "T1") == "pass" else "", state(checks, "U4")]
    run = next((one for one in told if one not in ("", "not_assessable")), "not_assessable")
    retrained = {"pass": "yes", "fail": "no"}.get(state(checks, "T1"), "unknown")
    works = [a for a in audit["attempts"] if a["worked"]]
    first = [r for r in audit["runs"] if r["step"] in trained_steps(audit)]
    once = sum({r["step"]: r["wall_s"] for r in reversed(first)}.values())
    measured = checks.get("T1", {}).get("measured", {})
    cause = measured.get("cause") or checks.get("B2", {}).get("measured", {}).get("cause") or ""
    if built == "no":
        run, retrained, cause = "fail", "no", checks["B4"]["measured"].get("cause", "")
    return Seen(
        build=built,
        run={"pass": "yes", "fail": "no"}.get(run, "unknown"),
        retrain=retrained,
        claims=claims(audit, checks),
        cause=str(cause),
        seconds=float(audit["seconds"]),
        own_s=sum(a["seconds"] or 0 for a in works[:1]) + once,
    )


def claims(audit: dict[str, Any], checks: dict[str, Any]) -> str:
    """What the check of the claims came to."""
    if not audit["claims"]:
        return "none"
    counts = Counter(claim["verdict"] for claim in audit["claims"])
    if not counts["match"] + counts["within_noise"] + counts["contradicted"]:
        return "unmeasured"
    return "match" if state(checks, "T2") == "pass" else "contradicted"


def state(checks: dict[str, Any], id_: str) -> str:
    """The state of a check, or not_assessable where there is none."""
    return str(checks.get(id_, {}).get("state", "not_assessable"))


def trained_steps(audit: dict[str, Any]) -> set[str]:
    """Ids of the steps of a training."""
    return {step["id"] for step in audit["plan"]["steps"] if step["purpose"] in ("prepare", "train", "evaluate")}


def agrees(row: dict[str, str], seen: Seen) -> bool:
    """Whether all aspects are as seen by hand; claims that were none by hand may also be ones that nothing measures."""
    for aspect in ASPECTS:
        wanted, got = row[aspect], getattr(seen, aspect)
        if wanted in ("any", got) or (aspect == "claims" and wanted == "none" and got in ("none", "unmeasured")):
            continue
        return False
    return not row["cause"] or seen.cause in row["cause"].split()


if __name__ == "__main__":
    main()
