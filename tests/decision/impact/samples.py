"""Made-up selections: two files of a few hundred people who do not exist."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from pathlib import Path

from heldout.decision.impact import Fairness, Options, analyse, read_demographics, read_outcomes

Line = Iterable[object]


def write(path: Path, *lines: Line) -> Path:
    """A CSV of these lines."""
    path.write_text("".join(",".join(str(cell) for cell in line) + "\n" for line in lines), encoding="utf-8")
    return path


def one_stage(folder: Path, groups: Mapping[str, tuple[int, int]], column: str = "sex") -> tuple[Path, Path]:
    """Two files with one stage and one attribute: name -> (selected, people); `` is the unknown category."""
    outcomes: list[Line] = [("candidate", "stage", "selected")]
    who: list[Line] = [("candidate", column)]
    for name, (selected, people) in groups.items():
        for number in range(people):
            candidate = f"{name}{number}"
            outcomes.append((candidate, "screen", "yes" if number < selected else "no"))
            who.append((candidate, name))
    return write(folder / "outcomes.csv", *outcomes), write(folder / "who.csv", *who)


def funnel(folder: Path, people: int = 300, gap: float = 0.45, seed: int = 7) -> tuple[Path, Path]:
    """Three stages with scores; at the first, women pass `gap` times as often. Some tell nothing of themselves."""
    draw = random.Random(seed)
    outcomes: list[Line] = [("candidate", "stage", "selected", "score")]
    who: list[Line] = [("candidate", "sex", "race")]
    for number in range(people):
        sex = draw.choices(["Female", "Male", ""], [40, 55, 5])[0]
        race = draw.choices(["White", "Asian", "Black", "Native American", "prefer not to say"], [55, 22, 15, 1, 7])[0]
        who.append((f"c{number}", sex, race))
        for stage, rate in (("screen", 0.5 * (gap if sex == "Female" else 1)), ("work sample", 0.6), ("offer", 0.6)):
            passed = draw.random() < rate
            told = "" if stage == "offer" and number % 10 == 0 else "yes" if passed else "no"
            outcomes.append(
                (f"c{number}", stage, told, "" if stage == "offer" else round(draw.gauss(3 + passed, 1), 2))
            )
            if not passed:
                break
    return write(folder / "outcomes.csv", *outcomes), write(folder / "who.csv", *who)


def report(files: tuple[Path, Path], **options: float) -> Fairness:
    """The report on a pair of files."""
    return analyse(read_outcomes(files[0]), read_demographics(files[1]), Options(**options))  # type: ignore[arg-type]
