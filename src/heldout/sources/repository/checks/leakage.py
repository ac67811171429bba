"""Statistics: held-out rows that reach the training, found by following the data through the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import ClassVar

from heldout.evidence import Finding, FlowStep, Severity
from heldout.sources.repository.checks.base import Check, Move, first
from heldout.sources.repository.leakage import Kind, Leak, Report, analyse
from heldout.sources.repository.leakage.apis import LEARNING_TRANSFORMERS
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import assignments, loop_of, names_in, target_names
from heldout.sources.repository.syntax import walk

_FLOW_STEPS = 12
_PLAYS = re.compile(r"\bgym(nasium)?\b|replay_memory|replay_buffer|\benv\.step\(|epsilon_decay")
"""Words of learning by reward, where there are no rows to hold out."""
_LEARNS = re.compile(r"\.fit\w*\(|\.train\(|\bcross_val|train_test_split|Fold\b|SearchCV|\bfit\(")


@lru_cache(maxsize=1)
def report_of(module: Module) -> Report:
    """The analysis of a module: computed once, for all checks here; empty when nothing in it fits or splits."""
    if not _LEARNS.search(module.text) or _PLAYS.search(module.text):
        return Report()
    return analyse(module.tree, resolve_module=module.sibling)


class LeakageCheck(Check):
    """Base of the checks that report one kind of leak each."""

    kind: ClassVar[Kind]
    severity: ClassVar[Severity] = "high"
    ml_only = True

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Report the leaks of this kind, each with its flow."""
        yield from (finding for _, finding in self.leaks(module))

    def leaks(self, module: Module) -> Iterator[tuple[Leak, Finding]]:
        """The leaks of this kind and the words for each; one that a line makes in many columns is told once."""
        known = report_of(module).leaks
        told = [k for k in known if k.kind == self.kind and not (k.away or k.inner or vague(k))]
        if self.kind in ("target", "training_score"):
            told = [k for k in told if not inflates(module, k.line)]
        same: dict[tuple[str, ...], list[Leak]] = {}
        for leak in told:
            what = _OF_COLUMN.match(leak.message)
            same.setdefault((what[1], str(leak.origin)) if what else (leak.message,), []).append(leak)
        for leaks in same.values():
            certain = [k for k in leaks if k.certain] or leaks
            yield certain[0], self.told(module, together(certain))

    def told(self, module: Module, leak: Leak) -> Finding:
        """The words for a leak, at the line where it comes about."""
        likely = "" if leak.certain else " (likely: part of it cannot be seen in the code)"
        lines = dict.fromkeys(line for line in (leak.origin, leak.line) if line)
        places = [module.location(line) for line in lines]
        if leak.watched_only:
            said = f"{placed(module, leak.message)}{likely}."
            found = self.against(said, *places, severity="low", strength=0.2, flow=flow(module, leak), ask=_ASK_WATCHED)
            return found.model_copy(update={"why": _WHY_WATCHED})
        return self.against(
            f"{placed(module, leak.message)}{likely}.",
            *places,
            severity=self.severity if leak.certain else "medium",
            strength=1.0 if leak.certain else 0.4,
            flow=flow(module, leak),
        )


_WHY_WATCHED = "What is stopped, chosen or shown by validation rows that took part in the training looks too good."
_ASK_WATCHED = "Here validation rows took part in the preparation. What is decided by them, and what does that change?"


def inflates(module: Module, line: int) -> bool:
    """Whether a fit belongs to a variance inflation factor: how well the other columns say one of the columns."""
    near = "\n".join(module.lines[max(line - 15, 0) : line + 12])
    return re.search(r"(?<![a-z])vif(?![a-z])|variance.?inflation", near, re.IGNORECASE) is not None


def together(leaks: list[Leak]) -> Leak:
    """One leak for those that the same line makes in several columns, with their names."""
    columns = list(dict.fromkeys(what[2] for leak in leaks if (what := _OF_COLUMN.match(leak.message))))
    if len(columns) < 2:
        return leaks[0]
    named = ", ".join(columns[:2]) + (f" and {columns[2]}" if len(columns) == 3 else "")
    named += f" and {len(columns) - 2} more" if len(columns) > 3 else ""
    named = named.replace(", ", " and ") if len(columns) == 2 else named
    return replace(leaks[0], message=leaks[0].message.replace(f" of {columns[0]} (", f" of {named} (", 1))


def flow(module: Module, leak: Leak) -> tuple[FlowStep, ...]:
    """The way of the data to a leak."""
    steps = first(leak.flow, _FLOW_STEPS)
    return tuple(FlowStep(location=module.location(line), note=placed(module, note)) for line, note in steps)


def placed(module: Module, text: str) -> str:
    """A text whose lines are those of the file as people see it: in a notebook, those of its cells."""
    if module.notebook is None:
        return text

    def place(match: re.Match[str]) -> str:
        where = module.location(int(match[1]))
        return f"cell {where.cell}, line {where.line}" if where.cell else match[0]

    return _LINE.sub(place, text)


_VAGUE = re.compile(r"(the estimator|max|min) \(|(arg|idx)(min|max)\b")
"""Leaks through what is not known by its class, through an extreme of no known column, or through the place of one,
by which rows are picked: too little to accuse by."""

_A_CLASS = re.compile(r"([A-Z]\w*) \(line")
_FITTED = re.compile(
    r"Scaler|Encoder|Encoding|Imputer|Vectori[sz]er|Selector|Normali[sz]er|Discreti[sz]er|Binner|PCA|SVD|NMF|ICA|UMAP"
    r"|TSNE|Embedding|Scaling|Transformer$"
)
"""Names of classes that learn from the rows which they prepare."""


def vague(leak: Leak) -> bool:
    """Whether too little is known to accuse by: a class of that name may as well only group or reshape the rows."""
    made = _A_CLASS.match(leak.message)
    unknown = made is not None and made[1] not in LEARNING_TRANSFORMERS and not _FITTED.search(made[1])
    return bool(_VAGUE.match(leak.message)) or (leak.kind == "preprocessing" and unknown)


_OF_COLUMN = re.compile(r"(\w+) of (.+?) \(line \d+\) is computed")
"""What is computed of which column."""

_LINE = re.compile(r"(?<=[( ])line (\d+)(?=\))")


class PreprocessingLeakage(LeakageCheck):
    """Something was computed over rows that the model is later judged on

    What: A mean, a scaler, an imputer, a vectoriser, a feature selection or the like is fitted on data that
    includes the test rows, and its result reaches the training data.

    Why: The test score then measures rows that have already had their say: it is too good, and the model
    disappoints on new data. It is the most frequent way in which published results fail (Yang et al., ASE 2022).

    Example: `X = StandardScaler().fit_transform(X)` before `train_test_split(X, y)`; fit the scaler on the training
    rows, or put it into a pipeline that is cross-validated as a whole.

    Limits: The rows are followed through the code that can be seen: data that other files prepared, or calls into
    libraries that are not known, end the trail, and the report says so; what a function of another file computes over
    the rows is not told here, nor is a preparation that only crosses the folds inside the training rows. How much the
    score gains is not measured; for a plain scaling it is often little.
    """

    code = "LEK101"
    kind = "preprocessing"
    moves: ClassVar = {"statistics": Move(down=0.5, per_kloc=1.0)}
    why = "The score on such a test set is too good: its rows took part in the preparation."
    mend = "Split first; fit every transformation on the training rows only, best inside a pipeline."
    ask = "Here the test rows take part in the preparation. What does that do to the score, and how do you avoid it?"


class OverlapLeakage(LeakageCheck):
    """Rows that were set aside are learnt from after all

    What: A model is fitted on rows that were set aside as a test and is then judged on them, or it learns from one
    random sample of a table and is judged on another one.

    Why: A model can remember what it has seen, so such a score says nothing of new data.

    Example: `train_test_split(X, y)`, then `model.fit(X, y)` and `model.score(X_test, y_test)`; or
    `train = df.sample(frac=0.8)` and `test = df.sample(frac=0.2)`, where `df.drop(train.index)` was meant.

    Limits: Duplicated rows in the data themselves cannot be seen in code. A model that has no other score than one on
    its training rows is LEK108.
    """

    code = "LEK102"
    kind = "overlap"
    moves: ClassVar = {"statistics": Move(down=0.4, per_kloc=1.0)}
    why = "A score on rows that the model has learnt from says nothing of new data."
    mend = "Fit on the training rows only, and score on the others."
    ask = "Here rows that were set aside are learnt from before they are scored. What is that score worth?"


class TrainingScore(LeakageCheck):
    """The only score is one on the training rows

    What: A model is scored on the rows that it was fitted on, and on no others, as far as the file shows.

    Why: A model can remember what it has seen, so such a score says nothing of new data.

    Example: `model.fit(X, y); model.score(X, y)` presented as the result; score on rows that were set aside.

    Limits: A training score beside a test score is fine: it shows whether the model learns by heart. Nor is one
    reported that the code itself calls a training score by the names of the rows, one of a function that is given
    its rows and may be there to weigh columns, or one in an example.
    """

    code = "LEK108"
    kind = "training_score"
    severity = "medium"
    parts = ("code",)
    moves: ClassVar = {"statistics": Move(down=0.2, per_kloc=1.0)}
    why = "A score on rows that the model has learnt from says nothing of new data."
    mend = "Set rows aside before the first fit and score on those."
    ask = "Here the model is scored on rows that it has learnt from. What would you report instead?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Report the scores that the code does not itself call those of the training."""
        for leak, finding in self.leaks(module):
            said = "\n".join(module.lines[max(leak.line - 2, 0) : leak.line + 3])
            owned_up = leak.owned_up or _OWNS_UP.search(said)
            if not owned_up and "resid" not in module.lines[leak.line - 1] and not _weighs_columns(module, leak.line):
                yield finding


_OWNS_UP = re.compile(
    r"['\"][^'\"\n]*\b(train(ing)?|entrenamiento|treino|treinamento|entra[iî]nement|addestramento)\b", re.IGNORECASE
)
"""Texts that call a score one of the training."""


def _weighs_columns(module: Module, line: int) -> bool:
    """Whether a score stands in a loop that fits a model to one column at a time: features are weighed by it."""
    for call in module.called.get("fit", ()):
        loop = loop_of(module, call)
        if isinstance(loop, ast.For) and loop.lineno <= line <= (loop.end_lineno or 0) and call.args:
            bound = target_names(loop.target)
            features = call.args[0]
            if isinstance(features, ast.Subscript) and bound & names_in(features.slice):
                return True
            named = {t.id for t, v, _ in assignments(module) if isinstance(t, ast.Name) and _picks(v, bound)}
            if isinstance(features, ast.Name) and features.id in named:
                return True
    return False


def _picks(value: ast.expr, bound: frozenset[str]) -> bool:
    """Whether something is taken out by what a loop hands out: `x[:, i]`, `df[[name]]`."""
    return any(isinstance(part, ast.Subscript) and bound & names_in(part.slice) for part in walk(value))


class OversamplingLeakage(LeakageCheck):
    """Rows were multiplied before the split

    What: SMOTE, random oversampling or another copying of rows happens before training and test rows are parted.

    Why: Copies, or blends, of one row then stand on both sides, and the test score measures memory.

    Example: `X, y = SMOTE().fit_resample(X, y)` before `train_test_split`; resample the training rows only.

    Limits: Only the resamplers of well-known libraries are recognised.
    """

    code = "LEK104"
    kind = "oversampling"
    moves: ClassVar = {"statistics": Move(down=0.3, per_kloc=1.0)}
    why = "Copies of one row stand in training and in test, so that the score measures memory."
    mend = "Split first and resample the training rows only."
    ask = "Rows are multiplied before the split here. What happens to the test score?"


class TargetLeakage(LeakageCheck):
    """A feature holds the answer

    What: The target itself, a column worked out from it, or a mean of it over all rows stays among the features; or
    the columns that the target was worked out from all do.

    Why: The model then reads the answer off, in training and in the test, and has nothing to read at work.

    Example: `df["rate"] = df.groupby("city")["paid"].transform("mean")` with `paid` as the target and `rate` kept
    in `X`; compute it from the training rows only, best out of fold. `df["band"] = df["price"].apply(band)` kept in
    `X` while the price is predicted, or `df["late"] = df["delay"] > 15` predicted from a table with `delay`.

    Limits: Said only where the code tells which columns the features are. What a function of another file or an
    unknown library makes of a column is not followed; a column that the data came with cannot be seen to hold the
    answer. Whether a column is known when the prediction is needed is a question of the domain.
    """

    code = "LEK105"
    kind = "target"
    moves: ClassVar = {"statistics": Move(down=0.3, per_kloc=1.0)}
    why = "A feature made from the answer is not there when the model is at work."
    mend = "Drop what is derived from the target, or compute it from past data only."
    ask = "This feature is made from the target. Is it known when the prediction is needed?"


class GroupLeakage(LeakageCheck):
    """Rows of one unit fall on both sides of the split

    What: The data hold several rows per person, patient, device or document, the code knows it, and the split
    scatters them over training and test.

    Why: The model recognises the unit instead of the pattern; on new units it does worse than the score says.

    Example: Rows are aggregated by `patient_id` and then split at random; use a grouped split.

    Limits: Said only when the code itself shows that units repeat; that the split matters is an inference.
    """

    code = "LEK106"
    kind = "group"
    severity = "medium"
    moves: ClassVar = {"statistics": Move(down=0.15, per_kloc=1.0)}
    why = "The score holds for known units, not for new ones."
    mend = "Split by unit (GroupKFold, GroupShuffleSplit)."
    ask = "Several rows belong to one unit here. Why is the split at random, and what would a split by unit show?"


class TimeLeakage(LeakageCheck):
    """The future informs the past

    What: Rows in time are shuffled before the split, or a feature takes values from later rows.

    Why: At work there is no later row; the score then promises what cannot be kept.

    Example: `train_test_split(prices, shuffle=True)` on a series, or `df["x"].shift(-1)` as a feature.

    Limits: Said only when the code itself treats the rows as a series. `shift(-1)` as the target is fine.
    """

    code = "LEK107"
    kind = "time"
    moves: ClassVar = {"statistics": Move(down=0.2, per_kloc=1.0)}
    why = "A model that has seen the future in training cannot keep its promise at work."
    mend = "Split by time and build features from the past only."
    ask = "These rows are in time. How does the split make sure that nothing of the future is known?"


CHECKS: tuple[Check, ...] = (
    PreprocessingLeakage(),
    OverlapLeakage(),
    TrainingScore(),
    OversamplingLeakage(),
    TargetLeakage(),
    GroupLeakage(),
    TimeLeakage(),
)
