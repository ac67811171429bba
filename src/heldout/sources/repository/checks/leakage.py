"""Statistics: held-out rows that reach the training, found by following the data through the code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from heldout.evidence import Finding, FlowStep, Severity
from heldout.sources.repository.checks.base import Check, Move, among, first, fraction
from heldout.sources.repository.leakage import Kind, Leak, Report, analyse
from heldout.sources.repository.module import Module
from heldout.sources.repository.needs import package_folders, purpose
from heldout.sources.repository.repository import Repository

_FLOW_STEPS = 12
_PLAYS = re.compile(r"\bgym(nasium)?\b|replay_memory|replay_buffer|\benv\.step\(|epsilon_decay")
"""Words of learning by reward, where there are no rows to hold out."""
_LEARNS = re.compile(r"\.fit\w*\(|\.train\(|\bcross_val|train_test_split|Fold\b|SearchCV|\bfit\(")


@lru_cache(maxsize=1)
def _report(module: Module) -> Report:
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
        """The leaks of this kind and the words for each."""
        for leak in _report(module).leaks:
            if leak.kind != self.kind:
                continue
            yield (
                leak,
                self.against(
                    f"{leak.message}."
                    if leak.certain or leak.inner
                    else f"{leak.message} (likely: part of it cannot be seen in the code).",
                    module.location(leak.line),
                    severity=self.severity if leak.certain else "medium",
                    strength=1.0 if leak.certain else 0.4,
                    flow=tuple(
                        FlowStep(location=module.location(line), note=note)
                        for line, note in first(leak.flow, _FLOW_STEPS)
                    ),
                    **dict(leak.measured),  # type: ignore[arg-type]  # names of numbers only
                ),
            )


class PreprocessingLeakage(LeakageCheck):
    """Something was computed over rows that the model is later judged on

    What: A mean, a scaler, an imputer, a vectoriser, a feature selection or the like is fitted on data that
    includes the test rows, and its result reaches the training data.

    Why: The test score then measures rows that have already had their say: it is too good, and the model
    disappoints on new data. It is the most frequent way in which published results fail (Yang et al., ASE 2022).

    Example: `X = StandardScaler().fit_transform(X)` before `train_test_split(X, y)`; fit the scaler on the training
    rows, or put it into a pipeline that is cross-validated as a whole.

    Limits: The rows are followed through the code that can be seen: data that other files prepared, or calls into
    libraries that are not known, end the trail, and the report says so. How much the score gains is not measured;
    for a plain scaling it is often little.
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


@dataclass(frozen=True, slots=True)
class OwnedUp:
    """A score on training rows that the code itself calls so, by the names that it gives to the rows."""

    finding: Finding


class TrainingScore(LeakageCheck):
    """The only score is one on the training rows

    What: A model is scored on the rows that it was fitted on, and on no others, as far as the file shows.

    Why: A model can remember what it has seen, so such a score says nothing of new data.

    Example: `model.fit(X, y); model.score(X, y)` presented as the result; score on rows that were set aside.

    Limits: A training score beside a test score is fine: it shows whether the model learns by heart. Nor is one
    reported that is called a training score while other files hold rows out.
    """

    code = "LEK108"
    kind = "training_score"
    severity = "medium"
    moves: ClassVar = {"statistics": Move(down=0.2, per_kloc=1.0)}
    splits = ("*.train_test_split", "*.cross_val_score", "*.cross_validate", "*Fold", "*ShuffleSplit", "*SearchCV")
    why = "A score on rows that the model has learnt from says nothing of new data."
    mend = "Set rows aside before the first fit and score on those."
    ask = "Here the model is scored on rows that it has learnt from. What would you report instead?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Report the overlaps; a score that the code itself calls one on training rows waits for the other files."""
        for leak, finding in self.leaks(module):
            yield OwnedUp(finding) if leak.owned_up else finding

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Scores on training rows count where no file holds anything out to judge by."""
        waiting = [noted.note.finding for noted in repo.notes(self) if isinstance(noted.note, OwnedUp)]
        if waiting and not any(True for _ in repo.calls(*self.splits)):
            yield from waiting


@dataclass(frozen=True, slots=True)
class Shown:
    """Models that an example or a notebook compares."""

    finding: Finding


class MultiTestLeakage(LeakageCheck):
    """One test set judges many models

    What: The same held-out rows are used to compare several models or settings, with no further rows kept apart
    for the final score.

    Why: The best of many scores on one set is too good by chance alone: choosing is a kind of fitting.

    Example: Ten classifiers are fitted and each is scored on `X_test`, and the highest figure is the result; choose
    by cross-validation on the training rows and score the chosen one once.

    Limits: Comparing models for a table, without choosing, is legitimate and looks the same in code; so this moves
    little, and a library's examples and notebooks, which show what it does, are left out.
    """

    code = "LEK103"
    kind = "multi_test"
    severity = "medium"
    moves: ClassVar = {"statistics": Move(down=0.15, per_kloc=1.0)}
    why = "The best of many scores on one test set is too good by chance alone."
    mend = "Choose between models by cross-validation on the training rows; use the test rows once."
    ask = "Several models are compared on one test set here. How did you choose, and how sure is the final figure?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Report the comparisons; those of examples and notebooks wait until it is known what they are beside."""
        shows = module.part == "example" or module.notebook is not None
        for _, finding in self.leaks(module):
            yield Shown(finding) if shows else finding

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Beside a library, examples and notebooks that use it show what it does: nothing is chosen by them.

        A packaged project that trains by a program of its own, or is run in containers, is no such library.
        """
        training = set(repo.ml.training)
        trains = any(module.guarded and module.part == "code" and module.path in training for module in repo.scripts)
        own = frozenset[str]()
        if purpose(repo) == "library" and not trains and not repo.glob("dockerfile*", "*compose*.y*ml", "dvc.yaml"):
            own = frozenset(folder.rpartition("/")[2] for folder in package_folders(repo))
        demonstrates = {module.path for module in repo.modules if module.packages() & own}
        for noted in repo.notes(self):
            if isinstance(noted.note, Shown) and noted.path not in demonstrates:
                yield noted.note.finding


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


class CleanSplit(Check):
    """Data are held out and stay held out

    What: Modules that split data, fit on one part and evaluate on another, in which the data-flow analysis found
    no leak; and those in which it could not tell.

    Why: Holding out correctly, all through a script, is the first skill of honest evaluation.

    Example: A pipeline cross-validated as a whole, with one final score on rows set aside before.

    Limits: No leak found is not none there: see the limits of the single checks.
    """

    code = "LEK110"
    moves: ClassVar = {"statistics": Move(up=0.5)}
    ml_only = True
    why = "Whoever keeps held-out rows apart all the way can be trusted with a score."

    def on_module(self, module: Module) -> Iterable[object]:
        """Note what the analysis recognised."""
        report = _report(module)
        judged = report.evaluations > 0 and report.fits > 0
        if judged or report.undecided:
            line = report.undecided[0].line if report.undecided else 0
            why = report.undecided[0].why if report.undecided else ""
            yield (judged and report.splits > 0, sum(leak.certain for leak in report.leaks), line, why)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare the clean modules with all that hold out and evaluate."""
        judged = [noted for noted in repo.notes(self) if noted.note[0]]
        clean = [noted for noted in judged if not noted.note[1] and not noted.note[3]]
        doubtful = [noted for noted in repo.notes(self) if noted.note[3]]
        if clean:
            yield self.found(
                among(len(clean), len(judged), "file", "keeps", "keep")
                + " the test rows apart from split to score, as far as the data can be followed.",
                *(repo.at(noted.path) for noted in first(clean, 3)),
                strength=fraction(len(clean), len(judged)),
                clean=len(clean),
                judged=len(judged),
            )
        if doubtful:
            yield self.unknown(
                f"In {len(doubtful)} file{'' if len(doubtful) == 1 else 's'} the data could not be followed to the end;"
                f" {doubtful[0].path}: {doubtful[0].note[3]}.",
                *(repo.at(noted.path, noted.note[2]) for noted in first(doubtful, 3)),
                files=len(doubtful),
            )


CHECKS: tuple[Check, ...] = (
    PreprocessingLeakage(),
    OverlapLeakage(),
    TrainingScore(),
    MultiTestLeakage(),
    OversamplingLeakage(),
    TargetLeakage(),
    GroupLeakage(),
    TimeLeakage(),
    CleanSplit(),
)
