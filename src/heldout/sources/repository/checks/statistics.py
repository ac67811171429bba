"""Statistics: is anything held out, and how."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from heldout.evidence import Finding, Location
from heldout.sources.repository.checks.base import Check, Move
from heldout.sources.repository.checks.practice import Practice
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import (
    argument,
    assignments,
    called_name,
    constant,
    defaults_of,
    names_in,
    target_names,
)
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import walk

_NO_JUDGEMENT = re.compile(r"pairwise|silhouette|calinski|davies_bouldin|make_scorer|euclidean|cosine")

_METRICS = ("sklearn.metrics.", "torchmetrics.", "keras.metrics.", "tensorflow.keras.metrics.")


def is_metric(dotted: str | None) -> bool:
    """Whether a dotted name is a metric of a library."""
    return dotted is not None and dotted.startswith(_METRICS) and not _NO_JUDGEMENT.search(dotted)


@dataclass(frozen=True, slots=True)
class OnOwnRows:
    """A model that is judged on the rows that it was fitted on: their names, and both places."""

    features: str
    target: str
    fitted: Location
    judged: Location


class HeldOut(Practice):
    """Judged on data that were held out

    What: A split into training and held-out data, or the data set's own test part, in use. Against: a file in which a
    model is fitted and judged on the very same rows, without anything held out in it.

    Why: Every model does well on what it has learnt by heart; only other data tell what it is worth.

    Example: `train_test_split`, `random_split`, `validation_data=` or `MNIST(train=False)` speak for.
    `model.fit(X, y); print(model.score(X, y))` with nothing else speaks against.

    Limits: Only plain names are compared; a split in another file or by hand is believed when names such as `test` or
    `valid` appear. Whether held-out rows leak into training is the matter of the LEK checks.
    """

    code = "STA102"
    ml_only = True
    severity = "high"
    parts = ("code",)
    moves: ClassVar = {"statistics": Move(up=0.25, down=0.5)}
    why = "A score on the training rows says nothing about new data."
    mend = "Hold a part of the data out before fitting and judge the model on that part alone."
    ask = "What would this score be on data that the model has not seen, and how would you find out?"
    sentence = "Data are held out to judge the models"
    counted = False
    kinds: ClassVar = {
        "a split": (
            "sklearn:train_test_split",
            "torch:random_split",
            "dask_ml:train_test_split",
            ".randomSplit|train_test_split",
            "surprise:train_test_split",
        ),
        "held-out data followed during training": ("?validation_data", "?validation_split", "?eval_set", "?valid_sets"),
        "folds": ("sklearn:KFold|StratifiedKFold|cross_val_score|cross_validate|GroupKFold|TimeSeriesSplit",),
        "the data set's own test part": (),
        "evaluation on data named as held out": (),
    }

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """Whether folds are used as folds, and of a split both parts are kept."""
        if kind == "held-out data followed during training" and not _gives_other_rows(call):
            return False
        if kind == "folds" and _SPLITTER.search(called_name(call)) and _encodes(module, call):
            return False
        return folds_are_used(module, call) and not _thrown_away(module, call)

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """What is held out in the file, and models judged on their own rows."""
        yield from super().on_module(module)
        yield from self._on_own_rows(module)

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Test parts of data sets, and evaluation calls on what is named as held out."""
        for call in module.keyworded.get("train", ()):
            dotted = module.resolve(call.func) or ""
            if constant(argument(call, "train")) is False and "datasets" in dotted:
                yield "the data set's own test part", call.lineno
        for name in ("split", "subset"):
            for call in module.keyworded.get(name, ()):
                if constant(argument(call, name)) in ("test", "val", "valid", "validation", "dev") and (
                    not _put_together(module, call)
                ):
                    yield "the data set's own test part", call.lineno
        for name in ("evaluate", "score", "evaluate_generator", "predict", "predict_generator"):
            for call in module.called.get(name, ()):
                shown = call.args[0] if call.args else None
                if not (isinstance(shown, ast.Name | ast.Attribute) and _HELD_OUT.search(_last(shown))):
                    continue
                if not name.startswith("predict") or _is_judged(module, call):
                    yield "evaluation on data named as held out", call.lineno

    def _on_own_rows(self, module: Module) -> Iterator[OnOwnRows]:
        if ".fit(" not in module.text or _HINTS.search(module.text):
            return
        fits = [c for c in module.called["fit"] if len(c.args) == 2 and all(isinstance(a, ast.Name) for a in c.args)]
        fitted = {(_id(c.args[0]), _id(c.args[1])): c for c in fits}
        judged = list(_judged_rows(module))
        if not judged or not fitted or any(rows not in fitted for rows, _ in judged):
            return
        if any(not _same_rows(module, fitted[rows], call, rows) for rows, call in judged):
            return
        lines = [line for (x, y), call in judged for line in (fitted[x, y].lineno, call.lineno)]
        named = {name for rows, _ in judged for name in rows}
        for target, _, statement in assignments(module):
            if isinstance(target, ast.Name) and target.id in named and min(lines) < statement.lineno <= max(lines):
                return  # other rows under the same name
        (x, y), call = judged[0]
        near = "\n".join(module.lines[max(call.lineno - 15, 0) : call.lineno + 12])
        if re.search(r"(?<![a-z])vif(?![a-z])|variance.?inflation", near, re.IGNORECASE):
            return  # how well the other columns say one of the columns
        yield OnOwnRows(x, y, module.location(fitted[x, y]), module.location(call))

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """One finding for what is held out, one for each file that holds nothing out."""
        yield from self.praise(repo)
        elsewhere = bool(self.seen(repo))
        for noted in repo.notes(self):
            if not isinstance(noted.note, OnOwnRows):
                continue
            x, y = noted.note.features, noted.note.target
            if elsewhere and "train" in f"{x} {y}".lower():
                continue  # a score that the code itself calls that of the training, beside one on held-out rows
            yield self.against(
                f"The model is fitted on `{x}`, `{y}` and judged on the same rows; nothing in this file is held out.",
                noted.note.fitted,
                noted.note.judged,
            )


def _same_rows(module: Module, fit: ast.Call, judge: ast.Call, rows: tuple[str, str]) -> bool:
    """Whether names mean the same rows in both calls: not where two functions are each given rows of these names."""
    first, second = module.function_of(fit), module.function_of(judge)
    if first is second:
        return True
    given = {
        a.arg for f in (first, second) if f is not None for a in (*f.args.posonlyargs, *f.args.args, *f.args.kwonlyargs)
    }
    return not given & set(rows)


def _put_together(module: Module, call: ast.Call) -> bool:
    """Whether what the call gives is joined with something else of its kind, so that nothing is held out."""
    around = module.parent(call)
    if not isinstance(around, ast.Assign):
        return False
    names = {name for target in around.targets for name in target_names(target)}
    scope = module.function_of(call) or module.tree
    for node in walk(scope):
        joined: list[ast.expr] = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            joined = [node.left, node.right]
        elif isinstance(node, ast.Call) and called_name(node) in ("concat", "concatenate", "ConcatDataset", "vstack"):
            first = node.args[0] if node.args else None
            joined = first.elts if isinstance(first, ast.List | ast.Tuple) else []
        plain = [part.id for part in joined if isinstance(part, ast.Name)]
        if len(plain) > 1 and names & set(plain) and set(plain) - names:
            return True
    return False


def _gives_other_rows(call: ast.Call) -> bool:
    """Whether something is given to follow the training by, and not the training rows alone, by their names."""
    for word in ("validation_data", "eval_set", "valid_sets"):
        given = argument(call, word)
        if given is not None:
            names = {name.lower() for name in names_in(given)}
            empty = isinstance(given, ast.Tuple | ast.List) and not given.elts
            return not empty and not (names and all("train" in name for name in names))
    return True


def _encodes(module: Module, call: ast.Call) -> bool:
    """Whether folds are made in a class that transforms rows, and neither predicts nor judges."""
    around = next((node for node in module.parents(call) if isinstance(node, ast.ClassDef)), None)
    methods = {node.name for node in around.body if isinstance(node, ast.FunctionDef)} if around is not None else set()
    return "transform" in methods and not methods & {"predict", "predict_proba", "score", "evaluate"}


def _thrown_away(module: Module, call: ast.Call) -> bool:
    """Whether a split only serves to have fewer rows: one part is picked, or the others are bound to `_`."""
    around = module.parent(call)
    if isinstance(around, ast.Subscript):
        return called_name(call) == "train_test_split"
    if isinstance(around, ast.Assign) and isinstance(around.targets[0], ast.Tuple):
        return any(isinstance(part, ast.Name) and part.id == "_" for part in around.targets[0].elts[1::2])
    return False


_HELD_OUT = re.compile(
    r"(^|_)(x_?)?(te|tst|test|tests|testing|val|valid|validation|dev|holdout)(_|$|x|y|set|data)", re.I
)

_HINTS = re.compile(r"test|valid|hold.?out|_val\b|\bval_|\bdev_|kfold|cross_val|\bcv\b|unseen|new_data", re.IGNORECASE)

_JUDGES = re.compile(
    r"(^|_)(score|loss|error|report|accuracy|rmse|mse|mae|rmsle|auc|f1|precision|recall|confusion|metrics?|evaluate|r2"
    r"|classification_report|compare)(_|$)",
    re.IGNORECASE,
)


def _is_judged(module: Module, predict: ast.Call) -> bool:
    """Whether what is predicted meets the truth: given to something that judges, at once or by its name."""
    around = module.parent(predict)
    if isinstance(around, ast.Call | ast.keyword):
        outer = around if isinstance(around, ast.Call) else module.parent(around)
        if isinstance(outer, ast.Call) and _judging(module, outer):
            return True
    scope = module.function_of(predict) or module.tree
    names = set[str]()
    for target, value, _ in assignments(module):
        if any(part is predict for part in walk(value)):
            names |= target_names(target)
    return bool(names) and any(
        isinstance(node, ast.Call)
        and _judging(module, node)
        and any(names & names_in(a) for a in (*node.args, *(k.value for k in node.keywords)))
        for node in walk(scope)
    )


def _judging(module: Module, call: ast.Call) -> bool:
    return is_metric(module.resolve(call.func)) or bool(_JUDGES.search(called_name(call)))


def _last(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _id(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _judged_rows(module: Module) -> Iterator[tuple[tuple[str, str], ast.Call]]:
    """((features, target), call) of every evaluation; an empty name for what is no plain name."""
    predictions = [
        (target.id, value.lineno, _id(value.args[0]))
        for target, value, _ in assignments(module)
        if isinstance(target, ast.Name)
        and isinstance(value, ast.Call)
        and called_name(value) == "predict"
        and value.args
    ]
    for call in module.called.get("score", ()):
        if len(call.args) == 2 and module.resolve(call.func) is None:
            yield (_id(call.args[0]), _id(call.args[1])), call
    for call, dotted in module.calls:
        if is_metric(dotted) and len(call.args) >= 2:
            truth, predicted = call.args[:2]
            if isinstance(predicted, ast.Call) and called_name(predicted) == "predict" and predicted.args:
                yield (_id(predicted.args[0]), _id(truth)), call
            else:
                name = _id(predicted)
                earlier = [(line, rows) for target, line, rows in predictions if target == name and line <= call.lineno]
                yield (max(earlier)[1] if earlier else "", _id(truth)), call


class StructuredSplits(Practice):
    """Splits follow the structure of the data

    What: Splits that keep classes in proportion, keep the rows of one unit together, or keep the future out of the
    past.

    Why: Rows of one patient, customer or week resemble each other; a split that ignores it promises too much.

    Example: `GroupKFold`, `TimeSeriesSplit` and `train_test_split(..., stratify=y)` speak for.

    Limits: Splits by structure that are written by hand are seen only by the library calls in them. Nothing speaks
    against, because plain random splits are right for many data.
    """

    code = "STA104"
    ml_only = True
    moves: ClassVar = {"statistics": Move(up=0.25)}
    why = "A split has to look like the use of the model: new units, later times, the same rare classes."
    sentence = "Splits follow the structure of the data"
    counted = False
    kinds: ClassVar = {
        "by class": (
            "sklearn:train_test_split?stratify",
            "sklearn:StratifiedKFold|StratifiedShuffleSplit|RepeatedStratifiedKFold",
        ),
        "by group": (
            "sklearn:GroupKFold|GroupShuffleSplit|LeaveOneGroupOut|StratifiedGroupKFold",
            "sklearn:cross_val_score?groups",
            "deepchem:ScaffoldSplitter",
        ),
        "by time": ("sklearn:TimeSeriesSplit", "gluonts:OffsetSplitter|DateSplitter", "prophet:cross_validation"),
    }

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """Whether the structure is given, and not only passed on by a function whose own default is None."""
        if not folds_are_used(module, call) or _thrown_away(module, call):
            return False
        given = argument(call, "stratify") or argument(call, "groups")
        function = module.function_of(call)
        if not isinstance(given, ast.Name) or function is None:
            return True
        default = defaults_of(function).get(given.id)
        return not (isinstance(default, ast.Constant) and default.value is None)


class CrossValidation(Practice):
    """Cross-validation is used

    What: Scores over folds, searches judged by folds, and fold loops of one's own.

    Why: Several held-out parts tell how much a score owes to the luck of one split, and leave the test data alone.

    Example: `cross_val_score(model, X, y, cv=5)`, `GridSearchCV` and `for train, test in KFold(5).split(X)` speak for.

    Limits: Training that takes days is rightly not cross-validated; nothing speaks against.
    """

    code = "STA103"
    ml_only = True
    moves: ClassVar = {"statistics": Move(up=0.25)}
    why = "Choosing on folds keeps the test data fresh and shows how much a score varies."
    sentence = "Cross-validation"
    counted = False
    kinds: ClassVar = {
        "scores over folds": (
            "sklearn:cross_val_score|cross_validate|cross_val_predict|learning_curve|validation_curve",
            "xgboost:cv",
            "lightgbm:cv",
            "catboost:cv",
            "surprise:cross_validate",
        ),
        "searches judged by folds": (
            "sklearn:GridSearchCV|RandomizedSearchCV|HalvingGridSearchCV|RFECV|LassoCV|RidgeCV",
            "sklearn:LogisticRegressionCV",
            "skopt:BayesSearchCV",
        ),
        "fold loops": (
            "sklearn:KFold|StratifiedKFold|GroupKFold|TimeSeriesSplit|LeaveOneOut|RepeatedKFold",
            "sklearn:RepeatedStratifiedKFold",
            "pyspark:CrossValidator",
        ),
    }

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """Whether folds are used as folds, one after the other."""
        return folds_are_used(module, call, in_turn=True)


def folds_are_used(module: Module, call: ast.Call, *, in_turn: bool = False) -> bool:
    """Whether a splitter that is made here is used, and not to cut a table into chunks.

    With `in_turn`, one split drawn from it (`next(iter(...))`) does not count. Calls of anything else always do.
    """
    if not _SPLITTER.search(called_name(call)):
        return True
    around = module.parent(call)
    if isinstance(around, ast.Assign) and isinstance(around.targets[0], ast.Name):
        name = around.targets[0].id
        uses = [n for n in module.nodes(ast.Name) if n.id == name and isinstance(n.ctx, ast.Load)]
        return any(_as_folds(module, use, in_turn=in_turn) for use in uses)
    return _as_folds(module, call, in_turn=in_turn)


_SPLITTER = re.compile(r"(Fold|ShuffleSplit|LeaveOneOut|LeaveOneGroupOut|TimeSeriesSplit)$")


def _as_folds(module: Module, use: ast.expr, *, in_turn: bool) -> bool:
    """Whether one use of a splitter is one of folds."""
    for node in module.parents(use):
        if isinstance(node, ast.Call) and called_name(node) == "next":
            return not in_turn
        if isinstance(node, ast.For):
            pair = node.target.elts if isinstance(node.target, ast.Tuple) else []
            pair = next((p.elts for p in pair if isinstance(p, ast.Tuple)), pair)
            return not (pair and isinstance(pair[0], ast.Name) and pair[0].id == "_")
        if isinstance(node, ast.stmt):
            break
    return True


def is_package(repo: Repository) -> bool:
    """Whether the repository is laid out to be installed by others: a library, not a study."""
    root = {path.lower() for path in repo.paths if "/" not in path}
    return "setup.py" in root or "setup.cfg" in root or not repo.complete or "pyproject.toml" in root


CHECKS: tuple[Check, ...] = (HeldOut(), CrossValidation(), StructuredSplits())
