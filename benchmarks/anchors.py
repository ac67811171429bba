"""Do the anchors make readers agree? Twelve prepared answers, rated independently, and how far the ratings agree.

    uv run benchmarks/anchors.py                     # the figures, from benchmarks/data/anchor-ratings.csv
    uv run benchmarks/anchors.py --sheet SEED        # what a reader gets: questions, anchors, answers in a drawn order

The answers are `data/anchor-answers.yaml`, the levels that their writer aimed at among them; a reader's sheet does not
hold these. The ratings are levels 1-5 in halves, one row for each reader and answer. docs/explanation/interviewing.md
says who the readers were.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import yaml

from heldout.sources.interview.bank import Question, load_bank
from heldout.standard import load_standard

DATA = Path(__file__).parent / "data"

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
    arguments = parser.parse_args()
    print(sheet(arguments.sheet, arguments.target))


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
    for entry in yaml.safe_load((DATA / "anchor-answers.yaml").read_text("utf-8"))["answers"]:
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
