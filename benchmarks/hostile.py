"""Hostile folders at full size: how long a review of each takes, and what it says was not looked at.

    uv run --no-dev benchmarks/hostile.py [--files 200000] [--only NAME ...]

Everything is made in a temporary folder. Printed are the seconds of wall and processor, the exit code, the number of
gaps and of those that are a fault of ours, and the gap that names the most.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SECONDS = 1_800


def many_files(root: Path, files: int) -> None:
    """Empty programs, a thousand to a folder."""
    for number in range(files):
        if number % 1000 == 0:
            (root / str(number)).mkdir()
        os.close(os.open(root / str(number - number % 1000) / f"f{number}.py", os.O_CREAT | os.O_WRONLY))


def long_lines(root: Path, _files: int) -> None:
    """Fifty megabytes without a line break, by many names."""
    for suffix in ("py", "md", "json", "ipynb", "yaml", "csv", "sql"):
        (root / f"one.{suffix}").write_bytes(b"a" * 50_000_000)


def one_character(root: Path, _files: int) -> None:
    """A megabyte of one character or mark, 27 of them, in four kinds of file each."""
    for number, unit in enumerate((*" \n\t([{<\"'`#-*=/\\.,:;|a0_", " \n", "- ", "<a")):
        text = (unit * 999_000)[:999_000]
        for name in (f"{number}.md", f"{number}.txt", f"{number}.yaml", f"{number}.sql"):
            (root / name).write_text(text)


def sparse(root: Path, _files: int) -> None:
    """Ten gigabytes that are not there."""
    for name in ("data.csv", "main.py", "weights.bin"):
        with (root / name).open("wb") as file:
            file.truncate(10 * 1024**3)


def deep(root: Path, _files: int) -> None:
    """Brackets within brackets, folders within folders, links in a circle."""
    (root / ".gitlab-ci.yml").write_text("[" * 100_000)
    (root / "deep.py").write_text("x = " + "(" * 100_000)
    (root / "deep.json").write_text("[" * 100_000)
    (root / "deep.ipynb").write_text('{"cells": ' + "[" * 100_000)
    here = root
    for _ in range(200):
        here /= "d"
        here.mkdir()
    (here / "last.py").write_text("x = 1\n")
    (root / "loop").symlink_to(root)


CASES: dict[str, Callable[[Path, int], None]] = {
    case.__name__: case for case in (many_files, long_lines, one_character, sparse, deep)
}


def main() -> None:
    """Make, review and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=200_000)
    parser.add_argument("--only", nargs="+", choices=CASES, default=list(CASES), metavar="NAME")
    given = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start\n")
    print("| case | wall s | CPU s | exit code | gaps | ours | for instance |\n|---|---|---|---|---|---|---|")
    for name in given.only:
        with tempfile.TemporaryDirectory() as folder:
            CASES[name](Path(folder), given.files)
            print(row(name, Path(folder)), flush=True)


def row(name: str, folder: Path) -> str:
    """Review a folder; one row in Markdown."""
    command = [str(Path(sys.executable).with_name("heldout")), "review", str(folder), "--json", "-"]
    begun = time.perf_counter()
    before = os.times()
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    wall, after = time.perf_counter() - begun, os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    gaps = json.loads(done.stdout)["dossier"]["artifacts"][0]["gaps"] if done.returncode == 0 else []
    ours = [gap for gap in gaps if gap["ours"]]
    shown = (ours or gaps or [{"what": "none", "why": done.stderr.strip()[-100:]}])[0]
    told = f"{shown['what']}: {shown['why']}"[:120]
    return f"| {name} | {wall:.1f} | {used:.1f} | {done.returncode} | {len(gaps)} | {len(ours)} | {told} |"


if __name__ == "__main__":
    main()
