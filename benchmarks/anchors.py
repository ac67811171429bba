"""Do the anchors make readers agree? Twelve prepared answers, rated independently, and how far the ratings agree.

    uv run benchmarks/anchors.py                     # the figures, from benchmarks/data/anchor-ratings.csv
    uv run benchmarks/anchors.py --sheet SEED        # what a reader gets: questions, anchors, answers in a drawn order
    uv run benchmarks/anchors.py --join FILE FILE    # make anchor-ratings.csv of what the readers wrote

The answers are `data/anchor-answers.yaml`, the levels that their writer aimed at among them; a reader's sheet does not
hold these. The ratings are levels 1-5 in halves, one row for each reader and answer. docs/explanation/interviewing.md
says who the readers were.

The figure that counts is Krippendorff's alpha for interval data, since the decision model takes levels for numbers;
alpha for ordinal data stands beside it. Its 95 % interval is a percentile bootstrap over the answers, 5,000 draws
with a fixed seed. With twelve answers chosen to be of all levels alpha is higher than among real candidates, who
differ less; the distances in levels do not depend on that.
"""

from __future__ import annotations

import argparse
import csv
import random
import statistics
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.stats import spearmanr

from heldout.sources.interview.agreement import krippendorff
from heldout.sources.interview.bank import Question, load_bank
from heldout.standard import load_standard

DATA = Path(__file__).parent / "data"
RATINGS = DATA / "anchor-ratings.csv"
DRAWS, SEED = 5000, 20261124

RULES = """\
# Rating sheet {seed}

You rate {count} answers that were given in interviews, each by the levels of its own question. Rate by yourself: talk
to nobody about it, and open nothing but this sheet (no other file, no notes of others).

How to read the levels. 1 and 2 say what is lacking: give the one whose text fits as a whole when level 3 is not
reached. 3 to 5 add up: each is reached when all its statements hold, and those of the levels from 3 up to it. When most
but not all statements of the next level hold, give the half between (2.5, 3.5, 4.5); 1.5 when 1 and 2 fit equally well.
Semicolons part the statements; "or" within one gives alternatives. Statements that could not come up in the answer are
left out. Rate what was said. How it was said (fluent, halting, long, short, correct English) counts only where the
level speaks of it. Rate each answer before you compare it with another; use the whole scale when the answers do.

Write one line for each answer into {target}, with this first line:

    answer,level,reason

`answer` is the name of the answer, `level` a number from 1 to 5 in halves, `reason` one sentence in quotes that names
what in the answer decided between this level and the next.
"""


def main() -> None:
    """Print the figures, or a reader's sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheet", type=int, metavar="SEED", help="print a reader's sheet, its answers in this order")
    parser.add_argument("--target", default="ratings.csv", help="where the sheet tells the reader to write")
    parser.add_argument(
        "--join", type=Path, nargs="+", metavar="FILE", help="make anchor-ratings.csv of readers' files"
    )
    arguments = parser.parse_args()
    if arguments.sheet is not None:
        print(sheet(arguments.sheet, arguments.target))
        return
    if arguments.join:
        join(arguments.join)
    report()


def report() -> None:
    """Print how far the readers agree with one another, and with what the writer aimed at."""
    rated = ratings()
    readers = sorted({reader for levels in rated.values() for reader in levels})
    entries = {entry["id"]: entry for entry in _entries()}
    rows = [[rated[name][reader] for reader in readers] for name in entries]
    meant = [entries[name]["meant"] for name in entries]
    print(f"{'answer':10}{'question':20}{'meant':>6}" + "".join(f"{reader:>12}" for reader in readers))
    for (name, entry), levels in zip(entries.items(), rows, strict=True):
        print(f"{name:10}{entry['question']:20}{entry['meant']:>6g}" + "".join(f"{level:>12g}" for level in levels))
    for title, ordinal in (("interval", False), ("ordinal", True)):
        low, high = interval(rows, ordinal=ordinal)
        print(f"Krippendorff's alpha, {title}: {krippendorff(rows, ordinal=ordinal):.2f} ({low:.2f} to {high:.2f})")
    apart = [max(levels) - min(levels) for levels in rows]
    print(f"readers apart: {statistics.mean(apart):.2f} levels on average, {max(apart):g} at most; ", end="")
    print(f"within half a level: {sum(one <= 0.5 for one in apart)} of {len(apart)}")
    off = [statistics.mean(levels) - aim for levels, aim in zip(rows, meant, strict=True)]
    print(f"their mean from what the writer aimed at: {statistics.mean(map(abs, off)):.2f} levels on average, ", end="")
    print(f"{statistics.mean(off):+.2f} in one direction")
    words = [len(entries[name]["answer"].split()) for name in entries]
    print(f"rank correlation of the level with the number of words: {_rank(words, rows):+.2f}")


def interval(rows: Sequence[Sequence[float]], *, ordinal: bool) -> tuple[float, float]:
    """The 95 % percentile bootstrap interval of alpha over answers; draws in which all levels are equal give none."""
    rng = np.random.default_rng(SEED)
    drawn = (
        krippendorff([rows[i] for i in rng.integers(len(rows), size=len(rows))], ordinal=ordinal) for _ in range(DRAWS)
    )
    low, high = np.quantile([one for one in drawn if np.isfinite(one)], (0.025, 0.975))
    return float(low), float(high)


def ratings() -> dict[str, dict[str, float]]:
    """The level by answer and reader."""
    if not RATINGS.is_file():
        raise SystemExit(f"{RATINGS.name} is not there yet: let readers fill their sheets, then --join what they wrote")
    found: dict[str, dict[str, float]] = defaultdict(dict)
    with RATINGS.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found[row["answer"]][row["reader"]] = float(row["level"])
    return found


def join(paths: Sequence[Path]) -> None:
    """Write anchor-ratings.csv of the readers' files; ends with a message when one lacks an answer or a level."""
    names = [entry["id"] for entry in _entries()]
    rows = []
    for number, path in enumerate(paths, 1):
        with path.open(encoding="utf-8", newline="") as stream:
            given = {row["answer"].removeprefix("Answer ").strip(): row for row in csv.DictReader(stream)}
        if set(given) != set(names):
            raise SystemExit(f"{path}: every answer once, please; missing or unknown: {set(given) ^ set(names)}")
        for name in names:
            level = float(given[name]["level"])
            if not 1 <= level <= 5 or level * 2 % 1:
                raise SystemExit(f"{path}: {name} has the level {level}; levels are 1 to 5 in halves")
            rows.append(
                {"reader": number, "answer": name, "level": f"{level:g}", "reason": given[name]["reason"].strip()}
            )
    with RATINGS.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ["reader", "answer", "level", "reason"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _rank(words: Sequence[int], rows: Sequence[Sequence[float]]) -> float:
    return float(spearmanr(words, [statistics.mean(levels) for levels in rows]).statistic)


def _entries() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load((DATA / "anchor-answers.yaml").read_text("utf-8"))["answers"]
    return entries


def sheet(seed: int, target: str) -> str:
    """What a reader gets: rules, and each question with its anchors and answers, all in an order drawn by `seed`."""
    rng = random.Random(seed)  # the order differs between readers, so that what comes first flatters nobody twice
    answers = answers_by_question()
    names = rng.sample(sorted(answers), len(answers))
    bank = load_bank().by_id
    lines = [RULES.format(seed=seed, count=sum(map(len, answers.values())), target=target)]
    for name in names:
        lines += _question(bank[name])
        for answer, text in rng.sample(sorted(answers[name].items()), len(answers[name])):
            lines += [f"### Answer {answer}", "", "> " + text.strip().replace("\n", "\n> "), ""]
    return "\n".join(lines)


def answers_by_question() -> dict[str, dict[str, str]]:
    """The prepared answers, by question and by the name of the answer."""
    found: dict[str, dict[str, str]] = {}
    for entry in _entries():
        found.setdefault(entry["question"], {})[entry["id"]] = entry["answer"]
    return found


def _question(question: Question) -> list[str]:
    lines = [f"## {question.question}", "", f"Rated: {load_standard().by_id[question.main].name}.", ""]
    if question.material:
        lines += ["```text", question.material.rstrip(), "```", ""]
    lines += ["| level | what the answer holds |", "|---|---|"]
    return [*lines, *(f"| {level} | {text} |" for level, text in sorted(question.anchors.items())), ""]


if __name__ == "__main__":
    main()
