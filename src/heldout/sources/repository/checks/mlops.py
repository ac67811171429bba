"""MLOps: runs that are recorded, models with versions, pipelines, and automated training."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import ClassVar

from heldout.evidence import Finding
from heldout.material.yaml_files import line_of, mappings
from heldout.sources.repository.checks.base import Check, Move, first
from heldout.sources.repository.facts import ModuleFacts
from heldout.sources.repository.module import Module
from heldout.sources.repository.needs import purpose
from heldout.sources.repository.reading import argument, only_in, says_something
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.tools import ToolUse, names, places, tools_used

TRAINS = (
    r"\bdvc\s+(repro|exp\s+run)\b|\bsnakemake\b|\bkedro\s+run\b|\b(make|just)\s+(-\S+\s+)*\S*(train|retrain"
    r"|evaluate)\S*"
    r"|\bpython[\d.]*\s+(-\S+\s+)*\S*(train|fit_model|evaluate|run_pipeline|retrain)\w*(\.py)?\b(?![\w.-]*:)"
    r"|\bmlflow\s+run\b|\baz\s+ml\s+job\b|\bnextflow\s+run\b|\baccelerate\s+launch\b"
)
"""A shell command that trains or evaluates a model."""
_PARAMETERS = re.compile(
    r"(log_params?|log_parameters|log_hyperparams|add_hparams|save_hyperparameters|autolog)$|wandb\.config"
    r"|Task\.init|Task\.connect|\.Experiment$|wandb\.init$"
)
_METRICS = re.compile(
    r"(log_metric|log_metrics|wandb\.log|add_scalar|summary\.scalar|log_scalar|\.track|log_value|autolog|TensorBoard)"
)


class RunTracking(Check):
    """Runs that are recorded

    What: Calls that record a run's settings and metrics, with any tracker (MLflow, Weights & Biases, Neptune, Comet,
    ClearML, Aim, Sacred, TensorBoard ...).

    Why: Without a record nobody can tell later which settings gave the model that is in use.

    Example: `mlflow.log_params(cfg)` and `mlflow.log_metric("auc", auc)` speak for; an import alone says nothing.

    Limits: Curves alone (TensorBoard scalars) count less than settings and metrics together. Files of metrics
    written by the project itself are looked at by the checks of reproducibility. In a program, a tracker in a function
    or class that nothing uses is not counted; of a library its users may take it.
    """

    code = "MLO101"
    moves: ClassVar = {"mlops": Move(up=0.4)}
    ml_only = True
    why = "A recorded run can be compared, repeated and explained a year later."

    def on_module(self, module: Module) -> Iterable[frozenset[str] | None]:
        """Note the functions and classes that hold all calls of a tracker and that the file itself does not use; None
        of a file that only fetches what was recorded elsewhere.
        """
        calls = [call for call, name in module.calls if _TRACKS.match(name)]
        if calls and _only_fetches(module, calls):
            yield None
        elif calls and (inside := only_in(module, calls)):
            yield inside

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Report the trackers in use and what is recorded by them."""
        idle = {
            noted.path for noted in repo.notes(self) if noted.note is None or not _taken(repo, noted.path, noted.note)
        }
        shown = [
            (use, tuple(p for p in use.places if p[0] not in idle and not p[0].startswith(repo.copies)))
            for use in tools_used(repo, "tracking")
        ]
        used = [replace(use, places=places) for use, places in shown if places]
        if not used:
            return
        files = {path for use in used for path, _ in use.places}
        seen: set[str] = set()
        for module in repo.code:
            if module.path in files:
                seen |= {*module.calls, *module.methods}
        settings = any(_PARAMETERS.search(name) for name in seen if "ConfigParser" not in name)
        metrics = any(_METRICS.search(name) for name in seen)
        curves = all(use.tool.id == "tensorboard" for use in used)
        what = "settings and metrics" if settings and metrics and not curves else "metrics"
        whole = what == "settings and metrics"
        said = "settings and metrics of runs" if whole and len(files) == 1 else "runs"
        all_in = ", settings and metrics among what is recorded" if whole and len(files) > 1 else ""
        yield self.found(
            f"Code in at least {len(files)} file{'s' if len(files) > 1 else ''} records {said} with"
            f" {names(used)}{all_in}.",
            *places(repo, used),
            strength=1.0 if whole else 0.5,
            ask="Pick a model of yours: how would you find the settings and the data that it was trained with?",
            files=len(files),
            settings=settings,
        )


_TRACKS = re.compile(
    r"(mlflow|wandb|neptune|comet_ml|clearml|aim|sacred|dvclive|trackio)\.|tensorflow\.(compat\.v1\.)?summary\."
    r"|.*\bSummaryWriter$|.*\bcallbacks\.TensorBoard$|.*\bloggers\.\w+$"
)


def _only_fetches(module: Module, calls: list[ast.Call]) -> bool:
    """Whether a file takes artefacts or runs from a tracker and hands it nothing: no settings, metrics or files."""
    if not _FETCHES & module.called.keys() or re.search(r"\.(config|summary)\b", module.text):
        return False
    tracker = {name for _, name in module.calls if _TRACKS.match(name)} | {n for _, n in module.method_calls}
    given = any(says_something(argument(call, "config")) for call in calls)
    return not given and not any(_RECORDS.match(name.rpartition(".")[2]) for name in tracker)


_FETCHES = frozenset({"use_artifact", "download", "restore", "Api", "download_artifacts", "search_runs"})
_RECORDS = re.compile(
    r"log(_\w+)?$|add_\w+|autolog$|track$|save\w*|watch$|report\w*|define_metric$|connect\w*|set_tags?$|alert$|fit$"
    r"|scalar$|.*(Callback|Logger|Writer|Trainer)$"
)
"""Calls that hand something to a tracker."""


def _taken(repo: Repository, path: str, held: frozenset[str]) -> bool:
    """Whether another file uses any of the names, or may; passing them on in an `__init__.py` is no use."""
    others = [m for m in repo.modules if m.path != path]
    names = {
        name.rpartition(".")[2]
        for m in others
        for name in (*m.calls, *m.methods, *(() if m.path.endswith("__init__.py") else m.imports))
    }
    return purpose(repo) == "library" or bool(held & names) or "*" in names


class ModelVersions(Check):
    """Models with a version

    What: Calls that register a model or store it as a versioned artefact (a registry, a hub, a model store).

    Why: To go back to yesterday's model, or to tell which one answered, models need names and versions.

    Example: `mlflow.register_model(uri, "churn")`, `wandb.Artifact("model", type="model")`, `model.push_to_hub(...)`
    speak for; `torch.save(model, "model_final2.pt")` does not.

    Limits: A registry kept outside the repository is not seen. Downloading somebody else's model is no version
    of one's own.
    """

    code = "MLO102"
    moves: ClassVar = {"mlops": Move(up=0.3)}
    ml_only = True
    why = "A model with a version can be traced, compared and taken back."

    def on_module(self, module: Module) -> Iterable[int]:
        """Note models that are logged under a name of the registry, or fetched from it by name and version."""
        for call in module.keyworded.get("registered_model_name", ()):
            if says_something(argument(call, "registered_model_name")):
                yield call.lineno
                return
        if "models:/" in module.text:
            for node in module.nodes(ast.Constant):
                if isinstance(node.value, str) and node.value.startswith("models:/"):
                    yield node.lineno
                    return

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Report registries in use; a hub only when something is put there."""
        used = [u for u in tools_used(repo, "registry") if u.tool.id != "huggingface-hub" or _pushes(repo)]
        used = [u for u in used if u.tool.id != "wandb-artifacts" or any(_of_models(repo, p) for p, _ in u.places)]
        noted = repo.notes(self)
        if used or noted:
            yield self.found(
                "Models are put where each gets a version, or taken from there:"
                f" {names(used) if used else 'MLflow model registry'}.",
                *(repo.at(*_place_of_model(repo, use)) for use in used),
                *(repo.at(n.path, n.note) for n in first(noted, 2)),
                strength=0.9,
                ask="How would you put the previous version of a model back into use?",
            )


def _place_of_model(repo: Repository, use: ToolUse) -> tuple[str, int | None]:
    """The first place of a registry that is not about data or results."""
    if use.tool.id == "wandb-artifacts":
        for path, line in use.places:
            near = "\n".join(repo.text(path).lines[(line or 1) - 1 : (line or 1) + 2])
            if re.search(r"[\"']model[\"']|link_model|log_model", near):
                return path, line
    return use.places[0]


def _pushes(repo: Repository) -> bool:
    return any("push_to_hub" in m.methods for m in repo.code) or any(
        True for _ in repo.calls("huggingface_hub.upload_*", "huggingface_hub.create_repo")
    )


def _of_models(repo: Repository, path: str) -> bool:
    """Whether an artefact in this file is a model: data are kept as artefacts too."""
    return bool(
        re.search(
            r"type\s*=\s*[\"']model|link_model|log_model|use_model|model[\w-]*:(v\d|latest)", repo.text(path).text
        )
    )


_STAGES = re.compile(r"^([\w./-]{0,60}(?:train|fit|model)[\w./-]{0,60})[ \t]{0,9}:(?!=)([^#=\n]*)", re.MULTILINE)
_OTHERS = re.compile(
    r"^([\w./-]{0,60}(?:data|prepare|preprocess|features?"
    r"|evaluate|eval|predict|report|clean_data)[\w./-]{0,60})[ \t]{0,9}:(?!=)",
    re.MULTILINE,
)


class Pipeline(Check):
    """A pipeline from data to evaluated model

    What: Steps of data, training and evaluation that are declared with what they need and make: DVC stages,
    Snakemake or Nextflow rules, Kedro, Luigi, Airflow, Prefect, Dagster, Kubeflow, or make targets that depend
    on one another.

    Why: Steps run by hand in an order that stands nowhere are forgotten, or done in the wrong order, sooner or later.

    Example: A `dvc.yaml` whose `train` stage names its data and its model as `deps` and `outs` speaks for; so does a
    Makefile in which `evaluate: train` and `train: data`.

    Limits: Whether the pipeline runs is not tried. A stage of `dvc.yaml` that runs a script which is not in the
    repository speaks against.
    """

    code = "MLO103"
    moves: ClassVar = {"mlops": Move(up=0.45, down=0.25)}
    ml_only = True
    severity = "medium"
    why = "A declared pipeline can be run, changed and scheduled by somebody else."
    mend = "Make the stages name scripts that exist, and run the pipeline once from a clean copy."
    ask = "When did this pipeline last run from start to end, and on which machine?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look at DVC stages in detail, at make targets, and at the tools in use."""
        stages = broken = 0
        where: list[tuple[str, int]] = []
        for path in repo.glob("dvc.yaml"):
            if repo.part(path) not in ("code", "example"):
                continue
            text = repo.text(path).text
            for document in mappings(text):
                for name, stage in _items(document.get("stages")):
                    stages += 1
                    missing = _missing_script(repo, path, stage)
                    if missing:
                        broken += 1
                        where.append((path, line_of(text, f"{name}:")))
        if broken and repo.complete:
            yield self.against(
                f"At least {broken} of {stages} stages of the pipeline run scripts that are not in the repository.",
                *(repo.at(*place) for place in first(where, 3)),
                strength=broken / stages,
                broken=broken,
                stages=stages,
            )
        used = tools_used(repo, "pipeline", "orchestration")
        targets = _make_chain(repo)
        if used:
            yield self.found(
                f"Steps are declared with {names(used)}" + (f" ({stages} stages)." if stages else "."),
                *places(repo, used),
                strength=1.0 if stages != 1 else 0.6,
                stages=stages or None,
            )
        elif targets:
            path, line, count, chained = targets
            yield self.found(
                "Make targets run training and the steps around it"
                + (", and depend on one another." if chained else "."),
                repo.at(path, line),
                strength=0.7 if chained else 0.4,
                targets=count,
            )


def _items(stages: object) -> list[tuple[str, dict[str, object]]]:
    if not isinstance(stages, dict):
        return []
    return [(str(name), stage) for name, stage in stages.items() if isinstance(stage, dict)]


def _missing_script(repo: Repository, path: str, stage: dict[str, object]) -> str:
    """A script in the stage's command that is nowhere in the repository, or nothing."""
    command = stage.get("cmd")
    if not isinstance(command, str) or "${" in command:
        return ""
    known = {p.rpartition("/")[2] for p in repo.paths}
    for word in command.split():
        name = word.rpartition("/")[2]
        if name.endswith((".py", ".sh", ".ipynb")) and name not in known and "*" not in name:
            return word
    return ""


def _make_chain(repo: Repository) -> tuple[str, int, int, bool] | None:
    """(path, line, number of targets, whether they depend on one another) of the makefile that trains."""
    for path in repo.glob("makefile", "justfile"):
        if repo.part(path) not in ("code", "example"):
            continue
        text = repo.text(path).text[:200_000]
        trains = list(_STAGES.finditer(text))
        recipes = [m for m in trains if re.match(r"[ \t]+\S", text[m.end() + 1 : m.end() + 200])]
        others = {m[1] for m in _OTHERS.finditer(text)} - {m[1] for m in recipes}
        if recipes and others and re.search(r"\bpython", text):
            needed = any(set(m[2].split()) & (others | {"train"}) for m in trains)
            chained = needed or bool(
                re.search(
                    r"^[\w./-]{0,60}(evaluate|predict|report)[\w./-]{0,60}[ \t]{0,9}:.{0,200}(train|model)",
                    text,
                    re.MULTILINE,
                )
            )
            return path, text.count("\n", 0, recipes[0].start()) + 1, len(recipes) + len(others), chained
    return None


class TrainingInCi(Check):
    """Automated runs that train or evaluate

    What: Commands of continuous integration that train or evaluate a model, and tests, run there, that fit one.

    Why: Code that is only tested around the model breaks inside it: shapes, columns, versions of libraries.

    Example: A workflow that runs `dvc repro`, `python train.py --fast` or pytest with tests that fit on a small
    sample speaks for.

    Limits: What a command does is told by its name and by the project's own make targets and scripts, followed
    three deep.
    """

    code = "MLO104"
    moves: ClassVar = {"mlops": Move(up=0.35)}
    ml_only = True
    why = "A model that is trained on a small sample at each change cannot break unseen."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for training commands, else for tests that train."""
        commands = [c for c in repo.ci.matching(TRAINS) if "install" not in c.text]
        tests = [m for m in repo.tests if _OF_TESTS.search(m.path) and _fits(m.methods.keys())]
        runs = [
            run
            for run in repo.ci.doing("test", on_change=True)
            if not re.search(r"\.py\b|--collect-only|--co\b", run.text)
        ]
        if commands:
            yield self.found(
                f"A workflow has a command that by its words trains or evaluates: `{_telling(commands[0].text)}`.",
                *(repo.at(c.path, c.line) for c in first(commands, 3)),
                commands=len(commands),
            )
        elif tests and runs:
            yield self.found(
                "Continuous integration runs tests, and tests of the repository call `fit` or take a training step.",
                *(repo.at(m.path, _fitting(m)) for m in first(tests, 2)),
                repo.at(runs[0].path, runs[0].line),
                strength=0.7,
                files=len(tests),
            )


def _telling(command: str) -> str:
    """The part of a command that trains, where the whole is long."""
    match = re.search(TRAINS, command)
    begun = match.start() if match and len(command) > 80 else 0
    return command[begun : begun + 80].strip()


_OF_TESTS = re.compile(r"(^|/)(test_[^/]*|[^/]*_tests?|conftest)\.py$")
"""Files that pytest collects, and those with what their tests are given."""


def _fitting(module: ModuleFacts) -> int:
    """The line of a test file that fits or takes a step."""
    return next(
        module.methods[n][0] for n in ("fit", "partial_fit", "train_on_batch", "backward") if n in module.methods
    )


def _fits(methods: AbstractSet[str]) -> bool:
    return bool({"fit", "train_on_batch", "partial_fit"} & methods) or {"backward", "zero_grad"} <= methods


CHECKS: tuple[Check, ...] = (RunTracking(), ModelVersions(), Pipeline(), TrainingInCi())
