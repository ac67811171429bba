"""Speed and memory: Heldout and its peers in one run, and how our time grows with the code.

    uv run --no-dev benchmarks/speed.py --mirrors FOLDER --commits COMMITS.csv [--repeat 5] [--no-peers] [--no-growth]

`--mirrors` holds one git repository each as OWNER+NAME/repo; `--commits` is a CSV with the column `repo` and one that
begins with `commit`. Cloning is done before and not counted. Each repository is read twice: as a plain folder, and
with its history and its most frequent author named, so that the share of the surviving lines is counted (blame).

Every figure is a median of whole commands, the start of Python included: wall seconds; processor seconds of the
command and all its children (`wait4`); and the highest memory of the whole family of processes, sampled from /proc
twenty times a second: the sum of resident sizes, which counts what forked workers share once for each of them, and
in brackets the sum of proportional sizes, which counts it once. Peers run as their authors ship them, by `uvx`, at
fixed versions and installed beforehand; one that cannot be installed is left out, and the reason printed.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORIES = (
    "deezer/spleeter",
    "datamllab/rlcard",
    "tirthajyoti/Machine-Learning-with-Python",
    "deepchem/deepchem",
)
GROWTH = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000)
OURS = [str(Path(sys.executable).with_name("heldout")), "review"]
SECONDS = 600
_SAMPLE = 0.05


@dataclass(frozen=True)
class Peer:
    """Another tool: how it is installed, what is asked of it, and what it can read."""

    name: str
    uvx: tuple[str, ...]
    arguments: tuple[str, ...]
    notebooks_only: bool = False

    def command(self, tree: Path, out: Path) -> list[str]:
        """The command line; `out` is a folder for what it writes."""
        return ["uvx", "--quiet", *self.uvx, *(a.format(tree=tree, out=out) for a in self.arguments)]


PEERS = (
    Peer("ReproGuard 0.5.2", ("reproguard==0.5.2",), ("scan", "{tree}", "-o", "{out}", "-f", "json")),
    Peer(
        "pynblint 0.1.6",
        ("--from", "pynblint==0.1.6", "--with", "click<8.1", "pynblint"),
        ("{tree}", "--yes"),
        notebooks_only=True,
    ),
    Peer("mllint 0.12.2", ("--python", "3.9", "mllint==0.12.2"), ("run", "{tree}", "-o", "{out}/report.md", "--force")),
)


@dataclass(frozen=True)
class Measured:
    """One run of one command: seconds of wall and processor, and MB of its processes at their highest."""

    wall: float
    cpu: float
    resident: float
    proportional: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mirrors", type=Path, required=True)
    parser.add_argument("--commits", type=Path, required=True)
    parser.add_argument("--repositories", nargs="+", default=REPOSITORIES, metavar="OWNER/NAME")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--no-growth", action="store_true")
    given = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # users have their compiled files; the first run makes ours
    commits = read_commits(given.commits)
    peers = [] if given.no_peers else installed(PEERS)
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        clones = [clone(name, commits[name], given.mirrors, work) for name in given.repositories]
        print(f"\n{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start, medians of {given.repeat}\n")
        header("repository", "files", "lines", "what", "wall s", "CPU s", "MB", "ours/peer")
        for name, repository in zip(given.repositories, clones, strict=True):
            table(name, repository, peers, given.repeat, work)
        if not given.no_growth:
            growth([without_history(c, work) for c in clones], max(1, given.repeat // 2), work)


def read_commits(path: Path) -> dict[str, str]:
    """The commit to look at of each repository."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    column = next(name for name in rows[0] if name.startswith("commit"))
    return {row["repo"]: row[column] for row in rows}


def installed(peers: Sequence[Peer]) -> list[Peer]:
    """The peers that start here; installing them is not timed."""
    ready = []
    for peer in peers:
        try:
            done = subprocess.run(
                ["uvx", "--quiet", *peer.uvx, "--help"], capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"left out: {peer.name}: {error}")
            continue
        if done.returncode == 0:
            ready.append(peer)
        else:
            print(f"left out: {peer.name}: {(done.stderr.strip() or 'it does not start').splitlines()[-1].strip()}")
    return ready


def clone(name: str, commit: str, mirrors: Path, work: Path) -> Path:
    """A clone with its history, at the commit."""
    folder = work / name.replace("/", "+")
    git = ["git", "-c", "advice.detachedHead=false", "-c", "safe.directory=*"]
    source = mirrors / name.replace("/", "+") / "repo"
    subprocess.run([*git, "clone", "--quiet", "--no-checkout", str(source), str(folder)], check=True)
    done = subprocess.run([*git, "-C", str(folder), "checkout", "--quiet", commit], check=True, stderr=subprocess.PIPE)
    if lost := done.stderr.count(b"unable to read"):
        print(f"{name}: {lost} files are not in the mirror and are left out")
    return folder


def without_history(repository: Path, work: Path) -> Path:
    """The files of a clone alone."""
    tree = work / f"{repository.name}-files"
    if not tree.exists():
        shutil.copytree(repository, tree, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    return tree


def author(repository: Path) -> str:
    """Who committed most often."""
    told = subprocess.run(
        ["git", "-C", str(repository), "shortlog", "-sne", "HEAD"], capture_output=True, text=True, check=True
    )
    return told.stdout.splitlines()[0].split("\t")[1].partition("<")[2].rstrip(">")


def header(*names: str) -> None:
    """The head of a table in Markdown."""
    print("| " + " | ".join(names) + " |\n|" + "---|" * len(names))


def table(name: str, repository: Path, peers: Sequence[Peer], repeat: int, work: Path) -> None:
    """The rows of one repository."""
    tree = without_history(repository, work)
    scripts, notebooks = (sorted(tree.rglob(pattern)) for pattern in ("*.py", "*.ipynb"))
    files = f"{len(scripts)} .py, {len(notebooks)} .ipynb"
    count = sum(len(path.read_bytes().splitlines()) for path in scripts if path.is_file())
    ours = median([*OURS, str(tree)], repeat)
    blamed = median([*OURS, str(repository), "--author", author(repository)], repeat)
    for what, measured in (("Heldout, files", ours), ("Heldout, history and author", blamed)):
        print(row(name, files, f"{count:,}", what, measured, ""))
    for peer in peers:
        if peer.notebooks_only and not notebooks:
            continue
        with tempfile.TemporaryDirectory(dir=work) as out:
            measured = median(peer.command(tree, Path(out)), repeat, failing=True)
        print(row(name, files, f"{count:,}", peer.name, measured, f"{ours.wall / measured.wall:.2f}"))


def row(name: str, files: str, lines: str, what: str, measured: Measured, ratio: str) -> str:
    """One row in Markdown."""
    memory = f"{measured.resident:.0f} ({measured.proportional:.0f})"
    return f"| {name} | {files} | {lines} | {what} | {measured.wall:.2f} | {measured.cpu:.2f} | {memory} | {ratio} |"


def growth(trees: Sequence[Path], repeat: int, work: Path) -> None:
    """Trees of growing size, made of the real files in turn, and the slope of time over lines."""
    print()
    header("lines of Python", "files", "wall s", "CPU s", "MB")
    points: list[tuple[int, float]] = []
    for lines in GROWTH:
        with tempfile.TemporaryDirectory(dir=work) as folder:
            files, actual = fill(Path(folder), trees, lines)
            measured = median([*OURS, folder], repeat)
        points.append((actual, measured.cpu))
        memory = f"{measured.resident:.0f} ({measured.proportional:.0f})"
        print(f"| {actual:,} | {files} | {measured.wall:.2f} | {measured.cpu:.2f} | {memory} |")
    logs = [(math.log(x), math.log(y)) for x, y in points]
    print(
        f"\nlog-log slope of processor time over lines: {slope(logs):.2f}; from 10,000 lines on {slope(logs[2:]):.2f}"
    )


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The slope of the straight line of least squares."""
    return statistics.linear_regression([x for x, _ in points], [y for _, y in points]).slope


def fill(folder: Path, trees: Sequence[Path], lines: int) -> tuple[int, int]:
    """Copy real files into a folder until it holds that many lines; (files, lines) that it holds then.

    A file that comes round again gets one comment of its own, so that no copy is the same.
    """
    files = total = 0
    for turn, path, source in endless(trees):
        if total >= lines:
            break
        kept = source.read_text(encoding="utf-8", errors="replace").splitlines()
        if total + len(kept) > lines * 1.1:
            continue
        target = folder / f"copy{turn}" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join([*kept, f"# copy {turn}", ""]), encoding="utf-8")
        files, total = files + 1, total + len(kept) + 1
    return files, total


def endless(trees: Sequence[Path]) -> Iterator[tuple[int, Path, Path]]:
    """(turn, path in the new tree, real file), again and again."""
    sources = [(Path(tree.name) / p.relative_to(tree), p) for tree in trees for p in sorted(tree.rglob("*.py"))]
    for turn in range(1_000):
        for path, source in sources:
            if source.is_file() and not source.is_symlink():
                yield turn, path, source


def median(command: Sequence[str], repeat: int, *, failing: bool = False) -> Measured:
    """The median of each figure over the runs, after one that is not counted."""
    runs = [measure(command, failing=failing) for _ in range(repeat + 1)][1:]
    return Measured(
        wall=statistics.median(run.wall for run in runs),
        cpu=statistics.median(run.cpu for run in runs),
        resident=statistics.median(run.resident for run in runs),
        proportional=statistics.median(run.proportional for run in runs),
    )


def measure(command: Sequence[str], *, failing: bool = False) -> Measured:
    """Run a command to its end. With `failing` its exit code says what it thinks of the code, not that it failed."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
    peak = [0.0, 0.0]
    ended = threading.Event()
    watcher = threading.Thread(target=watch, args=(process.pid, peak, ended))
    watcher.start()
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    ended.set()
    watcher.join()
    process.stderr.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode and not failing:
        raise SystemExit(f"{' '.join(command)} failed:\n{said.decode(errors='replace')}")
    return Measured(wall, used.ru_utime + used.ru_stime, *peak)


def watch(root: int, peak: list[float], ended: threading.Event) -> None:
    """Keep the highest sums of resident and proportional memory, in MB, of the processes of a session."""
    while not ended.wait(_SAMPLE):
        sums = [0.0, 0.0]
        for pid in family(root):
            for index, megabytes in enumerate(memory(pid)):
                sums[index] += megabytes
        peak[:] = [max(old, new) for old, new in zip(peak, sums, strict=True)]


def family(root: int) -> list[int]:
    """The processes of a session: those that its first one started, and theirs."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if int(after_name[3]) == root:
            found.append(int(stat.parent.name))
    return found


def memory(pid: int) -> tuple[float, float]:
    """The resident and proportional size of one process in MB, zero when it has ended."""
    try:
        fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    except OSError:
        return 0.0, 0.0
    if "Rss" not in fields:
        return 0.0, 0.0
    return int(fields["Rss"].split()[0]) / 1024, int(fields["Pss"].split()[0]) / 1024


if __name__ == "__main__":
    main()
