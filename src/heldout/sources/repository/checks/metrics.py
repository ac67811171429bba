"""Statistics: metrics that fit the problem, and those that cannot."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move
from heldout.sources.repository.checks.practice import Practice
from heldout.sources.repository.checks.statistics import is_metric
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import argument, assignments, constant
from heldout.sources.repository.repository import Repository


def _id(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


@dataclass(frozen=True, slots=True)
class _Imbalance:
    line: int
    sign: str


_FITTING = (
    "precision, recall, F1 or a confusion matrix",
    "over all thresholds (ROC, precision-recall)",
    "corrected for chance or class sizes",
)
"""Kinds of metrics that tell something where classes are of unequal size."""


class MetricFits(Practice):
    """Metrics fit the problem

    What: Which metrics are computed. Against: classes rebalanced or weighted while accuracy is the only metric; a
    regression judged by accuracy; a classifier's labels judged by squared error.

    Why: A metric that does not fit rewards the wrong model: on 1 % fraud, never saying "fraud" is 99 % accurate.

    Example: `average_precision_score` or a confusion matrix for rare classes speak for;
    `model.compile(loss="mse", metrics=["accuracy"])` with one linear output speaks against.

    Limits: Metrics written by hand are known by their names only. Imbalance is believed only where the code itself
    treats it.
    """

    code = "STA105"
    ml_only = True
    severity = "medium"
    moves: ClassVar = {"statistics": Move(up=0.25, down=0.35)}
    why = "What is measured is what gets chosen: a metric that does not fit picks the wrong model."
    mend = "Choose the metric from the cost of each error; for rare classes, precision and recall at the working point."
    ask = "Why is this the metric to judge the model by, and what would a useless model score on it?"
    sentence = "Metrics computed"
    counted = False
    full = 3
    kinds: ClassVar = {
        "precision, recall, F1 or a confusion matrix": (
            "sklearn:precision_score|recall_score|f1_score|fbeta_score|precision_recall_fscore_support",
            "sklearn:classification_report|confusion_matrix",
            "imblearn:classification_report_imbalanced|geometric_mean_score",
            "seqeval:classification_report|f1_score",
        ),
        "over all thresholds (ROC, precision-recall)": (
            "sklearn:roc_auc_score|roc_curve|precision_recall_curve|average_precision_score",
        ),
        "corrected for chance or class sizes": (
            "sklearn:balanced_accuracy_score|matthews_corrcoef|cohen_kappa_score|adjusted_rand_score",
            "sklearn:adjusted_mutual_info_score",
        ),
        "of probabilities (log loss, Brier)": ("sklearn:log_loss|brier_score_loss",),
        "of regression (absolute error, R2 ...)": (
            "sklearn:mean_absolute_error|r2_score|mean_absolute_percentage_error|mean_squared_log_error",
            "sklearn:mean_pinball_loss",
        ),
        "of the task (ranking, overlap, translation ...)": (
            "sklearn:ndcg_score|jaccard_score|normalized_mutual_info_score",
            "nltk:corpus_bleu",
            "sacrebleu:corpus_bleu",
            "pycocotools:COCOeval",
            "jiwer:wer",
        ),
    }

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """Whether a number is told: what a method `fit` works out is a step of the learning."""
        function = module.function_of(call)
        return function is None or function.name != "fit"

    _fits = re.compile(
        r"precision|recall|(?<![a-z])(roc|auc|f1|iou|dice)|balanced_accuracy|matthews|kappa|confusion|classification_report"
        r"|g_?mean|fbeta|sensitivity|specificity|log_loss|brier",
        re.IGNORECASE,
    )

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Metrics in use, signs of imbalance, and metrics that cannot fit."""
        yield from super().on_module(module)
        yield from self._of_the_wrong_kind(module)
        if module.part != "code" or "accuracy_score" not in module.text or self._fits.search(module.text):
            return
        accuracy = next((c.lineno for c, name in module.calls if name.endswith(".accuracy_score")), None)
        if accuracy is None:
            return
        for call in module.keyworded.get("class_weight", ()):
            if constant(argument(call, "class_weight")) in ("balanced", "balanced_subsample"):
                yield _Imbalance(accuracy, "the classes are weighted because they are of unequal size")
                return
        weighted = [c for c in module.keyworded.get("scale_pos_weight", ()) if _weighs(argument(c, "scale_pos_weight"))]
        if weighted or any(name.startswith("imblearn.") for _, name in module.calls):
            yield _Imbalance(accuracy, "the classes are rebalanced because they are of unequal size")

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """One finding for the metrics, one for each file that weighs rare classes and counts hits."""
        yield from self.praise(repo)
        if set(self.seen(repo)) & set(_FITTING):
            return  # another file looks closer
        for noted in repo.notes(self):
            if isinstance(noted.note, _Imbalance):
                yield self.against(
                    f"In {noted.path} {noted.note.sign}, yet accuracy is the only metric.",
                    repo.at(noted.path, noted.note.line),
                    strength=0.7,
                )

    def _of_the_wrong_kind(self, module: Module) -> Iterator[Finding]:
        if not any(is_metric(dotted) for _, dotted in module.calls) and "compile" not in module.called:
            return
        made = {
            target.id: (module.resolve(value.func) or "").rpartition(".")[2]
            for target, value, _ in assignments(module)
            if isinstance(target, ast.Name) and isinstance(value, ast.Call)
        }
        rebound = _bound_twice(module)
        labels = {
            target.id: "" if _id(value.func.value) in rebound else made.get(_id(value.func.value), "")
            for target, value, _ in assignments(module)
            if isinstance(target, ast.Name)
            and isinstance(value, ast.Call)
            and isinstance(value.func, ast.Attribute)
            and value.func.attr == "predict"
        }
        for call, dotted in module.calls:
            metric = dotted.rpartition(".")[2]
            if not is_metric(dotted) or len(call.args) < 2 or metric not in ("accuracy_score", "mean_squared_error"):
                continue
            name = _id(call.args[1])
            model = "" if name in rebound else labels.get(name, "")
            if metric == "accuracy_score" and model.endswith("Regressor"):
                yield self.against(
                    f"A `{model}` is judged by accuracy, which counts exact hits.", module.location(call)
                )
            if metric == "mean_squared_error" and model.endswith("Classifier"):
                yield self.against(f"The labels of a `{model}` are judged by squared error.", module.location(call))
        yield from self._keras(module)

    def _keras(self, module: Module) -> Iterator[Finding]:
        """A network with one linear output, squared error and accuracy: accuracy counts exact equality of numbers."""
        outputs = [c for c in module.called.get("Dense", ()) if constant(argument(c, "units", 0)) == 1]
        linear = [c for c in outputs if constant(argument(c, "activation", 1)) in (None, "linear")]
        if not linear or len(linear) != len(outputs) or "Activation" in module.called:
            return
        if any(isinstance(argument(c, "activation", 1), ast.Name | ast.Attribute) for c in linear):
            return
        for call in module.called.get("compile", ()):
            loss = constant(argument(call, "loss", 1))
            metrics = argument(call, "metrics", 2)
            named = [constant(m) for m in metrics.elts] if isinstance(metrics, ast.List) else []
            squared = loss in ("mse", "mean_squared_error", "mae", "mean_absolute_error")
            if squared and named and set(named) <= {"accuracy", "acc"}:
                yield self.against(
                    "A network with one linear output, trained on squared or absolute error, is judged by"
                    " accuracy alone.",
                    module.location(call),
                )


def _weighs(weight: ast.expr | None) -> bool:
    """Whether a weight of the positive class differs from the default of one."""
    return (weight is not None and constant(weight) not in (None, 1)) or isinstance(
        weight, ast.BinOp | ast.Name | ast.Call
    )


def _bound_twice(module: Module) -> frozenset[str]:
    seen: set[str] = set()
    twice: set[str] = set()
    for target, _, _ in assignments(module):
        if isinstance(target, ast.Name):
            (twice if target.id in seen else seen).add(target.id)
    return frozenset(twice)


CHECKS: tuple[Check, ...] = (MetricFits(),)
