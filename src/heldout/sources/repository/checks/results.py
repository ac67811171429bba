"""Reproducibility: results are kept together with what made them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, Text, first, ramp
from heldout.sources.repository.checks.statistics import is_metric
from heldout.sources.repository.module import Module
from heldout.sources.repository.needs import purpose
from heldout.sources.repository.reading import argument, constant
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import walk

_METRIC_WORD = re.compile(
    r"\b(accuracy|precision|recall|f1|auc|roc|rmse|mae|mse|map|miou|iou|bleu|rouge|perplexity|wer|cer|psnr|ssim|fid|loss"
    r"|dice|ndcg|mrr|r2|top-?[15]|em|sdr|eer|scores?|acc|results?|metrics?)\b",
    re.IGNORECASE,
)
_METRIC_IN_CODE = re.compile(
    r"\b(accuracy|precision|recall|f1|auc|roc|rmse|mae|mse|miou|iou|bleu|rouge|perplexity|wer|cer|psnr|ssim|fid|loss(es)?"
    r"|dice|ndcg|mrr|r2|sdr|eer|acc)\b",
    re.IGNORECASE,
)
"""Words that mean a model's metric wherever they stand; scores and results may be anything."""

_TRACKS = re.compile(
    r"mlflow\.log_metrics?|mlflow\.[\w.]*autolog|wandb\.log|neptune\.log_metric|neptune\.send_metric|dvclive\.\w+"
    r"|comet_ml\.\w+|clearml\.Task\.init|aim\.\w+|(tensorflow\.)?keras\.callbacks\.(CSVLogger|TensorBoard)"
    r"|pytorch_lightning\.loggers\.\w+|lightning(\.pytorch)?\.loggers\.\w+|wandb\.\w+\.WandbCallback"
)
_TRACKED_METHODS = frozenset(
    [
        "log_metric",
        "log_metrics",
        "add_scalar",
        "add_scalars",
        "log_scalar",
        "add_summary",
        "log_dict",
        "scalar_summary",
    ]
)
_KEEPS_SETTINGS = re.compile(
    r"mlflow\.log_params?|mlflow\.[\w.]*autolog|wandb\.config\.update|omegaconf\.OmegaConf\.save|hydra\.main|sacred\.Experiment"
    r"|clearml\.Task\.init|neptune\.create_experiment"
)
_SETTINGS_METHODS = frozenset(
    ["log_params", "log_parameters", "log_hyperparams", "add_hparams", "save_hyperparameters"]
)
_SETTINGS_NAME = re.compile(
    r"(args|opts?|options|config|cfg|conf|hparams|hyper_?params|params|flags|settings)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A place that writes metrics or settings to be read later."""

    line: int
    settings: bool


class SavedMetrics(Check):
    """Metrics are saved with the settings that made them

    What: Code that writes metrics to a file or tracker, and the settings of the same run beside them.

    Why: A number in a terminal is gone; a number without its settings cannot be got again.

    Example: `wandb.init(config=vars(args))` with `wandb.log(...)`, or `json.dump(vars(args), f)` beside a metrics file.

    Limits: Speaks only for. Metrics written by own helpers are seen only when json, csv, YAML or pandas writes them; a
    table that is called results is believed to hold metrics only where its name or path speaks of models or runs.
    """

    code = "REP205"
    moves: ClassVar = {"reproducibility": Move(up=0.25)}
    ml_only = True
    why = "A result is worth something later only if its settings were kept beside it."

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note the writing places."""
        for call, name in module.calls:
            if _switched_off(call):
                continue
            if _TRACKS.fullmatch(name) and not (name == "wandb.log" and _other_words(call)):
                yield Kept(call.lineno, settings=False)
            if _KEEPS_SETTINGS.fullmatch(name) or (
                name == "wandb.init" and any(k.arg == "config" for k in call.keywords)
            ):
                yield Kept(call.lineno, settings=True)
            if name in ("json.dump", "yaml.dump", "yaml.safe_dump", "toml.dump", "pickle.dump") and call.args:
                yield from self._dumped(call, name, _judges(module))
        for call, name in module.method_calls:
            if name in _TRACKED_METHODS and not _other_curve(call):
                yield Kept(call.lineno, settings=False)
            elif name in _SETTINGS_METHODS:
                yield Kept(call.lineno, settings=True)
            elif (
                name == "to_csv"
                and (path := argument(call, "path_or_buf", 0)) is not None
                and _a_table_of_metrics(f"{_words(call.func)} {_words(path)}", judging=_judges(module))
            ):
                yield Kept(call.lineno, settings=False)

    def _dumped(self, call: ast.Call, name: str, judging: bool) -> Iterable[Kept]:
        words = _words(call.args[0])
        if any(_SETTINGS_NAME.fullmatch(word) for word in words.split()):
            yield Kept(call.lineno, settings=True)
        elif name != "pickle.dump" and _tells_metrics(words, judging=judging):
            yield Kept(call.lineno, settings=False)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Whether metrics, settings, or both are kept."""
        # What a program in use tells is written too: the trainings first.
        metrics = [n for n in repo.notes(self) if not n.note.settings]
        metrics.sort(key=lambda n: n.path not in repo.ml.training)
        near = {n.path for n in metrics}.union(repo.ml.training)
        settings = [n for n in repo.notes(self) if n.note.settings and n.path in near]
        if not metrics or not repo.ml.training:
            return
        places = [repo.at(n.path, n.note.line) for n in (*first(metrics, 2), *first(settings, 1))]
        if settings:
            yield self.found("Code writes metrics of a run to a file or tracker, and settings too.", *places)
        else:
            yield self.found("Code writes metrics of a run to a file or tracker.", *places, strength=0.5)


def _switched_off(call: ast.Call) -> bool:
    """`autolog(disable=True)`."""
    return constant(argument(call, "disable")) is True


def _judges(module: Module) -> bool:
    """Whether the file trains a model or works out how good it is."""
    wanted = ("fit", "backward", "evaluate", "cross_val_score", "cross_validate", "score", "GridSearchCV")
    return any(is_metric(name) for _, name in module.calls) or any(name in module.called for name in wanted)


def _tells_metrics(words: str, *, judging: bool) -> bool:
    """Whether what is written is metrics: by a word that says so, or by a looser one in a file that judges models."""
    loose = judging and not _ANSWERS.search(words) and bool(_LOOSE.search(words))
    return (bool(_METRIC_IN_CODE.search(words)) and "threshold" not in words) or loose


def _a_table_of_metrics(words: str, *, judging: bool) -> bool:
    """Whether a table that is written holds metrics: one of results may as well hold what was said of each row."""
    if _ANSWERS.search(words):
        return False
    sure = _tells_metrics(_RESULTS.sub(" ", words), judging=judging)
    return sure or (bool(_COMPARED.search(words)) and _tells_metrics(words, judging=judging))


_RESULTS = re.compile(r"\b\w*results?\w*\b", re.IGNORECASE)


_COMPARED = re.compile(
    r"compar|models?|experiment|summary|leaderboard|grid|search|trial|benchmark|runs?\b", re.IGNORECASE
)
"""Words of a table that has a row for each model or run."""

_ANSWERS = re.compile(r"predict|recommend|submission|forecast|embedding|threshold|alert|risk|anomal", re.IGNORECASE)
"""What a model said, which is no metric."""
_LOOSE = re.compile(r"\b(scores?|results?|metrics?|accuracies|top-?[15])\b", re.IGNORECASE)
_CURVE = re.compile(
    r"loss|acc|error|score|metric|reward|return|auc|f1|precision|recall|iou|dice|psnr|ssim|bleu|r2|mse|mae|map|eer|top|val|test|train|eval",
    re.IGNORECASE,
)
"""Words in the names of curves that tell how a training goes."""


def _other_curve(call: ast.Call) -> bool:
    """Whether the name of a curve is written out and tells something else than how good the model is."""
    name = constant(argument(call, "tag", 0))
    return isinstance(name, str) and not _CURVE.search(name)


def _other_words(call: ast.Call) -> bool:
    """Whether what is logged is spelled out, and none of it is called like a metric."""
    if not call.args:
        return True
    logged = call.args[0]
    return isinstance(logged, ast.Dict) and None not in logged.keys and not _METRIC_WORD.search(_words(logged))


def _words(node: ast.expr) -> str:
    """The names in an expression, parted at underscores, as words; the whole names too."""
    names = [n.id for n in walk(node) if isinstance(n, ast.Name)]
    names += [n.attr for n in walk(node) if isinstance(n, ast.Attribute)]
    names += [n.value for n in walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)][:20]
    return " ".join(f"{name} {name.replace('_', ' ')}" for name in names)[:2_000]


_NUMBER = re.compile(r"\b\d{1,3}\.\d{1,4}\b ?%?|\b\d{1,3} ?%")
_RESULT_HEADING = re.compile(r"result|performance|benchmark|accuracy|evaluation|score|leaderboard", re.IGNORECASE)
_RUNS = re.compile(
    r"(?:python3?(?:\.\d+)?\s+(?:-\w+\s+(?!pip\b|venv\b))?|(?:ba)?sh\s+"
    r"|torchrun\s[^`\n]{0,80}?|accelerate launch\s[^`\n]{0,80}?|\./)"
    r"([\w./-]+)"
)
_OTHER_RUNS = re.compile(
    r"\b(make \w+|dvc repro|snakemake|nextflow run|allennlp train|mlflow run|docker(-compose| compose)? run|kedro run"
    r"|tox -e|nox -s|fairseq-\w+|jupyter nbconvert)\b"
)


class TraceableResults(Check):
    """Stated results come with the command that makes them

    What: Whether the README's results (numbers beside the name of a metric) stand in a text that also gives a command
    which runs a program of the repository.

    Why: A number without the command that gives it is a claim that nobody can check.

    Example: A table of accuracies, and `python train.py --config configs/resnet50.yaml` above it, speaks for.

    Limits: Only the README is read. Whether the command really gives the number is for a repeat run to tell. Libraries
    and notebook collections are only praised.
    """

    code = "REP206"
    moves: ClassVar = {"reproducibility": Move(up=0.25, down=0.1)}
    ml_only = True
    why = "A number without the command that gives it cannot be checked."
    mend = "Write beside each reported result the command and settings that give it."
    ask = "Which exact command gives the main number in the README, and how long does it run?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for stated results, then for commands whose program is in the tree."""
        if repo.readme is None:
            return
        stated, commands = _stated(repo.readme), _commands(repo.readme, repo)
        if not stated:
            return
        numbers: dict[str, Any] = {"result_lines": len(stated), "commands": len(commands)}
        making = [number for number in commands if _MAKES.search(repo.readme.lines[number - 1])]
        if making:
            yield self.found(
                "The README states results, and gives commands that run the repository's own programs.",
                repo.at(repo.readme.path, stated[0]),
                repo.at(repo.readme.path, making[0]),
                strength=ramp(len(making), 0, 2),
                **numbers,
            )
        elif (
            not commands and len(stated) >= 3 and self._ought_to_run(repo) and not _OTHER_RUNS.search(repo.readme.text)
        ):
            yield self.against(
                f"The README states results in at least {len(stated)} lines and gives no command that makes them.",
                *(repo.at(repo.readme.path, line) for line in first(stated, 2)),
                **numbers,
            )

    def _ought_to_run(self, repo: Repository) -> bool:
        """Whether programs of the repository train: a notebook is its own command, a library has none."""
        return bool(set(repo.ml.training) & {m.path for m in repo.scripts}) and purpose(repo) == "application"


_AIMED_AT = re.compile(r"[<>≥≤]=?\s?\*{0,2}\d|\b(targets?|goals?|objetivo|deseable|expected|aim)\b", re.IGNORECASE)
"""Lines of what is hoped for."""
_MAKES = re.compile(
    r"train|eval|test|main|run|predict|experiment|benchmark|fit|repro|pipeline|score|infer|valid|compare|model|\.sh\b|classif|regress"
    r"|detect",
    re.IGNORECASE,
)
"""Programs by whose names a result may come from them: to fetch data or to serve makes none."""


def _stated(readme: Text) -> list[int]:
    """The lines that state a result: a number beside a metric's name, or in a table below such a name or heading."""
    found: list[int] = []
    table, heading = False, False
    for number, line in enumerate(readme.lines[:3_000], start=1):
        if len(line) > 2_000:
            continue
        if line.startswith("#"):
            heading = bool(_RESULT_HEADING.search(line))
        in_table = line.count("|") >= 2
        head = in_table and not table and bool(_METRIC_WORD.search(line))
        if head:
            table = True
        elif not in_table:
            table = False
        if head and re.match(r"^\s*\|?[\s:|-]+\|?\s*$", "".join(readme.lines[number : number + 1])):
            continue  # the first row of a table names its columns
        if line.startswith("#") or _AIMED_AT.search(line):
            continue
        if _NUMBER.search(line) and not re.search(r"https?://\S*$|^\s*(pip|conda|\$|>>>)|==", line):
            named = _METRIC_WORD.search(line) and (heading or "%" in line or re.search(r"\b0\.\d{2,}|\d\d\.\d", line))
            if (in_table and table) or (heading and named):
                found.append(number)
    return found


def _commands(readme: Text, repo: Repository) -> list[int]:
    """The lines of the README that run a program which is in the tree."""
    names = {path.rpartition("/")[2] for path in repo.paths if path.endswith((".py", ".sh"))}
    modules = {path[:-3].replace("/", ".") for path in repo.paths if path.endswith(".py")}
    runnable = {path.rpartition("/")[0] for path in repo.paths if path.endswith("/__main__.py")}
    found = []
    for number, line in enumerate(readme.lines[:3_000], start=1):
        if len(line) < 2_000 and (match := _RUNS.search(line)):
            program = match[1].rpartition("/")[2]
            if (program in names and program != "setup.py") or match[1] in modules or match[1].strip("./") in runnable:
                found.append(number)
    return found


CHECKS: tuple[Check, ...] = (SavedMetrics(), TraceableResults())
