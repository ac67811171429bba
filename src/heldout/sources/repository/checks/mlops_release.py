"""MLOps: what starts a training, which model is let in, and how versions are told apart."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import ClassVar

from heldout.evidence import Finding
from heldout.material.yaml_files import line_of
from heldout.sources.repository.checks.base import Check, Move, first, ramp
from heldout.sources.repository.checks.mlops import TRAINS
from heldout.sources.repository.repository import Repository


class Retraining(Check):
    """Retraining by rule

    What: A workflow on a timer that trains, or an orchestrator's schedule (Airflow, Prefect, Dagster, a
    Kubernetes CronJob) in a file that trains.

    Why: A model ages; somebody has to remember to train it anew, or a rule does.

    Example: `on: schedule` with `run: python train.py`, or `DAG("retrain", schedule="@weekly")` speak for.

    Limits: Schedules kept in a hosted service are not in the repository. A timer that runs only tests is not counted.
    """

    code = "MLO105"
    moves: ClassVar = {"mlops": Move(up=0.25)}
    ml_only = True
    why = "A model that is trained anew by rule does not grow old because somebody forgot."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for timers beside training."""
        found: list[tuple[str, int]] = []
        for file in repo.ci.files:
            if "schedule" in file.triggers:
                found += [(c.path, c.line) for c in file.commands if re.search(TRAINS, c.text)][:1]
        for module in repo.code:
            scheduled = [
                next(
                    (n for n in lines if name != "schedule.every" or "train" in repo.text(module.path).lines[n - 1]), 0
                )
                for name, lines in module.calls.items()
                if name.endswith(
                    (".DAG", ".dag", "ScheduleDefinition", "CronSchedule", "IntervalSchedule", ".RecurringRun")
                )
                or name == "schedule.every"
            ]
            scheduled = [line for line in scheduled if line]
            text = repo.text(module.path).text if scheduled and not module.notebook else ""
            if (
                scheduled
                and _TRAINS_HERE.search(text)
                and re.search(r"schedule(_interval)?\s*=\s*(?!None)|schedule\.every|cron", text)
            ):
                found.append((module.path, scheduled[0]))
        for path in repo.glob("*.yml", "*.yaml")[:400]:
            if repo.part(path) in ("code", "example"):
                text = repo.text(path).text
                if ("kind: CronJob" in text or "kind: CronWorkflow" in text) and re.search(r"\b(re)?train", text):
                    found.append((path, line_of(text, "schedule:")))
        if found:
            yield self.found(
                "A file that trains sets a schedule.",
                *(repo.at(*place) for place in first(found, 3)),
                strength=0.9,
                ask="What has to be true before the newly trained model replaces the old one?",
                places=len(found),
            )


_TRAINS_HERE = re.compile(
    r"\.fit\(|\btrain\w*\.py\b|\b(run|start|launch|trigger)_(re)?train\w*\(|^[ \t]*(async )?def (re)?train(_\w+)?\("
    r"|\b(re)?train(_\w+)?\.submit\(|task_id\s*=\s*[\"'](?!check|skip|prepare|need)(\w+_)?(re)?train(ing)?(_\w+)?[\"']",
    re.MULTILINE,
)
"""What trains by its call or its task, not by a word in a comment or the name of a table."""
_GATE = re.compile(
    r"\b(champion|challenger|promote_model|promote|is_better|current_model|baseline_model|production_model|prod_model"
    r"|better_than)\w*\b"
)
_COMPARES = re.compile(
    r"better|compar|improve|delta"
    r"|\w*(metric|score|auc|rmse|mae|accuracy|f1|loss|r2)\w*\W{1,6}(?<!-)[<>]|(?<!-)[<>]=?\s*\S*(metric|score|auc|rmse|mae|accuracy|f1|loss|r2)",
    re.IGNORECASE,
)
_BACK = re.compile(r"\b(canary\w*|\w+_canary\w*|\w*roll_?back\w*(model|version|deploy|release)\w*|shadow_mode\w*)\b")


class ReleaseGate(Check):
    """A rule for which model is let in, and a way back

    What: Code that changes a model's stage or alias, compares a new model with the one in use before promoting it, or
    releases in steps (canary, shadow, blue-green, rollback).

    Why: The newest model is not always the better one; a rule and a way back keep a bad one from its users.

    Example: `transition_model_version_stage(..., "Production")` after `if new_auc > current_auc`,
    `trafficPercent: 10` in an InferenceService, or `kubectl rollout undo` in a script speak for.

    Limits: Rules kept in a platform's settings or in people's heads are not seen.
    """

    code = "MLO106"
    moves: ClassVar = {"mlops": Move(up=0.25), "deployment": Move(up=0.1)}
    ml_only = True
    why = "A worse model that is stopped before its users meet it costs nothing."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for stage changes, comparisons in functions' names, and staged releases."""
        staged = {"transition_model_version_stage", "set_registered_model_alias", "update_model_package", "link_model"}
        found = [(m.path, m.methods[name][0]) for m in repo.code for name in sorted(staged & m.methods.keys())]
        functions = [(m.path, f) for m in repo.scripts for f in m.functions]
        releases = [
            (path, f.line)
            for path, f in functions
            if repo.ml.training
            and (
                _BACK.fullmatch(f.name)
                or (
                    f.name == "rollback" and re.search(r"version|model", "\n".join(_lines(repo, path, f.line, f.lines)))
                )
            )
        ]
        gates = [(path, f) for path, f in functions if _GATE.fullmatch(f.name) and (path, f.line) not in releases]
        named = [
            (path, f.line) for path, f in gates if _COMPARES.search("\n".join(_lines(repo, path, f.line, f.lines)))
        ]
        for path in repo.glob("*.yml", "*.yaml", "*.sh", "makefile")[:400]:
            if repo.part(path) in ("code", "example"):
                match = re.search(
                    r"^[^#\n]*?(rollout undo|canaryTrafficPercent|kind: (Rollout|Canary)\b|argo rollouts"
                    r"|helm rollback)",
                    repo.text(path).text,
                    re.MULTILINE,
                )
                if match:
                    releases.append((path, repo.text(path).text.count("\n", 0, match.start(1)) + 1))
        kinds = [bool(found), bool(named) and bool(found or repo.ml.training), bool(releases)]
        if any(kinds):
            words = [
                w
                for w, k in zip(
                    (
                        "calls that change a model's stage or alias",
                        "a function that by its name and words compares before promotion",
                        "steps of a staged release or a way back",
                    ),
                    kinds,
                    strict=True,
                )
                if k
            ]
            yield self.found(
                f"For the release of a model: {' and '.join(words)}.",
                *(repo.at(*place) for place in first([*found, *named, *releases], 4)),
                strength=0.5 + 0.25 * (sum(kinds) - 1) if sum(kinds) < 3 else 1.0,
                kinds=sum(kinds),
            )


def _lines(repo: Repository, path: str, line: int, count: int) -> list[str]:
    """The lines of a function."""
    return repo.text(path).lines[line - 1 : line - 1 + max(count, 1)]


_VERSIONED = re.compile(
    r"^(?P<stem>.*?)(?:[-_ .]|(?<=[a-z0-9])(?=[A-Z])|(?=\())"
    r"(?P<mark>(?i:final|v\d{1,2}|new|old|latest|copy|backup|bak)|\(\d\))(?:[-_ ]?(?i:final|v?\d{1,2}|new|\d))?$"
)
"""A mark stands apart from the name: `fold` does not end in `old`."""
_TELLING = frozenset({"final", "new", "old", "copy", "backup", "bak", "latest"})


class VersionsByName(Check):
    """Versions kept in file names

    What: Scripts, notebooks or model files beside one another whose names differ only by words such as final,
    new, old, copy or v2.

    Why: Which of them made the result that is reported cannot be told; the history of the code was not used for
    what it is there for.

    Example: `train.py`, `train_new.py` and `train_final.py` in one folder speak against; `resnet_v2.py` beside
    `resnet.py` does not, since it names an architecture.

    Limits: A number alone is not counted, and two files are not yet a habit: at least three such files, or two
    groups.
    """

    code = "MLO107"
    moves: ClassVar = {"mlops": Move(down=0.5), "craft": Move(down=0.15)}
    ml_only = True
    severity = "medium"
    why = "When versions live in file names, nobody can tell which one made the result."
    mend = "Keep one file and its history in git; give models a version in a registry, a tag or a metadata file."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Group files of a folder by their names without the marks."""
        groups: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
        wanted = (".py", ".ipynb", ".pkl", ".h5", ".pt", ".pth", ".joblib", ".onnx", ".model")
        for entry in repo.tree.files:
            if entry.suffix not in wanted or repo.part(entry.path) != "code":
                continue
            folder, _, name = entry.path.rpartition("/")
            stem = name[: -len(entry.suffix)][:120]
            match = _VERSIONED.match(stem)
            key = (match["stem"] if match else stem).lower()
            groups[folder, key, entry.suffix].append((entry.path, match["mark"].lower() if match else ""))
        found = [
            [path for path, _ in group]
            for (_, key, _), group in groups.items()
            if key and len(group) >= 2 and any(mark in _TELLING for _, mark in group)
        ]
        files = [path for group in found for path in group]
        if len(files) >= 3:
            shown = [path.rpartition("/")[2] for path in files[:3]]
            yield self.against(
                f"At least {len(files)} files keep versions in their names:"
                f" {', '.join(f'`{name}`' for name in shown)}.",
                *(repo.at(path) for path in first(files, 4)),
                strength=ramp(len(files), 1, 8),
                ask=f"Which of `{shown[0]}` and `{shown[1]}` made the result that you report, and how can one tell?",
                files=len(files),
            )


CHECKS: tuple[Check, ...] = (Retraining(), ReleaseGate(), VersionsByName())
