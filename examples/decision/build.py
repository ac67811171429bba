"""Make the example case anew: uv run python examples/decision/build.py

Reviews and audits are really run on the works in `works/`, each in a git repository of its own with the history that
`works/histories.toml` gives it. The interviews are synthetic: nobody was asked; the scorecards lie in `interviews/`.
Needs git, a sandbox (`heldout doctor`) and a package index, and about five minutes. With names of works only these are
looked at, with the kit that is here already, and the case is left in the folder of --out.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from heldout.evidence import Case
from heldout.sources.interview.kit import kits

HERE = Path(__file__).resolve().parent
TITLE = "Example: who builds our churn model? (all made up; interviews synthetic)"
INTERVIEWERS = {letter: f"Interviewer {letter} (made up)" for letter in "ABC"}
MADE = ("case.toml", "standard.json", "subjects", "kits")
"""What of the folder is the case; the rest is what it is made from."""


@dataclass(frozen=True)
class Work:
    """A folder of `works/`, whose it is, who of the history that is, and whether it is audited as well."""

    subject: str
    kind: str
    authors: tuple[str, ...]
    audited: bool = False


WORKS = {
    "ada-churn": Work("Ada Madeup", "person", ("ada@example.org",)),
    "bea-credit": Work("Bea Invented", "person", ("bea@example.org",)),
    "cem-parcels": Work("Cem Fictional", "person", ("cem@example.org",)),
    "dora-trial": Work("Dora Pretend", "person", ("dora@example.org",)),
    "eli-stock": Work("Eli Nobody", "freelancer", ("eli@example.org",), audited=True),
    "imaginary-models": Work(
        "Imaginary Models Ltd", "agency", ("one@imaginary.example", "two@imaginary.example"), audited=True
    ),
}


def main() -> None:
    """Read the command line and make the case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("works", nargs="*", metavar="WORK", help=f"only these: {', '.join(WORKS)}")
    parser.add_argument("--out", type=Path, help="where to leave the case (default: here)")
    parser.add_argument("--no-audit", action="store_true", help="review only")
    given = parser.parse_args()
    if unknown := set(given.works) - set(WORKS):
        parser.error(f"no such work: {', '.join(sorted(unknown))}")
    if (given.works or given.no_audit) and not given.out:
        parser.error("a part of the case goes to a folder of its own: name it with --out")
    with tempfile.TemporaryDirectory(prefix="heldout-example-") as folder:
        make(Path(folder), given.works or list(WORKS), audits=not given.no_audit)
        deliver(Path(folder) / "case", given.out or HERE)


def make(folder: Path, works: list[str], *, audits: bool) -> None:
    """Make the case `folder/case` by the commands that a user would give."""
    shutil.copy(HERE / "role.yaml", folder)
    heldout(folder, "case", "new", "case", "--role", "role.yaml", "--title", TITLE)
    for name in works:
        work = WORKS[name]
        repository(folder / name, name)
        into = ("--into", "case", "--subject", work.subject, "--kind", work.kind)
        heldout(folder, "review", name, *(part for one in work.authors for part in ("--author", one)), *into)
        if work.audited and audits:
            heldout(folder, "audit", name, *into, accepted=(0, 1))
    if len(works) < len(WORKS) or not audits:  # what is known decides what is asked: of a part it would be another kit
        shutil.copytree(HERE / "kits", folder / "case" / "kits")
    heldout(folder, "interview", "kit", "case", "--interviewers", ",".join(INTERVIEWERS.values()))
    hand_in(folder, works)
    heldout(folder, "decide", "case")


def hand_in(folder: Path, works: list[str]) -> None:
    """Hand in the synthetic scorecards, filled in with the mark of the kit that was made just now."""
    mark = kits(Case.open(folder / "case"))[-1].label
    for card in sorted((HERE / "interviews").glob("*.csv")):
        name, letter = card.stem.removeprefix("synthetic-").rsplit("-", 1)
        if name in works:
            (folder / card.name).write_text(card.read_text().replace(",kit 1,", f",{mark},"))
            who = ("--subject", WORKS[name].subject, "--rater", INTERVIEWERS[letter.upper()])
            heldout(folder, "interview", "scorecard", "add", "case", card.name, *who)


def repository(folder: Path, name: str) -> None:
    """Copy the work `name` to `folder` and commit it there as its history says."""
    history: dict[str, Any] = tomllib.loads((HERE / "works" / "histories.toml").read_text())
    shutil.copytree(HERE / "works" / name, folder, ignore=shutil.ignore_patterns("__pycache__"))
    git(folder, "init", "-q", "-b", "main")
    for commit in history[name]:
        last = commit is history[name][-1]
        git(folder, "add", "--all" if last else "--", *(() if last else commit["adds"]))
        who, _, mail = history["people"][commit["by"]].partition(" <")
        git(folder, "commit", "-q", "-m", commit["says"], who=who, mail=mail.rstrip(">"), on=commit["on"])


def git(folder: Path, *arguments: str, who: str = "", mail: str = "", on: datetime | None = None) -> None:
    """Run git in `folder`, without anybody's own settings, as `who` on the day `on`."""
    environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for role in ("AUTHOR", "COMMITTER") if on else ():
        environment |= {f"GIT_{role}_NAME": who, f"GIT_{role}_EMAIL": mail, f"GIT_{role}_DATE": on.isoformat()}
    subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True)


def heldout(folder: Path, *arguments: str, accepted: tuple[int, ...] = (0,)) -> None:
    """Run a command of Heldout in `folder`, saying which; stops when it ends otherwise than `accepted`."""
    print("$ heldout", *arguments, flush=True)
    done = subprocess.run([Path(sys.executable).with_name("heldout"), *arguments], cwd=folder, check=False)
    if done.returncode not in accepted:
        sys.exit(f"heldout {' '.join(arguments)} ended with {done.returncode}")


def deliver(case: Path, out: Path) -> None:
    """Put the case in place of the one in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    for name in MADE:
        if (out / name).is_dir():
            shutil.rmtree(out / name)
        if (case / name).is_dir():
            shutil.copytree(case / name, out / name)
        else:
            shutil.copy(case / name, out / name)


if __name__ == "__main__":
    main()
