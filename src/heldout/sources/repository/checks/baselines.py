"""Statistics: are results compared with anything."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import ClassVar

from heldout.evidence import Finding, Location
from heldout.sources.repository.checks.base import Check, Move, first
from heldout.sources.repository.checks.practice import Practice, plural
from heldout.sources.repository.checks.statistics import is_metric, is_package
from heldout.sources.repository.facts import ModuleFacts
from heldout.sources.repository.module import Module
from heldout.sources.repository.repository import Repository

_COMPARES = re.compile(
    r"base-?line|state.of.the.art|\bsota\b|compar|benchmark|outperform|dummy|naive|chance level|random guess"
    r"|majority class|persistence model"
    r"|\bvs\b|ablation|previous work|published",
    re.IGNORECASE,
)

_BASELINE = re.compile(r"baseline|naive_forecast|majority_class", re.IGNORECASE)

_HANDLES = re.compile(
    r"_?(load|fetch|get|find|read|write|save|print|yield|latest|list|path|semantic|text)_", re.IGNORECASE
)
"""Beginnings of functions that handle files or texts about a baseline, and are none."""

_WATCHES = re.compile(r"[Dd]rift|\bPSI\b|\bpsi\b|[Pp]rometheus")
"""Words of code that watches a model at work, where a baseline is what the data once were."""

_MODELS = re.compile(
    r"^(sklearn|xgboost|lightgbm|catboost|imblearn)\."
    r".*?(Classifier|Regressor|Regression|SVC|SVR|NB|Ridge|Lasso|ElasticNet)$"
)


class BaselineCompared(Practice):
    """Results stand beside a baseline

    What: A trivial model, a method in use or a published result that is evaluated beside the own model, in code or in
    a table of the README; several models judged in the same file count too.

    Why: A score says nothing by itself: 95 % accuracy is poor where 97 % of the cases are of one class.

    Example: `DummyClassifier`, a function `naive_forecast_baseline`, or a results table with a row "previous work"
    speak for. A project that trains and evaluates one model and nowhere says what it has to beat speaks against.

    Limits: A baseline that is only spoken of elsewhere (a paper, a report) is not seen; any word of comparison in the
    README or in a notebook therefore keeps the check from speaking against. Packages for others to build on are not
    blamed.
    """

    code = "STA101"
    ml_only = True
    moves: ClassVar = {"statistics": Move(up=0.35, down=0.2)}
    why = "Without something to compare with, nobody can say whether a score is good."
    mend = "Evaluate a trivial model and the method in use on the same held-out data, and show the three side by side."
    ask = "What would the simplest possible model have scored on the same data, and how do you know?"
    sentence = "Results are compared"
    counted = False
    kinds: ClassVar = {
        "a trivial model": ("sklearn:DummyClassifier|DummyRegressor",),
        "a baseline of its own in the code": (),
        "several models judged in one file": (),
    }

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Functions and classes called a baseline, and several models beside metrics."""
        if "reward" not in module.text:  # in reinforcement learning, a baseline is a term of the gradient
            definitions: Iterable[ast.ClassDef | ast.FunctionDef] = (
                *module.nodes(ast.ClassDef),
                *module.nodes(ast.FunctionDef),
            )
            for node in definitions:
                if not _WATCHES.search(module.text) and _BASELINE.search(node.name) and not _HANDLES.match(node.name):
                    yield "a baseline of its own in the code", node.lineno
        models: dict[str, int] = {}
        judged = False
        for call, name in module.calls:
            if _MODELS.match(name):
                models.setdefault(name, call.lineno)
            judged = judged or is_metric(name) or name.endswith((".cross_val_score", ".cross_validate"))
        if len(models) >= 3 and (judged or ".score(" in module.text):
            yield "several models judged in one file", min(models.values())

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look at the code's baselines, then at what the README compares."""
        more = {}
        table = results_table(repo)
        if table is not None:
            more["a table of results in the README"] = table
        found = list(self.praise(repo, more))
        if found or not repo.complete or repo.code_lines < 100 or is_package(repo):
            return found
        training = [p for p in repo.ml.training if repo.part(p) == "code"]
        judging = sorted({m.path for m in repo.scripts + repo.notebooks if m.part == "code" and _judges(m)})
        if not training or not judging or _says_compared(repo):
            return found
        return [
            self.against(
                f"Models are trained and evaluated ({plural(len(judging), 'file')}), and neither code nor README"
                " compares the result with a baseline or an earlier one.",
                *(repo.at(path) for path in first(judging, 3)),
                evaluating_files=len(judging),
            )
        ]


_TABLE_ROW = re.compile(
    r"^[ \t]*+\|?[^|\n]{1,200}\|(?:[^|\n]{0,120}\|){0,12}?"
    r"\s*[*_`~]{0,3}[-+]?\d{0,3}[.]\d+\s*%?\s*[*_`]{0,3}\s*(?:$|\||±|\+|\(|/)"
)
"""A row with a cell that is a decimal number."""

_COMPARED_ROWS = re.compile(
    r"base-?line|\bours?\b|\bsota\b"
    r"|state.of.the.art|previous|paper|reported|\bvs\b|method|model",
    re.I,
)


def results_table(repo: Repository) -> Location | None:
    """Where the README has a table that compares models: at least three rows with decimal numbers."""
    if repo.readme is None:
        return None
    lines = [line[:600] for line in repo.readme.lines[:3000]]
    run = 0
    for index, line in enumerate(lines):
        run = run + 1 if _TABLE_ROW.match(line) else 0
        if run == 3 and _compares(lines[max(0, index - 6) : index + 1]):
            return repo.readme.location(index - 1)
    return None


def _compares(lines: list[str]) -> bool:
    """Whether the lines up to the third row of a table compare methods: each row names another one, not a metric."""
    cells = [next((c for c in (part.strip(" *_`~") for part in line.split("|")) if c), "") for line in lines]
    if sum(bool(_METRIC_NAME.search(cell)) for cell in cells[-3:]) >= 2:
        return False
    return any(_COMPARED_ROWS.search(text) for text in lines)


_METRIC_NAME = re.compile(
    r"accura|precision|recall|\bf1\b|f1.?score|\bauc\b|roc|rmse|\bmae\b|\bmse\b|\br2\b|r²|specificity|sensitivity|loss"
    r"|kappa|brier|log.?loss|bleu|\bmap\b|dice|iou",
    re.IGNORECASE,
)


def _judges(module: ModuleFacts) -> bool:
    return "evaluate" in module.methods or any(is_metric(name) for name in module.calls)


def _says_compared(repo: Repository) -> bool:
    texts = [repo.readme.text] if repo.readme is not None else []
    texts += [repo.text(m.path).text for m in first(repo.notebooks, 30)]
    texts += [repo.text(path).text for path in first(repo.glob("*.md", "*.rst"), 20)]
    return any(_COMPARES.search(text) for text in texts)


CHECKS: tuple[Check, ...] = (BaselineCompared(),)
