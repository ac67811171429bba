"""Craft: how the code is laid out, and what is copied."""

from __future__ import annotations

import ast
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.authorship import left_out
from heldout.sources.repository.checks.base import Check, Move, about, first, fraction, ramp, sentence, some
from heldout.sources.repository.facts import ModuleFacts
from heldout.sources.repository.module import Module, is_main_guard
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import walk

WINDOW = 12
"""Lines of code that have to be equal in a row before two places count as copies."""

_WIDE = 200
"""Characters that a window has to hold: twelve lines of closing brackets are no copy."""


_JUDGED = "of 30 lines of code or more (tests, documentation, examples and files of settings apart)"


class Layout(Check):
    """Code laid out in modules that can be imported

    What: The share of the Python files (tests, documentation, examples and notebooks apart) that define functions or
    classes and can be imported without starting work: what runs stands under `if __name__ == "__main__"` or in an entry
    point. Reading, writing, downloading, loading a model, training and asking are work, also where the result gets a
    name; so is a call of a function of the same file that does such things.

    Why: Code that starts work when it is imported can be neither tested nor reused; it has to be copied.

    Example: `train.py` whose functions stand beside 40 lines that load data and train at module level speaks
    against; the same lines in `main()` behind a guard, or a package with console entry points, speak for.

    Limits: Files of settings (`settings.py`, or nothing but names with values and imports) and examples are left out;
    a repository of notebooks only is looked at by the NBK and SCL checks. What a function of another file does that
    is called at import is not followed. A package that is named, and is not in the repository, is none.
    """

    code = "CRF401"
    moves: ClassVar = {"craft": Move(up=0.25, down=0.2)}
    why = "Modules that only define things can be tested, reused and put into service."
    mend = "Move the lines at module level into functions behind a main guard or an entry point."
    ask = "If another team wanted one function of these scripts, how would they get it?"
    parts = ("code",)

    def on_module(self, module: Module) -> Iterable[int]:
        """Note the first line at module level that reads, writes, downloads, trains or asks."""
        if module.notebook is None:
            yield from first(_work(module), 1)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Count the modules that can be imported and those that run at import."""
        busy = {noted.path for noted in repo.notes(self)}
        judged = [
            m
            for m in repo.scripts
            if m.part == "code"
            and m.code_lines >= 30
            and not _is_setup(m.path)
            and not m.path.startswith(repo.copies)
            and (m.functions or m.classes or m.top_level > 2 or m.path in busy)
        ]
        if len(judged) < 2:
            if repo.scripts:
                yield self.unknown(f"Python files {_JUDGED}: {len(judged)} seen, too few to judge their layout.")
            return
        which = f"{_JUDGED.removesuffix(')')}{left_out(repo)})"
        running = [m for m in judged if m.top_level >= 8]
        clean = [m for m in judged if m.top_level <= 2 and m.path not in busy and (m.functions or m.classes)]
        packaged = [path for path in _BUILDS if _packages(repo, path)] if _has_package(repo) else []
        share = fraction(len(running), len(judged))
        if share > 0.3 and len(running) >= 2:
            worst = sorted(running, key=lambda m: -m.top_level)
            yield self.against(
                f"At least {len(running)} of {some(len(judged), 'Python file')} {which} run 8 or more statements"
                " outside any function as soon as they are imported.",
                *(repo.at(m.path) for m in first(worst, 3)),
                strength=ramp(share, 0.3, 0.9),
                files=len(judged),
                running=len(running),
            )
        elif (tidy := fraction(len(clean), len(judged))) >= 0.6:
            yield self.found(
                sentence(
                    f"{about(len(clean), len(judged))} of {some(len(judged), 'Python file')} {which} define functions"
                    " or classes and were not seen to start work when they are imported"
                    f"{', and the project is set up as a package' if packaged else ''}."
                ),
                *(repo.at(path) for path in packaged[:1]),
                strength=ramp(tidy, 0.6, 1.0) * (1.0 if packaged else 0.6),
                files=len(judged),
                clean=len(clean),
                packaged=bool(packaged),
            )


_AT_WORK = re.compile(
    r"(.*\.)?(load|read|execute|evaluate|cross_val\w*|run_\w+|open|print|input|download|urlretrieve|urlopen|read_(csv|excel|json|parquet|table|sql|pickle|hdf)|loadtxt"
    r"|genfromtxt|load_(model|dataset|data|weights|state_dict|checkpoint|config|from_checkpoint)|from_pretrained|imread"
    r"|listdir|glob|parse_args|parse_known_args|fit|train|fit_transform|predict|makedirs|mkdir|rmtree|SummaryWriter"
    r"|VideoCapture|connect|to_csv|savefig|show|set_experiment|start_run|read_text|write_text|read_bytes|write_bytes"
    r"|hf_hub_download|snapshot_download|SentenceTransformer|CrossEncoder|load_word2vec_format|InferenceSession"
    r"|create_all|serve_forever|from_file|FileHandler|access_secret_version"
    r"|(load|read|fetch|download|train|preprocess|query|scrape)_(?!dotenv\b)\w+)"
    r"|(torch|joblib|pickle|json|yaml|toml|tomllib|numpy|spacy|librosa|cPickle|dill|cloudpickle|onnx|whisper|fasttext)"
    r"\.(load|safe_load|full_load|save|dump)"
    r"|torch\.hub\.load|gensim\.downloader\.load|transformers\.pipeline|tensorflow_hub\.load|tensorflow\.saved_model\.load"
    r"|pandas\.(read_\w+|ExcelFile)|requests\.\w+|subprocess\.\w+|os\.system|keras\.datasets\.\w+\.load_data"
)
"""Calls that read, write, download, load a model, train or ask."""


def _work(module: Module) -> Iterator[int]:
    """Lines at module level, main guards apart, whose calls do work when the module is imported."""
    working = set(_names_at_work(module))
    for statement in module.tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) or is_main_guard(statement):
            continue
        for node in walk(statement):
            if isinstance(node, ast.Call) and (
                _AT_WORK.fullmatch(name := _spelled(module, node)) or name == "main" or name in working
            ):
                around = module.parents(node)
                if not any(isinstance(a, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) for a in around):
                    yield node.lineno


def _names_at_work(module: Module) -> Iterator[str]:
    """Functions of the file that do such work when they are called, and classes that do it when one is made."""
    for function, _ in module.functions:
        around = module.parent(function)
        made = isinstance(around, ast.ClassDef) and function.name == "__init__"
        if (made or isinstance(around, ast.Module)) and any(
            isinstance(node, ast.Call) and _AT_WORK.fullmatch(_spelled(module, node)) for node in walk(function)
        ):
            yield around.name if isinstance(around, ast.ClassDef) else function.name


def _spelled(module: Module, call: ast.Call) -> str:
    """The dotted name of what is called, `.name` for a method of something else, the bare name of a builtin."""
    if isinstance(call.func, ast.Name):
        return module.aliases.get(call.func.id, call.func.id)
    return module.resolve(call.func) or (f".{call.func.attr}" if isinstance(call.func, ast.Attribute) else "")


@dataclass(frozen=True, slots=True)
class _Windows:
    """Hashes of every run of WINDOW normalised lines, the line at which each begins, and how many lines there are."""

    hashes: tuple[int, ...]
    lines: tuple[int, ...]
    kept: int


class Copies(Check):
    """Blocks of code copied between files

    What: The share of code lines that stand, letter for letter but for spaces and comments, in another file of
    the repository as well, in blocks of 12 lines or more. Imports, docstrings and lines without letters do not count.

    Why: A mistake that is mended in one copy lives on in the others.

    Example: `train_a.py` and `train_b.py` that share 200 equal lines speak against; both importing `training.py`
    is fine.

    Limits: Tests, documentation folders, examples and notebooks are left out: they may repeat themselves; so are
    folders with the licence of a stranger. Copies with renamed variables are not seen.
    """

    code = "CRF402"
    moves: ClassVar = {"craft": Move(up=0.1, down=0.2)}
    why = "Every copy has to be found again when the code changes."
    mend = "Put the shared lines into one function or module and call it."
    ask = "When you change this block, how do you know where its copies are?"
    parts = ("code",)

    def on_module(self, module: Module) -> Iterable[_Windows]:
        """Hash the windows of normalised lines."""
        if module.notebook is not None or _is_setup(module.path):
            return
        told = _docstring_lines(module) | _import_lines(module)
        kept = [
            (number, bare)
            for number, line in enumerate(module.lines, start=1)
            if number not in told
            and (bare := "".join(line.split()))
            and not bare.startswith("#")
            and any(c.isalpha() for c in bare[:80])
        ]
        sums = [zlib.crc32(bare.encode("utf-8", "replace")) for _, bare in kept]
        sizes = [len(bare) for _, bare in kept]
        hashes, starts = [], []
        for at in range(len(kept) - WINDOW + 1):
            if sum(sizes[at : at + WINDOW]) >= _WIDE:
                hashes.append(hash(tuple(sums[at : at + WINDOW])))  # of numbers: the same in every process
                starts.append(kept[at][0])
        if kept:
            yield _Windows(tuple(hashes), tuple(starts), len(kept))

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Find the windows that stand in two files."""
        taken = [(noted.path, noted.note) for noted in repo.notes(self) if not noted.path.startswith(repo.copies)]
        files: dict[int, tuple[str, int]] = {}
        shared: dict[int, tuple[str, int]] = {}
        for path, note in taken:
            for value, line in zip(note.hashes, note.lines, strict=True):
                other = files.setdefault(value, (path, line))
                if other[0] != path:
                    shared[value] = other
        total = sum(note.kept for _, note in taken)
        if len(taken) < 4 or total < 500:
            return
        copied = 0
        pairs: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        for path, note in taken:
            covered = 0  # windows overlap: count each line once
            for value, line in zip(note.hashes, note.lines, strict=True):
                covered -= 1
                if value in shared:
                    copied += WINDOW if covered <= 0 else 1
                    covered = WINDOW
                    source, there = shared[value]
                    if source != path:
                        pairs[source, path].append((there, line))
        share = min(fraction(copied, total), 1.0)
        if share < 0.03 and total >= 1000:
            yield self.found(
                f"Hardly any code was seen that stands in two files in blocks of {WINDOW} equal lines or more (imports,"
                f" comments, docstrings, tests, documentation, examples and notebooks apart{left_out(repo)}).",
                strength=ramp(share, 0.03, 0.0),
                lines=total,
                copied_share=round(share, 3),
            )
        elif share > 0.08 and pairs:
            (left, right), places = max(pairs.items(), key=lambda item: (len(item[1]), item[0]))
            yield self.against(
                f"At least {len(places) + WINDOW - 1} lines of {right} stand in {left} too, in blocks of {WINDOW} equal"
                f" lines or more; over all files {_over(share)} lines stand in such blocks (imports, comments,"
                f" docstrings, tests, documentation, examples and notebooks apart{left_out(repo)}).",
                repo.at(left, places[0][0]),
                repo.at(right, places[0][1]),
                strength=ramp(share, 0.08, 0.4),
                lines=total,
                copied_share=round(share, 3),
                pairs=len(pairs),
            )


def _over(share: float) -> str:
    """A share in words that hold for who counts lines a little otherwise."""
    tenths = int(share * 10 - 0.2)
    return f"more than {tenths} in 10" if tenths else "about 1 in 10"


def _docstring_lines(module: Module) -> frozenset[int]:
    """The lines of strings that stand alone as a statement."""
    return frozenset(
        line
        for node in module.nodes(ast.Expr)
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    )


def _import_lines(module: Module) -> frozenset[int]:
    """The lines of imports, those of a list of names in brackets too."""
    return frozenset(
        line
        for node in (*module.nodes(ast.Import), *module.nodes(ast.ImportFrom))
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    )


def _packages(repo: Repository, path: str) -> bool:
    """Whether a file at the root says how the project is built, not only how tools are set."""
    if path not in repo.tree:
        return False
    told = re.compile(r"\bsetup\(|^\[(project|build-system|tool\.(poetry|flit|hatch|pdm)\b.*|metadata)\]", re.MULTILINE)
    return bool(told.search(repo.text(path).text))


_BUILDS = ("setup.py", "pyproject.toml", "setup.cfg")
_NAMES_PACKAGES = re.compile(
    r"\bpackages\b|\bpy[-_]modules\b|\bext_modules\b|^\[tool\.(flit\.module|hatch\.build|pdm\.build|maturin|scikit-build)",
    re.MULTILINE,
)
_PROJECT = re.compile(r"\bname\s*=\s*[\"']?([\w.-]+)", re.MULTILINE)
_BESIDE = re.compile(r"tests?|docs?|examples?|notebooks?|scripts?|tools|benchmarks?|data|src|\..*", re.IGNORECASE)


def _has_package(repo: Repository) -> bool:
    """Whether a build would find something: packages by name, a folder of the project's name, or the one that is there.

    Tools that find packages by themselves stop at several folders of which none has the project's name.
    """
    told = "\n".join(repo.text(path).text for path in _BUILDS if path in repo.tree)
    if _NAMES_PACKAGES.search(told):
        return _listed_are_there(repo, told)
    names = {re.sub(r"[-.]+", "_", name).lower() for name in _PROJECT.findall(told)}
    tops = {path.removeprefix("src/").partition("/")[0].removesuffix(".py").lower() for path in repo.paths}
    if names & tops:
        return True
    folders = {path.partition("/")[0] for path in repo.paths if path.count("/") and path.endswith(".py")}
    return "[tool.poetry" not in told and len({f for f in folders if not _BESIDE.fullmatch(f)}) == 1


_LISTED = re.compile(r"\bpackages\s*=\s*\[([^\]]*)\]")
_QUOTED = re.compile(r"(?<!from = )(?<!from=)[\"']([\w./-]+)[\"']")


def _listed_are_there(repo: Repository, told: str) -> bool:
    """Whether any of the packages that are written out is in the repository; true where none is written out."""
    names = [name for listed in _LISTED.findall(told) for name in _QUOTED.findall(listed)]
    wanted = {f"/{name.strip('./') if '/' in name else name.replace('.', '/')}" for name in names}
    there = [f"/{path}" for path in repo.paths]
    return not wanted or any(f"{folder}/" in path or f"{folder}.py" in path for folder in wanted for path in there)


def _is_setup(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name in ("setup.py", "conf.py", "noxfile.py", "fabfile.py", "settings.py", "config.py", "manage.py")


def modules_in_packages(repo: Repository) -> tuple[ModuleFacts, ...]:
    """The project's modules that stand in a folder with an `__init__.py`."""
    folders = {path.rpartition("/")[0] for path in repo.paths if path.endswith("__init__.py")}
    return tuple(m for m in repo.scripts if m.part == "code" and m.path.rpartition("/")[0] in folders)


CHECKS: tuple[Check, ...] = (Layout(), Copies())
