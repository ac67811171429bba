"""What a delivery states about its own quality: every number with the place that says it, the most prominent first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from posixpath import basename, dirname

from heldout.material.tree import FileEntry, Tree, UnreadableError
from heldout.sources.handover.claims.read import kind_of, read_numbers
from heldout.sources.handover.claims.words import family, plain, words
from heldout.sources.handover.plan import Claim, Reading

MOST_CLAIMS = 300
MOST_OF_A_FILE = 60
_MOST_FILES = 600
_OF_LINES = ("markdown", "rst", "html", "log")
_MOST_LINES = 200_000
"""Of all documents together: what is read word by word takes time."""
_MOST_BYTES = 5_000_000
_MOST_NUMBER_FILE = 400_000

_FOREIGN = re.compile(
    r"(?:^|/)(?:\.git|node_modules|site-packages|\.?venv|env|virtualenv|__pycache__|\.ipynb_checkpoints|vendor|third_party|\.tox|dist|build|\.github)/"
    r"|(?:^|/)(?:tests?|testing|fixtures?)/",
    re.IGNORECASE,
)
_RECORDS = re.compile(
    r"change|history\.|contribut|code_of_conduct|licen[cs]e|security|authors|todo|roadmap|requirements|(?<![a-z])plan|prompt|"
    r"spec(?![a-z])|proposal|checklist|claude|agents|gemini|cursor|copilot|instructions|design|"
    r"config|variables|settings|install|setup|deploy|troubleshoot|drift|implement|melhoria|decision|(?<![a-z])adr(?![a-z])|work_?log|failures|lessons|backlog|hand_?off|corre[cç][aã]o|mejora|(?<![a-z])fix|(?<![a-z])eda(?![a-z])|profil|correlation|importance|data_?quality|deep_?research|literature|investigaci|estado_del_arte|related_?work",
    re.IGNORECASE,
)
_CARD = re.compile(r"model[_\s-]?card|modelcard", re.IGNORECASE)
_SETTINGS = re.compile(
    r"config|param|setting|schema|package|lock|tsconfig|manifest|vocab|tokenizer|requirements|environment",
    re.IGNORECASE,
)
_NUMBER_FOLDERS = re.compile(
    r"(?:^|/)(?:reports?|results?|metrics?|evaluation|eval|outputs?|artifacts?|models?|logs?|scores?|\.eval_results)(?:/|$)",
    re.IGNORECASE,
)


def find_claims(tree: Tree, *, most: int = MOST_CLAIMS) -> tuple[Claim, ...]:
    """The claims of a delivery, the most prominent first: its README, model cards, documents, files of metrics, outputs
    of notebooks, and comments of code.

    The same number about the same thing is one claim, at its most prominent place. At most `most` are given, and at
    most 60 of one file. Ids are `c1`, `c2` ... in this order, so the same delivery always gets the same ones.
    """
    found: list[Reading] = []
    lines = 0
    for entry in _files(tree):
        kind = kind_of(entry.path)
        if kind is None:
            continue
        try:
            text = tree.read_text(entry.path)
        except UnreadableError:
            continue
        if kind in _OF_LINES:
            lines += text.count("\n") + len(text) // 200
            if lines > _MOST_LINES:
                continue
        kept = distinct([*found, *read_numbers(text, entry.path, kind)])[len(found) :]
        found += _headlines(kept)
        if len(found) >= most:
            break
    return tuple(Claim(**dict(reading), id=f"c{number}") for number, reading in enumerate(found[:most], start=1))


def distinct(found: Iterable[Reading]) -> list[Reading]:
    """Readings without those that repeat an earlier one: the same number about the same thing, rounded or not.

    An earlier number of no named model takes in one later number of a named one, and no more: two models can have the
    same accuracy.
    """
    kept: list[Reading] = []
    spent: set[int] = set()
    by_metric: dict[str, list[int]] = {}
    for reading in found:
        for index in by_metric.get(reading.metric, ()):
            earlier = kept[index]
            if not _repeats(reading, earlier):
                continue
            if earlier.model or not reading.model:
                break
            if index not in spent:
                spent.add(index)
                break
        else:
            by_metric.setdefault(reading.metric, []).append(len(kept))
            kept.append(reading)
    return kept


def _headlines(found: list[Reading]) -> list[Reading]:
    """The readings of one file up to its cap: those about a single class give way to those about the whole."""
    if len(found) <= MOST_OF_A_FILE:
        return found
    whole = [reading for reading in found if not reading.average.startswith("class ")]
    return (whole or found)[:MOST_OF_A_FILE]


def contradictions(claims: Sequence[Claim]) -> tuple[str, ...]:
    """Where the documents and files of metrics of a delivery state different numbers for the same thing, in words.

    Numbers of notebooks and of code are left out: they are the record of many attempts.
    """
    stated = [claim for claim in claims if kind_of(claim.location.path) not in ("notebook", "python", "html")]
    found: dict[tuple[str, ...], Claim] = {}
    said: list[str] = []
    for claim in stated:
        key = (claim.metric, claim.split, family(claim.model) if claim.model else "", claim.average, plain(claim.label))
        first = found.setdefault(key, claim)
        if first is claim or first.location.path == claim.location.path or _equal(first, claim):
            continue
        about = f" of {claim.model}" if claim.model else ""
        said.append(
            f"{first.location} says that the {claim.name or claim.metric}{about} is {first.written}, "
            f"{claim.location} says {claim.written}. Which one holds?"
        )
    return tuple(said)


def _repeats(later: Reading, earlier: Reading) -> bool:
    if not _equal(later, earlier) or _by_chance(later, earlier):
        return False
    if "unknown" not in (later.split, earlier.split) and later.split != earlier.split:
        return False
    if later.average and earlier.average and later.average != earlier.average:
        return False
    if later.model and earlier.model:
        return family(later.model) == family(earlier.model) and (later.average == earlier.average)
    return True


def _by_chance(later: Reading, earlier: Reading) -> bool:
    """Whether two records of attempts in different files agree in so few digits that they need not be one number."""
    paths = (later.location.path, earlier.location.path)
    if paths[0] == paths[1] or any(kind_of(path) in ("markdown", "rst") for path in paths):
        return False
    return max(later.half_digit, earlier.half_digit) > 0.0005 * max(abs(later.value), 1e-9)


def _equal(a: Reading, b: Reading) -> bool:
    """Whether one is the other, rounded."""
    return abs(a.value - b.value) <= max(a.half_digit, b.half_digit) + 1e-9 * max(abs(a.value), 1)


def _files(tree: Tree) -> list[FileEntry]:
    enclosed = _enclosed(tree)
    ranked = [
        (rank, entry.path.count("/"), len(entry.name) if rank == 0 else 0, entry.path, entry)
        for entry in tree
        if (rank := _rank(entry)) is not None and not entry.path.startswith(enclosed)
    ]
    ranked.sort(key=lambda item: item[:4])
    return [entry for *_, entry in ranked[:_MOST_FILES]]


def _enclosed(tree: Tree) -> tuple[str, ...]:
    """The folders that are a project of their own, copied in: each has a licence and a README, and so has the delivery
    a README above it."""
    names: dict[str, set[str]] = {}
    for entry in tree:
        kind = next((k for k in ("readme", "licen", "copying") if basename(entry.path).lower().startswith(k)), "")
        if kind:
            names.setdefault(dirname(entry.path), set()).add("readme" if kind == "readme" else "licence")
    if "readme" not in names.get("", ()):
        return ()
    return tuple(f"{folder}/" for folder, found in names.items() if folder and len(found) == 2)


def _rank(entry: FileEntry) -> int | None:
    """How prominent a file is, 0 the most; None when it is no place for claims."""
    kind = kind_of(entry.path)
    if kind is None or not entry.readable or entry.symlink or entry.size > _MOST_BYTES or _FOREIGN.search(entry.path):
        return None
    name = basename(entry.path).lower()
    depth = entry.path.count("/")
    if kind in ("markdown", "rst") or name == "readme":
        return _rank_of_document(name, depth)
    if kind == "notebook":
        return 5
    if kind == "html":
        return 6
    if kind == "python":
        return 7
    if entry.size > _MOST_NUMBER_FILE or _RECORDS.search(name):
        return None
    told = words().metric_files.search(name) or _NUMBER_FOLDERS.search(dirname(entry.path))
    return 3 if told and not _SETTINGS.search(name) else None


def _rank_of_document(name: str, depth: int) -> int | None:
    if name.startswith("readme") and depth == 0:
        return 0
    if _CARD.search(name):
        return 1
    if _RECORDS.search(name):
        return None
    return 2 if depth <= 1 else 4
